"""The answer to one what-if: exact, on record before it is told; and as plain values for the page."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from config.dataset import DatasetSpec
from models import derivation
from models import reasons as words
from models.familiarity import Grade
from models.reasons import Reason
from models.scorecard import RowScore
from models.values import number
from services import log
from services.case import inputs, judge
from services.installation import Champion, Installation
from services.roles import Actor
from services.stamp import Stamp, Standing, stamp

LONGEST_CLAIM = 40


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
    familiarity, doubt : str
        Of the customer as moved: ``usual``, ``unusual`` or ``unlike`` anything seen, where there is no firm
        score; and what that stands on, in words ("" where usual).
    warnings : list of str
        What the model has not learned from, input by input, and combinations that cannot be.
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
    familiarity: Grade
    doubt: str
    warnings: list[str]
    is_equal: bool | None
    difference: float | None
    stamp: Stamp


@dataclass(frozen=True)
class Routed:
    """What answers for one customer, and what the log keeps of an experiment that affects them."""

    on: Standing
    champion: Champion
    trial: Mapping[str, str]


def answered(
    installation: Installation,
    actor: Actor,
    routed: Routed,
    key: str,
    row: Mapping[str, Any],
    changes: dict[str, float | str],
    claim: str | None,
) -> Answer:
    """Answer changes that can be made, and put the answer in the log; ``claim`` is the browser's log-odds."""
    on, champion = routed.on, routed.champion
    dataset = on.dataset
    spec, card = dataset.spec, champion.scorecard
    moved = derivation.move(row, changes, spec)
    judged = judge(card, moved, spec)
    score, found = judged.score, judged.reasons
    before = _outlook(installation, spec, row, card.score(row) if changes else score)
    after = _outlook(installation, spec, moved, score)
    warnings = [*judged.warnings, *(rule.text for rule in derivation.broken_rules(moved, spec))]
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
            "input": inputs(card, row),
            "changes": changes,
            "followed": {one.column: moved[one.column] for one in followed},
            "before": {"log_odds": before.log_odds, "probability": before.probability},
            **judged.plain(),
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
        familiarity=judged.familiar.grade,
        doubt=judged.familiar.text,
        warnings=warnings,
        is_equal=is_equal,
        difference=abs(claimed - score.log_odds) if math.isfinite(claimed) else None,
        stamp=stamp(installation, on, entry=entry),
    )


def _outlook(
    installation: Installation, spec: DatasetSpec, row: Mapping[str, Any], score: RowScore
) -> Outlook:
    of = worth(installation, spec)
    value = number(row.get(of["column"])) * of["months"] if of["column"] else math.nan
    revenue = number(row.get(spec.revenue)) if spec.revenue else math.nan
    return Outlook(
        log_odds=score.log_odds,
        probability=score.probability,
        low=score.low,
        high=score.high,
        expected_loss=_known(score.probability * value),
        revenue=_known(revenue),
    )


def worth(installation: Installation, spec: DatasetSpec) -> dict[str, Any]:
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
        "familiarity": answered.familiarity,
        "doubt": answered.doubt,
        "warnings": answered.warnings,
        "is_equal": answered.is_equal,
        "difference": answered.difference,
        "entry": answered.stamp.entry,
        "version": answered.stamp.version,
    }
