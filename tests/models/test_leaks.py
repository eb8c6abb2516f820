"""The leak rule, on tables made so that each column's guilt is known; and on two real ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.leaks import Why, column_aucs, find_leaks, suspects

ROWS = 2_000


@pytest.fixture
def left():
    return np.random.default_rng(0).random(ROWS) < 0.25


@pytest.fixture
def random():
    return np.random.default_rng(1)


def kinds(frame: pd.DataFrame) -> dict[str, str]:
    return {name: "numeric" if frame[name].dtype.kind == "f" else "categorical" for name in frame}


def why(frame: pd.DataFrame, outcome) -> dict[str, Why]:
    return {found.column: found.why for found in find_leaks(frame, outcome, kinds(frame))}


def noisy(outcome, random, size: float) -> np.ndarray:
    """Make a number that knows the outcome, hidden in noise of the size given."""
    return outcome + random.normal(scale=size, size=len(outcome))


def test_a_column_filled_for_leavers_only_is_named(left, random):
    reason = np.where(left, random.choice(["price", "moved"], ROWS), None)
    frame = pd.DataFrame({"reason": reason, "fee": np.where(left, random.normal(size=ROWS), np.nan)})
    assert why(frame, left) == {"reason": Why.ONE_OUTCOME, "fee": Why.ONE_OUTCOME}
    assert f"({left.sum():,} of {left.sum():,})" in suspects(frame, left, kinds(frame))["reason"]


def test_a_column_filled_for_stayers_only_is_named(left):
    frame = pd.DataFrame({"renewed": np.where(left, None, "2026-04")})
    assert "only for customers who stayed" in suspects(frame, left, kinds(frame))["renewed"]


def test_a_column_filled_for_some_leavers_is_named_but_not_by_chance(left):
    some = np.full(ROWS, None, dtype=object)
    some[np.flatnonzero(left)[:30]] = "complaint"
    few = np.full(ROWS, None, dtype=object)
    few[np.flatnonzero(~left)[:30]] = "visit"  # 30 stayers in a row: 0.75 to the 30th is no proof
    assert why(pd.DataFrame({"some": some, "few": few}), left) == {"some": Why.ONE_OUTCOME}


def test_the_outcome_in_other_words_is_named(left, random):
    status = np.where(left, "Churned", np.where(random.random(ROWS) < 0.5, "Joined", "Stayed"))
    frame = pd.DataFrame({"status": status, "value": left.astype(float)})
    assert why(frame, left) == {"status": Why.RECODED, "value": Why.RECODED}
    reasons = suspects(frame, left, kinds(frame))
    assert "'Churned' is written for exactly those who left" in reasons["status"]
    assert "'1' is written" in reasons["value"]


def test_a_level_for_each_row_is_not_the_outcome_recoded():
    frame = pd.DataFrame({"name": [f"customer {i}" for i in range(18)]})
    assert why(frame, np.arange(18) % 3 == 0) == {}


def test_ids_and_texts_that_differ_for_everyone_are_no_leak(left):
    frame = pd.DataFrame({"name": [f"customer {i}" for i in range(ROWS)]})
    assert why(frame, left) == {}
    assert column_aucs(frame, left, kinds(frame))["name"] == 0.5


def test_a_near_certain_column_is_named_although_another_is_nearly_as_good(left, random):
    frame = pd.DataFrame({"a": noisy(left, random, 0.3), "b": noisy(left, random, 0.4)})
    aucs = column_aucs(frame, left, kinds(frame))
    assert aucs["a"] > 0.98 > aucs["b"] > 0.93
    assert why(frame, left)["a"] is Why.CERTAIN


def test_a_column_far_above_the_next_is_named(left, random):
    frame = pd.DataFrame({"score": noisy(left, random, 0.5), "tenure": noisy(left, random, 1.2)})
    found = find_leaks(frame, left, kinds(frame))
    assert [(f.column, f.why) for f in found] == [("score", Why.SUSPICIOUS)]
    assert "'tenure'" in found[0].reason
    assert found[0].auc == pytest.approx(0.92, abs=0.02)


def test_good_columns_close_together_are_not_named(left, random):
    near = {"a": noisy(left, random, 0.5), "b": noisy(left, random, 0.52), "c": noisy(left, random, 0.62)}
    frame = pd.DataFrame({**near, "d": noisy(left, random, 0.72)})
    assert column_aucs(frame, left, kinds(frame))["a"] > 0.9
    assert why(frame, left) == {}


def test_two_leaks_do_not_vouch_for_each_other(left, random):
    frame = pd.DataFrame(
        {"x": noisy(left, random, 0.5), "y": noisy(left, random, 0.5), "z": noisy(left, random, 2)}
    )
    assert set(why(frame, left)) == {"x", "y"}


def test_a_column_that_tells_nothing_has_an_auc_of_a_half(left, random):
    frame = pd.DataFrame(
        {"number": random.normal(size=ROWS), "level": random.choice(list("abcdef"), ROWS), "constant": "x"}
    )
    frame["empty"] = np.nan
    aucs = column_aucs(frame, left, kinds(frame))
    assert aucs == pytest.approx(dict.fromkeys(frame, 0.5), abs=0.04)


def test_a_number_is_found_out_whichever_way_it_points(left, random):
    middle = np.where(left, random.normal(scale=0.1, size=ROWS), random.choice([-1.0, 1.0], ROWS))
    frame = pd.DataFrame({"less": -noisy(left, random, 0.3), "between": middle + random.normal(0, 0.1, ROWS)})
    aucs = column_aucs(frame, left, kinds(frame))
    assert aucs["less"] > 0.98
    assert aucs["between"] > 0.95  # no rank shows it: leavers lie in the middle


def test_a_number_of_a_small_table_is_measured_by_its_rank(random):
    left = np.arange(60) % 3 == 0
    sharp = noisy(left, random, 0.05)
    frame = pd.DataFrame({"less": -sharp, "more": sharp})  # four bins would blur both
    assert column_aucs(frame, left, kinds(frame)) == {"less": 1.0, "more": 1.0}


def test_what_is_missing_may_give_the_outcome_away(left, random):
    number = random.normal(size=ROWS)
    frame = pd.DataFrame({"survey": np.where(left & (random.random(ROWS) < 0.99), np.nan, number)})
    assert why(frame, left) == {"survey": Why.CERTAIN}


def test_exact_multiples_are_named_through_rounding_and_the_first_stays(left, random):
    minutes = np.round(random.uniform(0, 350, ROWS), 1)
    frame = pd.DataFrame({"minutes": minutes, "charge": np.round(minutes * 0.17, 2), "hours": minutes / 60})
    found = {f.column: f for f in find_leaks(frame, left, kinds(frame))}
    assert set(found) == {"charge", "hours"}
    assert found["charge"].why is Why.MULTIPLE
    assert found["charge"].other == "minutes"
    assert "(0.17 times, up to rounding)" in found["charge"].reason


def test_a_multiple_is_found_where_it_comes_first_or_is_negative_or_has_gaps(left, random):
    base = np.round(random.normal(50, 20, ROWS), 3)
    coarse = np.round(base * -0.5, 1)
    coarse[::7] = np.nan
    frame = pd.DataFrame({"coarse": coarse, "base": base})
    assert why(frame, left) == {"coarse": Why.MULTIPLE}  # the base says more, so it stays


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda values: values * 2 + 1, id="shifted"),
        pytest.param(
            lambda values: np.where(np.arange(ROWS) == 5, values * 3, values * 2), id="one exception"
        ),
        pytest.param(lambda values: np.where(values > 5, 1.0, 0.0), id="a flag"),
    ],
)
def test_what_is_no_multiple_is_not_named(left, random, change):
    calls = random.integers(1, 10, ROWS).astype(float)
    assert why(pd.DataFrame({"calls": calls, "other": change(calls)}), left) == {}


def test_two_columns_of_one_value_each_are_no_multiples(left):
    assert why(pd.DataFrame({"count": np.full(ROWS, 1.0), "fee": np.full(ROWS, 5.0)}), left) == {}


def test_small_whole_numbers_are_not_excused_by_rounding(left, random):
    calls = random.integers(1, 4, ROWS).astype(float)
    frame = pd.DataFrame({"calls": calls, "other": np.where(calls == 3, 2.0, calls)})  # half of 3 rounds to 2
    assert why(frame, left) == {}


def test_columns_without_a_kind_are_passed_over(left):
    frame = pd.DataFrame({"status": np.where(left, "Churned", "Stayed")})
    assert suspects(frame, left, {}) == {}


def test_one_leaver_is_too_few_to_measure_by(random):
    frame = pd.DataFrame({"x": random.normal(size=50)})
    assert column_aucs(frame, np.arange(50) == 0, kinds(frame)) == {}


def test_large_tables_are_measured_on_a_sample_and_alike_each_time(random):
    outcome = random.random(60_000) < 0.2
    frame = pd.DataFrame({"x": noisy(outcome, random, 1.0)})
    first = column_aucs(frame, outcome, kinds(frame))
    assert first == column_aucs(frame, outcome, kinds(frame))
    assert first["x"] == pytest.approx(0.76, abs=0.015)


def test_the_charges_of_churn2020_repeat_its_minutes(shared_data):
    frame = pd.read_csv(shared_data / "churn2020" / "mlc_churn.csv")
    numbers = frame.drop(columns=["rownames", "churn"]).apply(
        lambda column: column.astype(float) if column.dtype.kind in "if" else column
    )
    found = find_leaks(numbers, (frame["churn"] == "yes").to_numpy(), kinds(numbers))
    assert {f.column: f.other for f in found} == {
        f"total_{part}_charge": f"total_{part}_minutes" for part in ("day", "eve", "night", "intl")
    }


def test_the_known_leaks_of_the_rich_telco_table_are_named(shared_data):
    frame = pd.read_excel(shared_data / "telco-rich" / "Telco_customer_churn.xlsx")
    outcome = (frame.pop("Churn Value") == 1).to_numpy()
    frame["Total Charges"] = pd.to_numeric(frame["Total Charges"], errors="coerce")
    frame = frame.apply(lambda column: column.astype(float) if column.dtype.kind in "if" else column)
    assert why(frame, outcome) == {
        "Churn Label": Why.RECODED,
        "Churn Score": Why.SUSPICIOUS,
        "Churn Reason": Why.ONE_OUTCOME,
    }
