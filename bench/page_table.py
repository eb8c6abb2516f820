"""Tables in pages of docs/: each between two comments, replaced as a whole; the words around it stay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

Rows = Iterable[Sequence[str]]


def table(head: Sequence[str], rows: Rows) -> str:
    """Lay out a table in Markdown."""
    lines = ["| " + " | ".join(cells) + " |" for cells in (head, *rows)]
    return "\n".join([lines[0], "|" + "---|" * len(head), *lines[1:]])


def write(page: Path, name: str, text: str) -> None:
    """Put a table into its place on a page; ValueError where the page has none for it."""
    page.write_text(replaced(page.read_text(encoding="utf-8"), name, text), encoding="utf-8")


def replaced(page: str, name: str, text: str) -> str:
    """Put a table between its two comments; ValueError where the page has no place for it."""
    begin, end = f"<!-- make report: {name} -->", f"<!-- end: {name} -->"
    before, found, rest = page.partition(begin)
    _, ended, after = rest.partition(end)
    if not found or not ended:
        raise ValueError(f"The page has no place for the table {name!r}: add {begin} and {end}.")
    return f"{before}{begin}\n{text}\n{end}{after}"
