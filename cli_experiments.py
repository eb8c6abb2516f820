"""Commands under ``flask experiment`` and ``flask model held``: parse, call a service, print."""

from __future__ import annotations

from dataclasses import asdict

import click
from flask.cli import AppGroup

from cli import _answer, _clear_errors, _here, as_json
from cli_signing import _person, because, by
from services import experiments, guards, held, lookout, outcomes
from services.roles import SYSTEM

experiment_group = AppGroup("experiment", help="Try a challenger: shadow, canary, A/B; the register of them.")


@experiment_group.command("start")
@click.argument("kind", type=click.Choice(experiments.KINDS))
@click.argument("version")
@click.option("--days", default=14, show_default=True, help="How long.")
@click.option("--share", type=float, help="Share (0 to 1) of those affected; 0.1 for a canary, 0.5 for A/B.")
@click.option("--who", multiple=True, help="COLUMN=LEVEL of a segment; everybody by default.")
@click.option("--what", default="", help="What about them, in words.")
@click.option(
    "--least-difference",
    default=experiments.LEAST_DIFFERENCE,
    show_default=True,
    help="Of the share who leave: the least one that an A/B is to find.",
)
@as_json
@_clear_errors
def start(
    kind: str,
    version: str,
    days: int,
    share: float | None,
    who: tuple[str, ...],
    what: str,
    least_difference: float,
    as_json: bool,
) -> None:
    """Enter an experiment of KIND with VERSION (eight signs of it are enough) in the register.

    Example: flask experiment start canary 1a2b3c4d --share 0.05 --who "Contract=Two year" --days 7
    """
    row = experiments.start(
        _here(),
        SYSTEM,
        kind,
        version,
        days=days,
        share=share,
        who=_levels(who),
        what=what,
        least_difference=least_difference,
    )
    plan = (
        f"; planned are {row.plan['champion']:,} customers with the champion and "
        f"{row.plan['challenger']:,} with the version tried"
        if row.plan
        else ""
    )
    _answer(asdict(row), f"{_line(row)}{plan}", as_json)


@experiment_group.command("stop")
@click.argument("experiment")
@click.option("--outcome", required=True, help="What came of it, in a sentence.")
@as_json
@_clear_errors
def stop(experiment: str, outcome: str, as_json: bool) -> None:
    """End EXPERIMENT; the champion answers for everybody from the next request on.

    Example: flask experiment stop 9f86d081 --outcome "No worse; to be signed."
    """
    row = experiments.stop(_here(), SYSTEM, experiment, outcome)
    _answer(asdict(row), _line(row), as_json)


@experiment_group.command("list")
@click.option("--search", default="", help="Words that occur in it, what came of it included.")
@click.option("--running", is_flag=True, help="Only those that have not ended.")
@as_json
@_clear_errors
def list_experiments(search: str, running: bool, as_json: bool) -> None:
    """List the register, latest first.

    Example: flask experiment list --search "canary two year"
    """
    rows = experiments.listing(_here(), SYSTEM, search, running=running)
    _answer([asdict(row) for row in rows], "\n".join(map(_line, rows)) or "None.", as_json)


@experiment_group.command("show")
@click.argument("experiment")
@as_json
@_clear_errors
def show(experiment: str, as_json: bool) -> None:
    """Show EXPERIMENT; while it runs, what is measured of it now.

    Example: flask experiment show 9f86d081 --json
    """
    row = experiments.one(_here(), SYSTEM, experiment)
    plain, lines = asdict(row), [_line(row), f"  {row.what} Where: {row.place}."]
    if row.ended is None:
        found = guards.measure(_here(), row)
        plain["measured"] = asdict(found)
        lines += [f"  {found.words}", *(f"  guard crossed: {one}" for one in guards.crossed(_here(), found))]
    _answer(plain, "\n".join(lines), as_json)


@experiment_group.command("result")
@click.argument("experiment")
@as_json
@_clear_errors
def result(experiment: str, as_json: bool) -> None:
    """Tell who left in each arm of the A/B EXPERIMENT; before its time only how far it is.

    Example: flask experiment result 9f86d081
    """
    found = outcomes.result(_here(), SYSTEM, experiment)
    _answer(asdict(found), found.words, as_json)


@experiment_group.command("watch")
@as_json
@_clear_errors
def watch(as_json: bool) -> None:
    """Look after all: end or roll back what crosses a guard, make promotions that waited. For cron.

    Example: flask experiment watch
    """
    seen = lookout.look_after(_here())
    lines = [
        *([f"The champion was rolled back. {seen.rolled_back}"] if seen.rolled_back else []),
        *([seen.proposal] if seen.proposal else []),
        *map(_held_line, seen.settled),
        *map(_line, seen.ended),
    ]
    _answer(asdict(seen), "\n".join(lines) or "Nothing had to be done.", as_json)


held_group = AppGroup("held", help="Promotions held back until after working hours.")


@held_group.command("list")
@as_json
@_clear_errors
def list_held(as_json: bool) -> None:
    """List the promotions that wait, latest first.

    Example: flask model held list
    """
    rows = held.listing(_here(), SYSTEM)
    _answer([asdict(row) for row in rows], "\n".join(map(_held_line, rows)) or "None waits.", as_json)


@held_group.command("cancel")
@click.argument("number", type=int)
@because
@by
@as_json
@_clear_errors
def cancel(number: int, reason: str, by: str, as_json: bool) -> None:
    """Call off the promotion NUMBER that waits; `flask model held list` tells the numbers.

    Example: flask model held cancel 3 --by ada --reason "Not in the week before Christmas."
    """
    row = held.cancel(_here(), _person(by), number, reason)
    _answer(asdict(row), _held_line(row), as_json)


def add_to(group: AppGroup) -> None:
    """Put the commands about held promotions under the group of model commands."""
    group.add_command(held_group)


def _held_line(row: held.HeldRow) -> str:
    when = f"after {row.until:%Y-%m-%d %H:%M %Z}" if row.until else "when somebody overrides it"
    state = f"{row.how}{f': {row.reason}' if row.reason else ''}" if row.settled else f"waits, {when}"
    return f"{row.number}  version {row.version[:8]}  signed by {row.name}  {state}"


def _levels(who: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pair in who:
        column, _, level = pair.partition("=")
        if not level:
            raise ValueError(f"{pair!r} names no level: write COLUMN=LEVEL, such as 'Contract=Two year'.")
        found.setdefault(column.strip(), []).append(level.strip())
    return found


def _line(row: experiments.ExperimentRow) -> str:
    who = ", ".join(f"{column} {' or '.join(levels)}" for column, levels in row.who.items()) or "everybody"
    state = f"until {row.planned_end:%Y-%m-%d}" if row.ended is None else f"{row.how}: {row.outcome}"
    return f"{row.id}  {row.kind:<6}  {row.version[:8]}  {row.share:.0%} of {who}  {state}"
