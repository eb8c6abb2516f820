"""Text that spreadsheets are given: whatever it is, none of it is a formula (S31)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.spreadsheet import FORMULA_STARTS, as_text


@given(st.text())
def test_no_text_begins_as_a_formula_and_none_of_it_is_lost(text):
    said = as_text(text)
    assert not said.lstrip(" ").startswith(FORMULA_STARTS)
    assert said in (text, f"'{text}")


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_each_start_of_a_formula_is_quoted(start):
    assert as_text(f"{start}1") == f"'{start}1"
    assert as_text(f"  {start}1") == f"'  {start}1"


@pytest.mark.parametrize("nothing", [None, float("nan")])
def test_what_is_missing_is_an_empty_cell(nothing):
    assert as_text(nothing) == ""
