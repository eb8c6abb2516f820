"""The log at a million entries: what the view asks for stands in indexes; PostgreSQL appends in one call."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Each begins with what it is walked for and holds what may be asked besides, but for what the one above
# it is walked for: whatever is asked, one of them answers without a row being read
INDEXES = {
    "ix_log_version_seq_actor_kind_time": ["version", "seq", "actor", "kind", "time"],
    "ix_log_actor_seq_kind_time": ["actor", "seq", "kind", "time"],
    "ix_log_kind_seq_time": ["kind", "seq", "time"],
    "ix_log_time_seq": ["time", "seq"],
}
FORMER = {"ix_log_actor_seq": ["actor", "seq"], "ix_log_kind_seq": ["kind", "seq"]}

# One call, so that within the turn there is no way back and forth to whoever asks. Alone, it commits without
# waiting for the disk, which ends the turn, and waits then, together with all who do by that time: the next
# commit has an entry of its own in PostgreSQL's journal to wait for. Each statement of a procedure sees what
# was committed before it began, so that the end of the log is read as of when the turn came
APPEND = """
CREATE PROCEDURE log_append(
    turn bigint, is_alone boolean, first text, last text, at timestamptz, of_kind text, by_actor text,
    on_version text, on_snapshot text, of_payload text, with_salt text, by_name text, about text,
    with_body text, INOUT seq bigint, INOUT previous text, INOUT hash text
) LANGUAGE plpgsql AS $$
BEGIN
    IF is_alone THEN
        PERFORM set_config('synchronous_commit', 'off', true);
    END IF;
    PERFORM pg_advisory_xact_lock(turn);
    SELECT end_of.seq + 1, end_of.hash INTO seq, previous FROM log AS end_of ORDER BY end_of.seq DESC LIMIT 1;
    seq := coalesce(seq, 1);
    previous := coalesce(previous, repeat('0', 64));
    hash := encode(sha256(convert_to(first || to_json(previous) || ',"seq":' || seq || last, 'UTF8')), 'hex');
    INSERT INTO log (seq, time, kind, actor, version, snapshot, payload_hash, previous, hash)
        VALUES (log_append.seq, at, of_kind, by_actor, on_version, on_snapshot, of_payload,
                log_append.previous, log_append.hash);
    INSERT INTO log_payload (seq, salt, actor_name, subject, body)
        VALUES (log_append.seq, with_salt, by_name, about, with_body);
    IF is_alone THEN
        COMMIT;
        PERFORM pg_logical_emit_message(true, 'keepsight', '');
    END IF;
END $$
"""


def upgrade() -> None:
    """Exchange the indexes; make the procedure."""
    _exchange(FORMER, INDEXES)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(APPEND.replace(":", r"\:"))


def downgrade() -> None:
    """Put the former indexes back."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP PROCEDURE log_append")
    _exchange(INDEXES, FORMER)


def _exchange(old: dict[str, list[str]], new: dict[str, list[str]]) -> None:
    for name in old:
        op.drop_index(name, table_name="log")
    for name, columns in new.items():
        op.create_index(name, "log", columns)
