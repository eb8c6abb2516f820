"""Making the tables, changing them, and refusing those of a newer app."""

import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from data.store import Entry, ItemRow, SnapshotRow, Store, StoreNotPrepared, StoreTooNew
from data.store import schema as schema_module
from data.store.schema import known_revisions, stored_revision, upgrade
from data.store.tables import metadata

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
STAIRS = list(zip(["base", *known_revisions()], known_revisions(), strict=False))


@pytest.fixture
def bare(store_url):
    made = Store(store_url)
    yield made
    made.dispose()


def revision(store: Store) -> str | None:
    with store.reading() as connection:
        return stored_revision(connection)


def fill(store: Store) -> None:
    ada = store.add_user("Ada", "administrator")
    store.set_password_hash(ada.id, "$argon2id$")
    store.open_session(ada.id, NOON)
    store.make_link(ada.id, NOON)
    store.failure("account:ada", NOON)
    store.record_snapshot(SnapshotRow("s1", "telco", "5", 7043, 0, "customers.csv", None, NOON))
    store.record_version(
        version="v1",
        spec_name="telco",
        spec_hash="5",
        snapshot="s1",
        state="draft",
        scorecard_sha256="v1",
        metrics={},
    )
    with store.transaction() as transaction:
        transaction.set_current_spec("telco", ada.id)
        transaction.append(Entry("load", ada.id, subject="telco", actor_name="Ada"))
    store.put_catalogue("telco", ["Horror"], [ItemRow("alien", "Alien", ("Horror",))])
    store.record_choice("telco", f"user:{ada.id}", "alien", key="k1", moment=NOON, actor=ada.id)


def test_the_tables_made_are_those_the_code_means(bare):
    """S55: models and migrations do not drift apart."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    bare.migrate()
    with bare.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrations_form_one_line_and_their_files_are_numbered_in_its_order():
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(schema_module.MIGRATIONS))
    line = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()][::-1]
    assert line == known_revisions()


@pytest.mark.parametrize(("below", "above"), STAIRS)
def test_each_step_goes_up_down_and_up_again(bare, below, above):
    """S55: the stairway."""
    if below != "base":
        upgrade(bare._engines, below)
    upgrade(bare._engines, above)
    upgrade(bare._engines, below)
    assert revision(bare) == (None if below == "base" else below)
    upgrade(bare._engines, above)
    assert revision(bare) == above


def test_the_way_down_leaves_nothing(bare):
    bare.migrate()
    fill(bare)
    upgrade(bare._engines, "base")
    with bare.reading() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}


def test_migrating_again_changes_nothing(bare):
    bare.migrate()
    fill(bare)
    head = bare.head()
    bare.migrate()
    assert (bare.head(), bare.current_spec(), len(bare.users())) == (head, "telco", 1)
    assert bare.verify(head).ok


def test_an_interrupted_migration_leaves_what_was_there(bare, monkeypatch):
    """S55: the tables are made in one transaction, also on SQLite."""

    def make_half(connection, target):
        connection.execute(text("CREATE TABLE half (x INTEGER)"))
        raise KeyboardInterrupt

    monkeypatch.setattr(schema_module, "_run_alembic", make_half)
    with pytest.raises(KeyboardInterrupt):
        bare.migrate()
    monkeypatch.undo()
    with bare.reading() as connection:
        assert inspect(connection).get_table_names() == []
    bare.migrate()
    assert bare.is_current()


def test_a_migration_that_alembic_fails_half_way_leaves_what_was_there(bare, monkeypatch):
    """S55: as above, through Alembic itself."""
    from alembic.operations import Operations

    make_table, made = Operations.create_table, []

    def fail_at_the_third(self, name, *columns, **options):
        made.append(name)
        if len(made) == 3:
            raise RuntimeError("the power went out")
        return make_table(self, name, *columns, **options)

    monkeypatch.setattr(Operations, "create_table", fail_at_the_third)
    with pytest.raises(RuntimeError, match="power"):
        bare.migrate()
    monkeypatch.undo()
    with bare.reading() as connection:
        assert inspect(connection).get_table_names() == []
    bare.migrate()
    fill(bare)


def test_tables_of_a_newer_app_are_refused_and_left_alone(bare):
    """S55."""
    bare.migrate()
    fill(bare)
    with bare.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for refuse in (bare.migrate, bare.check, bare.is_current):
        with pytest.raises(StoreTooNew, match="install the newer Keepsight"):
            refuse()
    assert (revision(bare), bare.current_spec()) == ("9999", "telco")


def test_tables_that_are_current_pass_the_check(bare):
    with pytest.raises(StoreNotPrepared, match="make run"):
        bare.check()
    assert not bare.is_current()
    bare.migrate()
    bare.check()
    assert bare.is_current()


def faults_of_four_starts(url):
    """Let four processes' worth of stores bring one database up to date in the same moment."""
    faults, start = [], threading.Barrier(4)

    def run() -> None:
        store = Store(url)
        start.wait()
        try:
            store.migrate()
        except Exception as fault:
            faults.append(fault)
        store.dispose()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


def test_processes_that_start_together_migrate_once(bare):
    assert faults_of_four_starts(bare._engines.url.render_as_string(hide_password=False)) == []
    assert bare.is_current()


def test_a_start_with_current_tables_does_without_alembic(bare):
    """Importing it costs a quarter of a second of every start."""
    bare.migrate()
    program = (
        "import sys; from data.store import Store; Store(sys.argv[1]).migrate(); "
        "sys.exit(int('alembic' in sys.modules))"
    )
    url = bare._engines.url.render_as_string(hide_password=False)
    assert subprocess.run([sys.executable, "-c", program, url], cwd=ROOT).returncode == 0


def test_a_file_opened_by_many_at_once_is_opened_by_all(tmp_path):
    """SQLite tells some of those who switch to its log at once that it is locked, and lets none wait."""
    for number in range(12):
        assert faults_of_four_starts(f"sqlite:///{tmp_path / f'{number}.db'}") == []
