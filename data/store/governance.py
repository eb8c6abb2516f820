"""Governance of versions: answers to the ethics review, problems with what solved them, owner and review."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime

from sqlalchemy import Select, func, insert, select, update

from data.store.engine import LOG_LOCK, Reach, take_turn
from data.store.installation import next_number
from data.store.tables import ethics_answers, reviews, versions

PROBLEM, RESOLUTION = "problem", "resolution"


@dataclass(frozen=True)
class EthicsRow:
    """A person's answer to one question of the ethics review, for one version.

    Attributes
    ----------
    number : int
        Grows with every answer, of whatever version.
    question, asked : str
        Its name, and its words as they stood when it was answered.
    person, name, role : str
        Id, and name and role as they were then.
    taken_from : str or None
        The version whose answer was confirmed as it stood; None where it was written for this one.
    """

    number: int
    version: str
    question: str
    asked: str
    text: str
    person: str
    name: str
    role: str
    time: datetime
    taken_from: str | None = None


@dataclass(frozen=True)
class ProblemRow:
    """A problem of a version; ``resolved``, ``resolved_by`` (a name) and ``resolution`` once it is solved."""

    number: int
    version: str
    text: str
    time: datetime
    person: str
    name: str
    resolved: datetime | None = None
    resolved_by: str | None = None
    resolution: str | None = None


class Governance(Reach):
    """Answers, problems, owners and reviews of versions. Answers are added and never changed."""

    def record_ethics(
        self,
        version: str,
        answers: Iterable[Mapping[str, str | None]],
        *,
        person: str,
        name: str,
        role: str,
    ) -> list[EthicsRow]:
        """Keep answers (``question, asked, text, taken_from``) of one person, all at one time."""
        now = self.clock()
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            first = next_number(connection, ethics_answers)
            rows = [
                EthicsRow(
                    number, version, str(one["question"]), str(one["asked"]), str(one["text"]),
                    person, name, role, now, one.get("taken_from"),
                )
                for number, one in enumerate(answers, first)
            ]  # fmt: skip
            if rows:
                connection.execute(insert(ethics_answers), [vars(row) for row in rows])
        return rows

    def ethics(self, version: str) -> dict[str, EthicsRow]:
        """Give the latest answer to each question for a version, by the question's name."""
        return self._latest(select(ethics_answers).where(ethics_answers.c.version == version))

    def all_ethics(self) -> dict[str, dict[str, EthicsRow]]:
        """Give the latest answer to each question for every version, by version and question."""
        found: dict[str, dict[str, EthicsRow]] = {}
        for row in self._rows(select(ethics_answers)):
            found.setdefault(row.version, {})[row.question] = row
        return found

    def ethics_elsewhere(self, spec_name: str, version: str) -> dict[str, EthicsRow]:
        """Give the latest answer to each question for any other version of a spec."""
        query = (
            select(ethics_answers)
            .join(versions, versions.c.version == ethics_answers.c.version)
            .where(versions.c.spec_name == spec_name, ethics_answers.c.version != version)
        )
        return self._latest(query)

    def ethics_number(self, version: str) -> int:
        """Give the number of the latest answer for a version; 0 where there is none."""
        query = select(func.max(ethics_answers.c.number)).where(ethics_answers.c.version == version)
        with self.reading() as connection:
            return int(connection.execute(query).scalar() or 0)

    def _latest(self, query: Select) -> dict[str, EthicsRow]:
        return {row.question: row for row in self._rows(query)}

    def _rows(self, query: Select) -> list[EthicsRow]:
        names = [one.name for one in fields(EthicsRow)]
        with self.reading() as connection:
            rows = connection.execute(query.order_by(ethics_answers.c.number)).all()
        return [EthicsRow(**{name: getattr(row, name) for name in names}) for row in rows]

    # --- problems and what solved them -------------------------------------------------------------------

    def record_problem(self, version: str, *, person: str, name: str, text: str) -> ProblemRow:
        """Keep a problem of a version."""
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            row = ProblemRow(next_number(connection, reviews), version, text, self.clock(), person, name)
            connection.execute(
                insert(reviews),
                {
                    "number": row.number, "version": version, "time": row.time, "actor": person,
                    "name": name, "kind": PROBLEM, "text": text,
                },
            )  # fmt: skip
        return row

    def resolve_problem(self, number: int, *, person: str, name: str, text: str) -> ProblemRow | None:
        """Keep what solved a problem; None where there is none of that number, or it was solved before."""
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            asked = select(reviews.c.version).where(reviews.c.number == number, reviews.c.kind == PROBLEM)
            version = connection.execute(asked).scalar()
            rows = connection.execute(_said([version])).all() if version is not None else []
            problem = next((one for one in _problems(rows) if one.number == number), None)
            if problem is None or problem.resolved is not None:
                return None
            now = self.clock()
            connection.execute(
                insert(reviews),
                {
                    "number": next_number(connection, reviews), "version": version, "time": now,
                    "actor": person, "name": name, "kind": RESOLUTION, "text": text, "solves": number,
                },
            )  # fmt: skip
        return replace(problem, resolved=now, resolved_by=name, resolution=text)

    def problems(self, of: Collection[str] | None = None) -> list[ProblemRow]:
        """Give the problems of some versions, or of all, latest first."""
        with self.reading() as connection:
            return _problems(connection.execute(_said(of)).all())[::-1]

    # --- owner and review --------------------------------------------------------------------------------

    def set_owner(self, version: str, person: str) -> None:
        """Make a person (id) answerable for a version."""
        self._set(version, owner=person)

    def set_review_due(self, version: str, day: date | None) -> None:
        """Set the day by which a version is to be reviewed; None leaves it open."""
        self._set(version, review_due=day)

    def _set(self, version: str, **values: object) -> None:
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            connection.execute(update(versions).where(versions.c.version == version).values(**values))


def _said(of: Collection[str] | None) -> Select:
    query = select(reviews).where(reviews.c.kind.in_((PROBLEM, RESOLUTION))).order_by(reviews.c.number)
    return query if of is None else query.where(reviews.c.version.in_(list(of)))


def _problems(rows: Iterable) -> list[ProblemRow]:
    """Pair problems with what solved them, earliest first.

    A resolution from before they named their problem answers the earliest one that was open then.
    """
    found: dict[int, ProblemRow] = {}
    for row in rows:
        if row.kind == PROBLEM:
            found[row.number] = ProblemRow(row.number, row.version, row.text, row.time, row.actor, row.name)
            continue
        waiting = (n for n, one in found.items() if one.version == row.version and one.resolved is None)
        number = row.solves if row.solves in found else next(waiting, None)
        if number is not None and found[number].resolved is None:
            found[number] = replace(
                found[number], resolved=row.time, resolved_by=row.name, resolution=row.text
            )
    return list(found.values())
