"""Commands of governance: ``flask ethics``, ``flask model problem`` and ``own``, ``flask data sheet``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click
import yaml
from flask.cli import AppGroup

from cli import _answer, _clear_errors, _here, as_json
from cli_registry import Day
from cli_signing import _person, by
from services import data_sheet, ethics, ownership, problems, registry
from services.ethics import EthicsReview, Line
from services.roles import SYSTEM

ethics_group = AppGroup(
    "ethics", help="The ethics review: ten questions, answered before a version is signed."
)
problem_group = AppGroup("problem", help="Problems of versions and what solved them.")

OPEN = "none"
VERSION = click.option("--version", help="The version, or its first eight signs; the one in use by default.")


def _version(named: str | None) -> str:
    return named or str(_here().in_use().version or "")


# --- the ethics review -------------------------------------------------------------------------------


@ethics_group.command("show")
@VERSION
@click.option("--form", is_flag=True, help="Print a form to fill in, for `flask ethics answer --file`.")
@as_json
@_clear_errors
def show(version: str | None, form: bool, as_json: bool) -> None:
    """Show the ten questions, who answered which, and what is open; --form prints them to be filled in.

    Example: flask ethics show --version 1a2b3c4d --form > answers.yaml
    """
    found = ethics.show(_here(), SYSTEM, _version(version))
    if form:
        click.echo(_form(found))
        return
    _answer(_plain(found), "\n".join(_told(found)), as_json)


@ethics_group.command("answer")
@VERSION
@click.option(
    "--file",
    type=click.Path(path_type=Path),
    required=True,
    help="YAML: the name of each question and its answer (`flask ethics show --form` writes one).",
)
@by
@as_json
@_clear_errors
def answer(version: str | None, file: Path, by: str, as_json: bool) -> None:
    """Answer questions for a version; an answer left empty stays open.

    An answer of an earlier version that stands in the file word for word is confirmed.

    Example: flask ethics answer --version 1a2b3c4d --file answers.yaml --by ada
    """  # fmt: skip
    given = {name: text for name, text in _read(file).items() if str(text or "").strip()}
    found = ethics.answer(_here(), _person(by), _version(version), given)
    waits = "; nothing stands open" if found.is_complete else f"; open: {_named(found.open)}"
    _answer(_plain(found), f"version {found.version[:8]}: {found.words}{waits}", as_json)


def _read(file: Path) -> dict[str, Any]:
    try:
        plain = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise ValueError(f"{file.name} is not YAML: {fault}. Correct the line named.") from fault
    if not isinstance(plain, dict):
        raise ValueError(
            f"{file.name} holds no answers: write a line `question: answer` each; "
            "`flask ethics show --form` prints a form."
        )
    return {str(name): text for name, text in plain.items()}


def _plain(found: EthicsReview) -> dict[str, Any]:
    lines = [
        {
            "question": line.question.id, "asks": line.question.asks, "state": line.state,
            "answer": line.text, "by": line.name, "time": line.time, "of": line.of,
        }
        for line in found.lines
    ]  # fmt: skip
    return {"version": found.version, "complete": found.is_complete, "questions": lines}


def _told(found: EthicsReview) -> list[str]:
    told = [f"version {found.version[:8]}: {found.words}"]
    for number, line in enumerate(found.lines, start=1):
        told.append(f"{number:>2}. {line.question.asks}  [{line.question.id}: {line.state}]")
        if line.time is not None:
            why = f" {line.why}" if line.why else ""
            told.append(f"    {line.text}\n    {line.name} ({line.role}), {line.time:%Y-%m-%d %H:%M}.{why}")
        if line.state == "open":
            told.append(f"    {line.question.good}")
    return told


def _form(found: EthicsReview) -> str:
    """Write the questions as YAML, each with what a good answer says, and what was answered before."""
    parts = [f"# The ethics review of version {found.version[:8]}. An empty answer stays open."]
    for line in found.lines:
        asked = line.question
        known = yaml.safe_dump({asked.id: line.text}, allow_unicode=True, width=100).rstrip("\n")
        parts.append(f"\n# {asked.asks}\n# {asked.good}\n# Such as: {asked.such_as}\n{known}")
    return "\n".join(parts)


def _named(lines: tuple[Line, ...]) -> str:
    return ", ".join(line.question.id for line in lines)


# --- problems, owner and review ----------------------------------------------------------------------


@problem_group.command("list")
@click.option("--version", help="Only of this version.")
@as_json
@_clear_errors
def list_problems(version: str | None, as_json: bool) -> None:
    """List problems of versions, open ones first, and what solved the others.

    Example: flask model problem list --version 1a2b3c4d
    """
    rows = problems.listing(_here(), SYSTEM, version)
    lines = [
        f"{one.number:>4}  {one.version[:8]}  {one.time:%Y-%m-%d %H:%M}  {one.name}: {one.text}\n"
        + (f"      solved by {one.resolved_by}: {one.resolution}" if one.resolved else "      open")
        for one in rows
    ]
    _answer([vars(one) for one in rows], "\n".join(lines) or "Nobody noted a problem.", as_json)


@problem_group.command("note")
@click.argument("version")
@click.argument("text")
@by
@as_json
@_clear_errors
def note(version: str, text: str, by: str, as_json: bool) -> None:
    """Note a problem of VERSION.

    Example: flask model problem note 1a2b3c4d "scores of the north are too high" --by ada
    """
    kept = problems.record(_here(), _person(by), version, text)
    _answer(vars(kept), f"problem {kept.number} of version {kept.version[:8]} noted", as_json)


@problem_group.command("solve")
@click.argument("number", type=int)
@click.argument("text")
@by
@as_json
@_clear_errors
def solve(number: int, text: str, by: str, as_json: bool) -> None:
    """Note what solved the problem of this NUMBER; it is solved once.

    Example: flask model problem solve 3 "trained again without the column" --by ada
    """
    kept = problems.resolve(_here(), _person(by), number, text)
    _answer(vars(kept), f"problem {kept.number} of version {kept.version[:8]} is solved", as_json)


@click.command("own")
@click.argument("version")
@click.option("--owner", help="Name of the person who answers for it from now on.")
@click.option(
    "--review", type=Day(may_be_open=True), help="The day by which it is reviewed; none leaves it open."
)
@by
@as_json
@_clear_errors
def own(version: str, owner: str | None, review: Any, by: str, as_json: bool) -> None:
    """Say who owns VERSION, by when it is reviewed, or both.

    Example: flask model own 1a2b3c4d --owner eva --review 2027-03-01 --by ada
    """
    if owner is None and review is None:
        raise ValueError("Nothing is named: give --owner, --review or both.")
    person = _person(by)
    if owner is not None:
        ownership.set_owner(_here(), person, version, owner)
    if review is not None:
        day: date | None = None if review == OPEN else review
        ownership.set_review(_here(), person, version, day)
    found = registry.one(_here(), SYSTEM, version)
    plain = {"version": found.line.version, "owner": found.line.owner, "review_due": found.review_due}
    text = (
        f"version {found.line.version[:8]}: owner {found.line.owner or 'nobody'}, review "
        f"{found.review_due or 'open'}"
    )
    _answer(plain, text, as_json)


@click.command("sheet")
@click.argument("file", type=click.Path(path_type=Path))
@as_json
@_clear_errors
def write_sheet(file: Path, as_json: bool) -> None:
    """Write the data sheet of the customers in use to FILE: one HTML page that stands alone.

    Example: flask data sheet sheet.html
    """
    found = data_sheet.make(_here(), SYSTEM)
    file.write_text(data_sheet.page(found), encoding="utf-8")
    plain = {"snapshot": found.snapshot, "file": str(file), "gaps": list(found.gaps)}
    _answer(plain, f"the data sheet of snapshot {found.snapshot} is in {file}", as_json)


def add_to(model: AppGroup, data: AppGroup) -> None:
    """Put these commands beside the others of both groups."""
    model.add_command(problem_group)
    model.add_command(own)
    data.add_command(write_sheet)
