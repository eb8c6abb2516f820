"""Routing: which version answers for a customer while another one is on trial."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from data.artifacts import ArtifactError
from data.store import ExperimentRow
from services import arms, champion_guards, guards, objections
from services.installation import Champion
from services.roles import Actor, permitted
from services.stamp import Standing

if TYPE_CHECKING:
    from services.installation import Installation

TRIAL = "trial"
"""The state of a version on trial: no champion, so its figures carry "draft, not signed off"."""

WATCHED_EVERY = 100

CANNOT = (
    "The churn model could not answer for this customer, which is on record. "
    "Facts and averages of groups stand instead."
)

_log = logging.getLogger("keepsight")


@dataclass(frozen=True)
class Routed:
    """Which version answers for one customer.

    ``experiment`` and ``arm`` (``champion`` or ``challenger``) are for the entry in the log; None where no
    experiment affects the customer.
    """

    champion: Champion
    experiment: str | None = None
    arm: str | None = None


def route(
    installation: Installation, actor: Actor, on: Standing, subject: str, values: Mapping[str, Any]
) -> Routed | None:
    """Say which version answers for a customer; None where none may be shown to this person.

    The version tried answers who may see drafts, for the share of customers the register says, always the
    same ones. It answers nobody from the moment its experiment ends. Where it fails, the champion answers
    and the failure is counted.

    Parameters
    ----------
    on : Standing
        What the answer would stand on without experiments.
    values : mapping
        The customer's current row.
    """
    champion = on.champion
    if champion is None:
        return None
    if champion.is_draft or not permitted(actor, "see-drafts"):
        return Routed(champion)
    now = installation.store.clock()
    for row in installation.store.experiments(on.dataset.spec.name, running=True):
        arm = arms.arm(row, subject, values, now) if row.against == champion.version else None
        if arm == "challenger":
            if not installation.warehouse.has_scores(on.dataset.snapshot, row.version):
                return Routed(champion)  # customers just loaded: the next watch scores them
            return _tried(installation, row, values, champion)
        if arm is not None:
            return Routed(champion, row.id, arm)
    return Routed(champion)


def _tried(
    installation: Installation, row: ExperimentRow, values: Mapping[str, Any], champion: Champion
) -> Routed:
    version = installation.store.version(row.version)
    if version is None or version.state != "challenger":
        return Routed(champion)
    fault, card = "", None
    try:
        card = installation.load_scorecard(version.version, version.scorecard_sha256)
        if not math.isfinite(card.score(values).log_odds):
            fault = "The score is no finite number."
    except ArtifactError as damage:
        fault = str(damage)
    except (ArithmeticError, LookupError, TypeError, ValueError) as failure:
        fault = f"{type(failure).__name__}: {failure}"
    # counted where everybody counts: of workers that answer at once each is given another number
    asked = installation.store.count_answers(row.id, errors=int(bool(fault)))
    if fault:
        _log.warning("experiment %s: version %s failed: %s", row.id, row.version[:8], fault)
    if fault or asked % WATCHED_EVERY == 0:
        guards.watch(installation)
    if fault or card is None:
        return Routed(champion, row.id, "challenger failed")
    return Routed(Champion(version.version, TRIAL, card, version.snapshot), row.id, "challenger")


def stand(
    installation: Installation, actor: Actor, on: Standing, subject: str, values: Mapping[str, Any]
) -> tuple[Standing, dict[str, str]]:
    """Give what the answer for one customer stands on during trials, and what the log keeps of that.

    Call it between :func:`services.stamp.standing` and the answer. See :func:`route`. Where the champion
    itself cannot answer, facts are left, and the failure counts towards its guard. Of a customer who objected
    to profiling facts are left too, not even an average of a group.
    """
    if subject in installation.left_out(on.dataset.spec.name).keys:
        none = replace(on, champion=None, kept=None, notice=None, has_averages=False)
        return replace(none, withheld=objections.WITHHELD, objects=True), {}
    routed = route(installation, actor, on, subject, values)
    if routed is None:
        return on, {}
    trial = {"experiment": routed.experiment, "arm": routed.arm} if routed.experiment and routed.arm else {}
    if routed.arm == "challenger":
        return replace(on, champion=routed.champion), trial
    if fault := champion_guards.fault_of(routed.champion, values):
        champion_guards.count_failure(installation, actor, on.dataset, routed.champion, subject, fault)
        return replace(on, champion=None, withheld=CANNOT, has_averages=True), {}
    return on, trial
