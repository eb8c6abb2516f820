"""Fail-safe tried in a sandbox, and drills that are kept: also what failed, and what was cut off."""

import pytest

from data.store import EntryFilter
from services import contingency, control, control_drill, control_probes, log, steady_drill
from services.control import ControlRefused
from services.roles import SYSTEM, NotPermitted
from services.stamp import standing
from tests.services.trial_town import EVENING, MAX, VERA, settle_signed


@pytest.fixture
def town(tmp_path):
    installation, named = settle_signed(tmp_path, now=EVENING)
    installation.store.promote(named["near"], actor=MAX.id, began="sign-off", reason="")
    return installation, named


def test_the_version_signed_before_answers_in_the_sandbox_and_nobody_notices(town, monkeypatch):
    installation, named = town
    seen = []
    probe = control_probes.probe

    def watched(sandbox, subsystem):
        seen.append((standing(installation, VERA).version, standing(sandbox, VERA).version))
        return probe(sandbox, subsystem)

    monkeypatch.setattr(control_probes, "probe", watched)
    found = steady_drill.run(installation, MAX)
    assert found.passed and found.version == named["base"] and found.seconds > 0
    assert seen == [(named["near"], named["near"]), (named["near"], named["base"])]
    assert {one.state for one in control.states(installation).values()} == {"on"}


def test_it_is_kept_and_on_record(town):
    installation, named = town
    found = steady_drill.run(installation, MAX)
    kept = steady_drill.last(installation)
    assert (kept.passed, kept.entry, kept.result["version"]) == (True, found.entry, named["base"])
    text = log.one(installation, SYSTEM, found.entry).text
    assert text.startswith("Max tried in a sandbox what serves in fail-safe: In fail-safe version")


def test_without_a_version_that_verifies_averages_stand_and_it_is_said(town):
    installation, named = town
    (installation.shelf.folder / named["base"] / "scorecard.json").write_text("{}")
    found = steady_drill.run(installation, MAX)
    assert found.passed and found.version is None and "the average of the group" in found.words


def test_a_way_back_that_changes_nothing_does_not_pass(town, monkeypatch):
    installation, _ = town
    monkeypatch.setattr(
        contingency, "steady", lambda inst, in_use, passage: contingency.answering(inst, in_use)
    )
    found = steady_drill.run(installation, MAX)
    assert not found.passed and "It does NOT work" in found.words
    assert steady_drill.last(installation).passed is False


def test_a_way_back_that_breaks_is_kept_as_not_passed(town, monkeypatch):
    installation, _ = town

    def breaks(*args, **more):
        raise OSError("the disk is gone")

    monkeypatch.setattr(contingency, "steady", breaks)
    with pytest.raises(OSError, match="gone"):
        steady_drill.run(installation, MAX)
    assert steady_drill.last(installation).passed is False


def test_in_fail_safe_already_the_same_comes_out_and_that_is_right(town):
    installation, named = town
    control.throw(installation, MAX, "churn-model", "fail-safe", "It is a test.")
    found = steady_drill.run(installation, MAX)
    assert found.passed and found.version == named["base"]


def test_who_may_not_tries_nothing(town):
    with pytest.raises(NotPermitted):
        steady_drill.run(town[0], VERA)
    assert steady_drill.last(town[0]) is None


def test_where_there_is_no_model_nothing_is_tried(installation):
    with pytest.raises(ControlRefused, match="There are no customers yet"):
        steady_drill.run(installation, MAX)
    assert steady_drill.last(installation) is None


def test_a_drill_of_a_switch_is_kept_with_its_times_and_its_entry(town):
    installation, _ = town
    control_drill.run(installation, MAX, "churn-model", "The monthly drill.")
    kept = installation.store.last_check(control_drill.kept_as("churn-model"))
    assert kept.passed and sorted(kept.result["seconds"]) == ["fail-safe", "off", "paused"]
    assert all(seconds > 0 for seconds in kept.result["seconds"].values())
    (over,) = [one for one in installation.store.entries(EntryFilter(kinds=("control",)), None, 20)
               if one.payload["step"] == "drill over"]  # fmt: skip
    assert kept.entry == over.header.seq


def test_a_drill_that_somebody_ended_has_not_passed(town, monkeypatch):
    installation, _ = town
    probe, thrown = control_probes.probe, []

    def meddling(inst, subsystem):
        if control.state(inst, "churn-model").state == "fail-safe" and not thrown:
            thrown.append(control.throw(inst, MAX, "churn-model", "off", "For real."))
        return probe(inst, subsystem)

    monkeypatch.setattr(control_probes, "probe", meddling)
    with pytest.raises(ControlRefused, match="somebody threw"):
        control_drill.run(installation, MAX, "churn-model", "The monthly drill.")
    kept = installation.store.last_check(control_drill.kept_as("churn-model"))
    assert kept.passed is False and "somebody threw" in kept.result["words"]
    assert control.state(installation, "churn-model").state == "off"
