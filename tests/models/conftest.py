"""Scorecards to test with: one worked out by hand, one of every shape, one compiled from a fitted EBM."""

from __future__ import annotations

import json
import math
import warnings
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from config.dataset import parse_spec
from models.scorecard import Scorecard

SPEC = """
name: small
title: Small
id: key
outcome: {column: left, positive: "Yes"}
region: Region
currency: EUR
features:
  - {column: tenure, label: Tenure, kind: numeric, unit: months, role: fact, minimum: 0, maximum: 72}
  - {column: monthly, label: Monthly charges, kind: numeric, unit: EUR, role: lever}
  - {column: total, label: Total charges, kind: numeric, unit: EUR}
  - {column: Contract, label: Contract, kind: categorical, role: lever,
     level_labels: {Month-to-month: Month to month}}
  - {column: Region, label: Region, kind: categorical}
  - {column: Paperless, label: Paperless billing, kind: flag}
derived: [{column: total, formula: tenure * monthly}]
rules:
  - {when: {Contract: [Two year]}, then: {Paperless: ["Yes"]}, text: A two-year contract is paperless.}
"""

EDGES = [-1e300, -2.5, -5e-324, 0.0, 0.1, 1 / 3, 1.0, 29.85, 1e5, 1e300]
LEVELS = ["__proto__", "constructor", "toString", "1", "Zürich 😀", 'a"b\\', "No internet service"]


@pytest.fixture
def spec():
    return parse_spec(SPEC)


def plain_card(**changes) -> dict:
    """Make the plain content of a card small enough to add up in the head."""
    return {
        "format": 1,
        "spec": "0" * 64,
        "intercept": -1.0,
        "bag_intercepts": [-1.5, -0.5],
        "spread": 2.0,
        "features": [
            {
                "column": "tenure",
                "kind": "numeric",
                "minimum": 0.0,
                "maximum": 72.0,
                "edges": [6.0, 12.0],
                "counts": [0, 3, 2, 1],
            },
            {
                "column": "Contract",
                "kind": "categorical",
                "levels": ["Month-to-month", "Two year"],
                "counts": [0, 4, 2, 0],
            },
        ],
        "terms": [
            {
                "type": "table",
                "axes": [{"feature": 0, "edges": [6.0, 12.0]}],
                "scores": [0.0, 1.0, 0.25, -1.0],
                "bags": [[0.0, 1.0, 0.25, -1.0]] * 2,
            },
            {
                "type": "table",
                "axes": [{"feature": 1, "levels": ["Month-to-month", "Two year"]}],
                "scores": [0.125, 0.5, -2.0, 0.0625],
                "bags": [[0.125, 0.5, -2.0, 0.0625]] * 2,
            },
            {
                "type": "table",
                "axes": [
                    {"feature": 0, "edges": [12.0]},
                    {"feature": 1, "levels": ["Month-to-month", "Two year"]},
                ],
                "scores": [0, 0, 0, 0, 0, 0.75, 0, 0, 0, -0.5, 0, 0],
                "bags": [[0, 0, 0, 0, 0, 0.75, 0, 0, 0, -0.5, 0, 0]] * 2,
            },
        ],
    } | changes


@pytest.fixture
def plain():
    return plain_card()


@pytest.fixture
def card():
    return Scorecard.from_json(json.dumps(plain_card()))


def scores(random: np.random.Generator, *shape: int) -> list:
    """Draw scores on the grid of 2**-44, using every bit of it."""
    return (np.rint(random.normal(size=shape) * 2.0**44) / 2.0**44).tolist()


def _table(random, axes):
    cells = int(np.prod([len(axis.get("edges", axis.get("levels"))) + 2 for axis in axes]))
    return {"type": "table", "axes": axes, "scores": scores(random, cells), "bags": scores(random, 8, cells)}


def _linear(random, feature, slope, limit):
    bags = [{"slope": s, "missing": m} for s, m in zip(random.normal(size=8), scores(random, 8), strict=True)]
    return {
        "type": "linear",
        "feature": feature,
        "slope": slope,
        "centre": 0.1,
        "limit": limit,
        "missing": scores(random),
        "bags": bags,
    }


@pytest.fixture(scope="session")
def every_shape() -> Scorecard:
    """Give a card with every kind of term: single and paired axes of either kind, linear, awkward levels."""
    random = np.random.default_rng(7)
    numeric = {"kind": "numeric", "minimum": -9.0, "maximum": 9.0}
    x = numeric | {"column": "x", "edges": EDGES, "counts": [0] * (len(EDGES) + 2)}
    y = numeric | {"column": "y", "edges": [0.0, 1.0, 2.0], "counts": [0] * 5}
    level = {"column": "level", "kind": "categorical", "levels": LEVELS, "counts": [0] * (len(LEVELS) + 2)}
    flag = {"column": "flag", "kind": "categorical", "levels": ["0", "1"], "counts": [0] * 4}
    z = numeric | {"column": "constructor", "edges": [], "counts": [0, 0]}
    axis = [
        {"feature": 0, "edges": EDGES},
        {"feature": 1, "edges": [1.0]},
        {"feature": 2, "levels": LEVELS},
        {"feature": 3, "levels": ["0", "1"]},
    ]
    pairs = [[{"feature": 0, "edges": EDGES[2:5]}, axis[1]], [axis[2], axis[1]], [axis[3], axis[2]]]
    terms = [
        _table(random, axes)
        for axes in [[axis[0]], [{"feature": 1, "edges": [0.0, 2.0]}], [axis[2]], [axis[3]], *pairs]
    ]
    terms += [_linear(random, 4, 0.37, 16.0), _linear(random, 0, -1e-3, 8.0), _linear(random, 1, 0.0, 8.0)]
    return Scorecard.from_json(
        json.dumps(
            plain_card(
                features=[x, y, level, flag, z],
                terms=terms,
                intercept=scores(random),
                bag_intercepts=scores(random, 8),
                spread=2.364624251592785,
            )
        )
    )


def _neighbours(edges: list[float]) -> list[float]:
    return [
        one
        for edge in edges
        for one in (edge, math.nextafter(edge, math.inf), math.nextafter(edge, -math.inf))
    ]


NUMBERS = [
    *_neighbours(EDGES),
    *_neighbours([1.0, 2.0]),
    math.inf,
    -math.inf,
    math.nan,
    -0.0,
    5e-324,
    1.7e308,
    7,
    True,
    False,
]
TEXTS = [
    "",
    " ",
    "29.85",
    " 0.1\t",
    "+1.",
    ".5e1",
    "1e400",
    "-1e400",
    "-0",
    "1e-400",
    "1,5",
    "0x10",
    "1_0",
    "inf",
    "Infinity",
    "NaN",
    "١",
    "\u00a01",
    "12abc",
    "1 2",
    "Yes",
    "true",
]
NOT_LEVELS = [
    "hasOwnProperty",
    "zürich 😀",
    "2",
    " 1 ",
    "01",
    "1.0",
    0,
    1,
    1.0,
    0.5,
    -0.0,
    1e300,
    2.0**53,
    math.inf,
]


@pytest.fixture(scope="session")
def awkward_rows():
    """Give a maker of rows that hold every value an engine might read in its own way."""

    def make(count: int, seed: int) -> list[dict]:
        random = np.random.default_rng(seed)
        anything = [*NUMBERS, *TEXTS, *LEVELS, *NOT_LEVELS, None]

        def value(column: str):
            usual = random.random()
            if usual < 0.4 and column in ("x", "y", "constructor"):
                return float(random.normal() * 10.0 ** random.integers(-3, 6))
            if usual < 0.4:
                return [*LEVELS, "0", "1"][random.integers(len(LEVELS) + 2)]
            return anything[random.integers(len(anything))]

        columns = ["x", "y", "level", "flag", "constructor"]
        return [{c: value(c) for c in columns if random.random() > 0.02} for _ in range(count)]

    return make


@pytest.fixture(scope="session")
def fitted():
    """Give an EBM with pairs, fitted on missing values and levels, and the table it learned from."""
    from interpret.glassbox import ExplainableBoostingClassifier

    random, rows = np.random.default_rng(0), 1500
    frame = pd.DataFrame(
        {
            "tenure": random.normal(size=rows).round(2),
            "Contract": pd.Series(random.choice(["x", "y", "z"], rows), dtype=object),
            "monthly": random.exponential(size=rows),
        }
    )
    frame.loc[::17, "tenure"] = np.nan
    frame.loc[::13, "Contract"] = None
    pull = frame["tenure"].fillna(0) * frame["monthly"] + (frame["Contract"] == "x")
    ebm = ExplainableBoostingClassifier(
        feature_types=["continuous", "nominal", "continuous"],
        interactions=[(0, 2), (1, 2), (0, 1)],
        outer_bags=4,
        max_bins=32,
        max_interaction_bins=8,
        n_jobs=1,
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Missing values detected")
        ebm.fit(frame, (pull + random.normal(size=rows)) > 0.5)
    return SimpleNamespace(ebm=ebm, frame=frame)
