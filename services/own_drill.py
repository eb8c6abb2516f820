"""The two-minute drill: each person stops the model's output for themselves, and finds who can for everybody.

It is done with the real controls on one's own account: what is hidden is hidden, what is asked for is kept.
Nobody else is concerned, and managers throw no switch in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from data.store import OwnDrillRow
from data.warehouse import Filters
from services import control, control_people, control_room, customers, log
from services.control import ControlRefused
from services.control_states import CHURN
from services.installation import NothingLoaded
from services.roles import Actor, permission_table, permitted, require
from services.stamp import standing

if TYPE_CHECKING:
    from services.installation import Installation

FOR_ALL = ("hide", "show", "who", "ask")
FOR_MANAGERS = (*FOR_ALL, "preview")
COUNTS_DAYS = 365
"""How long a drill of a person counts."""

MEANT_SECONDS = 120
LOOKED_AT = 5
ANSWERS: Mapping[str, str] = {
    "everybody": "Everybody who is signed in, with one button",
    "managers": "Managers and administrators, in the Control room",
    "analysts": "Whoever trained the model",
    "nobody": "Nobody here: it takes whoever runs the server",
}
ASKED = "This is a drill: I tried how to ask that the churn model be stopped."


class DrillRefused(ValueError):
    """A step cannot be done now, and nothing was changed; the message says why and what helps."""


@dataclass(frozen=True)
class OwnDrill:
    """A person's drill as it stands.

    Attributes
    ----------
    steps : mapping
        What was done, by step, with the seconds since it began under ``seconds``.
    todo : tuple of str
        The steps that are left, in order; the first is next.
    passed : bool or None
        None while it goes on.
    seconds : float or None
        How long it took; None while it goes on.
    """

    began: datetime
    steps: Mapping[str, Any]
    todo: tuple[str, ...]
    ended: datetime | None
    passed: bool | None
    seconds: float | None

    @property
    def next(self) -> str | None:
        """The step that is next; None where it is over."""
        return self.todo[0] if self.todo and self.ended is None else None


@dataclass(frozen=True)
class Room:
    """What the page shows: the latest drill, why none can begin now ("" where one can), who can stop it."""

    drill: OwnDrill | None
    why_not: str
    stoppers: tuple[str, ...]
    is_manager: bool
    contact: str
    hidden: datetime | None


def look(installation: Installation, actor: Actor) -> Room:
    """Say how a person's drill stands; nothing is asked of the model for it."""
    require(actor, "request-stop")
    row = installation.store.own_drill(actor.id)
    return Room(
        drill=_drill(row, actor) if row else None,
        why_not=_why_not(installation, actor),
        stoppers=stoppers(installation),
        is_manager=permitted(actor, "control-system"),
        contact=installation.settings.contact,
        hidden=control.passes(installation, actor, CHURN).hidden,
    )


def stoppers(installation: Installation) -> tuple[str, ...]:
    """Name the people who can switch the model off for everybody now, by name."""
    roles = permission_table()["control-system"]
    return tuple(sorted(one.name for one in installation.store.users()
                        if one.disabled is None and one.role in roles))  # fmt: skip


def begin(installation: Installation, actor: Actor) -> OwnDrill:
    """Begin a drill; one that was left is over.

    Raises
    ------
    DrillRefused
        Where this person sees no model output that could be hidden.
    """
    require(actor, "request-stop")
    if why := _why_not(installation, actor):
        raise DrillRefused(why)
    figure = _figure(installation, actor)
    if figure is None:
        raise DrillRefused("No customer has a score that you see now, so there is nothing to hide.")
    with installation.store.transaction() as together:
        row = together.begin_own_drill(person=actor.id, name=actor.name, role=actor.role)
        together.keep_own_drill(row.number, {"begin": {"seen": figure, "seconds": 0.0}})
        log.record(installation, actor, "own-drill", payload={"step": "begun"}, transaction=together)
    return _latest(installation, actor)


def hide(installation: Installation, actor: Actor) -> OwnDrill:
    """Hide model output for oneself, and see by the same customer that the figures are gone."""
    row = _at(installation, actor, "hide")
    control_people.hide(installation, actor)
    figure = _figure(installation, actor)
    if figure is not None:
        raise DrillRefused(
            f"Model output is hidden for you, and still this was shown: {figure}. Tell a manager."
        )
    return _did(installation, actor, row, "hide", {"seen": "no figure of the model"})


def show(installation: Installation, actor: Actor) -> OwnDrill:
    """Show it again, and see that the figures are back."""
    row = _at(installation, actor, "show")
    control_people.show(installation, actor)
    figure = _figure(installation, actor)
    if figure is None:
        raise DrillRefused(
            "Model output is shown to you again, but no score comes: somebody may have switched the model "
            "off meanwhile. The Control room says so; go on with this step once it is on again."
        )
    return _did(installation, actor, row, "show", {"seen": figure})


def say_who(installation: Installation, actor: Actor, answer: str) -> OwnDrill:
    """Say who can switch it off for everybody; a wrong answer is counted, and can be mended."""
    row = _at(installation, actor, "who")
    if answer not in ANSWERS:
        raise DrillRefused("Choose one of the answers.")
    tries = int(row.steps.get("tries", 0)) + 1
    if answer != "managers":
        installation.store.keep_own_drill(row.number, {**row.steps, "tries": tries})
        raise DrillRefused(
            "Not so. The Control room says who throws its switches: look there, then answer again."
        )
    return _did(installation, actor, row, "who", {"tries": tries})


def ask(installation: Installation, actor: Actor, text: str = ASKED) -> OwnDrill:
    """Ask that the model be stopped, marked as a drill: it goes where such requests go."""
    row = _at(installation, actor, "ask")
    try:
        made = control_people.request_stop(installation, actor, CHURN, text, is_drill=True)
    except ControlRefused as refused:
        raise DrillRefused(str(refused)) from refused
    return _did(installation, actor, row, "ask", {"request": made.number})


def preview(installation: Installation, actor: Actor) -> OwnDrill:
    """See what people would see if the churn model were switched off, and throw nothing."""
    row = _at(installation, actor, "preview")
    seen = control_room.preview(installation, actor, CHURN, "off")
    return _did(installation, actor, row, "preview", {"seen": list(seen)})


def leave(installation: Installation, actor: Actor) -> None:
    """Leave a drill that goes on; model output is shown again where it hid it."""
    require(actor, "request-stop")
    row = installation.store.own_drill(actor.id)
    if row is None or row.ended is not None:
        return
    if "hide" in row.steps and "show" not in row.steps:
        control_people.show(installation, actor)
    with installation.store.transaction() as together:
        together.keep_own_drill(row.number, row.steps, passed=False)
        log.record(installation, actor, "own-drill", payload={"step": "left"}, transaction=together)


def shares(installation: Installation) -> dict[str, tuple[int, int]]:
    """Count who did the drill within a year, and who has an open account: managers, and all other users."""
    since = installation.store.clock() - timedelta(days=COUNTS_DAYS)
    did = {row.person for row in installation.store.own_drills_passed(since)}
    found = {"managers": (0, 0), "users": (0, 0)}
    for role, people in installation.store.open_accounts().items():
        kind = "managers" if role in permission_table()["control-system"] else "users"
        done, of = found[kind]
        found[kind] = (done + len(people & did), of + len(people))
    return found


# --- parts -------------------------------------------------------------------------------------------


def _why_not(installation: Installation, actor: Actor) -> str:
    """Say why a drill cannot begin for this person now; "" where it can."""
    try:
        on = standing(installation, actor)
    except NothingLoaded as nothing:
        return str(nothing)
    if on.passage is not None and on.passage.hidden is not None:
        return "You hide model output for yourself already. Show it again in the Control room, then begin."
    if on.version is None:
        return f"You see no model output now, so there is nothing to hide. {on.withheld or ''}".strip()
    return ""


def _figure(installation: Installation, actor: Actor) -> str | None:
    """Ask for a customer's score as this person; None where none of the first few has one."""
    dataset = installation.dataset()
    page = installation.warehouse.customers_page(dataset.snapshot, None, Filters(), [], 0, LOOKED_AT)
    for row in page.rows:
        found = customers.one(installation, actor, str(row[dataset.spec.id]))
        if found.score is not None:
            return f"customer {found.id}: {found.score.probability:.1%} chance of leaving"
        if found.stamp.is_hidden:
            return None
    return None


def _at(installation: Installation, actor: Actor, step: str) -> OwnDrillRow:
    require(actor, "request-stop")
    row = installation.store.own_drill(actor.id)
    if row is None or row.ended is not None:
        raise DrillRefused("No drill is under way: begin one.")
    due = _drill(row, actor).next
    if due != step:
        raise DrillRefused("This step is done, or not due yet: the page shows which one is next.")
    return row


def _did(
    installation: Installation, actor: Actor, row: OwnDrillRow, step: str, told: Mapping[str, Any]
) -> OwnDrill:
    seconds = round((installation.store.clock() - row.began).total_seconds(), 1)
    steps = {**row.steps, step: {**told, "seconds": seconds}}
    is_over = not _todo(steps, actor)
    with installation.store.transaction() as together:
        together.keep_own_drill(row.number, steps, passed=True if is_over else None)
        if is_over:
            payload = {"step": "done", "seconds": round(seconds)}
            log.record(installation, actor, "own-drill", payload=payload, transaction=together)
    return _latest(installation, actor)


def _todo(steps: Mapping[str, Any], actor: Actor) -> tuple[str, ...]:
    all_of_them = FOR_MANAGERS if permitted(actor, "control-system") else FOR_ALL
    return tuple(one for one in all_of_them if one not in steps)


def _latest(installation: Installation, actor: Actor) -> OwnDrill:
    row = installation.store.own_drill(actor.id)
    assert row is not None
    return _drill(row, actor)


def _drill(row: OwnDrillRow, actor: Actor) -> OwnDrill:
    seconds = None if row.ended is None else (row.ended - row.began).total_seconds()
    return OwnDrill(row.began, row.steps, _todo(row.steps, actor), row.ended, row.passed, seconds)
