"""Known answers: made-up rows that a scorecard scored when it was made, and must score alike ever after.

They tell an artifact that another version of the program would score otherwise (S37). The rows are made of
the scorecard's own bins and levels; no customer is among them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from data.artifacts import GOLDEN, ArtifactError
from models.scorecard import Scorecard

if TYPE_CHECKING:
    from services.installation import Installation

ROWS = 12


def known_answers(card: Scorecard) -> dict[str, Any]:
    """Make the rows and what the card says of them: log-odds and their range as exact hexadecimal floats."""
    rows = [{feature.column: _value(feature, n) for feature in card.features} for n in range(ROWS)]
    return {"rows": rows, "answers": [_answer(card, row) for row in rows]}


def check(
    installation: Installation,
    version: str,
    card: Scorecard | None,
    artifacts: Mapping[str, str] | None = None,
) -> None:
    """Pass where a scorecard gives its known answers, or none were kept; once a process and version.

    Raises
    ------
    ArtifactError
        Where one answer differs in a bit, or the file of answers is not the one recorded.
    """
    if card is None:
        return
    if artifacts is None:
        row = installation.store.version(version) if (version, card) not in _passed() else None
        artifacts = row.artifacts if row else {}
    sha256 = artifacts.get(GOLDEN)
    if sha256 is None or (version, card) in _passed():
        return
    kept = installation.shelf.golden(version, sha256)
    for row_, answer in zip(kept["rows"], kept["answers"], strict=True):
        if _answer(card, row_) != answer:
            raise ArtifactError(
                f"Version {version[:8]} does not give the scores it gave when it was made: this Keepsight "
                "scores otherwise than the one it was trained with. Train again with `flask model train`, "
                "or go back to the Keepsight of before."
            )
    _passed().add((version, card))


@lru_cache(maxsize=1)
def _passed() -> set[tuple[str, Scorecard]]:
    return set()


def _value(feature: Any, n: int) -> float | str | None:
    """Walk through missing, both sides of edges, ends and levels, another place for each feature."""
    if feature.kind == "categorical":
        return [None, *feature.levels, "never seen"][n % (len(feature.levels) + 2)]
    ends = [end for end in (feature.minimum, feature.maximum) if end is not None]
    edges = list(feature.edges)
    beside = [math.nextafter(edge, -math.inf) for edge in edges]
    values = [None, *ends, *edges[:: max(1, len(edges) // 4)], *beside[:: max(1, len(beside) // 4)]]
    return values[n % len(values)]


def _answer(card: Scorecard, row: Mapping[str, Any]) -> list[str]:
    found = card.score(row)
    return [found.log_odds.hex(), *(one.hex() for one in found.bag_log_odds)]
