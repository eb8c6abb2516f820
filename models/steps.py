"""Progress: counts what is done of a long work, and tells whoever listens."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int, str], None]


class Steps:
    """Counts to ``total``, calling ``progress(done, total, what)`` after each step, ``what`` in words."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._total, self._progress, self._count = total, progress, 0

    def done(self, what: str) -> None:
        """Count a step."""
        self._count += 1
        if self._progress:
            self._progress(self._count, self._total, what)
