"""What the recommender answers with: plain values that a page draws and a command prints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Item:
    """A title of the catalogue, by its id; ``categories`` may be empty."""

    item: str
    title: str
    categories: tuple[str, ...]


@dataclass(frozen=True)
class CellRead:
    """A cell of the table as it was used: two categories, their co-choices, the people behind them."""

    row: str
    column: str
    co_choices: int
    people: int


@dataclass(frozen=True)
class Recommended:
    """A title of a list, with its reason.

    Attributes
    ----------
    place : int
        From 1.
    because : str
        The reason in words, with its figures.
    cells : tuple of CellRead
        Cells of the table that were used; empty where titles alone rank.
    co_choices : int
        Sum of ``cells``.
    people : int
        Distinct people behind the strongest of ``cells``; who chose both, where titles alone rank.
    together, chosen_by : int
        People who chose this one and the one picked; people who chose this one.
    """

    place: int
    item: str
    title: str
    categories: tuple[str, ...]
    because: str
    cells: tuple[CellRead, ...]
    co_choices: int
    people: int
    together: int
    chosen_by: int


@dataclass(frozen=True)
class Popular:
    """A title that many chose; nothing says that it goes with anything."""

    item: str
    title: str
    categories: tuple[str, ...]
    chosen_by: int


@dataclass(frozen=True)
class Answer:
    """What goes with a title.

    Attributes
    ----------
    ranker : str
        ``rule`` or ``items``.
    items : tuple of Recommended
        Best first; each has evidence.
    popular : tuple of Popular
        Only where nothing has evidence and the settings say so.
    nothing : str
        Why ``items`` is empty; "" where it is not.
    absent : str
        What is left out and why, in words; "" where nothing is.
    settings : tuple of str
        The settings that held, in words.
    entry : int
        Number of the log entry that holds this answer.
    customer : str or None
        Whom it is for; None: the person who asked.
    """

    picked: Item
    ranker: str
    items: tuple[Recommended, ...]
    popular: tuple[Popular, ...]
    nothing: str
    absent: str
    settings: tuple[str, ...]
    entry: int
    customer: str | None = None


@dataclass(frozen=True)
class Own:
    """A choice of one's own; ``source``: ``person``, ``kept`` (drawn, then kept), ``load`` or ``api``."""

    item: str
    title: str
    categories: tuple[str, ...]
    moment: datetime
    source: str


@dataclass(frozen=True)
class Delegated:
    """What Keepsight drew for a person: nothing is chosen until they keep it.

    Attributes
    ----------
    id : str
        Of the decision; the draw follows from it.
    of : int
        Titles in the list that it was drawn from.
    seed : str
        How it was drawn, in words.
    """

    id: str
    item: str
    title: str
    of: int
    seed: str


@dataclass(frozen=True)
class Start:
    """What a person finds before they pick anything.

    Attributes
    ----------
    popular : tuple of Popular
        Most chosen titles; ``said`` says why these.
    own : tuple of Own
        The person's choices, latest first.
    hidden_items, hidden_categories
        What the person never wants to see.
    is_delegating : bool
        Whether Keepsight may choose for them.
    left_today : int
        How often it still may today.
    waiting : tuple of Delegated
        Drawn today, neither kept nor undone yet.
    choices, persons : int
        What everything stands on.
    """

    popular: tuple[Popular, ...]
    said: str
    own: tuple[Own, ...]
    hidden_items: tuple[Item, ...]
    hidden_categories: tuple[str, ...]
    is_delegating: bool
    left_today: int
    waiting: tuple[Delegated, ...]
    settings: tuple[str, ...]
    choices: int
    persons: int


@dataclass(frozen=True)
class Table:
    """The table of categories, ordered so that blocks show; None on the diagonal where not allowed.

    ``left_out`` is how many categories are not in it, since more could not be read.
    """

    categories: tuple[str, ...]
    counts: tuple[tuple[int | None, ...], ...]
    people: tuple[tuple[int | None, ...], ...]
    settings: tuple[str, ...]
    choices: int
    persons: int
    left_out: int = 0


@dataclass(frozen=True)
class CellMoved:
    """A cell that a choice or an undo moved, with its people."""

    row: str
    column: str
    before: int
    after: int
    people_before: int
    people_after: int


@dataclass(frozen=True)
class Chosen:
    """What became of a choice or an undo; it is durable.

    Attributes
    ----------
    is_repeat : bool
        Chosen before: it is on record and counts nothing.
    is_again : bool
        The same key came before: nothing happened a second time.
    cells : tuple of CellMoved
        What moved; without the diagonal where it is not allowed.
    """

    item: str
    title: str
    is_repeat: bool
    is_again: bool
    cells: tuple[CellMoved, ...]
    entry: int
