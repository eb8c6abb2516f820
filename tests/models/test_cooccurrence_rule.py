import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.cooccurrence.memory import Memory
from models.cooccurrence.rule import (
    Cell,
    Rules,
    Suggestion,
    by_rule,
    first,
    left_out,
    popular,
    ranked_categories,
    without_evidence,
)
from models.cooccurrence.why_not import Kind, Reason, why_not
from tests.models.cooccurrence_cases import catalogue_of, counted_out, left_of, lived, movielens, stories

RULES = st.builds(
    Rules,
    allow_self=st.booleans(),
    leave_out_same_category=st.booleans(),
    least_people=st.sampled_from([1, 1, 2]),
)


@st.composite
def questions(draw):
    """Draw a story, a picked item, and what is to be left out."""
    catalogue, done = draw(stories())
    items = st.integers(0, len(catalogue.items) - 1)
    categories = st.integers(0, max(0, len(catalogue.categories) - 1))
    left = {
        "taken": draw(st.frozensets(items, max_size=1)),
        "hidden_items": draw(st.frozensets(items, max_size=1)),
        "hidden_categories": draw(st.frozensets(categories, max_size=1))
        if catalogue.categories
        else frozenset(),
        "rules": draw(RULES),
    }
    return catalogue, done, draw(items), left


def evidence(catalogue, tables, picked, category, rules):
    """Add up the co-choices between the picked item's categories and one, as the rule says."""
    counts, people, _ = tables
    return sum(
        counts[own, category]
        for own in catalogue.membership[picked]
        if (own != category or rules.allow_self) and people[own, category] >= rules.least_people
    )


def barred(catalogue, picked, item, taken, hidden_items, hidden_categories, rules):
    own = set(catalogue.membership[item])
    shares = rules.leave_out_same_category and own & set(catalogue.membership[picked])
    return bool(item == picked or item in taken or item in hidden_items or own & hidden_categories or shares)


def sorted_out(catalogue, done, picked, left):
    """Sort all items by the rule, one key for each: the long way."""
    tables, rules, keys = counted_out(catalogue, left_of(done)), left["rules"], []
    chosen_by = [
        sum(item in history for history in left_of(done).values()) for item in range(len(catalogue.items))
    ]
    for item, own in enumerate(catalogue.membership):
        ranks = [(-evidence(catalogue, tables, picked, c, rules), c) for c in own]
        ranks = [rank for rank in ranks if rank[0]]
        if ranks and not barred(catalogue, picked, item, **left):
            keys.append(
                (min(ranks), -tables[2][picked, item], -chosen_by[item], catalogue.titles[item], item)
            )
    return [key[-1] for key in sorted(keys)]


@given(questions(), st.integers(0, 6))
def test_items_come_in_the_order_of_the_rule(question, count):
    catalogue, done, picked, left = question
    found = by_rule(lived(catalogue, done), picked, count=count, **left)
    assert [one.item for one in found] == sorted_out(catalogue, done, picked, left)[:count]


@given(questions())
def test_the_evidence_of_a_suggestion_is_that_of_the_tables(question):
    catalogue, done, picked, left = question
    counts, people, pairs = counted_out(catalogue, left_of(done))
    for one in by_rule(lived(catalogue, done), picked, **left):
        assert one.co_choices == sum(cell.co_choices for cell in one.cells)
        assert one.together == pairs[picked, one.item]
        assert one.chosen_by == sum(one.item in history for history in left_of(done).values())
        for cell in one.cells:
            assert cell.row in catalogue.membership[picked]
            assert cell.column == one.category
            assert (cell.co_choices, cell.people) == (
                counts[cell.row, cell.column],
                people[cell.row, cell.column],
            )
            assert cell.people >= left["rules"].least_people


@given(questions())
def test_every_item_is_suggested_or_has_its_reason(question):
    catalogue, done, picked, left = question
    memory, ordered = lived(catalogue, done), sorted_out(catalogue, done, picked, left)
    for item in range(len(catalogue.items)):
        reason = why_not(memory, picked, item, shown=2, **left)
        if item in ordered:
            place = ordered.index(item) + 1
            assert (reason.kind, reason.place) == (Kind.SHOWN if place <= 2 else Kind.LOWER, place)
        else:
            assert reason.kind not in (Kind.SHOWN, Kind.LOWER)
            assert reason.place is None
            is_barred = barred(catalogue, picked, item, **left)
            assert is_barred == (
                reason.kind
                in (Kind.PICKED, Kind.TAKEN, Kind.HIDDEN, Kind.HIDDEN_CATEGORY, Kind.SHARES_CATEGORY)
            )


@given(questions())
def test_categories_are_with_evidence_or_without(question):
    catalogue, done, picked, left = question
    memory, rules = lived(catalogue, done), left["rules"]
    own = set(catalogue.membership[picked]) if rules.leave_out_same_category else set()
    found = [category for category, _ in ranked_categories(memory, picked, rules)]
    absent = without_evidence(memory, picked, rules)
    assert sorted([*found, *absent, *own]) == list(range(len(catalogue.categories)))


@given(questions())
def test_popular_items_come_by_people_then_by_title(question):
    catalogue, done, picked, left = question
    people = [
        sum(item in history for history in left_of(done).values()) for item in range(len(catalogue.items))
    ]
    kept = [n for n, many in enumerate(people) if many and not barred(catalogue, picked, n, **left)]
    expected = sorted(kept, key=lambda item: (-people[item], catalogue.titles[item], item))
    assert popular(lived(catalogue, done), picked, count=3, **left) == expected[:3]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=20), st.integers(0, 25))
def test_the_first_few_are_those_of_a_full_sort(figures, count):
    together, chosen_by = np.array(figures, dtype=np.int32).reshape(-1, 2).T
    expected = sorted(range(len(figures)), key=lambda place: (-together[place], -chosen_by[place], place))
    assert first(together, chosen_by, count).tolist() == expected[:count]


def test_with_nothing_picked_all_that_anybody_chose_is_popular():
    memory = lived(
        catalogue_of((0,), (), (1,)), [("Ada", 1, 0.0, False), ("Bo", 1, 0.0, False), ("Bo", 2, 0.0, False)]
    )
    assert popular(memory, None, taken=()) == [1, 2]
    assert popular(memory, None, taken=np.array([1])) == [2]


# Two people chose items of categories 0 and 1, one of them also of 2; items 0 and 3 share category 0.
SMALL = catalogue_of((0,), (1,), (2,), (0, 1), ())
DONE = [
    ("Ada", 0, 0.0, False),
    ("Ada", 1, 1.0, False),
    ("Bo", 0, 0.0, False),
    ("Bo", 1, 1.0, False),
    ("Bo", 2, 2.0, False),
]


def test_least_evidence_is_counted_in_people():
    memory = lived(SMALL, DONE)
    assert [one.item for one in by_rule(memory, 0, taken=())] == [1, 2]
    assert [one.item for one in by_rule(memory, 0, taken=(), rules=Rules(least_people=2))] == [1]
    assert without_evidence(memory, 0, Rules(least_people=2)) == [2]


def test_a_cell_with_too_few_people_adds_nothing_to_the_evidence():
    catalogue = catalogue_of((0, 1), (0,), (1,), (2,))
    done = [("Ada", 1), ("Ada", 3), ("Bo", 1), ("Bo", 3), ("Cy", 2), ("Cy", 3)]
    memory = lived(catalogue, [(person, item, 0.0, False) for person, item in done])
    (strict,) = by_rule(memory, 0, taken=(), rules=Rules(least_people=2))
    assert (strict.cells, strict.co_choices) == ((Cell(0, 2, 2, 2),), 2)
    (plain,) = by_rule(memory, 0, taken=())
    assert (plain.cells, plain.co_choices) == ((Cell(0, 2, 2, 2), Cell(1, 2, 1, 1)), 3)


def test_an_item_in_several_categories_comes_once_by_its_best():
    catalogue = catalogue_of((0,), (1, 2), (2,))
    done = [("Ada", 0), ("Ada", 1), ("Bo", 0), ("Bo", 2)]
    memory = lived(catalogue, [(person, item, 0.0, False) for person, item in done])
    found = by_rule(memory, 0, taken=())
    assert [(one.item, one.category, one.co_choices) for one in found] == [(2, 2, 2), (1, 2, 2)]


def test_own_categories_are_not_ranked_where_the_rule_leaves_them_out():
    memory = lived(catalogue_of((0, 1), (0, 1)), [("Ada", 0, 0.0, False), ("Ada", 1, 0.0, False)])
    assert ranked_categories(memory, 0, Rules(allow_self=True)) == []
    assert without_evidence(memory, 0, Rules(allow_self=True)) == []


def test_a_suggestion_names_its_cell():
    (one,) = by_rule(lived(SMALL, DONE), 0, taken=(), count=1)
    assert one == Suggestion(
        item=1, category=1, cells=(Cell(0, 1, 2, 2),), co_choices=2, together=2, chosen_by=2
    )


def test_items_of_the_same_category_come_where_the_rule_allows_them():
    memory = lived(SMALL, DONE)
    assert [one.item for one in by_rule(memory, 0, taken=(), rules=Rules(leave_out_same_category=False))] == [
        1,
        3,
        2,
    ]


def test_self_similarity_is_evidence_only_where_allowed():
    memory = lived(catalogue_of((0,), (0,)), [("Ada", 0, 0.0, False), ("Ada", 1, 1.0, False)])
    own = Rules(leave_out_same_category=False)
    assert by_rule(memory, 0, taken=(), rules=own) == []
    assert why_not(memory, 0, 1, taken=(), rules=own).kind == Kind.ONLY_ITSELF
    (one,) = by_rule(memory, 0, taken=(), rules=Rules(allow_self=True, leave_out_same_category=False))
    assert one.cells == (Cell(0, 0, 1, 1),)


@pytest.mark.parametrize(
    "item, more, reason",
    [
        (0, {}, Reason(Kind.PICKED)),
        (1, {"taken": {1}}, Reason(Kind.TAKEN, together=2)),
        (1, {"taken": np.array([1])}, Reason(Kind.TAKEN, together=2)),
        (1, {"hidden_items": {1}}, Reason(Kind.HIDDEN, together=2)),
        (1, {"hidden_categories": {1}}, Reason(Kind.HIDDEN_CATEGORY, categories=(1,), together=2)),
        (3, {}, Reason(Kind.SHARES_CATEGORY, categories=(0,))),
        (4, {}, Reason(Kind.NO_CATEGORY)),
        (1, {}, Reason(Kind.SHOWN, cells=(Cell(0, 1, 2, 2),), together=2, place=1)),
        (2, {"shown": 1}, Reason(Kind.LOWER, cells=(Cell(0, 2, 1, 1),), together=1, place=2)),
        (
            2,
            {"rules": Rules(least_people=2)},
            Reason(Kind.TOO_FEW_PEOPLE, cells=(Cell(0, 2, 1, 1),), together=1),
        ),
    ],
)
def test_each_reason_comes_with_its_figures(item, more, reason):
    assert why_not(lived(SMALL, DONE), 0, item, **{"taken": ()} | more) == reason


def test_the_cell_with_most_people_is_the_first_of_a_reason():
    catalogue = catalogue_of((0, 1), (0,), (1,), (2,))
    done = [("Ada", 2), ("Ada", 3), ("Bo", 2), ("Bo", 3), ("Cy", 1), ("Cy", 3)]
    memory = lived(catalogue, [(person, item, 0.0, False) for person, item in done])
    assert why_not(memory, 0, 3, taken=()).cells == (Cell(1, 2, 2, 2), Cell(0, 2, 1, 1))


def test_a_picked_item_without_a_category_leads_nowhere():
    memory = lived(SMALL, DONE)
    assert by_rule(memory, 4, taken=()) == []
    assert without_evidence(memory, 4) == [0, 1, 2]
    assert why_not(memory, 4, 1, taken=()).kind == Kind.PICKED_HAS_NO_CATEGORY


def test_no_co_choices_are_no_evidence():
    assert why_not(lived(SMALL, DONE[:2]), 0, 2, taken=()) == Reason(Kind.NO_EVIDENCE)


def test_the_place_in_another_rankers_list_is_told():
    memory = lived(SMALL, DONE)
    ranked = [Suggestion(2, 2, (), 0, 1, 1, score=0.5), Suggestion(1, 1, (), 0, 2, 2, score=0.4)]
    assert why_not(memory, 0, 1, taken=(), ranked=ranked, shown=1) == Reason(Kind.LOWER, together=2, place=2)
    assert why_not(memory, 0, 4, taken=(), ranked=ranked) == Reason(Kind.NO_EVIDENCE)


def test_evidence_of_nobody_is_refused():
    with pytest.raises(
        ValueError, match="least_people is 0, but no evidence comes from nobody: give 1 or more"
    ):
        Rules(least_people=0)


def test_what_is_left_out_belongs_to_the_caller():
    memory = lived(SMALL, DONE)
    left_out(memory, 0, (), (), (), Rules())[:] = True
    assert [one.item for one in by_rule(memory, 0, taken=())] == [1, 2]


def test_movielens_is_suggested_from_in_the_order_of_the_rule(shared_data):
    catalogue, user, item, moment = movielens(shared_data)
    memory = Memory.build(catalogue, [f"user:{number}" for number in range(943)], user, item, moment)
    for picked in range(0, len(catalogue.items), 97):
        taken = memory.histories.by_number(picked % 943)
        asked = [one.item for one in by_rule(memory, picked, taken=taken, count=25)]
        whole = [one.item for one in by_rule(memory, picked, taken=taken, count=len(catalogue.items))]
        assert asked == whole[:25]
        assert len(set(whole)) == len(whole)
        assert not set(whole) & {picked, *taken.tolist()}
        own = set(catalogue.membership[picked])
        assert not any(own & set(catalogue.membership[one]) for one in whole)
