"""The choice among candidates, on losses made up so that the right choice is plain."""

from __future__ import annotations

from models.candidates import MANY_ROWS, parameters, smallest_as_good


def test_the_smallest_within_one_paired_standard_error_is_taken():
    # 5 pairs are worse by 0.00, 0.03 and -0.01: 0.007 on average, standard error 0.012; no pairs by 0.1 each
    losses = {0: [0.50, 0.30, 0.70], 5: [0.40, 0.23, 0.59], 10: [0.40, 0.20, 0.60]}
    taken, report = smallest_as_good(losses)
    assert taken == 5
    assert [row["pairs"] for row in report] == [0, 5, 10]


def test_folds_are_compared_in_pairs():
    # unpaired, a spread of 0.2 over folds would hide that 0 loses by 0.01 every single time
    assert smallest_as_good({0: [0.21, 0.41, 0.61], 10: [0.2, 0.4, 0.6]})[0] == 10


def test_equal_candidates_give_the_smallest():
    assert smallest_as_good({10: [0.3, 0.4], 0: [0.3, 0.4]})[0] == 0


def test_pairs_that_only_cost_are_not_taken():
    assert smallest_as_good({0: [0.3, 0.4], 5: [0.31, 0.41], 10: [0.32, 0.45]})[0] == 0


def test_many_rows_are_cut_into_fewer_bins():
    assert parameters(MANY_ROWS)["max_bins"] == 256
    assert parameters(MANY_ROWS + 1)["max_bins"] == 64
