"""A line of its own for each group: scores stay as they are, what changes is who is on the list."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.evaluation import LEAST_PROBABILITY
from models.group_rates import Bools
from models.groups import Codes
from models.holdout import threshold_of

Floats = npt.NDArray[np.float64]

HALVINGS = 40


def lines_by_group(
    chance: Floats, left: Bools, listable: Bools, codes: Codes, enough: Bools, *, share: float, aim: str
) -> Floats:
    """Find the line of each group from which its people are on the list.

    Parameters
    ----------
    chance : array of float of shape (n,)
        Scores of rows that the fit has not seen.
    listable : array of bool of shape (n,)
        Who could be on a list.
    enough : array of bool of shape (groups,)
        Groups that get a line of their own; the others keep the one that all would have in common.
    share : float
        Share of those listable, in (0, 1), on the list.
    aim : {'parity', 'opportunity'}
        Alike in every group: the share of people listed, or the share of leavers found.

    Returns
    -------
    array of float of shape (groups,)

    References
    ----------
    Hardt, Price and Srebro (2016), "Equality of Opportunity in Supervised Learning".
    """
    common = threshold_of(chance[listable], share)
    looked_at = listable if aim == "parity" else left
    own = [place for place in np.flatnonzero(enough) if (looked_at & (codes == place)).any()]

    def lines(reached: float) -> Floats:
        found = np.full(len(enough), common)
        for place in own:
            found[place] = threshold_of(chance[looked_at & (codes == place)], reached)
        return found

    if aim == "parity":
        return lines(share)
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):  # of each group the same share of leavers, as many as the list has room for
        middle = (low + high) / 2
        is_room = (chance >= lines(middle)[codes])[listable].mean() <= share
        low, high = (middle, high) if is_room else (low, middle)
    return lines(low)


def margin(chance: Floats, line: npt.ArrayLike) -> Floats:
    """Give how far scores lie above a line, in log-odds: the order in which the list is called."""
    return _log_odds(chance) - _log_odds(np.asarray(line, dtype=np.float64))


def _log_odds(chance: Floats) -> Floats:
    inside = np.clip(chance, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)
    return np.asarray(np.log(inside) - np.log1p(-inside))
