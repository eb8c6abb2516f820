"""The engine: no way out of it (S32), many threads, forks, and a limit on time."""

import os
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.dataset import DatasetSpec
from data.warehouse import Filters, QueryTooSlow, Warehouse
from data.warehouse.engine import Engine, unbound

ROOT = Path(__file__).resolve().parents[2]

HOSTILE = [
    "' OR 1=1 --",
    "'); DROP TABLE asked; --",
    "\"; ATTACH '/tmp/x' --",
    "%",
    "_",
    "\\",
    "a\x00b",
    "\ud800",
    "{x}",
    "$1",
    "?",
    "İ",
]

FORBIDDEN = [
    "FROM read_csv('/etc/passwd')",
    "FROM read_text('/etc/passwd')",
    "FROM read_blob('/etc/passwd')",
    "FROM read_json('/etc/passwd')",
    "FROM read_parquet('{rows}')",
    "FROM '{rows}'",
    "FROM glob('/etc/*')",
    "FROM sniff_csv('/etc/passwd')",
    "COPY (SELECT 1) TO '{folder}/out.csv'",
    "COPY (SELECT 1) TO '{folder}/out.parquet' (USE_TMP_FILE false)",
    "COPY (SELECT 1) TO '{rows}' (FORMAT parquet, USE_TMP_FILE false)",
    "ATTACH '{folder}/other.db'",
    "ATTACH '{folder}/keepsight.db' (TYPE sqlite)",
    "EXPORT DATABASE '{folder}/all'",
    "IMPORT DATABASE '{folder}'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "FROM 'https://example.com/x.parquet'",
    "CREATE SECRET s (TYPE s3)",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "RESET lock_configuration",
    "SET allowed_paths = ['/etc/passwd']",
    "SET allowed_directories = ['/']",
    "SET memory_limit = '100GB'",
    "SET python_enable_replacements = true",
    "SET temp_directory = '/tmp'",
    "PRAGMA enable_profiling = 'json'",
    "PRAGMA profile_output = '{folder}/out.json'",
    "SELECT getenv('HOME')",
    "FROM local_of_python",
]

SPEC = DatasetSpec.model_validate(
    {
        "name": "tiny",
        "title": "Tiny",
        "id": "id",
        "outcome": {"column": "left", "positive": "1"},
        "revenue": "paid",
        "segments": ["plan", "Plan", "a\"b'; --"],
        "features": [{"column": "paid", "label": "Paid", "kind": "numeric"}],
    }
)


def keep(warehouse, ids, plans):
    rows = {"id": ids, "left": "0", "paid": 1.0, "plan": plans, "Plan": "other", "a\"b'; --": "x"}
    return warehouse.write_snapshot(
        pd.DataFrame(rows),
        SPEC,
        source="tiny",
        refused=pd.DataFrame(),
        report={},
        parent=None,
        created=datetime(2026, 1, 1, tzinfo=UTC),
    ).id


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """Give a warehouse whose keys and levels are hostile, one customer each."""
    said = [text for text in HOSTILE if text != "\ud800"]
    warehouse = Warehouse(tmp_path_factory.mktemp("hostile"))
    return warehouse, keep(warehouse, said, said), said


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_engine_opens_no_file_network_or_extension(hostile, statement):
    """S32."""
    warehouse, id, _ = hostile
    rows = warehouse.folder / "snapshots" / id / "rows.parquet"
    before = sorted(warehouse.folder.rglob("*")), rows.read_bytes()
    local_of_python = pa.table({"x": [1]})
    with pytest.raises(duckdb.Error):
        warehouse.engine.connection().cursor().sql(
            statement.format(rows=rows, folder=warehouse.folder)
        ).fetchall()
    assert (sorted(warehouse.folder.rglob("*")), rows.read_bytes()) == before
    assert local_of_python.num_rows == 1


def test_the_engine_is_bounded_in_threads_and_memory(hostile):
    warehouse, *_ = hostile
    asked = "SELECT name, value FROM duckdb_settings() WHERE name IN ('threads', 'temp_directory')"
    found = dict(warehouse.engine.connection().cursor().sql(asked).fetchall())
    assert int(found["threads"]) <= 4
    assert not found["temp_directory"]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_level_filters_only_itself(hostile, text):
    """S32."""
    warehouse, id, said = hostile
    found = warehouse.customers_page(id, None, Filters({"plan": [text]}))
    assert [row["plan"] for row in found.rows] == [text for one in said if one == text]
    assert warehouse.headline(id, Filters({"plan": [text]})).customers == said.count(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_search_finds_only_keys_that_contain_it(hostile, text):
    """S32: and % and _ are letters like any other."""
    warehouse, id, said = hostile
    found = warehouse.customers_page(id, None, search=text)
    assert {row["id"] for row in found.rows} == {key for key in said if text.lower() in key.lower()}


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=12))
def test_no_text_breaks_a_question(hostile, text):
    """S32: whatever the text, the answer is what Python says it is."""
    warehouse, id, said = hostile
    assert warehouse.headline(id, Filters({"plan": [text]})).customers == (said.count(text) if text else 0)
    assert warehouse.customer(id, text) is None or text in said
    assert warehouse.history(id, text) == []
    assert warehouse.customers_page(id, None, search=text).total <= len(said)


def test_columns_that_differ_in_case_only_stay_apart(hostile):
    """DuckDB's names know no case; ours never reach it."""
    warehouse, id, said = hostile
    assert warehouse.levels(id, "Plan") == ["other"]
    assert warehouse.levels(id, "plan") == sorted(said)
    assert warehouse.levels(id, "a\"b'; --") == ["x"]


def test_a_snapshot_made_after_lock_down_is_read(hostile):
    warehouse, *_ = hostile
    later = keep(warehouse, ["new"], ["p"])
    assert warehouse.headline(later).customers == 1


def test_threads_that_ask_at_once_get_their_own_answers(tmp_path):
    ids = [f"c{i:03d}" for i in range(200)]
    plans = [f"p{i % 20}" for i in range(200)]
    warehouse = Warehouse(tmp_path)
    id = keep(warehouse, ids, plans)

    def ask(place):
        plan = f"p{place % 20}"
        filters = Filters({"plan": [plan]})
        page = warehouse.customers_page(id, None, filters, search=f"{place % 10}")
        return warehouse.headline(id, filters).customers, {row["plan"] for row in page.rows} <= {plan}

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, range(80)))
    assert answers == [(10, True)] * 80


FORKED = """
import os, sys
from pathlib import Path
from data.warehouse import Filters, Warehouse

warehouse, id = Warehouse(Path(sys.argv[1])), sys.argv[2]
assert warehouse.headline(id).customers == 40
parents = warehouse.engine.connection()
child = os.fork()
if not child:
    right = warehouse.headline(id, Filters({"plan": ["x"]})).customers == 40
    os._exit(0 if right and warehouse.engine.connection() is not parents else 1)
assert os.waitpid(child, 0)[1] == 0
assert warehouse.headline(id, Filters({"plan": ["y"]})).customers == 0
assert warehouse.engine.connection() is parents
"""


def test_a_forked_worker_opens_its_own_engine(tmp_path):
    id = keep(Warehouse(tmp_path), [f"c{i}" for i in range(40)], "x")
    command = [
        sys.executable,
        "-W",
        "ignore::DeprecationWarning",
        "-c",
        textwrap.dedent(FORKED),
        tmp_path,
        id,
    ]
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, timeout=300)
    assert done.returncode == 0


def test_a_question_that_takes_too_long_is_stopped_and_the_next_is_answered():
    """S53."""
    engine = Engine(limit_seconds=0.2)
    numbers = pa.table({"x": list(range(30_000))})
    asked = unbound("asked", numbers.schema)
    other = asked.rename(y="x")
    endless = asked.cross_join(other).aggregate(n=((asked.x * other.y) % 7).nunique())
    with pytest.raises(QueryTooSlow, match="narrow the filters"):
        engine.rows(endless, {"asked": numbers})
    assert engine.rows(asked.aggregate(n=asked.count()), {"asked": numbers}) == [{"n": 30_000}]


def test_importing_the_warehouse_brings_no_engine_along():
    """The first page must not wait for what it does not need."""
    code = "import sys, data.warehouse; sys.exit(bool({'ibis', 'duckdb', 'pandas'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert done.returncode == 0
