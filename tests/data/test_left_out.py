"""Who is left out of whatever is worked out: scores, rows to score and to learn from; facts stay."""

import threading
import time
from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.dataset import parse_spec
from data.warehouse import ContentError, Filters, LeftOut, Warehouse
from data.warehouse.left_out import NOBODY

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SPEC = parse_spec(
    """
name: town
title: Town
id: key
outcome: {column: left, positive: "Yes"}
revenue: price
segments: [area]
features:
  - {column: area, label: Area, kind: categorical}
  - {column: price, label: Price, kind: numeric}
"""
)
KEYS = [f"K{n}" for n in range(12)]


class Objecting:
    """Says who objects, as it is set."""

    def __init__(self):
        self.out = NOBODY

    def set(self, *keys):
        self.out = LeftOut(frozenset(keys))

    def __call__(self, spec_name, *, anew=False):
        assert spec_name == "town"
        return self.out


def frame():
    return pd.DataFrame(
        {
            "key": KEYS,
            "left": ["Yes" if n % 4 == 0 else "No" for n in range(12)],
            "area": ["North" if n < 6 else "South" for n in range(12)],
            "price": [float(10 + n) for n in range(12)],
        }
    )[list(SPEC.columns)]


def scores(table):
    chance = [int(key[1:]) / 20 for key in table["key"]]
    return pd.DataFrame(
        {
            "key": table["key"], "log_odds": chance, "probability": chance, "low": chance, "high": chance,
            "expected_loss": chance, "monthly_revenue": table["price"], "active": table["_active"],
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Give a warehouse with scores, whoever is asked who objects, and the snapshot."""
    asks = Objecting()
    warehouse = Warehouse(tmp_path_factory.mktemp("house"), asks)
    nothing = pd.DataFrame({"row": [], "column": [], "value": [], "reason": []})
    made = warehouse.write_snapshot(
        frame(), SPEC, source="a test", refused=nothing, report={}, parent=None, created=NOON
    )
    warehouse.write_scores(made.id, "v", scores(warehouse.current_table(made.id)))
    return warehouse, asks, made.id


@settings(max_examples=30)
@given(keys=st.sets(st.sampled_from([*KEYS, "nobody", "Ü"]), max_size=12))
def test_whoever_is_left_out_figures_are_those_of_the_others(house, keys):
    warehouse, asks, id = house
    asks.set(*keys)
    chances = {key: n / 20 for n, key in enumerate(KEYS) if n % 4 and key not in keys}
    found = warehouse.headline(id, Filters(), "v")
    assert found.customers == 9, "a fact"
    assert found.scored == len(chances)
    assert (found.expected_leavers or 0.0) == pytest.approx(sum(chances.values()))
    by = warehouse.breakdown(id, "area", Filters(), "v")
    assert sum(row["expected_leavers"] or 0.0 for row in by) == pytest.approx(sum(chances.values()))
    rows = warehouse.customers_page(id, "v", stop=20).rows
    assert {row["key"]: row["probability"] for row in rows if row["probability"] is not None} == chances
    assert [row["probability"] is None for row in rows] == sorted(row["probability"] is None for row in rows)
    assert set(warehouse.current_table(id)["key"]) == set(KEYS) - keys
    assert warehouse.count_left_out(id) == 9 - len(chances)
    assert {key for key in KEYS if warehouse.score(id, "v", key)} == set(KEYS) - keys
    assert warehouse.threshold(id, "v", 0.1) == max(chances.values(), default=None)
    if learned := set(KEYS) - keys:
        assert set(warehouse.training_table(id)["key"]) == learned
    assert warehouse.count_unlearned(id) == len(set(KEYS) & keys)
    assert warehouse.customer(id, "K1")["price"] == 11.0, "facts stay"
    asks.set()


def test_who_was_left_out_is_scored_afterwards_and_what_was_given_never_changes(tmp_path):
    asks = Objecting()
    warehouse = Warehouse(tmp_path, asks)
    nothing = pd.DataFrame({"row": [], "column": [], "value": [], "reason": []})
    id = warehouse.write_snapshot(
        frame(), SPEC, source="a test", refused=nothing, report={}, parent=None, created=NOON
    ).id
    asks.set("K1", "K2")
    assert not warehouse.is_scored(id, "v")
    warehouse.write_scores(id, "v", scores(warehouse.unscored_table(id, "v")))
    assert warehouse.is_scored(id, "v")
    asks.set("K2")
    assert not warehouse.is_scored(id, "v")
    lacking = warehouse.unscored_table(id, "v")
    assert list(lacking["key"]) == ["K1"]
    other = scores(warehouse.current_table(id)).assign(log_odds=9.0)
    with pytest.raises(ContentError, match="other scores"):
        warehouse.write_scores(id, "v", other)
    warehouse.write_scores(id, "v", scores(lacking))
    assert warehouse.is_scored(id, "v") and warehouse.score(id, "v", "K1")["probability"] == 0.05
    assert warehouse.score(id, "v", "K2") is None
    with pytest.raises(ContentError, match="1 active customers have no score"):
        asks.set()
        warehouse.write_scores(id, "v", scores(lacking))


def test_a_set_is_named_by_what_is_in_it():
    assert LeftOut().mark == "" and LeftOut(frozenset({"a", "b"})).mark == LeftOut(frozenset({"b", "a"})).mark
    assert LeftOut(frozenset({"a"})).mark != LeftOut(frozenset({"b"})).mark


class Dawdling:
    """A lock after which whoever held it dawdles, so that others come between."""

    def __init__(self):
        self._lock = threading.Lock()

    def __enter__(self):
        self._lock.acquire()

    def __exit__(self, *_fault):
        self._lock.release()
        time.sleep(0.0002)


def test_of_many_who_ask_at_once_each_is_answered_by_what_they_keep_to(tmp_path):
    """Threads with an older and a newer set in mind get in nobody's way."""
    warehouse, found, begin = Warehouse(tmp_path), [], threading.Barrier(6)
    warehouse._lock = Dawdling()

    def ask(mark):
        begin.wait()
        own = [warehouse._latest(("asked at once",), mark, lambda: mark) for _ in range(60)]
        found.append(set(own) == {mark})

    threads = [threading.Thread(target=ask, args=(f"mark {number}",)) for number in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert found == [True] * 6
