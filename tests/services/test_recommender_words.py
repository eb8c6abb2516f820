"""What people read of the recommender: singular and plural, evidence against chance, odd log entries."""

from itertools import product

import pytest

from services import log
from services.log import LogEntry
from services.recommender import answers, log_words, settings, words
from services.recommender.shown import CellRead
from tests.services.film_town import ANN, BEGAN, FAY, MIA, SH, SIMON, SR, choose, settle_films


def test_one_is_one_and_more_are_more():
    assert words.people(1) == "1 person"
    assert words.people(1234) == "1,234 people"
    assert words.counted(0, "co-choice", "co-choices") == "0 co-choices"
    assert words.joined([]) == ""
    assert words.joined("abc", "or") == "a, b or c"


def test_the_evidence_of_several_cells_is_told_one_after_the_other():
    cells = [CellRead(SH, SR, 2, 1), CellRead("Comedy", SR, 1, 1)]
    assert words.because_of_cells(cells) == (
        "People who chose Space horror also chose Science fiction reboots: 2 co-choices, 1 person; "
        "people who chose Comedy also chose Science fiction reboots: 1 co-choice, 1 person"
    )


@pytest.mark.parametrize(
    ("figures", "who", "against"),
    [
        ((12, 40, 3.14, 2.0, 4.4), "12 of 40 people who", "3.1 times more than chance (2.0 to 4.4)"),
        ((1, 1, 2.0, 0.5, 2.5), "1 of 1 person who", "2.0 times more than chance (0.5 to 2.5)"),
        ((4, 40, 0.96, 0.4, 2.0), "4 of 40 people who", "as often as chance would bring (0.4 to 2.0)"),
        ((1, 40, 0.31, 0.1, 1.0), "1 of 40 people who", "0.3 times what chance would bring (0.1 to 1.0)"),
    ],
)
def test_the_evidence_of_two_titles_stands_against_chance(figures, who, against):
    together, of, lift, low, high = figures
    told = words.because_of_titles("X", "Y", together=together, of=of, lift=lift, low=low, high=high)
    assert told == f"{who} chose X also chose Y, {against}"


def test_titles_that_are_few_are_named_and_many_are_counted():
    assert words.left_out(same=["A", "B"], picked="X", taken=0, hidden=1) == [
        "Left out: A and B, which share a category with X.",
        "Left out: 1 hidden title.",
    ]
    assert words.left_out(same=list("ABCD"), picked="X", taken=2, hidden=0) == [
        "Left out: 4 titles, which share a category with X.",
        "Left out: 2 titles chosen already.",
    ]
    assert words.no_evidence(["C"], [("D", list("ABCD")[:0]), ("E", ["F"])]) == (
        "No evidence for D and E (F): nobody who chose C also chose from them."
    )


# --- the second ranker -------------------------------------------------------------------------------


@pytest.fixture
def by_titles(tmp_path):
    """Let titles rank, not the table."""
    films = settle_films(tmp_path)
    for item in ("alien", "star-wars", "star-trek"):
        choose(films, SIMON, item)
    settings.change(films, MIA, {"ranker": "items"}, 0)
    return films


def test_titles_rank_by_who_chose_both_with_the_evidence_against_chance(by_titles):
    answer = answers.recommend(by_titles, ANN, "star-trek")
    assert answer.ranker == "items"
    found = {one.title: one for one in answer.items}
    assert set(found) == {"Airplane!", "Alien"}  # Bea chose the one with it, Simon the other; no reboot
    # 1 of the 2 who chose Star Trek; 3 of 5 chose Airplane!: 0.5 / 0.6, Wilson's range of 1 in 2 over 0.6
    assert found["Airplane!"].because == (
        "1 of 2 people who chose Star Trek also chose Airplane!, 0.8 times what chance would bring "
        "(0.2 to 1.5)"
    )
    assert (found["Alien"].together, found["Alien"].people, found["Alien"].chosen_by) == (1, 1, 2)
    assert "Ranked by titles: which titles the same people choose." in answer.settings


def test_the_second_ranker_says_why_not_too(by_titles):
    why = {
        item: answers.why_not(by_titles, ANN, "star-trek", item)
        for item in ("dune", "planet-earth", "aliens")
    }
    assert why == {
        "dune": "Dune shares the category Science fiction reboots with Star Trek, and such titles are left "
        "out (a setting).",
        "planet-earth": "There is no evidence for Planet Earth: nobody chose both it and Star Trek.",
        "aliens": "There is no evidence for Aliens: nobody chose both it and Star Trek.",
    }
    settings.change(by_titles, MIA, {"least_support": 2}, 1)
    assert answers.why_not(by_titles, ANN, "star-trek", "alien") == (
        "There is too little evidence for Alien: 1 person chose both it and Star Trek, and 2 people are "
        "needed (a setting)."
    )
    answer = answers.recommend(by_titles, ANN, "star-trek")
    assert answer.items == ()
    assert answer.nothing.startswith(
        "There is no evidence for Star Trek yet: too few people chose it together"
    )


def test_other_reasons_are_told_too(by_titles):
    assert answers.why_not(by_titles, ANN, "dune", "dune") == "Dune is the title that was picked."
    from services.recommender import choosing

    choosing.hide(by_titles, ANN, category=SH)
    assert answers.why_not(by_titles, ANN, "dune", "alien") == (
        "You hid the category Space horror, which Alien is in: show it again."
    )
    settings.change(by_titles, MIA, {"ranker": "rule", "leave_out_same_category": False}, 1)
    assert answers.why_not(by_titles, FAY, "dune", "star-wars") == (
        "Star Wars and Dune are both in Science fiction reboots alone, and a category is no evidence for "
        "itself (a setting)."
    )


# --- the log -----------------------------------------------------------------------------------------

FIELDS = ("step", "title", "customer", "why_not", "titles", "offers", "cold_start", "category", "is_hidden",
          "is_on", "offered", "drawn_title", "for_name", "about", "before", "after", "old", "new", "is_merge",
          "items", "categories", "fresh", "people")  # fmt: skip
STRANGE = (None, 7, "x", [], {}, [None], [[1]], {"a": None}, float("inf"), True)


@pytest.mark.parametrize("kind", log_words.SENTENCES)
def test_an_entry_of_another_shape_is_still_told(kind):
    for field, value in product(FIELDS, STRANGE):
        entry = LogEntry(1, BEGAN, kind, "u-1", "Ada", None, None, None, {field: value}, "")
        told = log.tell(entry)
        assert told.startswith("Ada ") and told.endswith(".")
