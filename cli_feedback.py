"""Commands under ``flask feedback``: what people said, what became of it, answers, a file of it all."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from cli import _answer, _clear_errors, _here, _say, as_json
from cli_signing import _person, by
from config.feedback_places import GUIDELINES
from services import feedback, feedback_export, feedback_page, feedback_work
from services.feedback import FeedbackItem
from services.feedback_words import shortened, title
from services.roles import SYSTEM

feedback_group = AppGroup("feedback", help="Feedback and complaints: list, show, answer, export.")

number = click.argument("number", type=click.IntRange(1))


@feedback_group.command("list")
@click.option("--open", "is_open", is_flag=True, help="Those that wait for an answer, due first at the top.")
@click.option("--guideline", type=click.Choice(GUIDELINES), help="Those of one guideline.")
@as_json
@_clear_errors
def listed(is_open: bool, guideline: str | None, as_json: bool) -> None:
    """List feedback and complaints, latest first, without names.

    Example: flask feedback list --open
    """
    rows = feedback_work.work(_here(), SYSTEM) if is_open else feedback.board(_here(), SYSTEM)
    rows = [feedback.without_names(one) for one in rows if guideline in (None, one.guideline)]
    text = "\n".join(map(_line, rows)) or "Nobody has said anything yet."
    _answer([feedback_export.plain(one) for one in rows], text, as_json)


@feedback_group.command("show")
@number
@as_json
@_clear_errors
def show(number: int, as_json: bool) -> None:
    """Show item NUMBER with each step and what changed because of it.

    Example: flask feedback show 12
    """
    told = feedback.one(_here(), SYSTEM, number)
    item, changes = told.item, feedback_work.changes_of(_here(), told.item)
    lines = [_line(item), item.text]
    lines += [
        f"  {step.time:%Y-%m-%d %H:%M} UTC  {step.what}{f' by {step.who}' if step.who else ''}"
        f"{f': {step.text}' if step.text else ''}"
        for step in told.steps
    ]
    lines += [f"  led to: {one.words} ({one.key})" for one in changes]
    steps = [vars(step) for step in told.steps]
    _answer(feedback_export.plain(item) | {"steps": steps}, "\n".join(lines), as_json)


@feedback_group.command("answer")
@number
@click.argument("text")
@by
@click.option("--led-to", "led_to", multiple=True, help="What changed, such as setting:3 (`--offers`).")
@click.option("--offers", is_flag=True, help="Only list what changed since it came in.")
@click.option("--revision", type=int, help="The revision you saw (`flask feedback show --json`).")
@as_json
@_clear_errors
def answer(
    number: int,
    text: str,
    by: str,
    led_to: tuple[str, ...],
    offers: bool,
    revision: int | None,
    as_json: bool,
) -> None:
    """Answer item NUMBER with TEXT; who sent it reads it, and what changed because of it.

    Example: flask feedback answer 12 "The list is shorter now." --by max --led-to setting:3
    """
    person = _person(by)
    if offers:
        found = feedback_work.offered(_here(), person, number)
        text = "\n".join(f"{one.key:<16}{one.words}, {one.time:%Y-%m-%d %H:%M} UTC" for one in found)
        _answer([vars(one) for one in found], text or "Nothing changed since it came in.", as_json)
        return
    pairs = [(kind, reference) for kind, _, reference in (one.partition(":") for one in led_to)]
    seen = feedback_page.revision(_here(), number) if revision is None else revision
    item = feedback_work.answer(_here(), person, number, text, pairs, seen=seen)
    _answer(feedback_export.plain(item), f"Feedback {number} is answered.", as_json)


@feedback_group.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@by
@_clear_errors
def export(file: Path, by: str) -> None:
    """Write all items with their senders' names, where given, to FILE: .csv or .jsonl.

    Example: flask feedback export feedback.csv --by max
    """
    found = feedback_export.export(_here(), _person(by), file.suffix.removeprefix("."))
    with file.open("w", encoding="utf-8", newline="") as out:
        out.writelines(found.lines)
    _say(f"{found.rows} items are in {file}; log entry {found.entry} says so.")


def _line(item: FeedbackItem) -> str:
    answered = f"answered {item.answered:%Y-%m-%d}" if item.answered else f"due {item.due:%Y-%m-%d}"
    return (
        f"{item.number:>5}  {item.time:%Y-%m-%d}  {item.state:<9} {item.guideline or '':<4} {answered}  "
        f"{title(item)} ({item.verdict}): {shortened(item.text, 80)}"
    )
