"""Commands under ``flask model`` to review, sign, go back and withdraw: parse, call a service, print."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from cli import _answer, _clear_errors, _here, as_json
from services import access, signing
from services.roles import SYSTEM, Actor

by = click.option("--by", required=True, help="Name of the person who decides; the role must allow it.")
because = click.option("--reason", required=True, help="Why; stands in the log.")


def _person(name: str) -> Actor:
    user = access.user_named(_here(), name)
    return Actor(str(user.id), user.name, user.role)


@click.command("review")
@click.argument("version")
@as_json
@_clear_errors
def review(version: str, as_json: bool) -> None:
    """Show which gates VERSION passes and what stands against signing it.

    Example: flask model review 1a2b3c4d
    """
    seen = signing.review(_here(), SYSTEM, version)
    lines = [
        f"{'pass' if one.passed else 'not measured' if one.passed is None else 'FAIL':<13}{one.name}: "
        f"{one.shown} ({one.bar_shown})" + (f"\n{'':<13}{one.mend}" if one.blocks and one.mend else "")
        for one in seen.gates
    ]
    plain = {
        "version": seen.version,
        "state": seen.state,
        "report_sha256": seen.report_sha256,
        "gates": [{"name": one.name, "shown": one.shown, "passed": one.passed} for one in seen.gates],
        "ethics": {line.question.id: line.state for line in seen.ethics.lines},
    }
    lines += [
        f"{'':<13}ethics review: {seen.ethics.words}",
        *(f"{'':<13}{one}" for one in seen.ethics.obstacles),
    ]
    text = "\n".join([f"version {seen.version[:8]} ({seen.state})", *lines])
    _answer(plain, f"{text}\nreport {seen.report_sha256}", as_json)


@click.command("sign")
@click.argument("version")
@click.option(
    "--report", required=True, help="SHA-256 of the report you read (`flask model review` says it)."
)
@click.option("--statement", required=True, help="What you looked at, and why you agree.")
@click.option("--override", help="Why a drastic change may not wait until outside working hours.")
@by
@as_json
@_clear_errors
def sign(version: str, report: str, statement: str, override: str | None, by: str, as_json: bool) -> None:
    """Sign VERSION: it answers from the next request on, and its figures are drafts no more.

    Example: flask model sign 1a2b3c4d --report 5f3c... --by ada --statement "Read all of it; fit for use."
    """
    done = signing.sign(_here(), _person(by), version, report, statement, override=override)
    _told(done, f"version {str(done.version)[:8]} is signed and answers now", as_json)


@click.command("rollback")
@because
@by
@as_json
@_clear_errors
def rollback(reason: str, by: str, as_json: bool) -> None:
    """Go back to the version signed before, in one step.

    Example: flask model rollback --by ada --reason "complaints about the north"
    """
    done = signing.rollback(_here(), _person(by), reason)
    _told(done, f"version {str(done.version)[:8]} answers again", as_json)


@click.command("withdraw")
@click.argument("version")
@because
@by
@as_json
@_clear_errors
def withdraw(version: str, reason: str, by: str, as_json: bool) -> None:
    """Take VERSION out of use for good.

    Example: flask model withdraw 1a2b3c4d --by ada --reason "trained on wrong outcomes"
    """
    done = signing.withdraw(_here(), _person(by), version, reason)
    now = f"version {done.version[:8]} answers now" if done.version else "no version answers now"
    _told(done, f"version {str(done.former)[:8]} is withdrawn; {now}", as_json)


def _told(done: signing.Changed, text: str, as_json: bool) -> None:
    _answer({"version": done.version, "former": done.former}, text, as_json)


def add_to(group: AppGroup) -> None:
    """Put these commands beside the others of a group."""
    for command in (review, sign, rollback, withdraw):
        group.add_command(command)
