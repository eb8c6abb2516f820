"""Held promotions keep the signature that waits with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SIGNATURE = ("role", "report_sha256", "statement")


def upgrade() -> None:
    """Add them; what waited before keeps none, and its person signs again."""
    for name in SIGNATURE:
        op.add_column("held_changes", sa.Column(name, sa.Text(), nullable=True))


def downgrade() -> None:
    """Remove them."""
    with op.batch_alter_table("held_changes") as table:
        for name in SIGNATURE:
            table.drop_column(name)
