"""Small random scorecards with every kind of term, and the way back from a goal by trying everything."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from config.dataset import DatasetSpec, Kind, Role
from models.derivation import broken_rules, move
from models.scorecard import Scorecard
from models.scorecard_format import CategoricalFeature

NUMBERS = ("price", "contact", "hours", "rival", "total", "per_hour")
LEVELS = {"contract": ["Month", "Year", "Two years"], "security": ["No", "Yes"], "internet": ["No", "Yes"]}


def spec(random: np.random.Generator) -> DatasetSpec:
    """Make a spec of five levers, an assumption and facts, with derived columns and rules."""

    def number(column: str, role: str, most: int, **more: Any) -> dict[str, Any]:
        ranged = {"minimum": 0, "maximum": most, "step": float(random.choice([0.5, 1.0]))}
        limit = random.choice(["increasing", "decreasing", ""])
        more |= {"monotone": str(limit)} if limit and random.random() < 0.5 else {}
        return {"column": column, "label": column, "kind": "numeric", "role": role, **ranged, **more}

    def leveled(column: str, role: str, **more: Any) -> dict[str, Any]:
        own = {"kind": "categorical", "levels": LEVELS[column]}
        return {"column": column, "label": column, "role": role, **own, **more}

    def cost() -> float:
        return float(random.choice([0.0, 0.7, 1.0, 1.3, 2.0]))

    rules = [
        {"when": {"internet": ["No"]}, "then": {"security": ["No"]}, "text": "No internet, no security."},
        {"when": {"contract": ["Year"]}, "then": {"security": ["Yes"]}, "text": "A year is secure."},
        {"when": {"price": ["0"]}, "then": {"contract": ["Month"]}, "text": "Free is by the month."},
        {
            "when": {"security": ["Yes"], "contract": ["Two years"]},
            "then": {"internet": ["Yes"], "price": ["1", "2"]},
            "text": "A bundle.",
        },
    ]
    derived = [
        {"column": "total", "formula": str(random.choice(["3 * price", "price + 2 * contact", "rival"]))},
        {"column": "per_hour", "formula": str(random.choice(["total / hours", "price - contact", "total"]))},
    ]
    # a lever that follows another lever is none; one that follows an assumption is
    derived.insert(0, {"column": "hours", "formula": str(random.choice(["price", "rival"]))})
    costs = [{"cost": cost()} if random.random() < 0.9 else {} for _ in range(5)]
    return DatasetSpec.model_validate(
        {
            "name": "little",
            "title": "Little",
            "id": "key",
            "outcome": {"column": "left", "positive": "Yes"},
            "features": [
                number("price", "lever", 3, **costs[0]),
                number("contact", "lever", 2, **costs[1]),
                leveled("contract", "lever", **costs[2]),
                number("hours", "lever", 2, **costs[3]),
                leveled("security", "lever", **costs[4]),
                number("rival", "assumption", 4),
                {"column": "internet", "label": "internet", "kind": "flag"},
                {"column": "total", "label": "total", "kind": "numeric"},
                {"column": "per_hour", "label": "per_hour", "kind": "numeric"},
            ],
            "derived": [one for one in derived if random.random() < 0.6],
            "rules": [one for one in rules if random.random() < 0.5],
        }
    )


def card(random: np.random.Generator, of: DatasetSpec) -> Scorecard:
    """Make a scorecard over the columns of a spec: tables, pairs, lines; some bins hold nobody."""

    def scores(cells: int) -> list[float]:
        return (np.rint(random.normal(size=cells) * 2.0**44) / 2.0**44).tolist()

    def counts(bins: int) -> list[int]:
        return [int(random.random() < 0.85) for _ in range(bins)]

    features: list[dict[str, Any]] = []
    for column in NUMBERS:
        edges = sorted({float(one) for one in random.choice(np.arange(-2, 9) / 2, random.integers(0, 5))})
        low = float(random.choice([-9.0, 0.0, 0.5]))
        features.append(
            {"column": column, "kind": "numeric", "edges": edges, "minimum": low, "maximum": low + 14}
            | {"counts": counts(len(edges) + 2)}
        )
    for column, levels in LEVELS.items():
        known = levels[: random.integers(1, len(levels) + 1)] if random.random() < 0.2 else levels
        features.append(
            {"column": column, "kind": "categorical", "levels": known, "counts": counts(len(known) + 2)}
        )

    def axis(place: int) -> dict[str, Any]:
        one = features[place]
        if "levels" in one:
            return {"feature": place, "levels": one["levels"]}
        return {"feature": place, "edges": [edge for edge in one["edges"] if random.random() < 0.8]}

    def table(*places: int) -> dict[str, Any]:
        axes = [axis(place) for place in places]
        cells = int(np.prod([len(one.get("edges", one.get("levels"))) + 2 for one in axes]))
        return {"type": "table", "axes": axes, "scores": scores(cells), "bags": [scores(cells)] * 2}

    def line(place: int) -> dict[str, Any]:
        bag = {"slope": 0.0, "missing": 0.0}
        own = {"slope": float(random.normal()), "centre": 1.0, "missing": 0.0, "limit": 4.0}
        return {"type": "linear", "feature": place, "bags": [bag] * 2, **own}

    terms = [
        line(place) if place < len(NUMBERS) and random.random() < 0.4 else table(place)
        for place in range(len(features))
        if random.random() < 0.8
    ]
    pairs = [random.choice(len(features), 2, replace=False) for _ in range(random.integers(0, 5))]
    terms += [table(int(one), int(other)) for one, other in pairs]
    plain = {"format": 1, "spec": of.hash, "intercept": 0.5, "bag_intercepts": [0.0, 1.0], "spread": 2.0}
    return Scorecard.from_json(json.dumps(plain | {"features": features, "terms": terms}))


def customer(random: np.random.Generator) -> dict[str, Any]:
    """Make a customer; some values are missing, off the slider's steps or beyond its range."""
    row: dict[str, Any] = {column: float(random.integers(0, 9)) / 2 for column in NUMBERS}
    row["price"] = float(random.choice([row["price"], 1.3, 2.0, 3.0]))
    row |= {column: str(random.choice(levels)) for column, levels in LEVELS.items()}
    for column in row:
        if random.random() < 0.06:
            row[column] = None
    return row


@dataclass(frozen=True)
class Tried:
    """One combination of values, all levers considered."""

    changes: Mapping[str, Any]
    cost: float
    on_data: bool
    log_odds: float


def everything(card: Scorecard, spec: DatasetSpec, row: Mapping[str, Any]) -> list[Tried]:
    """Try every combination that the spec allows, those too that go where nobody was seen."""
    offers = [list(_offers(card, spec, row, feature.column)) for feature in spec.features]
    split = spec.model_copy(
        update={
            "rules": tuple(
                rule.model_copy(update={"then": {column: levels}})
                for rule in spec.rules
                for column, levels in rule.then.items()
            )
        }
    )
    recorded = broken_rules(row, split)
    found, frames = [], []
    for combination in product(*offers):
        changes = {column: value for column, value, _ in combination if column}
        moved = move(row, changes, spec)
        if all(rule in recorded for rule in broken_rules(moved, split)):
            on_data = all(
                _has_data(card, column, moved[column])
                or (column not in changes and (moved[column] == row[column] or moved[column] is None))
                or (column not in changes and not _has_data(card, column, row[column]))
                for column in moved
            )
            found.append((changes, sum(cost for *_, cost in combination), on_data))
            frames.append(moved)
    scores = card.log_odds(pd.DataFrame(frames, columns=list(row), dtype=object))
    return [Tried(*one, float(score)) for one, score in zip(found, scores, strict=True)]


def _offers(
    card: Scorecard, spec: DatasetSpec, row: Mapping[str, Any], column: str
) -> Iterator[tuple[str, Any, float]]:
    """Give what one column can be moved to and the cost; first, to nothing."""
    feature, present = spec.feature(column), row[column]
    yield "", None, 0.0
    follows = any(one.column == column == "hours" and one.formula == "price" for one in spec.derived)
    if feature.role is not Role.LEVER or feature.cost is None or present is None or follows:
        return
    if feature.kind is not Kind.NUMERIC:
        for text in feature.levels:
            if text != present:
                yield column, text, feature.cost
        return
    for place in range(round(feature.maximum / feature.step) + 1):
        value = place * feature.step
        against = {"increasing": value > present, "decreasing": value < present}.get(feature.monotone or "")
        if value != present and not against:
            yield column, value, abs(value - present) * feature.cost


def _has_data(card: Scorecard, column: str, value: Any) -> bool:
    if column not in card.columns:
        return True
    place = card.columns.index(column)
    feature = card.features[place]
    if feature.counts[card.bin_of(place, value)] == 0 or value is None:
        return False
    if isinstance(feature, CategoricalFeature):
        return value in feature.levels
    return feature.minimum <= value <= feature.maximum
