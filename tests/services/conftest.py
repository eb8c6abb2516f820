"""An installation of its own for tests of services, and a small file of customers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from config.settings import Settings
from services.installation import Installation
from services.roles import Actor


@pytest.fixture
def installation(tmp_path, monkeypatch) -> Installation:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    fresh = Installation(Settings(var=tmp_path / "var"))
    fresh.store.migrate()
    return fresh


@pytest.fixture(scope="session")
def analyst() -> Actor:
    return Actor("u-1", "Ada", "analyst")


@pytest.fixture(scope="session")
def viewer() -> Actor:
    return Actor("u-2", "Vic", "viewer")


def customers(rows: int = 240, seed: int = 3) -> pd.DataFrame:
    """Make customers whose leaving depends on contract and calls, with a column that gives it away."""
    random = np.random.default_rng(seed)
    contract = random.choice(["Monthly", "Yearly"], rows)
    calls = random.integers(0, 9, rows)
    chance = 1 / (1 + np.exp(-(-2.2 + 1.8 * (contract == "Monthly") + 0.35 * calls)))
    left = random.random(rows) < chance
    price = random.uniform(10, 90, rows).round(2)
    return pd.DataFrame(
        {
            "customer_id": [f"K{n:04d}" for n in range(rows)],
            "contract": contract,
            "support_calls": calls,
            "monthly_price": price,
            "yearly_price": (price * 12).round(2),
            "cancel_code": np.where(left, "C1", ""),
            "churned": np.where(left, "Yes", "No"),
        }
    )


@pytest.fixture
def file_of_customers(tmp_path) -> Path:
    path = tmp_path / "our customers.csv"
    customers().to_csv(path, index=False)
    return path
