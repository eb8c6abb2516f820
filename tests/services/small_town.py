"""A town of five customers and a model small enough to add up in the head, for tests of what-if."""

from __future__ import annotations

import json

import pandas as pd

from config.dataset import DatasetSpec, parse_spec
from config.settings import Settings
from models.scorecard import Scorecard
from services import training
from services.installation import Installation

SPEC = """
name: town
title: Small town
id: key
outcome: {column: left, positive: "Yes"}
revenue: price
region: area
segments: [contract]
currency: EUR
features:
  - {column: contract, label: Contract, kind: categorical, role: lever, levels: [Month to month, One year]}
  - {column: price, label: Monthly price, kind: numeric, role: lever, unit: EUR, minimum: 10, maximum: 100,
     step: 1}
  - {column: tv, label: Television, kind: flag, role: lever, levels: ["No", "Yes"], evidence: trial 7}
  - {column: offer, label: DSL offers, kind: numeric, role: assumption, unit: offers}
  - {column: tenure, label: Tenure, kind: numeric, unit: months, minimum: 0, maximum: 72}
  - {column: total, label: Total paid, kind: numeric, unit: EUR}
  - {column: area, label: Area, kind: categorical}
derived: [{column: total, formula: tenure * price}]
rules:
  - {when: {contract: [One year]}, then: {tv: ["Yes"]}, text: A year comes with television.}
  - {when: {contract: [One year], area: [South]}, then: {tv: ["Yes"]}, text: So it is in the south.}
"""

ROWS = [
    {"key": "A1", "contract": "Month to month", "price": 60.0, "tv": "No", "offer": 2.0, "tenure": 1.0,
     "total": 61.5, "area": "North", "left": "No"},
    {"key": "A2", "contract": "One year", "price": 20.0, "tv": "Yes", "offer": 0.0, "tenure": 40.0,
     "total": 800.0, "area": "South", "left": "No"},
    {"key": "A3", "contract": "Month to month", "price": 90.0, "tv": "No", "offer": None, "tenure": 3.0,
     "total": None, "area": None, "left": "No"},
    {"key": "A4", "contract": None, "price": 99.0, "tv": "No", "offer": 9.0, "tenure": 0.0,
     "total": 0.0, "area": "North", "left": "No"},
    {"key": "A5", "contract": "Month to month", "price": 120.0, "tv": "No", "offer": 9.0, "tenure": 0.0,
     "total": 0.0, "area": "North", "left": "Yes"},
]  # fmt: skip


def numeric(column, edges, counts, ends):
    return {
        "column": column, "kind": "numeric", "minimum": ends[0], "maximum": ends[1], "edges": edges,
        "counts": counts,
    }  # fmt: skip


def levels(column, names):
    return {"column": column, "kind": "categorical", "levels": names, "counts": [0, *[2] * len(names), 0]}


def table(axes, scores):
    """Make a term whose two bags lie an eighth to either side of its scores."""
    bags = [[score + 0.125 for score in scores], [score - 0.125 for score in scores]]
    return {"type": "table", "axes": axes, "scores": scores, "bags": bags}


def card(spec: DatasetSpec) -> Scorecard:
    """Make the model: single columns, a pair, and a slope."""
    plain = {
        "format": 1,
        "spec": spec.hash,
        "intercept": -1.0,
        "bag_intercepts": [-1.0, -1.0],
        "spread": 2.0,
        "features": [
            levels("contract", ["Month to month", "One year"]),
            numeric("price", [30.0, 50.0, 80.0], [0, 1, 0, 2, 2], (20.0, 99.0)),
            levels("tv", ["No", "Yes"]),
            numeric("offer", [1.0, 5.0], [1, 1, 1, 2], (0.0, 9.0)),
            numeric("tenure", [], [0, 5], (0.0, 40.0)),
            numeric("total", [50.0, 500.0], [1, 2, 1, 1], (0.0, 800.0)),
            levels("area", ["North", "South"]),
        ],
        "terms": [
            table([{"feature": 0, "levels": ["Month to month", "One year"]}], [0.25, 1.0, -0.75, 0.0]),
            table([{"feature": 1, "edges": [50.0]}], [0.0, -0.5, 0.5]),
            table([{"feature": 5, "edges": [500.0]}], [0.0, 0.125, -0.25]),
            table(
                [{"feature": 2, "levels": ["No", "Yes"]}, {"feature": 3, "edges": [5.0]}],
                [0.0, 0.0, 0.0, 0.5, 0.25, 2.0, 0.5, 0.0, 1.0, 0.0, 0.0, 0.0],
            ),
            table([{"feature": 6, "levels": ["North", "South"]}], [0.0, 0.0625, -0.0625, 0.0]),
            {"type": "linear", "feature": 4, "slope": -0.0625, "centre": 8.0, "missing": 0.0, "limit": 4.0,
             "bags": [{"slope": -0.0625, "missing": 0.0}, {"slope": -0.0625, "missing": 0.0}]},
        ],
    }  # fmt: skip
    return Scorecard.from_json(json.dumps(plain))


def settle_town(folder, database_url: str | None = None) -> Installation:
    """Load the customers and let the model serve, as a draft."""
    installation = Installation(Settings(var=folder / "var", database_url=database_url))
    installation.store.migrate()
    spec = parse_spec(SPEC)
    frame = pd.DataFrame(ROWS)[list(spec.columns)]
    nothing = pd.DataFrame({"row": [], "column": [], "value": [], "reason": []})
    snapshot = installation.warehouse.write_snapshot(
        frame, spec, source="a test", refused=nothing, report={}, parent=None,
        created=installation.store.clock(),
    )  # fmt: skip
    model = card(spec)
    installation.shelf.put(model.version, model.to_json(), "no estimator")
    training.score_customers(installation, spec, snapshot.id, model.version, model)
    with installation.store.transaction() as together:
        together.record_snapshot(snapshot)
        together.set_current_spec(spec.name)
        together.record_version(
            version=model.version, spec_name=spec.name, spec_hash=spec.hash, snapshot=snapshot.id,
            state="draft", scorecard_sha256=model.version, metrics={},
        )  # fmt: skip
    return installation
