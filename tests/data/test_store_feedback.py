"""Feedback in the store: one item a form, receipts as hashes, steps as they were seen, counts by what."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from data.store import FeedbackCount, FeedbackFilter, FeedbackItem, Store

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
DUE = NOON + 5 * DAY
ITEM = FeedbackItem(
    number=0, time=NOON, kind="feedback", about="prediction", about_id="A1", guideline="G2", page="/customer",
    text="It is wrong 🤷", verdict="wrong", state="new", owner=None, due=DUE, answer=None, answered=None,
    led_to=(), person="u-1", request_id="0badcafe", response_ms=321, version="v1", snapshot="s1",
    person_name="Vic",
)  # fmt: skip


@pytest.fixture
def store(store_url):
    made = Store(store_url, clock=lambda: NOON)
    made.migrate()
    yield made
    made.dispose()


def test_an_item_reads_back_as_it_was_sent(store):
    made, is_new = store.record_feedback(ITEM, once="a" * 16, receipt="r-1")
    assert is_new and made == replace(ITEM, number=1)
    assert store.feedback_item(1) == store.feedback_by_receipt("r-1") == store.feedback_by_once("a" * 16)
    assert store.feedback_item(1) == made
    assert [(step.what, step.who, step.time) for step in store.feedback_steps(1)] == [("sent", "Vic", NOON)]
    for number in (0, -1, 2, 2**40):
        assert store.feedback_item(number) is None


def test_of_twenty_forms_with_one_key_one_is_kept(store):
    """S50."""
    made = []
    threads = [
        threading.Thread(target=lambda: made.append(store.record_feedback(ITEM, once="b" * 16)))
        for _ in range(20)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(is_new for _, is_new in made) == [False] * 19 + [True]
    assert store.count_feedback() == 1


def test_neither_key_nor_receipt_stands_in_the_store(store):
    store.record_feedback(ITEM, once="key-of-the-form-1", receipt="aaaa-bbbb-cccc-dddd")
    with store.reading() as connection:
        rows = [
            str(row)
            for table in ("feedback", "feedback_receipts")
            for row in connection.execute(text(f"SELECT * FROM {table}"))
        ]
    assert len(rows) == 2
    assert not [row for row in rows if "key-of-the-form" in row or "bbbb" in row]


def test_who_saw_an_older_state_takes_no_step(store):
    """S49."""
    store.record_feedback(ITEM, once="c" * 16)
    values = {"state": "answered", "answer": "Done.", "answered": NOON, "led_to": (("setting", "3"),)}
    made = store.change_feedback(1, seen=1, what="answered", who="Max", text="Done.", **values)
    assert (made.revision, made.led_to, made.is_open) == (2, (("setting", "3"),), False)
    assert store.change_feedback(1, seen=1, what="closed", who="Mia", state="closed") is None
    assert store.change_feedback(9, seen=1, what="closed", who="Mia", state="closed") is None
    assert store.feedback_item(1) == made
    assert [step.what for step in store.feedback_steps(1)] == ["sent", "answered"]


def test_items_are_narrowed_counted_and_what_is_due_comes_first(store):
    later = replace(ITEM, guideline="G9", person=None, person_name=None, due=DUE - timedelta(days=9))
    outside = replace(later, guideline=None, kind="complaint", is_outside=True)
    for n, one in enumerate((ITEM, later, outside)):
        store.record_feedback(one, once=f"key-of-the-form-{n}")
    store.change_feedback(3, seen=1, what="answered", who="Max", state="answered", answered=NOON)
    assert [one.number for one in store.feedback_work()] == [2, 1]
    for wanted, numbers in (
        (FeedbackFilter(), [3, 2, 1]),
        (FeedbackFilter(person="u-1"), [1]),
        (FeedbackFilter(guideline="G9"), [2]),
        (FeedbackFilter(is_open=False), [3]),
        (FeedbackFilter(is_named=False, is_outside=False), [2]),
        (FeedbackFilter(kind="complaint"), [3]),
        (FeedbackFilter(since=NOON + timedelta(seconds=1)), []),
    ):
        assert [one.number for one in store.feedback_items(wanted)] == numbers
        assert store.count_feedback(wanted) == len(numbers)
    assert store.feedback_counts(None, NOON) == [FeedbackCount(None, 3, 2, 1, 1, 0)]
    found = {one.value: one for one in store.feedback_counts("guideline", NOON)}
    assert found["G9"] == FeedbackCount("G9", 1, 1, 1, 0, 0)
    assert found[None].answered == 1
    assert store.feedback_answered(NOON, 5) == [(NOON, NOON)]
    assert store.feedback_spans([NOON - DAY, NOON, NOON + DAY]) == [(0, 0), (3, 1)]


def test_an_ask_is_claimed_once_in_its_time_and_not_by_who_said_no(store):
    week = timedelta(days=7)
    assert [store.claim_feedback_ask("u-1", apart=week) for _ in range(2)] == [True, False]
    assert store.feedback_ask("u-1") == (NOON, None)
    store.clock = lambda: NOON + week
    assert store.claim_feedback_ask("u-1", apart=week)
    assert [store.set_feedback_asks("u-1", wanted=False) for _ in range(2)] == [True, False]
    store.clock = lambda: NOON + 9 * week
    assert not store.claim_feedback_ask("u-1", apart=week)
    assert store.set_feedback_asks("u-1", wanted=True)
    assert store.claim_feedback_ask("u-1", apart=week)
    assert store.feedback_ask("u-2") == (None, None)


def test_what_was_answered_before_a_moment_loses_words_and_names_once(store):
    for n in range(2):
        store.record_feedback(ITEM, once=f"key-of-the-form-{n}")
    answered = {"state": "closed", "answer": "Done.", "answered": NOON, "led_to": (("setting", "3"),)}
    store.change_feedback(1, seen=1, what="answered", who="Max", text="Done.", **answered)
    assert store.forget_feedback(NOON) == 0
    assert [store.forget_feedback(NOON + timedelta(seconds=1)) for _ in range(2)] == [1, 0]
    kept = store.feedback_item(1)
    assert (kept.text, kept.answer, kept.person, kept.about_id) == ("", "", None, "")
    assert (kept.guideline, kept.led_to) == ("G2", (("setting", "3"),))
    assert [(step.who, step.text) for step in store.feedback_steps(1)] == [(None, ""), (None, "")]
    assert store.feedback_item(2) == replace(ITEM, number=2)
