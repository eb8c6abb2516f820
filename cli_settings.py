"""Commands under ``flask setting``, what managers change at run time: parse, call a service, print."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup

from cli import _answer, _clear_errors, _here, _say, as_json
from cli_signing import _person, because, by
from services import managers_settings
from services.managers_settings import Line
from services.managers_settings_words import moment, said
from services.roles import SYSTEM

setting_group = AppGroup("setting", help="Settings that managers change while Keepsight runs.")

value = click.argument("value")
name = click.argument("name")


@setting_group.command("list")
@as_json
@_clear_errors
def listed(as_json: bool) -> None:
    """List the settings in force, and what they were set up with.

    Example: flask setting list
    """
    found = managers_settings.lines(_here(), SYSTEM)
    lines = [f"{one.name:<22}{said(one.name, one.value):<24}{_origin(one)}" for one in found]
    _answer([_plain(one) for one in found], "\n".join(lines), as_json)


@setting_group.command("show")
@name
@as_json
@_clear_errors
def show(name: str, as_json: bool) -> None:
    """Show setting NAME with all its changes, latest first.

    Example: flask setting show at_risk_share
    """
    line = managers_settings.line(_here(), SYSTEM, name)
    changes = managers_settings.history(_here(), SYSTEM, name)
    text = [f"{line.about.label}: {said(name, line.value)} ({_origin(line)})", line.about.decides]
    for one in changes:
        row = one.row
        later = f", holds from {moment(row.begins)} on" if row.begins else ""
        answers = f" It answers a complaint: {row.complaint}" if row.complaint else ""
        text.append(
            f"{row.revision:>4}  {row.time:%Y-%m-%d %H:%M} UTC  {row.actor_name}: {said(name, one.before)}, "
            f"now {said(name, one.after)}{later}: {row.reason}{answers}"
        )
    told = [vars(one.row) | {"before": one.before, "after": one.after} for one in changes]
    _answer(_plain(line) | {"changes": told}, "\n".join(text), as_json)


@setting_group.command("preview")
@name
@value
@by
@as_json
@_clear_errors
def preview(name: str, value: str, by: str, as_json: bool) -> None:
    """Say what it would do if setting NAME were VALUE; shares are written from 0 to 1.

    Example: flask setting preview at_risk_share 0.12 --by max
    """
    effect = managers_settings.preview(_here(), _person(by), name, value)
    _answer({"words": effect.words, "figures": effect.figures}, "\n".join(effect.words), as_json)


@setting_group.command("change")
@name
@value
@by
@because
@click.option("--complaint", help="What it answers: the number of an item of feedback, or words.")
@click.option("--override", help="Why it may not wait until working hours are over.")
@click.option("--revision", type=int, help="The revision you saw (`flask setting show`); the one of now.")
@click.option("--yes", is_flag=True, help="Do not ask: the effect was read before.")
@as_json
@_clear_errors
def change(
    name: str,
    value: str,
    by: str,
    reason: str,
    complaint: str | None,
    override: str | None,
    revision: int | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Change setting NAME to VALUE, in every worker at its next answer; the effect is shown first.

    Example: flask setting change at_risk_share 0.12 --by max --reason "more people at the phones"
    """
    person, line = _person(by), managers_settings.line(_here(), SYSTEM, name)
    for words in managers_settings.preview(_here(), person, name, value).words:
        _say(words)
    if not yes:
        click.confirm(f"Change {name} to {value}?", abort=True, err=True)
    seen = line.revision if revision is None else revision
    row = managers_settings.change(
        _here(), person, name, value, reason, complaint, seen_revision=seen, override=override
    )
    _told(name, row.begins, as_json)


@setting_group.command("undo")
@name
@by
@because
@as_json
@_clear_errors
def undo(name: str, by: str, reason: str, as_json: bool) -> None:
    """Take the last change of setting NAME back: what held before it holds again.

    Example: flask setting undo at_risk_share --by max --reason "too many calls"
    """
    seen = managers_settings.line(_here(), SYSTEM, name).revision
    managers_settings.undo(_here(), _person(by), name, reason, seen_revision=seen)
    _told(name, None, as_json)


def _told(name: str, begins: Any, as_json: bool) -> None:
    line = managers_settings.line(_here(), SYSTEM, name)
    waits = f"; the change waits until {moment(begins)}" if begins else ""
    _answer(_plain(line), f"{name} is {said(name, line.value)} now{waits}", as_json)


def _origin(line: Line) -> str:
    waits = f"; {line.waits.actor_name}'s change waits" if line.waits else ""
    if line.holds is None:
        return f"as set up{waits}"
    return f"by {line.holds.actor_name}; set up: {said(line.name, line.default)}{waits}"


def _plain(line: Line) -> dict[str, Any]:
    return {
        "name": line.name,
        "value": line.value,
        "default": line.default,
        "revision": line.revision,
        "by": line.holds.actor_name if line.holds else None,
        "waits_until": line.waits.begins if line.waits else None,
    }
