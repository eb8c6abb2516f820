"""Commands under ``flask scenario``: parse, call a service, print."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from cli import _answer, _clear_errors, _here, _say, as_json
from services import kept_scenarios, opened_scenarios, scenario_export, scenarios
from services.kept_scenarios import ScenarioRow
from services.roles import SYSTEM
from services.scenario_figures import Line

scenario_group = AppGroup(
    "scenario", help="What if levers move for many customers; scenarios that were kept."
)


@scenario_group.command("run")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--keep", "name", help="Keep it under this name.")
@click.option("--note", default="", help="What it is for; with --keep.")
@as_json
@_clear_errors
def run(file: Path, name: str | None, note: str, as_json: bool) -> None:
    """Answer the scenario in FILE, {"steps": [...]} as JSON, for every active customer.

    Example: flask scenario run prices.json --keep "Five percent up"
    """
    plain = _read(file)
    found = scenarios.answer(_here(), SYSTEM, plain)
    kept = kept_scenarios.keep(_here(), SYSTEM, plain, name, note) if name is not None else None
    lines = [*found.sentences, *(f"note: {words}" for words in found.warnings)]
    lines += [f"kept as {kept.id}"] if kept else []
    answer = asdict(found) | ({"kept": kept.id} if kept else {})
    _answer(answer, "\n".join(lines), as_json)


@scenario_group.command("list")
@click.option("--search", default="", help="Words that occur in name, note, author or steps.")
@click.option("--archived", is_flag=True, help="Those in the archive instead.")
@as_json
@_clear_errors
def list_scenarios(search: str, archived: bool, as_json: bool) -> None:
    """List kept scenarios, last changed first.

    Example: flask scenario list --search "monthly price"
    """
    rows = kept_scenarios.listing(_here(), SYSTEM, search, archived=archived)
    _answer([asdict(row) for row in rows], "\n".join(map(_line, rows)) or "None.", as_json)


@scenario_group.command("show")
@click.argument("scenario")
@click.option("--revision", type=int, help="An earlier revision; the latest by default.")
@as_json
@_clear_errors
def show(scenario: str, revision: int | None, as_json: bool) -> None:
    """Show SCENARIO (its id) as it was kept, and as it would be now where that is not the same.

    Example: flask scenario show k3f9tq
    """
    found = opened_scenarios.open_kept(_here(), SYSTEM, scenario, revision)
    row = found.kept
    parent = f", a branch of {row.parent}" if row.parent else ""
    lines = [
        f"{_line(row)}{parent}",
        *([row.note] if row.note else []),
        *row.basis["steps"],
        *(f"note: {words}" for words in found.notices),
        *row.basis["sentences"],
        *([f"Now: {' '.join(found.now.sentences)}"] if found.now and not found.is_current else []),
    ]
    _answer(asdict(found), "\n".join(lines), as_json)


@scenario_group.command("compare")
@click.argument("ids", nargs=-1, required=True)
@click.option("--now", is_flag=True, help="Work all out on what answers now, instead of as they were kept.")
@as_json
@_clear_errors
def compare(ids: tuple[str, ...], now: bool, as_json: bool) -> None:
    """Put two to four kept scenarios side by side; an asterisk marks figures that differ.

    Example: flask scenario compare k3f9tq 7hm2xa --now
    """
    found = opened_scenarios.compare(_here(), SYSTEM, ids, on_present=now)
    for words in found.notices:
        _say(f"note: {words}")
    head = f"{'':<40}" + "".join(f"{row.id:>14}" for row in found.kept)
    _answer(asdict(found), "\n".join([head, *map(_told, found.lines)]), as_json)


@scenario_group.command("export")
@click.argument("what", type=click.Choice(tuple(scenario_export.LISTS)))
@click.argument("scenario")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--then", is_flag=True, help="On the version and the customers that it was kept on.")
@as_json
@_clear_errors
def export(what: str, scenario: str, out: Path, then: bool, as_json: bool) -> None:
    """Write a list of customers to OUT, as CSV: who gets what (steps), or who crosses the at-risk line.

    SCENARIO is the id of a kept one, or a file of JSON.

    Example: flask scenario export steps k3f9tq offers.csv
    """
    if scenario.endswith(".json"):
        found = scenario_export.export(_here(), SYSTEM, what, _read(Path(scenario)))
    else:
        found = scenario_export.export_kept(_here(), SYSTEM, what, scenario, then=then)
    with out.open("w", encoding="utf-8", newline="") as file:
        file.writelines(found.lines)
    plain = {"file": str(out), "rows": found.rows, "entry": found.entry}
    _answer(plain, f"{found.rows:,} customers are in {out}; entry {found.entry} of the log", as_json)


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError as fault:
        raise ValueError(
            f'{file} is no JSON ({fault}): write {{"steps": [...]}}, as docs/scenarios.md shows.'
        ) from fault


def _line(row: ScenarioRow) -> str:
    away = "  archived" if row.archived else ""
    return (
        f"{row.id}  {row.name}  (revision {row.revision}, {row.changed_by_name}, {row.changed:%Y-%m-%d}, "
        f"version {row.version[:8]}, snapshot {row.snapshot}){away}"
    )


def _told(line: Line) -> str:
    values = ("-" if value is None else f"{value:,.1f}".removesuffix(".0") for value in line.values)
    return f"{'*' if line.differs else ' '} {line.label:<38}" + "".join(f"{value:>14}" for value in values)
