"""Moves: what of a customer can be moved, how far, where no data is, and which changes are refused."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from config.dataset import DatasetSpec, Feature, Kind, Role
from models.reasons import amount, value_in_words
from models.scorecard import Scorecard
from models.scorecard_format import CategoricalFeature, NumericFeature
from models.values import level, number

STEPS_OF_A_SLIDER = 100


class ChangeRefused(ValueError):
    """A change that cannot be made; the message says why and what can be asked instead."""


@dataclass(frozen=True)
class Control:
    """Something of one customer that can be moved.

    Attributes
    ----------
    value : float, str or None
        As it is at present; None where it is not known.
    words : str
        The same as people read it.
    minimum, maximum, step : float or None
        Of a number: the ends of the slider, which hold the present value too, and its step.
    levels : tuple of (value, words)
        Of anything else: what can be chosen, in the order of the screen.
    no_data : tuple of (low, high)
        Stretches of the slider in which the model has seen nobody.
    evidence : str
        ``predictive``, or the experiment that measured the effect.
    """

    column: str
    label: str
    role: str
    description: str
    evidence: str
    unit: str | None
    value: float | str | None
    words: str
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    levels: tuple[tuple[str, str], ...] = ()
    no_data: tuple[tuple[float, float], ...] = ()


def controls(spec: DatasetSpec, card: Scorecard, row: Mapping[str, Any]) -> list[Control]:
    """List what can be moved of a customer: levers first, then assumptions, in the order of the spec."""
    movable = [feature for feature in spec.features if feature.role is not Role.FACT]
    movable.sort(key=lambda feature: list(Role).index(feature.role))
    found = (_control(spec, card, feature, row.get(feature.column)) for feature in movable)
    return [control for control in found if control is not None]


def checked(
    spec: DatasetSpec, card: Scorecard, row: Mapping[str, Any], changes: Mapping[str, Any]
) -> dict[str, float | str]:
    """Let changes pass that can be made; those to the present value are none and fall out.

    Raises
    ------
    ChangeRefused
        For a fact, a column that is none, a number outside its range, a level that there is not.
    """
    passed = {column: _checked(spec, card, column, row.get(column), new) for column, new in changes.items()}
    return {column: new for column, new in passed.items() if not _is_same(row.get(column), new)}


def levels(card: Scorecard, feature: Feature, present: Any) -> list[str]:
    """List the levels of the spec, then those that training saw, then the present one; none of a number."""
    if feature.kind is Kind.NUMERIC:
        return []
    seen = _seen(card, feature.column)
    learned = seen.levels if isinstance(seen, CategoricalFeature) else []
    return list(dict.fromkeys([*feature.levels, *learned, *filter(None, [level(present)])]))


def _checked(spec: DatasetSpec, card: Scorecard, column: str, present: Any, new: Any) -> float | str:
    try:
        feature = spec.feature(column)
    except KeyError:
        raise ChangeRefused(
            f"{column!r} is nothing that the model reads. {_what_can_be_moved(spec)}"
        ) from None
    if feature.role is Role.FACT:
        raise ChangeRefused(f"{feature.label} is a fact: nobody moves it. {_what_can_be_moved(spec)}")
    return (_number if feature.kind is Kind.NUMERIC else _level)(card, feature, present, new)


def _number(card: Scorecard, feature: Feature, present: Any, new: Any) -> float:
    ends = _ends(card, feature, present)
    if ends is None:
        raise ChangeRefused(f"{feature.label} cannot be moved: no value of it was ever seen.")
    reach = f"Choose a value from {amount(ends[0])} to {amount(ends[1], feature.unit)}."
    value = number(new)
    if isinstance(new, bool | str) or math.isnan(value):
        raise ChangeRefused(f"{feature.label} cannot be {new!r}: it is a number. {reach}")
    if not ends[0] <= value <= ends[1]:
        raise ChangeRefused(f"{feature.label} cannot be {amount(value, feature.unit)}. {reach}")
    return value


def _level(card: Scorecard, feature: Feature, present: Any, new: Any) -> str:
    offered = levels(card, feature, present)
    if not isinstance(new, str) or new not in offered:
        raise ChangeRefused(f"{feature.label} cannot be {new!r}. Choose one of: {', '.join(offered)}.")
    return new


def _what_can_be_moved(spec: DatasetSpec) -> str:
    labels = [feature.label for feature in spec.features if feature.role is not Role.FACT]
    return f"Move one of: {', '.join(labels)}." if labels else "The data names nothing that can be moved."


def _is_same(present: Any, new: float | str) -> bool:
    """Say whether a move ends where it began; a missing value is never what was chosen."""
    return number(present) == new if isinstance(new, float) else level(present) == new


def _control(spec: DatasetSpec, card: Scorecard, feature: Feature, present: Any) -> Control | None:
    plain: dict[str, Any] = {
        "column": feature.column,
        "label": feature.label,
        "role": str(feature.role),
        "description": feature.description,
        "evidence": feature.evidence,
        "unit": feature.unit,
        "words": value_in_words(spec, feature.column, present),
    }
    if feature.kind is not Kind.NUMERIC:
        offered = tuple(
            (text, value_in_words(spec, feature.column, text)) for text in levels(card, feature, present)
        )
        return Control(**plain, value=level(present), levels=offered) if len(offered) > 1 else None
    ends = _ends(card, feature, present)
    if ends is None:
        return None
    value = number(present)
    return Control(
        **plain,
        value=None if math.isnan(value) else value,
        minimum=ends[0],
        maximum=ends[1],
        step=feature.step or _round_step((ends[1] - ends[0]) / STEPS_OF_A_SLIDER),
        no_data=_no_data(_seen(card, feature.column), *ends),
    )


def _seen(card: Scorecard, column: str) -> NumericFeature | CategoricalFeature | None:
    """Find what the card knows of a column; None where it does not read it."""
    return card.features[card.columns.index(column)] if column in card.columns else None


def _ends(card: Scorecard, feature: Feature, present: Any) -> tuple[float, float] | None:
    """Give the range of a number: the spec's, else what training saw; the present value lies inside."""
    seen = _seen(card, feature.column)
    low, high = feature.minimum, feature.maximum
    if isinstance(seen, NumericFeature):
        low = seen.minimum if low is None else low
        high = seen.maximum if high is None else high
    if low is None or high is None:
        return None
    value = number(present)
    if math.isfinite(value):
        low, high = min(low, value), max(high, value)
    return (low, high) if low < high else None


def _no_data(
    seen: NumericFeature | CategoricalFeature | None, low: float, high: float
) -> tuple[tuple[float, float], ...]:
    """Find the stretches of a range beyond what training saw, and the bins in it that hold nobody."""
    if not isinstance(seen, NumericFeature) or seen.minimum is None or seen.maximum is None:
        return ()
    borders = [seen.minimum, *(e for e in seen.edges if seen.minimum < e < seen.maximum), seen.maximum]
    stretches = [(low, seen.minimum), (seen.maximum, high)]
    for start, end in pairwise(borders):
        # the bin of a stretch is the one its start falls into; bin 0 is of missing values
        if seen.counts[sum(edge <= start for edge in seen.edges) + 1] == 0:
            stretches.append((start, end))
    return _joined([(max(a, low), min(b, high)) for a, b in stretches])


def _joined(stretches: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    joined: list[tuple[float, float]] = []
    for start, end in sorted(one for one in stretches if one[0] < one[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def _round_step(size: float) -> float:
    """Round a step to 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(size))
    return next(float(f"{factor * power:.12g}") for factor in (1, 2, 5, 10) if factor * power >= size * 0.999)
