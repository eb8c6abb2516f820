"""Commands under ``flask model`` about mitigations: try one, compare what was tried, choose."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup

from cli import _answer, _clear_errors, _here, _say, as_json
from services import access, mitigation, preparation
from services.mitigation import Compared, Tried
from services.roles import SYSTEM, Actor


@click.command("mitigate")
@click.argument("kind", type=click.Choice(("leave-out", "reweight", "constrain", "lines")))
@click.option("--column", required=True, help="The protected column whose groups are compared.")
@click.option("--aim", type=click.Choice(("parity", "opportunity", "odds")), help="What is to be alike.")
@click.option(
    "--proxies", default=0, type=click.IntRange(0), help="With leave-out: columns that tell of it, too."
)
@click.option("--version", help="What it is tried on; the version that answers by default.")
@as_json
@_clear_errors
def mitigate(
    kind: str, column: str, aim: str | None, proxies: int, version: str | None, as_json: bool
) -> None:
    """Try a mitigation; what comes of it is a version of its own, with what it costs.

    Example: flask model mitigate reweight --column SeniorCitizen
    """
    spoken = preparation.spoken(_say)
    made = mitigation.try_out(
        _here(), SYSTEM, kind, column, aim=aim, proxies=proxies, version=version, progress=spoken
    )
    section = made.section
    if section["caution"]:
        _say(section["caution"])
    told = (section["words"], section["effect"], section["cost"])
    _answer(_plain(made), f"version {made.version[:8]} ({made.state}): " + "\n".join(told), as_json)


@click.command("mitigations")
@click.option("--version", help="The version they were tried on; the one that answers by default.")
@as_json
@_clear_errors
def mitigations(version: str | None, as_json: bool) -> None:
    """Set a version beside the mitigations tried on it.

    Example: flask model mitigations
    """
    found = mitigation.compare(_here(), SYSTEM, version)
    for words in found.damaged:
        _say(words)
    choice = found.choice
    plain = {
        "base": found.base,
        "tried": [_plain(one) for one in found.tried],
        "choice": None if choice is None else {"version": choice.version, "reason": choice.reason},
    }
    _answer(plain, "\n".join(_lines(found)), as_json)


def _lines(found: Compared) -> list[str]:
    if not found.tried:
        return [
            f"Nothing was tried on version {found.base[:8]} yet: flask model mitigate KIND --column COLUMN"
        ]
    lines = [f"tried on version {found.base[:8]} ({found.state}):"]
    for one in found.tried:
        section = one.section
        lines.append(f"{one.version[:8]}  {section['kind']:<10} {section['column']:<16} {section['effect']}")
        lines.append(f"{'':<10}{section['cost']}")
    if found.choice is not None:
        taken = "kept as it is" if found.choice.kept else f"version {found.choice.version[:8]} chosen"
        lines.append(f"{taken} by {found.choice.by}: {found.choice.reason}")
    return lines


def _plain(one: Tried) -> dict[str, Any]:
    names = ("kind", "column", "aim", "measure", "words", "effect", "cost", "fairness", "quality")
    return {
        "version": one.version,
        "base": one.base,
        "state": one.state,
        "can_serve": one.can_serve,
        **{name: one.section[name] for name in names},
    }


@click.command("choose")
@click.argument("version")
@click.option("--reason", required=True, help="Why; stands in the log.")
@click.option("--by", required=True, help="Name of the person who decides; the role must allow it.")
@as_json
@_clear_errors
def choose(version: str, reason: str, by: str, as_json: bool) -> None:
    """Put on record that VERSION is taken of those tried, or kept as it is. It is no signature.

    Example: flask model choose 1a2b3c4d --by ada --reason "a point of difference is worth two leavers"
    """
    user = access.user_named(_here(), by)
    made = mitigation.choose(_here(), Actor(str(user.id), user.name, user.role), version, reason)
    words = "is kept as it is" if made.kept else f"is chosen instead of version {made.base[:8]}"
    _answer(
        {"version": made.version, "base": made.base, "kept": made.kept},
        f"version {made.version[:8]} {words}; signing it is another step (flask model sign)",
        as_json,
    )


def add_to(group: AppGroup) -> None:
    """Put these commands beside the others of a group."""
    for command in (mitigate, mitigations, choose):
        group.add_command(command)
