"""The revision of the code that runs: what a version is trained by, so that it can be trained again."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 5


@cache
def current() -> str | None:
    """Name the commit that is checked out, with "+ changes" where files differ from it.

    None where Keepsight runs from no git checkout, as in a container.
    """
    commit = _git("rev-parse", "--short=12", "HEAD")
    if not commit:
        return None
    return f"{commit} + changes" if _git("status", "--porcelain", "--untracked-files=no") else commit


def _git(*words: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(ROOT), *words],
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
