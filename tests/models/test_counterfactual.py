from itertools import product
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.counterfactual import Counterfactuals
from models.counterfactual.fronts import Front, cheapest
from models.derivation import move
from tests.models import counterfactual_town as town

SLACK = 1e-9


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), share=st.floats(-0.2, 1.1), at_once=st.sampled_from([1, 12, 300_000]))
def test_the_answers_are_the_cheapest_of_all_that_can_be_tried(seed, share, at_once):
    random = np.random.default_rng(seed)
    spec = town.spec(random)
    card, row = town.card(random, spec), town.customer(random)
    tried = town.everything(card, spec, row)
    on_data = [one for one in tried if one.on_data]
    now, lowest = card.score(row).log_odds, min(one.log_odds for one in on_data)
    target = now + share * (lowest - now)
    with (
        patch("models.counterfactual.problem.AT_ONCE", at_once),
        patch("models.counterfactual.fronts._AT_ONCE", at_once),
    ):
        found = Counterfactuals(card, spec).find(row, target)

    reached = [one for one in on_data if one.log_odds <= target]
    for answer in found.answers:
        moved = move(row, answer.changes, spec)
        assert answer.after == card.score(moved).log_odds <= target
        assert any(one.changes == answer.changes for one in reached)  # no rule broken, on data, in range
        assert not any(_all_but_one(one.changes, answer.changes) for one in reached)  # each change is needed
        assert answer.cost == pytest.approx(min(one.cost for one in reached), abs=SLACK)
        reached = [one for one in reached if not set(answer.changes) <= set(one.changes)]
    assert len(found.answers) == 3 or not reached

    best = [one for one in on_data if one.log_odds == lowest]
    assert found.best.after == lowest
    assert found.best.cost == pytest.approx(min(one.cost for one in best), abs=SLACK)
    beyond = not found.answers and any(one.log_odds <= target for one in tried)
    assert bool(found.beyond_data) == beyond


def _all_but_one(fewer, changes):
    return len(fewer) == len(changes) - 1 and fewer.items() <= changes.items()


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), parts=st.integers(1, 4), share=st.floats(0, 1), below=st.booleans())
def test_the_cheapest_sum_of_fronts_is_the_one_that_trying_all_finds(seed, parts, share, below):
    random = np.random.default_rng(seed)
    fronts = [_front(random) for _ in range(parts)]
    sums = [sum(one) for one in product(*(front.cost for front in fronts))]
    scores = [sum(one) for one in product(*(front.score for front in fronts))]
    need = share * min(scores)
    least = min(cost for cost, score in zip(sums, scores, strict=True) if score <= need)

    taken = cheapest(fronts, need, least if below else np.inf)

    if below:
        assert taken is None
    else:
        assert sum(front.score[at] for front, at in zip(fronts, taken, strict=True)) <= need
        cost = sum(front.cost[at] for front, at in zip(fronts, taken, strict=True))
        assert cost == pytest.approx(least, abs=SLACK)
    assert cheapest(fronts, min(scores) - 1) is None


def _front(random):
    """Draw a front: steps on a line, as a number with a slope gives, or anything that falls."""
    size = int(random.integers(1, 9))
    costs, falls = random.random(size) + 0.01, np.rint(random.random(size) * 2**20 + 1) / 2**20
    if random.random() < 0.4:
        costs[:], falls[:] = 0.5, 0.25
    cost, score = np.cumsum(costs) - costs[0], -np.cumsum(falls)
    return Front(cost, score, np.arange(size)[:, None])
