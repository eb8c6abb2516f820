"""Tables about readers: whose entries they read, what changed for them, what is used of Keepsight."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, Table, Text

from data.store.tables import Big, Json, Utc, metadata

# A part of the customers, by one level of one column; ``snapshot`` is the data its customers were read from
areas = Table(
    "areas",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("spec_name", Text, nullable=False),
    Column("column_name", Text, nullable=False),
    Column("level", Text, nullable=False),
    # what stands in the details of an entry about the area as a whole
    Column("pattern", Text, nullable=False),
    Column("snapshot", Text),
    Column("claimed", Utc),
    Index(None, "spec_name", "column_name", "level", unique=True),
)

own_areas = Table(
    "own_areas",
    metadata,
    Column("person", Text, primary_key=True),
    Column("spec_name", Text, primary_key=True),
    Column("area", Integer, ForeignKey("areas.number"), nullable=False, index=True),
    Column("chosen", Utc, nullable=False),
)

area_customers = Table(
    "area_customers",
    metadata,
    Column("area", Integer, primary_key=True, autoincrement=False),
    Column("customer", Text, primary_key=True),
    Index(None, "customer", "area"),
    sqlite_with_rowid=False,
)

# Who reads an entry besides whoever made it ("area:7", "person:u-1"), kept by the database with each append
# (migration 0016). All of it stands in the key, so that no filter reads a row of another table
log_readers = Table(
    "log_readers",
    metadata,
    Column("reader", Text, primary_key=True),
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("actor", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("time", Utc, primary_key=True),
    sqlite_with_rowid=False,
)

# How far the clock ever went back: a row where it went further than before
log_setbacks = Table(
    "log_setbacks",
    metadata,
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("time", Utc, nullable=False),
    Column("latest", Utc, nullable=False),
)

# What changed for people, a row an entry of the log that changed it
changes = Table(
    "changes",
    metadata,
    Column("entry", Big, primary_key=True, autoincrement=False),
    Column("time", Utc, nullable=False),
    Column("kind", Text, nullable=False),
    Column("what", Json, nullable=False),
)

changes_seen = Table(
    "changes_seen",
    metadata,
    Column("person", Text, primary_key=True),
    Column("entry", Big, nullable=False),
    Column("time", Utc, nullable=False),
)

# What is used and how fast, without names: so many answers of a page on a day within so much time
usage = Table(
    "usage",
    metadata,
    Column("day", Date, primary_key=True),
    Column("page", Text, primary_key=True),
    Column("bucket", Integer, primary_key=True, autoincrement=False),
    Column("count", Big, nullable=False),
)

usage_left_out = Table(
    "usage_left_out",
    metadata,
    Column("person", Text, primary_key=True),
    Column("since", Utc, nullable=False),
)
