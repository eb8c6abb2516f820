"""The names of a table's columns: there, once each, and not too many."""

from __future__ import annotations

from collections import Counter

from data.cells import has_unseen, quoted
from data.files.table import FileError, Limits

_NAME_CHARACTERS = 200


def checked_header(header: list[str], name: str, limits: Limits) -> list[str]:
    """Refuse column names that cannot be told apart, seen or kept."""
    if len(header) > limits.columns:
        raise FileError(
            f"{name} has {len(header):,} columns, the limit is {limits.columns:,}. Leave columns out, "
            "or raise KEEPSIGHT_COLUMN_LIMIT."
        )
    names = [cell.strip() for cell in header]
    if len(names) == 1:
        raise FileError(
            f"{name} has one column only: {quoted(names[0], 60)}. A customer table has more; "
            "check the delimiter and the quotes of the first line."
        )
    for place, column in enumerate(names, start=1):
        if not column:
            raise FileError(
                f"Column {place} of {name} has no name. Name it in the first line, or leave it out "
                "(pandas: index=False; R: row.names = FALSE)."
            )
        if has_unseen(column):
            raise FileError(
                f"The name of column {place} of {name} holds characters that nobody sees: "
                f"{quoted(column)}. Type the name again in the first line."
            )
        if len(column) > _NAME_CHARACTERS:
            raise FileError(
                f"The name of column {place} of {name} has {len(column):,} characters: "
                f"{quoted(column, 40)}. Give a name of at most {_NAME_CHARACTERS}; is there a header?"
            )
    twice = [column for column, count in Counter(names).items() if count > 1]
    if twice:
        places = [str(place) for place, column in enumerate(names, start=1) if column == twice[0]]
        raise FileError(
            f"{name} names column {quoted(twice[0])} {len(places)} times (columns {', '.join(places)}). "
            "Rename or remove one; if the first line holds a customer, add a header."
        )
    return names
