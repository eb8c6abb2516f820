"""Fairness by group, against tables small enough to count on fingers."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from config.dataset import parse_spec
from models.fairness import MEASURES, audit
from models.groups import groups_of, protected_groups

SPEC = """
name: people
title: People
id: key
outcome: {column: left, positive: "Yes"}
protected: [gender, senior]
features: [{column: tenure, label: Tenure, kind: numeric}]
"""
CELLS = {  # per group: leavers on the list and not, stayers on the list and not
    "women": (30, 10, 10, 50),
    "men": (20, 20, 20, 40),
}


def people(cells=None, **other):
    """Make rows with so many people in each cell; on the list means a score of 0.9, else 0.1."""
    rows = [
        (group, left, score)
        for group, counts in (cells or CELLS).items()
        for (left, score), n in zip([(1, 0.9), (1, 0.1), (0, 0.9), (0, 0.1)], counts, strict=True)
        for _ in range(n)
    ]
    gender, left, score = zip(*rows, strict=True)
    frame = pd.DataFrame({"gender": pd.Series(gender, dtype=object), **other})
    return frame, np.array(left, dtype=bool), np.array(score)


@pytest.fixture
def spec():
    return parse_spec(SPEC.replace(", senior", ""))


@pytest.fixture
def audited(spec):
    frame, left, score = people()
    return audit(frame, spec, left, score, 0.5)


def test_the_differences_are_those_counted_by_hand(audited):
    [gender] = audited["attributes"]
    # on the list: 40 and 40 of 100; leavers found: 30 and 20 of 40; stayers on it: 10 and 20 of 60
    assert gender["statistical_parity_difference"]["value"] == pytest.approx(0.0)
    assert gender["equal_opportunity_difference"]["value"] == pytest.approx(0.25)
    assert gender["average_odds_difference"]["value"] == pytest.approx((0.25 + 1 / 6) / 2)
    assert gender["equal_opportunity_difference"]["highest"] == "women"
    assert gender["calibration_difference"]["value"] == pytest.approx(0.0)


def test_the_differences_are_fairlearns(audited):
    from fairlearn.metrics import equal_opportunity_difference, equalized_odds_difference

    frame, left, score = people()
    asked = {"y_true": left, "y_pred": score >= 0.5, "sensitive_features": frame["gender"]}
    worst = audited["worst"]
    assert worst["equal_opportunity_difference"]["value"] == pytest.approx(
        equal_opportunity_difference(**asked)
    )
    odds = equalized_odds_difference(**asked, agg="mean")
    assert worst["average_odds_difference"]["value"] == pytest.approx(odds)


def test_a_range_of_a_share_is_about_as_wide_as_the_binomial_says(audited):
    [women] = [g for g in audited["attributes"][0]["groups"] if g["name"] == "women"]
    found = women["true_positive_rate"]
    half = 1.96 * np.sqrt(0.75 * 0.25 / 40)
    assert found["n"] == 40
    assert found["low"] == pytest.approx(0.75 - half, abs=0.05)
    assert found["high"] == pytest.approx(0.75 + half, abs=0.05)


def test_a_group_under_thirty_is_too_few_and_takes_no_part(spec):
    frame, left, score = people({**CELLS, "others": (0, 29, 0, 0)})
    [gender] = audit(frame, spec, left, score, 0.5)["attributes"]
    [others] = [g for g in gender["groups"] if g["name"] == "others"]
    assert others["state"] == "too few" and others["n"] == 29
    assert others["selection_rate"]["value"] is None
    assert gender["too_few"] == ["others"]
    assert gender["equal_opportunity_difference"]["value"] == pytest.approx(0.25)


def test_thirty_people_with_few_leavers_have_no_share_of_leavers_found(spec):
    frame, left, score = people({**CELLS, "others": (29, 0, 0, 40)})
    [gender] = audit(frame, spec, left, score, 0.5)["attributes"]
    [others] = [g for g in gender["groups"] if g["name"] == "others"]
    assert others["selection_rate"]["value"] == pytest.approx(29 / 69)
    assert others["true_positive_rate"]["state"] == "too few"


def test_a_column_of_one_value_is_told_and_not_measured(spec):
    frame, left, score = people({"women": (30, 30, 30, 30)})
    found = audit(frame, spec, left, score, 0.5)
    assert found["attributes"][0]["state"] == "one group only"
    assert found["beyond_chance"] == dict.fromkeys(MEASURES)


def test_groups_dealt_at_random_stay_within_chance_and_planted_ones_do_not(spec):
    random = np.random.default_rng(1)
    n = 2000
    score, gender = random.random(n), random.choice(["women", "men"], n)
    left = random.random(n) < score
    frame = pd.DataFrame({"gender": gender.astype(object)})
    fair = audit(frame, spec, left, score, 0.7)["beyond_chance"]
    assert max(fair.values()) < 0.03
    unfair = audit(frame, spec, left, np.where(gender == "men", score * 0.5, score), 0.4)["beyond_chance"]
    assert min(unfair[m] for m in MEASURES) > 0.05


def test_pairs_are_audited_and_missing_is_a_group():
    frame, left, score = people(senior=["0"] * 100 + ["1"] * 60 + [None] * 40)
    spec = parse_spec(SPEC)
    names = [groups.names for groups in protected_groups(frame, spec)]
    assert names[1] == ("Senior: no", "Senior: yes", "not known")
    assert names[2] == ("men, Senior: yes", "men, not known", "women, Senior: no")
    found = audit(frame, spec, left, score, 0.5)
    assert [one["columns"] for one in found["attributes"]] == [["gender"], ["senior"], ["gender", "senior"]]


def test_an_age_is_cut_into_bands(spec):
    ages = pd.DataFrame({"gender": [str(age) for age in range(20, 100)] + [None]})
    groups = groups_of(ages, spec, "gender")
    assert len(groups.names) == 5 and groups.names[-1] == "not known"
    assert np.bincount(groups.codes)[:4].tolist() == pytest.approx([20] * 4, abs=1)


def test_the_section_is_plain_json_and_the_same_again(spec, audited):
    frame, left, score = people()
    again = audit(frame, spec, left, score, 0.5)
    assert json.dumps(again, allow_nan=False) == json.dumps(audited, allow_nan=False)


def test_no_protected_column_is_said(spec):
    frame, left, score = people()
    found = audit(frame, spec.model_copy(update={"protected": ()}), left, score, 0.5)
    assert found["state"] == "no protected column" and "no protected column" in found["words"]


def test_what_does_not_fit_is_refused_with_the_remedy(spec):
    frame, left, score = people()
    with pytest.raises(ValueError, match="one of each"):
        audit(frame, spec, left[1:], score, 0.5)
    with pytest.raises(ValueError, match="take them out of 'protected'"):
        audit(frame.drop(columns="gender"), spec, left, score, 0.5)
    with pytest.raises(ValueError, match="score every row"):
        audit(frame, spec, left, score * np.nan, 0.5)
