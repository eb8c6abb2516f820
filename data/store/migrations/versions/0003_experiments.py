"""Experiments: who is affected, what about them, where, how long; and promotions held back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _number() -> sa.Column[int]:
    return sa.Column("number", sa.Integer(), nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, BIG, nullable=False)


def _points(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}")


def upgrade() -> None:
    """Make the tables."""
    _make_experiments()
    _make_held_changes()


def _make_experiments() -> None:
    op.create_table(
        "experiments",
        _number(),
        *map(_text, ("id", "spec_name", "kind", "version", "against", "snapshot", "who", "what", "place")),
        sa.Column("share", sa.Float(), nullable=False),
        _text("plan"),
        _time("started"),
        _time("planned_end"),
        *map(_text, ("actor", "name")),
        *map(_count, ("answers", "errors")),
        _time("ended", nullable=True),
        *(_text(name, nullable=True) for name in ("ended_by", "how", "outcome")),
        sa.PrimaryKeyConstraint("number", name="pk_experiments"),
        sa.UniqueConstraint("id", name="uq_experiments_id"),
        _points("experiments", "version", "versions.version"),
        _points("experiments", "against", "versions.version"),
        _points("experiments", "snapshot", "snapshots.id"),
    )
    op.create_index("ix_experiments_spec_name", "experiments", ["spec_name"])


def _make_held_changes() -> None:
    op.create_table(
        "held_changes",
        _number(),
        *map(_text, ("spec_name", "version", "against")),
        _time("time"),
        *map(_text, ("actor", "name", "effect")),
        _time("until", nullable=True),
        _time("settled", nullable=True),
        *(_text(name, nullable=True) for name in ("settled_by", "how", "reason")),
        sa.PrimaryKeyConstraint("number", name="pk_held_changes"),
        _points("held_changes", "version", "versions.version"),
        _points("held_changes", "against", "versions.version"),
    )
    op.create_index("ix_held_changes_spec_name", "held_changes", ["spec_name"])


def downgrade() -> None:
    """Remove them, with everything in them."""
    for table in ("held_changes", "experiments"):
        op.drop_table(table)
