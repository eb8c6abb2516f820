"""G3: drastic changes in working hours are found by measuring, whoever made them and however."""

import pytest

from services import holding, managers_settings
from services.guidelines import moves
from tests.services.guidelines.evidence_town import judged
from tests.services.test_holding import promote
from tests.services.trial_town import EVENING, MAX, NOON, customers, load, settle, settle_signed

WHY = "More people are at the phones."


@pytest.fixture
def town(tmp_path):
    return settle_signed(tmp_path)


def shorten(installation, **more):
    return managers_settings.change(installation, MAX, "at_risk_share", 0.2, WHY, seen_revision=0, **more)


def test_a_small_change_is_within_limits_and_measured(town):
    installation, named = town
    promote(installation, MAX, named["near"])
    found, state = judged(installation, "G3")
    assert state.state == "met"
    assert 0 < found.values["moved_points"] <= found.values["largest_points"] < 100 / 256
    assert found.tables[0].rows[0][2:] == ("u-max", "0.4 points", "0.4 points", "0.0%", "within limits")


def test_a_promotion_beyond_the_limit_by_override_is_a_risk_with_its_reason(town):
    installation, named = town
    promote(installation, MAX, named["higher"], override="The old one leaks.")
    found, state = judged(installation, "G3")
    assert found.values["moved_points"] > 10
    assert state.state == "at risk" and "with a manager's reason, in 30 days: 1" in state.why
    assert any("The old one leaks." in line.note for line in found.lines)
    assert found.tables[1].rows[0][-2:] == ("overridden", "The old one leaks.")


def test_one_that_went_past_the_hold_is_not_met(town):
    installation, named = town
    installation.store.promote(named["reversed"], actor=MAX.id, began="sign-off", reason="")
    found, state = judged(installation, "G3")
    assert (found.values["drastic_in_hours"], found.values["replaced_share"]) == (1, 1.0)
    assert state.state == "not met"


def test_outside_working_hours_and_on_the_way_back_nothing_is_drastic(tmp_path):
    installation, named = settle_signed(tmp_path, EVENING)
    promote(installation, MAX, named["higher"])
    assert judged(installation, "G3")[1].state == "met"
    installation.store.clock = lambda: NOON.replace(day=5)
    installation.store.promote(named["base"], actor=MAX.id, began="rollback", reason="")
    found, state = judged(installation, "G3")
    assert state.state == "met"
    assert found.tables[0].rows[0][-1] == "went back"


def test_what_was_held_back_is_told(town):
    installation, named = town
    with pytest.raises(holding.HeldBack):
        promote(installation, MAX, named["higher"])
    found, state = judged(installation, "G3")
    assert (found.values["held_back"], state.state) == (1, "met")
    assert any("1 promotion waiting now" in line.text for line in found.lines)


def test_a_setting_that_turns_the_list_over_without_waiting_is_a_risk(town):
    installation, _ = town
    shorten(installation, override="Today is the last day.")
    found, state = judged(installation, "G3")
    assert found.values["replaced_share"] == pytest.approx(1.0)
    assert (found.values["overridden"], state.state) == (1, "at risk")


def test_a_setting_that_waits_is_none(town):
    installation, _ = town
    assert shorten(installation).begins is not None
    assert judged(installation, "G3")[1].state == "met"


def test_a_load_that_moves_the_list_in_working_hours_is_a_risk(town):
    installation, _ = town
    first = installation.dataset().snapshot
    other = customers()
    other["price"] = 100 - other["price"]
    installation.store.clock = lambda: NOON.replace(day=5)
    load(installation, other, parent=first)
    found, state = judged(installation, "G3")
    assert found.values["drastic_loads"] == 1
    assert state.state == "at risk" and "Loads in working hours" in state.why


def test_changes_of_more_than_thirty_days_ago_are_out_of_sight(town):
    installation, named = town
    promote(installation, MAX, named["higher"], override="It leaks.")
    installation.store.clock = lambda: NOON.replace(month=5)
    found, state = judged(installation, "G3")
    assert (state.state, found.values["overridden"]) == ("met", 0)
    assert found.headline == f"Nothing moved the scores or the list in the last {moves.DAYS} days"


def test_a_move_that_cannot_be_measured_any_more_is_never_met(town):
    installation, named = town
    promote(installation, MAX, named["near"])
    for path in (installation.warehouse.folder / "scores").glob(f"*{named['base']}*"):
        path.unlink()
    _, state = judged(installation, "G3")
    assert state.state == "not measured" and "scores are not kept any more" in state.why


def test_without_a_champion_it_is_not_measured(tmp_path):
    installation, _ = settle(tmp_path)  # a draft answers
    _, state = judged(installation, "G3")
    assert state.state == "not measured" and "no signed version answers" in state.why
