"""Commands under ``flask subject``: what is held about a customer, and their objection to profiling."""

from __future__ import annotations

import json
from typing import Any

import click
from flask.cli import AppGroup

from cli import _answer, _clear_errors, _here, _say, as_json
from cli_signing import _person, by
from services import objections, subject
from services.objections import Objection
from services.subject_file import plain

subject_group = AppGroup("subject", help="A customer as a person affected: what is held, and objections.")


@subject_group.command("show")
@click.argument("customer")
@by
@as_json
@_clear_errors
def show(customer: str, by: str, as_json: bool) -> None:
    """Tell all that is held about CUSTOMER; the look is on record.

    Example: flask subject show C-02978 --by ada --json
    """
    told = plain(subject.of(_here(), _person(by), customer, step="command"))
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    lines = [
        f"{told['customer']} in {told['data']}, on record as entry {told['entry']}",
        "objects to profiling" if told["objects_to_profiling"] else "does not object to profiling",
        *(f"{one['label']}: {one['value']} ({one['use']})" for one in told["held"]),
        *(
            f"source: {one['name']}; purpose: {one['purpose']}; legal basis: {one['legal_basis']}; "
            f"kept for: {one['retention']}"
            for one in told["sources"]
        ),
        *(f"{one['time'][:16]} {one['probability']:.1%} by {one['version'][:8]}" for one in told["scores"]),
        *(f"{one['time'][:16]} {one['text']}" for one in told["asked_and_done"]),
    ]
    click.echo("\n".join(lines))


@subject_group.command("object")
@click.argument("customer")
@click.option("--words", required=True, help="What the customer said, and how it came in.")
@click.option("--yes", is_flag=True, help="Do not ask: what it does was read before.")
@by
@as_json
@_clear_errors
def record(customer: str, words: str, yes: bool, by: str, as_json: bool) -> None:
    """Record that CUSTOMER objects to profiling: no score, no list, no offer from now on.

    Example: flask subject object C-02978 --words "By phone on 4 March." --by ada
    """
    person = _person(by)
    _ask(objections.CONSEQUENCE, f"Record that {customer} objects to profiling?", yes)
    made = objections.record(_here(), person, customer, words)
    _answer(_told(made), f"{made.customer} objects to profiling; it holds from now on.", as_json)


@subject_group.command("lift")
@click.argument("customer")
@click.option("--words", required=True, help="What the customer said, and how it came in.")
@click.option("--yes", is_flag=True, help="Do not ask: what it does was read before.")
@by
@as_json
@_clear_errors
def lift(customer: str, words: str, yes: bool, by: str, as_json: bool) -> None:
    """Record that CUSTOMER takes the objection back, and score them again.

    Example: flask subject lift C-02978 --words "By letter of 9 March." --by ada
    """
    person = _person(by)
    _ask(objections.LIFTED, f"Record that {customer} takes the objection back?", yes)
    made = objections.lift(_here(), person, customer, words)
    _answer(_told(made), f"{made.customer} objects no longer.", as_json)


@subject_group.command("list")
@by
@as_json
@_clear_errors
def listed(by: str, as_json: bool) -> None:
    """List the objections in the data in use, those taken back too.

    Example: flask subject list --by ada
    """
    rows = objections.listed(_here(), _person(by))
    lines = [
        f"{one.customer}  since {one.since:%Y-%m-%d}, by {one.actor_name}: {one.words}"
        + (f"  (taken back {one.lifted:%Y-%m-%d}: {one.lifted_words})" if one.lifted else "")
        for one in rows
    ]
    _answer([_told(one) for one in rows], "\n".join(lines) or "Nobody objects to profiling.", as_json)


def _ask(consequence: str, question: str, is_sure: bool) -> None:
    """Say what it does, then ask."""
    _say(consequence)
    if not is_sure:
        click.confirm(question, abort=True, err=True)


def _told(one: Objection) -> dict[str, Any]:
    return {
        "customer": one.customer,
        "since": one.since.isoformat(),
        "words": one.words,
        "recorded_by": one.actor_name,
        "taken_back": one.lifted.isoformat() if one.lifted else None,
        "taken_back_words": one.lifted_words,
    }
