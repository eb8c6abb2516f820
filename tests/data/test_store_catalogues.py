"""Catalogues in the store: added to and changed by id, categories found by every name they had."""

from datetime import UTC, datetime

import pytest

from data.store import ItemRow, NameTaken, RulesChanged, UnknownCatalogue, UnknownCategory

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
OFFER = {"lever": "discount", "change": 3.0, "level": None, "cost": 3.0}
ITEMS = [
    ItemRow("a", "Alien", ("Horror",)),
    ItemRow("l", "Lost in the Laugh Nebula", ("Comedy", "Reboots")),
    ItemRow("s", "Solaris"),
    ItemRow("o", "Small discount", ("Discounts",), OFFER),
]
CATEGORIES = ["Reboots", "Horror", "Comedy", "Discounts"]


@pytest.fixture
def films(store):
    store.clock = lambda: NOON
    store.put_catalogue("films", CATEGORIES, ITEMS)
    return store


def names(store):
    return [name for _, name in store.catalogue("films").categories]


def inside(store):
    return {item.id: item.categories for item in store.catalogue("films").items}


def test_a_catalogue_reads_back_as_it_was_put(films):
    found = films.catalogue("films")
    assert (found.name, found.generation, found.rules, found.rules_revision) == ("films", 1, {}, 0)
    assert found.categories == ((0, "Reboots"), (1, "Horror"), (2, "Comedy"), (3, "Discounts"))
    assert [(item.number, item.id, item.title) for item in found.items] == [
        (number, item.id, item.title) for number, item in enumerate(ITEMS)
    ]
    assert [item.offer for item in found.items] == [None, None, None, OFFER]
    assert inside(films) == {"a": ("Horror",), "l": ("Reboots", "Comedy"), "s": (), "o": ("Discounts",)}


def test_what_is_not_there_is_none(store):
    assert store.catalogue("films") is None
    assert store.catalogue_mark("films") is None
    assert store.rules_of("films") is None
    assert store.evaluation("films") is None


def test_putting_adds_and_changes_by_id_and_drops_nothing(films):
    found = films.put_catalogue(
        "films",
        ["Nature", "Comedy"],
        [ItemRow("p", "Planet Earth", ("Nature",)), ItemRow("a", "Alien (1979)", ("Horror", "Nature"))],
    )
    assert found == films.catalogue("films")
    assert found.generation == 2
    assert names(films) == [*CATEGORIES, "Nature"]
    assert [item.id for item in found.items] == ["a", "l", "s", "o", "p"]
    assert found.items[0] == ItemRow("a", "Alien (1979)", ("Horror", "Nature"), None, 0)
    assert found.items[1].categories == ("Reboots", "Comedy")


def test_an_item_may_leave_its_categories_and_stop_being_an_offer(films):
    films.put_catalogue("films", [], [ItemRow("o", "Small discount")])
    found = films.catalogue("films").items[3]
    assert (found.categories, found.offer) == ((), None)


def test_putting_the_same_again_changes_nothing(films):
    before = films.catalogue("films")
    assert films.put_catalogue("films", CATEGORIES, ITEMS) == before
    assert films.put_catalogue("films", [], ITEMS[:1]) == before


def test_a_new_category_alone_is_a_change(films):
    assert films.put_catalogue("films", ["Nature"], []).generation == 2


def test_names_of_categories_are_one_whatever_their_capitals_and_blanks(films):
    films.put_catalogue("films", ["HORROR", "Quiet  nature", "quiet Nature"], [])
    assert names(films) == [*CATEGORIES, "Quiet  nature"]
    films.put_catalogue("films", [], [ItemRow("p", "Planet Earth", ("QUIET NATURE", "quiet nature"))])
    assert inside(films)["p"] == ("Quiet  nature",)


@pytest.mark.parametrize(
    ("categories", "items", "fault", "words"),
    [
        ([], [ItemRow("x", "X", ("Nature",))], UnknownCategory, "Item 'x' is in category 'Nature'"),
        ([], [ItemRow("x", "X"), ItemRow("x", "Y")], ValueError, "Item 'x' comes more than once"),
        ([], [ItemRow("", "X")], ValueError, "is no id of an item"),
        ([], [ItemRow("x\n", "X")], ValueError, "is no id of an item"),
        ([], [ItemRow("x", " ")], ValueError, "is no title of an item"),
        (["Nature", ""], [], ValueError, "is no name of a category"),
        (["N" * 201], [], ValueError, "give 1 to 200 visible characters"),
        ([], [ItemRow("x", "X", (), {"cost": float("nan")})], ValueError, "cannot be kept as JSON"),
    ],
)
def test_a_bad_catalogue_is_refused_and_nothing_changes(films, categories, items, fault, words):
    before = films.catalogue("films")
    with pytest.raises(fault, match=words):
        films.put_catalogue("films", categories, [ItemRow("new", "New"), *items])
    assert films.catalogue("films") == before


def test_a_renamed_category_keeps_its_place_and_answers_to_both_names(films):
    films.rename_category("films", "comedy", "Humour")
    assert names(films) == ["Reboots", "Horror", "Humour", "Discounts"]
    assert inside(films)["l"] == ("Reboots", "Humour")
    assert films.catalogue("films").generation == 2
    films.put_catalogue("films", ["Comedy"], [ItemRow("w", "The Wrong Cake", ("Comedy",))])
    assert names(films) == ["Reboots", "Horror", "Humour", "Discounts"]
    assert inside(films)["w"] == ("Humour",)


def test_a_category_may_get_its_old_name_back_and_other_capitals(films):
    films.rename_category("films", "Comedy", "Humour")
    films.rename_category("films", "Humour", "COMEDY")
    assert names(films)[2] == "COMEDY"


def test_a_category_cannot_take_a_name_that_another_has_or_had(films):
    films.rename_category("films", "Comedy", "Humour")
    before = films.catalogue("films")
    with pytest.raises(NameTaken, match=r"that is the name of 'Horror'.*merge the two"):
        films.rename_category("films", "Reboots", "horror")
    with pytest.raises(NameTaken, match="'Humour' was called so before"):
        films.rename_category("films", "Reboots", "Comedy")
    assert films.catalogue("films") == before


def test_a_merged_category_gives_its_items_and_its_name_to_the_other(films):
    films.put_catalogue("films", [], [ItemRow("a", "Alien", ("Horror", "Comedy"))])
    films.merge_category("films", "Comedy", "Horror")
    assert films.catalogue("films").categories == ((0, "Reboots"), (1, "Horror"), (3, "Discounts"))
    assert inside(films) == {"a": ("Horror",), "l": ("Reboots", "Horror"), "s": (), "o": ("Discounts",)}
    assert films.catalogue("films").generation == 3
    films.put_catalogue("films", ["Comedy"], [ItemRow("w", "The Wrong Cake", ("Comedy",))])
    assert inside(films)["w"] == ("Horror",)


def test_the_number_of_a_merged_category_is_not_used_again(films):
    films.merge_category("films", "Discounts", "Comedy")
    films.put_catalogue("films", ["Nature"], [])
    assert films.catalogue("films").categories[-1] == (4, "Nature")


def test_names_follow_through_several_merges(films):
    films.merge_category("films", "Comedy", "Horror")
    films.merge_category("films", "Horror", "Reboots")
    films.rename_category("films", "comedy", "Everything")
    assert names(films) == ["Everything", "Discounts"]
    assert inside(films)["a"] == ("Everything",)


@pytest.mark.parametrize("into", ["Comedy", "COMEDY", "Humour"])
def test_a_category_is_not_merged_into_itself(films, into):
    films.rename_category("films", "Comedy", "Humour")
    with pytest.raises(ValueError, match="cannot be merged into itself"):
        films.merge_category("films", "Humour", into)
    assert films.catalogue("films").generation == 2


@pytest.mark.parametrize("unknown", ["Nature", "", "\x00", "\ud800"])
def test_unknown_categories_are_refused_with_those_there_are(films, unknown):
    for ask in (
        lambda: films.rename_category("films", unknown, "New"),
        lambda: films.merge_category("films", unknown, "Horror"),
        lambda: films.merge_category("films", "Horror", unknown),
    ):
        with pytest.raises(UnknownCategory, match="Reboots, Horror, Comedy, Discounts"):
            ask()
    assert films.catalogue("films").generation == 1


def test_a_category_is_not_renamed_to_nothing(films):
    with pytest.raises(ValueError, match="is no name of a category"):
        films.rename_category("films", "Comedy", " ")


def test_rules_are_changed_by_who_saw_the_latest(films):
    """S49."""
    assert films.rules_of("films") == ({}, 0)
    assert films.set_rules("films", {"least_people": 2}, 0) == 1
    with pytest.raises(RulesChanged, match=r"revision 1, you saw 0.*look at them"):
        films.set_rules("films", {"least_people": 3}, 0)
    assert films.rules_of("films") == ({"least_people": 2}, 1)
    found = films.catalogue("films")
    assert (found.rules, found.rules_revision, found.generation) == ({"least_people": 2}, 1, 1)


def test_the_last_evaluation_is_kept(films):
    assert films.evaluation("films") is None
    for ndcg in (0.3, 0.4):
        films.record_evaluation("films", {"ndcg": ndcg})
    assert films.evaluation("films") == ({"ndcg": 0.4}, NOON)


def test_a_catalogue_that_is_not_there_cannot_be_changed(films):
    for ask in (
        lambda: films.set_rules("books", {}, 0),
        lambda: films.record_evaluation("books", {}),
        lambda: films.rename_category("books", "Comedy", "Humour"),
        lambda: films.merge_category("books", "Comedy", "Horror"),
    ):
        with pytest.raises(UnknownCatalogue, match="flask recommend load"):
            ask()
