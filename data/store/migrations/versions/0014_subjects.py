"""Objections of customers to being scored."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; nobody objects yet."""
    op.create_table(
        "objections",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("spec_name", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_objections"),
    )
    op.create_index("ix_objections_spec_name_customer", "objections", ["spec_name", "customer"])


def downgrade() -> None:
    """Remove it, with everything in it."""
    op.drop_table("objections")
