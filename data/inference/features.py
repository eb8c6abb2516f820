"""Guessing features: label, role, unit, range of the slider, segments and what follows others."""

from __future__ import annotations

import keyword
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from config import labels
from config.dataset import Derived, Feature, Kind, Role
from data import column_names
from data.inference.column import Column
from data.inference.reading import Reading

SEGMENTS = 6

CURRENCY = "USD"

FLAGS = (("no", "yes"), ("0", "1"), ("false", "true"), ("n", "y"), ("f", "t"))


@dataclass(frozen=True)
class Measures:
    """The columns that the figures on screen stand on."""

    revenue: str | None
    value: str | None
    tenure: str | None
    region: str | None

    @classmethod
    def of(cls, reading: Reading) -> Measures:
        """Guess by names which columns hold revenue, value, tenure and region."""
        numeric = [n for n, c in reading.candidates.items() if c.kind is Kind.NUMERIC]
        levels = [n for n, c in reading.candidates.items() if c.kind is Kind.CATEGORICAL]
        regions = (n for word in column_names.REGIONS for n in levels if word in column_names.words(n))
        return cls(
            revenue=next((n for n in numeric if column_names.is_revenue(n)), None),
            value=next((n for n in numeric if column_names.is_value(n)), None),
            tenure=next((n for n in numeric if column_names.is_tenure(n)), None),
            region=next(regions, None),
        )


def feature_of(column: Column, measures: Measures) -> Feature:
    """Guess a feature: label, kind, role, unit, range of its slider, labels of its levels."""
    role = Role(column_names.role(column.name))
    said = {
        "column": column.name,
        "label": labels.label(column.name),
        "kind": column.kind,
        "role": role,
    }
    if column.kind is Kind.NUMERIC:
        minimum, maximum, step = slider(column.values)
        return Feature(**said, unit=_unit(column.name, measures), minimum=minimum, maximum=maximum, step=step)
    levels = tuple(sorted(map(str, column.counts.index), key=_natural))
    return Feature(**said, levels=levels, level_labels=_level_labels(column.name, levels))


def _unit(name: str, measures: Measures) -> str | None:
    found = set(column_names.words(name))
    if name == measures.tenure:
        return "months"
    if name == measures.revenue:
        return f"{CURRENCY} per month"
    if found & (column_names.PRICE_WORDS - {"rate"}):
        return CURRENCY
    return next((word for word in ("minutes", "days", "hours") if word in found), None)


def slider(values: np.ndarray) -> tuple[float | None, float | None, float | None]:
    """Choose a slider's ends and step for values of shape (n,); None where no range can be told.

    About a hundred steps of 1, 2 or 5 times a power of ten; the ends enclose all values,
    but for lone ones far away; zero is an end where the least value is near it.
    """
    values = values[np.isfinite(values)]
    if not len(values):
        return None, None, None
    low, high = float(values.min()), float(values.max())
    whole = bool((values == np.floor(values)).all())
    with np.errstate(all="ignore"):
        near_low, near_high = (float(edge) for edge in np.quantile(values, [0.001, 0.999]))
    if math.isfinite(near_high - near_low) and near_high > near_low:
        reach = 3 * (near_high - near_low)
        low = low if near_low - low <= reach else near_low
        high = high if high - near_high <= reach else near_high
    span = high - low
    if not math.isfinite(span) or span <= 0 or not math.isfinite(span * 2) or span < 1e-200:
        return None, None, None
    step = _nice(span / 100)
    step = max(step, 1.0) if whole else step
    if 0 <= low <= high / 10:
        low = 0.0
    digits = max(0, -math.floor(math.log10(step)))
    minimum: float
    maximum: float
    if step == 1.0 and whole:
        minimum, maximum = float(math.floor(low)), float(math.ceil(high))
    else:
        minimum, maximum = (
            round(math.floor(low / step) * step, digits),
            round(math.ceil(high / step) * step, digits),
        )
    return (float(minimum), float(maximum), step) if minimum < maximum else (None, None, None)


def _nice(size: float) -> float:
    """Give the largest of 1, 2, 5 times a power of ten that is not above a size."""
    power = math.floor(math.log10(size))
    leading = next((n for n in (5, 2) if n * 10.0**power <= size), 1)
    return float(f"{leading}e{power}")


def _natural(text: str) -> tuple[Any, ...]:
    """Sort no before yes, 2 before 10, and text without case."""
    for pair in FLAGS:
        if text.casefold() in pair:
            return (0, pair.index(text.casefold()), text)
    return (
        1,
        [
            (0, int(p), "") if p.isascii() and p.isdigit() else (1, 0, p)
            for p in re.split(r"([0-9]+)", text.casefold())
        ],
        text,
    )


def _level_labels(name: str, levels: Iterable[str]) -> dict[str, str]:
    """Say levels as people do where the table has codes: 0 is no, area_code_415 is 415."""
    levels = list(levels)
    if set(levels) == {"0", "1"}:
        return {"0": "no", "1": "yes"}
    prefix = f"{name}_"
    if all(level.startswith(prefix) and len(level) > len(prefix) for level in levels):
        return {level: level.removeprefix(prefix) for level in levels}
    return {
        level: level.replace("_", " ") for level in levels if re.fullmatch(r"[A-Za-z]+(_[A-Za-z]+)+", level)
    }


def segments_of(chosen: Mapping[str, Column], measures: Measures) -> tuple[str, ...]:
    """Choose a few columns of few levels to filter by, those that speak of products first."""
    few = [
        n
        for n, c in chosen.items()
        if c.kind is not Kind.NUMERIC and 2 <= c.distinct <= 12 and n != measures.region
    ]
    first = [n for n in few if column_names.SEGMENT_WORDS & set(column_names.words(n))]
    return tuple(dict.fromkeys(first + few))[:SEGMENTS]


def derived_of(chosen: Mapping[str, Column], measures: Measures) -> tuple[Derived, ...]:
    """Find a total that is about months times monthly revenue, within a tenth for half the rows."""
    if (
        measures.tenure is None
        or measures.revenue is None
        or not {measures.tenure, measures.revenue} <= set(chosen)
    ):
        return ()
    tenure, revenue = _in_formula(measures.tenure), _in_formula(measures.revenue)
    if tenure is None or revenue is None:
        return ()
    with np.errstate(all="ignore"):
        product = chosen[measures.tenure].values * chosen[measures.revenue].values
        for name, column in chosen.items():
            if column.kind is not Kind.NUMERIC or name in (measures.tenure, measures.revenue):
                continue
            off = np.abs(column.values - product) / np.abs(product)
            off = off[np.isfinite(off)]
            if len(off) > 10 and np.median(off) < 0.1:
                return (Derived(column=name, formula=f"{tenure} * {revenue}"),)
    return ()


def _in_formula(name: str | None) -> str | None:
    if name is None or "`" in name:
        return None
    plain = name.isascii() and name.isidentifier() and not keyword.iskeyword(name)
    return name if plain else f"`{name}`"
