"""Who has seen what Keepsight is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; nobody has seen anything yet."""
    op.create_table(
        "first_use",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("edition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", "edition", name="pk_first_use"),
    )


def downgrade() -> None:
    """Remove it, with everything in it."""
    op.drop_table("first_use")
