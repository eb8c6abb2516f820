"""Commands under ``flask action``, and ``flask data outcomes``: parse, call a service, print."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from cli import _answer, _clear_errors, _here, _say, as_json
from cli_signing import _person, because, by
from services import action_effect, action_export, action_outcomes, actions
from services.actions import ActionRow
from services.recommender import offers
from services.roles import SYSTEM

action_group = AppGroup("action", help="Lists that went out from a scenario, and what came of them.")

DAY = click.DateTime(formats=["%Y-%m-%d"])


@action_group.command("start")
@click.argument("scenario")
@click.option("--name", required=True, help="What it is called.")
@click.option("--from", "starts", type=DAY, help="First day; today by default.")
@click.option("--until", "ends", type=DAY, help="Last day; a month later by default.")
@click.option("--hold-out", type=float, help="Share (0.01 to 0.5) drawn to get nothing.")
@click.option("--leave-out", is_flag=True, help="Leave out who is in another action or A/B at that time.")
@by
@as_json
@_clear_errors
def start(
    scenario: str,
    name: str,
    starts: datetime | None,
    ends: datetime | None,
    hold_out: float | None,
    leave_out: bool,
    by: str,
    as_json: bool,
) -> None:
    """Make an action out of SCENARIO, the id of a kept one or a file of JSON.

    Example: flask action start k3f9tq --name "Yearly offer" --until 2026-04-15 --by ada
    """
    row = actions.start(
        _here(),
        _person(by),
        _read(Path(scenario)) if scenario.endswith(".json") else None,
        scenario_id=None if scenario.endswith(".json") else scenario,
        name=name,
        starts=starts.date() if starts else None,
        ends=ends.date() if ends else None,
        hold_out_share=hold_out,
        leave_out=leave_out,
    )
    _answer(asdict(row), "\n".join(_lines(row)), as_json)


@action_group.command("offer")
@click.argument("customer")
@click.argument("offer")
@by
@as_json
@_clear_errors
def start_offer(customer: str, offer: str, by: str, as_json: bool) -> None:
    """Make OFFER an action for CUSTOMER alone (ids); nobody is held out, so no effect is ever told of it.

    Example: flask action offer C-02978 O-09 --by mia
    """
    row = offers.make_action(_here(), _person(by), customer, offer)
    _answer(asdict(row), "\n".join(_lines(row)), as_json)


@action_group.command("list")
@click.option("--search", default="", help="Words that occur in it.")
@as_json
@_clear_errors
def list_actions(search: str, as_json: bool) -> None:
    """List actions, latest first.

    Example: flask action list --search "yearly"
    """
    rows = actions.listing(_here(), SYSTEM, search)
    _answer([_plain(row) for row in rows], "\n".join(map(_line, rows)) or "None.", as_json)


@action_group.command("show")
@click.argument("action")
@as_json
@_clear_errors
def show(action: str, as_json: bool) -> None:
    """Show ACTION (its id): what is done, for how many, and what came of it.

    Example: flask action show 9f86d081
    """
    row = actions.one(_here(), SYSTEM, action)
    _answer(_plain(row), "\n".join(_lines(row)), as_json)


@action_group.command("export")
@click.argument("action")
@click.argument("out", type=click.Path(path_type=Path))
@as_json
@_clear_errors
def export(action: str, out: Path, as_json: bool) -> None:
    """Write who is contacted for ACTION to OUT, as CSV; who is held out is not in it.

    Example: flask action export 9f86d081 offers.csv
    """
    found = action_export.export(_here(), SYSTEM, action)
    with out.open("w", encoding="utf-8", newline="") as file:
        file.writelines(found.lines)
    plain = {"file": str(out), "rows": found.rows, "entry": found.entry}
    _answer(plain, f"{found.rows:,} customers are in {out}; entry {found.entry} of the log", as_json)


@action_group.command("call-off")
@click.argument("action")
@because
@by
@as_json
@_clear_errors
def call_off(action: str, reason: str, by: str, as_json: bool) -> None:
    """Call ACTION off: its customers are free for others, and its effect is never told.

    Example: flask action call-off 9f86d081 --by ada --reason "The offer was withdrawn."
    """
    row = actions.call_off(_here(), _person(by), action, reason)
    _answer(_plain(row), "\n".join(_lines(row)), as_json)


@click.command("outcomes")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--customer", help="Column of the customers' ids.")
@click.option("--left", help="Column that says whether they left: yes or no.")
@click.option("--date", "day", help="Column of the day on which that is so.")
@as_json
@_clear_errors
def load_outcomes(file: Path, customer: str | None, left: str | None, day: str | None, as_json: bool) -> None:
    """Load from FILE who left of those whom actions are about; again it changes nothing.

    Example: flask data outcomes left-in-march.csv --customer customerID
    """
    named = {"customer": customer, "left": left, "date": day}
    columns = {part: name for part, name in named.items() if name}
    found = action_outcomes.load(_here(), SYSTEM, file, columns=columns)
    if found.refused:
        _say(f"note: {found.refused:,} rows were set aside in {found.quarantine}")
    if found.early:
        _say(f"note: {found.early:,} rows tell of a day before the action is due, and count for nothing yet")
    text = (
        f"{found.fresh:,} outcomes are known now, {found.corrected:,} corrected, {found.unchanged:,} as "
        f"before; {found.strangers:,} of {found.rows:,} rows are of customers in no action"
    )
    _answer(asdict(found), text, as_json)


def add_to(group: AppGroup) -> None:
    """Put the command that loads outcomes under the group of data commands."""
    group.add_command(load_outcomes)


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError as fault:
        raise ValueError(f'{file} is no JSON ({fault}): write {{"steps": [...]}}.') from fault


def _plain(row: ActionRow) -> dict[str, Any]:
    told = action_effect.of(_here(), row)
    return asdict(row) | {"state": told.state, "effect": asdict(told.effect) if told.effect else None,
                          "words": told.words}  # fmt: skip


def _line(row: ActionRow) -> str:
    told = action_effect.of(_here(), row)
    return f"{row.id}  {row.name}  ({row.starts} to {row.ends}, {row.actor_name})  {told.state}: {told.words}"


def _lines(row: ActionRow) -> list[str]:
    left_out = sum(row.plan["left_out"].values())
    return [
        _line(row),
        *(f"  {words}" for words in row.plan["words"]),
        (
            "  for one customer, nobody held out"
            if row.is_single
            else f"  for {row.contacted.customers:,} customers, {row.held.customers:,} held out by lot"
        )
        + (f"; {left_out:,} left out, who were taken" if left_out else ""),
    ]
