"""The names of the recommender's settings, and their values, as people read them."""

from __future__ import annotations

from typing import Any

LABELS = {
    "ranker": "Ranked by",
    "allow_self": "Self-similarity",
    "leave_out_same_category": "Leave out titles of the same category",
    "least_people": "People needed as evidence",
    "no_evidence": "Where there is no evidence, show",
    "list_length": "Titles in a list",
    "half_life_days": "Half-life of a choice in days",
    "least_support": "People needed who chose both",
    "damping": "Damping of popular titles",
    "daily_delegations": "Times a day Keepsight may choose",
}

_VALUES = {"rule": "the table of categories", "items": "titles", "popular": "popular titles"}


def said(value: Any) -> str:
    """Write a value of a setting."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else _VALUES.get(str(value), str(value))
