"""Commands under ``flask control``, the control room at a terminal: parse, call a service, print."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
from flask.cli import AppGroup

from cli import _answer, _clear_errors, _here, _say, as_json
from cli_signing import _person, because, by
from services import control, control_drill, control_notices, control_people, control_room, steady_drill
from services.control_states import MASTER, NAMES, STATES, SUBSYSTEMS
from services.roles import SYSTEM

control_group = AppGroup("control", help="The control room: switches, drills, requests, notices, reload.")

WHAT = click.Choice((MASTER, *SUBSYSTEMS))


@control_group.command("show")
@as_json
@_clear_errors
def show(as_json: bool) -> None:
    """Show how everything is switched, since when and why, and what would serve in fail-safe.

    Example: flask control show
    """
    found, steady = control_room.lines(_here()), control_room.steady(_here())
    plain = {
        "switches": control_room.plain(control.states(_here())),
        "holds": {one.subsystem: one.holds for one in found},
        "unavailable": {one.subsystem: one.why_not for one in found if one.why_not},
        "fail_safe": {"version": steady.version, "words": steady.words},
    }
    text = []
    for one in found:
        held = "" if one.holds == one.own.state else f"  ({one.holds} holds, by what it stands on)"
        text.append(f"{NAMES[one.subsystem]:<18}{one.own.state:<10}{held}".rstrip())
        text.append(f"{'':<18}{one.own.words}")
        text += [f"{'':<18}unavailable: {one.why_not}"] if one.why_not else []
    _answer(plain, "\n".join([*text, f"In fail-safe: {steady.words}"]), as_json)


@control_group.command("set")
@click.argument("what", type=WHAT)
@click.argument("state", type=click.Choice(STATES))
@by
@because
@click.option("--yes", is_flag=True, help="Do not ask: what people will see was read before.")
@as_json
@_clear_errors
def set_state(what: str, state: str, by: str, reason: str, yes: bool, as_json: bool) -> None:
    """Switch WHAT to STATE, in every worker at its next answer; what people will see is shown first.

    Example: flask control set churn-model paused --by max --reason "complaints from the north"
    """
    person, seen = _person(by), control.state(_here(), what).revision
    for line in control_room.preview(_here(), person, what, state):
        _say(line)
    if not yes:
        click.confirm(f"Switch {NAMES[what]} to {state}?", abort=True, err=True)
    made = control_room.switch(_here(), person, what, state, reason, seen=seen)
    _answer(control_room.plain({what: made}), f"{NAMES[what]}: {made.words}", as_json)


@control_group.command("drill")
@click.argument("what", type=WHAT)
@by
@because
@as_json
@_clear_errors
def drill(what: str, by: str, reason: str, as_json: bool) -> None:
    """Throw the switch of WHAT through its states and back; exit code 1 where one changed nothing.

    For a moment everybody is answered so.

    Example: flask control drill churn-model --by max --reason "the monthly drill"
    """
    found = control_drill.run(_here(), _person(by), what, reason)
    lines = [f"{one.state:<10} {name}: {told}" for one in found.steps for name, told in one.came.items()]
    steps = [{"state": one.state, "came": one.came, "differs": one.differs} for one in found.steps]
    plain = {"subsystem": what, "worked": found.worked, "steps": steps}
    _answer(plain, "\n".join([*lines, found.words]), as_json)
    if not found.worked:
        raise SystemExit(1)


@control_group.command("try-fail-safe")
@by
@as_json
@_clear_errors
def try_fail_safe(by: str, as_json: bool) -> None:
    """Ask in a sandbox what serves in fail-safe, timed; exit code 1 where it does not work.

    Nobody is answered otherwise meanwhile. Guideline G10 is claimed only after a try that passed.

    Example: flask control try-fail-safe --by max
    """
    found = steady_drill.run(_here(), _person(by))
    plain = {
        "passed": found.passed, "version": found.version, "seconds": found.seconds, "came": dict(found.came),
        "entry": found.entry,
    }  # fmt: skip
    _answer(plain, found.words, as_json)
    if not found.passed:
        raise SystemExit(1)


@control_group.command("requests")
@click.option("--answer", "number", type=int, help="Answer this one; needs --text and --by.")
@click.option("--text", default="", help="What was done, or why not.")
@click.option("--by", help="Name of the person who answers; the role must allow it.")
@as_json
@_clear_errors
def requests(number: int | None, text: str, by: str | None, as_json: bool) -> None:
    """List the requests to stop, those that wait first, or answer one.

    Example: flask control requests --answer 3 --by max --text "It is paused until Monday."
    """
    if number is not None:
        control_people.answer(_here(), _person(by or ""), number, text)
    rows = control_people.requests(_here(), SYSTEM)
    lines = [
        f"{one.number:>4}  {one.time:%Y-%m-%d %H:%M}  {one.name}, {NAMES.get(one.subsystem, one.subsystem)}: "
        f"{one.text}\n      {f'answered by {one.answered_by}: {one.answer}' if one.answered else 'waits'}"
        for one in rows
    ]
    _answer([vars(one) for one in rows], "\n".join(lines) or "Nobody asked to stop anything.", as_json)


@control_group.command("notice")
@click.argument("text", required=False)
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%dT%H:%M"]), help="End of it, in the time zone of the settings."
)
@click.option(
    "--begins", "start", type=click.DateTime(["%Y-%m-%dT%H:%M"]), help="Beginning; now where absent."
)
@click.option("--over", is_flag=True, help="Take the notice away.")
@by
@as_json
@_clear_errors
def notice(
    text: str | None, until: datetime | None, start: datetime | None, over: bool, by: str, as_json: bool
) -> None:
    """Put TEXT above every page until a time, or take it away.

    Example: flask control notice "New customers are loaded." --until 2026-03-04T18:00 --by max
    """
    person = _person(by)
    if over:
        control_notices.take_away(_here(), person)
        _answer({"notice": None}, "The notice is taken away.", as_json)
        return
    if not text or until is None:
        raise ValueError("Give a text and --until, such as --until 2026-03-04T18:00; or --over.")
    row = control_notices.announce(_here(), person, text, _local(until), _local(start) if start else None)
    plain: dict[str, Any] = {"text": row.text, "begins": row.begins, "ends": row.ends}
    _answer({"notice": plain}, f"It stands above every page until {row.ends:%d %B %Y, %H:%M} UTC.", as_json)


@control_group.command("reload")
@by
@because
@as_json
@_clear_errors
def reload(by: str, reason: str, as_json: bool) -> None:
    """Let gunicorn begin its workers anew, each after what it is answering.

    Example: flask control reload --by max --reason "memory grew"
    """
    master = control_notices.reload(_here(), _person(by), reason)
    _answer({"process": master}, f"The workers of process {master} begin anew.", as_json)


def _local(moment: datetime) -> datetime:
    return moment.replace(tzinfo=_here().settings.hours.zone)
