"""The control room: a switch a subsystem, what people hide, requests to stop, maintenance notices."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SUBSYSTEMS = ("all", "batch", "churn-model", "delegation", "recommender")


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Make the tables; everything is on, as it was until now."""
    switches = op.create_table(
        "control",
        _text("subsystem"),
        _text("state"),
        _time("since"),
        *(_text(name) for name in ("actor", "actor_name", "reason")),
        sa.Column("is_automatic", sa.Boolean(), nullable=False),
        _text("version", nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("subsystem", name="pk_control"),
    )
    beginning = {
        "state": "on", "since": datetime.now(UTC), "actor": "system", "actor_name": "Keepsight",
        "reason": "As installed.", "is_automatic": False, "version": None, "revision": 1,
    }  # fmt: skip
    op.bulk_insert(switches, [{"subsystem": name, **beginning} for name in SUBSYSTEMS])
    op.create_table(
        "hidden_output",
        _text("person"),
        _time("since"),
        sa.PrimaryKeyConstraint("person", name="pk_hidden_output"),
    )
    op.create_table(
        "stop_requests",
        sa.Column("number", sa.Integer(), nullable=False),
        _time("time"),
        *(_text(name) for name in ("person", "name", "subsystem", "text")),
        _time("answered", nullable=True),
        *(_text(name, nullable=True) for name in ("answered_by", "answer")),
        sa.PrimaryKeyConstraint("number", name="pk_stop_requests"),
    )
    op.create_index("ix_stop_requests_person", "stop_requests", ["person"])
    op.create_table(
        "maintenance",
        sa.Column("number", sa.Integer(), nullable=False),
        _text("text"),
        _time("begins"),
        _time("ends"),
        *(_text(name) for name in ("actor", "actor_name")),
        _time("ended", nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_maintenance"),
    )


def downgrade() -> None:
    """Remove them, with everything in them."""
    for name in ("maintenance", "stop_requests", "hidden_output", "control"):
        op.drop_table(name)
