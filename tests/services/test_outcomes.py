"""Outcomes of an A/B by arm: counted once at the fixed time, never before."""

from datetime import timedelta
from itertools import count

import pytest

from services import arms, experiments, guards, outcomes
from services.experiments import ExperimentRefused
from services.roles import NotPermitted
from tests.services.trial_town import ADA, MAX, NOON, VERA, customers, load, settle_signed

END = NOON + timedelta(days=10)


@pytest.fixture
def town(tmp_path, monkeypatch):
    """Start an A/B of half the customers for ten days; give installation, versions and the experiment."""
    numbers = count(1)
    monkeypatch.setattr(experiments.secrets, "token_hex", lambda _: f"e{next(numbers)}")
    installation, named = settle_signed(tmp_path)
    row = experiments.start(installation, MAX, "ab", named["near"], days=10, least_difference=0.1)
    return installation, named, row


def in_arm(row, frame):
    return frame["key"].map(lambda key: arms.place(row.id, key) < row.share)


def left(row, champion, challenger):
    """Let so many customers of each arm leave who were still there; give the table."""
    frame = customers()
    stayed = frame["left"] == "No"
    for tried, many in ((False, champion), (True, challenger)):
        leavers = frame[stayed & (in_arm(row, frame) == tried)].index[:many]
        frame.loc[leavers, "left"] = "Yes"
    return frame


def at(town, moment, frame):
    town[0].store.clock = lambda: moment
    return load(town[0], frame)


def arm_sizes(row):
    frame = customers()
    tried = in_arm(row, frame[frame["left"] == "No"])
    return int((~tried).sum()), int(tried.sum())


def test_before_its_time_only_customers_are_counted(town):
    installation, _, row = town
    assert "0 of planned" in outcomes.result(installation, ADA, row.id).words
    at(town, END - timedelta(days=1), left(row, 60, 10))
    found = outcomes.result(installation, ADA, row.id)
    assert (found.champion.known, found.challenger.known) == arm_sizes(row)
    assert (found.champion.left, found.challenger.left, found.comparison) == (None, None, None)
    assert found.words.startswith("Not yet: ")
    assert guards.watch(installation) == []


def test_time_alone_brings_no_result(town):
    at(town, END - timedelta(days=1), left(town[2], 60, 10))
    town[0].store.clock = lambda: END
    assert outcomes.result(town[0], ADA, town[2].id).comparison is None


def test_at_the_fixed_time_the_arms_are_compared(town):
    installation, _, row = town
    sizes = arm_sizes(row)
    at(town, END, left(row, 40, 10))
    found = outcomes.result(installation, ADA, row.id)
    assert (found.champion.left, found.challenger.left) == (40, 10)
    difference = 10 / sizes[1] - 40 / sizes[0]
    assert found.comparison.difference == pytest.approx(difference)
    # 1.96 standard errors of a difference of two shares
    shares = 40 / sizes[0], 10 / sizes[1]
    error = sum(p * (1 - p) / n for p, n in zip(shares, sizes, strict=True)) ** 0.5
    assert found.comparison.low == pytest.approx(difference - 1.959964 * error)
    assert found.comparison.is_significant and "rarely chance" in found.words


def test_those_who_had_left_before_are_no_outcome(town):
    frame = left(town[2], 0, 0)
    frame["price"] = frame["price"] + 1
    at(town, END, frame)
    found = outcomes.result(town[0], ADA, town[2].id)
    assert (found.champion.left, found.challenger.left) == (0, 0)
    assert found.champion.customers + found.challenger.customers == 400
    assert "chance alone explains that" in found.words


def test_later_customers_do_not_change_the_result(town):
    at(town, END, left(town[2], 40, 10))
    first = outcomes.result(town[0], ADA, town[2].id)
    at(town, END + timedelta(days=30), left(town[2], 10, 60))
    assert outcomes.result(town[0], ADA, town[2].id) == first


def test_those_who_are_not_in_the_new_data_are_not_known(town):
    frame = left(town[2], 40, 10)
    gone = in_arm(town[2], frame) & (frame["key"] > "K100")
    at(town, END, frame[~gone])
    found = outcomes.result(town[0], ADA, town[2].id)
    assert found.challenger.known < found.challenger.planned <= found.challenger.customers
    assert "Fewer outcomes are known than planned" in found.words


def test_an_arm_that_is_gone_cannot_be_compared(town):
    frame = left(town[2], 40, 10)
    at(town, END, frame[~in_arm(town[2], frame)])
    found = outcomes.result(town[0], ADA, town[2].id)
    assert found.comparison is None and "nothing can be compared" in found.words


def test_the_watch_ends_it_with_its_result(town):
    installation, _, row = town
    at(town, END, left(row, 40, 10))
    [ended] = guards.watch(installation)
    assert (ended.how, ended.ended_by) == ("finished", "system")
    assert ended.outcome == outcomes.result(installation, ADA, row.id).words


def test_a_promotion_after_its_time_does_not_cost_the_result(town):
    installation, named, row = town
    installation.store.clock = lambda: END
    installation.store.promote(named["near"], actor=MAX.id, began="sign-off", reason="")
    assert guards.watch(installation) == []
    at(town, END + timedelta(days=1), left(row, 40, 10))
    assert guards.watch(installation)[0].how == "finished"


def test_one_whose_time_is_over_is_in_nobodys_way(town):
    town[0].store.clock = lambda: END
    assert experiments.start(town[0], MAX, "canary", town[1]["near"]).kind == "canary"


def test_one_that_ended_early_is_never_compared(town):
    experiments.stop(town[0], MAX, town[2].id, "Enough seen.")
    at(town, END, left(town[2], 40, 10))
    with pytest.raises(ExperimentRefused, match="ended before its time"):
        outcomes.result(town[0], ADA, town[2].id)


def test_only_an_ab_has_outcomes_and_only_for_who_may(town):
    shadow = experiments.start(town[0], MAX, "shadow", town[1]["higher"])
    with pytest.raises(ExperimentRefused, match="only an A/B"):
        outcomes.result(town[0], ADA, shadow.id)
    with pytest.raises(NotPermitted):
        outcomes.result(town[0], VERA, town[2].id)


def test_the_size_is_known_before_it_starts(tmp_path):
    installation, named = settle_signed(tmp_path)
    plan = experiments.planned(installation, MAX, least_difference=0.1)
    row = experiments.start(installation, MAX, "ab", named["near"], least_difference=0.1)
    assert plan == row.plan
    with pytest.raises(ExperimentRefused, match="400 are affected"):
        experiments.planned(installation, MAX, least_difference=0.01)
    with pytest.raises(NotPermitted):
        experiments.planned(installation, ADA)
