"""Fronts of what moves cost and what they do to the score, and the cheapest way to reach a score by them.

A front holds, for one part of the problem, the moves that no other beats at once in cost and in score; the
parts do not act on each other. The cheapest sum over fronts is found exactly: fronts are added one after
another, and a sum is let go only when a bound shows that nothing cheaper than what is known can come of it.
The bound is the same problem with the corners of each front joined by straight lines: it can be read off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from models.scorecard import Floats

Places = npt.NDArray[np.intp]

SAME = 1e-9
"""Costs closer than this share of each other count as equal."""

_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class Front:
    """Moves of which none is beaten: cost ascending from 0, score strictly descending from at most 0.

    Attributes
    ----------
    cost : array of shape (n,)
        In currency.
    score : array of shape (n,)
        What the log-odds change by.
    picks : array of shape (n, levers)
        Which candidate of each lever the move takes.
    """

    cost: Floats
    score: Floats
    picks: Places

    @cached_property
    def corners(self) -> Places:
        """The places on the front's convex hull, from the cheapest to the lowest score."""
        found, last = [0], len(self.cost) - 1
        while found[-1] < last:
            here = found[-1]
            falls = (self.score[here] - self.score[here + 1 :]) / (self.cost[here + 1 :] - self.cost[here])
            # of moves in one line the farthest, or rounding would make a corner of each
            found.append(here + 1 + int(np.flatnonzero(falls >= falls.max() * (1 - 1e-12))[-1]))
        return np.array(found)

    @cached_property
    def climbs(self) -> tuple[Floats, Floats]:
        """From corner to corner, what it costs more and by how much the score falls (below 0)."""
        return np.diff(self.cost[self.corners]), np.diff(self.score[self.corners])


def unbeaten(cost: Floats, score: Floats) -> Places:
    """Give the places of moves that no other beats, cost ascending; of equals the first."""
    if not len(cost):
        return np.zeros(0, dtype=np.intp)
    order = np.lexsort((score, cost))
    lowest = np.minimum.accumulate(score[order])
    return order[np.concatenate([[True], score[order][1:] < lowest[:-1]])]


def joined(fronts: Sequence[Front]) -> Front:
    """Give the front of moves from any of some fronts over the same levers."""
    cost, score = np.concatenate([f.cost for f in fronts]), np.concatenate([f.score for f in fronts])
    kept = unbeaten(cost, score)
    return Front(cost[kept], score[kept], np.concatenate([f.picks for f in fronts])[kept])


def added(first: Front, second: Front) -> Front:
    """Give the front of every move of one together with every move of the other."""
    cost, score = _sums(first.cost, second.cost), _sums(first.score, second.score)
    kept = unbeaten(cost, score)
    one, other = np.divmod(kept, len(second.cost))
    return Front(cost[kept], score[kept], np.hstack([first.picks[one], second.picks[other]]))


def cheapest(fronts: Sequence[Front], need: float, below: float = np.inf) -> list[int] | None:
    """Find the place on each front whose sum costs least and changes the log-odds by ``need`` or lower.

    Returns
    -------
    list of int or None
        None where no sum goes so low, or none costs less than ``below``. The cost is the least there is, up
        to a share of 1e-9.
    """
    order = sorted(range(len(fronts)), key=lambda place: -len(fronts[place].cost))
    taken = _cheapest([fronts[place] for place in order], need, below)
    return None if taken is None else [taken[order.index(place)] for place in range(len(fronts))]


def _cheapest(fronts: Sequence[Front], need: float, best: float) -> list[int] | None:
    known: list[int] | None = None
    tail = _Tail.of(fronts, 0)
    cost, score, ways = np.zeros(1), np.zeros(1), np.zeros((1, 0), dtype=np.intp)
    hopeful = tail.least(need - score) < best * (1 - SAME)
    cost, score, ways = cost[hopeful], score[hopeful], ways[hopeful]
    for place in range(len(fronts) + 1):
        if not len(cost):
            break
        ends = cost + tail.cost[tail.corner(need - score)]
        if ends.min() < best * (1 - SAME):
            way = int(ends.argmin())
            best = float(ends[way])
            known = [*ways[way].tolist(), *tail.taken(int(tail.corner(need - score[way])))]
        if place < len(fronts):
            tail = _Tail.of(fronts, place + 1)
            cost, score, ways = _grown(fronts[place], tail, need, best, (cost, score, ways))
    return known


def _grown(
    front: Front, tail: _Tail, need: float, best: float, sums: tuple[Floats, Floats, Places]
) -> tuple[Floats, Floats, Places]:
    """Add a front to sums so far; keep what may still end cheaper than the best known."""
    rows, width = max(1, _AT_ONCE // len(front.cost)), len(front.cost)
    costs, scores, ways = [], [], []
    for start in range(0, len(sums[0]), rows):
        cost = _sums(sums[0][start : start + rows], front.cost)
        score = _sums(sums[1][start : start + rows], front.score)
        hopeful = np.flatnonzero(cost + tail.least(need - score) < best * (1 - SAME))
        hopeful = hopeful[unbeaten(cost[hopeful], score[hopeful])]
        way, pick = np.divmod(hopeful, width)
        costs.append(cost[hopeful])
        scores.append(score[hopeful])
        ways.append(np.column_stack([sums[2][start + way], pick]))
    return np.concatenate(costs), np.concatenate(scores), np.concatenate(ways)


@dataclass(frozen=True)
class _Tail:
    """What fronts still to come can do at best: sums of their corners, the steepest falls first."""

    fronts: Sequence[Front]
    cost: Floats
    score: Floats
    owners: Places

    @classmethod
    def of(cls, fronts: Sequence[Front], first: int) -> _Tail:
        rest = fronts[first:]
        costs, falls = [front.climbs[0] for front in rest], [front.climbs[1] for front in rest]
        cost, fall = np.concatenate([np.zeros(0), *costs]), np.concatenate([np.zeros(0), *falls])
        order = np.argsort(fall / cost, kind="stable")
        owners = np.repeat(np.arange(len(rest)), [len(one) for one in costs])[order]
        start = sum(float(front.score[0]) for front in rest)
        return cls(
            rest,
            np.concatenate([[0.0], np.cumsum(cost[order])]),
            np.concatenate([[start], start + np.cumsum(fall[order])]),
            owners,
        )

    def least(self, need: Floats) -> Floats:
        """Give a bound below the cost of each need; infinite where it cannot be met."""
        bound = np.interp(-need, -self.score, self.cost)
        return np.where(self.score[-1] > need, np.inf, bound)

    def corner(self, need: Floats | float) -> Places:
        """Give the first corner that meets each need; the last where none does."""
        return np.minimum(np.searchsorted(-self.score, -np.asarray(need)), len(self.score) - 1)

    def taken(self, corner: int) -> list[int]:
        """Give the place on each front that makes up a corner."""
        moves = np.bincount(self.owners[:corner], minlength=len(self.fronts))
        return [int(front.corners[count]) for front, count in zip(self.fronts, moves, strict=True)]


def _sums(first: Floats, second: Floats) -> Floats:
    return (first[:, None] + second[None, :]).ravel()
