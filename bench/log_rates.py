"""What tamper evidence costs: four writers append with it and without it, in turn."""

from __future__ import annotations

import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier

from sqlalchemy import Column, ForeignKey, Index, MetaData, Table, Text, insert, text

from bench import databases
from bench.measure import Measure
from data.store import Entry, Store
from data.store.chain import canonical
from data.store.tables import Big, Utc

WRITERS = 4
PAIRS = 7
SECONDS = 1.0
SLOW_MS = 0.5
"""Where a flush of 4 KB takes longer, the rate is judged against it."""

# The same rows, indexes and references as data/store/tables.py, but for salt, hashes and the chain
_metadata = MetaData()
_plain = Table(
    "plain_log",
    _metadata,
    Column("seq", Big, primary_key=True),
    Column("time", Utc, nullable=False),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("version", Text),
    Column("snapshot", Text),
    Index("ix_plain_version", "version", "seq", "actor", "kind", "time"),
    Index("ix_plain_actor", "actor", "seq", "kind", "time"),
    Index("ix_plain_kind", "kind", "seq", "time"),
    Index("ix_plain_time", "time", "seq"),
)
_plain_payload = Table(
    "plain_payload",
    _metadata,
    Column("seq", Big, ForeignKey("plain_log.seq"), primary_key=True, autoincrement=False),
    Column("actor_name", Text, nullable=False),
    Column("subject", Text),
    Column("body", Text, nullable=False),
    Index("ix_plain_subject", "subject", "seq"),
)
_HEADER, _PAYLOAD = insert(_plain), insert(_plain_payload)
_BOTH = text(
    "WITH header AS (INSERT INTO plain_log (time, kind, actor, version, snapshot) "
    "VALUES (:time, :kind, :actor, :version, :snapshot) RETURNING seq) "
    "INSERT INTO plain_payload (seq, actor_name, subject, body) "
    "SELECT seq, :actor_name, :subject, :body FROM header RETURNING seq"
).columns(_plain_payload.c.seq)


def measures() -> Iterator[Measure]:
    """Measure SQLite, and PostgreSQL where there is one."""
    yield from _compared("SQLite", databases.sqlite, bar_share=0.8, bar_rate=1000)
    yield from _compared("PostgreSQL", databases.postgresql, bar_share=0.7, bar_rate=None)


def _compared(
    name: str, make: Callable[[], AbstractContextManager[Store]], bar_share: float, bar_rate: float | None
) -> Iterator[Measure]:
    pairs = []
    with make() as store:
        with store.writing() as connection:
            _metadata.create_all(connection)
        for _ in range(PAIRS):
            pairs.append((_rate(store, append_plain), _rate(store, append_chained)))
        whole = store.verify(store.head())
        if not whole.ok:
            raise RuntimeError(f"the log of the benchmark is not whole: {whole.reason}")
    flush = _flush_ms()
    without = statistics.median(plain for plain, _ in pairs)
    note = (
        f"median of {PAIRS} interleaved pairs of {SECONDS:g} s; without it {without:,.0f} a second; a flush "
        f"of 4 KB takes {flush:.2f} ms"
    )
    yield Measure(
        f"log: appending with tamper evidence against without, {WRITERS} writers, {name}",
        statistics.median(chained / plain for plain, chained in pairs),
        "share", "at least", bar_share, note,
    )  # fmt: skip
    yield Measure(
        f"log: entries appended a second, {WRITERS} writers, {name}",
        statistics.median(chained for _, chained in pairs),
        "1/s", "at least", bar_rate and bar_rate * min(1, SLOW_MS / flush), note,
    )  # fmt: skip


def append_chained(store: Store, entry: Entry) -> int:
    """Append as Keepsight does; give the number, as the other does."""
    return store.append(entry).seq


def append_plain(store: Store, entry: Entry) -> int:
    """Write the same down without evidence, in the quickest way there is on either database."""
    body = canonical(entry.payload)
    header = {"time": store.clock(), "kind": entry.kind, "actor": entry.actor, "version": entry.version,
              "snapshot": entry.snapshot}  # fmt: skip
    payload = {"actor_name": entry.actor_name, "subject": entry.subject, "body": body}
    with store.appending() as connection:
        if connection.dialect.name == "postgresql":
            return int(connection.execute(_BOTH, header | payload).scalar_one())
        (seq,) = connection.execute(_HEADER, header).inserted_primary_key
        connection.execute(_PAYLOAD, payload | {"seq": seq})
        return int(seq)


def what_if(number: int) -> Entry:
    """Make an entry like those that sliders bring."""
    payload = {
        "changes": {"tenure": 12.5 + number, "Contract": "Two year"},
        "before": {"log_odds": -1.25, "probability": 0.2227},
        "answer": {"log_odds": -2.5, "probability": 0.0758},
        "reasons": [["Contract", -0.25], ["tenure", -0.5], ["MonthlyCharges", 0.125]],
    }
    return Entry("what-if", f"person {number % 20}", "a" * 64, "b" * 64, f"K{number}", payload, "Ada")


def _rate(store: Store, append: Callable[[Store, Entry], int]) -> float:
    """Let the writers append as fast as they can; give the entries a second of all together."""
    start, counts = multiprocessing.Barrier(WRITERS), multiprocessing.Queue()
    write = partial(_write, databases.address(store), append, start, counts)
    writers = [multiprocessing.Process(target=write) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    written = sum(counts.get() for _ in writers)
    for writer in writers:
        writer.join()
    return written / SECONDS


def _write(url: str, append: Callable[[Store, Entry], int], start: Barrier, counts: Queue[int]) -> None:
    """Append as fast as one can from the common start on; hand in how many entries that were."""
    store, number = Store(url), 0
    append(store, what_if(0))  # opens the connection, compiles the statements
    start.wait()
    until = time.perf_counter() + SECONDS
    while time.perf_counter() < until:
        number += 1
        append(store, what_if(number))
    counts.put(number)
    store.dispose()


def _flush_ms() -> float:
    """Time a flush of 4 KB where the benchmark's files lie; the median of 50."""
    times = []
    with tempfile.TemporaryFile() as file:
        for _ in range(50):
            file.write(os.urandom(4096))
            began = time.perf_counter()
            file.flush()
            os.fsync(file.fileno())
            times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)
