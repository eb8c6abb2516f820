from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.counterfactual import Counterfactuals
from models.derivation import move
from models.scorecard import logistic
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
        assert answer.cost == pytest.approx(min(one.cost for one in reached), abs=SLACK)
        reached = [one for one in reached if not set(answer.changes) <= set(one.changes)]
    assert len(found.answers) == 3 or not reached

    best = [one for one in on_data if one.log_odds == lowest]
    assert found.best.after == lowest
    assert found.best.cost == pytest.approx(min(one.cost for one in best), abs=SLACK)
    beyond = not found.answers and any(one.log_odds <= target for one in tried)
    assert bool(found.beyond_data) == beyond
