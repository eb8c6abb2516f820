"""Made-up cases, run against a card that can be added up in the head (tests/models/conftest.py)."""

from __future__ import annotations

import json
from dataclasses import asdict

import pandas as pd
import pytest

from config.cases import SHIPPED_CASES, CaseError, cases_for, general_cases, parse_cases
from config.dataset import shipped_specs
from models.cases import run_cases, section

FRAME = pd.DataFrame(
    {
        "key": ["a", "b", "c"],
        "tenure": [2.0, 8.0, 40.0],
        "Contract": ["Month-to-month", "Month-to-month", "Two year"],
        "Region": ["North", "South", "South"],
        "left": ["Yes", "No", "No"],
    }
)


def run(card, spec, text, frame=FRAME):
    return run_cases(card, parse_cases(text), frame, spec)


def test_a_column_that_the_card_does_not_read_makes_no_difference(card, spec):
    [found] = run(card, spec, "cases: [{kind: invariance, name: R, column: Region}]")
    assert (found.passed, found.value, found.n) == (True, 0.0, 3)


def test_a_difference_that_must_not_be_fails_with_its_size(card, spec):
    # tenure 2 to 8, Two year: from -1 + 1 - 2 = -2 to -1 + 0.25 - 2 = -2.75 in log-odds
    text = "cases: [{kind: invariance, name: T, column: tenure, to: [8], within: 0.05, customer: %s}]"
    [found] = run(card, spec, text % "{tenure: 2, Contract: Two year}")
    assert found.passed is False
    assert found.value == pytest.approx(1 / (1 + 2.718281828**2) - 1 / (1 + 2.718281828**2.75), abs=1e-6)


def test_a_direction_is_asked_of_a_share_of_customers(card, spec):
    text = "cases: [{kind: direction, name: T, column: tenure, to: [8], expect: lower, share: %s}]"
    # 2 -> 8 lowers, 8 -> 8 does nothing, 40 -> 8 raises (0.25 instead of -1): two of three
    assert [run(card, spec, text % share)[0].passed for share in (0.6, 0.7)] == [True, False]
    assert run(card, spec, text % 0.6)[0].value == pytest.approx(2 / 3)


def test_where_and_between_choose_the_customers(card, spec):
    text = "cases: [{kind: direction, name: T, column: tenure, by: 1, expect: lower, %s}]"
    assert run(card, spec, text % "where: {Contract: [Two year]}")[0].n == 1
    assert run(card, spec, text % "between: {tenure: [2, 8]}")[0].n == 2
    nobody = run(card, spec, text % "where: {Contract: [None]}")[0]
    assert nobody.passed is None and "no customer fits" in nobody.words


@pytest.mark.parametrize(("bar", "passed"), [("at_least: 0.7", True), ("at_most: 0.7", False)])
def test_a_made_up_customer_has_a_known_answer(card, spec, bar, passed):
    # -1 + 1 + 0.5 + 0.75 = 1.25 in log-odds, which is a chance of 0.777; the base gives the contract
    text = "{base: {Contract: Month-to-month}, cases: [{kind: answer, name: A, customer: {tenure: 2}, %s}]}"
    [found] = run(card, spec, text % bar)
    assert found.value == pytest.approx(0.7773, abs=1e-4)
    assert found.passed is passed


def test_quality_on_made_up_customers_counts_pairs(card, spec):
    text = """
base: {Contract: Month-to-month}
cases:
  - kind: quality
    name: Q
    at_least: 0.75
    made_up:
      - {customer: {tenure: 2}, left: true}
      - {customer: {tenure: 40}, left: true}
      - {customer: {tenure: 8}, left: false}
"""
    [found] = run(card, spec, text)
    assert (found.value, found.passed) == (0.5, False)  # 2 beats 8, 40 does not


def test_a_slice_of_few_customers_is_not_measured(card, spec):
    found = run(card, spec, "cases: [{kind: quality, name: Q, each: Contract, at_least: 0.6}]")
    assert [one.passed for one in found] == [None, None]
    assert "too few" in found[0].words


def test_a_change_takes_derived_columns_along_unless_told_not_to(card, spec):
    from models.cases import _changed

    frame = FRAME.assign(monthly=10.0, total=[20.0, 80.0, None])
    for follow, expected in ((True, [30.0, 90.0]), (False, [20.0, 80.0])):
        text = f"cases: [{{kind: invariance, name: T, column: tenure, by: 1, follow: {str(follow).lower()}}}]"
        [changed] = _changed(parse_cases(text).cases[0], frame, spec)
        assert changed["total"].tolist()[:2] == expected


def test_the_section_counts_and_is_plain(card, spec):
    text = """
cases:
  - {kind: invariance, name: fine, column: Region}
  - {kind: answer, name: wrong, customer: {tenure: 2}, at_most: 0.01}
  - {kind: quality, name: unknown, at_least: 0.6}
"""
    found = section(run(card, spec, text))
    assert (found["passed"], found["failed"], found["not_measured"]) == (1, 1, 1)
    assert found["words"].startswith("wrong:") and found["words"].endswith(" 1 could not be measured.")
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cases: [{kind: direction, name: a, column: b, expect: lower}]", "give 'by', or one value"),
        ("cases: [{kind: quality, name: a}]", "give 'at_least' or 'at_most'"),
        ("cases: [{kind: wish, name: a}]", "cases.0"),
        ("cases: [", "is not YAML"),
    ],
)
def test_a_faulty_file_is_refused_with_the_remedy(text, message):
    with pytest.raises(CaseError, match=message):
        parse_cases(text)


def test_shipped_cases_fit_their_specs_and_cover_every_kind():
    files = sorted(SHIPPED_CASES.glob("*.yaml"))
    assert len(files) == 3
    for path in files:
        spec = shipped_specs()[path.stem]
        own = parse_cases(path.read_text(encoding="utf-8"))
        assert own.columns <= set(spec.columns)
        assert {"direction", "answer", "quality"} <= {case.kind for case in own.cases}
        found = cases_for(spec).cases
        assert len(found) == len(own.cases) + len(general_cases(spec).cases)
        for feature in spec.features:
            if feature.levels and feature.column in own.base:
                assert own.base[feature.column] in feature.levels


def test_a_file_of_another_table_of_the_same_name_is_passed_over(spec):
    other = spec.model_copy(update={"name": "telco"})
    assert cases_for(other) == general_cases(other)


def test_general_cases_hold_the_key_protected_columns_and_limits(card, spec):
    spec = spec.model_copy(update={"protected": ("Group",), "segments": ("Contract",)})
    names = [case.name for case in general_cases(spec).cases]
    assert names[:2] == ["The customer's number makes no difference", "Group makes no difference"]
    assert names[-1].startswith("Ranks better than chance by Contract")
    results = run_cases(card, general_cases(spec), FRAME.assign(Group="x"), spec)
    assert not [asdict(one) for one in results if one.passed is False]
