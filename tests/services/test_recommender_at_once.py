"""Choices in several processes at once, and some killed: each counted once, seen by all, nothing lost."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from data.store import EntryFilter
from services.recommender import answers, checking, choosing, memory
from services.roles import SYSTEM, Actor
from tests.data.conftest import postgres_server, postgres_url  # noqa: F401
from tests.services.film_town import ANN, EARLIER, ITEMS, SH, SIMON, SR, choose, put_films, settle_films
from tests.services.small_town import settle_town

PROGRAM = Path(__file__).with_name("choosers.py")


@pytest.fixture
def films(tmp_path):
    return settle_films(tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
def films_of_either(request, tmp_path):
    """Give the films in a store of either kind."""
    if request.param == "sqlite":
        return settle_films(tmp_path)
    films = settle_town(tmp_path, database_url=request.getfixturevalue("postgres_url"))
    put_films(films)
    return films


class Worker:
    """A process that chooses and recommends on the same installation."""

    def __init__(self, films, person):
        command = [sys.executable, str(PROGRAM), str(films.settings.var), person]
        command += [films.settings.database_url] if films.settings.database_url else []
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen(command, **pipes)

    def ask(self, *words):
        """Ask for something; None where the process died over it."""
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        return json.loads(line) if line else None

    def kill(self):
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def worker():
    made = []

    def start(films, person):
        made.append(Worker(films, person))
        return made[-1]

    yield start
    for one in made:
        one.kill()


def histories(films):
    """Fold the events in the store by hand: who has chosen what."""
    chosen: dict[str, set[str]] = {}
    for event in films.store.events_since("town", 0):
        own = chosen.setdefault(event.person, set())
        if event.kind == "choose":
            assert event.item not in own
            own.add(event.item)
        elif event.kind == "undo":
            own.remove(event.item)
    return chosen


def by_hand(films):
    """Count the table from its definition: each pair of different items of one person, in both directions."""
    names = [name for _, name in films.store.catalogue("town").categories]
    counts, people = np.zeros((2, len(names), len(names)), dtype=int)
    for own in histories(films).values():
        found = np.zeros_like(counts)
        for one, other in combinations(sorted(own), 2):
            for row in ITEMS[one][1]:
                for column in ITEMS[other][1]:
                    found[names.index(row), names.index(column)] += 1
                    if row != column:
                        found[names.index(column), names.index(row)] += 1
        counts += found
        people += found > 0
    return counts, people


def assert_counted_once(films):
    """Hold the memory of this process, a rebuild, and a count by hand against each other."""
    with memory.remembered(films) as (held, _):
        counts, people = held.cells.counts.copy(), held.cells.people.copy()
    expected = by_hand(films)
    assert np.array_equal(counts, expected[0])
    assert np.array_equal(people, expected[1])
    anew = memory.rebuilt(films.store, "town").memory
    assert np.array_equal(anew.cells.counts, expected[0])
    assert np.array_equal(anew.cells.people, expected[1])
    assert checking.check(films, SYSTEM).is_equal


# --- several workers ---------------------------------------------------------------------------------


def test_a_choice_in_one_worker_is_in_the_next_recommendation_of_every_other(films, worker):
    ada, ben = worker(films, "ada"), worker(films, "ben")
    before = [["airplane"]] * 3
    assert [ada.ask("recommend", "aliens")["items"], ben.ask("recommend", "aliens")["items"],
            [one.item for one in answers.recommend(films, ANN, "aliens").items]] == before  # fmt: skip
    ada.ask("choose", "alien", "a1")
    assert ada.ask("choose", "dune", "a2")["cells"] == [[SR, SH, 0, 1, 0, 1]]
    assert ben.ask("recommend", "aliens")["items"] == ["dune", "star-trek", "star-wars", "airplane"]
    assert len(answers.recommend(films, ANN, "aliens").items) == 4
    ben.ask("choose", "aliens", "b1")
    assert ben.ask("choose", "dune", "b2")["cells"] == [[SR, SH, 1, 2, 1, 2]]
    assert ada.ask("undo", "dune", "a3")["cells"] == [[SR, SH, 2, 1, 2, 1]]
    assert "1 co-choice, 1 person" in ben.ask("recommend", "alien")["because"][0]
    assert_counted_once(films)


def test_workers_and_threads_that_count_the_same_cells_lose_none_and_count_none_twice(
    films_of_either, worker
):
    films = films_of_either
    choose(films, ANN, "aliens")  # this process has it in memory before the others begin
    workers = [worker(films, "ada"), worker(films, "ben")]
    orders = {one: random.Random(seed).sample(sorted(ITEMS), len(ITEMS)) for seed, one in enumerate("ab")}
    faults = []

    def drive(one, name):
        for number, item in enumerate(orders[name]):
            for _ in range(2):  # each sent twice, as by a browser that tries again
                if one.ask("choose", item, f"{name}-{number}") is None:
                    faults.append(item)

    def here(number):
        try:
            for item in ITEMS:
                choose(films, Actor(f"t{number}", f"T{number}", "viewer"), item)
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=drive, args=pair) for pair in zip(workers, "ab", strict=True)]
    threads += [threading.Thread(target=here, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    own = histories(films)
    assert all(own[f"user:{name}"] == set(ITEMS) for name in ("ada", "ben", "t0", "t1", "t2"))
    assert len(films.store.events_since("town", 0)) == 7 + 1 + 5 * len(ITEMS)  # a retry is no event
    assert_counted_once(films)
    assert films.store.verify().ok


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_child_of_a_fork_starts_anew_though_a_thread_of_its_parent_was_busy(films):
    choose(films, SIMON, "alien")
    busy, done = threading.Event(), threading.Event()

    def be_busy():
        with memory.recalled(films):
            busy.set()
            done.wait()

    thread = threading.Thread(target=be_busy)
    thread.start()
    busy.wait()
    child = os.fork()
    if child == 0:
        signal.alarm(30)  # rather than wait for ever
        try:
            choosing.choose(films, ANN, "dune", key="of the child")
            os._exit(0)
        finally:
            os._exit(1)
    status = os.waitpid(child, 0)[1]
    done.set()
    thread.join()
    assert status == 0
    assert histories(films)["user:u-12"] == {"dune"}
    assert_counted_once(films)


# --- killed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "is_there"), [("record", False), ("log", False), ("commit", False), ("answer", True)]
)
def test_a_worker_killed_on_the_way_leaves_a_choice_whole_or_none(films, worker, place, is_there):
    ada = worker(films, "ada")
    assert ada.ask("choose", "alien", "a1") == {"again": False, "repeat": False, "cells": []}
    head = films.store.head()
    ada.ask("die", place)
    assert ada.ask("choose", "dune", "a2") is None
    assert ("dune" in histories(films)["user:ada"]) == is_there
    assert films.store.head().seq == head.seq + is_there
    retried = worker(films, "ada").ask("choose", "dune", "a2")  # the browser tries again, elsewhere
    assert (retried["again"], retried["repeat"]) == (is_there, False)
    assert histories(films)["user:ada"] == {"alien", "dune"}
    assert_counted_once(films)
    assert films.store.verify().ok


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_any_moment_all_that_was_acknowledged_is_there_once(films, worker, seed):
    """A process chooses and undoes at random and is killed under way; a fresh one agrees with the store."""
    rng, acknowledged = random.Random(seed), []
    answers.table(films, ANN)  # in memory here from the beginning: it learns event by event
    for life in range(2):
        ada, stop = worker(films, "ada"), threading.Event()
        ada.ask("recommend", "aliens")  # it is under way: all that follows is choosing
        killer = threading.Timer(rng.random() / 2, ada.process.kill)
        killer.start()
        number = 0
        while not stop.is_set():
            what, key = rng.choice(("choose", "choose", "undo")), f"{life}-{number}"
            try:
                answer = ada.ask(what, rng.choice(sorted(ITEMS)), key)
            except BrokenPipeError:
                answer = None
            if answer is None:
                stop.set()
            elif "fault" not in answer:
                acknowledged.append(key)
            number += 1
        killer.cancel()
        assert ada.process.wait() == -9
    keys = [event.key for event in films.store.events_since("town", 0)]
    assert acknowledged, "they were killed before they had done anything"
    assert len(keys) == len(set(keys))
    earlier = sum(len(chosen) for _, chosen in EARLIER)
    assert [key for key in keys[earlier:] if key in acknowledged] == acknowledged
    assert len(keys) - earlier <= len(acknowledged) + 2  # of each life at most one was done and not told
    done = films.store.entries(EntryFilter(kinds=("choice",)), None, 10_000)
    assert sorted(entry.payload["key"] for entry in done) == sorted(keys[earlier:])
    assert_counted_once(films)
