"""Snapshots: named by content, immutable, whole or not there at all; scores beside them."""

import csv
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.dataset import DatasetSpec
from data.warehouse import ContentError, Warehouse

ROOT = Path(__file__).resolve().parents[2]
CREATED = datetime(2026, 3, 5, 12, tzinfo=UTC)

SPEC = DatasetSpec.model_validate(
    {
        "name": "tiny",
        "title": "Tiny",
        "id": "id",
        "outcome": {"column": "left", "positive": "Yes"},
        "revenue": "paid",
        "segments": ["plan"],
        "features": [
            {"column": "paid", "label": "Paid", "kind": "numeric"},
            {"column": "plan", "label": "Plan", "kind": "categorical"},
        ],
    }
)
DATED = SPEC.model_copy(update={"grain": "customer-month", "period": "month"})


def frame(**columns):
    plain = {"id": ["a", "b", "c"], "left": ["Yes", "No", None], "paid": [1.5, float("nan"), 3.0]}
    return pd.DataFrame(plain | {"plan": ["x", None, "z"]} | columns)


def keep(warehouse, rows=None, spec=SPEC, **given):
    plain = {
        "source": "tiny.csv",
        "refused": pd.DataFrame(),
        "report": {},
        "parent": None,
        "created": CREATED,
    }
    return warehouse.write_snapshot(frame() if rows is None else rows, spec, **plain | given)


def scores(keys=("a", "b", "c"), active=(False, True, True), **columns):
    plain = {"key": keys, "log_odds": 0.0, "probability": 0.5, "low": 0.4, "high": 0.6}
    money = {"expected_loss": 1.0, "monthly_revenue": 2.0}
    return pd.DataFrame(plain | money | {"active": active} | columns)


@pytest.fixture
def warehouse(tmp_path):
    return Warehouse(tmp_path)


def files(warehouse):
    """Name every file with its bytes' time, to see whether anything was touched."""
    return {path: path.stat().st_mtime_ns for path in warehouse.folder.rglob("*") if path.is_file()}


def test_a_snapshot_says_what_was_loaded(warehouse):
    refused = pd.DataFrame({"row": [4], "column": ["paid"], "value": ["abc"], "reason": ["no number"]})
    made = keep(warehouse, refused=refused, report={"rows": 4}, parent="0123456789ab")
    assert (made.rows, made.refused, made.customers, made.last_period) == (3, 1, 3, None)
    assert (made.spec_name, made.spec_hash, made.source) == ("tiny", SPEC.hash, "tiny.csv")
    assert (made.parent, made.report, made.created) == ("0123456789ab", {"rows": 4}, CREATED)
    assert Warehouse(warehouse.folder).snapshot(made.id) == made


def test_what_lies_on_disk_opens_with_other_tools(warehouse):
    made = keep(warehouse)
    folder = warehouse.folder / "snapshots" / made.id
    assert pq.read_table(folder / "rows.parquet").column_names == ["id", "left", "paid", "plan"]
    assert pq.ParquetFile(folder / "rows.parquet").metadata.row_group(0).column(0).compression == "ZSTD"
    assert json.loads((folder / "snapshot.json").read_text())["id"] == made.id
    assert DatasetSpec.model_validate_json((folder / "spec.json").read_text()) == SPEC


def test_the_spec_is_kept_as_it_was(warehouse):
    assert warehouse.spec_of(keep(warehouse).id) == SPEC


def test_the_same_rows_make_one_snapshot_and_touch_nothing(warehouse):
    first = keep(warehouse)
    before = files(warehouse)
    again = keep(warehouse, source="other name.csv", created=CREATED + timedelta(days=1))
    assert again == first
    assert files(warehouse) == before


@pytest.mark.parametrize(
    "rows",
    [
        frame(paid=[1.5, 0.0, 3.0]),
        frame(plan=["x", None, "Z"]),
        frame(id=["a", "b", "d"]),
        frame(left=["Yes", "No", "No"]),
        frame().iloc[::-1],
        frame().iloc[:2],
    ],
)
def test_other_rows_make_another_snapshot(warehouse, rows):
    assert keep(warehouse, rows).id != keep(warehouse).id


def test_another_spec_makes_another_snapshot(warehouse):
    other = SPEC.model_copy(update={"title": "Other"})
    assert keep(warehouse, spec=other).id != keep(warehouse).id


def test_text_that_is_cut_elsewhere_makes_another_snapshot(warehouse):
    one, two = frame(plan=["ab", "c", "d"]), frame(plan=["a", "bc", "d"])
    assert keep(warehouse, one).id != keep(warehouse, two).id


def test_a_missing_text_is_not_an_empty_one(warehouse):
    assert keep(warehouse, frame(plan=["x", "", "z"])).id != keep(warehouse).id


def test_equal_rows_in_other_clothes_make_one_snapshot(warehouse):
    dressed = frame(paid=[1.5, None, 3]).astype({"plan": object}).set_index(pd.Index([7, 8, 9]))
    assert keep(warehouse, dressed[["plan", "paid", "left", "id"]]).id == keep(warehouse).id


def test_zero_and_minus_zero_are_one_content(warehouse):
    assert keep(warehouse, frame(paid=[0.0, 1, 2])).id == keep(warehouse, frame(paid=[-0.0, 1, 2])).id


text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
numbers = st.floats(allow_nan=False) | st.none()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(text.filter(bool), numbers, st.none() | text), min_size=1, unique_by=lambda row: row[0]
    )
)
def test_what_is_stored_equals_what_was_entered(tmp_path_factory, rows):
    """R9: over any keys, numbers and text, in order, missing where it was missing."""
    warehouse = Warehouse(tmp_path_factory.mktemp("round"))
    entered = pd.DataFrame(rows, columns=["id", "paid", "plan"]).astype({"paid": "float64"})
    made = keep(warehouse, entered.assign(left="No"))
    table = warehouse.current_table(made.id)
    assert table["id"].tolist() == [row[0] for row in rows]
    assert [None if p != p else p for p in table["paid"]] == [row[1] for row in rows]
    assert [None if pd.isna(p) else p for p in table["plan"]] == [row[2] for row in rows]
    assert warehouse.customer(made.id, rows[-1][0])["plan"] == rows[-1][2]
    assert warehouse.verify(made.id)


def test_a_changed_file_does_not_verify(warehouse):
    made = keep(warehouse)
    path = warehouse.folder / "snapshots" / made.id / "rows.parquet"
    table = pq.read_table(path)
    assert warehouse.verify(made.id)
    pq.write_table(table.slice(1), path)
    assert not warehouse.verify(made.id)
    path.write_bytes(b"no table")
    assert not warehouse.verify(made.id)


def test_times_are_kept_in_utc(warehouse):
    local = CREATED.astimezone(timezone(timedelta(hours=2)))
    assert keep(warehouse, created=local).created.utcoffset() == timedelta(0)


def test_a_time_without_a_zone_is_refused(warehouse):
    with pytest.raises(ValueError, match="give a time in UTC"):
        keep(warehouse, created=datetime(2026, 3, 5))


@pytest.mark.parametrize(
    ("rows", "remedy"),
    [
        (frame().drop(columns="plan"), "add the column to the file"),
        (frame().iloc[:0], "at least one accepted row"),
        (frame(paid=["1", "many", "3"]), "correct the kind in the spec"),
        (frame(plan=[1, 2, 3]), "correct the kind in the spec"),
        (frame(id=["a", None, "c"]), "1 rows have no 'id'"),
        (frame(id=["a", "b", "a"]), "1 rows repeat a 'id'"),
    ],
)
def test_rows_that_the_spec_does_not_fit_are_refused_and_leave_nothing(warehouse, rows, remedy):
    with pytest.raises(ContentError, match=remedy):
        keep(warehouse, rows)
    assert files(warehouse) == {}


def test_a_column_named_as_ours_is_refused(warehouse):
    spec = SPEC.model_copy(update={"segments": ("_active",)})
    with pytest.raises(ContentError, match="rename it"):
        keep(warehouse, frame().assign(_active="x"), spec)


def test_a_customer_stands_once_in_a_month(warehouse):
    months = ["2026-01-01", "2026-02-01", "2026-01-01"]
    rows = frame(id=["a", "a", "b"], month=months)
    assert keep(warehouse, rows, DATED).customers == 2
    with pytest.raises(ContentError, match="1 rows repeat a 'id' and 'month'"):
        keep(warehouse, rows.assign(id="a"), DATED)


def test_a_period_is_the_first_of_a_month(warehouse):
    with pytest.raises(ContentError, match="no first of a month"):
        keep(warehouse, frame(month=["2026-01-01", "2026-01-02", "2026-13-01"]), DATED)


@pytest.mark.parametrize("id", ["0123456789ab", "../snapshots", "", "0123456789AB", "/etc"])
def test_a_snapshot_that_is_not_there_is_named_with_the_remedy(warehouse, id):
    keep(warehouse)
    with pytest.raises(LookupError, match="flask data list"):
        warehouse.spec_of(id)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " ="])
def test_a_refused_cell_is_no_formula_in_the_report(warehouse, start):
    """S31."""
    cell = start + "cmd|' /C calc'!A0"
    refused = pd.DataFrame({"row": [3], "column": [cell], "value": [cell], "reason": ["no"]})
    made = keep(warehouse, refused=refused)
    path = warehouse.folder / "snapshots" / made.id / "quarantine.csv"
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows == [["row", "column", "value", "reason"], ["3", "'" + cell, "'" + cell, "no"]]


def test_a_full_disk_leaves_nothing_visible(warehouse, monkeypatch):
    """S48."""
    real = os.fsync

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("data.warehouse.durable.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        keep(warehouse)
    assert list((warehouse.folder / "snapshots").iterdir()) == []
    monkeypatch.setattr("data.warehouse.durable.os.fsync", real)
    assert keep(warehouse).rows == 3


WRITER = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
import pandas as pd
from config.dataset import DatasetSpec
from data.warehouse import Warehouse, durable, snapshots

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

moment = sys.argv[2]
if moment == "writing":
    snapshots.write_quarantine = die
if moment == "flushing":
    durable.flush = die
if moment == "naming":
    os.rename = die
spec = DatasetSpec.model_validate_json(Path(sys.argv[3]).read_text())
rows = pd.DataFrame({"id": [f"c{i}" for i in range(20000)], "left": "No", "paid": 1.0, "plan": "x"})
made = Warehouse(Path(sys.argv[1])).write_snapshot(
    rows, spec, source="x", refused=pd.DataFrame(), report={}, parent=None, created=datetime.now(UTC)
)
print(made.id)
"""


@pytest.fixture
def writer(tmp_path):
    """Start a process that writes a snapshot, and dies at the moment named."""
    script, spec = tmp_path / "writer.py", tmp_path / "spec.json"
    script.write_text(textwrap.dedent(WRITER))
    spec.write_text(SPEC.model_dump_json())

    def start(moment):
        command = [sys.executable, script, tmp_path / "warehouse", moment, spec]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)

    return start


@pytest.mark.parametrize("moment", ["writing", "flushing", "naming"])
def test_a_writer_killed_half_way_leaves_nothing_visible(tmp_path, writer, moment):
    """S45: and once what it left is old, the next writer sweeps it away."""
    killed = writer(moment)
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    folder = tmp_path / "warehouse" / "snapshots"
    left = list(folder.iterdir())
    assert [path for path in left if not path.name.startswith(".unfinished-")] == []
    for path in left:
        os.utime(path, (time.time() - 90_000,) * 2)
    made = keep(Warehouse(tmp_path / "warehouse"))
    assert [path.name for path in folder.iterdir()] == [made.id]


def test_writers_of_the_same_rows_at_once_all_end_well(tmp_path, writer):
    writers = [writer("never") for _ in range(3)]
    ids = {process.communicate()[0].strip() for process in writers}
    assert [process.returncode for process in writers] == [0, 0, 0]
    assert [path.name for path in (tmp_path / "warehouse" / "snapshots").iterdir()] == list(ids)
    warehouse = Warehouse(tmp_path / "warehouse")
    assert warehouse.verify(*ids)
    assert warehouse.headline(*ids).customers == 20000


def test_thrown_away_tables_are_made_again(warehouse):
    made = keep(warehouse)
    warehouse.write_scores(made.id, "v1", scores())
    before = warehouse.headline(made.id, version="v1"), warehouse.customers_page(made.id, "v1")
    for path in sorted((warehouse.folder / "cubes").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    fresh = Warehouse(warehouse.folder)
    assert (fresh.headline(made.id, version="v1"), fresh.customers_page(made.id, "v1")) == before


def test_scores_are_kept_once_and_found_again(warehouse):
    made = keep(warehouse)
    assert not warehouse.has_scores(made.id, "v1")
    warehouse.write_scores(made.id, "v1", scores())
    assert Warehouse(warehouse.folder).has_scores(made.id, "v1")
    before = files(warehouse)[warehouse.folder / "scores" / f"{made.id}-v1.parquet"]
    warehouse.write_scores(made.id, "v1", scores())
    assert files(warehouse)[warehouse.folder / "scores" / f"{made.id}-v1.parquet"] == before
    with pytest.raises(ContentError, match="train a new version"):
        warehouse.write_scores(made.id, "v1", scores(probability=0.7))


@pytest.mark.parametrize(
    ("bad", "what"),
    [
        (scores().drop(columns="low"), "no column low"),
        (scores(keys=("a", "b", "x")), "1 scored keys are no current customers"),
        (scores(keys=("b", "b", "c"), active=(True, True, True)), "scored twice"),
        (scores(active=(True, True, True)), "or the reverse"),
        (scores().iloc[:2], "1 active customers have no score"),
    ],
)
def test_scores_that_would_lose_or_double_a_customer_are_refused(warehouse, bad, what):
    """R9."""
    made = keep(warehouse)
    with pytest.raises(ContentError, match=what):
        warehouse.write_scores(made.id, "v1", bad)
    assert not warehouse.has_scores(made.id, "v1")


def test_scores_in_any_order_meet_their_customers(warehouse):
    made = keep(warehouse)
    given = scores(keys=("c", "a", "b"), active=(True, False, True), probability=[0.3, 0.1, 0.2])
    warehouse.write_scores(made.id, "v1", given)
    rows = warehouse.customers_page(made.id, "v1", sort=[("id", "asc")]).rows
    assert [(row["id"], row["probability"]) for row in rows] == [("b", 0.2), ("c", 0.3)]


def test_scores_that_are_not_there_are_named_with_the_remedy(warehouse):
    made = keep(warehouse)
    with pytest.raises(LookupError, match="flask model train"):
        warehouse.headline(made.id, version="v9")
    with pytest.raises(LookupError, match="flask model list"):
        warehouse.has_scores(made.id, "../../etc/passwd")


def test_outcomes_are_known_of_whom_something_is_known(warehouse):
    made = keep(warehouse)
    assert warehouse.outcomes_since(made.id) == {"a": True, "b": False}


def test_with_dates_an_outcome_in_any_month_since_counts(warehouse):
    rows = pd.DataFrame(
        {
            "id": ["a", "a", "b", "b", "c", "d"],
            "month": ["2026-01-01", "2026-02-01", "2026-02-01", "2026-03-01", "2026-01-01", "2026-03-01"],
            "left": ["No", "Yes", "No", "No", "Yes", None],
            "paid": [1.0] * 6,
            "plan": ["x"] * 6,
        }
    )
    made = keep(warehouse, rows, DATED)
    assert warehouse.outcomes_since(made.id, "2026-02-01") == {"a": True, "b": False}
    assert warehouse.outcomes_since(made.id, "2026-01-01") == {"a": True, "b": False, "c": True}
