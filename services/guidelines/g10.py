"""G10: which steady state would serve now, that it loads, and that it was reached in the last drill."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.artifacts import ArtifactError
from data.store import InUse
from services import contingency, control_room, steady_drill
from services.guidelines.drilled import drilled
from services.guidelines.evidence import Evidence
from services.guidelines.gathered import Gathered, took
from services.installation import NothingLoaded

if TYPE_CHECKING:
    from services.installation import Installation

ORDER = "the version signed before that verifies, else averages of groups, else facts alone"


def evidence(installation: Installation) -> Evidence:
    """Gather what would serve, whether it loads, and what the last drill showed."""
    found, in_use = Gathered(), installation.store.in_use()
    if in_use is None:
        why = str(NothingLoaded()).rstrip(".")
        found.lacks(why, "steady_loads", "drill_passed", "drill_days", "as_drilled", "damaged")
        return found.evidence("Not measured: there are no customers yet")
    version = _steady(installation, found)
    damaged = _damaged(installation, in_use)
    found.values["damaged"] = len(damaged)
    if damaged:
        found.tell("Versions on the way that do not verify", "; ".join(damaged), "/model")
    found.tell("The order", f"in one step: {ORDER}", "/control")
    drill = _drill(installation, version, found)
    serves = f"version {version[:8]}" if version else "averages of groups or facts"
    return found.evidence(f"{serves[:1].upper()}{serves[1:]} would serve; {drill}")


def _steady(installation: Installation, found: Gathered) -> str | None:
    """Load what would serve, and say so."""
    try:
        steady = control_room.steady(installation)
    except ArtifactError as fault:
        found.values["steady_loads"] = False
        found.tell("What would serve now", str(fault), "/control")
        return None
    found.values["steady_loads"] = True
    found.tell("What would serve now", steady.words, "/control", "Loaded and verified just now.")
    return steady.version


def _damaged(installation: Installation, in_use: InUse) -> list[str]:
    """Name the signed versions before the first that verifies, of those signed before the one in use."""
    dataset, found = installation.dataset(in_use), []
    for row in installation.store.former_champions(in_use.spec_name):
        if row.version == in_use.version:
            continue
        try:
            contingency.fits(installation, row, dataset)
        except ArtifactError as fault:
            found.append(f"{row.version[:8]}: {fault}")
            continue
        break
    return found


def _drill(installation: Installation, version: str | None, found: Gathered) -> str:
    told = drilled(installation, *steady_drill.ALL_KEPT_AS)
    if told is None:
        why = (
            "it was never tried; test it now on the page Drill, or drill the churn model in the Control room"
        )
        found.lacks(why, "drill_passed", "drill_days", "as_drilled")
        found.tell("The last drill", "none yet", "/drill", opens="test it now")
        return "it was never tried"
    found.values |= {"drill_passed": told.passed, "drill_days": told.days}
    found.values["as_drilled"] = told.version == version if told.has_version and told.passed else None
    if found.values["as_drilled"] is None:
        found.missing["as_drilled"] = "the last drill did not note which version answered"
    found.tell("The last drill", f"{told.words} ({told.when})", told.link or "/drill")
    if told.seconds is not None:
        found.values["seconds"] = told.seconds
        found.tell("Time to reach it", f"{took(told.seconds)} in the last drill, answer included", "/drill")
    found.tell(
        "Test it now",
        "managers do, in a sandbox that nobody notices or by a drill of the switch",
        "/drill",
        opens="test it now",
    )
    return f"the last drill {'passed' if told.passed else 'did NOT pass'}, {told.when}"
