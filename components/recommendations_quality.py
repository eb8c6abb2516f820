"""How good the list is, as last measured: beside popularity and chance, and by how much people chose."""

from __future__ import annotations

from typing import Any

from dash import html

from components.format import number, share
from components.table import as_table, table

RANKERS = {
    "items": "Titles chosen together",
    "items, outside the categories of the last choice": "The same, without the last choice's categories",
    "rule, by the last choice": "The table of categories",
    "popularity": "The most popular titles",
    "random": "By lot",
}
SPLITS = {"time": "Newest choices set aside", "random": "Choices set aside by lot"}
GROUPS = "By how much people chose (nDCG)"


def quality(found: Any) -> list[Any]:
    """Tell a measurement (``services.recommender.quality.Quality``): in words, then as tables."""
    head, *sentences = found.words
    parts: list[Any] = [html.P(head, className="ks-rec-lead")]
    for split, words in zip(found.splits, sentences, strict=True):
        title = SPLITS.get(split.name, split.name)
        parts += [
            html.H3(title, className="ks-part-title"),
            html.P(words),
            as_table(html.Div([_figures(title, split), *_groups(title, split)])),
        ]
    return parts


def _figures(title: str, split: Any) -> html.Div:
    k = split.count
    heads = (
        "Ranked by",
        f"nDCG@{k}",
        f"Precision@{k}",
        f"Recall@{k}",
        f"MAP@{k}",
        "Coverage",
        "Diversity",
        "Novelty",
    )
    rows = [
        (
            RANKERS.get(one.ranker, one.ranker),
            *(number(figure, 3) for figure in (one.ndcg, one.precision, one.recall, one.map)),
            share(one.coverage),
            _or_dash(one.diversity, 2),
            _or_dash(one.novelty, 1),
        )
        for one in split.rows
    ]
    return table(f"{title}: figures of each ranker", heads, rows)


def _groups(title: str, split: Any) -> list[Any]:
    """Set the rankers side by side for people who chose little, more and much."""
    if not split.rows or not split.rows[0].groups:
        return []
    heads = ["Ranked by", *(f"{one.name}: {one.least} to {one.most}" for one in split.rows[0].groups)]
    rows = [
        (RANKERS.get(one.ranker, one.ranker), *(number(group.ndcg, 3) for group in one.groups))
        for one in split.rows
    ]
    return [html.P(GROUPS, className="ks-card-note"), table(f"{title}: {GROUPS}", heads, rows)]


def _or_dash(figure: float | None, decimals: int) -> str:
    return "–" if figure is None else number(figure, decimals)
