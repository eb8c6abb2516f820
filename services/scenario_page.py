"""What the Scenarios page starts from: levers, whom they can be moved for, the sample, and the proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from config.dataset import DatasetSpec, Kind, Role
from models.scenario import Base, Engine, ScenarioError, check, follows, moves_price, parse_scenario
from models.scenario.sample import draw, pack
from services import evidence, log, moves, portfolio, scenario_words
from services.evidence import Evidence
from services.installation import Champion
from services.objections import are_as_then
from services.roles import Actor
from services.scenario_answers import Answer
from services.scenarios import NoModel, allowed, answer, open_engine

if TYPE_CHECKING:
    from services.installation import Installation

RAISE = 1.05
SAMPLES_KEPT = 2


class AnsweredOtherwise(LookupError):
    """Another model or other customers answer now than then, so there is nothing to compare with."""


def start(
    installation: Installation,
    actor: Actor,
    plain: Mapping[str, Any] | None,
    answered: Answer | None = None,
) -> dict[str, Any]:
    """Set the page up and answer what it begins with, as plain JSON.

    ``answered`` is the answer to begin with where there is one on record already.

    A scenario that cannot be answered (out of an old link, say) is told under ``refused``, and the base as
    it is stands instead.

    Raises
    ------
    services.scenarios.NoModel
        If no model may answer this person.
    """
    on, champion = allowed(installation, actor)
    engine = open_engine(installation, on.dataset, champion)
    refused = ""
    try:
        first = answered or answer(installation, actor, plain or {})
    except ScenarioError as fault:
        refused, first = str(fault), answer(installation, actor, {})
    base, spec = engine.base, engine.base.spec
    return {
        "levers": _levers(spec, champion, evidence.everything(installation, spec.name)),
        "who": _choices(base),
        "ranges": _ranges(base),
        "starters": starters(engine),
        "answer": plain_answer(first),
        "refused": refused,
        "asked": dict(plain or {}),
        "version": champion.version,
        "snapshot": on.dataset.snapshot,
        "left_out": installation.left_out(spec.name).mark,
        "customers": base.rows,
    }


def plain_answer(found: Answer) -> dict[str, Any]:
    """Give an answer as plain JSON."""
    return asdict(found) | {"entry": found.stamp.entry, "draft": found.stamp.is_draft}


def asked(installation: Installation, actor: Actor, question: Mapping[str, Any]) -> dict[str, Any]:
    """Answer a page's question (``steps``, and the ``number`` to know it by); a refusal is told in words."""
    number = question.get("number")
    try:
        found = answer(installation, actor, {"steps": question.get("steps")})
    except NoModel as stopped:
        return {"number": number, "refused": str(stopped), "stopped": True}
    except ScenarioError as refused:
        return {"number": number, "refused": str(refused)}
    return plain_answer(found) | {"number": number}


def starters(engine: Engine) -> list[dict[str, Any]]:
    """Suggest scenarios to begin with: each lever and assumption, moved the way one would ask for.

    Returns
    -------
    list of dict
        ``words`` and ``steps``; only such as can be carried out.
    """
    base, found = engine.base, []
    for feature in base.spec.features:
        if feature.role is Role.FACT:
            continue
        if feature.kind is Kind.NUMERIC:
            step = {"column": feature.column, "operation": "add", "value": a_tenth(base, feature.column)}
            if feature.column == base.spec.revenue:
                step |= {"operation": "multiply", "value": RAISE}
            elif feature.role is Role.LEVER and feature.monotone == "increasing":
                step["value"] *= -1  # the way that keeps customers
        elif (levels := two_levels(base, feature.column)) is not None:
            step = {"column": feature.column, "operation": "move", "level": levels[0], "value": levels[1]}
        else:
            continue
        try:
            scenario = parse_scenario({"steps": [step]})
            check(scenario, base.spec, base.levels, base.numeric)
        except ScenarioError:
            continue
        found.append({"words": scenario_words.step(scenario.steps[0], base.spec), "steps": [step]})
    return found


def a_tenth(base: Base, column: str) -> float:
    """Give a tenth of the range of a column, rounded to its step."""
    feature = base.spec.feature(column)
    values = base.values(column)
    low = feature.minimum if feature.minimum is not None else float(np.nanmin(values, initial=0.0))
    high = feature.maximum if feature.maximum is not None else float(np.nanmax(values, initial=1.0))
    step = feature.step or 1.0
    return max(round((high - low) / 10 / step), 1) * step


def two_levels(base: Base, column: str) -> tuple[str, str] | None:
    """Give the level that most customers have, of those with another one after them, and that."""
    levels = base.levels[column]
    counts = np.bincount(base.codes(column), minlength=len(levels) + 1)[1:-1]
    if not counts.any():
        return None
    most = int(counts.argmax())
    return levels[most], levels[most + 1]


def _levers(spec: DatasetSpec, champion: Champion, measured: Mapping[str, Evidence]) -> list[dict[str, Any]]:
    """List what can be moved, with its ends, its cost and what follows it."""
    made = []
    for control in moves.controls(spec, champion.scorecard, {}, measured):
        feature = spec.feature(control.column)
        made.append(
            asdict(control)
            | {
                "cost": None if moves_price(spec, feature.column) else feature.cost,
                "moves_price": moves_price(spec, feature.column),
                "monotone": feature.monotone,
                "followed": [spec.label(column) for column in follows(spec, control.column)],
            }
        )
    return made


def _choices(base: Base) -> list[dict[str, Any]]:
    """List the columns of levels that customers can be chosen by; protected ones are not among them."""
    spec = base.spec
    return [
        {
            "column": column,
            "label": spec.label(column),
            "levels": [[level, spec.level_label(column, level)] for level in levels],
        }
        for column, levels in base.levels.items()
        if levels and (column not in spec.protected or column in spec.segments)
    ]


def _ranges(base: Base) -> list[dict[str, Any]]:
    """List the columns of numbers that customers can be chosen by, with their ends."""
    made = []
    for feature in base.spec.features:
        if feature.kind is Kind.NUMERIC and feature.column not in base.spec.protected:
            values = base.values(feature.column)
            if np.isnan(values).all():
                continue
            made.append(
                {
                    "column": feature.column,
                    "label": feature.label,
                    "unit": feature.unit,
                    "minimum": float(np.nanmin(values)),
                    "maximum": float(np.nanmax(values)),
                }
            )
    return made


def sample(installation: Installation, actor: Actor, version: str, snapshot: str) -> bytes:
    """Give the sample that the browser answers from while something is dragged.

    Raises
    ------
    LookupError
        If another version or snapshot answers now.
    """
    on, champion = allowed(installation, actor)
    if (champion.version, on.dataset.snapshot) != (version, snapshot):
        raise LookupError("Another model or other customers answer now. Reload the page.")
    return _sample(open_engine(installation, on.dataset, champion))


@lru_cache(maxsize=SAMPLES_KEPT)
def _sample(engine: Engine) -> bytes:
    return pack(engine.base, _places(engine.base), {"line": engine.threshold})


def proof(installation: Installation, actor: Actor, entry: int) -> bytes:
    """Give the chance of each customer of the sample by the server, for an answer on record.

    Returns
    -------
    bytes
        Numbers of eight bytes, little-endian, in the order of the sample.

    Raises
    ------
    LookupError
        If this person has no such answer on record.
    AnsweredOtherwise, NoModel
        If another version or snapshot answers now, or none.
    """
    found = log.one(installation, actor, entry)
    on, champion = allowed(installation, actor)
    if found.kind != "scenario" or found.payload is None:
        raise LookupError(f"Entry {entry} is no scenario.")
    if (champion.version, on.dataset.snapshot) != (found.version, found.snapshot):
        raise AnsweredOtherwise("Another model or other customers answer now. Reload the page.")
    if not are_as_then(installation, on.dataset.spec.name, found.payload):
        raise AnsweredOtherwise("Others object to profiling now than then. Reload the page.")
    engine = portfolio.engine(installation, on.dataset, champion)
    chances = engine.probability(parse_scenario(found.payload["scenario"]))
    return chances[_places(engine.base)].astype("<f8").tobytes()


@lru_cache(maxsize=SAMPLES_KEPT)
def _places(base: Base) -> npt.NDArray[np.intp]:
    return draw(base)
