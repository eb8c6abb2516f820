"""Many processes choose the same at once: each choice counts once, and who follows misses none."""

import json
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from data.store import ItemRow

PROGRAM = Path(__file__).with_name("store_choosers.py")
CHOOSERS, PERSONS, ITEMS = 4, 6, 5
PAIRS = PERSONS * ITEMS


@pytest.fixture
def folder(store, tmp_path):
    """Let the choosers run on the store; give what they noted."""
    store.put_catalogue("films", [], [ItemRow(f"item-{n}", f"Item {n}") for n in range(ITEMS)])
    made = tmp_path / "noted"
    made.mkdir()
    url = store._engines.url.render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, str(PROGRAM), url, str(made), "7"], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, [path.read_text() for path in made.glob("fault.*")] or done.stderr
    return made


def test_processes_that_choose_the_same_count_it_once_and_who_follows_misses_none(store, folder):
    """S41, S45, S50: against what was noted outside the database, one of the processes killed on the way."""
    events = store.events_since("films", 0)
    assert [event.seq for event in events] == list(range(1, PAIRS * (1 + CHOOSERS) + 1))
    assert Counter(event.kind for event in events) == {"choose": PAIRS, "repeat": PAIRS * CHOOSERS}
    first = {}
    for event in events:
        first.setdefault((event.person, event.item), event)
    assert {event.kind for event in first.values()} == {"choose"}
    found = store.all_choices("films")
    assert len(set(zip(found.person.tolist(), found.item.tolist(), strict=True))) == PAIRS == len(found.item)
    assert len(found.people) == PERSONS

    answers = defaultdict(list)
    for path in folder.glob("answers.*"):
        for line in path.read_bytes().split(b"\n")[:-1]:
            key, *answer = json.loads(line)
            answers[key].append(answer)
    by_key = {event.key: event for event in events}
    assert answers.keys() == by_key.keys()
    for key, given in answers.items():
        assert {(seq, kind) for seq, kind, _ in given} == {(by_key[key].seq, by_key[key].kind)}
    # of several answers to one key at most one is the first; the one killed may have had it unheard
    assert all(sum(not is_again for *_, is_again in given) <= 1 for given in answers.values())

    noted = [entry.payload["seq"] for entry in store.entries(limit=10_000)]
    together = [event.seq for event in events if "by" not in event.key]
    assert sorted(noted) == together  # S42: neither without the other

    followed = [int(line) for line in (folder / "followed").read_text().split()]
    assert followed == [event.seq for event in events]
