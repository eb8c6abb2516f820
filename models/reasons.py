"""Why a score is what it is, in words a person would say, adding up to the score exactly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from config.dataset import DatasetSpec, Feature, Kind, Role
from models.scorecard import Row, RowScore, Scorecard, Unusual, logistic
from models.values import level, number

_YES = {"yes", "true", "1", "y", "t"}
_NO = {"no", "false", "0", "n", "f"}
_WEIGHTY = 1 / 3


@dataclass(frozen=True)
class Reason:
    """What one term gave to a score.

    ``contribution`` is in log-odds; ``points`` is its part of the way from the model's
    starting point to the score, a difference of shares in 0-1, above 0 where the chance
    of leaving rises. ``facts`` are the values alone: "the tenure is 2 months".
    """

    columns: tuple[str, ...]
    label: str
    value: str
    contribution: float
    points: float
    role: Role
    text: str
    facts: tuple[str, ...]


def reasons(
    scorecard: Scorecard, row: Row, spec: DatasetSpec, *, score: RowScore | None = None
) -> list[Reason]:
    """Say what each term gave to a row's score, the weightiest first.

    Contributions with the intercept add up to the log-odds exactly; points add up from
    the chance at the intercept to the row's chance. ``score`` saves scoring once more.
    """
    score = score or scorecard.score(row)
    slope = secant(scorecard.intercept, score.log_odds)
    told = [
        _reason([spec.feature(column) for column in columns], row, spec, contribution, contribution * slope)
        for columns, contribution in zip(scorecard.term_columns, score.contributions, strict=True)
    ]
    return sorted(told, key=lambda reason: -abs(reason.contribution))


def secant(start: float, end: float) -> float:
    """Give the rise of the logistic function per log-odds between two points; where they meet, its slope."""
    if start == end:
        return float(logistic(start) * logistic(-start))
    return float((logistic(end) - logistic(start)) / (end - start))


def headline(found: Sequence[Reason]) -> str:
    """Say the one or two reasons that weigh most in the direction of the score, in a sentence."""
    direction = math.copysign(1, sum(reason.contribution for reason in found))
    weights = [reason for reason in found if reason.contribution * direction > 0]
    weights.sort(key=lambda reason: -abs(reason.contribution))
    if not weights:
        return "No single reason stands out."
    least = abs(weights[0].contribution) * _WEIGHTY
    weighty = [reason for reason in weights[:2] if abs(reason.contribution) >= least]
    facts = list(dict.fromkeys(fact for reason in weighty for fact in reason.facts))
    return f"Mostly because {' and '.join(filter(None, [', '.join(facts[:-1]), facts[-1]]))}."


def warning(unusual: Unusual, spec: DatasetSpec) -> str:
    """Say what is unusual about a value by the spec's label and unit, and what the model does with it."""
    feature = spec.feature(unusual.column)
    return unusual.sentence(feature.label, lambda value: amount(value, feature.unit))


def amount(value: float, unit: str | None = None) -> str:
    """Write a number with its unit, at most two decimals: "2 months", "1 month", "1,889.5 USD"."""
    if not math.isfinite(value):
        text = "not known" if math.isnan(value) else "without limit"
        return text if value >= 0 or math.isnan(value) else f"minus {text}"
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    text = "0" if text == "-0" else text
    if not unit:
        return text
    first, *rest = unit.split(" ", 1)
    one = text == "1" and first.endswith("s") and first.islower()
    return " ".join([text, first[:-1] if one else first, *rest])


def value_in_words(spec: DatasetSpec, column: str, value: Any) -> str:
    """Write a feature's value as people read it: number with unit, label of the level, "not known"."""
    feature = spec.feature(column)
    if feature.kind is Kind.NUMERIC:
        return amount(number(value), feature.unit)
    text = level(value)
    if text is None:
        return "not known"
    label = feature.level_label(text)
    if feature.kind is Kind.FLAG and label == text:
        return "yes" if text.lower() in _YES else "no" if text.lower() in _NO else text
    return label


def _reason(
    features: list[Feature], row: Row, spec: DatasetSpec, contribution: float, points: float
) -> Reason:
    values = [_value_inside(spec, feature, row.get(feature.column)) for feature in features]
    names = [features[0].label, *(inside(feature.label) for feature in features[1:])]
    label = " together with ".join(names)
    return Reason(
        columns=tuple(feature.column for feature in features),
        label=label,
        value=", ".join(values),
        contribution=contribution,
        points=points,
        role=_role(features),
        text=f"{label} ({', '.join(values)}) {_effect(points)}.",
        facts=tuple(_fact(feature, value) for feature, value in zip(features, values, strict=True)),
    )


def _role(features: list[Feature]) -> Role:
    """Take the most movable role: a pair with a lever in it can be moved by us."""
    return min((feature.role for feature in features), key=list(Role).index)


def _fact(feature: Feature, value: str) -> str:
    article = "" if feature.kind is Kind.FLAG else "the "
    last = feature.label.rsplit(maxsplit=1)[-1].lower()
    verb = "are" if last.endswith("s") and not last.endswith(("ss", "us", "is")) else "is"
    return f"{article}{inside(feature.label)} {verb} {value}"


def _effect(points: float) -> str:
    if points == 0:
        return "does not change the chance of leaving"
    verb, size = ("raises" if points > 0 else "lowers"), abs(points) * 100
    if size < 0.1:
        return f"{verb} the chance of leaving by less than 0.1 points"
    return f"{verb} the chance of leaving by {amount(float(f'{size:.1f}'), 'points')}"


def _value_inside(spec: DatasetSpec, feature: Feature, value: Any) -> str:
    """Write a value inside a sentence; the names of regions keep their capital."""
    words = value_in_words(spec, feature.column, value)
    return words if feature.kind is Kind.NUMERIC or feature.column == spec.region else inside(words)


def inside(label: str) -> str:
    """Write a label inside a sentence: "Monthly charges" loses its capital, "DSL" and "TV" keep theirs."""
    word = label.split(maxsplit=1)[0] if label.strip() else label
    return label[:1].lower() + label[1:] if word[1:].islower() else label
