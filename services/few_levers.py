"""The few levers of the Overview: which they are, where they begin, and what that brings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from config.dataset import DatasetSpec, Feature, Kind, Role
from models.scenario import Base
from services.roles import Actor, permitted
from services.scenario_page import a_tenth, plain_answer, two_levels
from services.scenarios import NoModel, allowed, answer, open_engine

if TYPE_CHECKING:
    from services.installation import Installation

LEVERS_SHOWN = 2
"""Beside one assumption."""


def small(installation: Installation, actor: Actor) -> dict[str, Any] | None:
    """Set up the few levers of the Overview, and answer what they begin with; None for who may not explore.

    Returns
    -------
    dict or None
        ``levers``: column, label, role, ``kind`` (``add``; ``percent``; ``share`` of customers who change
        from ``level`` to ``value``), ends, step, unit and ``at``, where it begins; ``answer`` as on the page.
    """
    if not permitted(actor, "explore"):
        return None
    try:
        on, champion = allowed(installation, actor)
    except NoModel:
        return None
    engine = open_engine(installation, on.dataset, champion)
    levers = _few(engine.base)
    if not levers:
        return None
    first = answer(installation, actor, {"steps": [step for step in map(_begun, levers) if step]})
    return {
        "levers": levers,
        "answer": plain_answer(first),
        "version": champion.version,
        "left_out": installation.left_out(on.dataset.spec.name).mark,
        "snapshot": on.dataset.snapshot,
    }


def _few(base: Base) -> list[dict[str, Any]]:
    """Choose two levers and an assumption: numbers before levels, one of each column."""
    spec = base.spec
    numbers = [feature for feature in spec.features if feature.kind is Kind.NUMERIC]
    levers = [one for one in numbers if one.role is Role.LEVER]
    levers += [one for one in spec.features if one.role is Role.LEVER and one.kind is not Kind.NUMERIC]
    rivals = [one for one in numbers if one.role is Role.ASSUMPTION][:1]
    found = [_small_lever(base, feature) for feature in (*levers[:LEVERS_SHOWN], *rivals)]
    return _opened([one for one in found if one is not None], spec)


def _opened(levers: list[dict[str, Any]], spec: DatasetSpec) -> list[dict[str, Any]]:
    """Begin with what others do, and what can be done about it: the assumption, and the first lever."""
    pulls = [one for one in levers if one["kind"] == "add"]
    helps = [one for one in pulls if spec.feature(one["column"]).monotone == "decreasing"][:1]
    for one in pulls:
        tenth = one["high"] / 5
        if one["role"] == Role.ASSUMPTION:
            one["at"] = tenth
        elif one in helps:
            one["at"] = 2 * tenth
    return levers


def _small_lever(base: Base, feature: Feature) -> dict[str, Any] | None:
    told = {"column": feature.column, "label": feature.label, "role": str(feature.role), "unit": feature.unit}
    if feature.kind is not Kind.NUMERIC:
        levels = two_levels(base, feature.column)
        if levels is None:
            return None
        labels = [feature.level_label(level) for level in levels]
        words = f"{feature.label}: {labels[0]} to {labels[1]}"
        return told | {"label": words, "kind": "share", "level": levels[0], "value": levels[1],
                       "low": 0, "high": 100, "step": 1, "unit": "%", "at": 0}  # fmt: skip
    if feature.column == base.spec.revenue:
        return told | {"kind": "percent", "low": -20, "high": 20, "step": 0.5, "unit": "%", "at": 0}
    tenth = a_tenth(base, feature.column)
    ends = {"low": -5 * tenth, "high": 5 * tenth, "step": feature.step or tenth / 10}
    return told | {"kind": "add", **ends, "at": 0}


def _begun(lever: Mapping[str, Any]) -> dict[str, Any] | None:
    """Give the step that a lever of the Overview begins with; None where it begins at nothing."""
    if not lever["at"] or lever["kind"] != "add":
        return None
    return {"column": lever["column"], "operation": "add", "value": lever["at"]}
