"""What the evidence of a guideline is made of: values for its rule, lines and tables for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Value = float | int | bool | None


@dataclass(frozen=True)
class Line:
    """One line of evidence.

    Attributes
    ----------
    label, text : str
        What was looked at, and what was found, with unit, period and n.
    link : str or None
        Path of the page that holds the raw rows.
    note : str
        What the reader must know of it: how it was measured, why it is missing.
    opens : str
        What the link leads to, in a few words.
    """

    label: str
    text: str
    link: str | None = None
    note: str = ""
    opens: str = "raw rows"


@dataclass(frozen=True)
class Rows:
    """A small table of evidence: a caption, the heads of its columns, and rows of text."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Evidence:
    """What was found for one guideline.

    Attributes
    ----------
    headline : str
        The one live figure, in words: "3 complaints open, 1 overdue".
    values : mapping of str to number, bool or None
        What the rule reads, by name; None where it could not be measured.
    missing : mapping of str to str
        Why a value is None, by its name: what is not there, and how it would come to be.
    lines, tables : tuple
        The rest, for people.
    """

    headline: str
    values: Mapping[str, Value]
    missing: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()
    tables: tuple[Rows, ...] = ()
