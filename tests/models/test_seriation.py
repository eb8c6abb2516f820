"""The order of categories in the heat map: every one once, blocks together, the same each time."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from models.cooccurrence.seriation import order_of


def blocks(*sizes, inside=20, between=1):
    """Give a table in which the categories of one block meet often, and others seldom."""
    of = np.repeat(np.arange(len(sizes)), sizes)
    table = np.where(of[:, None] == of[None, :], inside, between)
    np.fill_diagonal(table, 0)
    return table, of


def test_categories_of_a_block_stand_together_however_they_came():
    table, of = blocks(3, 4, 3)
    shuffled = np.random.default_rng(5).permutation(len(of))
    order = order_of(table[np.ix_(shuffled, shuffled)])
    found = [int(of[shuffled[one]]) for one in order]
    assert sum(a != b for a, b in pairwise(found)) == 2


def test_a_chain_is_laid_out_as_a_chain():
    links = {(0, 3), (3, 1), (1, 4), (4, 2)}
    table = np.zeros((5, 5), dtype=int)
    for a, b in links:
        table[a, b] = table[b, a] = 10
    assert order_of(table) == [0, 3, 1, 4, 2]


def test_big_categories_do_not_pull_everything_to_themselves():
    """By raw counts the small ones of the first block would stand among the big ones of the second."""
    size = np.array([1, 1, 1, 20, 10, 20])
    alike, of = blocks(3, 3, inside=6, between=1)
    order = order_of(np.outer(size, size) * alike)
    assert sum(a != b for a, b in pairwise(of[order])) == 1


def test_categories_without_a_co_choice_stand_last_in_their_own_order():
    table, _ = blocks(2, 2)
    table[1, :] = table[:, 1] = 0
    assert order_of(table)[-1] == 1
    assert order_of(np.zeros((4, 4))) == [0, 1, 2, 3]


@pytest.mark.parametrize("table", [np.zeros((0, 0)), [[0]], [[0, 3], [3, 0]], [[7]]])
def test_few_categories_keep_their_order(table):
    assert order_of(table) == list(range(len(table)))


@given(arrays.arrays(np.int64, st.integers(0, 9).map(lambda n: (n, n)), elements=st.integers(0, 50)))
def test_every_category_stands_once_and_the_table_is_left_as_it_was(half):
    table = half + half.T
    before = table.copy()
    order = order_of(table)
    assert sorted(order) == list(range(len(table)))
    assert order == order_of(table.astype(float))
    assert (table == before).all()


def test_the_diagonal_does_not_matter():
    table = np.array(
        [[0, 8, 5, 7, 6], [8, 0, 14, 12, 7], [5, 14, 0, 5, 11], [7, 12, 5, 0, 7], [6, 7, 11, 7, 0]]
    )
    other = table.copy()
    other[2, 2] = 1000
    assert order_of(other) == order_of(table)


def test_a_table_that_is_not_square_is_refused_with_the_remedy():
    with pytest.raises(ValueError, match="give a square table"):
        order_of(np.zeros((2, 3)))
