"""The recommender: catalogues, who chose what, each event once, and what people hide or delegate."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = (
    "catalogues",
    "catalogue_categories",
    "category_names",
    "catalogue_items",
    "catalogue_membership",
    "choosers",
    "choices",
    "choice_events",
    "hidden",
    "delegating",
    "delegations",
)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _count(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable, autoincrement=False)


def _moment(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _of_catalogue(table: str) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    reference = sa.ForeignKeyConstraint(["catalogue"], ["catalogues.number"], name=f"fk_{table}_catalogue")
    return _count("catalogue"), reference


def upgrade() -> None:
    """Make the tables."""
    _make_catalogues()
    _make_choices()
    _make_wishes()


def _make_catalogues() -> None:
    op.create_table(
        "catalogues",
        sa.Column("number", sa.Integer(), nullable=False),
        _text("name"),
        _count("generation"),
        _text("rules"),
        _count("rules_revision"),
        _text("evaluation", nullable=True),
        _time("evaluated", nullable=True),
        _key("catalogues", "number"),
        sa.UniqueConstraint("name", name="uq_catalogues_name"),
    )
    op.create_table(
        "catalogue_categories",
        *_of_catalogue("catalogue_categories"),
        _count("number"),
        _text("name"),
        _count("merged_into", nullable=True),
        _key("catalogue_categories", "catalogue", "number"),
    )
    op.create_table(
        "category_names",
        *_of_catalogue("category_names"),
        _text("name_key"),
        _count("category"),
        _key("category_names", "catalogue", "name_key"),
    )
    op.create_table(
        "catalogue_items",
        *_of_catalogue("catalogue_items"),
        _count("number"),
        _text("id"),
        _text("title"),
        _text("offer", nullable=True),
        _key("catalogue_items", "catalogue", "number"),
    )
    op.create_index("ix_catalogue_items_catalogue_id", "catalogue_items", ["catalogue", "id"], unique=True)
    op.create_table(
        "catalogue_membership",
        *_of_catalogue("catalogue_membership"),
        _count("item"),
        _count("category"),
        _key("catalogue_membership", "catalogue", "item", "category"),
    )


def _make_choices() -> None:
    op.create_table(
        "choosers",
        _count("catalogue"),
        _count("number"),
        _text("person"),
        _key("choosers", "catalogue", "number"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_choosers_catalogue_person", "choosers", ["catalogue", "person"], unique=True)
    op.create_table(
        "choices",
        *(_count(name) for name in ("catalogue", "person", "item")),
        _moment("moment"),
        _text("source"),
        _key("choices", "catalogue", "person", "item"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "choice_events",
        _count("catalogue"),
        sa.Column("seq", BIG, nullable=False, autoincrement=False),
        _text("key"),
        _count("person"),
        _count("item"),
        _text("kind"),
        _moment("moment"),
        _moment("recorded"),
        _text("source"),
        _text("actor"),
        _key("choice_events", "catalogue", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_choice_events_catalogue_key", "choice_events", ["catalogue", "key"], unique=True)


def _make_wishes() -> None:
    op.create_table(
        "hidden",
        *_of_catalogue("hidden"),
        _text("person"),
        _text("kind"),
        _count("number"),
        _key("hidden", "catalogue", "person", "kind", "number"),
    )
    op.create_table(
        "delegating",
        *_of_catalogue("delegating"),
        _text("person"),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        _time("since"),
        _key("delegating", "catalogue", "person"),
    )
    op.create_table(
        "delegations",
        sa.Column("number", sa.Integer(), nullable=False),
        _text("id"),
        *_of_catalogue("delegations"),
        *(_text(name) for name in ("person", "picked", "offered", "drawn")),
        _time("created"),
        _time("settled", nullable=True),
        _text("how", nullable=True),
        _key("delegations", "number"),
        sa.UniqueConstraint("id", name="uq_delegations_id"),
    )
    op.create_index(
        "ix_delegations_catalogue_person_created", "delegations", ["catalogue", "person", "created"]
    )


def downgrade() -> None:
    """Remove them, with everything in them."""
    for table in reversed(TABLES):
        op.drop_table(table)
