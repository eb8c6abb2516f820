"""The recommender against SAR: fit, lists for everybody, one choice, one list, a restart, and the quality.

On all pairs of ml-1m; quality on ml-100k, whose splits and figures are those that the peer was measured on.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from bench.measure import Measure
from bench.movielens import Films, choices_of, ml_1m, ml_100k
from bench.peers import sar
from config.settings import Settings
from data.store import ItemRow
from models.cooccurrence.evaluation import Split, evaluate
from models.cooccurrence.everybody import all_top
from models.cooccurrence.memory import Memory
from models.cooccurrence.ranking import by_items
from models.cooccurrence.rule import by_rule
from services.installation import Installation
from services.recommender import answers, choosing, settings
from services.recommender.memory import rebuilt
from services.roles import Actor

NAME = "films"
FIT = "recommender: fit on all pairs of ml-1m, time against SAR"
ROUNDS = 3
ASKED = 1000
ANSWERED = 200
CHOSEN = 300
FSYNCS = 200
PERSON, MANAGER = Actor("bench", "Benchmark", "viewer"), Actor("bench-manager", "Benchmark", "manager")
BARS: dict[Split, float] = {"random": 0.396, "time": 0.2285}
SPLITS: dict[Split, str] = {"random": "at random within people", "time": "by time"}


def measures() -> list[Measure]:
    """Give factors over the peer, the time of one of each thing, and the quality on both splits."""
    films = ml_1m()
    found = _against_sar(films)
    memory = fitted(films)
    picked, people = drawn(memory)
    found += _from_memory(memory, picked, people)
    with tempfile.TemporaryDirectory(prefix="keepsight-bench-") as own:
        installation = _loaded(films, Path(own))
        found += _one_choice(installation, memory, people, Path(own))
        found += _through_the_service(installation, [memory.catalogue.items[item] for item in picked])
        found.append(_restart(installation))
    return found + _quality()


def fitted(films: Films) -> Memory:
    """Count all choices, from the raw pairs that the peer is given."""
    choices = choices_of(films.catalogue, films.pairs)
    return Memory.build(films.catalogue, choices.people, choices.person, choices.item, choices.moment)


def drawn(memory: Memory) -> tuple[list[int], list[int]]:
    """Draw items as often as they are chosen, and people evenly."""
    random = np.random.default_rng(0)
    popularity = memory.histories.popularity
    items = random.choice(len(popularity), ASKED, p=popularity / popularity.sum())
    return items.tolist(), random.integers(0, len(memory.histories), ASKED).tolist()


def _against_sar(films: Films) -> list[Measure]:
    """Fit, then recommend to everybody, by turns; each starts from the same table of pairs."""
    with tempfile.TemporaryDirectory(prefix="keepsight-bench-") as own, sar() as ask:
        rows = Path(own) / "pairs.csv"
        films.pairs.to_csv(rows, index=False)
        ask("read", rows=str(rows))
        fits, tops = [], []
        for _ in range(ROUNDS):
            seconds, memory = _timed(lambda: fitted(films))
            fits.append((seconds, ask("fit")))
            everybody = np.arange(len(memory.histories))
            tops.append(
                (
                    _timed(lambda memory=memory, all=everybody: all_top(memory, all, now=0.0))[0],
                    ask("recommend"),
                )
            )
        counting = ask("fit", similarity="cooccurrence")
    fit, top = (statistics.median(ours / theirs for ours, theirs in pairs) for pairs in (fits, tops))
    fitting, topping = (_both(pairs) for pairs in (fits, tops))
    note = f"{fitting}; SAR without similarities, which ranks worse, fits in {counting:.2f} s"
    name = "recommender: top 10 for all 6,040 people of ml-1m, time against SAR"
    return [
        Measure(FIT, fit, "times", "at most", 0.35, note),
        Measure(name, top, "times", "at most", 0.33, topping),
    ]


def _both(pairs: list[tuple[float, float]]) -> str:
    ours, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
    return f"{ours:.2f} s against {theirs:.2f} s"


def _from_memory(memory: Memory, picked: list[int], people: list[int]) -> list[Measure]:
    """Ask for the top 10 outside the own category: of one item, and of what a person chose last."""
    sharing = memory.catalogue.sharing

    def of_one(item: int) -> object:
        return by_items(memory, [item], now=0.0, leave_out=sharing(item))

    def of_history(number: int) -> object:
        history = memory.histories.by_number(number)
        return by_items(memory, history, now=0.0, leave_out=sharing(int(history[-1])))

    name = "recommender: top 10 outside the own category from memory, ml-1m"
    return [
        Measure(f"{name}, one chosen item", _median_us(of_one, picked), "us", "at most", 100),
        Measure(f"{name}, a whole history", _median_us(of_history, people), "us", "at most", 250),
        Measure(f"{name}, one chosen item, by the rule",
                _median_us(lambda item: by_rule(memory, item, taken=()), picked), "us", "at most"),
    ]  # fmt: skip


def _loaded(films: Films, folder: Path) -> Installation:
    """Put the catalogue and all choices into a store on SQLite."""
    installation = Installation(Settings(var=folder / "var", database_url=None))
    store, catalogue = installation.store, films.catalogue
    store.migrate()
    store.set_current_spec(NAME)
    rows = zip(catalogue.items, catalogue.titles, catalogue.membership, strict=True)
    items = [
        ItemRow(key, title, tuple(catalogue.categories[n] for n in inside)) for key, title, inside in rows
    ]
    store.put_catalogue(NAME, catalogue.categories, items)
    choices = films.choices
    people, chosen = ([names[n] for n in numbers.tolist()] for names, numbers in (
        (choices.people, choices.person), (catalogue.items, choices.item)
    ))  # fmt: skip
    store.load_choices(NAME, zip(people, chosen, choices.moment.tolist(), strict=True))
    return installation


def _one_choice(installation: Installation, memory: Memory, people: list[int], folder: Path) -> list[Measure]:
    """Let people choose what they have not chosen: in the store and then in memory, and in memory alone."""
    random = np.random.default_rng(1)
    items = range(len(memory.catalogue.items))
    fresh = [
        (memory.histories.name(n), random.choice(np.setdiff1d(items, memory.histories.by_number(n))))
        for n in people
    ]
    store, now = installation.store, installation.store.clock()

    def choose(deed: tuple[str, int]) -> object:
        person, item = deed[0], int(deed[1])
        store.record_choice(
            NAME, person, memory.catalogue.items[item], key=uuid4().hex, moment=now, actor=PERSON.id
        )
        return memory.choose(person, item, now.timestamp())

    durable = _median_us(choose, fresh[:CHOSEN], warm=0) / 1000
    alone = _median_us(
        lambda deed: memory.choose(deed[0], int(deed[1]), now.timestamp()), fresh[CHOSEN:], warm=0
    )
    fsync = _fsync_ms(folder / "fsync")
    note = f"1 ms + 2 fsync; an fsync of 4 KB took {fsync:.2f} ms in this run"
    name = "recommender: one choice, ml-1m, median"
    bar = round(1 + 2 * fsync, 3)
    return [
        Measure(f"{name}, durable and in memory (SQLite WAL)", durable, "ms", "at most", bar, note),
        Measure(f"{name}, the part in memory alone", alone, "us", "at most", 20),
    ]


def _fsync_ms(path: Path) -> float:
    block, took = os.urandom(4096), []
    with path.open("wb", buffering=0) as file:
        for _ in range(FSYNCS):
            file.write(block)
            took.append(_timed(lambda: os.fsync(file.fileno()))[0])
    return 1000 * statistics.median(took)


def _through_the_service(installation: Installation, picked: list[str]) -> list[Measure]:
    """Ask as the page does, by either ranker: permission, settings, what is hidden, words, the log."""
    found = []
    for ranker in ("items", "rule"):
        _, revision = settings.current(installation)
        settings.change(installation, MANAGER, {"ranker": ranker}, revision)
        took = (
            _median_us(lambda item: answers.recommend(installation, PERSON, item), picked[:ANSWERED]) / 1000
        )
        name = f"recommender: a list through the page's service with its log entry, ml-1m, ranker {ranker}"
        found.append(Measure(name, took, "ms", "at most", 10))
    fresh = list(dict.fromkeys(picked))[:ANSWERED]
    took = _median_us(lambda item: choosing.choose(installation, PERSON, item, key=uuid4().hex), fresh) / 1000
    name = "recommender: a choice through the page's service with its log entry, ml-1m"
    return [*found, Measure(name, took, "ms", "at most")]


def _restart(installation: Installation) -> Measure:
    """Build the memory from the store, as a worker that starts does."""
    took = [_timed(lambda: rebuilt(installation.store, NAME))[0] for _ in range(ROUNDS)]
    name = "recommender: restart from 1,000,209 choices and more (SQLite), store to memory"
    return Measure(name, statistics.median(took), "s", "at most", 3)


def _quality() -> list[Measure]:
    films = ml_100k()
    found = []
    for split, bar in BARS.items():
        ranked = {
            one.ranker: one.figures.ndcg
            for one in evaluate(films.catalogue, films.choices, split=split).rankers
        }
        name = f"recommender: nDCG@10, ml-100k, split {SPLITS[split]}"
        found.append(Measure(name, ranked["items"], "0-1", "at least", bar))
        found += [
            Measure(f"{name}, {ranker}", ndcg, "0-1", "at least")
            for ranker, ndcg in ranked.items()
            if ranker != "items"
        ]
    return found


def _median_us(call: Callable[[Any], object], over: Iterable[Any], warm: int = 20) -> float:
    """Give the median of microseconds, the first calls left out."""
    took = [_timed(lambda one=one: call(one))[0] for one in over]
    return 1e6 * statistics.median(took[warm:])


def _timed(call: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    answer = call()
    return time.perf_counter() - began, answer
