"""Managers' work on feedback: one answers, what changed is on record, and who sent it sees each step."""

import secrets
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from config.settings import Settings
from data.store import EntryFilter
from services import control, feedback, feedback_figures, feedback_work, log, managers_settings, retention
from services.feedback import FeedbackRefused, NoSuchFeedback
from services.feedback_figures import Counted
from services.feedback_work import Overtaken
from services.installation import Installation
from services.roles import SYSTEM, Actor, NotPermitted
from tests.services.small_town import settle_town

VIC = Actor("u-vic00", "Vic", "viewer")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    settle_town(folder).store.dispose()
    return folder / "var"


@pytest.fixture
def town(made, tmp_path):
    shutil.copytree(made, tmp_path / "var")
    return Installation(Settings(var=tmp_path / "var", database_url=None))


@pytest.fixture
def managers(town):
    """Give two managers with accounts."""
    users = [town.store.add_user(name, "manager") for name in ("Max", "Mia")]
    return [Actor(user.id, user.name, user.role) for user in users]


@pytest.fixture
def item(town):
    sent = feedback.send(
        town, VIC, text="Too many calls.", verdict="wrong", page="/customer", once=secrets.token_hex(16)
    )
    return town.store.feedback_item(sent.number)


def change(town, actor, complaint=None, value=0.2):
    seen = managers_settings.line(town, actor, "at_risk_share").revision
    return managers_settings.change(
        town, actor, "at_risk_share", value, "Fewer calls.", complaint, seen_revision=seen
    )


def steps(town, number):
    return [(step.what, step.state, step.who) for step in town.store.feedback_steps(number)]


def test_an_item_goes_from_new_to_closed_and_each_step_is_in_the_log(town, managers, item):
    max_, mia = managers
    feedback_work.look(town, max_, item.number)
    feedback_work.take(town, max_, item.number, seen=2)
    feedback_work.take(town, max_, item.number, seen=3, owner=mia.id)
    row = change(town, mia)
    made = feedback_work.answer(
        town, mia, item.number, "The list is shorter.", [("setting", str(row.number))], seen=4
    )
    assert (made.state, made.owner_name, made.answered_by, made.led_to) == (
        "answered", "Mia", "Mia", (("setting", "1"),),
    )  # fmt: skip
    feedback_work.close(town, mia, item.number, "", seen=5)
    assert steps(town, item.number) == [
        ("sent", "new", "Vic"), ("seen", "seen", "Max"), ("taken", "in work", "Max"),
        ("taken", "in work", "Max"), ("answered", "answered", "Mia"), ("closed", "closed", "Mia"),
    ]  # fmt: skip
    told = [entry.text for entry in log.page(town, SYSTEM, EntryFilter(kinds=("feedback",))).entries]
    assert told[0] == "Mia closed feedback 1."
    assert told[1] == "Mia answered feedback 1: The list is shorter. It led to change of setting 1."
    assert told[-2] == "Max looked at feedback 1."
    assert len(told) == 6
    assert feedback.one(town, VIC, item.number).item.answer == "The list is shorter."


def test_a_look_by_who_sent_it_or_may_not_answer_is_no_step(town, managers, item):
    feedback_work.look(town, VIC, item.number)
    own = feedback.send(town, managers[0], text="Mine.", once=secrets.token_hex(16)).number
    feedback_work.look(town, managers[0], own)
    assert {town.store.feedback_item(number).state for number in (item.number, own)} == {"new"}


def test_of_two_managers_who_answer_the_second_is_told_the_firsts_answer(town, managers, item):
    """S49."""
    max_, mia = managers
    feedback_work.answer(town, max_, item.number, "It was a wrong tariff", seen=1)
    with pytest.raises(Overtaken, match=r"Max answered it at .* It was a wrong tariff\. Look again"):
        feedback_work.answer(town, mia, item.number, "I do not think so.", seen=1)
    kept = town.store.feedback_item(item.number)
    assert (kept.answer, kept.answered_by, kept.revision) == ("It was a wrong tariff", "Max", 2)


def test_of_ten_who_answer_in_the_same_moment_one_is_kept(town, managers, item):
    """S49."""

    def answer(number):
        try:
            feedback_work.answer(town, managers[number % 2], item.number, f"Answer {number}.", seen=1)
        except Overtaken as told:
            return str(told)
        return ""

    with ThreadPoolExecutor(10) as many:
        told = list(many.map(answer, range(10)))
    assert told.count("") == 1
    kept = town.store.feedback_item(item.number)
    assert all(kept.answer in words for words in told if words)
    assert town.store.count_entries(EntryFilter(kinds=("feedback",))) == 2


def test_what_it_led_to_is_what_really_changed_since(town, managers, item):
    max_ = managers[0]
    offered = {one.kind for one in feedback_work.offered(town, max_, item.number)}
    assert offered == set()
    with pytest.raises(FeedbackRefused, match="no setting '9' on record"):
        feedback_work.answer(town, max_, item.number, "Done.", [("setting", "9")], seen=1)
    with pytest.raises(FeedbackRefused, match="was before this came in"):
        snapshot = town.store.in_use().snapshot
        feedback_work.answer(town, max_, item.number, "Done.", [("load", snapshot)], seen=1)
    control.throw(town, max_, "recommender", "paused", "Complaints.")
    change(town, max_)
    found = feedback_work.offered(town, max_, item.number)
    assert [(one.kind, one.words) for one in found] == [
        ("setting", "Length of the at-risk list: now 20%"),
        ("decision", "Control room used (recommender)"),
    ]
    pairs = [(one.kind, one.reference) for one in found]
    feedback_work.answer(town, max_, item.number, "Done.", pairs, seen=1)
    assert feedback_work.changes_of(town, town.store.feedback_item(item.number)) == found
    assert feedback_work.offered(town, max_, item.number) == []


def test_a_change_that_cites_an_item_is_linked_to_it_and_counted_by_setting(town, managers, item):
    change(town, managers[0], complaint="1")
    kept = town.store.feedback_item(item.number)
    assert (kept.led_to, kept.state, kept.owner_name) == ((("setting", "1"),), "in work", "Max")
    assert feedback_figures.by_setting(town) == {"at_risk_share": Counted(1, 1, 0, 0, 0)}
    feedback_work.answer(town, managers[0], item.number, "The list is shorter.", seen=2)
    assert feedback_figures.by_setting(town) == {"at_risk_share": Counted(1, 0, 0, 1, 1)}
    assert feedback_figures.by_guideline(town)["G2"] == Counted(1, 0, 0, 1, 1)
    text = log.page(town, SYSTEM, EntryFilter(kinds=("setting",))).entries[0].text
    assert text.endswith("It answers feedback 1.")


def test_a_change_that_cites_no_item_there_is_changes_nothing(town, managers):
    with pytest.raises(NoSuchFeedback, match="no feedback 9"):
        change(town, managers[0], complaint="9")
    assert town.store.settings_history() == []
    change(town, managers[0], complaint="a letter of 3 March")
    assert town.store.settings_history()[0].complaint == "a letter of 3 March"


def test_another_day_needs_a_reason_and_lies_ahead(town, managers, item):
    max_, today = managers[0], town.store.clock().date()
    for day, reason, says in (
        ("soon", "Holidays", "is no day"),
        ((today - timedelta(days=1)).isoformat(), "Holidays", "from today on"),
        ((today + timedelta(days=800)).isoformat(), "Holidays", "within a year"),
        ((today + timedelta(days=8)).isoformat(), " ", "why another day is set"),
    ):
        with pytest.raises(FeedbackRefused, match=says):
            feedback_work.set_due(town, max_, item.number, day, reason, seen=1)
    later = today + timedelta(days=8)
    made = feedback_work.set_due(town, max_, item.number, later.isoformat(), "Holidays.", seen=1)
    assert made.due.date() == later
    assert town.store.feedback_steps(item.number)[-1].text == "Holidays."


def test_nothing_is_closed_without_a_word_to_its_sender(town, managers, item):
    with pytest.raises(FeedbackRefused, match="why it is closed"):
        feedback_work.close(town, managers[0], item.number, "", seen=1)
    made = feedback_work.close(town, managers[0], item.number, "The same as feedback 7.", seen=1)
    assert (made.state, made.answer) == ("closed", "The same as feedback 7.")
    with pytest.raises(FeedbackRefused, match="closed already"):
        feedback_work.close(town, managers[0], item.number, "Again.", seen=2)
    with pytest.raises(FeedbackRefused, match="closed already"):
        feedback_work.take(town, managers[0], item.number, seen=2)


def test_what_is_due_first_stands_first(town, managers, item):
    urgent = feedback.send(town, VIC, kind="complaint", text="Stop.", once=secrets.token_hex(16)).number
    assert [one.number for one in feedback_work.work(town, managers[0])] == [urgent, item.number]


def test_only_who_may_answer_works_on_it(town, managers, item):
    deeds = (
        lambda: feedback_work.work(town, VIC),
        lambda: feedback_work.people(town, VIC),
        lambda: feedback_work.take(town, VIC, item.number, seen=1),
        lambda: feedback_work.set_due(town, VIC, item.number, "2030-01-01", "x", seen=1),
        lambda: feedback_work.answer(town, VIC, item.number, "x", seen=1),
        lambda: feedback_work.link(town, VIC, item.number, [], seen=1),
        lambda: feedback_work.close(town, VIC, item.number, "x", seen=1),
        lambda: feedback_work.offered(town, VIC, item.number),
    )
    for deed in deeds:
        with pytest.raises(NotPermitted):
            deed()
    with pytest.raises(FeedbackRefused, match="Nobody of that id"):
        feedback_work.take(town, managers[0], item.number, seen=1, owner="u-nobody")
    assert steps(town, item.number) == [("sent", "new", "Vic")]


def test_a_step_whose_entry_cannot_be_written_is_not_taken(town, managers, item, monkeypatch):
    """S42."""

    def broken(*args, **kwargs):
        raise OSError("the disk is full")

    monkeypatch.setattr(log, "record", broken)
    with pytest.raises(OSError, match="full"):
        feedback_work.answer(town, managers[0], item.number, "Done.", seen=1)
    assert town.store.feedback_item(item.number).state == "new"


def test_past_their_time_words_and_names_are_gone_and_what_is_counted_stays(town, managers, item):
    feedback_work.answer(town, managers[0], item.number, "Mended, Vic.", seen=1)
    waits = feedback.send(town, VIC, text="I wait.", once=secrets.token_hex(16)).number
    days, now = retention.classes()["voices"].days, town.store.clock()
    town.store.clock = lambda: now + timedelta(days=days - 1)
    retention.purge_due(town, SYSTEM)
    assert town.store.feedback_item(item.number).text == "Too many calls."
    before = feedback_figures.by_guideline(town)
    town.store.clock = lambda: now + timedelta(days=days + 1)
    retention.purge_due(town, SYSTEM)
    kept = town.store.feedback_item(item.number)
    assert (kept.text, kept.answer, kept.person, kept.person_name) == ("", "", None, None)
    assert {(step.text, step.who) for step in town.store.feedback_steps(item.number)} == {("", None)}
    assert town.store.feedback_item(waits).text == "I wait."
    assert [one.answered for one in feedback_figures.by_guideline(town).values()] == [
        one.answered for one in before.values()
    ]
    told = [one.text for one in log.page(town, SYSTEM, EntryFilter(kinds=("feedback",))).entries]
    assert told[0] == "Keepsight removed words and names of feedback that is past its time; items: 1."
    retention.purge_due(town, SYSTEM)
    assert town.store.count_entries(EntryFilter(kinds=("feedback",))) == len(told)
