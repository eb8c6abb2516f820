"""Files and folders that appear whole or not at all: written aside, flushed, then renamed."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

PREFIX = ".unfinished-"
STALE_SECONDS = 24 * 3600


def flush(path: Path) -> None:
    """Wait until a file's bytes, or a folder's names, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_file(target: Path, write: Callable[[Path], None]) -> None:
    """Put a file in its place in one step; a reader sees the old one or the new one, whole.

    ``write`` is given the path to fill. When it raises, nothing is left behind.
    """
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=PREFIX, dir=target.parent)
    os.close(handle)
    aside = Path(name)
    try:
        write(aside)
        flush(aside)
        os.replace(aside, target)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    flush(target.parent)


def write_folder(target: Path, fill: Callable[[Path], None]) -> bool:
    """Put a folder of files in its place in one step; the first writer wins.

    Returns
    -------
    bool
        False where the folder was there already, from another process perhaps; then ours is thrown away.
    """
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _sweep(target.parent)
    aside = Path(tempfile.mkdtemp(prefix=PREFIX, dir=target.parent))
    try:
        fill(aside)
        for path in aside.iterdir():
            flush(path)
        flush(aside)
        os.rename(aside, target)
    except OSError:
        shutil.rmtree(aside, ignore_errors=True)
        if target.is_dir():
            return False
        raise
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    flush(target.parent)
    return True


def _sweep(folder: Path) -> None:
    """Clear away what a killed process left unfinished, once it is too old to be still in work."""
    for path in folder.glob(PREFIX + "*"):
        try:
            stale = time.time() - path.stat().st_mtime > STALE_SECONDS
        except FileNotFoundError:
            continue
        if stale and path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif stale:
            path.unlink(missing_ok=True)
