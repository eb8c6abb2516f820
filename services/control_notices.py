"""Maintenance: a notice that stands above every page until a time, and the workers begun anew."""

from __future__ import annotations

import os
import signal
from datetime import datetime
from typing import TYPE_CHECKING

from data.store import Maintenance
from services import log, server_process
from services.control import ControlRefused, sentence
from services.roles import Actor, require

if TYPE_CHECKING:
    from services.installation import Installation

LONGEST_NOTICE = 300


def announce(
    installation: Installation,
    actor: Actor,
    text: str,
    ends: datetime,
    begins: datetime | None = None,
) -> Maintenance:
    """Put a notice above every page from now until it is over; it says from when to when.

    Parameters
    ----------
    begins, ends : datetime
        Aware; of the maintenance itself. It begins now where no beginning is given.

    Raises
    ------
    services.control.ControlRefused
        For a text that says nothing, or an end that is past or before the beginning.
    """
    require(actor, "control-system")
    words = sentence(text, "what is done, and what people will notice")
    now = installation.store.clock()
    if len(words) > LONGEST_NOTICE:
        raise ControlRefused(f"A notice has at most {LONGEST_NOTICE} characters: it stands above every page.")
    if ends <= now or (begins is not None and ends <= begins):
        raise ControlRefused("The maintenance ends before it begins: give an end that is still to come.")
    with installation.store.transaction() as together:
        row = together.record_maintenance(
            text=words, begins=begins or now, ends=ends, actor=actor.id, actor_name=actor.name
        )
        payload = {
            "step": "notice", "text": words, "begins": row.begins.isoformat(), "ends": row.ends.isoformat(),
        }  # fmt: skip
        log.record(installation, actor, "control", payload=payload, transaction=together)
    return row


def take_away(installation: Installation, actor: Actor) -> None:
    """Take the notice away before its time; ControlRefused where there is none."""
    require(actor, "control-system")
    with installation.store.transaction() as together:
        if not together.end_maintenance():
            raise ControlRefused("There is no notice to take away.")
        log.record(installation, actor, "control", payload={"step": "notice over"}, transaction=together)


def current(installation: Installation) -> Maintenance | None:
    """Give the notice that stands above every page; None where there is none."""
    return installation.store.maintenance()


def why_no_reload(installation: Installation) -> str:
    """Say why the workers cannot be begun anew; "" where they can."""
    if server_process.master(installation.settings.var) is None:
        return (
            "No server of this installation runs on this machine under gunicorn, so there are no workers to "
            "begin anew: start it with `make run` or by the Procfile."
        )
    return ""


def reload(installation: Installation, actor: Actor, reason: str) -> int:
    """Let gunicorn begin its workers anew, each after what it is answering; give the master's process id.

    Raises
    ------
    services.control.ControlRefused
        Without a reason, or where no gunicorn serves this installation on this machine.
    """
    require(actor, "control-system")
    words = sentence(reason, "why the workers are begun anew")
    master = server_process.master(installation.settings.var)
    if master is None:
        raise ControlRefused(why_no_reload(installation))
    log.record(installation, actor, "control", payload={"step": "reload", "reason": words})
    os.kill(master, signal.SIGHUP)
    return master
