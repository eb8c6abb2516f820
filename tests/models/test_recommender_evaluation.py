"""Splits, measures and the evaluation of rankers, by hand, by properties and against the long way round."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.cooccurrence.evaluation import RANKERS, Choices, evaluate, listed
from models.cooccurrence.metrics import coverage, diversity, found, novelty
from models.cooccurrence.rule import Rules
from models.cooccurrence.split import at_random, by_time
from tests.models.cooccurrence_cases import catalogue_of, movielens

people_of_choices = st.lists(st.integers(0, 4), min_size=1, max_size=40).map(np.array)


@given(people_of_choices, st.integers(0, 1000))
def test_three_in_four_choices_of_each_person_are_learnt_from(person, seed):
    for learnt in (at_random(person, seed=seed), by_time(person, np.arange(len(person), dtype=float))):
        for one in set(person.tolist()):
            assert learnt[person == one].sum() == round(0.75 * (person == one).sum())


def test_by_time_the_newest_are_set_aside_and_those_of_one_moment_as_they_come():
    moment = np.array([9.0, 1.0, 1.0, 1.0, 5.0])
    assert by_time(np.zeros(5, int), moment).tolist() == [False, True, True, True, True]
    assert by_time(np.zeros(4, int), np.ones(4)).tolist() == [True, True, True, False]


def test_the_seed_decides_and_another_person_changes_nothing_for_the_first():
    person = np.zeros(40, int)
    assert (at_random(person, seed=1) == at_random(person, seed=1)).all()
    assert (at_random(person, seed=1) != at_random(person, seed=2)).any()
    more = np.append(person, [1] * 9)
    assert (at_random(more, seed=1)[:40] == at_random(person, seed=1)).all()


def test_a_share_that_is_no_share_is_refused():
    with pytest.raises(ValueError, match="a number between 0 and 1, such"):
        at_random(np.zeros(3, int), share=1)


def test_measures_by_hand():
    """A list of 3 with hits at places 1 and 3, out of 4 items chosen later."""
    each = found(np.array([[7, 8, 9]]), np.zeros(4, int), np.array([7, 9, 1, 2]), items=10)
    assert each.precision[0] == pytest.approx(2 / 3)
    assert each.recall[0] == pytest.approx(2 / 4)
    assert each.average_precision[0] == pytest.approx((1 / 1 + 2 / 3) / 4)
    assert each.ndcg[0] == pytest.approx((1 + 1 / 2) / (1 + 1 / math.log2(3) + 1 / 2))


def test_the_ideal_list_is_no_longer_than_what_was_chosen_later():
    each = found(np.array([[5, 1, 2]]), np.zeros(1, int), np.array([5]), items=6)
    assert each.ndcg[0] == 1


def test_an_item_that_could_not_be_known_counts_as_chosen_and_an_empty_place_is_no_hit():
    each = found(np.array([[3, -1], [-1, -1]]), np.array([0, 0, 1]), np.array([3, 4, 3]), items=4)
    assert each.recall.tolist() == [0.5, 0]
    assert each.precision.tolist() == [0.5, 0]


@given(st.lists(st.permutations(range(8)), min_size=1, max_size=5), st.data())
def test_measures_agree_with_the_long_way_round(lists, data):
    ranked = np.array(lists)[:, :4]
    later = [data.draw(st.sets(st.integers(0, 9), min_size=1)) for _ in lists]
    person = np.repeat(np.arange(len(lists)), [len(one) for one in later])
    each = found(ranked, person, np.array([item for one in later for item in one]), items=8)
    for row, (best, wanted) in enumerate(zip(ranked.tolist(), later, strict=True)):
        hits = [place for place, item in enumerate(best, start=1) if item in wanted]
        average = sum(n / place for n, place in enumerate(hits, start=1)) / len(wanted)
        ideal = sum(1 / math.log2(1 + place) for place in range(1, min(4, len(wanted)) + 1))
        assert each.precision[row] == pytest.approx(len(hits) / 4)
        assert each.recall[row] == pytest.approx(len(hits) / len(wanted))
        assert each.average_precision[row] == pytest.approx(average)
        assert each.ndcg[row] == pytest.approx(sum(1 / math.log2(1 + place) for place in hits) / ideal)


def test_coverage_is_of_items_that_somebody_chose():
    assert coverage(np.array([[0, 1], [0, -1]]), np.array([5, 0, 1, 1])) == pytest.approx(1 / 3)


def test_an_item_that_every_second_person_chose_tells_one_bit():
    assert novelty(np.array([[0, 1], [1, -1]]), np.array([50, 25]), 100) == pytest.approx((1 + 2 + 2) / 3)
    assert novelty(np.array([[2]]), np.array([1, 1, 0]), 8) == 3
    assert novelty(np.array([[-1]]), np.array([1]), 8) is None


def test_diversity_is_the_mean_unlikeness_of_categories_inside_a_list():
    """The pairs of the first list: the same, one of two shared (twice); of the second: nothing in common."""
    catalogue = catalogue_of((0,), (0,), (0, 1), (2,), ())
    lists = np.array([[0, 1, 2], [3, 4, -1], [0, -1, -1]])
    assert diversity(lists, catalogue) == pytest.approx(((0 + 0.5 + 0.5) / 3 + 1) / 2)
    assert diversity(lists[2:], catalogue) is None


def two_tastes(people=60, seed=0):
    """Make choices of people who like the even items or the odd ones: ten of 24 each, in any order."""
    random = np.random.default_rng(seed)
    rows = [
        (who, 2 * item + who % 2, day)
        for who in range(people)
        for day, item in enumerate(random.permutation(12)[:10])
    ]
    person, item, moment = np.array(rows).T
    catalogue = catalogue_of(*((number % 2, 2 + number % 3) for number in range(24)))
    names = [f"p{number}" for number in range(people)]
    return catalogue, Choices(names, person.astype(np.int32), item.astype(np.int32), moment.astype(float))


@pytest.mark.parametrize("split", ["time", "random"])
def test_tastes_are_found_by_items_and_not_by_popularity_or_at_random(split):
    catalogue, choices = two_tastes()
    result = evaluate(catalogue, choices, split=split, count=4)
    ndcg = {one.ranker: one.figures.ndcg for one in result.rankers}
    assert list(ndcg) == list(RANKERS)
    assert ndcg["items"] > 1.5 * max(ndcg["popularity"], ndcg["random"])
    assert (result.people, result.learnt, result.set_aside) == (60, 480, 120)


def test_lists_outside_the_categories_of_the_last_choice_share_none_and_the_rule_can_have_it_both_ways():
    """Each item is of one taste, and of what comes after only the other taste is outside its categories."""
    catalogue, choices = two_tastes()
    result = {one.ranker: one.figures.ndcg for one in evaluate(catalogue, choices).rankers}
    assert result["items, outside the categories of the last choice"] == 0
    assert result["rule, by the last choice"] == 0
    rules = Rules(allow_self=True, leave_out_same_category=False)
    own = {one.ranker: one.figures.ndcg for one in evaluate(catalogue, choices, rules=rules).rankers}
    assert own["rule, by the last choice"] > 0.5


def test_the_same_seed_gives_the_same_figures_and_another_draws_other_people():
    catalogue, choices = two_tastes()
    one, again, other = (
        evaluate(catalogue, choices, seed=seed, most_people=20).rankers for seed in (1, 1, 2)
    )
    assert one == again
    assert one != other
    assert {ranked.figures.people for ranked in one} == {20}


def test_groups_are_thirds_by_what_was_learnt_of_each():
    """Of 3, 6 and 12 choices 2, 4 and 9 are learnt from."""
    rows = [(who, item) for who, most in enumerate((3, 6, 12)) for item in range(most)]
    person, item = np.array(rows, dtype=np.int32).T
    choices = Choices(["ada", "bo", "cy"], person, item, item.astype(float))
    for ranked in evaluate(catalogue_of(*[()] * 12), choices).rankers:
        assert [(g.name, g.least, g.most) for g in ranked.groups] == [
            ("light", 2, 2), ("middle", 4, 4), ("heavy", 9, 9)
        ]  # fmt: skip
        means = [group.figures.recall for group in ranked.groups]
        assert ranked.figures.recall == pytest.approx(sum(means) / 3)


def test_one_person_is_a_group_of_one():
    choices = Choices(["ada"], np.zeros(4, np.int32), np.arange(4, dtype=np.int32), np.arange(4.0))
    assert [len(one.groups) for one in evaluate(catalogue_of(*[()] * 4), choices).rankers] == [1] * len(
        RANKERS
    )


@pytest.mark.parametrize(
    "person, arguments, remedy",
    [
        ([0, 1, 2], {}, "once people have chosen more"),
        ([], {}, "once people have chosen more"),
        ([0, 0], {"split": "weekday"}, "random, time: give one"),
        ([0, 0], {"count": 0}, "give 1 or more of each"),
    ],
)
def test_what_cannot_be_evaluated_is_refused_with_the_remedy(person, arguments, remedy):
    item = np.arange(len(person), dtype=np.int32)
    choices = Choices(["a", "b", "c"], np.array(person, dtype=np.int32), item, item.astype(float))
    with pytest.raises(ValueError, match=remedy):
        evaluate(catalogue_of((), (), ()), choices, **arguments)


def test_splits_of_movielens_are_those_that_the_peers_were_measured_on(shared_data):
    _, person, item, moment = movielens(shared_data)
    for folder, learnt in (("", at_random(person)), ("chrono", by_time(person, moment))):
        rows = np.loadtxt(
            shared_data / "ml-100k" / "split-sar" / folder / "train.csv.gz", int, delimiter=",", skiprows=1
        )
        theirs = set(zip(rows[:, 0] - 1, rows[:, 1] - 1, strict=True))
        assert set(zip(person[learnt], item[learnt], strict=True)) == theirs


def test_movielens_is_ranked_better_than_the_peers_and_popularity_do(shared_data):
    """The bars of docs/recommender.md, on the split that does not flatter; the peer reaches 0.229."""
    catalogue, person, item, moment = movielens(shared_data)
    names = [str(number) for number in range(943)]
    choices = Choices(names, person.astype(np.int32), item.astype(np.int32), moment)
    ndcg = {one.ranker: one.figures.ndcg for one in evaluate(catalogue, choices, split="time").rankers}
    assert ndcg["items"] >= 0.2285
    assert ndcg["items"] > ndcg["rule, by the last choice"] > ndcg["random"]
    assert ndcg["popularity"] == pytest.approx(0.139, abs=0.002)


def test_lists_of_another_ranker_are_judged_as_ours_are():
    catalogue, choices = two_tastes()
    whole = {
        name: [int(item) for item in range(24) if item % 2 == n % 2] for n, name in enumerate(choices.people)
    }
    best = {
        name: [item for item in items if item not in choices.item[: 8 + 10 * n][10 * n :]]
        for n, (name, items) in enumerate(whole.items())
    }
    judged = listed(catalogue, choices, "theirs", best, count=4)
    assert judged.ranker == "theirs"
    assert judged.figures.recall == 1
    assert listed(catalogue, choices, "theirs", {}, count=4).figures.recall == 0
