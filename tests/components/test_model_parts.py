"""The parts of the Model page: reports in the shape they are kept in, complete and with holes."""

from types import SimpleNamespace

import pytest

from components import (
    challengers,
    dialog,
    fairness,
    frame,
    gates,
    model_charts,
    registry,
    report,
    robustness,
    shapes,
)
from config.glossary import meaning
from tests.components.trees import by_class, kinds, text

QUALITY = {
    "rows": 200, "left": 50, "roc_auc": {"value": 0.847, "low": 0.801, "high": 0.889},
    "lift_at_10": {"value": 2.94, "low": 2.1, "high": 3.6}, "recall": {"value": 0.4, "low": 0.3, "high": 0.5},
    "calibration_error": {"value": 0.021, "low": 0.018, "high": 0.05}, "train_test_gap": -0.004,
    "precision": {"value": None, "low": None, "high": None},
    "confusion": {"tn": 140, "fp": 10, "fn": 30, "tp": 20},
    "calibration": [{"mean_score": 0.1, "observed": 0.12, "n": 100, "low": 0.07, "high": 0.2}],
    "money": {"n": 20, "of": 200,
              "leavers_reached": {"value": 15.0, "low": 11.0, "high": 18.0, "at_random": 5.0},
              "revenue_kept": {"value": 1200.0, "low": 900.0, "high": 1500.0, "at_random": 400.0},
              "by_expected_loss": None},
}  # fmt: skip


def difference(value, excess, **held):
    return {"value": value, "low": value - 0.02, "high": value + 0.02, "excess": excess, "chance": 0.05,
            "highest": "women", "lowest": "men", **held}  # fmt: skip


def rate(value):
    return {
        "value": value,
        "low": None if value is None else value - 0.01,
        "high": None if value is None else value + 0.01,
    }


FAIRNESS = {
    "words": "One group is found less often.",
    "attributes": [
        {
            "columns": ["gender"], "label": "Gender", "state": "measured",
            "groups": [
                {"name": "women", "n": 90, "selection_rate": rate(0.2), "true_positive_rate": rate(0.5),
                 "false_positive_rate": rate(0.1), "observed_rate": rate(0.25)},
                {"name": "not known", "n": 4, "selection_rate": rate(None), "true_positive_rate": rate(None),
                 "false_positive_rate": rate(None), "observed_rate": rate(None)},
            ],
            "statistical_parity_difference": difference(0.1, 0.05),
            "equal_opportunity_difference": difference(0.2, 0.15),
            "average_odds_difference": difference(0.03, 0.0),
            "calibration_difference": {"value": None, "low": None, "high": None, "excess": None},
        }
    ],
}  # fmt: skip

SHAPES = {
    "start": 0.25,
    "importance": [{"columns": ["b"], "label": "Bills", "mean": 0.6, "share": 0.75},
                   {"columns": ["a"], "label": "Age", "mean": 0.2, "share": 0.25}],
    "shapes": [
        {"columns": ["a"], "label": "Age", "kind": "categorical", "words": "About age.",
         "bins": [{"words": "not known", "effect": 0.0, "low": 0.0, "high": 0.0, "chance": 0.25, "count": 0},
                  {"words": "old", "effect": 1.0, "low": 0.5, "high": 1.5, "chance": 0.475, "count": 7}]},
        {"columns": ["b"], "label": "Bills", "kind": "numeric", "words": "About bills.",
         "bins": [{"words": "not known", "effect": 0.0, "low": 0, "high": 0, "chance": 0.25, "count": 0,
                   "start": None, "end": None},
                  {"words": "under 5", "effect": -1, "low": -2, "high": 0, "chance": 0.11, "count": 3,
                   "start": None, "end": 5.0},
                  {"words": "5 to 9", "effect": 0, "low": -1, "high": 1, "chance": 0.25, "count": 4,
                   "start": 5.0, "end": 9.0},
                  {"words": "9 or more", "effect": 1, "low": 0, "high": 2, "chance": 0.475, "count": 5,
                   "start": 9.0, "end": None}]},
    ],
}  # fmt: skip


CHALLENGER = {
    "name": "Gradient boosting", "approximate": True, "scale": "log-odds", "error": 3.6e-15, "rows": 1000,
    "words": "Approximate (SHAP of trees): adds up to the model's own answers within 3.6e-15 log-odds.",
    "importance": [{"column": "b", "label": "Bills", "mean": 0.6},
                   {"column": "new", "label": "New", "mean": 0.2}],
}  # fmt: skip


def line(passed, words="It ranks."):
    return SimpleNamespace(
        words=words, shown="0.528", bar_shown="at least 0.600", passed=passed, mend="More customers help.",
        why="Trade data are hard.",
    )  # fmt: skip


def test_a_tile_says_the_figure_its_range_and_what_it_means():
    said = text(report.tiles(QUALITY, meaning, lambda: None))
    assert "84.7%" in said
    assert "85 times in 100" in said
    assert "range 80.1% to 88.9%" in said


def test_what_was_not_measured_is_said_and_never_a_zero():
    said = text(report.tiles({}, meaning, lambda: None))
    assert said.count("Not measured for this version.") == 4
    assert "0" not in said
    assert "Precision" not in text(report.measures(QUALITY, meaning))


@pytest.mark.parametrize(
    "shown",
    [
        lambda: report.measures(None, meaning),
        lambda: report.calibration({}),
        lambda: report.confusion({"confusion": {}}),
        lambda: report.money({"money": None}, "EUR"),
        lambda: report.candidates(None),
        lambda: fairness.fairness(None, meaning),
        lambda: shapes.importance({}),
        lambda: shapes.shape(None, 0),
        lambda: shapes.segments({}),
        lambda: challengers.weights(None),
        lambda: challengers.weights({"challengers": []}),
        lambda: robustness.robustness(None, meaning),
        lambda: robustness.cases(None),
        lambda: robustness.coverage({"share": None}, meaning),
        lambda: robustness.environment(None, None),
    ],
)
def test_a_section_that_a_report_lacks_is_said_to_be_missing(shown):
    assert "Not measured for this version" in text(shown())


def test_right_and_wrong_are_counted_in_words():
    said = text(report.confusion(QUALITY))
    assert "Of 50 leavers, the list held 20 and missed 30. Of 30 on the list, 10 stayed." in said


def test_the_worth_of_the_list_stands_against_chance():
    (listed,) = kinds(report.money(QUALITY, "EUR"), "Tbody")
    assert text(listed) == "Leavers reached 15 11 to 18 5 Their monthly revenue €1,200 €900 to €1,500 €400"


def test_a_difference_inside_the_range_is_no_difference():
    better = QUALITY | {"roc_auc": {"value": 0.9, "low": 0.88, "high": 0.92}}
    (row, *_) = kinds(report.comparison(better, QUALITY, ("this", "other"), meaning), "Tr")[1:]
    assert text(row).endswith("this one")
    near = QUALITY | {"roc_auc": {"value": 0.85, "low": 0.8, "high": 0.9}}
    (row, *_) = kinds(report.comparison(near, QUALITY, ("this", "other"), meaning), "Tr")[1:]
    assert text(row).endswith("about the same")


def test_of_errors_the_smaller_one_is_better():
    worse = {"calibration_error": {"value": 0.09, "low": 0.08, "high": 0.1}}
    better = {"calibration_error": {"value": 0.02, "low": 0.01, "high": 0.03}}
    (row,) = kinds(report.comparison(worse, better, ("this", "other"), meaning), "Tr")[1:]
    assert text(row).endswith("the other")


def test_a_group_of_too_few_has_no_figure():
    shown = fairness.fairness(FAIRNESS, meaning)
    (row,) = [row for row in kinds(shown, "Tr") if text(row).startswith("not known")]
    assert text(row) == "not known 4 too few too few too few too few"


def test_a_difference_beyond_chance_is_marked():
    assert "more than chance" in text(by_class(fairness.fairness(FAIRNESS, meaning), "ks-badge-warn"))
    fine = {
        "attributes": [FAIRNESS["attributes"][0] | {"equal_opportunity_difference": difference(0.02, 0.0)}]
    }
    assert not by_class(fairness.fairness(fine, meaning), "ks-badge-warn")


def test_a_challenger_is_explained_approximately_beside_the_scorecard():
    said = text(challengers.weights({**SHAPES, "challengers": [CHALLENGER]}))
    assert "approximate" in said and "within 3.6e-15 log-odds" in said
    assert "75.0%" in said and "25.0%" in said  # its own weights
    assert "not known" in said  # the scorecard has no such feature


def test_an_explanation_that_was_refused_is_not_shown_but_said():
    refused = {"name": "Forest", "words": "The explanation is not shown: it misses.", "importance": []}
    shown = challengers.weights({"challengers": [refused]})
    assert "not explained" in text(shown) and "it misses" in text(shown)
    assert not kinds(shown, "Table")


def test_failing_checks_stand_first_and_are_counted():
    lines = [line(True, "fine"), line(None, "who knows"), line(False, "bad")]
    shown = text(gates.gates(lines))
    assert shown.index("bad") < shown.index("who knows") < shown.index("fine")
    assert shown.count("More customers help.") == 1  # beside the one that fails
    assert by_class(gates.gates(lines), "ks-gate-bar")[0].title == "Trade data are hard."
    assert gates.verdict(lines) == "1 of 3 checks fails."
    assert gates.verdict(lines[:2]) == "No check fails; 1 of 2 checks is not measured."
    assert gates.verdict(lines[:1] * 2) == "All 2 checks pass."
    assert gates.verdict([]) == "No check is set."


def test_features_are_offered_by_their_weight():
    assert shapes.offered(SHAPES) == [("1", "Bills"), ("0", "Age")]


def test_the_effect_of_a_number_is_drawn_as_steps_over_its_range():
    (held,) = kinds(shapes.shape(SHAPES, 1), "Store")
    bars, *_, drawn = held.data["data"]
    assert drawn["x"] == [1.0, 5.0, 5.0, 9.0, 9.0, 13.0]
    assert drawn["y"] == [0.11, 0.11, 0.25, 0.25, 0.475, 0.475]
    assert bars["y"] == [3, 4, 5]


def test_a_band_is_turned_into_chances_from_the_models_start():
    """At a start of one in four, +1 log-odds is odds of e/3."""
    (held,) = kinds(shapes.shape(SHAPES, 0), "Store")
    (dots,) = [trace for trace in held.data["data"] if trace["type"] == "scatter"]
    odds = 2.718281828459045**1.5 / 3
    assert dots["error_y"]["array"] == [pytest.approx(odds / (1 + odds) - 0.475)]


def test_an_effect_that_is_not_there_is_said_so():
    assert "Not measured" in text(shapes.shape(SHAPES, 9))


def test_the_map_of_a_pair_is_as_strong_both_ways():
    figure = model_charts.pair(["x"], ["y"], [[-0.3]], axes=("a", "b"))
    assert (figure["data"][0]["zmin"], figure["data"][0]["zmax"]) == (-0.3, 0.3)


def test_failing_cases_stand_first():
    said = text(robustness.cases({"cases": [
        {"name": "same for both", "kind": "invariance", "passed": True, "words": "fine"},
        {"name": "dearer", "kind": "direction", "passed": False, "words": "lowers the score"},
    ]}))  # fmt: skip
    assert said.index("dearer") < said.index("same for both")


def test_only_who_may_sign_is_led_to_a_draft():
    draft = SimpleNamespace(is_draft=True)
    shown = frame.draft_notice(draft, may_sign=True)
    assert "Review and sign it  (a few minutes)" in text(shown)
    assert [link.href for link in kinds(shown, "Link")] == ["/model"]
    assert frame.draft_notice(draft, may_sign=False) is None
    assert frame.draft_notice(SimpleNamespace(is_draft=False), may_sign=True) is None
    assert frame.draft_notice(None, may_sign=True) is None


def test_a_dialog_names_itself_and_what_closes_it():
    shown = dialog.dialog("d", "Sure?", [], [], said="d-said")
    (heading,) = kinds(shown, "H2")
    assert getattr(shown, "aria-labelledby") == heading.id
    closers = [getattr(button, "data-closes", None) for button in kinds(shown, "Button")]
    assert closers == ["d", "d"]


def test_an_unknown_state_is_shown_as_it_is():
    assert text(registry.state_badge("lost")) == "lost"
