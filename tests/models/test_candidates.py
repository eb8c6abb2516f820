"""The choice among candidates, on losses made up so that the right choice is plain."""

from __future__ import annotations

from models.candidates import (
    LOGISTIC,
    MANY_ROWS,
    Candidate,
    choose,
    ebm,
    paired,
    parameters,
    smallest_as_good,
)

BATCH = Candidate("Gradient boosting", "batch", path="sklearn.ensemble.HistGradientBoostingClassifier")


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


def test_the_paired_difference_by_hand():
    # 0.1, 0.3, 0.2: mean 0.2, standard deviation 0.1
    worse, error = paired([0.5, 0.6, 0.7], [0.4, 0.3, 0.5])
    assert abs(worse - 0.2) < 1e-12
    assert abs(error - 0.1 / 3**0.5) < 1e-12


def test_a_batch_candidate_is_never_chosen_however_good():
    chosen, why = choose({ebm(0): [0.5, 0.5], BATCH: [0.1, 0.1], LOGISTIC: [0.6, 0.7]})
    assert chosen == ebm(0)
    assert "0.4000 better" in why[BATCH]
    assert "cannot serve" in why[BATCH]


def test_straight_lines_serve_only_where_they_are_surely_better():
    bends = [0.50, 0.52, 0.51]
    surely, why = choose({ebm(0): bends, ebm(5): [0.50, 0.52, 0.52], LOGISTIC: [0.45, 0.46, 0.46]})
    assert surely == LOGISTIC
    assert why[LOGISTIC].startswith("Chosen")
    assert not why[ebm(0)].startswith("Chosen")
    # better by 0.013, -0.013 and 0.06: 0.02 on average, standard error 0.0214
    perhaps, why = choose({ebm(0): bends, LOGISTIC: [0.487, 0.533, 0.45]})
    assert perhaps == ebm(0)
    assert "yardstick" in why[LOGISTIC]


def test_every_candidate_is_told_why_and_one_is_chosen():
    losses = {
        ebm(0): [0.5, 0.3],
        ebm(5): [0.4, 0.2],
        ebm(10): [0.4, 0.2],
        LOGISTIC: [0.5, 0.5],
        BATCH: [0.5, 0.5],
    }
    chosen, why = choose(losses)
    assert set(why) == set(losses)
    assert chosen == ebm(5)
    assert [one for one, words in why.items() if words.startswith("Chosen")] == [chosen]
    assert "more than one standard error" in why[ebm(0)]
    assert "but larger" in why[ebm(10)]


def test_candidates_are_named_by_their_pairs():
    assert [ebm(n).name for n in (0, 1, 5)] == [
        "Additive model (EBM) without pairs",
        "Additive model (EBM) with 1 pair",
        "Additive model (EBM) with 5 pairs",
    ]
    assert (ebm(3).kind, LOGISTIC.kind, BATCH.kind) == ("scorecard", "scorecard", "batch")
