"""The registry of versions: signatures, promotion and the way back, reviews, plans, who answered when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from data.store.engine import LOG_LOCK, Reach, take_turn
from data.store.installation import VersionRow, as_version, next_number
from data.store.serving import SERVING, ServingRow, as_stretch, note_serving, signed_below
from data.store.tables import reviews, serving_history, signatures, versions

OFFERED = ("draft", "challenger")


@dataclass(frozen=True)
class SignatureRow:
    """A person's consent that a version becomes champion, bound to the report they saw.

    Attributes
    ----------
    person, name, role : str
        Id, and name and role as they were then.
    report_sha256 : str
        SHA-256, hex, of the report that was signed.
    """

    version: str
    person: str
    name: str
    role: str
    report_sha256: str
    time: datetime
    statement: str


@dataclass(frozen=True)
class ReviewRow:
    """What somebody wrote about a version: a ``review``, a ``problem`` or a ``resolution``."""

    version: str
    time: datetime
    actor: str
    name: str
    kind: str
    text: str


class Registry(Reach):
    """Signatures, states, reviews and plans of versions, and the history of serving."""

    def record_signature(
        self, *, version: str, person: str, name: str, role: str, report_sha256: str, statement: str
    ) -> SignatureRow:
        """Keep a signature; the signer becomes the version's owner."""
        row = SignatureRow(version, person, name, role, report_sha256, self.clock(), statement)
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            number = next_number(connection, signatures)
            connection.execute(insert(signatures), {**vars(row), "number": number})
            _change(connection, version, owner=person)
        return row

    def signatures(self, version: str | None = None) -> list[SignatureRow]:
        """Give the signatures, latest first, of one version or of all."""
        query = select(signatures).order_by(signatures.c.number.desc())
        if version is not None:
            query = query.where(signatures.c.version == version)
        with self.reading() as connection:
            return [
                SignatureRow(
                    row.version,
                    row.person,
                    row.name,
                    row.role,
                    row.report_sha256,
                    row.time,
                    row.statement,
                )
                for row in connection.execute(query)
            ]

    def promote(self, version: str, *, actor: str, began: str, reason: str) -> str | None:
        """Make a version the one champion of its spec; give the former one, now retired.

        Drafts of the spec become challengers: once somebody signed, no draft answers any more.
        LookupError where the version is unknown.
        """
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            spec_name = _known(connection, version).spec_name
            own = versions.c.spec_name == spec_name
            former = connection.execute(
                select(versions.c.version).where(own, versions.c.state == "champion")
            ).scalar()
            champion = own & (versions.c.state == "champion")
            connection.execute(update(versions).where(champion).values(state="retired"))
            draft = own & (versions.c.state == "draft")
            connection.execute(update(versions).where(draft).values(state="challenger"))
            _change(connection, version, state="champion")
            note_serving(connection, spec_name, self.clock(), actor=actor, began=began, reason=reason)
        return None if former == version else former

    def withdraw(self, version: str, *, successor: str | None, actor: str, reason: str) -> None:
        """Take a version out of use for good; ``successor`` answers instead, where it was the champion.

        Without a successor nothing answers, not even a draft.
        """
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            known = _known(connection, version)
            _change(connection, version, state="withdrawn")
            if successor is not None:
                _change(connection, successor, state="champion")
            elif known.state in SERVING:
                draft = (versions.c.spec_name == known.spec_name) & (versions.c.state == "draft")
                connection.execute(update(versions).where(draft).values(state="challenger"))
            note_serving(
                connection, known.spec_name, self.clock(), actor=actor, began="withdrawal", reason=reason
            )

    def record_report(self, version: str, report_sha256: str, artifacts: Mapping[str, str]) -> bool:
        """Bind a version to a new report, unless it was ever signed; say whether it is bound to this one."""
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            known = _known(connection, version)
            if known.state in OFFERED:
                _change(
                    connection,
                    version,
                    report_sha256=report_sha256,
                    artifacts={**known.artifacts, **artifacts},
                )
                return True
            return known.report_sha256 == report_sha256

    def plan(
        self, version: str, *, withdrawal: date | None = None, deletion: date | None = None
    ) -> VersionRow:
        """Set the days on which a version is meant to be withdrawn and deleted; None leaves them open."""
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            _known(connection, version)
            _change(connection, version, planned_withdrawal=withdrawal, planned_deletion=deletion)
            return _known(connection, version)

    def record_review(self, version: str, *, actor: str, name: str, kind: str, text: str) -> ReviewRow:
        """Keep what somebody wrote about a version."""
        row = ReviewRow(version, self.clock(), actor, name, kind, text)
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            _known(connection, version)
            connection.execute(insert(reviews), {**vars(row), "number": next_number(connection, reviews)})
        return row

    def reviews(self, version: str) -> list[ReviewRow]:
        """Give what was written about a version, latest first."""
        query = select(reviews).where(reviews.c.version == version).order_by(reviews.c.number.desc())
        with self.reading() as connection:
            return [
                ReviewRow(row.version, row.time, row.actor, row.name, row.kind, row.text)
                for row in connection.execute(query)
            ]

    def serving_history(self, spec_name: str) -> list[ServingRow]:
        """Give the stretches of time in which one version answered, or none, earliest first."""
        with self.reading() as connection:
            return _history(connection, spec_name)

    def served_at(self, spec_name: str, time: datetime) -> ServingRow | None:
        """Give the stretch that holds a moment; None before the first version."""
        query = (
            select(serving_history)
            .where(
                serving_history.c.spec_name == spec_name,
                serving_history.c.since <= time,
                or_(serving_history.c.until.is_(None), serving_history.c.until > time),
            )
            .order_by(serving_history.c.number.desc())
            .limit(1)
        )
        with self.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else as_stretch(row)

    def former_champions(self, spec_name: str) -> list[VersionRow]:
        """Give the versions one can go back to, latest first: signed, replaced, not gone back from."""
        with self.reading() as connection:
            _, below = signed_below(_history(connection, spec_name))
            found = connection.execute(
                select(versions).where(versions.c.version.in_(below), versions.c.state == "retired")
            )
            rows = {row.version: as_version(row) for row in found}
        return [rows[version] for version in below if version in rows]

    def was_ever_signed(self, spec_name: str) -> bool:
        """Say whether any version of a spec was ever signed: none serves as a draft after that."""
        query = (
            select(signatures.c.number)
            .join(versions, versions.c.version == signatures.c.version)
            .where(versions.c.spec_name == spec_name)
            .limit(1)
        )
        with self.reading() as connection:
            return connection.execute(query).first() is not None


def _history(connection: Connection, spec_name: str) -> list[ServingRow]:
    query = (
        select(serving_history)
        .where(serving_history.c.spec_name == spec_name)
        .order_by(serving_history.c.number)
    )
    return [as_stretch(row) for row in connection.execute(query)]


def _known(connection: Connection, version: str) -> VersionRow:
    row = connection.execute(select(versions).where(versions.c.version == version)).first()
    if row is None:
        raise LookupError(f"There is no version {version!r}: 'flask model list' names those there are.")
    return as_version(row)


def _change(connection: Connection, version: str, **values: Any) -> None:
    connection.execute(update(versions).where(versions.c.version == version).values(**values))
