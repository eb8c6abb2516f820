"""The recommender's tables by a self-join, against the same tables counted in memory, cell by cell."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings

from data.warehouse.cooccurrence import CoOccurrence
from data.warehouse.engine import Engine
from models.cooccurrence.memory import Memory
from tests.models.cooccurrence_cases import built, left_of, movielens, rows_of, stories

ENGINE = Engine(limit_seconds=120.0)


def tables_of(memory):
    """Write a memory's choices and membership as tables of ids and names."""
    people, items = memory.histories.matrix().nonzero()
    catalogue = memory.catalogue
    choices = {
        "person": [memory.histories.name(n) for n in people],
        "item": [catalogue.items[n] for n in items],
    }
    rows = [(n, c) for n, numbers in enumerate(catalogue.membership) for c in numbers]
    membership = {
        "item": [catalogue.items[n] for n, _ in rows],
        "category": [catalogue.categories[c] for _, c in rows],
    }
    return tuple(
        pa.table({name: pa.array(values, pa.string()) for name, values in table.items()})
        for table in (choices, membership)
    )


def cells_of(table):
    return {(row["row"], row["column"]): (row["co_choices"], row["people"]) for row in table.to_pylist()}


def cells_in_memory(memory):
    names, counts, people = memory.catalogue.categories, memory.cells.counts, memory.cells.people
    found = {}
    for row, column in zip(*np.nonzero(counts), strict=True):
        if names[row] <= names[column]:
            found[names[row], names[column]] = int(counts[row, column]), int(people[row, column])
    return found


def pairs_of(tables):
    return {(row["a"], row["b"]): row["together"] for table in tables for row in table.to_pylist()}


def pairs_in_memory(memory):
    items, together = memory.catalogue.items, rows_of(memory)
    return {(items[a], items[b]): int(together[a, b]) for a, b in zip(*np.nonzero(together), strict=True)}


@settings(max_examples=30)
@given(stories())
def test_the_tables_are_those_counted_in_memory(story):
    catalogue, done = story
    memory = built(catalogue, left_of(done))
    counted = CoOccurrence(ENGINE, *tables_of(memory))
    assert cells_of(counted.cells()) == cells_in_memory(memory)
    assert pairs_of(counted.pairs()) == pairs_in_memory(memory)


@pytest.fixture(scope="module")
def films(shared_data):
    catalogue, user, item, moment = movielens(shared_data)
    return Memory.build(catalogue, [f"user:{number}" for number in range(943)], user, item, moment)


def test_the_tables_of_movielens_are_those_counted_in_memory(films):
    counted = CoOccurrence(ENGINE, *tables_of(films))
    assert len(cells_in_memory(films)) > 100
    assert cells_of(counted.cells()) == cells_in_memory(films)
    together = np.zeros((1682, 1682), dtype=np.int64)
    for table in counted.pairs(parts=2):
        a, b = (table[side].to_numpy().astype(int) - 1 for side in ("a", "b"))
        together[a, b] = table["together"].to_numpy()
    assert (together == rows_of(films)).all()


CHOICES = pa.table({"person": [*"aaaabbbcc"], "item": [*"wxyzwxyxy"]})
MEMBERSHIP = pa.table({"item": [*"wxyzz"], "category": [*"cddcd"]})


@pytest.mark.parametrize("parts", [1, 2, 5])
def test_pairs_in_parts_are_all_pairs_once(parts):
    counted = CoOccurrence(ENGINE, CHOICES, MEMBERSHIP)
    tables = list(counted.pairs(parts=parts))
    assert len(tables) == parts
    assert sum(table.num_rows for table in tables) == 12
    assert pairs_of(tables) == pairs_of(counted.pairs())


@pytest.mark.parametrize("parts", [1, 3])
def test_the_best_partners_of_each_item_are_those_most_chose_with_it_then_by_item(parts):
    counted = CoOccurrence(ENGINE, CHOICES, MEMBERSHIP)
    assert pairs_of(counted.pairs(partners=2, parts=parts)) == {
        ("w", "x"): 2, ("w", "y"): 2,
        ("x", "y"): 3, ("x", "w"): 2,
        ("y", "x"): 3, ("y", "w"): 2,
        ("z", "w"): 1, ("z", "x"): 1,
    }  # fmt: skip


def test_repeats_gaps_and_other_columns_count_nothing():
    repeated = pa.concat_tables([CHOICES, CHOICES, pa.table({"person": [None, "a"], "item": ["w", None]})])
    repeated = repeated.append_column("moment", pa.array(range(repeated.num_rows), pa.timestamp("s")))
    one, other = CoOccurrence(ENGINE, CHOICES, MEMBERSHIP), CoOccurrence(ENGINE, repeated, MEMBERSHIP)
    assert cells_of(one.cells()) == cells_of(other.cells())
    assert pairs_of(one.pairs()) == pairs_of(other.pairs())


def test_parquet_files_and_numbers_count_alike(tmp_path):
    person, item = ([ord(one) for one in CHOICES[name].to_pylist()] for name in ("person", "item"))
    choices = pa.table({"person": person, "item": item, "moment": pa.array(person, pa.timestamp("s"))})
    membership = pa.table(
        {"item": [ord(one) for one in MEMBERSHIP["item"].to_pylist()], "category": MEMBERSHIP["category"]}
    )
    for table, name in ((choices, "choices"), (membership, "membership")):
        pq.write_table(table, tmp_path / f"{name}.parquet")
    counted = CoOccurrence(ENGINE, tmp_path / "choices.parquet", tmp_path / "membership.parquet")
    by_text = CoOccurrence(ENGINE, CHOICES, MEMBERSHIP)
    assert cells_of(counted.cells()) == cells_of(by_text.cells())
    assert {(chr(a), chr(b)): n for (a, b), n in pairs_of(counted.pairs()).items()} == pairs_of(
        by_text.pairs()
    )


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match="The choices have no column item: give person and item"):
        CoOccurrence(ENGINE, CHOICES.drop_columns(["item"]), MEMBERSHIP)


def test_what_does_not_fit_is_refused_with_the_remedy():
    person, item = np.divmod(np.arange(400_000), 400)
    much = pa.table({"person": person, "item": item * 1_000_003 % 200_003})
    counted = CoOccurrence(Engine(limit_seconds=60.0, memory="20MB"), much, MEMBERSHIP)
    with pytest.raises(MemoryError, match=r"do not fit into the engine's 20MB .* count in more than 1 parts"):
        list(counted.pairs())
