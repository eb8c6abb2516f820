"""Heads of the log kept outside its database: without one nobody could see that its end was cut off."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from data.store import Head, Verification
from services import log_checks
from services.roles import Actor, require

if TYPE_CHECKING:
    from services.installation import Installation

_HASH = re.compile(r"[0-9a-f]{64}")


class NotAHead(ValueError):
    """What was given is no head of a log, or a file with something else in it; show the message."""


class HeadGone(ValueError):
    """The log no longer has an entry as it was sealed; nothing was added to the file. Verify the log."""


@dataclass(frozen=True)
class SealedHead:
    """The end of the log: number and hash of its last entry, and when that was read (ISO, UTC)."""

    seq: int
    hash: str
    time: str

    def line(self) -> str:
        """Write it as one line of JSON."""
        return json.dumps(asdict(self))


def head(installation: Installation, actor: Actor) -> SealedHead:
    """Give the end of the log, which is on disk for sure."""
    require(actor, "read-all-log")
    found = installation.store.lasting_head()
    return SealedHead(found.seq, found.hash, installation.store.clock().isoformat(timespec="seconds"))


def seal(installation: Installation, actor: Actor, file: Path) -> SealedHead:
    """Add the end of the log to a file, one line of JSON; it is on disk when this returns.

    Raises
    ------
    HeadGone
        If the log has no longer what was last sealed into the file: its end was cut off, or written anew.
    NotAHead
        If the file holds something else.
    """
    kept = list(_read(file)) if file.exists() else []
    if kept:
        _require_still_there(installation, kept[-1], file)
    sealed = head(installation, actor)
    _append_line(file, sealed.line())
    return sealed


def verify(installation: Installation, actor: Actor, kept: str | None = None) -> Verification:
    """Walk the chain and say whether every entry is as it was written; what was found is kept.

    Parameters
    ----------
    kept : str, optional
        A file of heads, or one head as ``flask log head`` prints it: number, colon, hash.
    """
    require(actor, "read-all-log")
    given = [] if kept is None else heads(kept)
    began, end = time.monotonic(), installation.store.head()
    found = installation.store.verify(*given)
    log_checks.keep_chain(installation, found, end, time.monotonic() - began)
    return found


def heads(kept: str) -> list[Head]:
    """Read heads kept elsewhere: those of a file, or one written as number, colon, hash; else NotAHead."""
    seq, colon, hash = kept.partition(":")
    if colon and seq.isdecimal() and _HASH.fullmatch(hash):
        return [Head(int(seq), hash)]
    file = Path(kept)
    if not file.is_file():
        raise NotAHead(
            f"{kept!r} is neither a file nor a head: give the file that 'flask log seal' writes, or a "
            "number, a colon and a hash as 'flask log head' prints them."
        )
    found = list(_read(file))
    if not found:
        raise NotAHead(f"{kept!r} is empty, so it can show nothing: give a file with a head in it.")
    return found


def _require_still_there(installation: Installation, last: Head, file: Path) -> None:
    entry = installation.store.entry(last.seq)
    if last.seq and (entry is None or entry.header.hash != last.hash):
        raise HeadGone(
            f"Entry {last.seq} is not in the log as it was sealed into {file}: its end was cut off, or it "
            f"was written anew. Nothing was added to the file. 'flask log verify --heads {file}' says what "
            "happened."
        )


def _read(file: Path) -> Iterator[Head]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(keepends=True), start=1):
        try:
            plain = json.loads(line)
            head, moment = Head(plain["seq"], plain["hash"]), datetime.fromisoformat(plain["time"])
        except (ValueError, TypeError, KeyError):
            head = moment = None
        whole = head is not None and moment is not None and line.endswith("\n")
        if not whole or not isinstance(head.seq, int) or head.seq < 0 or not _HASH.fullmatch(str(head.hash)):
            raise NotAHead(
                f"Line {number} of {file} is no sealed head: if writing it was interrupted, delete the line; "
                "otherwise give the file that 'flask log seal' writes."
            )
        yield head


def _append_line(file: Path, line: str) -> None:
    """Add a line in one go, and wait until file and folder are on disk."""
    is_new = not file.exists()
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, f"{line}\n".encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if is_new:
        folder = os.open(file.resolve().parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
