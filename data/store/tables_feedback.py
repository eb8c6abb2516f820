"""The tables of feedback: items, each step of them, receipts, and when somebody was asked."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text

from data.store.tables import Json, Utc, metadata

# Who sent an item without a name stands in no column of any of these tables
feedback = Table(
    "feedback",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("time", Utc, nullable=False),
    Column("kind", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("about_id", Text, nullable=False),
    Column("guideline", Text),
    Column("page", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("owner", Text),
    Column("due", Utc, nullable=False),
    Column("answer", Text),
    Column("answered", Utc),
    Column("led_to", Json),
    Column("person", Text, index=True),
    Column("request_id", Text),
    Column("response_ms", Integer),
    Column("version", Text),
    Column("snapshot", Text),
    Column("person_name", Text),
    Column("owner_name", Text),
    Column("answered_by", Text),
    Column("is_outside", Boolean, nullable=False),
    Column("revision", Integer, nullable=False),
    # of the key that a form sends along, so that one sent twice is one item
    Column("once_hash", Text, nullable=False, unique=True),
    Index(None, "time"),
    Index(None, "guideline", "number"),
)

feedback_steps = Table(
    "feedback_steps",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("item", Integer, ForeignKey("feedback.number"), nullable=False, index=True),
    Column("time", Utc, nullable=False),
    Column("what", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("who", Text),
    Column("text", Text, nullable=False),
)

feedback_receipts = Table(
    "feedback_receipts",
    metadata,
    Column("receipt_hash", Text, primary_key=True),
    Column("item", Integer, ForeignKey("feedback.number"), nullable=False, unique=True),
)

feedback_asks = Table(
    "feedback_asks",
    metadata,
    Column("person", Text, primary_key=True),
    Column("asked", Utc),
    Column("stopped", Utc),
)
