"""Actions: what was done for whom, who was held out of it, and what came of each."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TEXTS = ("id", "spec_name", "name", "plan", "version", "snapshot", "actor", "actor_name")
DAYS = ("starts", "ends", "due")


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "actions",
        sa.Column("number", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in TEXTS),
        sa.Column("scenario_id", sa.Text(), nullable=True),
        *(sa.Column(name, sa.Date(), nullable=False) for name in DAYS),
        sa.Column("hold_out_share", sa.Float(), nullable=False),
        _time("created"),
        sa.Column("tally", sa.Text(), nullable=False),
        _time("called_off", nullable=True),
        sa.Column("called_off_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_actions"),
        sa.UniqueConstraint("id", name="uq_actions_id"),
    )
    op.create_index("ix_actions_spec_name", "actions", ["spec_name"])
    op.create_table(
        "action_subjects",
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=False) for name in ("log_odds", "chance", "cost")),
        sa.Column("worth", sa.Float(), nullable=True),
        sa.Column("has_left", sa.Boolean(), nullable=True),
        sa.Column("told", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("action", "key", name="pk_action_subjects"),
        sa.ForeignKeyConstraint(["action"], ["actions.id"], name="fk_action_subjects_action"),
    )


def downgrade() -> None:
    """Remove them, with everything in them."""
    op.drop_table("action_subjects")
    op.drop_table("actions")
