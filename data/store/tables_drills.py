"""The tables of user tests, of people's own drills and of checks whose results are kept."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Index, Integer, Table, Text

from data.store.tables import Json, Utc, metadata

# A state of a user test a row, added and never overwritten: what was corrected or withdrawn stays readable
user_tests = Table(
    "user_tests",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("test", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("date", Date, nullable=False),
    Column("task", Text, nullable=False),
    Column("participants", Json, nullable=False),
    Column("findings", Text, nullable=False),
    Column("changed", Text, nullable=False),
    Column("is_withdrawn", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("time", Utc, nullable=False),
    Index(None, "test", "revision", unique=True),
)

own_drills = Table(
    "own_drills",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("person", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("began", Utc, nullable=False),
    Column("steps", Json, nullable=False),
    Column("ended", Utc),
    Column("passed", Boolean),
    Index(None, "person", "number"),
)

kept_checks = Table(
    "kept_checks",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("what", Text, nullable=False),
    Column("began", Utc, nullable=False),
    Column("ended", Utc),
    Column("passed", Boolean),
    Column("entry", Integer),
    Column("result", Json, nullable=False),
    Index(None, "what", "number"),
)
