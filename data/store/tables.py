"""The store's tables. Changing one means a new file in migrations/versions as well."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    text,
)

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Utc(TypeDecorator[datetime]):
    """A moment: an aware datetime goes in and comes out, in UTC, whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a datetime without a time zone: it could mean any of 24 hours."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone: give an aware datetime, such as datetime.now(UTC).")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite forgets the zone and PostgreSQL answers in the session's: both become UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[dict[str, Any]]):
    """A plain dictionary kept as JSON text, finite numbers only."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> str | None:
        """Write it with sorted keys."""
        if value is None:
            return None
        try:
            return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False)
        except (TypeError, ValueError) as fault:
            raise ValueError(
                f"A value cannot be kept as JSON ({fault}): give plain text, finite numbers, lists and "
                "dictionaries; None for what is not known."
            ) from fault

    def process_result_value(self, value: str | None, dialect: Dialect) -> dict[str, Any] | None:
        """Read it back."""
        return None if value is None else json.loads(value)


class Moment(TypeDecorator[datetime]):
    """A moment as microseconds since 1970: a million of them are read as plain integers."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Count the microseconds; a datetime without a time zone is refused as everywhere."""
        return None if value is None else microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Give the moment back, aware, in UTC."""
        return None if value is None else EPOCH + timedelta(microseconds=value)


def microseconds(moment: datetime) -> int:
    """Count the microseconds from 1970 to a moment, exactly; before 1970 they are negative."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone: give an aware datetime, such as datetime.now(UTC).")
    return (moment - EPOCH) // timedelta(microseconds=1)


# SQLite numbers rows by INTEGER only; PostgreSQL's ends at 2,147,483,647
Big = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(naming_convention=NAMES)

log = Table(
    "log",
    metadata,
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("time", Utc, nullable=False),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("version", Text),
    Column("snapshot", Text),
    Column("payload_hash", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    # each holds what may be asked besides what it begins with (``log_search``)
    Index(None, "version", "seq", "actor", "kind", "time"),
    Index(None, "actor", "seq", "kind", "time"),
    Index(None, "kind", "seq", "time"),
    Index(None, "time", "seq"),
)

log_payload = Table(
    "log_payload",
    metadata,
    Column("seq", Big, ForeignKey("log.seq"), primary_key=True, autoincrement=False),
    Column("salt", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("subject", Text),
    Column("body", Text, nullable=False),
    Index(None, "subject", "seq"),
)

users = Table(
    "users",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("password_hash", Text),
    Column("created", Utc, nullable=False),
    Column("disabled", Utc),
)

links = Table(
    "links",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id"), nullable=False, index=True),
    Column("created", Utc, nullable=False),
    Column("expires", Utc, nullable=False),
    Column("used", Utc),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id_hash", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id"), nullable=False, index=True),
    Column("created", Utc, nullable=False),
    Column("seen", Utc, nullable=False),
    Column("ended", Utc),
)

throttle = Table(
    "throttle",
    metadata,
    Column("key_hash", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("latest", Utc, nullable=False),
    Column("blocked_until", Utc),
)

installation = Table(
    "installation",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("changed", Utc, nullable=False),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("spec_name", Text, nullable=False, index=True),
    Column("spec_hash", Text, nullable=False),
    Column("rows", Big, nullable=False),
    Column("refused", Big, nullable=False),
    Column("source", Text, nullable=False),
    Column("parent", Text),
    Column("created", Utc, nullable=False),
)

current_snapshots = Table(
    "current_snapshots",
    metadata,
    Column("spec_name", Text, primary_key=True),
    Column("snapshot", Text, ForeignKey("snapshots.id"), nullable=False),
)

versions = Table(
    "versions",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("version", Text, nullable=False, unique=True),
    Column("spec_name", Text, nullable=False, index=True),
    Column("spec_hash", Text, nullable=False),
    Column("snapshot", Text, ForeignKey("snapshots.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("created", Utc, nullable=False),
    Column("scorecard_sha256", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("metrics", Json, nullable=False),
    Column("owner", Text),
    Column("trained_by", Text),
    Column("report_sha256", Text),
    Column("artifacts", Json),
    Column("planned_withdrawal", Date),
    Column("planned_deletion", Date),
    Column("review_due", Date),
    # whatever the code does, no spec ever has two champions
    Index(
        "ix_versions_one_champion",
        "spec_name",
        unique=True,
        sqlite_where=text("state = 'champion'"),
        postgresql_where=text("state = 'champion'"),
    ),
)

signatures = Table(
    "signatures",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("version", Text, ForeignKey("versions.version"), nullable=False, index=True),
    Column("person", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("report_sha256", Text, nullable=False),
    Column("time", Utc, nullable=False),
    Column("statement", Text, nullable=False),
)

serving_history = Table(
    "serving_history",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("spec_name", Text, nullable=False, index=True),
    Column("version", Text, ForeignKey("versions.version")),
    Column("state", Text, nullable=False),
    Column("since", Utc, nullable=False),
    Column("until", Utc),
    Column("began", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    # one row a spec is open: what answers now
    Index(
        "ix_serving_history_one_open",
        "spec_name",
        unique=True,
        sqlite_where=text("until IS NULL"),
        postgresql_where=text("until IS NULL"),
    ),
)

reviews = Table(
    "reviews",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("version", Text, ForeignKey("versions.version"), nullable=False, index=True),
    Column("time", Utc, nullable=False),
    Column("actor", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("solves", Integer),  # of a resolution: the number of the problem it answers
)

experiments = Table(
    "experiments",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("spec_name", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("version", Text, ForeignKey("versions.version"), nullable=False),
    Column("against", Text, ForeignKey("versions.version"), nullable=False),
    Column("snapshot", Text, ForeignKey("snapshots.id"), nullable=False),
    Column("who", Json, nullable=False),
    Column("what", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("share", Float, nullable=False),
    Column("plan", Json, nullable=False),
    Column("started", Utc, nullable=False),
    Column("planned_end", Utc, nullable=False),
    Column("actor", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("answers", Big, nullable=False),
    Column("errors", Big, nullable=False),
    Column("ended", Utc),
    Column("ended_by", Text),
    Column("how", Text),
    Column("outcome", Text),
)

held_changes = Table(
    "held_changes",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("spec_name", Text, nullable=False, index=True),
    Column("version", Text, ForeignKey("versions.version"), nullable=False),
    Column("against", Text, ForeignKey("versions.version"), nullable=False),
    Column("time", Utc, nullable=False),
    Column("actor", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("effect", Json, nullable=False),
    Column("until", Utc),
    Column("settled", Utc),
    Column("settled_by", Text),
    Column("how", Text),
    Column("reason", Text),
    Column("role", Text),
    Column("report_sha256", Text),
    Column("statement", Text),
)

# A row a revision: nothing is overwritten, and what is kept outlives the version and snapshot it names
scenarios = Table(
    "scenarios",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("spec_name", Text, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("author_name", Text, nullable=False),
    Column("created", Utc, nullable=False),
    Column("changed", Utc, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_by_name", Text, nullable=False),
    Column("parent", Text),
    Column("archived", Utc),
    Column("scenario", Json, nullable=False),
    Column("version", Text, nullable=False),
    Column("snapshot", Text, nullable=False),
    Column("kept", Utc, nullable=False),
    Column("figures", Json, nullable=False),
    Column("basis", Json, nullable=False),
    Index(None, "id", "revision", unique=True),
)

# What was done for whom; ``tally`` sums the subjects up, so that an effect is told without reading them
actions = Table(
    "actions",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("spec_name", Text, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("plan", Json, nullable=False),
    Column("version", Text, nullable=False),
    Column("snapshot", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("scenario_id", Text),
    Column("starts", Date, nullable=False),
    Column("ends", Date, nullable=False),
    Column("due", Date, nullable=False),
    Column("hold_out_share", Float, nullable=False),
    Column("created", Utc, nullable=False),
    Column("tally", Json, nullable=False),
    Column("called_off", Utc),
    Column("called_off_by", Text),
    Column("reason", Text),
)

action_subjects = Table(
    "action_subjects",
    metadata,
    Column("action", Text, ForeignKey("actions.id"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("is_held", Boolean, nullable=False),
    Column("steps", Text, nullable=False),
    Column("log_odds", Float, nullable=False),
    Column("chance", Float, nullable=False),
    Column("cost", Float, nullable=False),
    Column("worth", Float),
    Column("has_left", Boolean),
    Column("told", Date),
)

# What can be chosen, by the name of the data it belongs to. Numbers of categories, items and choosers count
# from 0 within a catalogue and are never used again, so that they are places in arrays
catalogues = Table(
    "catalogues",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("generation", Integer, nullable=False),
    Column("rules", Json, nullable=False),
    Column("rules_revision", Integer, nullable=False),
    Column("evaluation", Json),
    Column("evaluated", Utc),
)

catalogue_categories = Table(
    "catalogue_categories",
    metadata,
    Column("catalogue", Integer, ForeignKey("catalogues.number"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("merged_into", Integer),
)

# Every name that a category has or had, so that a file of yesterday still finds it
category_names = Table(
    "category_names",
    metadata,
    Column("catalogue", Integer, ForeignKey("catalogues.number"), primary_key=True, autoincrement=False),
    Column("name_key", Text, primary_key=True),
    Column("category", Integer, nullable=False),
)

catalogue_items = Table(
    "catalogue_items",
    metadata,
    Column("catalogue", Integer, ForeignKey("catalogues.number"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("offer", Json),
    Index(None, "catalogue", "id", unique=True),
)

catalogue_membership = Table(
    "catalogue_membership",
    metadata,
    Column("catalogue", Integer, ForeignKey("catalogues.number"), primary_key=True, autoincrement=False),
    Column("item", Integer, primary_key=True, autoincrement=False),
    Column("category", Integer, primary_key=True, autoincrement=False),
)

# Of the three tables below a million rows come and go at once: no references are checked there, since the
# only code that writes them finds the numbers first; SQLite keeps them in the order of their keys
choosers = Table(
    "choosers",
    metadata,
    Column("catalogue", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("person", Text, nullable=False),
    Index(None, "catalogue", "person", unique=True),
    sqlite_with_rowid=False,
)

choices = Table(
    "choices",
    metadata,
    Column("catalogue", Integer, primary_key=True, autoincrement=False),
    Column("person", Integer, primary_key=True, autoincrement=False),
    Column("item", Integer, primary_key=True, autoincrement=False),
    Column("moment", Moment, nullable=False),
    Column("source", Text, nullable=False),
    sqlite_with_rowid=False,
)

choice_events = Table(
    "choice_events",
    metadata,
    Column("catalogue", Integer, primary_key=True, autoincrement=False),
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("key", Text, nullable=False),
    Column("person", Integer, nullable=False),
    Column("item", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("moment", Moment, nullable=False),
    Column("recorded", Moment, nullable=False),
    Column("source", Text, nullable=False),
    Column("actor", Text, nullable=False),
    # whatever the code does, no key ever counts twice
    Index(None, "catalogue", "key", unique=True),
    sqlite_with_rowid=False,
)

hidden = Table(
    "hidden",
    metadata,
    Column("catalogue", Integer, ForeignKey("catalogues.number"), primary_key=True, autoincrement=False),
    Column("person", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
)

delegating = Table(
    "delegating",
    metadata,
    Column("catalogue", Integer, ForeignKey("catalogues.number"), primary_key=True, autoincrement=False),
    Column("person", Text, primary_key=True),
    Column("is_on", Boolean, nullable=False),
    Column("since", Utc, nullable=False),
)

delegations = Table(
    "delegations",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("catalogue", Integer, ForeignKey("catalogues.number"), nullable=False),
    Column("person", Text, nullable=False),
    Column("picked", Text, nullable=False),
    Column("offered", Json, nullable=False),
    Column("drawn", Text, nullable=False),
    Column("created", Utc, nullable=False),
    Column("settled", Utc),
    Column("how", Text),
    Index(None, "catalogue", "person", "created"),
)

# The switches of the control room, a row a subsystem: one that is missing or cannot be read is no "on"
control = Table(
    "control",
    metadata,
    Column("subsystem", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("since", Utc, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("is_automatic", Boolean, nullable=False),
    Column("version", Text),
    Column("revision", Integer, nullable=False),
)

hidden_output = Table(
    "hidden_output",
    metadata,
    Column("person", Text, primary_key=True),
    Column("since", Utc, nullable=False),
)

stop_requests = Table(
    "stop_requests",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("time", Utc, nullable=False),
    Column("person", Text, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("subsystem", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("answered", Utc),
    Column("answered_by", Text),
    Column("answer", Text),
    Column("is_drill", Boolean, nullable=False, server_default=text("false")),
)

maintenance = Table(
    "maintenance",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("begins", Utc, nullable=False),
    Column("ends", Utc, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("ended", Utc),
)

first_use = Table(
    "first_use",
    metadata,
    Column("person", Text, primary_key=True),
    Column("edition", Integer, primary_key=True, autoincrement=False),
    Column("seen", Utc, nullable=False),
)

# A change of a setting a row, added and never overwritten; whatever the code does, no revision comes twice
managers_settings = Table(
    "managers_settings",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("value", Json),
    Column("reason", Text, nullable=False),
    Column("complaint", Text),
    Column("actor", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("time", Utc, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("begins", Utc),
    Column("undoes", Integer),
    Index(None, "name", "revision", unique=True),
)

# What a customer said and took back, a row each, added and never changed; the last of a customer holds
objections = Table(
    "objections",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("spec_name", Text, nullable=False),
    Column("customer", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("time", Utc, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("words", Text, nullable=False),
    Index(None, "spec_name", "customer"),
)

# Answers to the ethics review, added and never changed: the latest for a version and question counts
ethics_answers = Table(
    "ethics_answers",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("version", Text, ForeignKey("versions.version"), nullable=False, index=True),
    Column("question", Text, nullable=False),
    Column("asked", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("time", Utc, nullable=False),
    Column("taken_from", Text),
)
