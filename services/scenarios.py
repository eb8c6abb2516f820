"""Scenarios: what happens if levers and assumptions move for many customers, answered for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from models.scenario import Engine, Outcome, Scenario, ScenarioError, check, parse_scenario
from services import evidence, log, objections, portfolio, scenario_words
from services.installation import Champion, Dataset
from services.roles import Actor, require
from services.scenario_answers import Answer, put_together
from services.stamp import Standing, stamp, standing

if TYPE_CHECKING:
    from services.installation import Installation

__all__ = [
    "Answer",
    "NoModel",
    "ScenarioError",
    "Worked",
    "allowed",
    "answer",
    "checked",
    "figures",
    "open_engine",
    "told",
    "work_out",
]


class NoModel(LookupError):
    """No model may answer this person; the message says why and whom to ask."""


def answer(installation: Installation, actor: Actor, plain: Mapping[str, Any]) -> Answer:
    """Answer a scenario for every active customer; it is on record when this returns.

    Parameters
    ----------
    plain : mapping
        ``steps``: see :class:`models.scenario.Step`.

    Raises
    ------
    ScenarioError
        If it cannot be; the message names the step.
    NoModel
        If no model may answer this person.
    """
    on, champion = allowed(installation, actor)
    return told(installation, actor, on, work_out(installation, on.dataset, champion, plain))


@dataclass(frozen=True)
class Worked:
    """A scenario as the engine worked it out, on record nowhere yet."""

    scenario: Scenario
    engine: Engine
    outcome: Outcome


def work_out(
    installation: Installation, dataset: Dataset, champion: Champion, plain: Mapping[str, Any]
) -> Worked:
    """Work a scenario out on any customers and version; ScenarioError where it cannot be."""
    scenario = parse_scenario(plain)
    check_nobody_objects(installation, dataset, scenario)
    engine = open_engine(installation, dataset, champion)
    checked(scenario, engine)
    return Worked(scenario, engine, engine.run(scenario))


def told(installation: Installation, actor: Actor, on: Standing, worked: Worked) -> Answer:
    """Put what was worked out on record, then together for people."""
    scenario, engine, found = worked.scenario, worked.engine, worked.outcome
    entry = log.record(
        installation,
        actor,
        "scenario",
        subject=_subject(scenario, found),
        version=on.version,
        snapshot=on.dataset.snapshot,
        payload={
            "scenario": scenario.plain(),
            "words": scenario_words.steps(scenario.steps, on.dataset.spec),
            "line": engine.threshold,
            "months": engine.base.value_months,
            "answer": figures(found),
        },
    )
    measured = evidence.everything(installation, on.dataset.spec.name)
    return put_together(scenario, engine, found, stamp(installation, on, entry=entry.seq), measured)


def allowed(installation: Installation, actor: Actor) -> tuple[Standing, Champion]:
    """Find what scenarios of this person stand on; NoModel where no model may answer them."""
    require(actor, "explore")
    on = standing(installation, actor)
    if on.champion is None:
        raise NoModel(on.withheld or "No model answers now, so there is nothing to try scenarios on.")
    return on, on.champion


def open_engine(installation: Installation, dataset: Dataset, champion: Champion) -> Engine:
    """Give what answers scenarios on these customers by this version."""
    return portfolio.engine(installation, dataset, champion)


def check_nobody_objects(installation: Installation, dataset: Dataset, scenario: Scenario) -> None:
    """Pass steps that are for nobody who objected to profiling; ScenarioError else."""
    objecting = installation.left_out(dataset.spec.name).keys
    for place, step in enumerate(scenario.steps, start=1):
        if step.who.key in objecting:
            raise ScenarioError(f"Step {place}: {objections.WITHHELD}")


def checked(scenario: Scenario, engine: Engine) -> None:
    """Pass a scenario that can be carried out on these customers; ScenarioError else."""
    base = engine.base
    check(scenario, base.spec, base.levels, base.numeric)
    for place, step in enumerate(scenario.steps, start=1):
        if step.who.key is not None and base.find(step.who.key) is None:
            raise ScenarioError(f"Step {place}: there is no active customer {step.who.key!r}. Check the id.")


def figures(found: Outcome) -> dict[str, Any]:
    """Keep of an outcome what the log holds and a replay compares."""
    return {
        "customers": found.customers,
        "leavers_before": found.before.leavers,
        "leavers_after": found.after.leavers,
        "at_risk_before": found.before.at_risk,
        "at_risk_after": found.after.at_risk,
        "kept_before": found.before.kept,
        "kept_after": found.after.kept,
        "over_before": found.before.over,
        "over_after": found.after.over,
        "joins": found.joins,
        "leaves": found.leaves,
        "leavers_by_bag": found.after.leavers_by_bag.tolist(),
        "steps": [asdict(step) for step in found.steps],
    }


def _subject(scenario: Scenario, found: Outcome) -> str:
    count = len(scenario.steps)
    return f"{count} {'step' if count == 1 else 'steps'} for {found.customers:,} customers"
