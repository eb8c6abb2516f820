"""Which process serves an installation on this machine: its number in a file that it keeps locked.

The lock, not the number, says that the process lives: a number is given to another process one day, and a
signal meant for the server would end that one.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import TextIO

NAME = "server.pid"

_held: dict[int, TextIO] = {}  # by process: what a child inherits is its parent's


def hold(var: Path) -> None:
    """Say that this process serves the installation, until it ends; another that does already stays it."""
    var.mkdir(parents=True, exist_ok=True)
    file = (var / NAME).open("a+", encoding="utf-8")
    if not _locked(file):
        file.close()
        return
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    _held[os.getpid()] = file  # open as long as the process lives: POSIX locks go with their file


def master(var: Path) -> int | None:
    """Give the number of the process that serves the installation; None where none does."""
    if os.getpid() in _held:
        return None  # to whoever holds it the lock is none, and closing the file would give it up
    try:
        with (var / NAME).open("r+", encoding="utf-8") as file:
            if _locked(file):
                return None
            text = file.read().strip()
    except OSError:
        return None
    return int(text) if text.isdecimal() else None


def _locked(file: TextIO) -> bool:
    """Take the lock; False where another process holds it."""
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
