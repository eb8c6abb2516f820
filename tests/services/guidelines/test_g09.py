"""G9: settings nobody can change, a change that cannot be, complaints about settings that wait."""

import pytest
from sqlalchemy import text

from services import feedback, feedback_figures, managers_settings
from services.installation import Installation
from tests.services.guidelines.evidence_town import judged, person, settled
from tests.services.trial_town import VERA


@pytest.fixture
def town(tmp_path):
    installation, _, clock = settled(tmp_path)
    return installation, clock, person(installation, "mia", "manager")


def complain(installation):
    return feedback.send(installation, VERA, kind="complaint", about="setting", about_id="repair_hours",
                         text="Too long.", once="once-" + "x" * 16).number  # fmt: skip


def change(installation, mia, value=12, complaint=None):
    now = managers_settings.line(installation, mia, "repair_hours")
    return managers_settings.change(installation, mia, "repair_hours", value, "It was mended sooner.",
                                    complaint, seen_revision=now.revision)  # fmt: skip


def test_what_can_be_adjusted_is_told_with_its_last_changes(town):
    installation, _, mia = town
    change(installation, mia)
    found, how = judged(installation, "G9")
    assert how.state == "met", how.why
    changes, settings = found.tables[0], found.tables[1]
    assert changes.rows[0][1:6] == (
        "Time to mend a model",
        "24 hours",
        "12 hours",
        "mia",
        "It was mended sooner.",
    )
    row = next(row for row in settings.rows if row[0] == "Time to mend a model")
    assert row[1:4] == ("12 hours", "24 hours", "04 March 2026, mia")
    assert found.values["adjustable"] == len(settings.rows) > 10


def test_complaints_are_counted_by_setting_with_what_they_led_to(town):
    installation, clock, _ = town
    complain(installation)
    found, how = judged(installation, "G9")
    assert how.state == "met" and found.values["complaints"] == 1 and found.values["led_share"] == 0
    clock.later(days=8)
    found, how = judged(installation, "G9")
    assert how.state == "at risk" and "overdue: 1" in how.why
    row = next(row for row in found.tables[0].rows if row[0] == "Time to mend a model")
    assert row[4:] == ("1", "0 (0%)")


def test_nobody_who_may_change_them_turns_it(town):
    installation, clock, mia = town
    installation.store.disable_user(mia.id, clock())
    how = judged(installation, "G9")[1]
    assert how.state == "not met" and how.why == "Nobody with an open account can change a setting."


@pytest.mark.parametrize("value", ['{"value": -5}', '{"value": "soon"}', "{}"])
def test_a_change_that_cannot_be_turns_it_and_is_named(town, value):
    installation, _, mia = town
    change(installation, mia)
    with installation.store.writing() as connection:
        connection.execute(text("UPDATE managers_settings SET value = :value"), {"value": value})
    anew = Installation(installation.set_up)
    anew.store.clock = installation.store.clock
    found, how = judged(anew, "G9")
    assert how.state == "not met" and found.values["unreadable"] == 1
    assert any("Time to mend a model cannot be" in one.note for one in found.lines)


def test_without_counts_of_complaints_it_is_not_measured(town, monkeypatch):
    def nothing(installation):
        raise OSError("the disk is gone")

    from services.guidelines.working_out import work_out

    monkeypatch.setattr(feedback_figures, "by_setting", nothing)
    assert work_out(town[0], "G9").state == "not measured"
