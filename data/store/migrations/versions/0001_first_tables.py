"""The first tables: log, people, sessions, throttle, snapshots and versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Types are written out here, not imported: a migration stays as it was when the tables move on
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _points(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}")


def upgrade() -> None:
    """Make the tables."""
    _make_log()
    _make_people()
    _make_installation()


def _make_log() -> None:
    op.create_table(
        "log",
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        _time("time"),
        _text("kind"),
        _text("actor"),
        _text("version", nullable=True),
        _text("snapshot", nullable=True),
        _text("payload_hash"),
        _text("previous"),
        _text("hash"),
        _key("log", "seq"),
    )
    op.create_index("ix_log_actor_seq", "log", ["actor", "seq"])
    op.create_index("ix_log_kind_seq", "log", ["kind", "seq"])
    op.create_table(
        "log_payload",
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        _text("salt"),
        _text("actor_name"),
        _text("subject", nullable=True),
        _text("body"),
        _key("log_payload", "seq"),
        _points("log_payload", "seq", "log.seq"),
    )
    op.create_index("ix_log_payload_subject_seq", "log_payload", ["subject", "seq"])


def _make_people() -> None:
    op.create_table(
        "users",
        _text("id"),
        _text("name"),
        _text("name_key"),
        _text("role"),
        _text("password_hash", nullable=True),
        _time("created"),
        _time("disabled", nullable=True),
        _key("users", "id"),
        sa.UniqueConstraint("name_key", name="uq_users_name_key"),
    )
    op.create_table(
        "links",
        _text("token_hash"),
        _text("user_id"),
        _time("created"),
        _time("expires"),
        _time("used", nullable=True),
        _key("links", "token_hash"),
        _points("links", "user_id", "users.id"),
    )
    op.create_index("ix_links_user_id", "links", ["user_id"])
    op.create_table(
        "sessions",
        _text("id_hash"),
        _text("user_id"),
        _time("created"),
        _time("seen"),
        _time("ended", nullable=True),
        _key("sessions", "id_hash"),
        _points("sessions", "user_id", "users.id"),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_table(
        "throttle",
        _text("key_hash"),
        sa.Column("failures", sa.Integer(), nullable=False),
        _time("latest"),
        _time("blocked_until", nullable=True),
        _key("throttle", "key_hash"),
    )


def _make_installation() -> None:
    op.create_table(
        "installation",
        _text("key"),
        _text("value"),
        _text("actor"),
        _time("changed"),
        _key("installation", "key"),
    )
    op.create_table(
        "snapshots",
        sa.Column("number", sa.Integer(), nullable=False),
        _text("id"),
        _text("spec_name"),
        _text("spec_hash"),
        sa.Column("rows", BIG, nullable=False),
        sa.Column("refused", BIG, nullable=False),
        _text("source"),
        _text("parent", nullable=True),
        _time("created"),
        _key("snapshots", "number"),
        sa.UniqueConstraint("id", name="uq_snapshots_id"),
    )
    op.create_index("ix_snapshots_spec_name", "snapshots", ["spec_name"])
    op.create_table(
        "current_snapshots",
        _text("spec_name"),
        _text("snapshot"),
        _key("current_snapshots", "spec_name"),
        _points("current_snapshots", "snapshot", "snapshots.id"),
    )
    op.create_table(
        "versions",
        sa.Column("number", sa.Integer(), nullable=False),
        _text("version"),
        _text("spec_name"),
        _text("spec_hash"),
        _text("snapshot"),
        _text("state"),
        _time("created"),
        _text("scorecard_sha256"),
        _text("folder"),
        _text("metrics"),
        _key("versions", "number"),
        sa.UniqueConstraint("version", name="uq_versions_version"),
        _points("versions", "snapshot", "snapshots.id"),
    )
    op.create_index("ix_versions_spec_name", "versions", ["spec_name"])


def downgrade() -> None:
    """Remove the tables, with everything in them."""
    for table in (
        "versions",
        "current_snapshots",
        "snapshots",
        "installation",
        "throttle",
        "sessions",
        "links",
        "users",
        "log_payload",
        "log",
    ):
        op.drop_table(table)
