"""The table of speed in docs/recommender.md holds the figures of that benchmark alone, with bar and note."""

import pandas as pd

from bench.measure import Measure
from bench.movielens import choices_of
from bench.recommender_table import _speed
from models.cooccurrence.catalogue import Catalogue


def row(name, unit, bar, note="", bench="recommender"):
    return Measure(name, 0.29, unit, "at most", bar, note).plain() | {"bench": bench}


def test_times_are_listed_with_bar_and_note_and_quality_and_others_are_not():
    rows = [
        row("recommender: fit", "times", 0.25, "1 s against 4 s"),
        row("recommender: by the rule", "us", None),
        row("recommender: nDCG@10", "0-1", 0.4),
        row("drag", "ms", 16, bench="drag"),
    ]
    assert list(_speed(rows)) == [
        ["fit (1 s against 4 s)", "0.29 times", "at most 0.25 times", "no"],
        ["by the rule", "0.29 us", "reported", "yes"],
    ]


def test_pairs_become_numbers_of_the_catalogue():
    pairs = pd.DataFrame({"userID": [30, 20, 30], "itemID": [9, 9, 7]})
    catalogue = Catalogue(("7", "9"), ("Seven", "Nine"), (), ((), ()))
    choices = choices_of(catalogue, pairs)
    assert choices.people == ["30", "20"]
    assert choices.person.tolist() == [0, 1, 0]
    assert choices.item.tolist() == [1, 1, 0]
    assert choices.moment.tolist() == [0, 1, 2], "the row stands for the time where there is none"
