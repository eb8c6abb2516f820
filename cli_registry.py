"""Commands under ``flask model`` about the registry: who served when, one version, notes, planned days."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from cli import _answer, _clear_errors, _here, as_json
from services import access, card, registry
from services.registry import Version
from services.roles import SYSTEM, Actor

OPEN = "none"

by = click.option("--by", help="Name of the person who says so; their role must allow it.")


class Day(click.ParamType):
    """A day such as 2026-03-03, or ``none`` where it may be left open."""

    name = "YYYY-MM-DD"

    def __init__(self, may_be_open: bool = False) -> None:
        self.may_be_open = may_be_open

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read a day; None stays None, and ``none`` the word."""
        try:
            if isinstance(value, date) or (value == OPEN and self.may_be_open):
                return value
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no day: write it as 2026-03-03.", param, ctx)


def _actor(name: str | None) -> Actor:
    if name is None:
        return SYSTEM
    user = access.user_named(_here(), name)
    return Actor(str(user.id), user.name, user.role)


@click.command("history")
@click.option("--on", "day", type=Day(), help="Only who answered on this day.")
@as_json
@_clear_errors
def history(day: date | None, as_json: bool) -> None:
    """Say which version answered when; with --on, what was champion on a day.

    Example: flask model history --on 2026-03-03
    """
    if day is not None:
        found = registry.champion_on(_here(), SYSTEM, day)
        _answer({"on": day, "champions": found.champions, "words": found.words}, found.words, as_json)
        return
    rows = registry.history(_here(), SYSTEM)
    lines = [
        f"{_time(one.since)}  {_time(one.until) if one.until else 'until now':<16}  "
        f"{(one.version or '-')[:8]:<8}  {one.state:<9}  {one.by}{f': {one.reason}' if one.reason else ''}"
        for one in rows
    ]
    _answer([vars(one) for one in rows], "\n".join(lines) or "No version answered yet.", as_json)


@click.command("show")
@click.argument("version")
@as_json
@_clear_errors
def show(version: str, as_json: bool) -> None:
    """Show what is on record of VERSION: owner, data, files by hash, settings, notes, planned days.

    Example: flask model show 1a2b3c4d
    """
    found = registry.one(_here(), SYSTEM, version)
    plain = {**vars(found.line), **{name: value for name, value in vars(found).items() if name != "line"}}
    plain |= {
        "signatures": [vars(one) for one in found.signatures],
        "notes": [vars(one) for one in found.notes],
    }
    del plain["report"]
    _answer(plain, "\n".join(_lines(found)), as_json)


def _lines(found: Version) -> list[str]:
    line, data = found.line, found.data
    rows = f", {data['rows']:,} rows of {data['source']}" if "rows" in data else ""
    return [
        f"version {line.version} ({line.state})",
        *(f"! {words}" for words in line.due),
        *([f"! {found.open_problems} open problem(s)"] if found.open_problems else []),
        *([f"! {found.damage}"] if found.damage else []),
        f"trained    {_time(line.created)} by {line.trained_by or 'not known'}",
        f"code       {found.code or 'not kept'}",
        f"owner      {line.owner or 'nobody yet'}",
        f"data       {data['spec']}, snapshot {data['snapshot']}{rows}",
        f"withdrawal {found.planned_withdrawal or 'not planned'}",
        f"deletion   {found.planned_deletion or 'not planned'}",
        f"settings   {_pairs(found.settings)}",
        f"made with  {_pairs(found.environment)}",
        f"report     {found.report_sha256 or 'none kept'}",
        *(f"file       {sha256}  {name}" for name, sha256 in sorted(found.artifacts.items())),
        *(
            f"signed     {_time(one.time)} {one.name} ({one.role}): {one.statement}"
            for one in found.signatures
        ),
        *(f"{one.kind:<10} {_time(one.time)} {one.by}: {one.text}" for one in found.notes),
    ]


def _pairs(held: Any) -> str:
    flat = {k: v for k, v in held.items() if not isinstance(v, dict)}
    for inner in (v for v in held.values() if isinstance(v, dict)):
        flat |= inner
    return ", ".join(f"{name} {value}" for name, value in flat.items()) or "not known"


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


@click.command("note")
@click.argument("version")
@click.argument("text")
@click.option("--kind", required=True, type=click.Choice(registry.KINDS))
@by
@as_json
@_clear_errors
def note(version: str, text: str, kind: str, by: str | None, as_json: bool) -> None:
    """Note a review of VERSION, a problem with it, or what solved one.

    Example: flask model note 1a2b3c4d --kind problem "scores of the north are too high" --by ada
    """
    kept = registry.note(_here(), _actor(by), version, kind, text)
    _answer(vars(kept), f"{kept.kind} of version {version[:8]} noted by {kept.by}", as_json)


@click.command("plan")
@click.argument("version")
@click.option(
    "--withdraw",
    "withdrawal",
    type=Day(may_be_open=True),
    help="The day it is to be withdrawn; none leaves it open.",
)
@click.option(
    "--delete",
    "deletion",
    type=Day(may_be_open=True),
    help="The day its files are to go; none leaves it open.",
)
@by
@as_json
@_clear_errors
def plan(version: str, withdrawal: Any, deletion: Any, by: str | None, as_json: bool) -> None:
    """Plan when VERSION is withdrawn and deleted; what is not named stays as planned.

    Nothing happens by itself on that day: `flask model list` and the Model page ask for a decision.

    Example: flask model plan 1a2b3c4d --withdraw 2027-03-01 --delete 2028-03-01 --by ada
    """
    if withdrawal is None and deletion is None:
        raise ValueError("No day is named: give --withdraw, --delete or both.")
    known = registry.one(_here(), SYSTEM, version)
    made = registry.plan(
        _here(),
        _actor(by),
        version,
        _planned(withdrawal, known.planned_withdrawal),
        _planned(deletion, known.planned_deletion),
    )
    plain = {"withdrawal": made.planned_withdrawal, "deletion": made.planned_deletion}
    days = ", ".join(f"{name} {day or 'open'}" for name, day in plain.items())
    _answer({"version": made.line.version, **plain}, f"version {made.line.version[:8]}: {days}", as_json)


def _planned(day: Any, known: date | None) -> date | None:
    return known if day is None else None if day == OPEN else day


@click.command("card")
@click.argument("version")
@click.argument("file", type=click.Path(path_type=Path))
@as_json
@_clear_errors
def write_card(version: str, file: Path, as_json: bool) -> None:
    """Write the card of VERSION to FILE: one HTML page that stands alone and prints well.

    Example: flask model card 1a2b3c4d card.html
    """
    found = card.show(_here(), SYSTEM, version)
    file.write_text(found.html, encoding="utf-8")
    plain = {"version": found.version, "file": str(file), "sha256": found.kept_sha256}
    _answer(plain, f"the card of version {found.version[:8]} is in {file}", as_json)


def add_to(group: AppGroup) -> None:
    """Put these commands beside the others of a group."""
    for command in (history, show, note, plan, write_card):
        group.add_command(command)
