"""The decision log: what its evidence costs, and how it fares with a million entries."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from bench import log_million, log_rates
from bench.measure import Measure, Unavailable


def measures() -> list[Measure]:
    """Measure both parts, each on SQLite and, where there is a server, on PostgreSQL."""
    return [*_available(log_rates.measures()), *_available(log_million.measures())]


def _available(some: Iterator[Measure]) -> Iterator[Measure]:
    """Give what can be measured here; what comes before something missing is not lost with it."""
    try:
        yield from some
    except Unavailable as fault:
        print(f"log: PostgreSQL is left out, {fault}", file=sys.stderr)
