"""Commands under ``flask log``: keep heads elsewhere, verify, remove what is past its time."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click
from flask.cli import AppGroup

from cli import _answer, _clear_errors, _here, _say, as_json
from services import log_seal, retention
from services.roles import SYSTEM

log_group = AppGroup("log", help="The decision log: seal, verify, purge.")


@log_group.command("head")
@as_json
@_clear_errors
def head(as_json: bool) -> None:
    """Print the end of the log, to be kept elsewhere: number, colon, hash.

    Example: flask log head
    """
    found = log_seal.head(_here(), SYSTEM)
    _answer(asdict(found), f"{found.seq}:{found.hash} {found.time}", as_json)


@log_group.command("seal")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@as_json
@_clear_errors
def seal(file: Path, as_json: bool) -> None:
    """Add the end of the log to FILE, which should lie on another machine.

    Example: flask log seal /mnt/elsewhere/keepsight-heads.jsonl
    """
    found = log_seal.seal(_here(), SYSTEM, file)
    _answer(asdict(found), f"entry {found.seq} is sealed in {file}", as_json)


@log_group.command("verify")
@click.option("--heads", metavar="FILE|HEAD", help="Heads kept elsewhere, or one: number, colon, hash.")
@as_json
@_clear_errors
def verify(heads: str | None, as_json: bool) -> None:
    """Walk the whole log and name the first entry that is not as written; exit code 1 where there is one.

    Example: flask log verify --heads /mnt/elsewhere/keepsight-heads.jsonl
    """
    found = log_seal.verify(_here(), SYSTEM, heads)
    if found.ok:
        text = f"{found.entries:,} entries are as they were written"
        text += f", {found.purged:,} of them without details, removed on record." if found.purged else "."
    else:
        text = f"BROKEN at entry {found.first_bad} ({found.what}): {found.reason}."
    if heads is None:
        _say("note: no head was given (--heads), so entries cut off at the end could not be noticed.")
    _answer(asdict(found) | {"heads": heads is not None}, text, as_json)
    if not found.ok:
        raise SystemExit(1)


@log_group.command("purge-due")
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and remove nothing.")
@as_json
@_clear_errors
def purge_due(dry_run: bool, as_json: bool) -> None:
    """Remove the details of entries past their time (config/retention.yaml); the entries stay.

    Example: flask log purge-due --dry-run
    """
    found = (retention.due if dry_run else retention.purge_due)(_here(), SYSTEM)
    done = "would be removed" if dry_run else "were removed"
    lines = [f"{one.kind:<18} {one.entries:>9,}  {one.of_class}, {one.days} days" for one in found]
    lines.append(f"The details of {sum(one.entries for one in found):,} entries {done}.")
    _answer([asdict(one) for one in found], "\n".join(lines), as_json)
