"""The shipped data sets as training tables, for benchmarks and for the report of docs/model.md."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from bench.measure import Unavailable, shared_data
from config.dataset import DatasetSpec, shipped_specs
from data.checks import check_rows
from data.demo import generate_demo
from data.files import Limits, read_table
from data.warehouse import Warehouse

LIMITS = Limits(file_mb=100, cell_kb=64, columns=100)

FILES = {
    "telco": "telco/WA_Fn-UseC_-Telco-Customer-Churn.csv",
    "churn2020": "churn2020/mlc_churn.csv",
}
NAMES = (*FILES, "demo")


@dataclass(frozen=True)
class Case:
    """A data set: its spec, its training table, and that of an earlier period where there is one."""

    name: str
    spec: DatasetSpec
    table: pd.DataFrame
    earlier: pd.DataFrame | None = None


def path_of(name: str) -> Path:
    """Find the file of a shipped data set; Unavailable where it is not on this machine."""
    path = shared_data() / FILES[name]
    if not path.is_file():
        raise Unavailable(f"{path} is not here")
    return path


def case(name: str) -> Case:
    """Read (or, the demo, make) a data set as `flask model train` sees it."""
    spec = shipped_specs()[name]
    if name in FILES:
        return Case(name, spec, check_rows(read_table(path_of(name), LIMITS), spec).accepted)
    with tempfile.TemporaryDirectory() as folder:
        files = generate_demo(Path(folder) / "demo")
        accepted = check_rows(read_table(files.customers, LIMITS), spec)
        warehouse = Warehouse(Path(folder) / "warehouse")
        made = warehouse.write_snapshot(
            accepted.accepted,
            spec,
            source="report",
            refused=accepted.refused,
            report=accepted.report,
            parent=None,
            created=datetime.now(UTC),
        )
        return Case(name, spec, warehouse.training_table(made.id), warehouse.earlier_training_table(made.id))
