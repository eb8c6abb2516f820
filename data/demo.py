"""The synthetic demo: customers by month whose cause of leaving is known, written month by month.

What is planted, with every coefficient, stands in docs/demo.md.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data.demo_choices import write_catalogue, write_choices, write_offers
from data.demo_population import Population
from data.demo_truth import HORIZON_MONTHS, LEVELS, NUMERIC, TRUE_EFFECTS, true_hazard, true_probability

LAST_MONTH = date(2026, 10, 1)  # fixed: a clock would make the same seed give other bytes
MOST_CUSTOMERS, MOST_MONTHS = 5_000_000, 120

__all__ = ["TRUE_EFFECTS", "DemoFiles", "generate_demo", "true_hazard", "true_probability"]

OUTCOME = "left_within_3_months"
COLUMNS = (
    "customer_id",
    "month",
    "region",
    "channel",
    "contract",
    *NUMERIC,
    "age_band",
    "gender",
    OUTCOME,
)


@dataclass(frozen=True)
class DemoFiles:
    """Where the synthetic files were written."""

    customers: Path
    catalogue: Path
    offers: Path
    choices: Path


def generate_demo(
    folder: Path,
    *,
    customers: int = 5000,
    months: int = 18,
    seed: int = 7,
    progress: Callable[[str], None] | None = None,
) -> DemoFiles:
    """Write synthetic customers, a catalogue, retention offers and choices; same arguments, same content.

    Memory is bounded by about four months of customers, however many months are written. A file
    appears under its name only when it is complete.

    Parameters
    ----------
    folder : Path
        Made where it is missing; files of an earlier demo are replaced.
    customers : int, default=5000
        Customers in all, 100 to 5,000,000; 70 % of them at the start, the others join later.
    months : int, default=18
        Months of history, 6 to 120. The outcome of the last three is blank: not known yet.
    seed : int, default=7
        Seed of the random numbers, 0 or more.
    progress : callable, optional
        Called with a sentence as each month is written.

    Raises
    ------
    ValueError
        If an argument is out of its range.
    """
    _check("customers", customers, 100, MOST_CUSTOMERS)
    _check("months", months, 2 * HORIZON_MONTHS, MOST_MONTHS)
    _check("seed", seed, 0, 2**63 - 1)
    say = progress or (lambda _text: None)
    folder.mkdir(parents=True, exist_ok=True)
    files = DemoFiles(
        folder / "synthetic-customers.parquet",
        folder / "synthetic-catalogue.csv",
        folder / "synthetic-offers.csv",
        folder / "synthetic-choices.csv",
    )
    # Streams of their own: what is drawn of choices leaves the customers, of offers the titles chosen.
    customer_stream, choice_stream, offer_stream = np.random.SeedSequence(seed).spawn(3)
    population = Population.draw(np.random.default_rng(customer_stream), customers, months)
    unfinished = files.customers.with_name(files.customers.name + ".part")
    _write_months(unfinished, population, seed, say)
    os.replace(unfinished, files.customers)
    write_catalogue(files.catalogue)
    write_offers(files.offers)
    say("Writing the choices of synthetic customers")
    write_choices(
        files.choices,
        np.random.default_rng(choice_stream),
        np.random.default_rng(offer_stream),
        population.ids,
        _month_starts(months),
        population.joined,
        population.last,
    )
    return files


def _check(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise ValueError(
            f"{name} is {value}, but the demo needs {least} to {most}: give a number in that range."
        )


def _month_starts(months: int) -> list[date]:
    """Give the first days of the months that end with ``LAST_MONTH``."""
    last = LAST_MONTH.year * 12 + LAST_MONTH.month - 1
    return [date(m // 12, m % 12 + 1, 1) for m in range(last - months + 1, last + 1)]


def _schema(seed: int, months: int) -> pa.Schema:
    types = {name: pa.float64() for name in NUMERIC}
    told = {
        "synthetic": "true",
        "title": "Demo customers (synthetic)",
        "seed": str(seed),
        "months": str(months),
    }
    return pa.schema([(name, types.get(name, pa.string())) for name in COLUMNS], metadata=told)


def _write_months(path: Path, population: Population, seed: int, say: Callable[[str], None]) -> None:
    """Write each month as row groups of its own, as soon as its outcome is known."""
    schema = _schema(seed, population.months)
    texts = [name for name in COLUMNS if name not in (*NUMERIC, "customer_id")]
    with pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=texts) as writer:
        for month, table in _months(population):
            writer.write_table(table.cast(schema), row_group_size=250_000)
            say(f"Month {month:%B %Y} of {population.months} months written: {table.num_rows:,} customers")


def _months(population: Population) -> Iterator[tuple[date, pa.Table]]:
    """Give each month's table with its outcome, in order; at most four are held at once."""
    waiting: deque[tuple[int, np.ndarray, dict[str, pa.Array]]] = deque()
    starts = _month_starts(population.months)
    for month in range(population.months):
        if month:
            population.step()
        here = population.here()
        waiting.append((month, here, _recorded(population, here, starts[month])))
        population.leave(here)
        if len(waiting) == HORIZON_MONTHS + 1:
            yield _with_outcome(population, starts, *waiting.popleft())
    while waiting:
        yield _with_outcome(population, starts, *waiting.popleft())


def _recorded(population: Population, here: np.ndarray, start: date) -> dict[str, pa.Array]:
    """Give a month's columns as they are recorded, without the outcome."""
    columns = {name: pa.array(population.numbers[name][here], from_pandas=True) for name in NUMERIC}
    for name, levels in LEVELS.items():
        codes = population.codes[name][here]
        columns[name] = pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), pa.array(levels))
    month = pa.array(np.zeros(len(here), dtype=np.int8))
    columns["month"] = pa.DictionaryArray.from_arrays(month, pa.array([start.isoformat()]))
    columns["customer_id"] = population.ids.take(pa.array(here))
    return columns


def _with_outcome(
    population: Population, starts: list[date], month: int, here: np.ndarray, columns: dict[str, pa.Array]
) -> tuple[date, pa.Table]:
    """Add who left within the horizon; blank for all where the last month comes before its end."""
    left = (population.last[here] < month + HORIZON_MONTHS).astype(np.int8)
    known = month + HORIZON_MONTHS < population.months
    blank = np.full(len(here), not known)
    columns[OUTCOME] = pa.DictionaryArray.from_arrays(pa.array(left, mask=blank), pa.array(["No", "Yes"]))
    return starts[month], pa.table({name: columns[name] for name in COLUMNS})
