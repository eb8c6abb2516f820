"""The item ranker: its formula counted out the long way, decay, and the evidence of a pair."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.cooccurrence.decay import DAY, decayed_rows
from models.cooccurrence.everybody import all_top
from models.cooccurrence.evidence import PairEvidence, evidence
from models.cooccurrence.ranking import by_items
from models.cooccurrence.scoring import Weights, scores
from models.cooccurrence.worked_example import CATALOGUE, EARLIER, SIMON, memory_of
from tests.models.cooccurrence_cases import built, catalogue_of, left_of, movielens, stories

NOW = 10 * DAY
PLAIN = Weights(category_weight=0, recency=0)

weights = st.builds(
    Weights,
    similarity=st.sampled_from(["cosine", "jaccard", "count"]),
    damping=st.sampled_from([0, 0.3]),
    least_support=st.integers(1, 2),
    half_life_days=st.sampled_from([None, 0.5, 3.0]),
    category_weight=st.sampled_from([0, 1, 2]),
    recency=st.sampled_from([0, 1 / 3]),
)


def people_choosing(*histories):
    """Make a memory of items without categories; each history by its own person, a day between choices."""
    catalogue = catalogue_of(*[()] * (1 + max(item for history in histories for item in history)))
    left = {
        f"p{n}": {item: day * DAY for day, item in enumerate(history)} for n, history in enumerate(histories)
    }
    return built(catalogue, left)


def score_by_hand(memory, left, history, item, weights, now):
    """Go through people and pairs one by one, as the formula reads."""
    chosen = [sum(one in own for own in left.values()) for one in range(len(memory.catalogue.items))]
    total = 0.0
    for place, own in enumerate(reversed(history), start=1):
        both = [left[who] for who in left if own in left[who] and item in left[who]] if own != item else []
        met = float(len(both))
        if weights.half_life_days is not None:
            ages = [max(0.0, now - max(who[own], who[item])) / DAY for who in both]
            met = sum(0.5 ** (age / weights.half_life_days) for age in ages)
        if len(both) < weights.least_support:
            continue
        if weights.similarity == "cosine":
            met /= math.sqrt(chosen[own] * chosen[item])
        if weights.similarity == "jaccard":
            met /= chosen[own] + chosen[item] - len(both)
        total += met / place**weights.recency
    lift = lift_by_hand(memory, history, item) ** weights.category_weight
    return total * lift / max(1, chosen[item]) ** weights.damping


def lift_by_hand(memory, history, item):
    counts = memory.cells.counts + np.diag(memory.cells.counts.diagonal())
    membership = memory.catalogue.membership
    lifts = []
    for c in (category for own in history for category in membership[own]):
        for d in membership[item]:
            expected = counts[c].sum() * counts[d].sum() / max(1, counts.sum())
            lifts.append((counts[c, d] + 1) / (expected + 1))
    return sum(lifts) / len(lifts) if lifts else 1.0


@given(stories(), weights)
def test_scores_are_what_the_formula_says(story, weights):
    catalogue, done = story
    left = left_of(done)
    memory = built(catalogue, left)
    for person in left:
        history = memory.histories.of(person).tolist()
        found = scores(memory, history, weights, now=DAY)
        others = [item for item in range(len(catalogue.items)) if item not in history]
        by_hand = [score_by_hand(memory, left, history, item, weights, DAY) for item in others]
        assert found[others] == pytest.approx(by_hand, rel=1e-5)


@given(stories(), weights, st.booleans())
def test_lists_for_everybody_have_the_scores_of_lists_for_one(story, weights, has_apart):
    catalogue, done = story
    memory = built(catalogue, left_of(done))
    people = np.arange(len(memory.histories))
    last = np.array([[-1, *memory.histories.by_number(number)][-1] for number in people])
    tops = all_top(memory, people, now=DAY, weights=weights, count=3, apart=last if has_apart else None)
    for number in people:
        history = memory.histories.by_number(number)
        apart = catalogue.sharing(last[number]) if has_apart and len(history) else None
        one = by_items(memory, history, now=DAY, weights=weights, leave_out=apart, count=3)
        found, score = tops[number], scores(memory, history, weights, now=DAY)
        assert score[found[found >= 0]] == pytest.approx([each.score for each in one], rel=1e-5)
        assert set(found) & set(history) == set()


def test_lists_for_everybody_are_as_long_as_asked():
    assert all_top(people_choosing([0, 1], [0]), [0, 1], now=NOW).tolist() == [[-1] * 10, [1] + [-1] * 9]


def test_lists_of_many_items_are_put_together_from_their_parts():
    """Item n is chosen together with item 0 by n // 20 people: the best stand far apart."""
    memory = people_choosing(*([0, item] for item in range(1, 401) for _ in range(item // 20)), [0])
    weights = Weights(similarity="count", category_weight=0)
    lonely = len(memory.histories) - 1
    found = all_top(memory, [lonely], now=NOW, weights=weights, count=21)
    assert found[0].tolist() == [400, *range(380, 400)]


def test_cosine_by_hand():
    """2 chose both, 3 the one and 2 the other: 2 / sqrt(6)."""
    found = by_items(people_choosing([0, 1], [0, 1], [0]), [0], weights=PLAIN, now=NOW)
    assert [(one.item, one.together, one.chosen_by) for one in found] == [(1, 2, 2)]
    assert found[0].score == pytest.approx(2 / math.sqrt(6))


def test_a_newer_choice_counts_more():
    memory = people_choosing([0, 2], [1, 3])
    assert [one.item for one in by_items(memory, [0, 1], now=NOW)] == [3, 2]
    assert [one.item for one in by_items(memory, [1, 0], now=NOW)] == [2, 3]


def test_categories_that_go_together_lift_an_item_above_another_with_the_same_pairs():
    catalogue = catalogue_of((0,), (1,), (2,), (1,))
    left = {"ada": {0: 0.0, 1: 1.0}, "bo": {0: 0.0, 2: 1.0}, "cy": {0: 0.0, 3: 1.0}}
    memory = built(catalogue, left)
    assert [one.item for one in by_items(memory, [0], now=NOW, weights=PLAIN)] == [2, 1, 3]
    found = by_items(memory, [0], now=NOW)
    assert [one.item for one in found] == [1, 3, 2]
    assert found[0].score / found[2].score == pytest.approx((3 / 2) / (2 / 1.5))


def test_a_suggestion_names_its_category_and_cells():
    memory = memory_of(*EARLIER, *SIMON[:3])
    assert by_items(memory, [CATALOGUE.number("Aliens")], now=NOW) == [], "nobody chose Aliens yet"
    dune = by_items(memory, [CATALOGUE.number("Airplane!")], now=NOW)[0]
    assert (CATALOGUE.titles[dune.item], dune.category, dune.co_choices) == ("Dune", 0, 2)
    assert [(cell.row, cell.column, cell.people) for cell in dune.cells] == [(2, 0, 2)]


def test_of_several_categories_the_one_with_most_co_choices_is_named_and_never_the_diagonal():
    """Item 1 is in the category given, in one met once, and in one met twice."""
    memory = built(catalogue_of((0,), (0, 1, 2), (2,)), {"ada": {0: 0.0, 1: 1.0, 2: 2.0}})
    found = {one.item: one for one in by_items(memory, [0], now=NOW)}
    assert found[1].category == 2
    assert [(cell.row, cell.column) for cell in found[1].cells] == [(0, 2)]
    inside = built(catalogue_of((0,), (0,)), {"ada": {0: 0.0, 1: 1.0}})
    assert [(one.category, one.cells) for one in by_items(inside, [0], now=NOW)] == [(0, ())]


def test_an_item_without_a_category_is_suggested_without_cells():
    found = by_items(people_choosing([0, 1]), [0], now=NOW)[0]
    assert (found.item, found.category, found.cells) == (1, None, ())


@pytest.mark.parametrize(
    "left_out", [{"taken": [1]}, {"taken": np.array([1])}, {"hidden_items": {1}}, {"hidden_categories": {1}}]
)
def test_what_is_taken_or_hidden_is_not_suggested(left_out):
    memory = built(catalogue_of((0,), (1,), (2,)), {"ada": {0: 0.0, 1: 1.0, 2: 2.0}})
    assert {one.item for one in by_items(memory, [0], now=NOW)} == {1, 2}
    assert [one.item for one in by_items(memory, [0], now=NOW, **left_out)] == [2]


def test_ties_go_to_what_more_people_chose_then_by_title():
    memory = people_choosing([0, 1, 2, 3, 4], [2], [3])
    weights = Weights(similarity="count", category_weight=0)
    assert [one.item for one in by_items(memory, [0], weights=weights, now=NOW)] == [2, 3, 4, 1]


@given(stories(), st.integers(0, 4))
def test_a_list_is_the_head_of_the_longer_one(story, count):
    catalogue, done = story
    memory = built(catalogue, left_of(done))
    whole = by_items(memory, [0], now=NOW, count=100)
    assert by_items(memory, [0], now=NOW, count=count) == whole[:count]


def test_a_short_list_of_a_large_catalogue_is_the_head_of_the_longer_one():
    random = np.random.default_rng(0)
    memory = people_choosing(*(random.choice(500, 30, replace=False).tolist() for _ in range(80)))
    history = memory.histories.by_number(0)
    whole = by_items(memory, history, now=NOW, count=500)
    assert len(whole) > 400
    assert by_items(memory, history, now=NOW, count=10) == whole[:10]


def test_a_short_list_is_full_where_its_items_stand_side_by_side():
    memory = people_choosing(*([0, item] for item in range(1, 401) for _ in range(max(1, 12 - item))))
    found = by_items(memory, [0], now=NOW, weights=Weights(similarity="count"), count=10)
    assert sorted(one.item for one in found) == list(range(1, 11))


def test_nothing_given_or_nobody_there_suggests_nothing():
    memory = people_choosing([0, 1])
    assert by_items(memory, [], now=NOW) == []
    assert by_items(memory, [0], now=NOW, count=0) == []
    assert by_items(built(catalogue_of((), ()), {}), [0], now=NOW) == []


def test_pairs_under_the_least_support_count_nothing():
    memory = people_choosing([0, 1], [0, 1], [0, 2])
    assert [one.item for one in by_items(memory, [0], weights=Weights(least_support=2), now=NOW)] == [1]


def test_a_pair_is_as_old_as_the_later_of_its_choices():
    """Chosen on days 0 and 1, asked on day 3, a half-life of 2 days: half."""
    memory = people_choosing([0, 1])
    assert decayed_rows(memory.histories, np.array([0]), 2.0, 3 * DAY).tolist() == [[0, 0.5]]


def test_what_lies_ahead_has_no_age():
    assert decayed_rows(people_choosing([0, 1]).histories, np.array([0]), 2.0, -DAY).tolist() == [[0, 1]]


@given(stories(), st.floats(0.01, 1000))
def test_decay_needs_no_state_and_never_counts_more_than_people(story, half_life):
    catalogue, done = story
    memory = built(catalogue, left_of(done))
    items = np.arange(len(catalogue.items))
    rows = decayed_rows(memory.histories, items, half_life, NOW)
    assert rows == pytest.approx(rows.T)
    assert (rows <= memory.pairs.rows(items)).all()
    assert ((rows > 0) <= (memory.pairs.rows(items) > 0)).all()


@pytest.mark.parametrize(
    "wrong, remedy",
    [
        ({"similarity": "lift"}, "give one of them"),
        ({"damping": 1.5}, "a power from 0 .none. to 1"),
        ({"least_support": 0}, "give 1 or more"),
        ({"half_life_days": 0}, "above 0, or none"),
        ({"half_life_days": math.nan}, "above 0, or none"),
        ({"category_weight": -1}, "0 leaves it out"),
        ({"recency": math.inf}, "0 leaves it out"),
    ],
)
def test_weights_that_cannot_be_are_refused_with_the_remedy(wrong, remedy):
    with pytest.raises(ValueError, match=remedy):
        Weights(**wrong)


def test_the_evidence_of_a_pair_by_hand():
    """Of 40 people 12 chose the other too, as 97 of 1,000 did; Wilson's range is 0.181 to 0.454."""
    pair = PairEvidence(12, 40, 97, 1000)
    assert pair.share == pytest.approx(0.3)
    assert pair.jaccard == pytest.approx(12 / 125)
    assert pair.lift == pytest.approx(3.09, abs=0.005)
    assert (pair.low, pair.high) == (pytest.approx(1.86, abs=0.01), pytest.approx(4.68, abs=0.01))


def test_the_evidence_is_read_from_the_tables():
    memory = people_choosing([0, 1], [0, 1], [0], [1], [2])
    assert evidence(memory, 0, 1) == PairEvidence(together=2, of=3, chosen_by=3, people=5)


def test_an_item_is_no_evidence_for_itself():
    with pytest.raises(ValueError, match="two different items"):
        evidence(people_choosing([0, 1]), 1, 1)


def test_without_people_there_is_no_lift():
    nobody = PairEvidence(0, 0, 5, 9)
    assert (nobody.share, nobody.lift, nobody.low, nobody.high, nobody.jaccard) == (None, None, None, None, 0)
    assert PairEvidence(0, 5, 0, 9).lift is None
    assert PairEvidence(0, 0, 0, 0).jaccard is None


@st.composite
def pairs(draw):
    """Draw counts that can be: who chose both are among those of each, and all among the people."""
    together, only_one, only_other, neither = (draw(st.integers(0, 5000)) for _ in range(4))
    of, chosen_by = together + only_one, together + only_other
    assume(of and chosen_by)
    return PairEvidence(together, of, chosen_by, of + only_other + neither)


@given(pairs())
def test_the_range_holds_the_lift_and_never_falls_below_nothing(pair):
    assert 0 <= pair.low <= pair.lift <= pair.high
    assert pair.high <= pair.people / pair.chosen_by * (1 + 1e-12)
    assert (pair.low > 0) == (pair.together > 0)


@given(pairs(), st.integers(2, 50))
def test_the_range_widens_with_less_data(pair, times):
    more = PairEvidence(*(times * n for n in (pair.together, pair.of, pair.chosen_by, pair.people)))
    assert more.lift == pytest.approx(pair.lift)
    assert more.high - more.low < pair.high - pair.low


def test_movielens_lists_for_everybody_are_those_for_one(shared_data):
    catalogue, person, item, moment = movielens(shared_data)
    left = {}
    for who, what, when in zip(person.tolist(), item.tolist(), moment.tolist(), strict=True):
        left.setdefault(f"{who:03}", {})[what] = when
    memory = built(catalogue, left)
    some = np.arange(0, 943, 50)
    tops = all_top(memory, some, now=0.0)
    for number, top in zip(some, tops, strict=True):
        history = memory.histories.by_number(number)
        score = scores(memory, history, Weights(), now=0.0)
        assert score[top] == pytest.approx(
            [one.score for one in by_items(memory, history, now=0.0)], rel=1e-5
        )
