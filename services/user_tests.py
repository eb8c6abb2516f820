"""The register of user tests: who tried what, by gender and age band, what was found and what was changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from data.store import UserTestRow, UserTestTaken
from services import log
from services.roles import Actor, permitted, require

if TYPE_CHECKING:
    from services.installation import Installation

GENDERS = ("women", "men", "another gender", "not said")
BANDS = ("under 30", "30 to 44", "45 to 59", "60 and over", "not said")
SAID = ("women", "men")
"""Genders that are counted even where nobody was of them: who tests with men alone has no women."""

LONGEST_TASK, LONGEST = 300, 5000
MOST_PEOPLE = 10_000
FIRST_DAY = date(2000, 1, 1)


class UserTestRefused(ValueError):
    """A user test was not registered, and nothing has changed; the message says what to mend."""


class UserTestChanged(UserTestRefused):
    """Somebody else changed the test first; the message says who."""


@dataclass(frozen=True)
class Group:
    """How many of the participants were of one gender and age band."""

    gender: str
    band: str
    people: int


@dataclass(frozen=True)
class UserTest:
    """One user test as it stands; ``states`` is how many states it had, and the rest as in the store."""

    number: int
    states: int
    date: date
    task: str
    groups: tuple[Group, ...]
    findings: str
    changed: str
    is_withdrawn: bool
    reason: str
    by: str
    time: datetime

    @property
    def people(self) -> int:
        """How many took part."""
        return sum(one.people for one in self.groups)


@dataclass(frozen=True)
class Balance:
    """The participants of all tests that stand.

    Attributes
    ----------
    tests, people : int
        How many tests, and how many took part in them.
    genders, bands : mapping of str to int
        People by gender and by age band; those who did not say are among them.
    latest : date or None
        Of the latest test.
    """

    tests: int
    people: int
    genders: Mapping[str, int]
    bands: Mapping[str, int]
    latest: date | None

    @property
    def said(self) -> Mapping[str, int]:
        """People by gender, of those who said theirs; women and men even where there are none."""
        return {
            name: number
            for name, number in self.genders.items()
            if name != "not said" and (number or name in SAID)
        }

    @property
    def fewest(self) -> tuple[str, float] | None:
        """The gender with the smallest share (0 to 1) of those who said theirs; None where nobody did."""
        total = sum(self.said.values())
        if not total:
            return None
        name = min(self.said, key=lambda one: self.said[one])
        return name, self.said[name] / total

    @property
    def least_share(self) -> float | None:
        """That share as if there were two genders, so that one limit holds however many are recorded.

        Of two genders each can have a half, of three no more than a third: a limit of 40 % for two is one
        of 26.7 % for three. A register is not worse because somebody of a third gender took part.
        """
        return None if self.fewest is None else self.fewest[1] * len(self.said) / 2


def listing(installation: Installation, actor: Actor) -> list[UserTest]:
    """Give the tests, latest first, those that were withdrawn among them."""
    require(actor, "see-facts")
    return [_test(row) for row in installation.store.user_tests()]


def may_record(actor: Actor) -> bool:
    """Say whether a person may record, correct and withdraw."""
    return permitted(actor, "record-user-tests")


def balance(tests: Iterable[UserTest]) -> Balance:
    """Add up the participants of the tests that stand."""
    standing = [one for one in tests if not one.is_withdrawn]
    genders, bands = dict.fromkeys(GENDERS, 0), dict.fromkeys(BANDS, 0)
    for one in standing:
        for group in one.groups:
            genders[group.gender] = genders.get(group.gender, 0) + group.people
            bands[group.band] = bands.get(group.band, 0) + group.people
    latest = max((one.date for one in standing), default=None)
    return Balance(len(standing), sum(one.people for one in standing), genders, bands, latest)


def record(
    installation: Installation,
    actor: Actor,
    *,
    day: date,
    task: str,
    groups: Sequence[Group],
    findings: str,
    changed: str = "",
) -> UserTest:
    """Register a test.

    Raises
    ------
    UserTestRefused
        For a day to come, no task, nobody who took part, no findings, or a test that is registered already.
    """
    require(actor, "record-user-tests")
    given = _checked(installation, day, task, groups, findings, changed)
    same = [one for one in listing(installation, actor) if not one.is_withdrawn and _is_same(one, given)]
    if same:
        raise UserTestRefused(f"This is registered already, as test {same[0].number}: nothing was added.")
    return _keep(installation, actor, "registered", given)


def correct(
    installation: Installation,
    actor: Actor,
    number: int,
    *,
    day: date,
    task: str,
    groups: Sequence[Group],
    findings: str,
    changed: str = "",
    reason: str,
    seen: int,
) -> UserTest:
    """Correct a test; what it said before stays in the store and in the log.

    Raises
    ------
    UserTestRefused
        As in :func:`record`, without a reason, or where nothing differs.
    UserTestChanged
        If somebody else changed it first.
    """
    require(actor, "record-user-tests")
    now = _standing(installation, actor, number)
    given = _checked(installation, day, task, groups, findings, changed)
    if _is_same(now, given):
        raise UserTestRefused("Nothing differs from what is registered, so nothing was changed.")
    why = _text(reason, "why it is corrected", LONGEST_TASK)
    return _keep(installation, actor, "corrected", given | {"reason": why}, number, seen)


def withdraw(installation: Installation, actor: Actor, number: int, reason: str, *, seen: int) -> UserTest:
    """Withdraw a test: it counts no more, and stays readable.

    Raises
    ------
    UserTestRefused
        If there is none that stands, or without a reason.
    UserTestChanged
        If somebody else changed it first.
    """
    require(actor, "record-user-tests")
    now = _standing(installation, actor, number)
    why = _text(reason, "why it is withdrawn", LONGEST_TASK)
    given = {
        "date": now.date, "task": now.task, "participants": _plain(now.groups), "findings": now.findings,
        "changed": now.changed, "is_withdrawn": True, "reason": why,
    }  # fmt: skip
    return _keep(installation, actor, "withdrawn", given, number, seen)


def _keep(
    installation: Installation,
    actor: Actor,
    step: str,
    given: Mapping[str, Any],
    number: int | None = None,
    seen: int = 0,
) -> UserTest:
    """Add the state and its entry, both or neither."""
    try:
        with installation.store.transaction() as together:
            row = together.record_user_test(
                **given, test=number, seen_revision=seen, actor=actor.id, actor_name=actor.name
            )
            payload = {**given, "date": f"{row.date}", "step": step, "revision": row.revision}
            log.record(
                installation, actor, "user-test", subject=str(row.test), payload=payload, transaction=together
            )
    except UserTestTaken as fault:
        who = fault.now.actor_name if fault.now else "Somebody"
        raise UserTestChanged(
            f"Nothing was changed: {who} changed test {number} meanwhile. Look at it again, then decide."
        ) from fault
    return _test(row)


def _standing(installation: Installation, actor: Actor, number: int) -> UserTest:
    found = next((one for one in listing(installation, actor) if one.number == number), None)
    if found is None or found.is_withdrawn:
        raise UserTestRefused(f"There is no test {number} that stands: look it up in the list.")
    return found


def _checked(
    installation: Installation, day: date, task: str, groups: Sequence[Group], findings: str, changed: str
) -> dict[str, Any]:
    if not isinstance(day, date) or not FIRST_DAY <= day <= installation.store.clock().date():
        raise UserTestRefused("Give the day of the test, which is not to come.")
    for one in groups:
        known = one.gender in GENDERS and one.band in BANDS
        is_number = isinstance(one.people, int) and not isinstance(one.people, bool)
        if not known or not is_number or not 0 <= one.people <= MOST_PEOPLE:
            raise UserTestRefused(
                f"Give the participants as whole numbers from 0 to {MOST_PEOPLE:,}, by gender and age band."
            )
    some = sorted(
        (one for one in groups if one.people), key=lambda one: (GENDERS.index(one.gender), one.band)
    )
    if not some:
        raise UserTestRefused("Say how many took part: at least one person.")
    return {
        "date": day,
        "task": _text(task, "what they were asked to do", LONGEST_TASK),
        "participants": _plain(some),
        "findings": _text(findings, "what was found", LONGEST),
        "changed": _clean(changed)[:LONGEST],
    }


def _text(text: str, what: str, most: int) -> str:
    words = _clean(text)
    if not words or len(words) > most:
        raise UserTestRefused(f"Write a sentence: {what} (at most {most:,} characters).")
    return words


def _clean(text: str) -> str:
    """Leave out what no database keeps."""
    kept = (sign for sign in (text if isinstance(text, str) else "") if sign != "\x00")
    return "".join(sign for sign in kept if not "\ud800" <= sign <= "\udfff").strip()


def _plain(groups: Iterable[Group]) -> dict[str, Any]:
    return {"groups": [{"gender": one.gender, "band": one.band, "people": one.people} for one in groups]}


def _is_same(one: UserTest, given: Mapping[str, Any]) -> bool:
    own = (one.date, one.task, _plain(one.groups), one.findings, one.changed)
    return own == tuple(given[name] for name in ("date", "task", "participants", "findings", "changed"))


def _test(row: UserTestRow) -> UserTest:
    return UserTest(
        number=row.test,
        states=row.revision,
        date=row.date,
        task=row.task,
        groups=tuple(Group(**one) for one in row.participants["groups"]),
        findings=row.findings,
        changed=row.changed,
        is_withdrawn=row.is_withdrawn,
        reason=row.reason,
        by=row.actor_name,
        time=row.time,
    )
