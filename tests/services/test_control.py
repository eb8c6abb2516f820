"""The control room's switch: thrown by whom, told to whom, on record, and never on where it is damaged."""

from itertools import product

import pytest
from sqlalchemy import text

from data.store import EntryFilter, StoreBusy
from services import control, customers, log
from services.control import ControlRefused, Overtaken
from services.control_states import MASTER, SEEN, STATES, SUBSYSTEMS, stricter
from services.roles import SYSTEM, Actor, NotPermitted
from services.stamp import standing
from tests.services.trial_town import ADA, EVENING, MAX, VERA, settle_signed

EVA = Actor("u-eva", "Eva", "manager")


@pytest.fixture
def town(tmp_path):
    """Give a town whose second champion serves, so that there is one to fall back to."""
    installation, named = settle_signed(tmp_path, now=EVENING)
    installation.store.promote(named["near"], actor=MAX.id, began="sign-off", reason="")
    return installation, named


def throw(installation, to, subsystem="churn-model", **more):
    return control.throw(installation, MAX, subsystem, to, "Complaints from the north.", **more)


def entries(installation, *kinds):
    return installation.store.entries(EntryFilter(kinds=kinds), None, 100)


def test_from_the_start_everything_is_on(town):
    assert {one.state for one in control.states(town[0]).values()} == {"on"}
    assert control.passes(town[0], VERA, "churn-model").is_open


def test_a_switch_thrown_holds_at_the_next_answer_and_is_on_record(town):
    installation, named = town
    made = throw(installation, "off")
    assert (made.state, made.by, made.reason) == ("off", "Max", "Complaints from the north.")
    assert standing(installation, VERA).version is None
    (entry,) = entries(installation, "control")
    assert entry.header.version == named["near"] and entry.subject == "churn-model"
    assert entry.payload == {
        "step": "switch", "from": "on", "to": "off", "reason": "Complaints from the north."
    }  # fmt: skip
    assert (
        "Max switched the churn model from on to off, because: Complaints"
        in log.page(installation, SYSTEM, EntryFilter(kinds=("control",))).entries[0].text
    )


@pytest.mark.parametrize("actor", [VERA, ADA])
def test_who_may_not_throws_nothing(town, actor):
    with pytest.raises(NotPermitted):
        control.throw(town[0], actor, "churn-model", "off", "I do not like it.")
    assert control.state(town[0], "churn-model").state == "on"
    assert entries(town[0], "control") == []


@pytest.mark.parametrize(
    ("subsystem", "to", "reason", "words"),
    [
        ("churn-model", "off", "  ", "Write a sentence"),
        ("churn-model", "off", "x" * 2001, "at most 2000"),
        ("churn-model", "broken", "Why not.", "is no state: give on, paused"),
        ("weather", "off", "Why not.", "is no subsystem: give all, churn-model"),
        ("churn-model", "on", "Why not.", "Nothing was changed. Churn model: On since"),
    ],
)
def test_what_cannot_be_thrown_changes_nothing(town, subsystem, to, reason, words):
    with pytest.raises(ControlRefused, match=words):
        control.throw(town[0], MAX, subsystem, to, reason)
    assert {one.state for one in control.states(town[0]).values()} == {"on"}


def test_of_two_managers_the_second_is_told_how_it_stands(town):
    seen = control.state(town[0], "churn-model").revision
    throw(town[0], "paused", seen=seen)
    with pytest.raises(Overtaken, match="Paused since 04 March 2026, 20:00 UTC, by Max: Complaints"):
        control.throw(town[0], EVA, "churn-model", "off", "It is worse.", seen=seen)
    assert control.state(town[0], "churn-model").state == "paused"
    assert len(entries(town[0], "control")) == 1


@pytest.mark.parametrize("master", STATES)
@pytest.mark.parametrize("own", STATES)
def test_of_master_and_own_switch_the_stricter_holds(town, master, own):
    installation, _ = town
    for subsystem, to in ((MASTER, master), ("recommender", own)):
        if to != "on":
            throw(installation, to, subsystem)
    found = control.passes(installation, VERA, "recommender")
    assert found.state == stricter(master, own)
    assert found.is_open == (master == own == "on")
    assert control.passes(installation, VERA, "churn-model").state == master


def test_one_subsystem_switched_off_leaves_the_others_on(town):
    throw(town[0], "off", "recommender")
    assert standing(town[0], VERA).version == town[1]["near"]
    assert control.passes(town[0], VERA, "delegation").state == "off", "it stands on the recommender"


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM control WHERE subsystem = 'churn-model'",
        "UPDATE control SET state = 'On' WHERE subsystem = 'churn-model'",
        "UPDATE control SET since = 'yesterday' WHERE subsystem = 'churn-model'",
        "UPDATE control SET revision = 'x' WHERE subsystem = 'churn-model'",
        "DELETE FROM control",
    ],
)
def test_a_damaged_record_is_fail_safe_with_words_and_never_on(town, damage):
    installation, named = town
    with installation.store.writing() as connection:
        connection.execute(text(damage))
    found = control.passes(installation, VERA, "churn-model")
    assert found.state == "fail-safe" and "missing or cannot be read" in found.why
    on = standing(installation, VERA)
    assert on.version == named["base"] and "cannot be read" in on.notice
    throw(installation, "on")
    if "WHERE" in damage:
        assert standing(installation, VERA).version == named["near"]


def test_a_locked_store_throws_nothing_and_says_when_to_try_again(town):
    installation, _ = town
    installation.store._engines.patience_seconds = 0.1
    installation.store.dispose()
    other = type(installation)(installation.settings)
    with other.store.writing() as held:
        held.execute(text("UPDATE control SET reason = 'held' WHERE subsystem = 'all'"))
        with pytest.raises(StoreBusy) as busy:
            throw(installation, "off")
        assert busy.value.retry_after > 0
        assert standing(installation, VERA).version is not None, "who reads never waits"
    assert control.state(installation, "churn-model").state == "on"


def test_a_switch_and_its_entry_are_both_kept_or_neither(town, monkeypatch):
    monkeypatch.setattr(log, "record", _fails)
    with pytest.raises(OSError, match="disk"):
        throw(town[0], "off")
    assert control.state(town[0], "churn-model").state == "on"


def _fails(*_given, **_named):
    raise OSError("no space left on the disk")


def test_every_subsystem_has_words_for_what_is_seen():
    assert set(SEEN) == set(product(SUBSYSTEMS, STATES))


def test_a_customer_is_answered_by_facts_while_it_is_off(town):
    throw(town[0], "off")
    found = customers.one(town[0], VERA, "K001")
    assert found.score is None and not found.reasons and found.average is None
    assert found.facts and "switched off on 04 March 2026, 20:00 UTC by Max" in found.stamp.withheld
