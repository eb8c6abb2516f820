"""Tables of the guidelines: what was worked out of each, and who is at it now."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, Table, Text

from data.store.tables import Json, Utc, metadata

guidelines = Table(
    "guidelines",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("guideline", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("since", Utc, nullable=False),
    Column("time", Utc, nullable=False),
    Column("why", Text, nullable=False),
    Column("headline", Text, nullable=False),
    Column("measured", Json, nullable=False),
    Column("shown", Json, nullable=False),
    Column("seconds", Float, nullable=False),
    Index(None, "guideline", "number"),
)

# One row at most: whoever works the guidelines out, and how far they are
guidelines_work = Table(
    "guidelines_work",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("began", Utc, nullable=False),
    Column("until", Utc, nullable=False),
    Column("doing", Text, nullable=False),
    Column("done", Integer, nullable=False),
)
