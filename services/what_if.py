"""What-if: levers and assumptions of one customer moved, answered exactly, on record before it is told."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from config.dataset import DatasetSpec
from data.warehouse import Filters
from models import derivation
from models import reasons as words
from models.reasons import Reason
from models.scorecard import RowScore, Scorecard
from models.values import number
from services import customers, log, moves, routing
from services.customers import Fact, NoSuchCustomer
from services.installation import Champion, Dataset, Installation
from services.moves import ChangeRefused, Control
from services.roles import Actor, permitted, require
from services.stamp import Stamp, Standing, stamp, standing

__all__ = [
    "Answer",
    "ChangeRefused",
    "NoModel",
    "NoSuchCustomer",
    "Setting",
    "answer",
    "matches",
    "plain",
    "plain_setting",
    "scorecard",
    "start",
]

IDS_OFFERED = 12
LONGEST_CLAIM = 40


class NoModel(LookupError):
    """No model may answer this person; the message says why and whom to ask."""


@dataclass(frozen=True)
class Outlook:
    """One customer's chance of leaving within the horizon, its range, and what that means in money.

    ``expected_loss`` is the chance times what the customer is worth, in currency, and ``revenue`` what is
    paid a month; None where the data does not know.
    """

    log_odds: float
    probability: float
    low: float
    high: float
    expected_loss: float | None
    revenue: float | None


@dataclass(frozen=True)
class Followed:
    """A derived column that moved along, in words before and after."""

    column: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Answer:
    """The exact answer to one what-if, as it stands in the log.

    Attributes
    ----------
    changes : dict
        Column to new value, as taken; what was moved to its present value is no change.
    before, after : Outlook
        As it is, and as it would be.
    reasons : list of Reason
        Of the customer as moved; they add up to ``after``.
    sentence : str
        The weightiest of them.
    warnings : list of str
        What the model has not learned from, and combinations that cannot be.
    is_equal : bool or None
        Whether the browser claimed the same log-odds, to the last bit; None where it claimed none.
    difference : float or None
        How far its claim lay apart, in log-odds; None where there is none or it is no number.
    """

    id: str
    changes: dict[str, float | str]
    before: Outlook
    after: Outlook
    reasons: list[Reason]
    sentence: str
    followed: list[Followed]
    warnings: list[str]
    is_equal: bool | None
    difference: float | None
    stamp: Stamp


@dataclass(frozen=True)
class Column:
    """How a feature is read out in the browser: its words, and those of each of its levels."""

    label: str
    kind: str
    role: str
    unit: str | None
    unit_of_one: str | None
    is_place: bool
    levels: dict[str, str]


@dataclass(frozen=True)
class Setting:
    """Everything a what-if page starts from.

    Attributes
    ----------
    row : dict
        What the model and the rules read of the customer, raw; None is missing.
    columns : dict of Column
        By column.
    derived : list of (column, tree)
        What follows the levers (config.formula).
    rules : list of dict
        ``when``, ``then`` and ``text`` of combinations that cannot be.
    left_out : list of str
        Why changes that were asked for were not made.
    worth : dict
        ``column`` and ``months``: a customer is worth so many times that column; ``revenue``: its column.
    start : float
        The chance that the model starts from, a share in 0 to 1.
    threshold : float or None
        The score of the last customer on the at-risk list.
    """

    id: str
    is_active: bool
    controls: list[Control]
    facts: list[Fact]
    row: dict[str, Any]
    columns: dict[str, Column]
    derived: list[tuple[str, Any]]
    rules: list[dict[str, Any]]
    left_out: list[str]
    worth: dict[str, Any]
    start: float
    threshold: float | None
    answer: Answer


def start(
    installation: Installation, actor: Actor, key: str | None, changes: Mapping[str, Any] | None = None
) -> Setting:
    """Set a what-if up and answer it once, so that its first figures are on record too.

    Parameters
    ----------
    key : str or None
        The customer; the active one with the highest expected loss where None.
    changes : mapping, optional
        What is moved from the start (out of a link). What cannot be is left out and said.

    Raises
    ------
    NoModel
        If no model may answer this person.
    NoSuchCustomer
        If there is no such current customer, or no active one at all.
    """
    on, champion = _standing(installation, actor)
    dataset = on.dataset
    key = key or _highest_loss(installation, dataset, champion)
    row = customers.find(installation, dataset, key)
    routed = _routed(installation, actor, on, key, row)
    champion = routed.champion
    spec, card = dataset.spec, champion.scorecard
    possible, left_out = _possible(dataset, champion, row, changes or {})
    return Setting(
        id=key,
        is_active=bool(row["_active"]),
        controls=moves.controls(spec, card, row),
        facts=[fact for fact in customers.facts(dataset, row) if fact.role == "fact"],
        row={column: row.get(column) for column in _columns_read(spec)},
        columns=_columns(dataset, champion, row),
        derived=[(derived.column, derived.tree) for derived in spec.derived],
        rules=[rule.model_dump(mode="json") for rule in spec.rules],
        left_out=left_out,
        worth=_worth(installation, spec),
        start=card.start,
        threshold=installation.warehouse.threshold(
            dataset.snapshot, champion.version, installation.settings.at_risk_share
        ),
        answer=_answered(installation, actor, routed, key, row, possible, None),
    )


def answer(
    installation: Installation,
    actor: Actor,
    key: str,
    changes: Mapping[str, Any],
    claimed_log_odds: str | None = None,
) -> Answer:
    """Answer a what-if exactly; it is committed to the log when this returns.

    Parameters
    ----------
    changes : mapping of column to value
        Levers and assumptions only.
    claimed_log_odds : str, optional
        What the browser computed, as a decimal that reads back to the same bits.

    Raises
    ------
    ChangeRefused
        If a change cannot be made.
    NoModel, NoSuchCustomer
        As :func:`start`.
    """
    on, _ = _standing(installation, actor)
    row = customers.find(installation, on.dataset, key)
    routed = _routed(installation, actor, on, key, row)
    possible = moves.checked(on.dataset.spec, routed.champion.scorecard, row, changes)
    return _answered(installation, actor, routed, key, row, possible, claimed_log_odds)


def matches(installation: Installation, actor: Actor, text: str) -> list[str]:
    """Offer ids of active customers that contain a text, in order; facts, so nothing is logged."""
    require(actor, "explore")
    dataset = installation.dataset()
    page = installation.warehouse.customers_page(
        dataset.snapshot, None, Filters(), [], 0, IDS_OFFERED, text.strip()[:80]
    )
    return [row[dataset.spec.id] for row in page.rows]


def scorecard(installation: Installation, actor: Actor, version: str) -> str:
    """Give the scorecard of a version that answers as its canonical JSON, for the browser's engine.

    Besides the version in use that is the one on trial, for who may see it.

    Raises
    ------
    NoModel
        If it is no version that answers, or none may answer this person.
    """
    on, champion = _standing(installation, actor)
    if champion.version == version:
        return _text(champion.scorecard)
    if permitted(actor, "see-drafts"):
        running = installation.store.experiments(on.dataset.spec.name, running=True)
        tried = installation.store.version(version)
        if tried and any(row.version == version and row.kind != "shadow" for row in running):
            return _text(installation.load_scorecard(version, tried.scorecard_sha256))
    raise NoModel("Another version of the model answers by now. Reload the page.")


@lru_cache(maxsize=4)
def _text(card: Scorecard) -> str:
    return card.to_json()


def _standing(installation: Installation, actor: Actor) -> tuple[Standing, Champion]:
    require(actor, "explore")
    on = standing(installation, actor)
    if on.champion is None:
        raise NoModel(on.withheld)
    return on, on.champion


@dataclass(frozen=True)
class _Routed:
    """What answers for one customer, and what the log keeps of an experiment that affects them."""

    on: Standing
    champion: Champion
    trial: Mapping[str, str]


def _routed(
    installation: Installation, actor: Actor, on: Standing, key: str, row: Mapping[str, Any]
) -> _Routed:
    own, trial = routing.stand(installation, actor, on, key, row)
    assert own.champion is not None  # routing chooses between versions where one answers
    return _Routed(own, own.champion, trial)


def _highest_loss(installation: Installation, dataset: Dataset, champion: Champion) -> str:
    page = installation.warehouse.customers_page(
        dataset.snapshot, champion.version, Filters(), [("expected_loss", "desc")], 0, 1
    )
    if not page.rows:
        raise NoSuchCustomer("There is no active customer in these data. Load newer data to ask what if.")
    return str(page.rows[0][dataset.spec.id])


def _possible(
    dataset: Dataset, champion: Champion, row: Mapping[str, Any], changes: Mapping[str, Any]
) -> tuple[dict[str, float | str], list[str]]:
    """Keep the changes that can be made; say why not of the others."""
    possible: dict[str, float | str] = {}
    left_out = []
    for column, new in changes.items():
        try:
            possible |= moves.checked(dataset.spec, champion.scorecard, row, {column: new})
        except ChangeRefused as refused:
            left_out.append(str(refused))
    return possible, left_out


def _answered(
    installation: Installation,
    actor: Actor,
    routed: _Routed,
    key: str,
    row: Mapping[str, Any],
    changes: dict[str, float | str],
    claim: str | None,
) -> Answer:
    on, champion = routed.on, routed.champion
    dataset = on.dataset
    spec, card = dataset.spec, champion.scorecard
    moved = derivation.move(row, changes, spec)
    score = card.score(moved)
    before = _outlook(installation, spec, row, card.score(row) if changes else score)
    after = _outlook(installation, spec, moved, score)
    found = words.reasons(card, moved, spec, score=score)
    warnings = [words.warning(one, spec) for one in card.unusual(moved)]
    warnings += [rule.text for rule in derivation.broken_rules(moved, spec)]
    claimed = number(claim)
    is_equal = None if claim is None else claimed == score.log_odds
    followed = _followed(spec, row, moved)
    entry = log.record(
        installation,
        actor,
        "what-if",
        subject=key,
        version=champion.version,
        snapshot=dataset.snapshot,
        payload={
            "input": customers.inputs(champion, dict(row)),
            "changes": changes,
            "followed": {one.column: moved[one.column] for one in followed},
            "before": {"log_odds": before.log_odds, "probability": before.probability},
            "answer": {
                "log_odds": score.log_odds,
                "log_odds_exact": score.log_odds.hex(),
                "probability": score.probability,
            },
            "range": [score.low, score.high],
            "reasons": [[reason.label, reason.contribution] for reason in found],
            "warnings": warnings,
            "browser": None if claim is None else {"log_odds": claim[:LONGEST_CLAIM], "equal": is_equal},
            **routed.trial,
        },
    ).seq
    return Answer(
        id=key,
        changes=changes,
        before=before,
        after=after,
        reasons=found,
        sentence=words.headline(found),
        followed=followed,
        warnings=warnings,
        is_equal=is_equal,
        difference=abs(claimed - score.log_odds) if math.isfinite(claimed) else None,
        stamp=stamp(installation, on, entry=entry),
    )


def _outlook(
    installation: Installation, spec: DatasetSpec, row: Mapping[str, Any], score: RowScore
) -> Outlook:
    worth = _worth(installation, spec)
    value = number(row.get(worth["column"])) * worth["months"] if worth["column"] else math.nan
    revenue = number(row.get(spec.revenue)) if spec.revenue else math.nan
    return Outlook(
        log_odds=score.log_odds,
        probability=score.probability,
        low=score.low,
        high=score.high,
        expected_loss=_known(score.probability * value),
        revenue=_known(revenue),
    )


def _worth(installation: Installation, spec: DatasetSpec) -> dict[str, Any]:
    """Say what a customer is worth: a column of the data, else so many months of revenue."""
    months = 1 if spec.value else installation.settings.value_months
    return {"column": spec.value or spec.revenue, "months": months, "revenue": spec.revenue}


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _followed(spec: DatasetSpec, row: Mapping[str, Any], moved: Mapping[str, Any]) -> list[Followed]:
    return [
        Followed(
            derived.column,
            spec.label(derived.column),
            words.value_in_words(spec, derived.column, row.get(derived.column)),
            words.value_in_words(spec, derived.column, moved[derived.column]),
        )
        for derived in spec.derived
        if moved[derived.column] != row.get(derived.column)
    ]


def _columns_read(spec: DatasetSpec) -> list[str]:
    """Name what the browser computes with; nothing else of a customer leaves for this page."""
    ruled = [column for rule in spec.rules for column in (*rule.when, *rule.then)]
    money = [column for column in (spec.value, spec.revenue) if column is not None]
    return list(dict.fromkeys([*(feature.column for feature in spec.features), *ruled, *money]))


def _columns(dataset: Dataset, champion: Champion, row: Mapping[str, Any]) -> dict[str, Column]:
    spec, card = dataset.spec, champion.scorecard
    return {
        feature.column: Column(
            label=feature.label,
            kind=str(feature.kind),
            role=str(feature.role),
            unit=feature.unit,
            unit_of_one=words.amount(1.0, feature.unit).removeprefix("1 ") if feature.unit else None,
            is_place=feature.column == spec.region,
            levels={
                text: words.value_in_words(spec, feature.column, text)
                for text in moves.levels(card, feature, row.get(feature.column))
            },
        )
        for feature in spec.features
    }


def plain(answered: Answer) -> dict[str, Any]:
    """Give an answer as JSON has it, for the page; the log-odds as a decimal that keeps every bit."""
    return {
        "changes": answered.changes,
        "before": asdict(answered.before) | {"log_odds": repr(answered.before.log_odds)},
        "after": asdict(answered.after) | {"log_odds": repr(answered.after.log_odds)},
        "reasons": [
            {
                "columns": one.columns,
                "label": one.label,
                "value": one.value,
                "points": one.points,
                "role": str(one.role),
            }
            for one in answered.reasons
        ],
        "sentence": answered.sentence,
        "followed": [asdict(one) for one in answered.followed],
        "warnings": answered.warnings,
        "is_equal": answered.is_equal,
        "difference": answered.difference,
        "entry": answered.stamp.entry,
        "version": answered.stamp.version,
    }


def plain_setting(setting: Setting) -> dict[str, Any]:
    """Give a setting as JSON has it: what the page's script computes and writes with."""
    stamp = setting.answer.stamp
    return {
        "id": setting.id,
        "version": stamp.version,
        "controls": [
            {
                "column": one.column,
                "value": one.value,
                "minimum": one.minimum,
                "maximum": one.maximum,
                "levels": [value for value, _ in one.levels],
                "no_data": one.no_data,
            }
            for one in setting.controls
        ],
        "row": setting.row,
        "columns": {column: asdict(one) for column, one in setting.columns.items()},
        "derived": setting.derived,
        "rules": setting.rules,
        "left_out": setting.left_out,
        "worth": setting.worth,
        "start": setting.start,
        "threshold": setting.threshold,
        "currency": stamp.currency,
        "decimals": stamp.decimals,
        "horizon_months": stamp.horizon_months,
        "answer": plain(setting.answer),
    }
