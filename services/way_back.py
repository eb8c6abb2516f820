"""The way back for one customer: the cheapest levers that bring the chance of leaving below a target.

It is on record before it is told. Advice moves levers only, never to where the model has seen nobody, and is
given on a firm score only.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from config.dataset import DatasetSpec
from models import derivation
from models.counterfactual import Answer, Counterfactuals, Found, told
from models.counterfactual.words import answer_in_words
from models.familiarity import Familiarity, Grade, familiarity
from models.reasons import value_in_words
from services import customers, log, routing
from services.case import inputs
from services.customers import NoSuchCustomer
from services.installation import Champion, Dataset
from services.roles import Actor, require
from services.stamp import Stamp, stamp, standing

if TYPE_CHECKING:
    from services.installation import Installation

__all__ = ["Change", "NoModel", "NoSuchCustomer", "TargetRefused", "Way", "WayBack", "find"]

BELOW = 1e-9
"""In log-odds: who stands exactly on the at-risk line is on the list, so "below" is a little less."""

TRIED = 6
"""So many ways are looked for, since one that ends where no score is firm is not shown."""

SHOWN = 3

PREDICTIVE = "predictive"


class NoModel(LookupError):
    """No model may answer this person; the message says why and whom to ask."""


class TargetRefused(ValueError):
    """A target that cannot be; the message says why and what can be asked instead."""


@dataclass(frozen=True)
class Change:
    """A column that moves, in words before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Way:
    """One way.

    Attributes
    ----------
    text : str
        All of it in a sentence or two.
    changes : dict
        Lever to its new value, in an order in which they can be made.
    moves, followed : list of Change
        The levers, and the columns that move along.
    cost : float
        In currency a month.
    before, after : float
        Chance of leaving, shares in 0-1.
    is_measured : bool
        Whether an experiment measured the effect of every lever in it.
    """

    text: str
    changes: dict[str, float | str]
    moves: list[Change]
    followed: list[Change]
    cost: float
    before: float
    after: float
    is_measured: bool


@dataclass(frozen=True)
class WayBack:
    """What was found.

    Attributes
    ----------
    target : float
        The chance to come to or below, a share in 0-1.
    is_line : bool
        Whether that is the at-risk line, to come below.
    chance : float
        As it is.
    ways : list of Way
        Up to three, the cheapest first; one without changes where nothing has to be done.
    best : Way or None
        Where there is none: what leads to the lowest chance that can be reached; None where nothing helps.
    why : list of str
        Why there is none, or why a lever is not used.
    refused : str
        Why no advice is given at all; "" where it is.
    """

    id: str
    target: float
    is_line: bool
    chance: float
    ways: list[Way]
    best: Way | None
    why: list[str]
    refused: str
    stamp: Stamp


def find(installation: Installation, actor: Actor, key: str, target: float | None = None) -> WayBack:
    """Find what brings one customer to a chance or below; it is on record when this returns.

    Parameters
    ----------
    target : float, optional
        A chance, above 0 and below 1; below the at-risk line when absent.

    Raises
    ------
    TargetRefused
        For a target that is no such share, or none where there is no line.
    NoModel
        If no model may answer this person.
    NoSuchCustomer
        If no current customer has this key.
    """
    require(actor, "explore")
    on = standing(installation, actor)
    row = customers.find(installation, on.dataset, key)
    on, trial = routing.stand(installation, actor, on, key, row)
    if on.champion is None:
        raise NoModel(on.withheld or "No model answers now.")
    dataset, champion = on.dataset, on.champion
    wanted = _checked(target, _line(installation, dataset, champion))
    worked = _work_out(champion, dataset.spec, row, wanted, is_line=target is None)
    entry = log.record(
        installation,
        actor,
        "way-back",
        subject=key,
        version=champion.version,
        snapshot=dataset.snapshot,
        payload={
            "target": wanted,
            "is_line": target is None,
            **_figures(champion, row, worked),
            "why": worked.why,
            "refused": worked.refused,
            **trial,
        },
    )
    return WayBack(
        key,
        wanted,
        target is None,
        worked.chance,
        worked.ways,
        worked.best,
        worked.why,
        worked.refused,
        stamp(installation, on, entry=entry.seq),
    )


def figures(
    champion: Champion, spec: DatasetSpec, row: Mapping[str, Any], target: float, *, is_line: bool
) -> dict[str, Any]:
    """Look for ways, and give what the log holds of them and a replay compares."""
    return _figures(champion, row, _work_out(champion, spec, row, target, is_line=is_line))


@dataclass(frozen=True)
class _Worked:
    """What was found for a row, on record nowhere yet; as :class:`WayBack`."""

    chance: float
    ways: list[Way]
    best: Way | None
    why: list[str]
    refused: str
    grade: Grade


def _work_out(
    champion: Champion, spec: DatasetSpec, row: Mapping[str, Any], target: float, *, is_line: bool
) -> _Worked:
    familiar = familiarity(champion.scorecard, row, spec)
    refused = _refusal(row, familiar, spec)
    aim = _log_odds(target, is_line=is_line)
    found, why = (None, []) if refused else _looked(champion, spec, row, aim)
    ways = [_way(one, spec, row) for one in found.answers] if found else []
    best = _way(found.best, spec, row) if found and not ways and found.best.changes else None
    return _Worked(champion.scorecard.score(row).probability, ways, best, why, refused, familiar.grade)


def _figures(champion: Champion, row: Mapping[str, Any], worked: _Worked) -> dict[str, Any]:
    return {
        "input": inputs(champion.scorecard, row),
        "before": {"probability": worked.chance},
        "ways": [_plain(way) for way in worked.ways],
        "best": _plain(worked.best) if worked.best else None,
        "familiarity": worked.grade,
    }


def _line(installation: Installation, dataset: Dataset, champion: Champion) -> float | None:
    return installation.warehouse.threshold(
        dataset.snapshot, champion.version, installation.settings.at_risk_share
    )


def _checked(target: float | None, line: float | None) -> float:
    if target is None:
        if line is None or not 0 < line < 1:
            raise TargetRefused("There is no at-risk line to come below. Say which chance to come to.")
        return line
    if isinstance(target, bool) or not isinstance(target, int | float) or not 0 < target < 1:
        raise TargetRefused(f"A chance of {target} cannot be reached: give one above 0% and below 100%.")
    return float(target)


def _log_odds(chance: float, *, is_line: bool) -> float:
    return math.log(chance / (1 - chance)) - (BELOW if is_line else 0.0)


def _refusal(row: Mapping[str, Any], familiar: Familiarity, spec: DatasetSpec) -> str:
    if not row["_active"]:
        return f"No advice: this customer is no longer active ({spec.outcome.label})."
    if not familiar.is_firm:
        return f"No advice, since the score it would stand on is not firm. {familiar.text}"
    return ""


def _looked(
    champion: Champion, spec: DatasetSpec, row: Mapping[str, Any], target: float
) -> tuple[Found, list[str]]:
    """Look for ways; leave out those that end at a customer unlike anything seen, and say why."""
    finder = Counterfactuals(champion.scorecard, spec)
    found = finder.find(row, target, answers=SHOWN)
    firm = [one for one in found.answers if _is_firm(champion, spec, row, one)]
    why = [*found.left_out.values()] if found.answers else told(found, spec, row)
    if len(firm) < len(found.answers):
        found = finder.find(row, target, answers=TRIED)
        firm = [one for one in found.answers if _is_firm(champion, spec, row, one)]
        left = len(found.answers) - len(firm)
        ways = "One way is" if left == 1 else f"{left} ways are"
        why.insert(0, f"{ways} left out, since it would make a customer unlike any that the model has seen.")
    best = found.best
    if not _is_firm(champion, spec, row, best):
        best = replace(best, changes={}, followed={}, cost=0.0, after=best.before)
    return replace(found, answers=tuple(firm[:SHOWN]), best=best), why


def _is_firm(champion: Champion, spec: DatasetSpec, row: Mapping[str, Any], answer: Answer) -> bool:
    moved = derivation.move(row, answer.changes, spec)
    return familiarity(champion.scorecard, moved, spec).is_firm


def _way(answer: Answer, spec: DatasetSpec, row: Mapping[str, Any]) -> Way:
    return Way(
        text=answer_in_words(answer, spec, row),
        changes=answer.changes,
        moves=[_change(spec, column, row.get(column), new) for column, new in answer.changes.items()],
        followed=[_change(spec, column, *ends) for column, ends in answer.followed.items()],
        cost=answer.cost,
        before=answer.chance_before,
        after=answer.chance_after,
        is_measured=all(spec.feature(column).evidence != PREDICTIVE for column in answer.changes),
    )


def _change(spec: DatasetSpec, column: str, before: Any, after: Any) -> Change:
    return Change(
        spec.label(column), value_in_words(spec, column, before), value_in_words(spec, column, after)
    )


def _plain(way: Way) -> dict[str, Any]:
    return {"changes": way.changes, "cost": way.cost, "probability": way.after, "words": way.text}
