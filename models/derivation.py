"""What follows when a feature moves: derived columns, and combinations that cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from config.dataset import DatasetSpec, Rule
from config.formula import Tree, evaluate_formula, formula_columns
from models.values import level, number


def move(row: Mapping[str, Any], changes: Mapping[str, Any], spec: DatasetSpec) -> dict[str, Any]:
    """Apply changes to a row, then move each derived column by the difference of its formula.

    A derived column that is itself among the changes keeps the value given. Derived
    columns are taken in the order of the spec, so that one may follow another.
    """
    moved = {**row, **changes}
    for derived in spec.derived:
        if derived.column not in changes:
            moved[derived.column] = derive(derived.tree, row, moved, row.get(derived.column))
    return moved


def derive(tree: Tree, before: Mapping[str, Any], after: Mapping[str, Any], recorded: Any) -> Any:
    """Move one recorded value, or a column of shape (n,), by f(after) - f(before).

    Where the formula did not move, or the difference is no finite number (a value is
    missing, a division by zero), the recorded value stays, to the bit.
    """
    columns = formula_columns(tree)
    with np.errstate(all="ignore"):
        try:
            difference = evaluate_formula(tree, _read(after, columns)) - evaluate_formula(
                tree, _read(before, columns)
            )
        except ZeroDivisionError:  # of two constants; columns follow IEEE and give infinity
            return recorded
        moved = _number(recorded) + difference
        stays = difference == 0
        if not np.isfinite(np.sum(moved)):
            stays |= ~np.isfinite(moved)
    if not np.ndim(moved):
        return recorded if stays else float(moved)
    if stays.any():
        np.copyto(moved, _number(recorded), where=stays)
    return moved


def broken_rules(row: Mapping[str, Any], spec: DatasetSpec) -> list[Rule]:
    """Name the rules of the spec that a row breaks; a missing value breaks none."""
    return [
        rule
        for rule in spec.rules
        if all(level(row.get(column)) in levels for column, levels in rule.when.items())
        and any(level(row.get(column)) not in (None, *levels) for column, levels in rule.then.items())
    ]


def _read(row: Mapping[str, Any], columns: tuple[str, ...]) -> dict[str, Any]:
    return {column: _number(row.get(column)) for column in columns}


def _number(value: Any) -> Any:
    return np.asarray(value, dtype=np.float64) if np.ndim(value) else np.float64(number(value))
