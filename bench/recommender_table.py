"""The tables of docs/recommender.md: how good the recommender is against SAR and others, and how fast.

python -m bench.recommender_table    ranks ml-100k anew, SAR too; times come from bench/results.json
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from typing import Any

from bench import page_table
from bench.__main__ import RESULTS
from bench.measure import ROOT
from bench.movielens import Films, ml_100k, split_path
from bench.peers import sar
from models.cooccurrence.evaluation import (
    Evaluation,
    Ranked,
    Split,
    evaluate,
    listed,
)

PAGE = ROOT / "docs" / "recommender.md"
SPLITS: dict[Split, str] = {"time": "by time", "random": "at random within people"}
HEAD = ("split", "ranker", "nDCG@10", "precision", "recall", "MAP", "coverage", "diversity", "novelty, bits")
GROUP_HEAD = ("split", "ranker", "light", "middle", "heavy")
SPEED_HEAD = ("measure", "value", "bar", "met")
PEER = "SAR, as published (Jaccard, ratings, 30 days)"


def main() -> int:
    """Rank, and write the tables."""
    films = ml_100k()
    with sar() as ask:
        found = {
            split: (evaluate(films.catalogue, films.choices, split=split), _peer(films, split, ask))
            for split in SPLITS
        }
    page_table.write(PAGE, "quality", page_table.table(HEAD, _quality(found)))
    page_table.write(PAGE, "groups", page_table.table(GROUP_HEAD, _groups(found)))
    page_table.write(PAGE, "speed", page_table.table(SPEED_HEAD, _speed(json.loads(RESULTS.read_text()))))
    return 0


def _peer(films: Films, split: Split, ask: Callable[..., Any]) -> Ranked:
    """Let the peer learn from the same choices, and score its lists as ours are scored."""
    ask("read", rows=str(split_path(split)))
    ask("fit", decay=True)
    ask("recommend")
    number = {item: n for n, item in enumerate(films.catalogue.items)}
    lists = {str(user): [number[str(item)] for item in items] for user, items in ask("lists")}
    return listed(films.catalogue, films.choices, PEER, lists, split=split)


def _quality(found: dict[Split, tuple[Evaluation, Ranked]]) -> Iterable[list[str]]:
    for split, (ours, peer) in found.items():
        for one in _in_order(ours, peer):
            figures = one.figures
            shares = (figures.ndcg, figures.precision, figures.recall, figures.map)
            rest = (f"{one.coverage:.2f}", f"{one.diversity:.2f}", f"{one.novelty:.2f}")
            yield [SPLITS[split], one.ranker, *(f"{share:.4f}" for share in shares), *rest]


def _groups(found: dict[Split, tuple[Evaluation, Ranked]]) -> Iterable[list[str]]:
    for split, (ours, peer) in found.items():
        for one in _in_order(ours, peer):
            yield [SPLITS[split], one.ranker, *(f"{group.figures.ndcg:.4f}" for group in one.groups)]


def _in_order(ours: Evaluation, peer: Ranked) -> tuple[Ranked, ...]:
    first, *others = ours.rankers
    return first, peer, *others


def _speed(rows: list[dict[str, Any]]) -> Iterable[list[str]]:
    for row in rows:
        if row["bench"] == "recommender" and row["unit"] != "0-1":
            bar = "reported" if row["bar"] is None else f"{row['direction']} {row['bar']:g} {row['unit']}"
            name = row["measure"].removeprefix("recommender: ") + (f" ({row['note']})" if row["note"] else "")
            yield [name, f"{row['value']:g} {row['unit']}", bar, "yes" if row["met"] else "no"]


if __name__ == "__main__":
    sys.exit(main())
