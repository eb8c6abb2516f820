"""Guessing a spec: what names and values say, what is left out and why, and YAML that reads back."""

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from config import labels
from config.dataset import Kind, Role, SpecError, parse_spec
from data import column_names
from data.checks import check_rows
from data.files import Limits, read_table
from data.inference import InferenceError, infer_spec, plausible_frame, slider

LIMITS = Limits(file_mb=50, cell_kb=64, columns=2000)


def customers(rows=60, **columns):
    """Make a table of text with an id, an outcome and a number; columns are added or replaced."""
    frame = pd.DataFrame(
        {
            "customer_id": [f"c{n}" for n in range(rows)],
            "visits": [str(n % 13) for n in range(rows)],
            "churn": ["Yes" if n % 3 == 0 else "No" for n in range(rows)],
        }
    )
    for name, cells in columns.items():
        frame[name] = [cells(n) for n in range(rows)] if callable(cells) else list(cells)
    return frame.astype("str")


def reasons(spec):
    return {out.column: out.reason for out in spec.left_out}


@pytest.mark.parametrize(
    ("name", "left", "stayed", "positive"),
    [
        ("Churn", "Yes", "No", "Yes"),
        ("churned", "1", "0", "1"),
        ("Exited", "1.0", "0.0", "1"),
        ("is_churn", "True", "False", "True"),
        ("Attrition_Flag", "Attrited Customer", "Existing Customer", "Attrited Customer"),
        ("customer status", "Churned", "Stayed", "Churned"),
        ("left", "y", "n", "y"),
        ("Churn Value", "1", "0", "1"),
        ("situation", "cancelled", "active", "cancelled"),
        ("left_within_3_months", "Yes", "No", "Yes"),
        ("churn next month", "TRUE", "FALSE", "TRUE"),
    ],
)
def test_the_outcome_is_told_by_name_and_values(name, left, stayed, positive):
    table = customers().drop(columns="churn")
    table[name] = [left if n % 4 == 0 else stayed for n in range(60)]
    spec = infer_spec(table, "x").spec
    assert (spec.outcome.column, spec.outcome.positive) == (name, positive)
    assert check_rows(table, spec).report["outcome"]["positive"] == 15


def test_a_stray_value_does_not_hide_the_outcome():
    table = customers(100)
    table.loc[5, "churn"] = "Maybe"
    spec = infer_spec(table, "x").spec
    assert spec.outcome.positive == "Yes"
    assert check_rows(table, spec).refused["value"].tolist() == ["Maybe"]


def test_a_status_of_three_values_is_an_outcome_where_one_of_them_means_left():
    table = customers().drop(columns="churn")
    table["Customer Status"] = ["Churned", "Stayed", "Joined"] * 20
    spec = infer_spec(table, "x").spec
    assert (spec.outcome.column, spec.outcome.positive) == ("Customer Status", "Churned")


def test_no_outcome_names_the_columns_of_two_values():
    table = customers(paperless=lambda n: "ab"[n % 2]).drop(columns="churn")
    with pytest.raises(
        InferenceError, match=r"No column says who left.*two values: paperless.*Rename the column"
    ):
        infer_spec(table, "x")


def test_one_outcome_only_is_said_before_a_model_tries():
    with pytest.raises(InferenceError, match="'churn' holds one value only, 'No'"):
        plausible_frame(customers().assign(churn="No"))


def test_a_fault_of_inference_is_a_fault_of_the_spec():
    assert issubclass(InferenceError, SpecError)


def test_the_customers_id_wins_over_other_unique_columns():
    table = customers(RowNumber=str, Surname=lambda n: f"S{n}")[
        ["RowNumber", "Surname", "customer_id", "visits", "churn"]
    ]
    spec = infer_spec(table, "x").spec
    assert spec.id == "customer_id"
    assert "numbers the rows" in reasons(spec)["RowNumber"]
    assert "names or notes" in reasons(spec)["Surname"]


def test_an_id_with_a_few_repeats_is_still_the_id():
    table = customers(100)
    table.loc[1, "customer_id"] = "c0"
    assert infer_spec(table, "x").spec.id == "customer_id"


def test_row_names_are_the_id_where_there_is_no_other():
    assert infer_spec(customers(rownames=str).drop(columns="customer_id"), "x").spec.id == "rownames"


def test_no_id_is_refused_with_the_remedy():
    with pytest.raises(InferenceError, match=r"'customer_id' is named like one, but 6 values.*Add a column"):
        infer_spec(customers(customer_id=lambda n: f"c{n % 6}"), "x")


def test_a_row_a_month_is_told_from_key_and_date():
    table = customers(customer_id=lambda n: f"c{n // 6}", month=lambda n: f"2026-0{1 + n % 6}-01")
    spec = infer_spec(table, "x").spec
    assert (spec.grain, spec.id, spec.period) == ("customer-month", "customer_id", "month")
    assert len(check_rows(table, spec).accepted) == 60


def test_kinds_follow_the_values():
    table = customers(
        paid=lambda n: "01"[n % 2],
        contract=lambda n: ["Monthly", "Yearly", "Open"][n % 3],
        paperless=lambda n: ["Yes", "No"][n % 2],
        price=lambda n: f"{n * 1.25}",
        zip=lambda n: ["01234", "98765"][n % 2],
    )
    kinds = {f.column: f.kind for f in infer_spec(table, "x").spec.features}
    assert kinds == {
        "visits": Kind.NUMERIC,
        "paid": Kind.FLAG,
        "contract": Kind.CATEGORICAL,
        "paperless": Kind.FLAG,
        "price": Kind.NUMERIC,
        "zip": Kind.CATEGORICAL,
    }


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        (lambda n: "", "empty in every row"),
        (lambda n: "EU", "holds one value only: EU"),
        (lambda n: f"note {n}", "names or notes"),
        (lambda n: f"2026-01-{1 + n % 28:02}", "dates"),
        (lambda n: f"{1 + n % 12}/{1 + n % 28}/2025", "dates"),
        (lambda n: f"{n},50", "decimal comma"),
    ],
)
def test_what_can_be_no_feature_is_left_out_with_the_reason(cells, why):
    spec = infer_spec(customers(odd=cells), "x").spec
    assert why in reasons(spec)["odd"]
    assert [f.column for f in spec.features] == ["visits"]


def test_suspects_are_left_out_with_their_reason_unless_kept():
    table = customers(score=lambda n: f"{n / 7:.3f}")
    suspects = {"score": "gives the outcome away: AUC 0.99", "visits": "is 2 x score"}
    inferred = infer_spec(table, "x", suspects=suspects, keep=["visits"])
    assert reasons(inferred.spec) == {"score": "gives the outcome away: AUC 0.99"}
    assert inferred.spec.keep == ("visits",)
    assert any("AUC 0.99" in note for note in inferred.notes)


def test_keeping_a_column_that_is_not_there_names_the_nearest():
    with pytest.raises(InferenceError, match=r"no column 'visit' to keep\. Did you mean 'visits'"):
        infer_spec(customers(), "x", keep=["visit"])


def test_nothing_left_to_learn_from_is_refused_with_the_reasons():
    with pytest.raises(InferenceError, match=r"No column is left to learn from: visits \(a leak\)"):
        infer_spec(customers(), "x", suspects={"visits": "a leak"})


def test_protected_groups_are_watched_and_not_learned_from():
    table = customers(gender=lambda n: "FM"[n % 2], Age=lambda n: str(20 + n % 50), account_age=str)
    spec = infer_spec(table, "x").spec
    assert spec.protected == ("gender", "Age")
    assert {f.column for f in spec.features} == {"visits", "account_age"}


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Contract", "lever"),
        ("MonthlyCharges", "lever"),
        ("discount_eur", "lever"),
        ("TechSupport", "lever"),
        ("TotalCharges", "fact"),
        ("number_customer_service_calls", "fact"),
        ("support_tickets", "fact"),
        ("competitor_offers", "assumption"),
        ("market_price", "assumption"),
        ("tenure", "fact"),
        ("Partner", "fact"),
    ],
)
def test_roles_are_guessed_with_caution(name, role):
    assert column_names.role(name) == role


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("MonthlyCharges", "Monthly charges"),
        ("total_day_minutes", "Total day minutes"),
        ("customerID", "Customer ID"),
        ("StreamingTV", "Streaming TV"),
        ("TENURE_MONTHS", "Tenure months"),
        ("Zip Code", "Zip code"),
        ("HasCrCard", "Has cr card"),
        ("größeKlasse", "Größe klasse"),
        ("$$", "$$"),
    ],
)
def test_labels_read_like_words(name, label):
    assert labels.label(name) == label


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0, 1, 72], (0.0, 72.0, 1.0)),
        ([18.25, 118.75], (18.0, 119.0, 1.0)),
        ([0.001, 0.004], (0.001, 0.004, 0.00002)),
        ([3, 500_000], (0.0, 500_000.0, 2000.0)),
        ([5, 100], (0.0, 100.0, 1.0)),
        ([-5, 5], (-5.0, 5.0, 1.0)),
        ([1e308, -1e308], (None, None, None)),
        ([4.0, 4.0], (None, None, None)),
        ([], (None, None, None)),
    ],
)
def test_a_slider_encloses_the_values_in_about_a_hundred_steps(values, expected):
    assert slider(np.array(values, dtype=float)) == expected


def test_a_lone_value_far_away_does_not_stretch_the_slider():
    values = np.append(np.linspace(10, 90, 5000), 1e9)
    assert slider(values)[1] < 200


def test_a_total_of_months_times_price_is_derived():
    table = customers(
        tenure=lambda n: str(n % 30),
        monthly_price=lambda n: str(20 + n % 7),
        total=lambda n: str((n % 30) * (20 + n % 7) * 1.02),
    )
    table = table.rename(columns={"monthly_price": "Monthly price"})
    spec = infer_spec(table, "x").spec
    assert [(d.column, d.formula) for d in spec.derived] == [("total", "tenure * `Monthly price`")]
    assert (spec.revenue, spec.tenure) == ("Monthly price", "tenure")


def test_the_plausible_table_has_known_rows_typed_and_who_left():
    table = customers(plan=lambda n: "ab"[n % 2])
    table.loc[[0, 1], "churn"] = ""
    plausible = plausible_frame(table)
    assert plausible.kinds == {"visits": Kind.NUMERIC, "plan": Kind.CATEGORICAL}
    assert list(plausible.frame.columns) == ["visits", "plan"]
    assert plausible.frame["visits"].dtype == np.float64
    assert plausible.frame["visits"].tolist() == [n % 13 for n in range(2, 60)]
    assert plausible.outcome.tolist() == [n % 3 == 0 for n in range(2, 60)]


def test_the_plausible_table_of_months_is_the_last_known_month():
    table = customers(customer_id=lambda n: f"c{n // 6}", month=lambda n: f"2026-0{1 + n % 6}-01")
    table.loc[table["month"] == "2026-06-01", "churn"] = ""
    table.loc[table["month"] == "2026-05-01", "churn"] = ["Yes", "No"] * 5
    assert plausible_frame(table).outcome.tolist() == [True, False] * 5


def test_real_telco_is_understood(shared_data):
    table = read_table(shared_data / "telco/WA_Fn-UseC_-Telco-Customer-Churn.csv", LIMITS)
    inferred = infer_spec(table, "telco")
    spec = inferred.spec
    assert (spec.id, spec.outcome.column, spec.outcome.positive) == ("customerID", "Churn", "Yes")
    assert (spec.revenue, spec.tenure) == ("MonthlyCharges", "tenure")
    assert spec.protected == ("gender", "SeniorCitizen")
    assert [(d.column, d.formula) for d in spec.derived] == [("TotalCharges", "tenure * MonthlyCharges")]
    assert spec.feature("Contract").levels == ("Month-to-month", "One year", "Two year")
    assert spec.feature("Contract").role is Role.LEVER
    assert spec.left_out == ()
    assert parse_spec(inferred.yaml) == spec
    assert len(check_rows(table, spec).accepted) == 7043


def test_real_churn2020_is_understood(shared_data):
    table = read_table(shared_data / "churn2020/mlc_churn.csv", LIMITS)
    inferred = infer_spec(table, "churn2020")
    spec = inferred.spec
    assert (spec.id, spec.outcome.positive, spec.region) == ("rownames", "yes", "state")
    assert spec.feature("area_code").level_labels["area_code_415"] == "415"
    assert spec.feature("international_plan").kind is Kind.FLAG
    assert len(spec.features) == 19
    assert parse_spec(inferred.yaml) == spec


def test_the_yaml_speaks_to_a_person():
    text = infer_spec(customers(note=lambda n: f"n{n}"), "our-customers").yaml
    assert text.startswith("# Guessed from the table")
    assert "# seen: 0 to 12" in text
    assert yaml.safe_load(text)["name"] == "our-customers"


WORD = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
COLUMN = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=10)
CELLS = st.one_of(
    st.lists(
        st.sampled_from(["", "0", "1", "2.5", "Yes", "no", "x: y", "- a", "#", "null"]),
        min_size=12,
        max_size=12,
    ),
    st.lists(st.floats(width=64).map(repr), min_size=12, max_size=12),
    st.lists(WORD, min_size=3, max_size=3).map(lambda words: words * 4),
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(COLUMN, CELLS, max_size=4))
def test_whatever_the_table_the_yaml_reads_back_to_the_same_spec(columns):
    table = customers(12).assign(**columns)
    table = table.assign(**customers(12)).astype("str")
    inferred = infer_spec(table, "any")
    assert parse_spec(inferred.yaml) == inferred.spec
    plausible_frame(table)
    checked = check_rows(table, inferred.spec, refused_share=1.0)
    assert len(checked.accepted) + checked.report["refused"] == 12


def test_a_level_of_two_lines_stays_on_one_line_of_the_yaml():
    inferred = infer_spec(customers(plan=lambda n: ["two\n\nlines", "- a: b", "\u202eback"][n % 3]), "x")
    assert parse_spec(inferred.yaml) == inferred.spec
    assert r'"two\n\nlines"' in inferred.yaml
    assert r"\u202E" in inferred.yaml
