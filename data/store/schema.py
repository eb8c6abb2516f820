"""The schema's state: read directly, since importing Alembic costs a quarter of a second at every start."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from data.store.engine import MIGRATION_LOCK, Engines, build_engine, take_turn
from data.store.errors import StoreNotPrepared, StoreTooNew

MIGRATIONS = Path(__file__).parent / "migrations"


def known_revisions() -> list[str]:
    """Name this app's revisions, oldest first: the numbers that the migration files begin with."""
    return sorted(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def stored_revision(connection: Connection) -> str | None:
    """Read which revision the tables have; None where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def is_current(connection: Connection) -> bool:
    """Say whether the tables are this app's; StoreTooNew where they come from a newer one."""
    stored, known = stored_revision(connection), known_revisions()
    if stored is not None and stored not in known:
        raise StoreTooNew(
            f"The store has revision {stored} of its tables, but this Keepsight knows them up to "
            f"{known[-1]} only, so it does not start: install the newer Keepsight that made them, "
            "or put back the backup from before its installation. Nothing was changed."
        )
    return stored == known[-1]


def require_current(connection: Connection) -> None:
    """Raise unless the tables are this app's: StoreNotPrepared for older ones, StoreTooNew for newer."""
    if not is_current(connection):
        raise StoreNotPrepared(
            f"The store has revision {stored_revision(connection) or 'none'} of its tables, this Keepsight "
            f"needs {known_revisions()[-1]}: 'make run' and 'python app.py' bring it up to date."
        )


def upgrade(engines: Engines, target: str = "head") -> None:
    """Bring the tables to a revision in one transaction: wholly, or not at all.

    Of several processes that start together one does it and the others find it done.
    """
    engine = engines.engine
    if not engines.is_in_memory:
        engine = build_engine(engines.url, engines.patience_seconds, migrating=True)
    with engines.connection(writes=True, engine=engine) as connection:
        take_turn(connection, MIGRATION_LOCK)
        if target != "head" or not is_current(connection):
            _run_alembic(connection, target)


def _run_alembic(connection: Connection, target: str) -> None:
    from alembic import command  # late: only a store that is not up to date needs it
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    place = ["base", *known_revisions(), "head"].index
    backwards = place(target) < place(stored_revision(connection) or "base")
    (command.downgrade if backwards else command.upgrade)(config, target)
