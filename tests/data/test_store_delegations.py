"""What people hide, and what the system chooses for them, in the store."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from data.store import (
    DelegationRow,
    Hidden,
    ItemRow,
    TooManyDelegations,
    UnknownCatalogue,
    UnknownCategory,
    UnknownItemRow,
)

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DAY = NOON.replace(hour=0)
BEA = "user:bea"
DRAWN = DelegationRow("d1", BEA, "alien", ("dune", "solaris"), "solaris", NOON)


@pytest.fixture
def films(store):
    store.clock = lambda: NOON
    items = [ItemRow("alien", "Alien", ("Horror",)), ItemRow("dune", "Dune"), ItemRow("solaris", "Solaris")]
    store.put_catalogue("films", ["Reboots", "Horror", "Comedy"], items)
    return store


def test_a_person_hides_items_and_categories_and_shows_them_again(films):
    assert films.hide("films", BEA, "item", "solaris")
    assert films.hide("films", BEA, "item", "alien")
    assert films.hide("films", BEA, "category", "comedy")
    assert films.hidden("films", BEA) == Hidden(("alien", "solaris"), ("Comedy",))
    assert films.hidden("films", "user:cem") == Hidden()
    assert films.show("films", BEA, "item", "solaris")
    assert films.show("films", BEA, "category", "Comedy")
    assert films.hidden("films", BEA) == Hidden(("alien",))


def test_hiding_and_showing_twice_says_so(films):
    assert [films.hide("films", BEA, "item", "dune") for _ in range(2)] == [True, False]
    assert [films.show("films", BEA, "item", "dune") for _ in range(2)] == [True, False]


def test_what_is_not_in_the_catalogue_cannot_be_hidden(films):
    for what in ("gattaca", "", "\x00"):
        with pytest.raises(UnknownItemRow, match="choose one of those it has"):
            films.hide("films", BEA, "item", what)
        with pytest.raises(UnknownCategory, match="Reboots, Horror, Comedy"):
            films.hide("films", BEA, "category", what)
    with pytest.raises(UnknownCatalogue):
        films.hide("books", BEA, "item", "dune")


def test_a_hidden_category_stays_hidden_when_it_is_renamed_or_merged(films):
    for category in ("Horror", "Comedy"):
        films.hide("films", BEA, "category", category)
    films.hide("films", "user:cem", "category", "Comedy")
    films.rename_category("films", "Horror", "Scary")
    assert films.hidden("films", BEA).categories == ("Scary", "Comedy")
    films.merge_category("films", "Comedy", "Scary")
    assert films.hidden("films", BEA).categories == ("Scary",)
    assert films.hidden("films", "user:cem").categories == ("Scary",)


def test_a_merge_leaves_a_hidden_item_of_the_same_number_alone(films):
    films.hide("films", BEA, "item", "dune")
    films.merge_category("films", "Horror", "Reboots")
    assert films.hidden("films", BEA) == Hidden(("dune",))


def test_the_system_chooses_for_nobody_who_did_not_say_so(films):
    assert not films.delegating("films", BEA)
    assert films.set_delegating("films", BEA, True)
    assert films.delegating("films", BEA)
    assert not films.delegating("films", "user:cem")
    assert not films.set_delegating("films", BEA, True)
    assert films.set_delegating("films", BEA, False)
    assert not films.delegating("films", BEA)
    assert not films.set_delegating("films", "user:cem", False)


def test_what_the_system_chose_reads_back_and_comes_latest_first(films):
    for name in ("d1", "d2"):
        films.record_delegation("films", replace(DRAWN, id=name), at_most=5, since=DAY)
    assert films.delegation("d1") == DRAWN
    assert [row.id for row in films.delegations("films", BEA)] == ["d2", "d1"]
    assert films.delegations("films", BEA, NOON + timedelta(seconds=1)) == []
    assert films.delegations("films", "user:cem") == []
    assert films.delegation("d3") is None
    assert films.delegation("\x00") is None


def test_the_same_decision_again_is_one(films):
    films.record_delegation("films", DRAWN, at_most=1, since=DAY)
    again = films.record_delegation("films", replace(DRAWN, drawn="dune"), at_most=1, since=DAY)
    assert again == DRAWN
    assert films.delegations("films", BEA) == [DRAWN]


def test_the_system_chooses_no_more_often_than_it_may(films):
    yesterday = replace(DRAWN, id="d0", created=DAY - timedelta(seconds=1))
    films.record_delegation("films", yesterday, at_most=1, since=DAY - timedelta(days=1))
    films.record_delegation("films", DRAWN, at_most=1, since=DAY)
    with pytest.raises(TooManyDelegations, match=r"1 times since 01 March, 00:00 UTC.*choose yourself"):
        films.record_delegation("films", replace(DRAWN, id="d2"), at_most=1, since=DAY)
    films.record_delegation("films", replace(DRAWN, id="d3", person="user:cem"), at_most=1, since=DAY)
    assert [row.id for row in films.delegations("films", BEA)] == ["d1", "d0"]


@pytest.mark.parametrize("how", ["kept", "undone"])
def test_what_the_system_chose_is_settled_once(films, how):
    films.record_delegation("films", DRAWN, at_most=5, since=DAY)
    assert films.settle_delegation("d1", how)
    assert not films.settle_delegation("d1", "undone" if how == "kept" else "kept")
    assert films.delegation("d1") == replace(DRAWN, settled=NOON, how=how)


def test_what_is_unknown_cannot_be_settled(films):
    assert not films.settle_delegation("d1", "kept")
    assert not films.settle_delegation("\x00", "kept")


@pytest.mark.parametrize("person", ["", "be\x00a", " bea"])
def test_a_person_who_cannot_be_kept_is_refused_everywhere(films, person):
    for ask in (
        lambda: films.hide("films", person, "item", "dune"),
        lambda: films.show("films", person, "item", "dune"),
        lambda: films.hidden("films", person),
        lambda: films.set_delegating("films", person, True),
        lambda: films.delegating("films", person),
        lambda: films.record_delegation("films", replace(DRAWN, person=person), at_most=5, since=DAY),
        lambda: films.delegations("films", person),
        lambda: films.history("films", person),
    ):
        with pytest.raises(ValueError, match="is no key of a person"):
            ask()
