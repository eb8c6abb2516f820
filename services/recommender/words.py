"""Reasons in words: why a title is in a list, why another is not, what a cell says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.recommender.shown import CellRead, Item

NAMED = 3
"""Titles that are named where they are left out; of more, how many there are."""


def counted(number: int, one: str, more: str) -> str:
    """Write a number with its noun: "1 person", "2 people"."""
    return f"{number:,} {one if number == 1 else more}"


def people(number: int) -> str:
    """Write a number of people."""
    return counted(number, "person", "people")


def joined(names: Iterable[str], word: str = "and") -> str:
    """Join names: "a", "a and b", "a, b and c"."""
    listed = list(names)
    return f" {word} ".join(filter(None, [", ".join(listed[:-1]), *listed[-1:]]))


def because_of_cells(cells: Sequence[CellRead]) -> str:
    """Say the evidence of the table for a title, a cell after the other."""
    parts = [
        f"people who chose {one.row} also chose {one.column}: "
        f"{counted(one.co_choices, 'co-choice', 'co-choices')}, {people(one.people)}"
        for one in cells
    ]
    return "; ".join([parts[0][:1].upper() + parts[0][1:], *parts[1:]])


def because_of_titles(
    picked: str, title: str, *, together: int, of: int, lift: float, low: float, high: float
) -> str:
    """Say the evidence of two titles: who chose both, and how that compares with chance."""
    who = f"{together:,} of {people(of)} who chose {picked} also chose {title}"
    if round(lift, 1) == 1:
        return f"{who}, as often as chance would bring ({low:.1f} to {high:.1f})"
    if lift > 1:
        return f"{who}, {lift:.1f} times more than chance ({low:.1f} to {high:.1f})"
    return f"{who}, {lift:.1f} times what chance would bring ({low:.1f} to {high:.1f})"


def cell(row: str, column: str, co_choices: int, behind: int) -> str:
    """Read a cell of the table aloud."""
    if co_choices == 0:
        return f"Nobody has chosen from both {row} and {column} yet."
    much, who = counted(co_choices, "co-choice", "co-choices"), people(behind)
    return (
        f"{row} and {column}: {much} by {who}. A co-choice is a title of the one and a title of the other, "
        "both chosen by the same person."
    )


def diagonal(category: str) -> str:
    """Say why a category has no cell with itself."""
    return (
        f"{category} with itself is not allowed: a category is no evidence for itself (self-similarity, a "
        "setting)."
    )


# --- what is left out, and why ------------------------------------------------------------------------


def no_evidence(picked: Sequence[str], categories: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Say which categories have no evidence; their titles are named where they are few."""
    if not categories:
        return ""
    named = [
        f"{name} ({joined(titles)})" if 0 < len(titles) <= NAMED else name for name, titles in categories
    ]
    return (
        f"No evidence for {joined(named)}: nobody who chose {joined(picked, 'or')} "
        f"also chose from {'it' if len(named) == 1 else 'them'}."
    )


def too_few(categories: Sequence[str], least: int) -> str:
    """Say which categories have some evidence, of fewer people than the settings ask for."""
    if not categories:
        return ""
    return f"Too little evidence for {joined(categories)}: fewer than {people(least)} (a setting)."


def left_out(*, same: Sequence[str], picked: str, taken: int, hidden: int) -> list[str]:
    """Say what is left out whatever its evidence."""
    found = []
    if same:
        which = joined(same) if len(same) <= NAMED else counted(len(same), "title", "titles")
        verb = "shares a category with" if len(same) == 1 else "share a category with"
        found.append(f"Left out: {which}, which {verb} {picked}.")
    if taken:
        found.append(f"Left out: {counted(taken, 'title', 'titles')} chosen already.")
    if hidden:
        found.append(f"Left out: {counted(hidden, 'hidden title', 'hidden titles')}.")
    return found


def nothing_by_cells(picked: Item) -> str:
    """Say why the table has nothing for a title."""
    if not picked.categories:
        return f"{picked.title} is in no category, so the table of categories says nothing about it."
    return (
        f"There is no evidence for {picked.title} yet: nobody who chose {joined(picked.categories, 'or')} "
        "also chose from another category that counts."
    )


def nothing_by_titles(picked: Item) -> str:
    """Say why no title goes with another."""
    return (
        f"There is no evidence for {picked.title} yet: too few people chose it together with another title."
    )


def all_gone(picked: Item) -> str:
    """Say that there is evidence, and nothing left that could be shown."""
    return f"What goes with {picked.title} was all chosen already, or is hidden."
