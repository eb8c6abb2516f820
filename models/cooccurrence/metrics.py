"""How good lists are: what of each was chosen later, and how wide, mixed and unexpected they are."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from models.cooccurrence.catalogue import Catalogue

Lists = npt.NDArray[np.integer]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Found:
    """What of each person's list was chosen later; each of shape (people,).

    Attributes
    ----------
    precision : share of the k places of the list that were chosen later.
    recall : share of what was chosen later that is on the list.
    average_precision : sum over hits of (hits so far / place), over all that was chosen later.
    ndcg : gain of the hits, each ``1 / log2(1 + place)``, over the gain of the best list there could be.
    """

    precision: Floats
    recall: Floats
    average_precision: Floats
    ndcg: Floats


def found(lists: Lists, person: npt.NDArray[np.integer], item: npt.NDArray[np.integer], items: int) -> Found:
    """Compare lists with what was chosen later.

    Parameters
    ----------
    lists : array of int of shape (people, k)
        Items, best first; -1 where a list is short.
    person, item : array of int of shape (choices,)
        What was chosen later: the row of ``lists`` and the item (which the list may not have been able to
        know: -1 or ``items`` and above count as chosen, never as found). Everybody has at least one.
    items : int
        How many items the lists are drawn from.

    References
    ----------
    Järvelin and Kekäläinen (2002), "Cumulated gain-based evaluation of IR techniques", ACM TOIS 20 (nDCG).
    The denominators are those of Microsoft's ``recommenders`` 1.2.1: all that was chosen later for recall and
    MAP, the k places for precision, the first min(k, chosen later) places for the ideal of nDCG.
    """
    people, k = lists.shape
    wanted = np.bincount(person, minlength=people)
    known = (item >= 0) & (item < items)
    keys = person[known].astype(np.int64) * items + item[known]
    hit = np.isin(np.arange(people)[:, None] * items + lists, keys) & (lists >= 0)
    place = np.arange(1, k + 1)
    gain = 1 / np.log2(1 + place)
    ideal = np.r_[0.0, np.cumsum(gain)][np.minimum(wanted, k)]
    hits = hit.sum(axis=1)
    return Found(
        precision=hits / k,
        recall=hits / wanted,
        average_precision=(np.cumsum(hit, axis=1) / place * hit).sum(axis=1) / wanted,
        ndcg=hit @ gain / ideal,
    )


def coverage(lists: Lists, popularity: npt.NDArray[np.integer]) -> float:
    """Give the share of the items that anybody chose which stand on any list."""
    shown = np.unique(lists[lists >= 0])
    return float((popularity[shown] > 0).sum() / max(1, np.count_nonzero(popularity)))


def novelty(lists: Lists, popularity: npt.NDArray[np.integer], people: int) -> float | None:
    """Give the mean self-information of what is listed, in bits: ``-log2`` of the share who chose the item.

    An item that nobody chose counts as chosen by one; None where nothing is listed.

    References
    ----------
    Zhou, Kuscsik, Liu, Medo, Wakeling and Zhang (2010), "Solving the apparent diversity-accuracy dilemma of
    recommender systems", PNAS 107.
    """
    shown = lists[lists >= 0]
    if not len(shown):
        return None
    return float(-np.log2(np.maximum(popularity[shown], 1) / max(1, people)).mean())


def diversity(lists: Lists, catalogue: Catalogue) -> float | None:
    """Give the mean dissimilarity of two items of a list: 1 less the Jaccard index of their categories.

    Two items without any category are as different as can be. The mean is over lists of two items and more,
    each counting once; None where there is none.

    References
    ----------
    Smyth and McClave (2001), "Similarity vs. diversity", ICCBR.
    """
    apart, pairs = np.zeros(len(lists)), np.zeros(len(lists))
    member = catalogue.matrix
    numbers = np.diff(member.indptr)
    for first, second in combinations(range(lists.shape[1]), 2):
        rows = np.flatnonzero((lists[:, first] >= 0) & (lists[:, second] >= 0))
        a, b = lists[rows, first], lists[rows, second]
        shared = np.asarray(member[a].multiply(member[b]).sum(axis=1)).ravel()
        either = numbers[a] + numbers[b] - shared
        apart[rows] += 1 - shared / np.maximum(either, 1)
        pairs[rows] += 1
    some = pairs > 0
    return float((apart[some] / pairs[some]).mean()) if some.any() else None
