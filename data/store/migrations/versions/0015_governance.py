"""Answers to the ethics review, which problem a resolution answers, and when a version is to be reviewed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TEXTS = ("question", "asked", "text", "person", "name", "role")


def upgrade() -> None:
    """Make the tables and columns; what was noted before names no problem, and no review is due."""
    op.create_table(
        "ethics_answers",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in TEXTS),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_from", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_ethics_answers"),
        sa.ForeignKeyConstraint(["version"], ["versions.version"], name="fk_ethics_answers_version"),
    )
    op.create_index("ix_ethics_answers_version", "ethics_answers", ["version"])
    op.add_column("reviews", sa.Column("solves", sa.Integer(), nullable=True))
    op.add_column("versions", sa.Column("review_due", sa.Date(), nullable=True))


def downgrade() -> None:
    """Remove them, with everything in them."""
    op.drop_column("versions", "review_due")
    op.drop_column("reviews", "solves")
    op.drop_table("ethics_answers")
