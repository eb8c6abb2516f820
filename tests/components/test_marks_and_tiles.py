from types import SimpleNamespace

import pytest

from components import facts, kpi, marks, states
from tests.components.trees import by_class, kinds, text


def stamp(**held):
    usual = {
        "version": "ab12cd34ef",
        "state": "draft",
        "data_date": "2026-03-01",
        "entry": 7,
        "withheld": None,
    }
    return SimpleNamespace(**usual | held)


def test_a_draft_says_so():
    assert text(marks.draft_badge(stamp())) == "draft, not signed off"


@pytest.mark.parametrize("held", [{"state": "champion"}, {"version": None, "state": None}])
def test_a_signed_version_and_plain_facts_are_no_draft(held):
    assert marks.draft_badge(stamp(**held)) is None


def test_the_stamp_names_version_data_and_entry():
    line = marks.stamp_line(stamp())
    assert text(line) == "Data of 1 March 2026 model  ab12cd34 draft, not signed off log entry 7"
    assert kinds(line, "Link")[0].href == "/log?entry=7"


def test_facts_carry_no_version_and_no_entry():
    assert text(marks.stamp_line(stamp(version=None, entry=None))) == "Data of 1 March 2026"


def test_only_a_model_figure_carries_the_model_mark():
    assert by_class(kpi.tile("Revenue at risk", "$5", model=True), "ks-model-mark")
    assert not by_class(kpi.tile("Customers", "5"), "ks-model-mark")


def test_a_tile_says_figure_note_and_change():
    tile = kpi.tile("Churn rate", "26.5%", note="of 7,043 customers", change="up 1.0 points on May")
    assert text(tile) == "Churn rate 26.5% of 7,043 customers up 1.0 points on May"


def test_help_can_be_reached_without_a_mouse():
    (button,) = kinds(kpi.tile("Churn rate", "26.5%", help_text="The share who left."), "Button")
    assert button.to_plotly_json()["props"]["aria-label"].endswith("The share who left.")


@pytest.mark.parametrize("role", ["lever", "assumption", "fact"])
def test_roles_are_told_apart_by_a_word_not_only_by_colour(role):
    assert text(marks.role_badge(role)) == role


def test_an_error_says_what_why_and_what_to_do():
    shown = states.error("No rows came.", "The store does not answer.", "Wait, then try again.")
    assert shown.role == "alert"
    assert text(shown) == "No rows came. The store does not answer. Wait, then try again."


def test_chips_keep_the_order_of_the_reasons():
    assert text(facts.chips(["Tenure (1 month)", "Contract"])) == "Tenure (1 month) Contract"
