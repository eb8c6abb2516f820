"""Run the benchmarks, print a table and write ``bench/results.json``.

python -m bench            all of them
python -m bench rescore    those named
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

from bench.measure import Measure, Unavailable

RESULTS = Path(__file__).parent / "results.json"
BENCHES = (
    "quality",
    "training",
    "rescore",
    "explain",
    "scenarios",
    "counterfactual",
    "drag",
    "recommender",
    "log",
    "rollback",
    "control",
    "guidelines",
    "release",
    "start",
)


def main(names: list[str]) -> int:
    """Run the named benchmarks; exit code 1 where a bar is missed."""
    measures: list[Measure] = []
    for name in names or BENCHES:
        print(f"{name} ...", file=sys.stderr, flush=True)
        try:
            found = list(importlib.import_module(f"bench.{name}").measures())
        except Unavailable as fault:
            print(f"{name}: skipped, {fault}", file=sys.stderr)
            continue
        _write(name, found)  # at once: what a later one fails at takes nothing away
        measures += found
    _print(measures)
    return 0 if all(one.met for one in measures) else 1


def _print(measures: list[Measure]) -> None:
    print(f"{'measure':<92} {'value':>10} {'unit':<9} {'bar':>18}  met")
    for one in measures:
        bar = "reported" if one.bar is None else f"{one.direction} {one.bar:g}"
        print(f"{one.measure:<92} {one.value:>10.4g} {one.unit:<9} {bar:>18}  {'yes' if one.met else 'NO'}")


def _write(name: str, found: list[Measure]) -> None:
    """Replace the figures of this benchmark; those of benchmarks not run this time stay."""
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    rows = updated(kept, [one.plain() | {"bench": name} for one in found], name)
    RESULTS.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")


def updated(kept: list[dict], found: list[dict], name: str) -> list[dict]:
    """Put new figures in the place of the benchmark's old ones, so that none outlives its name."""
    others = [row for row in kept if row.get("bench") != name]
    place = next((n for n, row in enumerate(kept) if row.get("bench") == name), len(others))
    return [*others[:place], *found, *others[place:]]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
