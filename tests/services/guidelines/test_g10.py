"""G10: claimed only after a drill that passed lately; damaged files on the way and other states turn it."""

import pytest

from services import contingency, control_drill, steady_drill
from services.installation import Installation
from tests.services.guidelines.evidence_town import judged, settled
from tests.services.trial_town import MAX


@pytest.fixture
def town(tmp_path):
    return settled(tmp_path)


def test_before_any_drill_it_is_not_measured_however_well_it_loads(town):
    found, how = judged(town[0], "G10")
    assert how.state == "not measured" and "it was never tried" in how.why
    assert found.values["steady_loads"] is True


@pytest.mark.parametrize("drill", [
    lambda town: steady_drill.run(town[0], MAX),
    lambda town: control_drill.run(town[0], MAX, "churn-model", "The monthly drill."),
    lambda town: control_drill.run(town[0], MAX, "all", "The monthly drill."),
])  # fmt: skip
def test_after_a_drill_that_passed_it_is_met_with_its_time(town, drill):
    drill(town)
    found, how = judged(town[0], "G10")
    assert how.state == "met", how.why
    assert found.values["seconds"] >= 0
    assert found.headline == f"Version {town[1]['base'][:8]} would serve; the last drill passed, today"


def test_a_drill_of_another_switch_shows_nothing_of_it(town):
    control_drill.run(town[0], MAX, "batch", "The monthly drill.")
    assert judged(town[0], "G10")[1].state == "not measured"


def test_a_drill_that_failed_turns_it_although_one_before_passed(town, monkeypatch):
    steady_drill.run(town[0], MAX)
    with monkeypatch.context() as broken:
        broken.setattr(
            contingency, "steady", lambda inst, in_use, passage: contingency.answering(inst, in_use)
        )
        steady_drill.run(town[0], MAX)
    found, how = judged(town[0], "G10")
    assert how.state == "not met" and "did NOT pass" in found.headline
    steady_drill.run(town[0], MAX)
    assert judged(town[0], "G10")[1].state == "met"


def test_a_damaged_scorecard_on_the_way_turns_it_and_is_named(town):
    installation, named, _ = town
    steady_drill.run(installation, MAX)
    (installation.shelf.folder / named["base"] / "scorecard.json").write_text("{}")
    found, how = judged(installation, "G10")
    assert how.state == "not met" and "do not verify: 1" in how.why
    assert any(named["base"][:8] in one.text for one in found.lines if "do not verify" in one.label)


def test_another_state_than_was_tried_is_a_risk(town):
    installation, named, _ = town
    steady_drill.run(installation, MAX)
    installation.store.promote(named["higher"], actor=MAX.id, began="sign-off", reason="")
    found, how = judged(installation, "G10")
    assert how.state == "at risk" and found.headline.startswith(f"Version {named['near'][:8]} would serve")


def test_an_old_drill_is_a_risk(town):
    installation, _, clock = town
    steady_drill.run(installation, MAX)
    clock.later(days=91)
    assert judged(installation, "G10")[1].state == "at risk"


def test_a_drill_that_was_cut_off_has_not_passed(town):
    installation, _, clock = town
    steady_drill.run(installation, MAX)
    installation.store.begin_check(steady_drill.KEPT_AS)
    clock.later(minutes=11)
    assert judged(installation, "G10")[1].state == "not met"


def test_without_customers_it_is_not_measured(installation_of_nobody):
    found, how = judged(installation_of_nobody, "G10")
    assert how.state == "not measured" and "no customers" in found.headline


@pytest.fixture
def installation_of_nobody(town, tmp_path):
    settings = town[0].set_up.model_copy(update={"var": tmp_path / "empty"})
    made = Installation(settings)
    made.store.migrate()
    return made
