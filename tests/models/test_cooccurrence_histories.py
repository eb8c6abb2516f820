import numpy as np
import pytest
from hypothesis import given

from models.cooccurrence.catalogue import Catalogue, UnknownItem
from models.cooccurrence.histories import Histories
from tests.models.cooccurrence_cases import built, catalogue_of, left_of, lived, stories


def test_an_item_is_found_by_its_id():
    assert catalogue_of((), (0,)).number("i1") == 1


def test_an_unknown_item_is_refused_with_the_remedy():
    with pytest.raises(UnknownItem, match="'i9' is no item of the catalogue: search for its title"):
        catalogue_of((0,)).number("i9")


@pytest.mark.parametrize(
    "parts, remedy",
    [
        ((("a", "b"), ("A",), ("c",), ((), ())), "2 items, 1 titles and 2 rows of membership"),
        ((("a", "a"), ("A", "B"), ("c",), ((), ())), "The item 'a' is there twice"),
        ((("a",), ("A",), ("c", "c"), ((),)), "The category 'c' is there twice"),
        ((("a",), ("A",), ("c",), ((1,),)), "give numbers from 0 to 0, each once, in ascending order"),
        ((("a",), ("A",), ("c", "d"), ((1, 0),)), "each once, in ascending order"),
        ((("a",), ("A",), ("c",), ((0, 0),)), "each once, in ascending order"),
    ],
)
def test_a_catalogue_that_does_not_fit_together_is_refused(parts, remedy):
    with pytest.raises(ValueError, match=remedy):
        Catalogue(*parts)


def test_items_share_a_category_with_themselves_and_others():
    catalogue = catalogue_of((0,), (0, 1), (1,), ())
    assert catalogue.sharing(0).tolist() == [True, True, False, False]
    assert catalogue.sharing(3).tolist() == [False] * 4


def test_items_of_a_category_come_by_title_then_by_number():
    catalogue = catalogue_of((0,), (0, 1), (0,), (0,), categories=3)  # titles a, b, a, b
    assert [items.tolist() for items in catalogue.items_of] == [[0, 2, 1, 3], [1], []]
    assert catalogue.by_title.tolist() == [0, 2, 1, 3]


@pytest.mark.parametrize("others", [0, 20_000])
def test_a_history_is_counted_by_category_however_uneven_the_catalogue(others):
    catalogue = catalogue_of(tuple(range(50)), (3,), (), *[(7,)] * others)
    counts = catalogue.counts(np.array([0, 1, 2]))
    assert counts.tolist() == [2 if category == 3 else 1 for category in range(50)]
    assert (
        catalogue.counts(np.array([2])).tolist()
        == catalogue.counts(np.array([], dtype=int)).tolist()
        == [0] * 50
    )


def history(histories, person):
    return list(zip(histories.of(person).tolist(), histories.moments(person).tolist(), strict=True))


@given(stories())
def test_histories_that_lived_through_choices_read_like_those_built_of_what_is_left(story):
    catalogue, done = story
    left = left_of(done)
    for histories in (lived(catalogue, done).histories, built(catalogue, left).histories):
        for person in ("Ada", "Bo", "Cy", "nobody"):
            expected = sorted(left.get(person, {}).items(), key=lambda choice: (choice[1], choice[0]))
            assert history(histories, person) == expected
        for item in range(len(catalogue.items)):
            who = sorted(histories.name(number) for number in histories.chosen_by(item))
            assert who == sorted(person for person in left if item in left[person])
            assert histories.popularity[item] == len(who)
        assert histories.people == sum(map(bool, left.values()))


@given(stories())
def test_the_matrix_of_choices_has_a_one_for_each_choice(story):
    catalogue, done = story
    half = len(done) // 2
    memory = built(catalogue, left_of(done[:half]))
    for person, item, moment, is_undone in done[half:]:
        if is_undone:
            memory.undo(person, item)
        else:
            memory.choose(person, item, moment)
    left, histories = left_of(done), memory.histories
    matrix = histories.matrix().toarray()
    expected = {(histories.number(person), item) for person in left for item in left[person]}
    assert matrix.shape == (len(histories), len(catalogue.items))
    assert set(zip(*np.nonzero(matrix), strict=True)) == expected
    assert matrix.max(initial=0) <= 1


def test_a_choice_given_twice_counts_once_from_the_earlier_moment():
    histories = Histories.build(2, ["Ada"], [0, 0, 0], [1, 0, 1], [9.0, 5.0, 3.0])
    assert history(histories, "Ada") == [(1, 3.0), (0, 5.0)]
    assert histories.popularity.tolist() == [1, 1]


def test_choices_of_one_moment_come_in_order_of_number():
    histories = Histories.build(4, ["Ada"], [0, 0], [3, 1], [5.0, 5.0])
    histories.add("Ada", 2, 5.0)
    histories.add("Ada", 0, 4.0)
    assert histories.of("Ada").tolist() == [0, 1, 2, 3]
    assert histories.moments("Ada").tolist() == [4.0, 5.0, 5.0, 5.0]


def test_what_was_read_before_a_change_stays_as_it_was():
    histories = Histories.build(3, ["Ada"], [0], [1], [5.0])
    histories.add("Ada", 2, 6.0)
    items, people = histories.of("Ada"), histories.chosen_by(2)
    histories.add("Ada", 0, 4.0)
    histories.add("Bo", 2, 4.0)
    assert (items.tolist(), people.tolist()) == ([1, 2], [0])


def test_people_without_a_choice_have_a_number_and_count_nowhere():
    histories = Histories.build(1, ["Ada", "Bo"], [1], [0], [5.0])
    assert (histories.number("Ada"), histories.number("Cy"), len(histories), histories.people) == (
        0,
        None,
        2,
        1,
    )
    assert histories.of("Ada").tolist() == []


@pytest.mark.parametrize(
    "arrays, remedy",
    [
        (([0], [0], []), "give arrays of one length"),
        (([2], [0], [1.0]), "A choice names person 2, but there are 2, numbered from 0"),
        (([-1], [0], [1.0]), "A choice names person -1"),
        (([0], [3], [1.0]), "A choice names item 3, but there are 3, numbered from 0"),
        (([0], [0], [float("nan")]), "give seconds since 1970 UTC for each"),
    ],
)
def test_choices_that_do_not_fit_are_refused_with_the_remedy(arrays, remedy):
    with pytest.raises(ValueError, match=remedy):
        Histories.build(3, ["Ada", "Bo"], *arrays)


def test_a_person_given_twice_is_refused():
    with pytest.raises(ValueError, match="A person is there twice: give each key of the people once"):
        Histories.build(1, ["Ada", "Ada"], [], [], [])


@given(stories())
def test_a_pair_came_about_with_the_later_of_its_two_choices(story):
    catalogue, done = story
    left, histories = left_of(done), lived(catalogue, done).histories
    for item in range(len(catalogue.items)):
        found = zip(histories.met(item).tolist(), histories.met_when(item).tolist(), strict=True)
        by_hand = [
            (other, max(own[item], moment))
            for own in left.values() if item in own
            for other, moment in own.items()
        ]  # fmt: skip
        assert sorted(found) == sorted(by_hand)
