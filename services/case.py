"""One case: a row judged by a version, in the form that the log keeps and a replay works out again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from config.dataset import DatasetSpec
from models import reasons as words
from models.familiarity import Familiarity, familiarity
from models.reasons import Reason
from models.scorecard import RowScore, Scorecard


@dataclass(frozen=True)
class Case:
    """What a scorecard says of a row: its score, the reasons that add up to it, how familiar the row is."""

    score: RowScore
    reasons: list[Reason]
    familiar: Familiarity

    @property
    def warnings(self) -> list[str]:
        """What the model has not learned from, input by input."""
        return [one.words for one in self.familiar.inputs if one.words is not None]

    def plain(self) -> dict[str, Any]:
        """Give the figures as the log has them; the log-odds also by their exact hexadecimal form."""
        return {
            "answer": {
                "log_odds": self.score.log_odds,
                "log_odds_exact": self.score.log_odds.hex(),
                "probability": self.score.probability,
            },
            "range": [self.score.low, self.score.high],
            "reasons": [[one.label, one.contribution] for one in self.reasons],
            "familiarity": self.familiar.grade,
        }


def judge(card: Scorecard, row: Mapping[str, Any], spec: DatasetSpec) -> Case:
    """Judge a row by a scorecard."""
    score = card.score(row)
    return Case(score, words.reasons(card, row, spec, score=score), familiarity(card, row, spec))


def inputs(card: Scorecard, row: Mapping[str, Any]) -> dict[str, Any]:
    """Keep of a row what the model reads, for the log."""
    return {column: row.get(column) for column in card.columns}
