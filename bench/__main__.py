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
BENCHES = ("quality", "rescore", "explain", "drag", "release", "start")


def main(names: list[str]) -> int:
    """Run the named benchmarks; exit code 1 where a bar is missed."""
    measures: list[Measure] = []
    for name in names or BENCHES:
        print(f"{name} ...", file=sys.stderr, flush=True)
        try:
            found = importlib.import_module(f"bench.{name}").measures()
        except Unavailable as fault:
            print(f"{name}: skipped, {fault}", file=sys.stderr)
            continue
        _write(found)  # at once: what a later one fails at takes nothing away
        measures += found
    _print(measures)
    return 0 if all(one.met for one in measures) else 1


def _print(measures: list[Measure]) -> None:
    print(f"{'measure':<92} {'value':>10} {'unit':<9} {'bar':>18}  met")
    for one in measures:
        bar = "reported" if one.bar is None else f"{one.direction} {one.bar:g}"
        print(f"{one.measure:<92} {one.value:>10.4g} {one.unit:<9} {bar:>18}  {'yes' if one.met else 'NO'}")


def _write(measures: list[Measure]) -> None:
    """Replace the figures measured now; figures of benchmarks not run this time stay."""
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    new = {one.measure: one.plain() for one in measures}
    rows = [new.pop(row["measure"], row) for row in kept] + list(new.values())
    RESULTS.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
