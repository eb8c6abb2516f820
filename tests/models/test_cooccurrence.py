import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.cooccurrence.category_table import CellChange
from models.cooccurrence.item_table import ItemTable
from models.cooccurrence.memory import Memory
from tests.models.cooccurrence_cases import (
    PEOPLE,
    built,
    catalogue_of,
    counted_out,
    left_of,
    lived,
    movielens,
    rows_of,
    stories,
)


def same_tables(one, other):
    return (
        (one.cells.counts == other.cells.counts).all()
        and (one.cells.people == other.cells.people).all()
        and (rows_of(one) == rows_of(other)).all()
    )


@given(stories(), st.booleans())
def test_a_memory_that_lived_through_choices_and_undos_counts_what_is_left(story, dense):
    catalogue, done = story
    memory, (counts, people, pairs) = lived(catalogue, done, dense), counted_out(catalogue, left_of(done))
    assert (memory.cells.counts == counts).all()
    assert (memory.cells.people == people).all()
    assert (rows_of(memory) == pairs).all()


@given(stories(), st.booleans())
def test_a_memory_built_at_once_counts_the_same(story, dense):
    catalogue, done = story
    left = left_of(done)
    memory, (counts, people, pairs) = built(catalogue, left, dense), counted_out(catalogue, left)
    assert (memory.cells.counts == counts).all()
    assert (memory.cells.people == people).all()
    assert (rows_of(memory) == pairs).all()


@given(stories(), st.randoms(use_true_random=False))
def test_the_order_of_choices_does_not_matter(story, random):
    catalogue, done = story
    chosen = [(who, item, moment, False) for who, item, moment, _ in done]
    shuffled = random.sample(chosen, len(chosen))
    assert same_tables(lived(catalogue, chosen), lived(catalogue, shuffled))


@given(stories())
def test_a_memory_that_goes_on_from_a_built_one_counts_the_same(story):
    catalogue, done = story
    half = len(done) // 2
    memory = built(catalogue, left_of(done[:half]))
    for person, item, moment, is_undone in done[half:]:
        if is_undone:
            memory.undo(person, item)
        else:
            memory.choose(person, item, moment)
    assert same_tables(memory, built(catalogue, left_of(done)))


@given(stories())
def test_the_tables_are_the_same_both_ways(story):
    memory = lived(*story)
    assert (memory.cells.counts == memory.cells.counts.T).all()
    assert (memory.cells.people == memory.cells.people.T).all()
    assert (rows_of(memory) == rows_of(memory).T).all()
    assert not rows_of(memory).diagonal().any()


@given(stories(), st.booleans())
def test_undoing_everything_leaves_nothing(story, dense):
    catalogue, done = story
    undone = [(who, item, 0.0, True) for who in PEOPLE for item in range(len(catalogue.items))]
    memory = lived(catalogue, done + undone, dense)
    assert not memory.cells.counts.any()
    assert not memory.cells.people.any()
    assert not rows_of(memory).any()
    assert not memory.histories.popularity.any()
    assert memory.histories.people == 0


@given(stories(), st.booleans())
def test_a_choice_says_which_cells_it_moved_and_how(story, is_undone):
    catalogue, done = story
    memory = lived(catalogue, done)
    for item in range(len(catalogue.items)):
        counts, people = memory.cells.counts.copy(), memory.cells.people.copy()
        moved = memory.undo("Ada", item) if is_undone else memory.choose("Ada", item, 9.0)
        expected = [
            CellChange(
                *cell, counts[cell], memory.cells.counts[cell], people[cell], memory.cells.people[cell]
            )
            for cell in zip(*np.triu_indices(len(catalogue.categories)), strict=True)
            if counts[cell] != memory.cells.counts[cell]
        ]
        assert sorted(moved) == expected
        assert len(moved) == len(expected)


def test_a_repeat_and_an_undo_of_nothing_move_nothing():
    memory = lived(catalogue_of((0,), (1,)), [("Ada", 0, 0.0, False), ("Ada", 1, 1.0, False)])
    assert list(memory.choose("Ada", 1, 2.0)) == []
    assert list(memory.undo("Bo", 1)) == []
    assert memory.cells.counts.tolist() == [[0, 1], [1, 0]]
    assert memory.histories.moments("Ada").tolist() == [0.0, 1.0]


def test_two_items_that_share_both_categories_count_twice_in_the_cell():
    memory = lived(catalogue_of((0, 1), (0, 1)), [("Ada", 0, 0.0, False), ("Ada", 1, 1.0, False)])
    assert memory.cells.counts.tolist() == [[1, 2], [2, 1]]
    assert memory.cells.people.tolist() == [[1, 1], [1, 1]]


def test_one_item_in_two_categories_is_no_pair_of_them():
    memory = lived(catalogue_of((0, 1)), [("Ada", 0, 0.0, False)])
    assert not memory.cells.counts.any()
    assert not memory.cells.people.any()


def test_a_move_can_be_read_by_place():
    memory = lived(catalogue_of((0,), (1,)), [("Ada", 0, 0.0, False)])
    moved = memory.choose("Ada", 1, 1.0)
    assert moved[0] == CellChange(0, 1, 0, 1, 0, 1)
    assert moved[0:1] == (moved[0],)


def crowd(people, items, seed=5, each=30):
    """Draw choices: few items that many chose, many that few did."""
    random = np.random.default_rng(seed)
    person = np.repeat(np.arange(people), each)
    item = np.minimum(random.zipf(1.3, people * each) - 1, items - 1)
    return [f"user:{number}" for number in range(people)], person, item, random.random(people * each) * 1e9


def crowd_catalogue(items, categories=7, seed=5):
    random = np.random.default_rng(seed)
    return catalogue_of(
        *(tuple(np.flatnonzero(random.random(categories) < 0.3).tolist()) for _ in range(items)),
        categories=categories,
    )


def test_popular_and_rare_items_are_counted_alike():
    memory = Memory.build(crowd_catalogue(400), *crowd(300, 400))
    chosen = memory.histories.matrix().toarray().astype(int)
    pairs = chosen.T @ chosen
    np.fill_diagonal(pairs, 0)
    assert (memory.histories.popularity > 300 / 40).sum() > 20
    assert (memory.histories.popularity <= 300 / 40).sum() > 20
    assert (rows_of(memory) == pairs).all()


@pytest.mark.parametrize("block", [1, 1000])
def test_blocks_of_any_size_give_the_same_tables(monkeypatch, block):
    whole = Memory.build(crowd_catalogue(60), *crowd(40, 60))
    monkeypatch.setattr("models.cooccurrence.item_table.BLOCK_CELLS", block)
    monkeypatch.setattr("models.cooccurrence.category_table.BLOCK_CELLS", block)
    assert same_tables(Memory.build(crowd_catalogue(60), *crowd(40, 60)), whole)


def test_rows_on_demand_are_the_rows_of_the_dense_table():
    catalogue, choices = crowd_catalogue(400), crowd(300, 400)
    dense, sparse = (Memory.build(catalogue, *choices, dense=dense) for dense in (True, False))
    for memory in (dense, sparse):
        memory.choose("user:7", 399, 2e9)
        memory.choose("user:new", 0, 2e9)
        memory.choose("user:new", 5, 2e9)
        memory.undo("user:8", int(memory.histories.of("user:8")[0]))
    some = np.array([0, 5, 399, 0])
    assert same_tables(dense, sparse)
    assert (dense.pairs.rows(some) == sparse.pairs.rows(some)).all()
    assert sparse.pairs.rows(some[:0]).shape == (0, 400)


def test_many_items_are_counted_on_demand(monkeypatch):
    histories = built(catalogue_of((), ()), {}).histories
    monkeypatch.setattr("models.cooccurrence.item_table.DENSE_ITEMS", 1)
    monkeypatch.setattr("models.cooccurrence.item_table.together", lambda chosen: pytest.fail("counted all"))
    assert ItemTable.build(histories).row(0).tolist() == [0, 0]


def test_one_person_may_choose_very_much():
    items = 200_000
    catalogue = catalogue_of(*[(0,), (1,)] * (items // 2))
    everything = np.arange(items)
    memory = Memory.build(catalogue, ["Ada"], np.zeros(items, int), everything, everything * 1.0)
    half = items // 2
    assert memory.cells.counts.tolist() == [
        [half * (half - 1) // 2, half**2],
        [half**2, half * (half - 1) // 2],
    ]
    assert memory.cells.counts[0, 1] > 2**32
    assert memory.pairs.row(3).sum() == items - 1
    memory.undo("Ada", 0)
    assert memory.cells.counts[0].tolist() == [(half - 1) * (half - 2) // 2, half * (half - 1)]


def test_the_tables_of_movielens_are_those_of_plain_matrices(shared_data):
    catalogue, user, item, moment = movielens(shared_data)
    memory = Memory.build(catalogue, [f"user:{number}" for number in range(943)], user, item, moment)
    chosen = np.zeros((943, 1682))  # floats, for speed: whole numbers as small as these stay exact
    chosen[user, item] = 1
    held, membership = chosen @ catalogue.matrix.toarray(), catalogue.matrix.toarray()
    own = held[:, :, None] * held[:, None, :] - np.einsum(
        "ui,ic,id->ucd", chosen, membership, membership, optimize=True
    )
    off = ~np.eye(19, dtype=bool)
    pairs = chosen.T @ chosen
    np.fill_diagonal(pairs, 0)
    assert (memory.cells.counts[off] == own.sum(axis=0)[off]).all()
    assert (memory.cells.people[off] == (own > 0).sum(axis=0)[off]).all()
    assert (rows_of(memory) == pairs).all()


def test_movielens_learned_choice_by_choice_is_movielens_built(shared_data):
    catalogue, user, item, moment = movielens(shared_data)
    names = [f"user:{number}" for number in range(943)]
    memory = Memory.build(catalogue, names, user[:98_000], item[:98_000], moment[:98_000])
    for who, what, when in zip(user[98_000:], item[98_000:], moment[98_000:], strict=True):
        memory.choose(names[who], int(what), when)
    assert same_tables(memory, Memory.build(catalogue, names, user, item, moment))
