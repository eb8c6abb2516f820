"""A log of a million entries: how long any page of the view takes, and a walk along all of it."""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bench import databases
from bench.log_rates import what_if
from bench.measure import Measure
from config.settings import Settings
from data.store import Entry, EntryFilter, SnapshotRow, Store
from data.store.chain import GENESIS, linked
from data.store.log_append import seal
from data.store.readers import BATCH
from data.store.tables import log as log_table
from data.store.tables import log_payload
from services import log, log_kinds, log_seal
from services.installation import Installation
from services.roles import SYSTEM, Actor

ENTRIES = int(os.environ.get("KEEPSIGHT_BENCH_ENTRIES", "1000000"))
AT_ONCE = 20_000
ROUNDS = 3

START = datetime(2026, 1, 1, tzinfo=UTC)
APART = timedelta(seconds=60)
KINDS = ("what-if",) * 40 + ("prediction",) * 30 + ("list",) * 15 + ("overview",) * 10 + ("login",) * 5
VERSIONS = [f"{number:02x}" * 32 for number in range(12)]

# Two who read but their own entries and those about their area: a large one, in which half of those are whom
# the log is about, and a large one of whom it says next to nothing
CUSTOMERS = int(os.environ.get("KEEPSIGHT_BENCH_AREA", "300000"))
READERS = {Actor("person 3", "Ada", "analyst"): 0, Actor("person 4", "Vera", "analyst"): 19_990}


def measures() -> Iterator[Measure]:
    """Measure SQLite, and PostgreSQL where there is one."""
    yield from _measured("SQLite", databases.sqlite)
    yield from _measured("PostgreSQL", databases.postgresql)


def _measured(name: str, make: Callable[[], AbstractContextManager[Store]]) -> Iterator[Measure]:
    with make() as store, tempfile.TemporaryDirectory(prefix="keepsight-bench-") as folder:
        fill(store)
        installation = Installation(Settings(var=Path(folder), database_url=databases.address(store)))
        pages = _pages(installation, SYSTEM)
        filled = {reader: _choose(store, reader, first) for reader, first in READERS.items()}
        read = sorted(page for reader in READERS for page in _pages(installation, reader))
        head = log_seal.head(installation, SYSTEM)
        began = time.perf_counter()
        found = log_seal.verify(installation, SYSTEM, f"{head.seq}:{head.hash}")
        taken = time.perf_counter() - began
        installation.store.dispose()
    if (found.ok, found.entries) != (True, ENTRIES):
        raise RuntimeError(f"the log of the benchmark is not whole: {found.reason}")
    what = f"log: any page of {ENTRIES:,} entries, {name}"
    yield Measure(what, pages[-1][0], "ms", "at most", 300, _slowest(pages))
    what = f"log: any page of {ENTRIES:,} entries for who reads an area of {CUSTOMERS:,} customers, {name}"
    note = f"{_slowest(read)}; choosing the area took {max(filled.values()):.0f} s"
    yield Measure(what, read[-1][0], "ms", "at most", 300, note)
    yield Measure(f"log: verify {ENTRIES:,} entries, {name}", taken, "s", "at most", 30)


def _pages(installation: Installation, reader: Actor) -> list[tuple[float, str]]:
    return sorted((_page_ms(installation, reader, wanted, before), told) for wanted, before, told in asked())


def _slowest(pages: list[tuple[float, str]]) -> str:
    half = pages[len(pages) // 2][0]
    return f"the slowest of {len(pages)}: {pages[-1][1]}; half of them within {half:.0f} ms"


def _choose(store: Store, reader: Actor, first: int) -> float:
    """Let somebody's area have so many customers from one of those the log is about; give the seconds."""
    store.record_snapshot(SnapshotRow("b" * 64, "bench", "5", 0, 0, "a benchmark", None, START))
    store.set_current_spec("bench")
    began = time.perf_counter()
    level = f"from {first}"
    area = store.choose_area(reader.id, "bench", "area", level, pattern=f'"levels":{{"area":["{level}"]}}')
    known = range(first, 20_000, 2 if not first else 1)
    others = range(20_000, 20_000 + CUSTOMERS - len(known))
    keys = [f"K{number}" for number in (*known, *others)]
    for place in range(0, len(keys), BATCH):
        store.fill_area(area.number, keys[place : place + BATCH])
    for place in range(1, ENTRIES + 1, AT_ONCE):
        store.fill_whole(area.number, place, place + AT_ONCE - 1, log_kinds.ABOUT_A_GROUP)
    store.area_filled(area.number, "b" * 64)
    return time.perf_counter() - began


def asked() -> Iterator[tuple[EntryFilter, int | None, str]]:
    """Name pages of every filter and of pairs of them, from the top and deep down, rare and missing too."""
    parts: dict[str, list[dict[str, Any]]] = {
        "kind": [{"kinds": (kind,)} for kind in ("what-if", "sign-off", "none such")],
        "actor": [{"actor": actor} for actor in ("person 3", "rare")],
        "subject": [{"subject": "K77"}],
        "version": [{"version": version} for version in (VERSIONS[0], VERSIONS[-1], "none such")],
        "time": [_days(5, 6), _days(300, 301), _days(0, 600), {"since": START + timedelta(days=5)}],
    }
    alone = [(name, {}) for name in ("all",)] + [(name, one) for name, some in parts.items() for one in some]
    pairs = [
        (f"{first} and {second}", one | other)
        for first, second in product(parts, parts)
        if first < second
        for one, other in product(parts[first], parts[second])
    ]
    for (name, fields), before in product(alone + pairs, (None, ENTRIES // 2, 500)):
        shown = ", ".join(str(value)[:16] for value in fields.values())
        yield EntryFilter(**fields), before, f"{name} ({shown}) before {before}"


def _days(first: int, last: int) -> dict[str, datetime]:
    return {"since": START + timedelta(days=first), "until": START + timedelta(days=last)}


def _page_ms(installation: Installation, reader: Actor, wanted: EntryFilter, before: int | None) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        log.page(installation, reader, wanted, before)
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def fill(store: Store) -> None:
    """Write the entries in large steps, sealed and linked as append does it."""
    chance, seq, hash = random.Random(7), 0, GENESIS
    while seq < ENTRIES:
        headers, payloads = [], []
        for _ in range(min(AT_ONCE, ENTRIES - seq)):
            seq += 1
            sealed = seal(_entry(seq, chance), START + seq * APART)
            header = sealed.header | {"seq": seq, "previous": hash, "hash": linked(sealed.ends, hash, seq)}
            hash = header["hash"]
            headers.append(header)
            payloads.append(sealed.payload | {"seq": seq})
        with store.writing() as connection:
            connection.execute(insert(log_table), headers)
            connection.execute(insert(log_payload), payloads)
    with store.reading() as connection:
        is_postgresql = connection.dialect.name == "postgresql"
    if is_postgresql:  # what its own housekeeping does soon after
        with store.appending() as connection:
            connection.exec_driver_sql("VACUUM ANALYZE log")
            connection.exec_driver_sql("VACUUM ANALYZE log_payload")


def _entry(seq: int, chance: random.Random) -> Entry:
    like = what_if(chance.randrange(20_000))
    return Entry(
        "sign-off" if seq % 10_007 == 0 else chance.choice(KINDS),
        "rare" if seq % 5_003 == 0 else f"person {min(int(chance.expovariate(0.1)), 60)}",
        VERSIONS[(seq - 1) * len(VERSIONS) // ENTRIES],
        like.snapshot,
        like.subject,
        like.payload,
        like.actor_name,
    )
