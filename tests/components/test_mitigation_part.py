"""What was tried against a difference: figures, words, cautions and the choice, as they are drawn."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

from dash import html

from components.mitigation import mitigations, options
from config.glossary import meaning
from tests.components.trees import text

BASE, OTHER = "a" * 64, "b" * 64


def change(before, after, low, high):
    return {
        "before": {"value": before},
        "after": {"value": after},
        "change": {"value": after - before, "low": low, "high": high},
    }


def difference(value, low, high, excess):
    return {"value": value, "low": low, "high": high, "excess": excess, "chance": 0.02}


SECTION = {
    "kind": "lines", "column": "area", "label": "Area", "measure": "equal_opportunity_difference",
    "words": "A line of its own for each group.", "effect": "The difference fell.",
    "cost": "It costs little.",
    "caution": "Ask counsel.", "lines": [{"group": "north", "line": 0.4}], "left_as_they_are": ["island"],
    "currency": "EUR",
    "fairness": {
        "equal_opportunity_difference": {
            "before": difference(0.123, 0.05, 0.2, 0.1), "after": difference(0.01, -0.02, 0.03, 0.0),
        }
    },
    "quality": {
        "roc_auc": change(0.856, 0.856, 0.0, 0.0),
        "leavers_reached": change(110.0, 105.0, -9.0, 2.0),
        "revenue_kept": change(9000.0, 8500.0, -900.0, 100.0),
    },
}  # fmt: skip


def found(*tried, **changes):
    given = {"base": BASE, "columns": (("area", "Area"),), "tried": tried, "damaged": (), "choice": None}
    return SimpleNamespace(**given | changes)


LINES = SimpleNamespace(version=OTHER, state="challenger", section=SECTION)


def test_a_difference_stands_before_and_after_with_its_range_and_what_chance_brings():
    said = text(mitigations(found(LINES), meaning))
    assert "12.3 points" in said and "5.0 to 20.0" in said and "more than chance" in said
    assert "1.0 points" in said and "−2.0 to 3.0" in said


def test_the_cost_stands_then_and_now_with_the_range_of_the_change():
    said = text(mitigations(found(LINES), meaning))
    assert "110 → 105" in said and "−5 (−9 to +2)" in said
    assert "0.856 → 0.856" in said and "0.000 (0.000 to 0.000)" in said


def test_what_is_unlawful_in_places_and_cannot_be_signed_is_said():
    said = text(mitigations(found(LINES), meaning))
    assert "Ask counsel. It cannot be signed" in said
    assert "for too few people: island" in said


def test_the_choice_is_told_with_who_and_why():
    told = {"by": "Max", "reason": "It is chance.", "time": datetime(2026, 3, 4, tzinfo=UTC)}
    kept = SimpleNamespace(version=BASE, **told)
    said = text(mitigations(found(LINES, choice=kept), meaning))
    assert "kept as it is by Max" in said and "It is chance." in said
    assert "Nobody has chosen yet" in text(mitigations(found(LINES), meaning))


def test_nothing_tried_says_what_would_be_and_names_the_command():
    said = text(mitigations(found(), meaning))
    assert "flask model mitigate reweight --column area" in said
    assert "no protected column" in text(mitigations(found(columns=()), meaning))


def test_a_report_that_cannot_be_read_is_said():
    assert "is damaged" in text(mitigations(found(damaged=("Version 1 is damaged.",)), meaning))


def test_keeping_everything_is_the_first_thing_to_choose():
    assert [value for value, _ in options(found(LINES))] == [BASE, OTHER]


def test_the_choice_is_offered_only_where_it_is_given():
    offer = html.Button("Choose", id="choose-a-mitigation")
    assert "choose-a-mitigation" not in str(mitigations(found(LINES), meaning))
    assert "choose-a-mitigation" in str(mitigations(found(LINES), meaning, act=offer))
