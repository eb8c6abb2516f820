"""What everybody may do about model output: hide it for themselves, and ask that it be stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.store import StopRequest
from services import log
from services.control import ControlRefused, sentence
from services.control_states import MASTER, SUBSYSTEMS
from services.roles import SYSTEM, Actor, permitted, require

if TYPE_CHECKING:
    from services.installation import Installation


def hide(installation: Installation, actor: Actor) -> bool:
    """Hide all model output for oneself, from the next answer on; False where it is hidden already."""
    require(actor, "request-stop")
    with installation.store.transaction() as together:
        changed = together.hide_output(actor.id)
        if changed:
            log.record(installation, actor, "control", payload={"step": "hide"}, transaction=together)
    return changed


def show(installation: Installation, actor: Actor) -> bool:
    """Show model output again; False where it is shown already."""
    require(actor, "request-stop")
    with installation.store.transaction() as together:
        changed = together.show_output(actor.id)
        if changed:
            log.record(installation, actor, "control", payload={"step": "show"}, transaction=together)
    return changed


IN_A_DRILL = "It was a drill: this is where managers see it and answer. Nothing was stopped."


def request_stop(
    installation: Installation, actor: Actor, subsystem: str, text: str, *, is_drill: bool = False
) -> StopRequest:
    """Ask the managers to stop something; it is kept, logged, and seen by them until they answer.

    One made in a drill goes the same way, marked as such, and is answered at once, so that nobody waits.

    Raises
    ------
    services.control.ControlRefused
        For a subsystem that is none, or a text that says nothing.
    """
    require(actor, "request-stop")
    words = sentence(text, "what is wrong, and what should stop")
    if subsystem not in (MASTER, *SUBSYSTEMS):
        raise ControlRefused(f"{subsystem!r} is no subsystem: give {MASTER}, {', '.join(SUBSYSTEMS)}.")
    with installation.store.transaction() as together:
        row = together.record_stop_request(
            person=actor.id, name=actor.name, subsystem=subsystem, text=words, is_drill=is_drill
        )
        if is_drill:
            together.answer_stop_request(row.number, by=SYSTEM.name, answer=IN_A_DRILL)
        step = "request in a drill" if is_drill else "request"
        payload = {"step": step, "number": row.number, "text": words}
        log.record(installation, actor, "control", subject=subsystem, payload=payload, transaction=together)
    return row


def requests(installation: Installation, actor: Actor) -> list[StopRequest]:
    """Give the requests, those without an answer first, then latest first: everybody's own, managers' all."""
    require(actor, "request-stop")
    mine = None if permitted(actor, "control-system") else actor.id
    return sorted(installation.store.stop_requests(mine), key=lambda one: one.answered is not None)


def answer(installation: Installation, actor: Actor, number: int, text: str) -> None:
    """Answer a request; who asked sees it.

    Raises
    ------
    services.control.ControlRefused
        If there is no such request, it was answered before, or the answer says nothing.
    """
    require(actor, "control-system")
    words = sentence(text, "what was done, or why not")
    with installation.store.transaction() as together:
        row = next((one for one in together.stop_requests() if one.number == number), None)
        if row is None:
            raise ControlRefused(f"There is no request {number}: `flask control requests` lists them.")
        if not together.answer_stop_request(number, by=actor.name, answer=words):
            raise ControlRefused(f"Request {number} was answered already, by {row.answered_by}: {row.answer}")
        payload = {"step": "answer", "number": number, "name": row.name, "text": words}
        log.record(
            installation, actor, "control", subject=row.subsystem, payload=payload, transaction=together
        )


def open_requests(installation: Installation) -> int:
    """Count the requests that wait for an answer."""
    return sum(one.answered is None for one in installation.store.stop_requests())
