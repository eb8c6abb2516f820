"""What readers chose for themselves, what was used, and what changed for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

TABLES = ("own_areas", "areas", "area_customers", "log_readers", "log_setbacks", "changes", "changes_seen",
          "usage", "usage_left_out")  # fmt: skip

# How far the clock went back, where it went further than ever: then a span of times can be turned into a
# span of numbers by two looks into an index (data/store/log_search.py). It went further only where it is
# behind the entry before. PostgreSQL has that entry in hand as it appends, so it looks there (APPEND)
SETBACK = {
    "sqlite": """
CREATE TRIGGER log_setback AFTER INSERT ON log
WHEN NEW.time < (SELECT max(time) FROM log)
BEGIN
    INSERT INTO log_setbacks (seq, time, latest)
    SELECT NEW.seq, NEW.time, newest FROM (SELECT max(time) AS newest FROM log)
    WHERE julianday(newest) - julianday(NEW.time)
        > (SELECT coalesce(max(julianday(latest) - julianday(time)), 0) FROM log_setbacks);
END""",
}

# Who reads a new entry besides whoever made it: for whom it was done, whose area holds the customer, and
# whose area it is about as a whole
READERS = {
    "sqlite": """
CREATE TRIGGER log_readers_kept AFTER INSERT ON log_payload
WHEN instr(NEW.body, '"for":"') > 0 OR EXISTS (SELECT 1 FROM areas)
BEGIN
    INSERT OR IGNORE INTO log_readers (reader, seq, kind, actor, version, time)
    SELECT 'person:' || json_extract(NEW.body, '$.for'), seq, kind, actor, coalesce(version, ''), time
    FROM log WHERE seq = NEW.seq AND instr(NEW.body, '"for":"') > 0
        AND json_extract(NEW.body, '$.for') IS NOT NULL;
    INSERT OR IGNORE INTO log_readers (reader, seq, kind, actor, version, time)
    SELECT 'area:' || a.number, l.seq, l.kind, l.actor, coalesce(l.version, ''), l.time
    FROM log AS l JOIN snapshots AS s ON s.id = l.snapshot
    JOIN area_customers AS c ON c.customer = NEW.subject
    JOIN areas AS a ON a.number = c.area AND a.spec_name = s.spec_name
    WHERE l.seq = NEW.seq;
    INSERT OR IGNORE INTO log_readers (reader, seq, kind, actor, version, time)
    SELECT 'area:' || a.number, l.seq, l.kind, l.actor, coalesce(l.version, ''), l.time
    FROM log AS l JOIN snapshots AS s ON s.id = l.snapshot
    JOIN areas AS a ON a.spec_name = s.spec_name
    WHERE l.seq = NEW.seq AND instr(NEW.body, a.pattern) > 0;
END""",
    "postgresql": """
CREATE FUNCTION log_readers_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF strpos(NEW.body, '"for":"') > 0 AND NEW.body::json ->> 'for' IS NOT NULL THEN
        INSERT INTO log_readers (reader, seq, kind, actor, version, time)
        SELECT 'person:' || (NEW.body::json ->> 'for'), seq, kind, actor, coalesce(version, ''), time
        FROM log WHERE seq = NEW.seq ON CONFLICT DO NOTHING;
    END IF;
    IF EXISTS (SELECT 1 FROM areas) THEN
        INSERT INTO log_readers (reader, seq, kind, actor, version, time)
        SELECT 'area:' || a.number, l.seq, l.kind, l.actor, coalesce(l.version, ''), l.time
        FROM log AS l JOIN snapshots AS s ON s.id = l.snapshot
        JOIN areas AS a ON a.spec_name = s.spec_name
        WHERE l.seq = NEW.seq AND (strpos(NEW.body, a.pattern) > 0 OR EXISTS (
            SELECT 1 FROM area_customers AS c WHERE c.customer = NEW.subject AND c.area = a.number))
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER log_readers_kept AFTER INSERT ON log_payload
    FOR EACH ROW EXECUTE FUNCTION log_readers_kept()""",
}

TRIGGERS = {"log_setback": ("log", SETBACK), "log_readers_kept": ("log_payload", READERS)}

# As migration 0009 made it, and besides how far the clock went back
APPEND = """
CREATE OR REPLACE PROCEDURE log_append(
    turn bigint, is_alone boolean, first text, last text, at timestamptz, of_kind text, by_actor text,
    on_version text, on_snapshot text, of_payload text, with_salt text, by_name text, about text,
    with_body text, INOUT seq bigint, INOUT previous text, INOUT hash text
) LANGUAGE plpgsql AS $$
DECLARE before timestamptz; newest timestamptz;
BEGIN
    IF is_alone THEN
        PERFORM set_config('synchronous_commit', 'off', true);
    END IF;
    PERFORM pg_advisory_xact_lock(turn);
    SELECT end_of.seq + 1, end_of.hash, end_of.time INTO seq, previous, before
        FROM log AS end_of ORDER BY end_of.seq DESC LIMIT 1;
    seq := coalesce(seq, 1);
    previous := coalesce(previous, repeat('0', 64));
    hash := encode(sha256(convert_to(first || to_json(previous) || ',"seq":' || seq || last, 'UTF8')), 'hex');
    INSERT INTO log (seq, time, kind, actor, version, snapshot, payload_hash, previous, hash)
        VALUES (log_append.seq, at, of_kind, by_actor, on_version, on_snapshot, of_payload,
                log_append.previous, log_append.hash);
    INSERT INTO log_payload (seq, salt, actor_name, subject, body)
        VALUES (log_append.seq, with_salt, by_name, about, with_body);
    IF at < before THEN
        SELECT max(time) INTO newest FROM log;
        IF newest - at > (SELECT coalesce(max(latest - time), interval '0') FROM log_setbacks) THEN
            INSERT INTO log_setbacks (seq, time, latest) VALUES (log_append.seq, at, newest);
        END IF;
    END IF;
    IF is_alone THEN
        COMMIT;
        PERFORM pg_logical_emit_message(true, 'keepsight', '');
    END IF;
END $$
"""

FURTHEST = {
    "sqlite": "julianday(latest) - julianday(time)",
    "postgresql": "latest - time",
}


def upgrade() -> None:
    """Make the tables; fill in from the log how far clocks went back, and what was done for whom."""
    _areas()
    _readers()
    _what_changed_and_usage()
    name = op.get_bind().dialect.name
    _fill_in(name)
    for _, trigger in TRIGGERS.values():
        if name in trigger:
            # as the driver takes it: what looks like a parameter in it is none
            op.get_bind().exec_driver_sql(trigger[name])
    if name == "postgresql":
        op.get_bind().exec_driver_sql(APPEND)


def downgrade() -> None:
    """Remove them, with everything in them; PostgreSQL appends as it did before."""
    name = op.get_bind().dialect.name
    for trigger, (table, made) in TRIGGERS.items():
        if name not in made:
            continue
        op.execute(f"DROP TRIGGER {trigger}" + (f" ON {table}" if name == "postgresql" else ""))
        if name == "postgresql":
            op.execute(f"DROP FUNCTION {trigger}()")
    if name == "postgresql":
        op.execute("DROP PROCEDURE log_append")
        former = context.script.get_revision("0009").module.APPEND
        op.get_bind().exec_driver_sql(former)
    for name in TABLES:
        op.drop_table(name)


def _areas() -> None:
    op.create_table(
        "areas",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("spec_name", sa.Text(), nullable=False),
        sa.Column("column_name", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("pattern", sa.Text(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=True),
        sa.Column("claimed", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_areas"),
    )
    op.create_index(
        "ix_areas_spec_name_column_name_level", "areas", ["spec_name", "column_name", "level"], unique=True
    )
    op.create_table(
        "own_areas",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("spec_name", sa.Text(), nullable=False),
        sa.Column("area", sa.Integer(), nullable=False),
        sa.Column("chosen", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["area"], ["areas.number"], name="fk_own_areas_area"),
        sa.PrimaryKeyConstraint("person", "spec_name", name="pk_own_areas"),
    )
    op.create_index("ix_own_areas_area", "own_areas", ["area"])
    op.create_table(
        "area_customers",
        sa.Column("area", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("area", "customer", name="pk_area_customers"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_area_customers_customer_area", "area_customers", ["customer", "area"])


def _readers() -> None:
    op.create_table(
        "log_readers",
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("seq", BIG, nullable=False, autoincrement=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("time", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("reader", "seq", "kind", "actor", "version", "time", name="pk_log_readers"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log_setbacks",
        sa.Column("seq", BIG, nullable=False, autoincrement=False),
        sa.Column("time", MOMENT, nullable=False),
        sa.Column("latest", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_log_setbacks"),
    )


def _what_changed_and_usage() -> None:
    op.create_table(
        "changes",
        sa.Column("entry", BIG, nullable=False, autoincrement=False),
        sa.Column("time", MOMENT, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entry", name="pk_changes"),
    )
    op.create_table(
        "changes_seen",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("entry", BIG, nullable=False),
        sa.Column("time", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_changes_seen"),
    )
    op.create_table(
        "usage",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("count", BIG, nullable=False),
        sa.PrimaryKeyConstraint("day", "page", "bucket", name="pk_usage"),
    )
    op.create_table(
        "usage_left_out",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_usage_left_out"),
    )


def _fill_in(name: str) -> None:
    op.execute(
        "INSERT INTO log_setbacks (seq, time, latest) SELECT seq, time, latest FROM "
        "(SELECT seq, time, max(time) OVER (ORDER BY seq) AS latest FROM log) AS walked "
        f"WHERE latest > time ORDER BY {FURTHEST[name]} DESC LIMIT 1"
    )
    whom = "json_extract(body, '$.for')" if name == "sqlite" else "CAST(body AS json) ->> 'for'"
    op.execute(
        "INSERT INTO log_readers (reader, seq, kind, actor, version, time) "
        f"SELECT 'person:' || ({whom}), log.seq, kind, actor, coalesce(version, ''), time "
        "FROM log JOIN log_payload ON log_payload.seq = log.seq "
        f"WHERE kind = 'delegated-choice' AND ({whom}) IS NOT NULL"
    )
