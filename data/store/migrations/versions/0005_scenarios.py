"""Kept scenarios: what people named and share, a row a revision."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NAMES = ("spec_name", "name", "note", "author", "author_name", "changed_by", "changed_by_name")
PINNED = ("scenario", "version", "snapshot", "figures", "basis")


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "scenarios",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in (*NAMES, *PINNED)),
        *(_time(name) for name in ("created", "changed", "kept")),
        sa.Column("parent", sa.Text(), nullable=True),
        _time("archived", nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_scenarios"),
    )
    op.create_index("ix_scenarios_id_revision", "scenarios", ["id", "revision"], unique=True)
    op.create_index("ix_scenarios_spec_name", "scenarios", ["spec_name"])


def downgrade() -> None:
    """Remove it, with everything in it."""
    op.drop_table("scenarios")
