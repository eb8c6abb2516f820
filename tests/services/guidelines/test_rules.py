"""The rules: what is bad comes first, what is missing is never met, and the shipped file can be read."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.guidelines import rules
from services.guidelines.evidence import Evidence
from services.guidelines.rules import Condition, Rule, RulesError, in_words, judge, limit_of, load, load_from
from tests.services.guidelines.standing_in import SETTINGS, changed, value_that_turns, well

RULES = list(load().values())
CONDITIONS = [
    pytest.param(rule, one, state, id=f"{rule.id} {one.value} {state}")
    for rule in RULES
    for state, conditions in (("not met", rule.not_met), ("at risk", rule.at_risk))
    for one in conditions
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_guideline_with_good_evidence_is_met(rule):
    assert judge(rule, well(rule), SETTINGS).state == "met"


@pytest.mark.parametrize(("rule", "condition", "state"), CONDITIONS)
def test_the_state_follows_where_the_evidence_turns_bad(rule, condition, state):
    bad = changed(well(rule), **{condition.value: value_that_turns(condition)})
    found = judge(rule, bad, SETTINGS)
    # A value so bad that it is at risk by one rule may be not met by another
    assert found.state == state or (state == "at risk" and found.state == "not met")
    assert found.why and "{" not in found.why


@pytest.mark.parametrize(("rule", "condition", "state"), CONDITIONS)
def test_evidence_of_a_rule_that_is_missing_does_not_turn_it(rule, condition, state):
    assert not rules._holds(condition, Evidence("", {condition.value: None}), SETTINGS)
    assert not rules._holds(condition, Evidence("", {condition.value: math.nan}), SETTINGS)
    assert not rules._holds(condition, Evidence("", {}), SETTINGS)


NEEDED = [pytest.param(rule, name, id=f"{rule.id} {name}") for rule in RULES for name in rule.needs]


@pytest.mark.parametrize(("rule", "name"), NEEDED)
def test_what_is_needed_and_missing_is_not_measured_with_the_reason(rule, name):
    found = judge(rule, Evidence("", {**well(rule).values, name: None}, {name: "nobody counted."}), SETTINGS)
    assert found.state == "not measured"
    assert found.why.endswith("nobody counted.")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_value_that_a_rule_goes_by_is_needed_so_that_its_absence_shows(rule):
    assert {one.value for one in rule.not_met} <= set(rule.needs), "its absence would hide that it is bad"


ANY = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.floats(allow_nan=True))


@given(rule=st.sampled_from(RULES), data=st.data())
def test_met_is_only_what_is_known_and_bad_evidence_beats_missing(rule, data):
    names = sorted({*rule.needs, *(one.value for one in rule.not_met + rule.at_risk)})
    values = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(names, ANY)))
    evidence = Evidence("", values)
    found = judge(rule, evidence, SETTINGS)
    known = [name for name in rule.needs if rules._known(evidence, name) is not None]
    is_bad = any(rules._holds(one, evidence, SETTINGS) for one in rule.not_met)
    is_risky = any(rules._holds(one, evidence, SETTINGS) for one in rule.at_risk)
    assert (found.state == "not met") == is_bad
    assert (found.state == "not measured") == (not is_bad and len(known) < len(rule.needs))
    assert (found.state == "met") == (not is_bad and not is_risky and len(known) == len(rule.needs))
    assert found.why


def rule_of(**fields):
    given = {
        "id": "G1", "title": "T", "asks": "A", "does": "D", "owner": "setting:owner_g1", "rows": "/log",
        "needs": ("overdue",), "not_met": ({"value": "overdue", "above": 0, "says": "{overdue} late."},),
    }  # fmt: skip
    return Rule.model_validate({**given, **fields})


def test_sentences_carry_values_and_limits_and_nothing_else():
    rule = rule_of(
        needs=("share",),
        not_met=({"value": "share", "below": 0.4, "unit": "share",
                  "says": "{share:.0%} under {limit}; {other} of {share.__class__}."},),
    )  # fmt: skip
    found = judge(rule, Evidence("", {"share": 0.25}), SETTINGS)
    assert found.why == "25% under 40%; unknown of unknown."


def test_a_limit_may_be_a_setting_which_brings_its_unit():
    rule = rule_of(
        needs=("moved",),
        not_met=({"value": "moved", "above": "setting:move_limit_points", "says": "Moved by {moved}."},),
        names={"moved": "largest move"},
    )
    stricter = SETTINGS.model_copy(update={"move_limit_points": 2.0})
    evidence = Evidence("", {"moved": 5.0})
    assert judge(rule, evidence, SETTINGS).state == "met"
    assert judge(rule, evidence, stricter).state == "not met"
    assert in_words(rule, rule.not_met[0], stricter) == "largest move: above 2 points"


@pytest.mark.parametrize(
    "condition",
    [
        {"value": "x", "says": "s"},
        {"value": "x", "above": 1, "below": 2, "says": "s"},
        {"value": "x", "above": "setting:nothing", "says": "s"},
        {"value": "x", "above": "setting:contact", "says": "s"},
        {"value": "x", "above": "move_limit_points", "says": "s"},
        {"value": "x", "above": True, "says": "s"},
        {"value": "x", "above": 1, "says": ""},
        {"value": "x", "above": 1, "says": "s", "else": 1},
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(condition):
    with pytest.raises(ValueError):
        rule_of(not_met=(condition,))


def test_a_file_that_cannot_be_used_says_what_to_mend(tmp_path):
    shipped = rules.FILE.read_text(encoding="utf-8")
    for text in (
        "- id: [",
        "x: 1",
        "",
        shipped.replace("- id: G11", "- id: G12"),
        shipped.replace("asks:", "ask:"),
    ):
        path = tmp_path / "guidelines.yaml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(RulesError, match=r"guidelines\.yaml"):
            load_from(path)
    with pytest.raises(RulesError, match="put back"):
        load_from(tmp_path / "none.yaml")


def test_limits_are_said_with_their_unit():
    share = Condition.model_validate({"value": "x", "below": 0.4, "unit": "share", "says": "s"})
    yes = Condition.model_validate({"value": "x", "is": False, "says": "s"})
    assert (limit_of(share, SETTINGS), limit_of(yes, SETTINGS)) == ("40%", "no")


def test_the_owner_is_whom_managers_name():
    rule = load()["G7"]
    assert rules.owner(rule, SETTINGS.model_copy(update={"owner_g7": "Mia Lang"})) == "Mia Lang"
