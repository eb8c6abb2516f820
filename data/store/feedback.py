"""Feedback and complaints: items, every step of them, receipts as hashes, and when people were asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, or_, select, update

from data.store.engine import LOG_LOCK, take_turn
from data.store.feedback_asks import FeedbackAsks
from data.store.installation import next_number
from data.store.people import digest
from data.store.tables_feedback import feedback, feedback_receipts, feedback_steps

OPEN = ("new", "seen", "in work")


@dataclass(frozen=True)
class FeedbackItem:
    """One item of feedback, or one complaint.

    Attributes
    ----------
    kind : str
        ``feedback`` or ``complaint``.
    about, about_id : str
        What it is about: ``page``, ``prediction``, ``chart``, ``recommendation``, ``guideline``, ``setting``
        or ``decision``, and which one.
    guideline : str or None
        ``G1`` to ``G11``.
    page : str
        Path of the page it was sent from; "" where from none.
    verdict : str
        ``useful``, ``wrong``, ``unclear`` or ``other``.
    state : str
        ``new``, ``seen``, ``in work``, ``answered`` or ``closed``.
    owner, owner_name : str or None
        Who answers for it: id and name.
    due : datetime
        When an answer is due.
    led_to : tuple of (str, str)
        What changed because of it: ``version``, ``setting``, ``load`` or ``decision``, and its reference.
    person, person_name : str or None
        Who sent it; None where without a name or from outside.
    request_id, response_ms : str or None, int or None
        Of the page it was sent from.
    version, snapshot : str or None
        Model and data that answered then.
    is_outside : bool
        Whether it came by the public form.
    revision : int
        Grows with every step: who takes one says which one they saw.
    """

    number: int
    time: datetime
    kind: str
    about: str
    about_id: str
    guideline: str | None
    page: str
    text: str
    verdict: str
    state: str
    owner: str | None
    due: datetime
    answer: str | None
    answered: datetime | None
    led_to: tuple[tuple[str, str], ...]
    person: str | None
    request_id: str | None
    response_ms: int | None
    version: str | None
    snapshot: str | None
    person_name: str | None = None
    owner_name: str | None = None
    answered_by: str | None = None
    is_outside: bool = False
    revision: int = 1

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.state in OPEN


@dataclass(frozen=True)
class FeedbackStep:
    """One step of an item: what was done, the state from then on, by whom (None: without a name), words."""

    number: int
    item: int
    time: datetime
    what: str
    state: str
    who: str | None
    text: str


@dataclass(frozen=True)
class FeedbackFilter:
    """Which items are asked for; what is None does not narrow.

    ``person`` is an id; ``cites_settings`` those about a setting, and those that led to anything.
    """

    person: str | None = None
    guideline: str | None = None
    kind: str | None = None
    is_open: bool | None = None
    is_named: bool | None = None
    is_outside: bool | None = None
    cites_settings: bool | None = None
    since: datetime | None = None


@dataclass(frozen=True)
class FeedbackCount:
    """Items of one value of what they are counted by."""

    value: str | None
    items: int
    open: int
    overdue: int
    answered: int
    changed: int


_ITEM = select(*(feedback.c[one.name] for one in fields(FeedbackItem)))
_STEP = select(*(feedback_steps.c[one.name] for one in fields(FeedbackStep)))


class Feedback(FeedbackAsks):
    """Items, steps, receipts and asks."""

    def record_feedback(
        self, item: FeedbackItem, *, once: str, receipt: str | None = None
    ) -> tuple[FeedbackItem, bool]:
        """Keep an item with its first step; give it and True, or the one sent before and False.

        Parameters
        ----------
        item : FeedbackItem
            Its number, time and revision are given here.
        once : str
            Key of the form it came by: the same key is the same item. Its hash is kept.
        receipt : str, optional
            Opens the item to whoever has it. Its hash is kept.
        """
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            before = connection.execute(_ITEM.where(feedback.c.once_hash == digest(once))).first()
            if before is not None:
                return _item(before), False
            number = next_number(connection, feedback)
            made = replace(item, number=number, time=self.clock(), revision=1)
            connection.execute(insert(feedback), {**_values(made), "once_hash": digest(once)})
            if receipt is not None:
                values = {"receipt_hash": digest(receipt), "item": number}
                connection.execute(insert(feedback_receipts), values)
            self._step(connection, made, what="sent", who=made.person_name, text="")
            return made, True

    def feedback_item(self, number: int) -> FeedbackItem | None:
        """Give one item; None where there is none of this number."""
        return self._one(feedback.c.number == number) if 0 < number < 2**31 else None

    def feedback_by_once(self, once: str) -> FeedbackItem | None:
        """Give the item that came with this key; None where there is none."""
        return self._one(feedback.c.once_hash == digest(once))

    def feedback_by_receipt(self, receipt: str) -> FeedbackItem | None:
        """Give the item that a receipt opens; None where it opens none."""
        found = select(feedback_receipts.c.item).where(feedback_receipts.c.receipt_hash == digest(receipt))
        return self._one(feedback.c.number == found.scalar_subquery())

    def feedback_items(
        self, wanted: FeedbackFilter | None = None, *, limit: int | None = None
    ) -> list[FeedbackItem]:
        """Give the items that are wanted, latest first."""
        query = _ITEM.where(*_wanted(wanted or FeedbackFilter())).order_by(feedback.c.number.desc())
        with self.reading() as connection:
            return [_item(row) for row in connection.execute(query.limit(limit))]

    def feedback_work(self, *, limit: int | None = None) -> list[FeedbackItem]:
        """Give the open items, those due first at the top."""
        query = _ITEM.where(feedback.c.state.in_(OPEN)).order_by(feedback.c.due, feedback.c.number)
        with self.reading() as connection:
            return [_item(row) for row in connection.execute(query.limit(limit))]

    def count_feedback(self, wanted: FeedbackFilter | None = None) -> int:
        """Count the items that are wanted."""
        query = select(func.count(feedback.c.number)).where(*_wanted(wanted or FeedbackFilter()))
        with self.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def feedback_steps(self, number: int) -> list[FeedbackStep]:
        """Give the steps of an item, first things first."""
        query = _STEP.where(feedback_steps.c.item == number).order_by(feedback_steps.c.number)
        with self.reading() as connection:
            return [FeedbackStep(*row) for row in connection.execute(query)]

    def change_feedback(
        self, number: int, *, seen: int, what: str, who: str | None, text: str = "", **values: Any
    ) -> FeedbackItem | None:
        """Take a step with an item that is still as it was seen; None where somebody was faster.

        Parameters
        ----------
        seen : int
            The revision that was looked at.
        what, who, text : str
            The step: what is done, by whom (name), with which words.
        **values
            Fields of the item and what they become.
        """
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            row = connection.execute(_ITEM.where(feedback.c.number == number)).first()
            if row is None or row.revision != seen:
                return None
            made = replace(_item(row), **values, revision=seen + 1)
            change = update(feedback).where(feedback.c.number == number)
            connection.execute(change.values(**_values(made)))
            self._step(connection, made, what=what, who=who, text=text)
            return made

    def forget_feedback(self, before: datetime) -> int:
        """Remove words, names and what it was about of items answered before a moment; count them.

        What is left is what is counted: kind, page, guideline, version, state, times and what changed.
        """
        gone = {"text": "", "about_id": "", "answer": "", "person": None, "person_name": None,
                "request_id": None}  # fmt: skip
        due = and_(feedback.c.answered < before, feedback.c.state.not_in(OPEN))
        held = or_(feedback.c.text != "", feedback.c.answer != "", feedback.c.person.is_not(None))
        steps = feedback_steps.c.item.in_(select(feedback.c.number).where(due))
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            connection.execute(update(feedback_steps).where(steps).values(text="", who=None))
            change = update(feedback).where(due, held).values(**gone)
            return connection.execute(change, execution_options={"preserve_rowcount": True}).rowcount

    def _step(self, connection: Connection, item: FeedbackItem, *, what: str, who: Any, text: str) -> None:
        number = next_number(connection, feedback_steps)
        row = FeedbackStep(number, item.number, self.clock(), what, item.state, who, text)
        connection.execute(insert(feedback_steps), vars(row))

    def _one(self, condition: ColumnElement[bool]) -> FeedbackItem | None:
        with self.reading() as connection:
            row = connection.execute(_ITEM.where(condition)).first()
        return None if row is None else _item(row)

    # --- figures ---------------------------------------------------------------------------------------

    def feedback_counts(
        self, by: str | None, now: datetime, wanted: FeedbackFilter | None = None
    ) -> list[FeedbackCount]:
        """Count items by one of their columns (``guideline``, ``page``, ``about``, ``version``), or all."""
        value: Any = feedback.c[by] if by else None
        is_open = feedback.c.state.in_(OPEN)
        is_answered = feedback.c.answered.is_not(None)
        counts = [
            func.count(feedback.c.number),
            _count(is_open),
            _count(and_(is_open, feedback.c.due < now)),
            _count(is_answered),
            _count(and_(is_answered, feedback.c.led_to.is_not(None))),
        ]
        query = select(*([value] if by else []), *counts).where(*_wanted(wanted or FeedbackFilter()))
        with self.reading() as connection:
            rows = connection.execute(query.group_by(value) if by else query)
            return [FeedbackCount(*row) if by else FeedbackCount(None, *row) for row in rows]

    def feedback_spans(self, moments: Sequence[datetime]) -> list[tuple[int, int]]:
        """Count what came and what was answered between each moment and the next."""
        counts = [
            _count(and_(column >= begin, column < end))
            for begin, end in pairwise(moments)
            for column in (feedback.c.time, feedback.c.answered)
        ]
        with self.reading() as connection:
            row = connection.execute(select(*counts)).one()
        return list(zip(row[::2], row[1::2], strict=True))

    def feedback_answered(self, since: datetime, limit: int) -> list[tuple[datetime, datetime]]:
        """Give when items came and were answered, of the latest answers since a moment."""
        query = select(feedback.c.time, feedback.c.answered).where(feedback.c.answered >= since)
        query = query.order_by(feedback.c.answered.desc(), feedback.c.number).limit(limit)
        with self.reading() as connection:
            return [(row.time, row.answered) for row in connection.execute(query)]


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(feedback.c.number).filter(condition)


def _wanted(wanted: FeedbackFilter) -> Sequence[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column in (feedback.c.person, feedback.c.guideline, feedback.c.kind):
        value = getattr(wanted, column.name)
        if value is not None:
            found.append(column == value)
    if wanted.is_open is not None:
        is_open = feedback.c.state.in_(OPEN)
        found.append(is_open if wanted.is_open else ~is_open)
    if wanted.is_named is not None:
        found.append(feedback.c.person.is_not(None) if wanted.is_named else feedback.c.person.is_(None))
    if wanted.is_outside is not None:
        found.append(feedback.c.is_outside if wanted.is_outside else ~feedback.c.is_outside)
    if wanted.cites_settings:
        found.append((feedback.c.about == "setting") | feedback.c.led_to.is_not(None))
    if wanted.since is not None:
        found.append(feedback.c.time >= wanted.since)
    return found


def _item(row: Row[Any]) -> FeedbackItem:
    values = row._asdict()
    led_to = (values.pop("led_to") or {}).get("changes", [])
    return FeedbackItem(**values, led_to=tuple((str(kind), str(ref)) for kind, ref in led_to))


def _values(item: FeedbackItem) -> dict[str, Any]:
    changes = [list(pair) for pair in item.led_to]
    return {**vars(item), "led_to": {"changes": changes} if changes else None}
