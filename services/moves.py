"""Moves: what of a customer can be moved, how far, where no data is, and which changes are refused."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from config.dataset import DatasetSpec, Feature, Kind, Role
from models.reach import ends_of, levels, seen_of, step_of, without_data
from models.reasons import amount, value_in_words
from models.scorecard import Scorecard
from models.values import level, number
from services.evidence import Evidence


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


def controls(
    spec: DatasetSpec, card: Scorecard, row: Mapping[str, Any], measured: Mapping[str, Evidence]
) -> list[Control]:
    """List what can be moved of a customer: levers first, then assumptions, in the order of the spec.

    ``measured`` is what actions measured, by column (:func:`services.evidence.everything`).
    """
    movable = [feature for feature in spec.features if feature.role is not Role.FACT]
    movable.sort(key=lambda feature: list(Role).index(feature.role))
    found = (
        _control(spec, card, feature, row.get(feature.column), measured.get(feature.column))
        for feature in movable
    )
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
    ends = ends_of(card, feature, present)
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


def _control(
    spec: DatasetSpec, card: Scorecard, feature: Feature, present: Any, measured: Evidence | None
) -> Control | None:
    plain: dict[str, Any] = {
        "column": feature.column,
        "label": feature.label,
        "role": str(feature.role),
        "description": feature.description,
        "evidence": measured.source if measured else feature.evidence,
        "unit": feature.unit,
        "words": value_in_words(spec, feature.column, present),
    }
    if feature.kind is not Kind.NUMERIC:
        offered = tuple(
            (text, value_in_words(spec, feature.column, text)) for text in levels(card, feature, present)
        )
        return Control(**plain, value=level(present), levels=offered) if len(offered) > 1 else None
    ends = ends_of(card, feature, present)
    if ends is None:
        return None
    value = number(present)
    return Control(
        **plain,
        value=None if math.isnan(value) else value,
        minimum=ends[0],
        maximum=ends[1],
        step=step_of(feature, *ends),
        no_data=without_data(seen_of(card, feature.column), *ends),
    )
