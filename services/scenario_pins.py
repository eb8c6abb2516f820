"""What a kept scenario is pinned to: version, snapshot and figures, and whether they are still to be had."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from data.artifacts import ArtifactError
from data.store import ScenarioRow
from services import contingency, control, evidence, scenarios
from services.control import Passage
from services.control_states import CHURN
from services.installation import Champion, Dataset
from services.roles import Actor
from services.scenario_answers import put_together
from services.stamp import Standing, stamp

if TYPE_CHECKING:
    from services.installation import Installation

WITHDRAWN = "withdrawn"


class Gone(LookupError):
    """The version or the snapshot cannot be had any more; the message says which, and why."""


def pin(installation: Installation, actor: Actor, plain: Mapping[str, Any]) -> dict[str, Any]:
    """Work a scenario out on what answers now; give what is kept of that, by field of ``ScenarioRow``."""
    on, champion = scenarios.allowed(installation, actor)
    worked = scenarios.work_out(installation, on.dataset, champion, plain)
    return {
        "spec_name": on.dataset.spec.name,
        "scenario": worked.scenario.plain(),
        "version": champion.version,
        "snapshot": on.dataset.snapshot,
        "kept": installation.store.clock(),
        "figures": scenarios.figures(worked.outcome),
        "basis": _basis(installation, on, worked),
    }


def pin_of(row: ScenarioRow) -> dict[str, Any]:
    """Give the pin of a kept scenario, for a copy of it."""
    fields = ("spec_name", "scenario", "version", "snapshot", "kept", "figures", "basis")
    return {name: getattr(row, name) for name in fields}


def shown(installation: Installation, actor: Actor) -> Passage:
    """Say how figures of kept scenarios pass to a person; NoModel where the model is off."""
    passage = control.passes(installation, actor, CHURN)
    if passage.state == "off":
        raise scenarios.NoModel(passage.why)
    return passage


def standing_of(installation: Installation, actor: Actor, row: ScenarioRow) -> Standing:
    """Give what a scenario was kept on, verified.

    Raises
    ------
    services.scenarios.NoModel
        If the model is off.
    Gone
        If the model is paused, or this version may not answer in fail-safe; if its customers were removed,
        the version was withdrawn, or a file of it is not as it was.
    """
    passage = shown(installation, actor)
    if passage.state == "paused" or row.version in passage.suspects:
        raise Gone(f"It is not worked out again. {passage.why}")
    if not installation.warehouse.has_snapshot(row.snapshot):
        raise Gone(
            f"The customers it was kept on (snapshot {row.snapshot}, data of {row.basis['data_date']}) were "
            "removed since."
        )
    version = installation.store.version(row.version)
    if version is None:
        raise Gone(f"Version {row.version[:8]}, which it was kept with, is not on record any more.")
    if version.state == WITHDRAWN:
        raise Gone(f"Version {row.version[:8]}, which it was kept with, was withdrawn since.")
    dataset = Dataset(installation.warehouse.spec_of(row.snapshot), row.snapshot)
    try:
        contingency.fits(installation, version, dataset)
        card = installation.load_scorecard(version.version, version.scorecard_sha256)
    except ArtifactError as fault:
        raise Gone(f"Version {row.version[:8]}, which it was kept with, cannot answer: {fault}") from fault
    answers = Champion(version.version, version.state, card, version.snapshot)
    return Standing(dataset, answers, passage=passage)


def _basis(installation: Installation, on: Standing, worked: scenarios.Worked) -> dict[str, Any]:
    """Give what tells the figures when version and snapshot are gone, as plain JSON."""
    own_stamp, spec = stamp(installation, on), on.dataset.spec
    measured = evidence.everything(installation, spec.name)
    answer = put_together(worked.scenario, worked.engine, worked.outcome, own_stamp, measured)
    return {
        "steps": [step.text for step in answer.steps],
        "sentences": list(answer.sentences),
        "currency": own_stamp.currency,
        "data_date": own_stamp.data_date,
        "is_draft": own_stamp.is_draft,
        "months": answer.months,
        "share": installation.settings.at_risk_share,
        "has_revenue": spec.revenue is not None,
        "has_worth": spec.revenue is not None or spec.value is not None,
        "objections": installation.objections_revision(),
    }
