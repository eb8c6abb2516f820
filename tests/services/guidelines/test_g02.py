"""G2: the test of what serves in people and money, and what hold-outs tell was kept because of it."""

from dataclasses import replace
from datetime import date

import pytest

from data.store import ActionRow, Tally
from models.effect import Amount
from services import benefit, signing
from services.guidelines.words import money, one_in, ranged
from services.recommender import quality
from tests.services.guidelines.evidence_town import judged, settled
from tests.services.trial_town import MAX, REPORT

MONEY = {
    "n": 40, "of": 400, "currency": "EUR", "leavers": 44,
    "leavers_reached": {"value": 22.0, "low": 15.0, "high": 30.0, "at_random": 4.4},
    "revenue_kept": {"value": 1400.0, "low": 900.0, "high": 2000.0, "at_random": 250.0},
}  # fmt: skip


@pytest.fixture
def town(tmp_path):
    return settled(tmp_path)


def report(installation, monkeypatch, **parts):
    """Let the champion's report say other things."""
    test = {**REPORT["quality"], "money": MONEY, "rows": 400, **parts}
    monkeypatch.setattr("services.registry.report_of", lambda *_: ({**REPORT, "quality": test}, None))


def measured(installation, contacted_left, held_left):
    """Let one action be over: 400 customers contacted and 100 held out, all with known outcomes."""

    def arm(customers, left):
        return Tally(
            customers, customers, left, 0.2 * customers, 4000.0, customers, 50.0 * left, 2500.0 * left
        )

    row = ActionRow(
        id="A1", spec_name="trials", name="Calls", version="v", snapshot="s", actor="u",
        actor_name="Max", plan={"words": ["Call"], "currency": "EUR", "fits_horizon": True},
        starts=date(2025, 12, 1), ends=date(2025, 12, 31), due=date(2026, 1, 31), hold_out_share=0.2,
        created=installation.store.clock(), contacted=arm(400, contacted_left), held=arm(100, held_left),
    )  # fmt: skip
    installation.store.actions = lambda spec_name=None: [row]


def test_without_an_action_nothing_was_measured_and_it_is_never_met(town, monkeypatch):
    installation, *_ = town
    report(installation, monkeypatch)
    found, state = judged(installation, "G2")
    assert state.state == "not measured"
    assert "no action with a hold-out was started" in state.why
    assert found.headline == "Customers kept because of it: not measured"


def test_with_a_clear_effect_and_a_good_test_it_is_met_and_says_people_and_money(town, monkeypatch):
    installation, *_ = town
    report(installation, monkeypatch)
    measured(installation, contacted_left=40, held_left=25)
    found, state = judged(installation, "G2")
    assert state.state == "met", state
    # 25 % less 10 % of 400 contacted
    assert found.values["kept"] == pytest.approx(60)
    assert (
        found.headline.startswith("60 (") and "customers kept because of it, worth €3,000" in found.headline
    )
    [table] = found.tables
    assert table.rows[0] == ("People who were about to leave", "22 (15 to 30)", "4", "5.0 times")
    assert table.rows[1][1:3] == ("€1,400 (€900 to €2,000)", "€250")


def test_what_chance_alone_explains_is_a_risk(town, monkeypatch):
    installation, *_ = town
    report(installation, monkeypatch)
    measured(installation, contacted_left=80, held_left=21)
    found, state = judged(installation, "G2")
    assert state.state == "at risk" and "Chance alone explains" in state.why
    assert found.values["came_true"] is True


def test_scores_that_do_not_come_true_are_a_risk(town, monkeypatch):
    installation, *_ = town
    report(installation, monkeypatch)
    measured(installation, contacted_left=40, held_left=55)
    found, state = judged(installation, "G2")
    assert found.values["came_true"] is False, "20 were expected, 55 left"
    assert state.state == "at risk" and "more or fewer left than was predicted" in state.why


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"roc_auc": {"value": 0.6, "low": 0.55, "high": 0.65}}, "hardly ranked above"),
        ({"money": {**MONEY, "leavers_reached": {"value": 5, "low": 4, "high": 9, "at_random": 4.4}}},
         "hardly more leavers than calling at random"),
    ],
)  # fmt: skip
def test_a_test_that_came_out_badly_is_not_met_whatever_was_kept(town, monkeypatch, parts, words):
    installation, *_ = town
    report(installation, monkeypatch, **parts)
    measured(installation, contacted_left=40, held_left=25)
    _, state = judged(installation, "G2")
    assert state.state == "not met" and words in state.why


def test_chances_that_are_far_off_are_a_risk(town, monkeypatch):
    installation, *_ = town
    report(installation, monkeypatch, calibration_error={"value": 0.12, "low": 0.1, "high": 0.14})
    measured(installation, contacted_left=40, held_left=25)
    assert judged(installation, "G2")[1].state == "at risk"


def test_without_a_champion_it_is_not_measured(town):
    installation, *_ = town
    for _ in range(2):
        serving = installation.store.serving_version("trials").version
        signing.withdraw(installation, MAX, serving, "It is wrong.")
        if installation.store.serving_version("trials") is None:
            break
    measured(installation, contacted_left=40, held_left=25)
    found, state = judged(installation, "G2")
    assert state.state == "not measured" and "no signed version answers" in state.why
    assert found.values["auc_low"] is None


def test_the_recommender_is_held_against_the_most_popular_titles(town, monkeypatch):
    installation, *_ = town
    row = quality.Row("items", 0.2, 0.2, 0.30, 0.2, 0.5, None, None, ())
    rows = (row, replace(row, ranker="popularity", ndcg=0.35))
    split = quality.Split("time", "newest set aside", 1, 10, 50, 400, 50, rows)
    last = quality.Quality(installation.store.clock(), "Max", 450, 50, (split,))
    monkeypatch.setattr(quality, "last", lambda *_: last)
    report(installation, monkeypatch)
    measured(installation, contacted_left=40, held_left=25)
    found, state = judged(installation, "G2")
    assert found.values["recommender_gain"] == pytest.approx(-0.05)
    assert state.state == "at risk" and "most popular titles would do better" in state.why


def test_an_action_that_is_not_over_says_when_it_will_be(town):
    installation, _, clock = town
    measured(installation, contacted_left=40, held_left=25)
    clock.now = clock.now.replace(year=2026, month=1, day=15)
    told = benefit.benefit(installation)
    assert told.saved is None and "the first is due on 31 January 2026" in told.why


def test_figures_in_words():
    assert ranged(Amount(22, -3, 30)) == "22 (−3 to 30)"
    assert (money(-1234, "EUR"), money(12_345, "CHF")) == ("−€1,234", "CHF 12.3k")
    assert [one_in(part) for part in (0.11, 0.5, 0.7, 0.97, 0.0)] == [
        "1 in 9",
        "1 in 2",
        "7 in 10",
        None,
        None,
    ]
