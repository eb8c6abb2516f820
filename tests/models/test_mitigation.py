"""Mitigations on a made-up town where one group is at a disadvantage, and their arithmetic."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.dataset import DatasetSpec, shipped_specs
from models import cross_validation
from models.candidates import LOGISTIC, ebm, parameters
from models.evaluation import auc
from models.holdout import set_aside
from models.mitigation.asked import AIMS, STATED, MitigationError, asked
from models.mitigation.comparison import Scored, quality_changes
from models.mitigation.lines import lines_by_group, margin
from models.mitigation.reweighing import reweighing
from models.mitigation.telling import strength, telling_columns
from models.mitigation.trying import mitigate
from models.report import build_report, report_json

SHARE = 0.2


@pytest.fixture(autouse=True, scope="module")
def few_fits():
    """Fit as little as shows the rule: these tests are not about quality."""
    few = pytest.MonkeyPatch()
    few.setattr(cross_validation, "FOLDS", 3)
    few.setattr(cross_validation, "BAGS", 2)
    few.setattr(cross_validation, "parameters", lambda rows: {**parameters(rows), "max_rounds": 100})
    yield
    few.undo()


def spec(*more: str, protected: tuple[str, ...] = ("area",)) -> DatasetSpec:
    features = [
        {"column": "calls", "label": "Calls", "kind": "numeric"},
        {"column": "street", "label": "Street", "kind": "categorical"},
        *({"column": column, "label": column.capitalize(), "kind": "categorical"} for column in more),
    ]
    return DatasetSpec.model_validate(
        {
            "name": "biased",
            "title": "A biased town",
            "id": "id",
            "outcome": {"column": "gone", "positive": "Yes"},
            "revenue": "price",
            "currency": "EUR",
            "protected": protected,
            "features": features,
        }
    )


def town(rows: int = 1500, seed: int = 0) -> pd.DataFrame:
    """Make people who leave more often in the north, where nine in ten live in a long street."""
    random = np.random.default_rng(seed)
    north = random.random(rows) < 0.5
    long = random.random(rows) < np.where(north, 0.9, 0.1)
    calls = random.normal(size=rows)
    gone = random.random(rows) < 1 / (1 + np.exp(-(-1.5 + 1.2 * calls + 1.5 * north)))
    return pd.DataFrame(
        {
            "id": np.arange(rows).astype(str),
            "area": np.where(north, "north", "south"),
            "street": np.where(long, "long", "short"),
            "calls": calls,
            "price": random.uniform(10, 90, rows).round(2),
            "gone": np.where(gone, "Yes", "No"),
        }
    )


def tried(kind: str, aim: str | None = None, *, candidate=LOGISTIC, frame=None, of=None, proxies=0, seed=0):
    return mitigate(
        town() if frame is None else frame,
        of or spec(),
        candidate,
        asked(kind, "area", aim, proxies),
        seed=seed,
        at_risk_share=SHARE,
    )


# --- each of them, on the town -----------------------------------------------------------------------


WAYS = [
    ("leave-out", "parity", LOGISTIC),
    ("reweight", "parity", LOGISTIC),
    ("reweight", "parity", ebm(0)),
    ("constrain", "parity", LOGISTIC),
    ("constrain", "odds", LOGISTIC),
    ("lines", "parity", LOGISTIC),
    ("lines", "opportunity", LOGISTIC),
]


@pytest.mark.parametrize(("kind", "aim", "candidate"), WAYS)
def test_each_way_lowers_the_difference_it_states_and_shows_what_that_costs(kind, aim, candidate):
    of, proxies = (spec("area"), 1) if kind == "leave-out" else (spec(), 0)
    made = tried(kind, aim, candidate=candidate, of=of, proxies=proxies)
    section = made.report_parts["mitigation"]
    assert section["measure"] == STATED[aim]
    stated = section["fairness"][section["measure"]]
    assert stated["before"]["value"] > 0.1
    assert stated["change"] < -0.03
    assert stated["change"] == pytest.approx(stated["after"]["value"] - stated["before"]["value"])
    for name, changed in section["quality"].items():
        apart = changed["after"]["value"] - changed["before"]["value"]
        assert changed["change"]["value"] == pytest.approx(apart), name
        assert changed["change"]["low"] <= apart <= changed["change"]["high"], name
    assert "ROC AUC" in section["cost"] and "The difference went from" in section["effect"]


def test_every_way_there_is_was_tried_above():
    assert {kind for kind, *_ in WAYS} == set(AIMS)
    assert {(kind, aim) for kind, aim, _ in WAYS} == {(kind, aim) for kind in AIMS for aim in AIMS[kind]}


@pytest.fixture(scope="module")
def reweighed(few_fits):
    return tried("reweight")


def test_the_report_is_whole_and_of_plain_values(reweighed):
    report = build_report(reweighed.report_parts, data={}, environment={})
    assert [name for name, section in report.items() if section is None] == []
    json.loads(report_json(report))
    assert report["quality"]["roc_auc"] == report["mitigation"]["quality"]["roc_auc"]["after"]
    assert [row["chosen"] for row in report["candidates"]] == [False, True]


def test_the_cost_is_that_counted_by_hand_on_those_set_aside(reweighed):
    frame = town()
    left = (frame["gone"] == "Yes").to_numpy()
    learn, hold = set_aside(left, 0)
    plain = cross_validation.compiled(
        cross_validation.training_table(frame.iloc[learn], spec()), frame.iloc[learn], spec(), LOGISTIC, 0, 1
    )[0].probability(frame.iloc[hold])
    quality = reweighed.report_parts["mitigation"]["quality"]
    assert quality["roc_auc"]["before"]["value"] == pytest.approx(auc(left[hold], plain))
    first = np.argsort(-plain, kind="stable")[:60]  # a fifth of 300
    assert reweighed.report_parts["mitigation"]["called"] == 60
    assert quality["leavers_reached"]["before"]["value"] == left[hold][first].sum()
    paid = frame["price"].to_numpy()[hold][first][left[hold][first]].sum()
    assert quality["revenue_kept"]["before"]["value"] == pytest.approx(paid)


def test_the_same_seed_gives_the_same_version_and_report(reweighed):
    again, other = tried("reweight"), tried("reweight", seed=1)
    assert again.scorecard.version == reweighed.scorecard.version != other.scorecard.version
    assert again.report_parts["mitigation"] == reweighed.report_parts["mitigation"]


def test_lines_keep_the_scorecard_and_the_ranking_and_are_told_with_a_caution(reweighed):
    lines = tried("lines", "parity")
    section = lines.report_parts["mitigation"]
    frame = town()
    plain = cross_validation.compiled(
        cross_validation.training_table(frame, spec()), frame, spec(), LOGISTIC, 0, 1
    )[0]
    assert lines.scorecard.version == plain.version
    assert section["quality"]["roc_auc"]["change"]["value"] == 0.0
    assert "counsel" in section["caution"]
    north, south = section["lines"]
    assert (north["group"], south["group"]) == ("north", "south")
    assert north["line"] > south["line"]
    assert reweighed.report_parts["mitigation"]["caution"] is None


def test_a_constraint_is_one_scorecard_on_the_scale_of_what_happened():
    made = tried("constrain", "parity")
    frame = town()
    typed = frame[["calls", "street"]].assign(street=frame["street"].astype("category"))
    chance = made.scorecard.probability(frame)
    assert chance == pytest.approx(made.estimator.predict_proba(typed)[:, 1], abs=1e-9)
    assert chance.mean() == pytest.approx((frame["gone"] == "Yes").mean(), abs=0.01)


def test_columns_that_tell_of_the_protected_one_go_with_it():
    made = tried("leave-out", of=spec("area"), proxies=1)
    assert set(made.scorecard.columns) == {"calls"}
    area, street = made.report_parts["mitigation"]["left_out"]
    assert (area["column"], area["strength"]) == ("area", None)
    assert street["column"] == "street" and street["strength"] > 0.7


# --- what cannot be tried ----------------------------------------------------------------------------


def few_of(group: str, people: int) -> pd.DataFrame:
    frame = town()
    return pd.concat([frame[frame["area"] != group], frame[frame["area"] == group].head(people)])


def telling() -> pd.DataFrame:
    """Make people whose calls tell of the area, too."""
    frame = town()
    return frame.assign(calls=frame["calls"] + 9 * (frame["area"] == "north"))


@pytest.mark.parametrize(
    ("ask", "remedy"),
    [
        pytest.param(lambda: asked("wish", "area"), "take one of leave-out", id="no such way"),
        pytest.param(lambda: asked("reweight", "area", "odds"), "take parity", id="no such aim"),
        pytest.param(lambda: asked("reweight", "area", proxies=2), "with leave-out", id="proxies"),
        pytest.param(lambda: asked("leave-out", "area", proxies=-1), "from 0 on", id="below none"),
        pytest.param(lambda: tried("reweight", of=spec(protected=())), "name it under", id="not protected"),
        pytest.param(
            lambda: tried("reweight", frame=town().drop(columns="area")), "no protected column", id="absent"
        ),
        pytest.param(
            lambda: tried("reweight", frame=town().assign(area="south")), "Everybody has the same", id="one"
        ),
        pytest.param(
            lambda: tried("reweight", frame=few_of("north", 29)), "two groups with 30 people", id="29 people"
        ),
        pytest.param(
            lambda: tried("lines", frame=few_of("north", 40)), "two groups with 30 leavers", id="few leavers"
        ),
        pytest.param(lambda: tried("leave-out"), "the strongest is Street", id="no feature"),
        pytest.param(
            lambda: tried("leave-out", of=spec("area"), proxies=9, frame=telling()), "out fewer", id="all"
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_tried_is_refused_with_the_remedy(ask, remedy):
    with pytest.raises(MitigationError, match=remedy):
        ask()


def test_too_many_groups_for_a_constraint_are_refused_with_the_remedy():
    frame = town()
    frame["area"] = np.arange(len(frame)) % 8
    with pytest.raises(MitigationError, match="fewer groups"):
        tried("constrain", "odds", frame=frame.astype({"area": str}))


def test_a_group_under_thirty_is_left_as_it_is_and_named():
    frame = town()
    frame.loc[:24, "area"] = "island"
    section = tried("reweight", frame=frame).report_parts["mitigation"]
    assert section["left_as_they_are"] == ["island"]
    assert {one["weight"] for one in section["weights"] if one["group"] == "island"} == {1.0}
    lines = tried("lines", "parity", frame=frame).report_parts["mitigation"]["lines"]
    assert [one["own"] for one in lines] == [False, True, True]


# --- arithmetic --------------------------------------------------------------------------------------


def test_weights_are_those_worked_out_by_hand():
    codes = np.repeat([0, 1], [6, 4])
    left = np.array([1, 1, 1, 0, 0, 0, 1, 0, 0, 0], dtype=bool)
    weights = reweighing(codes, left, np.full(10, True))
    # of ten people six are in the first group and four left: 0.6 x 0.4 / 0.3 for its leavers, and so on
    assert weights[0] == pytest.approx(0.6 * 0.4 / 0.3)
    assert weights[3] == pytest.approx(0.6 * 0.6 / 0.3)
    assert weights[6] == pytest.approx(0.4 * 0.4 / 0.1)
    assert weights[7] == pytest.approx(0.4 * 0.6 / 0.3)


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=60))
def test_weighed_rows_are_independent_of_the_group_and_as_many_as_before(rows):
    codes, left = (np.array(column) for column in zip(*rows, strict=True))
    weights = reweighing(codes, left, np.full(len(codes), True))
    assert (weights > 0).all()
    whole = {(g, y) for g in set(codes) for y in (False, True)} <= set(zip(codes, left, strict=True))
    if whole:
        assert weights.sum() == pytest.approx(len(codes))
        for group in set(codes):
            share = weights[(codes == group) & left].sum() / weights[codes == group].sum()
            assert share == pytest.approx(left.mean())


@given(st.integers(0, 2**32 - 1), st.sampled_from(["parity", "opportunity"]))
def test_lines_list_as_many_of_each_group_and_no_more_than_there_is_room_for(seed, aim):
    random = np.random.default_rng(seed)
    codes = random.integers(0, 2, 400)
    chance = random.random(400) * np.where(codes == 0, 1.0, 0.6)
    left = random.random(400) < chance
    everybody = np.full(400, True)
    lines = lines_by_group(chance, left, everybody, codes, np.full(2, True), share=0.2, aim=aim)
    on_list = chance >= lines[codes]
    looked_at = everybody if aim == "parity" else left
    rates = [on_list[looked_at & (codes == group)].mean() for group in (0, 1)]
    least = min((looked_at & (codes == group)).sum() for group in (0, 1))
    assert abs(rates[0] - rates[1]) <= 1 / least + 1e-9
    assert on_list.mean() <= 0.2 + 2 / least


def test_margin_is_nought_on_the_line_and_keeps_the_order_within_a_group():
    chance = np.array([0.1, 0.4, 0.9, 1.0])
    assert margin(chance, chance).tolist() == [0.0] * 4
    assert (np.diff(margin(chance, 0.3)) > 0).all()


def test_a_change_of_nothing_is_nought_with_no_range():
    left = np.tile([True, False, False], 40)
    chance = np.linspace(0.1, 0.9, 120)
    one = Scored(chance, chance, 0.5)
    for changed in quality_changes(left, one, one, share=0.1).values():
        assert changed["change"] == {"value": 0.0, "low": 0.0, "high": 0.0}


def test_strength_is_one_for_the_same_and_nought_for_what_chance_brings():
    random = np.random.default_rng(0)
    codes = random.integers(0, 3, 600)
    assert strength(codes, codes) == pytest.approx(1.0)
    assert strength(codes, (codes + 1) % 3) == pytest.approx(1.0)
    assert strength(codes, random.integers(0, 3, 600)) < 0.1
    assert strength(codes, np.zeros(600, dtype=int)) == 0.0


def test_columns_that_tell_next_to_nothing_are_not_named():
    frame = town()
    codes = (frame["area"] == "north").to_numpy(np.intp)
    assert [column for column, _ in telling_columns(frame, spec(), "area", codes)] == ["street"]


# --- telco -------------------------------------------------------------------------------------------


def test_on_telco_lines_bring_the_difference_down_to_what_chance_brings(shared_data):
    described = shipped_specs()["telco"]
    frame = pd.read_csv(shared_data / "telco" / "WA_Fn-UseC_-Telco-Customer-Churn.csv", dtype=str)
    frame = frame.apply(lambda column: column.str.strip().replace("", None))
    for column in described.numeric_columns:
        frame[column] = pd.to_numeric(frame[column])
    made = mitigate(frame, described, LOGISTIC, asked("lines", "SeniorCitizen"))
    stated = made.report_parts["mitigation"]["fairness"]["equal_opportunity_difference"]
    assert stated["before"]["excess"] > 0.03
    assert stated["after"]["excess"] == 0
    with pytest.raises(MitigationError, match="no other column tells of it"):
        mitigate(frame, described, LOGISTIC, asked("leave-out", "gender", proxies=3))
