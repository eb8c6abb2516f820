"""Reweighing: rows count so much that group and outcome are independent in what is learned from."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from models.group_rates import Bools
from models.groups import Codes, Groups


def reweighing(codes: Codes, left: Bools, counted: Bools) -> npt.NDArray[np.float64]:
    """Give each row the weight P(group) P(outcome) / P(group, outcome).

    Parameters
    ----------
    codes : array of int of shape (n,)
        The group of each row.
    left : array of bool of shape (n,)
    counted : array of bool of shape (n,)
        Rows of groups that are acted on; the shares are those among them, and every other row counts 1.

    Returns
    -------
    array of float of shape (n,)
        Above 0. Their sum is n, and that of each group and of each outcome is its number of rows.

    References
    ----------
    Kamiran and Calders (2012), "Data preprocessing techniques for classification without discrimination",
    Knowledge and Information Systems 33, section 5.2.
    """
    weights = np.ones(len(codes))
    cell = (codes * 2 + left)[counted]
    in_cell = np.bincount(cell, minlength=2 * (int(codes.max(initial=0)) + 1)).reshape(-1, 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        by_cell = in_cell.sum(axis=1, keepdims=True) * in_cell.sum(axis=0) / (in_cell.sum() * in_cell)
    weights[counted] = by_cell.ravel()[cell]
    return weights


def weights_by_cell(
    groups: Groups, codes: Codes, left: Bools, weights: npt.NDArray[np.float64]
) -> list[dict[str, Any]]:
    """List the weight of each group and outcome that occurs, with the number of rows, as plain values."""
    cells = []
    for place, name in enumerate(groups.names):
        for outcome in (True, False):
            here = (codes == place) & (left == outcome)
            if here.any():
                weight = float(weights[here][0])
                cells.append({"group": name, "left": outcome, "n": int(here.sum()), "weight": weight})
    return cells
