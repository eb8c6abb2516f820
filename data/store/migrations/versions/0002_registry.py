"""The registry: who signed which version, who answered when, reviews and problems."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ADDED = ("owner", "trained_by", "report_sha256", "artifacts")
PLANNED = ("planned_withdrawal", "planned_deletion")
CHAMPION = sa.text("state = 'champion'")
OPEN = sa.text("until IS NULL")

# What has answered so far were drafts alone: nothing could be signed
DRAFTS = sa.text(
    """
    INSERT INTO serving_history (number, spec_name, version, state, since, began, actor, reason)
    SELECT number, spec_name, version, state, created, 'trained', 'system', ''
    FROM versions
    WHERE state IN ('draft', 'champion')
      AND number = (SELECT max(latest.number) FROM versions AS latest
                    WHERE latest.spec_name = versions.spec_name AND latest.state IN ('draft', 'champion'))
    """
)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _of_a_version(table: str) -> list[sa.Constraint]:
    return [
        sa.PrimaryKeyConstraint("number", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["version"], ["versions.version"], name=f"fk_{table}_version"),
    ]


def _number() -> sa.Column[int]:
    return sa.Column("number", sa.Integer(), nullable=False)


def upgrade() -> None:
    """Make the tables and the columns."""
    for name in ADDED:
        op.add_column("versions", _text(name, nullable=True))
    for name in PLANNED:
        op.add_column("versions", sa.Column(name, sa.Date(), nullable=True))
    op.create_index(
        "ix_versions_one_champion",
        "versions",
        ["spec_name"],
        unique=True,
        sqlite_where=CHAMPION,
        postgresql_where=CHAMPION,
    )
    _make_signatures()
    _make_history()
    _make_reviews()
    op.execute(DRAFTS)


def _make_signatures() -> None:
    op.create_table(
        "signatures",
        _number(),
        *map(_text, ("version", "person", "name", "role", "report_sha256")),
        _time("time"),
        _text("statement"),
        *_of_a_version("signatures"),
    )
    op.create_index("ix_signatures_version", "signatures", ["version"])


def _make_history() -> None:
    op.create_table(
        "serving_history",
        _number(),
        _text("spec_name"),
        _text("version", nullable=True),
        _text("state"),
        _time("since"),
        _time("until", nullable=True),
        *map(_text, ("began", "actor", "reason")),
        *_of_a_version("serving_history"),
    )
    op.create_index("ix_serving_history_spec_name", "serving_history", ["spec_name"])
    op.create_index(
        "ix_serving_history_one_open",
        "serving_history",
        ["spec_name"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def _make_reviews() -> None:
    op.create_table(
        "reviews",
        _number(),
        _text("version"),
        _time("time"),
        *map(_text, ("actor", "name", "kind", "text")),
        *_of_a_version("reviews"),
    )
    op.create_index("ix_reviews_version", "reviews", ["version"])


def downgrade() -> None:
    """Remove them, with everything in them."""
    for table in ("reviews", "serving_history", "signatures"):
        op.drop_table(table)
    op.drop_index("ix_versions_one_champion", "versions")
    for name in (*ADDED, *PLANNED):
        op.drop_column("versions", name)
