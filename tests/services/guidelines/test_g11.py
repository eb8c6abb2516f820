"""G11: a log that was touched, answers that replay otherwise; and what is kept instead of found out anew."""

import pytest
from sqlalchemy import text

from data.store import EntryFilter
from services import customers, log, log_checks, log_seal, usage
from services.roles import SYSTEM
from tests.services.guidelines.evidence_town import judged, settled
from tests.services.trial_town import VERA


@pytest.fixture
def town(tmp_path):
    installation, _, clock = settled(tmp_path)
    for number in range(5):
        customers.one(installation, VERA, f"K00{number + 1}")
    return installation, clock


def touch(installation, statement, **values):
    with installation.store.writing() as connection:
        connection.execute(text(statement), values)


def walks(installation):
    with installation.store.reading() as connection:
        return connection.execute(
            text("SELECT COUNT(*) FROM kept_checks WHERE what = 'chain of the log'")
        ).scalar()


def test_a_log_that_is_whole_and_replays_is_met(town):
    found, how = judged(town[0], "G11")
    assert how.state == "met", how.why
    assert found.headline == "5 entries; the chain is intact; 5 of 5 sampled answers replay exactly"
    assert "A random sample of 5" in {one.label: one.note for one in found.lines}["Asked again"]


def test_an_empty_log_is_not_measured(tmp_path):
    found, how = judged(settled(tmp_path)[0], "G11")
    assert how.state == "not measured" and found.values["chain_intact"] is None


def test_a_log_of_acts_alone_replays_nothing_and_is_not_measured(tmp_path):
    from services import control_people

    installation, _, _ = settled(tmp_path)
    control_people.hide(installation, VERA)
    how = judged(installation, "G11")[1]
    assert how.state == "not measured" and "no answer that can be replayed" in how.why


def test_a_row_that_was_touched_turns_it_and_is_named(town):
    installation, _ = town
    assert judged(installation, "G11")[1].state == "met"
    touch(installation, "UPDATE log_payload SET body = replace(body, '0', '1') WHERE seq = 3")
    log_seal_verify(installation)
    found, how = judged(installation, "G11")
    assert how.state == "not met" and "BROKEN at entry 3" in found.headline
    assert {one.label: one.link for one in found.lines}["The chain"] == "/log?entry=3"


def log_seal_verify(installation):
    assert not log_seal.verify(installation, SYSTEM).ok


def test_what_is_kept_stands_for_a_day_then_the_log_is_walked_again(town):
    installation, clock = town
    judged(installation, "G11")
    touch(installation, "UPDATE log_payload SET body = replace(body, '0', '1') WHERE seq = 3")
    clock.later(hours=23)
    assert judged(installation, "G11")[1].state == "met" and walks(installation) == 1
    clock.later(hours=2)
    assert judged(installation, "G11")[1].state == "not met" and walks(installation) == 2


def test_a_log_that_was_cut_off_shows_at_once(town):
    installation, _ = town
    judged(installation, "G11")
    touch(installation, "DELETE FROM log_payload WHERE seq >= 5")
    touch(installation, "DELETE FROM log WHERE seq >= 5")
    found, how = judged(installation, "G11")
    assert how.state == "not met" and "cut off" in {one.label: one.text for one in found.lines}["The chain"]


def test_the_walk_by_command_is_kept_too(town):
    log_seal.verify(town[0], SYSTEM)
    judged(town[0], "G11")
    assert walks(town[0]) == 1


def test_an_answer_that_comes_out_otherwise_turns_it(town):
    """Whoever rewrites the whole chain makes it whole again; the answers in it are not those of then."""
    installation, _ = town
    (entry,) = installation.store.entries(EntryFilter(kinds=("prediction",)), None, 1)
    body = installation.store.entry(entry.header.seq).payload
    shown = str(body["answer"]["probability"])
    touch(installation, "UPDATE log_payload SET body = replace(body, :was, '0.5') WHERE seq = :seq",
          was=shown, seq=entry.header.seq)  # fmt: skip
    kept = log_checks.replays(installation)
    assert kept.passed is False and kept.result["different"] == [entry.header.seq]
    found, how = judged(installation, "G11")
    assert how.state == "not met" and found.values["replayed_share"] == 0.8
    assert (
        f"entries {entry.header.seq} did not" in {one.label: one.text for one in found.lines}["Asked again"]
    )


def test_a_sample_is_drawn_once_a_day_and_ends_when_its_time_is_over(town, monkeypatch):
    installation, clock = town
    first = log_checks.replays(installation)
    assert log_checks.replays(installation) == first
    clock.later(days=1)
    monkeypatch.setattr(log_checks, "SAMPLED_SECONDS", 0.0)
    second = log_checks.replays(installation)
    assert second.number > first.number and second.result["same"] <= 1


def reads(found):
    return {one.label: one.text for one in found.lines}["Read by people"]


def test_how_often_people_read_their_own_entries_is_told_without_names(town):
    installation, _ = town
    found, _ = judged(installation, "G11")
    assert reads(found) == "entries about their own doings were opened 0 times in 28 days"
    for _ in range(2):
        usage.note_entry(installation, VERA, log.one(installation, VERA, 1))
    assert usage.count(installation)
    found, how = judged(installation, "G11")
    assert found.values["own_reads"] == 2 and "opened 2 times" in reads(found) and "Vera" not in str(found)
    assert how.state == "met"


def test_where_use_is_not_counted_reading_is_not_measured_and_nothing_else_suffers(town):
    installation, _ = town
    off = installation.set_up.model_copy(update={"count_usage": "no"})
    installation.set_up, installation._in_force = off, type(installation._in_force)(off)
    found, how = judged(installation, "G11")
    assert found.values["own_reads"] is None and reads(found) == "not measured"
    assert how.state == "met"
