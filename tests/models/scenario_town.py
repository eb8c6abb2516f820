"""Customers to try scenarios on: a spec with rules and a derived column, every kind of term."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from config.dataset import parse_spec
from models.scorecard import Scorecard

SPEC = parse_spec(
    """
name: town
title: Town
id: key
outcome: {column: left, positive: "Yes"}
revenue: price
segments: [contract, channel]
protected: [gender]
currency: EUR
features:
  - {column: contract, label: Contract, kind: categorical, role: lever, cost: 2,
     levels: [Month, Year, Two years]}
  - {column: price, label: Price, kind: numeric, role: lever, unit: EUR, minimum: 10, maximum: 100, cost: 1,
     monotone: increasing}
  - {column: contact, label: Contact, kind: numeric, role: lever, minimum: 0, maximum: 20, cost: 3}
  - {column: rival, label: Rival offer, kind: numeric, role: assumption, minimum: 0, maximum: 10}
  - {column: security, label: Security, kind: categorical, role: lever, levels: ["No", "Yes", None here]}
  - {column: internet, label: Internet, kind: flag, levels: ["No", "Yes"]}
  - {column: tenure, label: Tenure, kind: numeric}
  - {column: total, label: Total, kind: numeric}
derived: [{column: total, formula: tenure * price}]
rules:
  - {when: {internet: ["No"]}, then: {security: [None here]}, text: Without internet there is no security.}
  - {when: {internet: ["Yes"]}, then: {security: ["No", "Yes"]}, text: With internet it is booked or not.}
"""
)

BAGS = 3


def card(seed: int = 0) -> Scorecard:
    """Make a scorecard: tables, a pair of a number and a level, a linear term."""
    random = np.random.default_rng(seed)

    def on_grid(values):
        return np.round(np.asarray(values) * 2.0**44) / 2.0**44

    def table(axes, cells):
        scores = on_grid(random.normal(size=cells) * 0.7)
        bags = [on_grid(scores + random.normal(size=cells) * 0.1).tolist() for _ in range(BAGS)]
        return {"type": "table", "axes": axes, "scores": scores.tolist(), "bags": bags}

    numeric = {
        "price": [20.0, 29.85, 50.0, 80.0],
        "contact": [1.0, 5.0, 12.5],
        "tenure": [3.0, 12.0, 40.0],
        "total": [100.0, 700.0, 2000.5],
    }
    levels = {
        "contract": ["Month", "Year"],
        "security": ["No", "Yes", "None here"],
        "internet": ["No", "Yes"],
    }
    features = [
        {
            "column": column,
            "kind": "numeric",
            "edges": edges,
            "minimum": 0.0,
            "maximum": edges[-1] * 1.2,
            "counts": [1] * (len(edges) + 2),
        }
        for column, edges in numeric.items()
    ]
    features.append(
        {"column": "rival", "kind": "numeric", "edges": [], "minimum": 0.0, "maximum": 8.0, "counts": [1, 9]}
    )
    features += [
        {"column": column, "kind": "categorical", "levels": own, "counts": [1] * (len(own) + 1) + [0]}
        for column, own in levels.items()
    ]
    place = {feature["column"]: number for number, feature in enumerate(features)}
    terms = [
        table([{"feature": place[column], "edges": edges}], len(edges) + 2)
        for column, edges in numeric.items()
    ]
    terms += [
        table([{"feature": place[column], "levels": own}], len(own) + 2) for column, own in levels.items()
    ]
    terms.append(
        table(
            [
                {"feature": place["contract"], "levels": levels["contract"]},
                {"feature": place["price"], "edges": [29.85, 80.0]},
            ],
            (len(levels["contract"]) + 2) * 4,
        )
    )
    terms.append(
        {
            "type": "linear",
            "feature": place["rival"],
            "slope": float(on_grid(0.21)),
            "centre": 4.0,
            "missing": 0.0,
            "limit": 32.0,
            "bags": [{"slope": float(on_grid(0.2 + 0.01 * bag)), "missing": 0.0} for bag in range(BAGS)],
        }
    )
    return Scorecard.from_json(
        json.dumps(
            {
                "format": 1,
                "spec": SPEC.hash,
                "intercept": -1.0,
                "bag_intercepts": [-1.125, -1.0, -0.875],
                "spread": 1.9,
                "features": features,
                "terms": terms,
            }
        )
    )


def customers(rows: int = 400, seed: int = 0) -> pd.DataFrame:
    """Make customers, some values of whom are missing, unknown to the model or beyond the range."""
    random = np.random.default_rng(seed)
    internet = random.choice(["No", "Yes"], rows)
    frame = pd.DataFrame(
        {
            "key": [f"c{number}" for number in range(rows)],
            "contract": random.choice(
                ["Month", "Year", "Two years", "Weekly"], rows, p=[0.5, 0.3, 0.15, 0.05]
            ),
            "price": np.round(random.uniform(5, 110, rows), 2),
            "contact": random.integers(0, 20, rows).astype(float),
            "rival": np.round(random.uniform(0, 10, rows), 1),
            "security": np.where(internet == "No", "None here", random.choice(["No", "Yes"], rows)),
            "internet": internet,
            "tenure": random.integers(0, 72, rows).astype(float),
            "channel": random.choice(["Shop", "Online"], rows),
            "gender": random.choice(["Female", "Male"], rows),
            "left": None,
        }
    )
    frame["total"] = np.round(frame["tenure"] * frame["price"] + random.normal(size=rows), 2)
    frame.loc[random.random(rows) < 0.05, "security"] = "Yes"  # in some rows what cannot be is recorded
    for column in ("price", "contact", "tenure", "total", "rival"):
        frame.loc[random.random(rows) < 0.04, column] = np.nan
    for column in ("contract", "security", "internet", "channel"):
        frame[column] = frame[column].astype(object)
        frame.loc[random.random(rows) < 0.04, column] = None
    return frame
