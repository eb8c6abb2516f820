"""The register of user tests: who may, what is refused, corrected and withdrawn, and the balance."""

from datetime import date, timedelta

import pytest

from data.store import EntryFilter
from services import log, user_tests
from services.roles import SYSTEM, Actor, NotPermitted
from services.user_tests import Group, UserTestChanged, UserTestRefused

MAX, VERA = Actor("u-max", "Max", "manager"), Actor("u-vera", "Vera", "viewer")
EVA = Actor("u-eva", "Eva", "administrator")
EVEN = (Group("women", "30 to 44", 3), Group("men", "under 30", 3))
LONG = "x" * 100_000


def give(installation, actor=MAX, **more):
    given = {
        "day": date(2026, 3, 1), "task": "Find who is at risk.", "groups": EVEN, "findings": "All found it.",
        "changed": "A larger button.",
    }  # fmt: skip
    return user_tests.record(installation, actor, **(given | more))


def entries(installation):
    return log.page(installation, SYSTEM, EntryFilter(kinds=("user-test",))).entries


def test_a_test_is_registered_with_its_entry(installation):
    made = give(installation)
    assert user_tests.listing(installation, VERA) == [made]
    assert (made.number, made.people, made.by, made.states) == (1, 6, "Max", 1)
    (entry,) = entries(installation)
    assert entry.text == "Max registered user test 1 of 2026-03-01 with 6 people: Find who is at risk."
    assert entry.payload["findings"] == "All found it."


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"day": date(2999, 1, 1)}, "which is not to come"),
        ({"day": date(1999, 1, 1)}, "which is not to come"),
        ({"day": None}, "Give the day"),
        ({"task": " "}, "what they were asked to do"),
        ({"task": "x" * 301}, "at most 300"),
        ({"findings": LONG}, "at most 5,000"),
        ({"findings": "\x00 \ud800"}, "what was found"),
        ({"groups": ()}, "at least one person"),
        ({"groups": (Group("women", "under 30", 0),)}, "at least one person"),
        ({"groups": (Group("women", "under 30", -1),)}, "whole numbers"),
        ({"groups": (Group("women", "under 30", 10**9),)}, "whole numbers"),
        ({"groups": (Group("women", "under 30", True),)}, "whole numbers"),
        ({"groups": (Group("robots", "under 30", 1),)}, "by gender and age band"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(installation, more, words):
    with pytest.raises(UserTestRefused, match=words):
        give(installation, **more)
    assert user_tests.listing(installation, MAX) == [] and entries(installation) == ()


def test_scripts_right_to_left_text_and_emoji_are_kept_as_they_are(installation):
    text = "<script>alert(1)</script> =1+1 \u05e9\u05dc\u05d5\u05dd \U0001f469\u200d\U0001f4bb"
    assert give(installation, findings=text).findings == text


def test_a_form_sent_twice_is_one_test(installation):
    give(installation)
    with pytest.raises(UserTestRefused, match="registered already, as test 1"):
        give(installation)
    assert len(user_tests.listing(installation, MAX)) == 1


@pytest.mark.parametrize("actor", [VERA, Actor("u-ada", "Ada", "analyst")])
def test_who_may_not_changes_nothing(installation, actor):
    give(installation)
    for deed in (
        lambda: give(installation, actor, task="Other"),
        lambda: user_tests.withdraw(installation, actor, 1, "No.", seen=1),
        lambda: correct(installation, actor, task="Other"),
    ):
        with pytest.raises(NotPermitted):
            deed()
    assert [one.states for one in user_tests.listing(installation, MAX)] == [1]


def correct(installation, actor=EVA, seen=1, **more):
    given = {
        "day": date(2026, 3, 1), "task": "Find who is at risk.", "groups": EVEN, "findings": "All found it.",
        "changed": "A larger button.", "reason": "A slip.",
    }  # fmt: skip
    return user_tests.correct(installation, actor, 1, **(given | more), seen=seen)


def test_a_test_is_corrected_and_what_it_said_stays_on_record(installation):
    give(installation)
    assert correct(installation, findings="Two did not.").states == 2
    assert [one.findings for one in user_tests.listing(installation, MAX)] == ["Two did not."]
    assert [one.payload["findings"] for one in entries(installation)] == ["Two did not.", "All found it."]
    assert entries(installation)[0].text.endswith("Find who is at risk, because: A slip.")


def test_of_two_who_correct_the_second_is_told_and_nothing_of_the_first_is_lost(installation):
    give(installation)
    correct(installation, findings="Two did not.")
    with pytest.raises(UserTestChanged, match="Eva changed test 1 meanwhile"):
        correct(installation, MAX, findings="Three did not.")
    assert user_tests.listing(installation, MAX)[0].findings == "Two did not."


def test_what_differs_in_nothing_or_has_no_reason_is_refused(installation):
    give(installation)
    with pytest.raises(UserTestRefused, match="Nothing differs"):
        correct(installation)
    with pytest.raises(UserTestRefused, match="why it is corrected"):
        correct(installation, findings="Other", reason=" ")
    with pytest.raises(UserTestRefused, match="no test 7 that stands"):
        user_tests.withdraw(installation, MAX, 7, "Why not.", seen=1)


def test_a_test_that_is_withdrawn_counts_no_more_and_stays_readable(installation):
    give(installation)
    user_tests.withdraw(installation, MAX, 1, "It was a rehearsal.", seen=1)
    (found,) = user_tests.listing(installation, VERA)
    assert found.is_withdrawn and found.reason == "It was a rehearsal."
    assert user_tests.balance([found]).tests == 0
    with pytest.raises(UserTestRefused, match="that stands"):
        user_tests.withdraw(installation, MAX, 1, "Again.", seen=2)
    assert give(installation).number == 2


def test_a_change_and_its_entry_are_both_kept_or_neither(installation, monkeypatch):
    def fails(*args, **more):
        raise OSError("the disk is full")

    monkeypatch.setattr(log, "record", fails)
    with pytest.raises(OSError, match="disk"):
        give(installation)
    assert installation.store.user_tests() == []


@pytest.mark.parametrize(
    ("groups", "fewest", "least"),
    [
        (EVEN, ("women", 0.5), 0.5),
        ((Group("women", "under 30", 3), Group("men", "under 30", 7)), ("women", 0.3), 0.3),
        ((Group("men", "under 30", 9),), ("women", 0.0), 0.0),
        ((Group("women", "under 30", 4), Group("men", "under 30", 4), Group("another gender", "under 30", 4)),
         ("women", 1 / 3), 0.5),
        ((Group("not said", "not said", 5),), None, None),
    ],
)  # fmt: skip
def test_the_balance_of_genders(installation, groups, fewest, least):
    found = user_tests.balance([give(installation, groups=groups)])
    assert found.fewest == fewest and found.least_share == (None if least is None else pytest.approx(least))


def test_the_balance_is_over_all_tests_that_stand(installation):
    give(installation, groups=(Group("women", "under 30", 9),))
    give(installation, groups=(Group("men", "60 and over", 6),), day=date(2026, 3, 1) - timedelta(days=9))
    found = user_tests.balance(user_tests.listing(installation, MAX))
    assert (found.tests, found.people, found.latest) == (2, 15, date(2026, 3, 1))
    assert found.fewest == ("men", 0.4) and found.bands["60 and over"] == 6
