"""G8: what people see when it fails, who can stop it, and whether it was tried that stopping works."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from services import own_drill
from services.control_drill import kept_as
from services.control_states import CHURN, MASTER, NAMES, RECOMMENDER, SEEN, STATES, SUBSYSTEMS
from services.guidelines.drilled import drilled
from services.guidelines.evidence import Evidence
from services.guidelines.gathered import Gathered
from services.guidelines.words import counted, share

if TYPE_CHECKING:
    from services.installation import Installation

LONG = timedelta(days=1)
"""A request to stop that nobody answers for longer is left lying."""


def evidence(installation: Installation) -> Evidence:
    """Gather how it is stopped, who asked for it, and what drills showed."""
    found = Gathered()
    people = len(own_drill.stoppers(installation))
    found.values["can_stop"] = people
    found.tell(
        "Who can turn it off",
        f"{counted(people, 'person', 'people')} with an open account (managers and administrators), each "
        "part by itself or everything at once",
        "/control",
    )
    asked = _requests(installation, found)
    drill = _drill(installation, found)
    _own(installation, found)
    _seen(found)
    return found.evidence(f"{drill}; {asked}")


def _requests(installation: Installation, found: Gathered) -> str:
    now = installation.store.clock()
    rows = [row for row in installation.store.stop_requests() if not row.is_drill]
    waiting = [row for row in rows if row.answered is None]
    found.values |= {
        "waiting": len(waiting), "waiting_long": sum(now - row.time > LONG for row in waiting)
    }  # fmt: skip
    hiding = installation.store.people_hiding()
    found.tell(
        "Model output hidden for oneself",
        f"{counted(hiding, 'person hides', 'people hide')} it now; everybody can, with one button",
        "/control",
    )
    told = f"{len(rows):,} so far, {len(waiting):,} without an answer"
    found.tell("Requests to stop", told, "/control", "Those made in a drill are not counted.")
    if not waiting:
        return "no request to stop waits"
    return f"{counted(len(waiting), 'request')} to stop {'waits' if len(waiting) == 1 else 'wait'}"


def _drill(installation: Installation, found: Gathered) -> str:
    told = drilled(installation, *(kept_as(one) for one in (MASTER, *SUBSYSTEMS)))
    if told is None:
        why = "no switch was drilled yet; a manager drills one in the Control room"
        found.lacks(why, "drill_worked", "drill_days")
        found.tell("The last drill", "none yet", "/control", opens="drill a switch")
        return "No switch was drilled yet"
    found.values |= {"drill_worked": told.passed, "drill_days": told.days}
    found.tell("The last drill", f"{told.words} ({told.when})", told.link or "/control")
    return f"The last drill {'worked' if told.passed else 'did NOT work'}, {told.when}"


def _own(installation: Installation, found: Gathered) -> None:
    """Tell who did the two-minute drill within a year."""
    counts = own_drill.shares(installation)
    done, of = (sum(column) for column in zip(*counts.values(), strict=True))
    parts = {"drilled_share": (done, of)} | {f"drilled_{kind}": pair for kind, pair in counts.items()}
    for name, (did, many) in parts.items():
        if many:
            found.values[name] = did / many
        else:
            found.lacks("nobody of them has an open account", name)
    told = [
        f"{did:,} of {many:,} {kind} ({share(did / many, 0)})" if many else f"no {kind}"
        for kind, (did, many) in counts.items()
    ]
    found.tell(
        "The two-minute drill",
        f"done by {' and '.join(told)} within a year",
        "/drill",
        "Hide model output and show it again, find who can stop it, ask for a stop. It concerns only you.",
        opens="do it now",
    )


def _seen(found: Gathered) -> None:
    rows = [
        (NAMES[subsystem], state, SEEN[subsystem, state])
        for subsystem in (CHURN, RECOMMENDER)
        for state in STATES[1:]
    ]
    found.table("What people see when it fails or is switched", ("Part", "State", "What people see"), rows)
