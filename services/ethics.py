"""The ethics review: ten questions, each answered by a named person for each version, before it is signed."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from data.store import EthicsRow, VersionRow
from services import log, registry
from services.roles import SYSTEM, Actor, require

if TYPE_CHECKING:
    from services.installation import Installation

FILE = Path(__file__).resolve().parent.parent / "config" / "ethics.yaml"

QUESTIONS = 10
SHORTEST, LONGEST = 10, 2000
NAMED_MOST = 4

State = Literal["answered", "older", "open"]


class EthicsError(ValueError):
    """The file of questions cannot be used; nothing can be signed until it is mended."""


class AnswerRefused(ValueError):
    """No answer was kept, and nothing has changed; the message says why and how to mend it."""


class Question(BaseModel):
    """One question, as in the file: ``good`` says what a good answer says, ``such_as`` gives a short one."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: str = Field(pattern=r"^[a-z][a-z-]{0,39}$")
    title: str = Field(min_length=1)
    asks: str = Field(min_length=1)
    good: str = Field(min_length=1)
    such_as: str = Field(min_length=1, alias="such as")
    look: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One question and how it stands for a version.

    Attributes
    ----------
    state : str
        ``answered``; ``older`` where what is written is of another version, of before this one was made, or
        answers other words, so that it waits to be confirmed; ``open`` where nothing is written.
    text, name, role : str
        The answer, and by whom; "" where there is none.
    time : datetime or None
        When it was given.
    of : str or None
        The version it was given for.
    why : str
        Why an older one does not hold, in words; "" where it does.
    """

    question: Question
    state: State
    text: str = ""
    name: str = ""
    role: str = ""
    time: datetime | None = None
    of: str | None = None
    why: str = ""


@dataclass(frozen=True)
class EthicsReview:
    """How the review of a version stands; ``seen`` is the number of its latest answer, 0 without one."""

    version: str
    lines: tuple[Line, ...]
    seen: int

    @property
    def open(self) -> tuple[Line, ...]:
        """The questions that wait for an answer, or for one to be confirmed."""
        return tuple(line for line in self.lines if line.state != "answered")

    @property
    def is_complete(self) -> bool:
        """Whether every question is answered for this version."""
        return not self.open

    @property
    def words(self) -> str:
        """Say in a few words how it stands."""
        done, all_of_them = len(self.lines) - len(self.open), len(self.lines)
        return f"{done} of {all_of_them} questions answered"

    @property
    def obstacles(self) -> list[str]:
        """Say what of it stands against signing; nobody steps over that."""
        waiting = self.open
        if not waiting:
            return []
        count, wait = len(waiting), "waits" if len(waiting) == 1 else "wait"
        older = sum(line.state == "older" for line in waiting)
        also = f"; {older} of them {'has' if older == 1 else 'have'} an older one to confirm" if older else ""
        titles = ", ".join(line.question.title.lower() for line in waiting)
        named = f" ({titles})" if count <= NAMED_MOST else ""
        return [
            f"{count} of the ten questions of the ethics review {wait} for an answer{named}{also}: "
            f"answer them on the Governance page, or with `flask ethics answer --version {self.version[:8]}`."
        ]

    def plain(self) -> dict[str, list[str]]:
        """Say who answered each question when, as plain JSON for the record of a signature."""
        return {one.question.id: [one.name, one.time.isoformat()] for one in self.lines if one.time}


@cache
def questions(path: Path = FILE) -> tuple[Question, ...]:
    """Read the ten questions in their order; EthicsError where they cannot be used."""
    try:
        found = TypeAdapter(tuple[Question, ...]).validate_python(
            tuple(yaml.safe_load(path.read_text(encoding="utf-8")) or ())
        )
    except (OSError, yaml.YAMLError, TypeError, ValidationError) as fault:
        raise EthicsError(
            f"{path.name} cannot be read, so no version can be signed: {fault}. "
            "Mend the file, or put back the one that came with Keepsight."
        ) from fault
    if len(found) != QUESTIONS or len({one.id for one in found}) != QUESTIONS:
        raise EthicsError(
            f"{path.name} has {len({one.id for one in found})} questions with a name of their own instead of "
            f"{QUESTIONS}, so no version can be signed: put back the file that came with Keepsight."
        )
    return found


# --- reading -----------------------------------------------------------------------------------------


def show(installation: Installation, actor: Actor, version: str) -> EthicsReview:
    """Give the review of a version to a person; LookupError where there is no such version."""
    require(actor, "see-governance")
    return review(installation, version)


def review(installation: Installation, version: str) -> EthicsReview:
    """Say how each question stands for a version, in order; LookupError where there is no such version."""
    return of(installation, registry.find(installation, version))


def of(installation: Installation, row: VersionRow) -> EthicsReview:
    """Do the same for a version that was looked up before."""
    own = installation.store.ethics(row.version)
    missing = len(own) < QUESTIONS
    before = installation.store.ethics_elsewhere(row.spec_name, row.version) if missing else {}
    lines = tuple(_line(row, one, own.get(one.id) or before.get(one.id)) for one in questions())
    return EthicsReview(row.version, lines, max((one.number for one in own.values()), default=0))


def answered(row: VersionRow, own: Mapping[str, EthicsRow]) -> int:
    """Count the questions that answers given for a version answer now."""
    return sum(one.id in own and not _why_older(row, one, own[one.id]) for one in questions())


def open_questions(installation: Installation, version: str) -> tuple[Line, ...]:
    """Give the questions of a version that are open, or whose answer is older than it."""
    return review(installation, version).open


def _line(row: VersionRow, question: Question, known: EthicsRow | None) -> Line:
    if known is None:
        return Line(question, "open")
    why = _why_older(row, question, known)
    return Line(
        question, "older" if why else "answered", known.text, known.name, known.role, known.time,
        known.version, why,
    )  # fmt: skip


def _why_older(row: VersionRow, question: Question, known: EthicsRow) -> str:
    if known.version != row.version:
        return f"It was written for version {known.version[:8]}."
    if known.time < row.created:
        return "It is older than the version."
    return "It answers the question as it was worded before." if known.asked != question.asks else ""


# --- answering ---------------------------------------------------------------------------------------


def answer(
    installation: Installation,
    actor: Actor,
    version: str,
    answers: Mapping[str, str],
    *,
    seen: int | None = None,
) -> EthicsReview:
    """Keep a person's answers to some of the questions for a version, with one entry in the log.

    An answer of an older version that is given again as it stood is confirmed: it is this person's then,
    with the time of now.

    Parameters
    ----------
    answers : mapping of question to text
    seen : int, optional
        ``EthicsReview.seen`` of what the person saw; the one of now where it is absent.

    Raises
    ------
    AnswerRefused
        For a question that is none, a text that says nothing or too much, or where somebody was faster.
    LookupError
        Where there is no such version.
    """
    require(actor, "answer-ethics")
    if actor == SYSTEM:
        raise AnswerRefused("A person has to answer: name one.")
    row = registry.find(installation, version)
    known = {one.id: one for one in questions()}
    if strange := [name for name in answers if name not in known]:
        raise AnswerRefused(f"{strange[0][:40]!r} is none of the ten questions: they are {', '.join(known)}.")
    written = {name: _words(known[name], text) for name, text in answers.items()}
    if not written:
        raise AnswerRefused("No answer was given: write at least one.")
    former = {line.question.id: line for line in of(installation, row).lines}
    rows = [
        {
            "question": name, "asked": known[name].asks, "text": text,
            "taken_from": former[name].of if _is_confirmed(former[name], text) else None,
        }
        for name, text in written.items()
    ]  # fmt: skip
    with installation.store.transaction() as together:
        _not_overtaken(together.ethics(row.version), together.ethics_number(row.version), seen)
        kept = together.record_ethics(row.version, rows, person=actor.id, name=actor.name, role=actor.role)
        log.record(
            installation, actor, "ethics", subject=row.spec_name, version=row.version,
            snapshot=row.snapshot,
            payload={
                "answers": written,
                "confirmed": sorted(one.question for one in kept if one.taken_from),
            },
            transaction=together,
        )  # fmt: skip
    return of(installation, row)


def _is_confirmed(line: Line, text: str) -> bool:
    return line.state == "older" and line.text == text


def _not_overtaken(own: Mapping[str, EthicsRow], number: int, seen: int | None) -> None:
    if seen is None or seen == number:
        return
    latest = max(own.values(), key=lambda one: one.number)
    raise AnswerRefused(
        f"Nothing was kept: {latest.name} has just answered too. Look at those answers, then write yours."
    )


def _words(question: Question, text: object) -> str:
    """Give an answer that says something, without signs that nobody can see; AnswerRefused for any other."""
    kept = "".join(
        sign for sign in (text if isinstance(text, str) else "")
        if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs")
    ).strip()  # fmt: skip
    if not SHORTEST <= len(kept) <= LONGEST:
        raise AnswerRefused(
            f"{question.title}: write a sentence of {SHORTEST} to {LONGEST:,} characters. {question.good}"
        )
    return kept
