"""Commands under ``flask guidelines``: work their evidence out, and say how they stand."""

from __future__ import annotations

import os

import click
from flask.cli import AppGroup

from cli import _answer, _clear_errors, _here, as_json
from cli_signing import _person
from services.guidelines import index, working_out
from services.roles import SYSTEM

guidelines_group = AppGroup(
    "guidelines", help="The guidelines G1 to G11: work their evidence out, show them."
)

GIVES_WAY = 10
"""Niceness of a working out beside the server: everybody's answers come first."""


@guidelines_group.command("refresh")
@click.option("--by", help="Name of the person who asks; Keepsight itself without.")
@click.option("--holder", hidden=True, help="Go on under a lease that the server took.")
@as_json
@_clear_errors
def refresh(by: str | None, holder: str | None, as_json: bool) -> None:
    """Work the evidence of all guidelines out now; fit for cron, and never an error for a state.

    Example: flask guidelines refresh --json
    """
    if holder is not None:
        os.nice(GIVES_WAY)
    try:
        found = working_out.refresh(_here(), _person(by) if by else SYSTEM, holder)
    except working_out.Ended as fault:
        raise ValueError(str(fault)) from fault
    lines = [f"{row.guideline:<4}{row.state:<14}{row.seconds:7.2f} s  {row.headline}" for row in found.rows]
    plain = {
        "seconds": round(found.seconds, 3),
        "guidelines": {
            row.guideline: {
                "state": row.state,
                "why": row.why,
                "headline": row.headline,
                "seconds": round(row.seconds, 3),
            }
            for row in found.rows
        },
    }
    _answer(plain, "\n".join([*lines, found.words]), as_json)


@guidelines_group.command("show")
@as_json
@_clear_errors
def show(as_json: bool) -> None:
    """Say how the guidelines stand, by what was worked out last.

    Example: flask guidelines show
    """
    found = index.gather(_here(), SYSTEM)
    lines = []
    for card in found.cards:
        when = f"{card.time:%Y-%m-%d %H:%M}" if card.time else "never"
        lines += [f"{card.rule.id:<4}{card.state:<14}{when:<18}{card.headline}", f"{'':<18}{card.why}"]
    plain = {
        card.rule.id: {
            "title": card.rule.title,
            "state": card.state,
            "why": card.why,
            "headline": card.headline,
            "owner": card.owner,
            "time": card.time,
        }
        for card in found.cards
    }
    _answer(plain, "\n".join(lines), as_json)
