"""The rules that go to fail-safe by themselves: one entry that says why, and never back (S35)."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from data.store import EntryFilter
from models.scorecard import Scorecard
from services import champion_guards, control, control_rules, customers, registry, signing
from services.control import ControlRefused
from services.roles import Actor
from services.stamp import standing
from tests.services.trial_town import EVENING, MAX, VERA, settle, settle_signed

ANA = Actor("u-ana", "Ana", "manager")


@pytest.fixture
def town(tmp_path):
    """Give a town whose second champion serves; nobody signed it today, so that no guard takes it back."""
    installation, named = settle_signed(tmp_path, now=EVENING, guard_error_share=1.0)
    installation.store.promote(named["near"], actor=MAX.id, began="sign-off", reason="")
    return installation, named


def file_of(installation, version):
    return installation.shelf.folder / version / "scorecard.json"


def state(installation):
    return control.state(installation, "churn-model")


def thrown(installation):
    """Give the entries of the rule, and those of people."""
    return [
        installation.store.entries(EntryFilter(kinds=(one,)), None, 100) for one in ("contingency", "control")
    ]


@pytest.mark.parametrize("damage", ["gone", "cut off", "swapped", "one bit"])
def test_a_damaged_scorecard_goes_to_fail_safe_while_serving_in_one_entry(town, damage):
    installation, named = town
    assert standing(installation, VERA).version == named["near"], "it was read and kept in memory"
    path = file_of(installation, named["near"])
    content = path.read_bytes()
    if damage == "gone":
        path.unlink()
    elif damage == "cut off":
        path.write_bytes(content[:-9])
    elif damage == "swapped":
        path.write_bytes(file_of(installation, named["higher"]).read_bytes())
    else:
        path.write_bytes(content[:50] + bytes([content[50] ^ 1]) + content[51:])
    for _ in range(3):
        assert customers.one(installation, VERA, "K001").stamp.version == named["base"]
    found = state(installation)
    assert (found.state, found.is_automatic, found.version) == ("fail-safe", True, named["near"])
    (entry,), by_people = thrown(installation)
    assert by_people == []
    assert entry.payload == {"reason": found.reason, "instead": named["base"], "control": "fail-safe"}
    (note, *_) = registry.one(installation, MAX, named["near"]).notes
    assert (note.kind, note.text) == ("problem", found.reason)


def test_of_many_that_find_the_damage_at_once_one_throws_the_switch(town):
    installation, named = town
    file_of(installation, named["near"]).unlink()
    with ThreadPoolExecutor(8) as threads:
        versions = list(threads.map(lambda _: standing(installation, VERA).version, range(24)))
    assert set(versions) == {named["base"]}
    (entries, _) = thrown(installation)
    assert len(entries) == 1


def test_it_never_goes_back_by_itself_and_a_rollback_lets_the_version_before_answer(town):
    installation, named = town
    path = file_of(installation, named["near"])
    content = path.read_bytes()
    path.unlink()
    standing(installation, VERA)
    path.write_bytes(content)
    assert standing(installation, VERA).version == named["base"], "the file is back, the switch is not"
    signing.rollback(installation, MAX, "Its file was damaged.")
    on = standing(installation, VERA)
    assert on.version == named["base"] and "answers in fail-safe" in on.notice
    assert state(installation).state == "fail-safe"
    control.throw(installation, MAX, "churn-model", "on", "Rolled back, and looked at.")
    assert standing(installation, VERA).notice is None


def test_nobody_switches_on_what_would_fall_back_at_once(town):
    installation, named = town
    file_of(installation, named["near"]).unlink()
    standing(installation, VERA)
    with pytest.raises(ControlRefused, match="Roll back"):
        control.throw(installation, MAX, "churn-model", "on", "It must go on.")
    assert state(installation).state == "fail-safe"


def test_without_another_signed_version_averages_stand_then_facts(tmp_path):
    installation, named = settle_signed(tmp_path, now=EVENING)
    file_of(installation, named["base"]).unlink()
    found = customers.one(installation, VERA, "K001")
    assert found.score is None and found.average is not None and found.stamp.control == "on"
    assert customers.one(installation, VERA, "K001").stamp.control == "fail-safe"


def test_a_draft_that_is_damaged_throws_no_switch(tmp_path):
    installation, named = settle(tmp_path)
    file_of(installation, named["base"]).unlink()
    assert standing(installation, ANA).version is None
    assert state(installation).state == "on"


# --- too many answers fail ---------------------------------------------------------------------------


def fail(installation, times):
    """Let answers of the champion fail."""
    dataset, champion = installation.dataset(), installation.champion()
    for _ in range(times):
        champion_guards.count_failure(installation, VERA, dataset, champion, "K001", "ValueError: no")


def test_over_the_limit_of_failing_answers_it_goes_to_fail_safe_and_says_why(town):
    installation, named = town
    for _ in range(17):
        customers.one(installation, VERA, "K001")
    fail(installation, 2)
    assert state(installation).state == "on", "19 answers are too few to judge"
    fail(installation, 1)
    assert (
        state(installation).reason == f"3 of 20 answers of version {named['near'][:8]} failed (limit 5.0%)."
    )
    assert standing(installation, VERA).version == named["base"]
    fail(installation, 5)
    (entries, _) = thrown(installation)
    assert len(entries) == 1


def test_at_the_limit_it_stays_on(town):
    installation, _ = town
    for _ in range(19):
        customers.one(installation, VERA, "K001")
    fail(installation, 1)
    assert state(installation).state == "on"


def test_what_failed_before_somebody_switched_on_again_does_not_throw_it_a_second_time(town):
    installation, named = town
    fail(installation, 20)
    assert state(installation).state == "fail-safe"
    moment = EVENING.replace(hour=21)
    installation.store.clock = lambda: moment
    control.throw(installation, MAX, "churn-model", "on", "The data are mended.")
    fail(installation, 19)
    assert state(installation).state == "on"
    assert standing(installation, VERA).version == named["near"]
    fail(installation, 1)
    assert state(installation).state == "fail-safe", "twenty new ones do"


def test_a_rule_takes_no_switch_that_a_person_threw(town):
    installation, _ = town
    control.throw(installation, MAX, "churn-model", "off", "Enough.")
    control_rules.damaged(installation, installation.in_use(), None, "Its file is gone.")
    assert state(installation).state == "off"
    (entries, by_people) = thrown(installation)
    assert entries == [] and len(by_people) == 1


def test_an_answer_that_fails_is_told_and_counted(town, monkeypatch):
    installation, _ = town
    real = Scorecard.score

    def score(card, row):
        if row["key"] == "K001":
            raise ValueError("no")
        return real(card, row)

    monkeypatch.setattr(Scorecard, "score", score)
    for _ in range(20):
        assert customers.one(installation, VERA, "K001").score is None
    assert state(installation).is_automatic
