"""The door: what is accepted, what goes to quarantine, and when nothing is loaded (RELIABILITY S28, S29)."""

import json

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from config.dataset import DatasetSpec
from data.checks import LoadRefused, check_rows
from data.files import Limits, read_table

CUSTOMER = {
    "name": "little",
    "title": "Little",
    "id": "id",
    "outcome": {"column": "churn", "positive": "Yes"},
    "tenure": "tenure",
    "protected": ["senior"],
    "features": [
        {"column": "tenure", "label": "Tenure", "kind": "numeric", "minimum": 0, "maximum": 72},
        {"column": "plan", "label": "Plan", "kind": "categorical", "levels": ["basic", "full"]},
    ],
}
MONTHLY = CUSTOMER | {"grain": "customer-month", "period": "month"}


def spec(plain=CUSTOMER, **changes):
    return DatasetSpec.model_validate(plain | changes)


def customers(rows=40, **columns):
    """Make a table of text: ids c0, c1 ..., every second one left; a given column replaces the first."""
    frame = pd.DataFrame(
        {
            "id": [f"c{n}" for n in range(rows)],
            "churn": ["Yes", "No"] * (rows // 2),
            "tenure": [str(n % 70) for n in range(rows)],
            "plan": ["basic", "full"] * (rows // 2),
            "senior": ["0", "1"] * (rows // 2),
        },
        dtype="str",
    )
    for column, first in columns.items():
        frame[column] = pd.array(
            [*first, *frame.get(column, pd.Series(["2026-01-01"] * rows))[len(first) :]], "str"
        )
    return frame


def faults(checked):
    return checked.refused[["row", "column", "value", "reason"]].values.tolist()


def test_what_is_accepted_is_canonical():
    table = customers(tenure=[" 7 ", "", "1e1", "+2.50", "-0.0"], senior=["1.0", "", " 0"], plan=["\tbasic "])
    accepted = check_rows(table, spec()).accepted
    assert list(accepted.columns) == ["id", "churn", "tenure", "plan", "senior"]
    assert accepted["tenure"].dtype == np.float64
    assert accepted["tenure"].head(4).tolist()[::2] == [7.0, 10.0]
    assert np.isnan(accepted["tenure"][1])
    assert not np.signbit(accepted["tenure"][4])
    assert accepted["senior"].head(3).tolist()[::2] == ["1", "0"]
    assert accepted["senior"].isna().sum() == 1
    assert accepted["plan"][0] == "basic"
    assert list(accepted.index) == list(range(40))


@pytest.mark.parametrize(
    "text", ["two", "1e400", "-1e400", "inf", "12 months", "0x1A", "1,5", "1_000", "٣", "--1"]
)
def test_a_cell_that_is_no_finite_number_is_refused_with_row_column_and_value(text):
    checked = check_rows(customers(tenure=["1", text]), spec())
    assert [fault[:3] for fault in faults(checked)] == [[3, "tenure", text]]
    assert faults(checked)[0][3].startswith("is not a number")
    assert len(checked.accepted) == 39


def test_a_decimal_comma_is_told_apart():
    assert "write 1234.5" in faults(check_rows(customers(tenure=["1,5"]), spec()))[0][3]


@pytest.mark.parametrize("word", ["NA", "n/a", "NaN", "NULL", "None", "\\N"])
def test_a_word_for_missing_is_missing_in_a_number_and_reported(word):
    checked = check_rows(customers(tenure=[word]), spec())
    assert np.isnan(checked.accepted["tenure"][0])
    assert any("word for missing" in warning for warning in checked.report["warnings"])


def test_a_word_for_missing_is_a_level_like_any_other():
    assert check_rows(customers(plan=["NA"]), spec()).accepted["plan"][0] == "NA"


def test_a_blank_outcome_is_not_known_and_accepted():
    checked = check_rows(customers(churn=["", " ", "NA"]), spec())
    assert checked.accepted["churn"].isna().sum() == 3
    assert checked.report["outcome"] == {"positive": 18, "negative": 19, "unknown": 3}


def test_outcomes_are_one_word_however_they_are_written():
    checked = check_rows(customers(churn=["YES", "no", "yes", " No "]), spec())
    assert set(checked.accepted["churn"]) == {"Yes", "No"}


def test_an_outcome_that_is_neither_is_refused():
    checked = check_rows(customers(churn=["Maybe"]), spec())
    assert faults(checked)[0][:3] == [2, "churn", "Maybe"]
    assert "one of Yes, No, or blank" in faults(checked)[0][3]


def test_an_outcome_without_an_opposite_takes_every_other_value_for_staying():
    table = customers(churn=["Joined", "Stayed"]).replace({"churn": {"Yes": "Churned", "No": "Stayed"}})
    status = spec(outcome={"column": "churn", "positive": "Churned"})
    assert check_rows(table, status).report["outcome"] == {"positive": 19, "negative": 21, "unknown": 0}


def test_a_repeated_key_names_the_row_it_repeats():
    table = customers(
        60, id=["c0", "c0", "", "c5"], churn=["Yes", "Yes"], tenure=["0", "0"], plan=["basic"] * 2
    )
    table.loc[1, "senior"] = table.loc[0, "senior"]
    assert faults(check_rows(table, spec())) == [
        [3, "id", "c0", "is the same as row 2"],
        [4, "id", np.nan, "is empty, but tells customers apart"],
        [7, "id", "c5", "stands already in row 5, with other values"],
    ]


def test_a_key_refused_for_another_fault_does_not_block_its_good_row():
    checked = check_rows(customers(id=["a", "a"], tenure=["x", "3"]), spec())
    assert [fault[0] for fault in faults(checked)] == [2]


def test_a_customer_may_stand_once_a_month():
    table = customers(60, id=["a", "a", "a"], month=["2026-01-31", "2026-02", "2026-01-01"])
    checked = check_rows(table, spec(MONTHLY))
    assert [fault[0] for fault in faults(checked)] == [4]
    assert checked.accepted["month"].head(2).tolist() == ["2026-01-01", "2026-02-01"]


@pytest.mark.parametrize("date", ["03/04/2026", "2026-13-01", "March", "20260301", "2026-02-32"])
def test_a_month_that_can_be_read_two_ways_or_none_is_refused(date):
    checked = check_rows(customers(month=[date]), spec(MONTHLY))
    assert faults(checked)[0][:3] == [2, "month", date]


def test_values_outside_the_range_and_new_levels_are_accepted_with_a_warning():
    checked = check_rows(customers(tenure=["99", "-1"], plan=["gold"]), spec())
    assert (len(checked.accepted), len(checked.refused)) == (40, 0)
    ranges, levels = checked.report["warnings"]
    assert "2 rows lie outside the spec's range 0 to 72 (seen: -1 to 99)" in ranges
    assert "gold" in levels


def test_the_report_is_plain_and_counts_what_happened():
    report = check_rows(customers(tenure=["x", ""]).assign(note="n"), spec()).report
    assert json.loads(json.dumps(report)) == report
    assert (report["rows"], report["accepted"], report["refused"]) == (40, 39, 1)
    assert report["reasons"] == [{"column": "tenure", "reason": "is not a number", "rows": 1}]
    assert report["missing"] == {"tenure": 1}
    assert report["ranges"] == {"tenure": [2.0, 39.0]}
    assert report["ignored"] == ["note"]


def test_a_missing_column_is_named_with_its_near_matches():
    with pytest.raises(LoadRefused, match=r"'tenure' \(did you mean 'Tenures'\?\)"):
        check_rows(customers().rename(columns={"tenure": "Tenures"}), spec())


def test_more_refused_rows_than_allowed_refuse_the_load_with_the_quarantine():
    with pytest.raises(LoadRefused, match="3 of 40 rows are refused, more than 5%") as refused:
        check_rows(customers(tenure=["x", "y", "z"]), spec())
    assert refused.value.refused["row"].tolist() == [2, 3, 4]
    assert refused.value.report["refused"] == 3


def test_as_many_refused_rows_as_allowed_are_a_load():
    assert check_rows(customers(tenure=["x", "y"]), spec()).report["refused"] == 2


def test_a_key_that_is_none_refuses_the_load_with_the_remedy():
    with pytest.raises(
        LoadRefused, match=r"'plan' is no key: 38 of 40 rows repeat one.*grain: customer-month"
    ):
        check_rows(customers(), spec(id="plan", features=CUSTOMER["features"][:1]))


@pytest.mark.parametrize("column", ["id", "month"])
def test_an_empty_key_refuses_the_load(column):
    with pytest.raises(LoadRefused, match=f"Column '{column}' is empty in all 40 rows"):
        check_rows(customers(month=[]).assign(**{column: " "}), spec(MONTHLY))


@pytest.mark.parametrize(
    ("value", "remedy"),
    [("Yes", "Add customers who stayed"), ("No", "Add customers who left"), ("", "Fill in who left")],
)
def test_one_outcome_only_refuses_the_load(value, remedy):
    with pytest.raises(LoadRefused, match=remedy):
        check_rows(customers().assign(churn=value), spec())


def test_rows_refused_by_the_file_count_at_the_door(tmp_path):
    path = tmp_path / "c.csv"
    path.write_text(customers(tenure=["x"]).to_csv(index=False) + "too,few\n")
    checked = check_rows(read_table(path, Limits(10, 64, 100)), spec())
    assert checked.refused["row"].tolist() == [2, 42]
    assert (checked.report["rows"], checked.report["refused"], len(checked.accepted)) == (41, 2, 39)
    assert checked.report["file"]["encoding"] == "UTF-8"


def test_typed_columns_mean_the_same_as_their_text():
    typed = customers().astype({"tenure": "Int64", "senior": "float64"}).assign(churn=[True, False] * 20)
    typed.loc[0, "senior"] = None
    text = customers(senior=[""]).assign(churn=["True", "False"] * 20)
    answer = spec(outcome={"column": "churn", "positive": "true"})
    pd.testing.assert_frame_equal(check_rows(typed, answer).accepted, check_rows(text, answer).accepted)


def test_infinity_in_a_typed_column_is_refused():
    table = customers().astype({"tenure": "float64"})
    table.loc[3, "tenure"] = np.inf
    assert "infinite" in faults(check_rows(table, spec()))[0][3]


def test_real_telco_customers_come_in_whole(shared_data):
    table = read_table(shared_data / "telco/WA_Fn-UseC_-Telco-Customer-Churn.csv", Limits(10, 64, 100))
    telco = spec(
        id="customerID",
        outcome={"column": "Churn", "positive": "Yes"},
        tenure=None,
        protected=["SeniorCitizen"],
        features=[{"column": "TotalCharges", "label": "Total charges", "kind": "numeric"}],
    )
    checked = check_rows(table, telco)
    assert (len(checked.accepted), len(checked.refused)) == (7043, 0)
    assert checked.report["missing"] == {"TotalCharges": 11}
    assert checked.report["outcome"] == {"positive": 1869, "negative": 5174, "unknown": 0}
    assert set(checked.accepted["SeniorCitizen"]) == {"0", "1"}


CELL = st.one_of(
    st.sampled_from(
        ["", " ", "Yes", "no", "1", "1.0", "2.5", "1e400", "inf", "NA", "2026-01", "basic", "-0"]
    ),
    st.text(max_size=5),
    st.none(),
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(*[CELL] * 6), max_size=12), st.sampled_from([CUSTOMER, MONTHLY]))
def test_whatever_the_cells_every_row_is_accepted_or_refused_once(rows, plain):
    table = pd.DataFrame(rows, columns=["id", "churn", "tenure", "plan", "senior", "month"], dtype="str")
    table = pd.concat([table, customers(4, month=[])], ignore_index=True)
    asked = spec(plain)
    try:
        checked = check_rows(table, asked, refused_share=1.0)
    except LoadRefused as fault:
        assert str(fault).isprintable()
        return
    assert len(checked.accepted) + checked.refused["row"].nunique() == len(table)
    assert_canonical(checked.accepted, asked)


def assert_canonical(frame, asked):
    assert list(frame.columns) == list(asked.columns)
    assert not frame.duplicated([c for c in (asked.id, asked.period) if c]).any()
    for column in frame:
        if column in asked.numeric_columns:
            assert frame[column].dtype == np.float64
            assert not np.isinf(frame[column]).any()
        else:
            text = frame[column].dropna()
            assert (text.str.len() > 0).all()
            assert not text.str.fullmatch(r"-?[0-9]+\.0+").any()
    if asked.period:
        assert frame[asked.period].str.fullmatch(r"\d{4}-\d\d-01").all()


def test_a_nul_in_a_typed_table_is_refused_where_it_stands():
    checked = check_rows(customers(plan=["ba\0sic"]), spec())
    assert faults(checked)[0][:3] == [2, "plan", "ba\\x00sic"]
