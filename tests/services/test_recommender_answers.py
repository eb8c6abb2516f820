"""The worked example through the services, with the words people read; and what has no evidence, said."""

import pytest

from models.cooccurrence.catalogue import UnknownItem
from services import log
from services.customers import NoSuchCustomer
from services.recommender import answers, choosing, settings
from services.recommender.names import NoCatalogue
from services.roles import Actor, NotPermitted
from tests.services.film_town import ANN, CO, FAY, MIA, NA, SH, SIMON, SR, choose, put_films, settle_films
from tests.services.small_town import settle_town


@pytest.fixture
def films(tmp_path):
    return settle_films(tmp_path)


@pytest.fixture
def after_simon(films):
    """Simon chooses Alien, Star Wars and Star Trek."""
    for item in ("alien", "star-wars", "star-trek"):
        choose(films, SIMON, item)
    return films


def titles(answer):
    return [one.title for one in answer.items]


def moved(chosen):
    return {(one.row, one.column): (one.before, one.after) for one in chosen.cells}


# --- the worked example ------------------------------------------------------------------------------


def test_simons_choices_move_the_cells_of_the_worked_example(films):
    assert moved(choose(films, SIMON, "alien")) == {}
    assert moved(choose(films, SIMON, "star-wars")) == {(SR, SH): (0, 1)}
    assert moved(choose(films, SIMON, "star-trek")) == {(SR, SH): (1, 2)}  # with Star Wars: the diagonal


def test_ann_gets_other_titles_after_simon_and_the_evidence_says_who(films):
    assert titles(answers.recommend(films, ANN, "aliens")) == ["Airplane!"]
    for item in ("alien", "star-wars", "star-trek"):
        choose(films, SIMON, item)
    answer = answers.recommend(films, ANN, "aliens")
    assert titles(answer) == ["Star Trek", "Dune", "Star Wars", "Airplane!"]
    assert answer.items[0].because == (
        "People who chose Space horror also chose Science fiction reboots: 2 co-choices, 1 person"
    )
    assert answer.items[3].because == "People who chose Space horror also chose Comedy: 1 co-choice, 1 person"
    [cell] = answer.items[0].cells
    assert (cell.row, cell.column, cell.co_choices, cell.people) == (SH, SR, 2, 1)


def test_what_is_absent_is_told_with_its_reason(after_simon):
    answer = answers.recommend(after_simon, ANN, "aliens")
    assert answer.absent == (
        "No evidence for Nature (Planet Earth): nobody who chose Space horror also chose from it. "
        "Left out: Alien, which shares a category with Aliens."
    )
    assert answers.why_not(after_simon, ANN, "aliens", "alien") == (
        "Alien shares the category Space horror with Aliens, and such titles are left out (a setting)."
    )
    assert answers.why_not(after_simon, ANN, "aliens", "planet-earth") == (
        "There is no evidence for Planet Earth: nobody who chose Space horror also chose Nature."
    )


def test_a_row_without_evidence_says_so_and_popular_titles_stand_apart_without_a_reason(after_simon):
    answer = answers.recommend(after_simon, FAY, "planet-earth")
    assert answer.items == ()
    assert answer.nothing.startswith("There is no evidence for Planet Earth yet: nobody who chose Nature")
    assert [(one.title, one.chosen_by) for one in answer.popular] == [
        ("Airplane!", 3), ("Alien", 2), ("Star Trek", 2), ("Dune", 1), ("Star Wars", 1),
    ]  # fmt: skip
    assert not hasattr(answer.popular[0], "because")


def test_with_the_other_policy_nothing_is_shown_where_nothing_has_evidence(after_simon):
    settings.change(after_simon, MIA, {"no_evidence": "nothing"}, 0)
    answer = answers.recommend(after_simon, FAY, "planet-earth")
    assert (answer.items, answer.popular) == ((), ())
    assert "nothing is shown" in " ".join(answer.settings)


def test_fay_gets_what_simon_chose_marked_as_of_one_person_and_loses_what_he_undoes(after_simon):
    assert moved(choose(after_simon, SIMON, "planet-earth")) == {(SR, NA): (0, 2), (SH, NA): (0, 1)}
    answer = answers.recommend(after_simon, FAY, "planet-earth")
    assert titles(answer) == ["Star Trek", "Star Wars", "Dune", "Alien", "Aliens"]
    assert all(one.because.endswith("1 person") for one in answer.items)
    again = choose(after_simon, SIMON, "star-trek", key="a second time")
    assert (again.is_repeat, moved(again)) == (True, {})
    undone = choosing.undo(after_simon, SIMON, "star-trek", key="undo")
    assert moved(undone) == {(SR, SH): (2, 1), (SR, NA): (2, 1)}
    assert answers.cell(after_simon, ANN, NA, SR).startswith(f"{NA} and {SR}: 1 co-choice by 1 person.")


def test_looking_up_a_title_chooses_nothing(films):
    before = answers.table(films, ANN).counts
    answers.recommend(films, ANN, "aliens")
    assert answers.table(films, ANN).counts == before
    assert answers.start(films, ANN).own == ()


# --- what is left out --------------------------------------------------------------------------------


def test_what_is_hidden_is_left_out_and_comes_back(after_simon):
    assert choosing.hide(after_simon, ANN, item="dune")
    assert not choosing.hide(after_simon, ANN, item="dune")
    assert choosing.hide(after_simon, ANN, category=CO)
    answer = answers.recommend(after_simon, ANN, "aliens")
    assert titles(answer) == ["Star Trek", "Star Wars"]
    assert "Left out: 2 hidden titles." in answer.absent
    assert titles(answers.recommend(after_simon, FAY, "aliens")) == [
        "Star Trek", "Dune", "Star Wars", "Airplane!",
    ]  # fmt: skip
    assert (
        answers.why_not(after_simon, ANN, "aliens", "dune")
        == "You hid Dune: show it again, and it counts as before."
    )
    assert choosing.show(after_simon, ANN, item="dune")
    assert choosing.show(after_simon, ANN, category=CO)
    assert len(answers.recommend(after_simon, ANN, "aliens").items) == 4


def test_all_that_goes_with_a_title_may_be_chosen_already(films):
    choose(films, ANN, "airplane")
    answer = answers.recommend(films, ANN, "aliens")
    assert answer.nothing == "What goes with Aliens was all chosen already, or is hidden."
    assert "Left out: 1 title chosen already." in answer.absent
    assert answers.why_not(films, ANN, "aliens", "airplane") == "You chose Airplane! already."


def test_evidence_of_too_few_people_does_not_count(after_simon):
    settings.change(after_simon, MIA, {"least_people": 2}, 0)
    answer = answers.recommend(after_simon, ANN, "aliens")
    assert answer.items == ()
    assert answers.why_not(after_simon, ANN, "aliens", "dune") == (
        "There is too little evidence for Dune: 1 person chose both Space horror and Science fiction "
        "reboots, and 2 people are needed (a setting)."
    )
    assert "A pair of categories counts from 2 people on." in answer.settings


def test_a_title_further_down_than_the_list_says_its_place(after_simon):
    settings.change(after_simon, MIA, {"list_length": 1}, 0)
    assert titles(answers.recommend(after_simon, ANN, "aliens")) == ["Star Trek"]
    assert answers.why_not(after_simon, ANN, "aliens", "airplane") == (
        "Airplane! is at place 4, and the list has 1 title."
    )
    assert answers.why_not(after_simon, ANN, "aliens", "star-trek") == "Star Trek is in the list, at place 1."


def test_self_similarity_is_none_on_the_diagonal_until_it_is_allowed(after_simon):
    table = answers.table(after_simon, ANN)
    own = [table.counts[n][n] for n in range(4)] + [table.people[n][n] for n in range(4)]
    assert own == [None] * 8
    assert answers.cell(after_simon, ANN, SR, SR).startswith(f"{SR} with itself is not allowed")
    settings.change(after_simon, MIA, {"allow_self": True, "leave_out_same_category": False}, 0)
    table = answers.table(after_simon, ANN)
    reboots = table.categories.index(SR)
    assert (table.counts[reboots][reboots], table.people[reboots][reboots]) == (1, 1)  # Star Wars, Star Trek
    assert "Dune" in titles(answers.recommend(after_simon, ANN, "star-wars"))


def test_a_table_of_many_categories_shows_those_wanted_and_says_how_many_are_not(after_simon):
    table = answers.table(after_simon, ANN, wanted=[NA], most=2)
    assert set(table.categories) == {NA, SR}
    assert table.left_out == 2
    assert (table.choices, table.persons) == (10, 5)


# --- what is not there -------------------------------------------------------------------------------


def test_an_item_that_is_unknown_is_told_and_nothing_is_on_record(films):
    head = films.store.head()
    for ask in (
        lambda: answers.recommend(films, ANN, "no-such"),
        lambda: choose(films, ANN, "no-such"),
        lambda: choosing.undo(films, ANN, "no-such", key="k"),
        lambda: choosing.hide(films, ANN, item="no-such"),
        lambda: answers.why_not(films, ANN, "aliens", "no-such"),
    ):
        with pytest.raises(UnknownItem, match="'no-such' is no item of the catalogue"):
            ask()
    assert films.store.head() == head


def test_an_item_with_no_category_is_explained(films):
    from data.store import ItemRow

    films.store.put_catalogue("town", (), [ItemRow("odd", "Oddity")])
    answer = answers.recommend(films, ANN, "odd")
    assert answer.nothing == "Oddity is in no category, so the table of categories says nothing about it."
    assert answer.popular[0].title == "Airplane!"
    assert answers.why_not(films, ANN, "aliens", "odd") == (
        "Oddity is in no category, so the table of categories says nothing about it."
    )
    assert moved(choose(films, SIMON, "odd")) == {}


def test_a_person_without_history_starts_with_what_is_popular_and_it_is_said(films):
    start = answers.start(films, FAY)
    assert (start.popular[0].title, start.popular[0].chosen_by) == ("Airplane!", 3)
    assert start.said.startswith("These are the titles that most people chose; nothing else speaks for them.")
    assert "You have chosen nothing yet" in start.said
    assert (start.own, start.is_delegating, start.choices, start.persons) == ((), False, 7, 4)
    [entry] = log.page(films, FAY, limit=1).entries
    assert entry.text == "Fay looked at the titles that most people chose."
    assert entry.payload["popular"][0] == ["airplane", 3]
    answers.start(films, FAY, popular=False)  # what one did oneself is no answer
    assert log.page(films, FAY, limit=1).entries[0] == entry


def test_where_nobody_has_chosen_that_is_said(tmp_path):
    from data.store import ItemRow

    town = settle_town(tmp_path)
    with pytest.raises(NoCatalogue, match="flask recommend load"):
        answers.recommend(town, ANN, "aliens")
    town.store.put_catalogue("town", ("A",), [ItemRow("x", "X", ("A",))])
    start = answers.start(town, ANN)
    assert (start.popular, start.said[:32]) == ((), "Nobody has chosen anything yet, ")


def test_the_same_town_loaded_twice_keeps_its_choices(films):
    generation = films.store.catalogue_mark("town")
    put_films(films)
    assert films.store.catalogue_mark("town")[1] == generation[1]
    assert answers.start(films, ANN).choices == 7


# --- whom it is for ----------------------------------------------------------------------------------


def test_choosing_for_a_customer_needs_a_role_and_a_customer_that_is_there(films):
    with pytest.raises(NotPermitted, match="may not choose for customers"):
        choosing.choose(films, SIMON, "alien", key="k", customer="A1")
    with pytest.raises(NoSuchCustomer):
        choosing.choose(films, FAY, "alien", key="k", customer="nobody")
    chosen = choosing.choose(films, FAY, "alien", key="k", customer="A1")
    assert films.store.history("town", "customer:A1")[0][0] == "alien"
    assert films.store.history("town", "user:u-13") == []
    assert log.one(films, FAY, chosen.entry).text == "Fay chose Alien for customer A1."
    answer = answers.recommend(films, FAY, "alien", customer="A1")
    assert answer.customer == "A1"
    undone = choosing.undo(films, FAY, "alien", key="u", customer="A1")
    assert log.one(films, FAY, undone.entry).text == "Fay took the choice of Alien for customer A1 back."


def test_an_undo_is_of_ones_own_choices_only(after_simon):
    from data.store import NothingChosen

    with pytest.raises(NothingChosen):
        choosing.undo(after_simon, ANN, "alien", key="not mine")
    assert len(after_simon.store.history("town", "user:u-11")) == 3


def test_who_has_no_role_here_gets_nothing(films):
    stranger = Actor("u-0", "Nobody", "guest")
    for ask in (
        lambda: answers.recommend(films, stranger, "aliens"),
        lambda: answers.start(films, stranger),
        lambda: answers.search(films, stranger, "a"),
        lambda: answers.table(films, stranger),
        lambda: answers.cell(films, stranger, SR, SH),
        lambda: answers.why_not(films, stranger, "aliens", "dune"),
        lambda: choose(films, stranger, "aliens"),
        lambda: choosing.hide(films, stranger, item="aliens"),
    ):
        with pytest.raises(NotPermitted):
            ask()
    assert films.store.history("town", "user:u-0") == []


# --- on record ---------------------------------------------------------------------------------------


def test_each_answer_and_deed_is_on_record_in_words(after_simon):
    answer = answers.recommend(after_simon, ANN, "aliens")
    assert log.one(after_simon, ANN, answer.entry).text == (
        "Ann asked what goes with Aliens; the answer was Star Trek, Dune, Star Wars and Airplane!."
    )
    payload = log.one(after_simon, ANN, answer.entry).payload
    assert payload["items"][0] == ["star-trek", 2, 1, 0, 2]
    assert (payload["event"], payload["settings_revision"]) == (10, 0)
    choosing.hide(after_simon, ANN, category=CO)
    [hidden] = log.page(after_simon, ANN, limit=1).entries
    assert hidden.text == "Ann hid the category Comedy."
    choosing.show(after_simon, ANN, category=CO)
    [shown] = log.page(after_simon, ANN, limit=1).entries
    assert shown.text == "Ann no longer hides the category Comedy."
    answers.why_not(after_simon, ANN, "aliens", "dune")
    [asked] = log.page(after_simon, ANN, limit=1).entries
    assert asked.text == "Ann asked why Dune does not go with Aliens."


def test_titles_are_found_by_words_of_title_or_category(after_simon):
    assert [one.title for one in answers.search(after_simon, ANN, "star")] == ["Star Trek", "Star Wars"]
    assert [one.title for one in answers.search(after_simon, ANN, "space HORROR")] == ["Alien", "Aliens"]
    assert answers.search(after_simon, ANN, "nothing like it") == ()
    assert answers.search(after_simon, ANN, " ")[0].title == "Airplane!"
