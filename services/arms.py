"""Arms: which version answers for a customer on trial, always the same one, by a hash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from data.store import ExperimentRow


def arm(row: ExperimentRow, subject: str, values: Mapping[str, Any], now: datetime) -> str | None:
    """Say which version answers for a subject: ``challenger`` or ``champion``; None for who is not affected.

    The same subject is always in the same arm of an experiment, in every worker and on every machine.

    Parameters
    ----------
    values : mapping
        The subject's row.
    """
    if row.ended is not None or row.kind == "shadow" or not row.started <= now < row.planned_end:
        return None
    if not is_affected(row, values):
        return None
    return "challenger" if place(row.id, subject) < row.share else "champion"


def is_affected(row: ExperimentRow, values: Mapping[str, Any]) -> bool:
    """Say whether a subject's values are among those an experiment is about."""
    return all(values.get(column) in levels for column, levels in row.who.items())


def place(experiment_id: str, subject: str) -> float:
    """Give a subject's place in an experiment, from 0 to under 1: by SHA-256, evenly, and never another."""
    digest = hashlib.sha256(f"{experiment_id}:{subject}".encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48


def tried(row: ExperimentRow, customers: pd.DataFrame, key: str) -> np.ndarray:
    """Mark those of a table of customers whom the version tried answers; of a shadow all that are affected.

    ``key`` is the column that names a customer; the answer is boolean, of shape (n_customers,).
    """
    mine = affected(row, customers)
    if row.kind != "shadow":
        mine &= np.array([place(row.id, str(one)) < row.share for one in customers[key]], dtype=bool)
    return mine


def affected(row: ExperimentRow, customers: pd.DataFrame) -> np.ndarray:
    """Mark those of a table of customers whom an experiment is about."""
    mine = np.ones(len(customers), dtype=bool)
    for column, levels in row.who.items():
        mine &= customers[column].isin(levels).to_numpy()
    return mine
