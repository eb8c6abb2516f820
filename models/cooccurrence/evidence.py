"""The evidence of a pair of items: who chose both, and how much more often than chance would bring."""

from __future__ import annotations

from dataclasses import dataclass

from models.cooccurrence.memory import Memory
from models.holdout import wilson


@dataclass(frozen=True)
class PairEvidence:
    """What is known of two items, X picked and Y recommended: "12 of the 40 who chose X also chose Y".

    Attributes
    ----------
    together, of, chosen_by, people : int
        People who chose both; who chose X; who chose Y; who chose anything.
    share : float or None
        ``together / of``, the share in 0-1 of those who chose X that chose Y too; None where nobody chose X.
    jaccard : float or None
        ``together`` over those who chose X or Y or both, in 0-1; None where nobody chose either.
    lift : float or None
        ``share`` over the share of all people who chose Y: 1 is chance. None where nobody chose X, or Y.
    low, high : float or None
        95 % range of the lift; None with it.
    """

    together: int
    of: int
    chosen_by: int
    people: int

    @property
    def share(self) -> float | None:
        """Give the share of those who chose X that chose Y too."""
        return self.together / self.of if self.of else None

    @property
    def jaccard(self) -> float | None:
        """Give the people of both over the people of either."""
        either = self.of + self.chosen_by - self.together
        return self.together / either if either else None

    @property
    def lift(self) -> float | None:
        """Give how many times more often than chance both are chosen."""
        return self._against_chance(self.share)

    @property
    def low(self) -> float | None:
        """Give the lower end of the lift's range."""
        return self._against_chance(wilson(self.share, self.of)[0]) if self.share is not None else None

    @property
    def high(self) -> float | None:
        """Give the upper end of the lift's range."""
        return self._against_chance(wilson(self.share, self.of)[1]) if self.share is not None else None

    def _against_chance(self, share: float | None) -> float | None:
        if share is None or not self.chosen_by:
            return None
        return share * self.people / self.chosen_by


def evidence(memory: Memory, picked: int, item: int) -> PairEvidence:
    """Read the evidence of a pair.

    The range of the lift is Wilson's of the share ``together / of``, over the share of all people who chose
    the item, which is taken as known: it comes of everybody, the first of a few. Wilson's range holds for
    small counts, never leaves 0-1 and holds the share, so the lift's is never below 0 and holds the lift.

    Parameters
    ----------
    picked, item : int
        Numbers of two different items.

    Raises
    ------
    ValueError
        Where both are the same: an item is no evidence for itself.

    References
    ----------
    Brin, Motwani, Ullman and Tsur (1997), "Dynamic itemset counting and implication rules for market basket
    data", SIGMOD, section 2 (lift, there called interest). Wilson (1927), "Probable inference, the law of
    succession, and statistical inference", JASA 22.
    """
    if picked == item:
        raise ValueError(
            f"Item {item} was asked for twice: an item is no evidence for itself. Give two different items."
        )
    popularity = memory.histories.popularity
    return PairEvidence(
        together=int(memory.pairs.row(picked)[item]),
        of=int(popularity[picked]),
        chosen_by=int(popularity[item]),
        people=memory.histories.people,
    )
