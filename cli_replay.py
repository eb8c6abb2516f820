"""Commands under ``flask log`` that ask an answer on record again: replay, a sample, then and now."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click
from flask.cli import AppGroup

from cli import _answer, _clear_errors, _here, as_json
from services import then_and_now
from services.replay import Replayed
from services.replay import replay as replay_one
from services.replay import sample as replay_sample
from services.roles import SYSTEM


@click.command("replay")
@click.argument("entry", type=int, required=False)
@click.option("--sample", type=int, help="So many entries drawn at random instead of one.")
@click.option("--seed", default=0, show_default=True, help="Another seed draws other entries.")
@as_json
@_clear_errors
def replay(entry: int | None, sample: int | None, seed: int, as_json: bool) -> None:
    """Work ENTRY out again; the same to the last bit, or what differs; exit code 1 where something does.

    Example: flask log replay 1204
    Example: flask log replay --sample 1000
    """
    if (entry is None) == (sample is None):
        raise ValueError("Say which entry to replay, or with --sample how many to draw.")
    if entry is not None:
        found = replay_one(_here(), SYSTEM, entry)
        _answer(_plain(found), "\n".join(_lines(found)), as_json)
        different = found.is_same is False
    else:
        assert sample is not None
        all_of_them = replay_sample(_here(), SYSTEM, sample, seed=seed)
        text = (
            f"{all_of_them.same:,} of {all_of_them.asked:,} came out the same, to the last bit; "
            f"{len(all_of_them.different):,} differ, {len(all_of_them.not_replayable):,} cannot be replayed"
        )
        worst = [line for one in all_of_them.different for line in _lines(one)]
        plain = {
            "asked": all_of_them.asked,
            "same": all_of_them.same,
            "different": [_plain(one) for one in all_of_them.different],
            "not_replayable": [_plain(one) for one in all_of_them.not_replayable],
            "entry": all_of_them.entry,
        }
        _answer(plain, "\n".join([text, *worst]), as_json)
        different = bool(all_of_them.different)
    if different:
        raise SystemExit(1)


@click.command("then-and-now")
@click.argument("entry", type=int)
@as_json
@_clear_errors
def compare(entry: int, as_json: bool) -> None:
    """Ask the case of ENTRY of today's data and model, and split the difference between the two.

    Example: flask log then-and-now 1204
    """
    found = then_and_now.compare(_here(), SYSTEM, entry)
    plain = {
        "customer": found.id,
        "then": found.then,
        "version_then": found.version_then,
        "version_now": found.stamp.version,
        "movement": asdict(found.movement) if found.movement else None,
        "words": found.told,
        "notes": found.notes,
        "entry": found.stamp.entry,
    }
    _answer(plain, "\n".join([*found.told, *found.notes]), as_json)


def add_to(group: AppGroup) -> None:
    """Put the commands under the group of the log's."""
    group.add_command(replay)
    group.add_command(compare)


def _plain(found: Replayed) -> dict[str, Any]:
    compared = asdict(found.compared) if found.compared else None
    return {"entry": found.seq, "kind": found.kind, "same": found.is_same, "compared": compared,
            "why_not": found.why_not}  # fmt: skip


def _lines(found: Replayed) -> list[str]:
    differences = found.compared.differences if found.compared else ()
    return [
        found.words,
        *(f"  {one.where}: {one.recorded!r} then, {one.replayed!r} now" for one in differences),
    ]
