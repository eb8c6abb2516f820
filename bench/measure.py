"""What a benchmark gives: one figure, its bar and whether it is met."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

ROOT = Path(__file__).resolve().parent.parent


class Unavailable(RuntimeError):
    """Something a benchmark needs is not on this machine; the message says what."""


@dataclass(frozen=True)
class Measure:
    """One figure. ``direction`` says which side of the bar is good; without a bar it is only reported."""

    measure: str
    value: float
    unit: str
    direction: Literal["at most", "at least"]
    bar: float | None = None
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether the bar is met; true where there is none."""
        if self.bar is None:
            return True
        return self.value <= self.bar if self.direction == "at most" else self.value >= self.bar

    def plain(self) -> dict[str, Any]:
        """Give the figure as a plain dictionary, the value rounded to four significant digits."""
        return asdict(self) | {"value": float(f"{self.value:.4g}"), "met": self.met}


def shared_data() -> Path:
    """Find the folder of real data: ``KEEPSIGHT_SHARED``/data, or ``../shared/data``; else Unavailable."""
    folder = Path(os.environ.get("KEEPSIGHT_SHARED", ROOT.parent / "shared")) / "data"
    if not folder.is_dir():
        raise Unavailable("real data is not here: set KEEPSIGHT_SHARED to the folder that holds data/")
    return folder


def percentile(values: Sequence[float], share: float) -> float:
    """Give the value below which ``share`` (0 to 1) of the values lie, by nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]


def interleaved(
    ours: Callable[[], object], theirs: Callable[[], object], runs: int = 9
) -> tuple[float, float, float]:
    """Time two ways in turn; give median seconds of each and the median of the ratios theirs/ours."""
    pairs = []
    for _ in range(runs):
        pairs.append((_seconds(ours), _seconds(theirs)))
    return (
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(b / a for a, b in pairs),
    )


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
