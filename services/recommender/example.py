"""The worked example, worked out anew each time by the code that recommends: nothing in it is written in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.store import CatalogueRow
from services.recommender import lists, settings, words
from services.recommender.asking import Asked
from services.recommender.memory import Remembered
from services.recommender.settings import Setting
from services.recommender.shown import CellMoved, Recommended, Table

if TYPE_CHECKING:
    from models.cooccurrence.category_table import CellChange
    from models.cooccurrence.memory import Memory
    from models.cooccurrence.worked_example import Step

NAME = "worked example"


@dataclass(frozen=True)
class Got:
    """What somebody gets who picks a title; ``nothing`` and ``absent`` as in an answer."""

    person: str
    picked: str
    items: tuple[Recommended, ...]
    nothing: str
    absent: str


@dataclass(frozen=True)
class Told:
    """A step of the example.

    Attributes
    ----------
    title, words : str
        What is done, and why it moves what it moves.
    moved : tuple of CellMoved
        Cells off the diagonal.
    table : Table
        As it stands after the step.
    lists : tuple of Got
        Those that differ from what the same person got before.
    """

    title: str
    words: str
    moved: tuple[CellMoved, ...]
    table: Table
    lists: tuple[Got, ...]


@dataclass(frozen=True)
class Example:
    """Titles by category, what each person chose before it begins, and what happens then."""

    categories: tuple[tuple[str, tuple[str, ...]], ...]
    people: tuple[tuple[str, tuple[str, ...]], ...]
    steps: tuple[Told, ...]


def worked() -> Example:
    """Work the example out."""
    from models.cooccurrence import worked_example as given  # late: brings scipy along

    memory = given.memory_of(*given.EARLIER)
    before = _lists(memory, {})
    begun = Told(
        "Before Simon chooses", "What was chosen earlier makes this table.", (), _table(memory), before
    )
    seen, steps = {one.person: one for one in before}, [begun]
    for moment, step in enumerate(given.SIMON, start=len(given.EARLIER)):
        held = _history(memory, step.person)
        moved = _do(memory, step, moment)
        changed = _lists(memory, seen)
        seen |= {one.person: one for one in changed}
        steps.append(Told(_title(step), _words(step, held, moved), moved, _table(memory), changed))
    chosen: dict[str, list[str]] = {}
    for one in given.EARLIER:
        chosen.setdefault(one.person, []).append(one.title)
    return Example(
        categories=tuple(given.TITLES.items()),
        people=tuple((person, tuple(titles)) for person, titles in chosen.items()),
        steps=tuple(steps),
    )


# --- what a step does ----------------------------------------------------------------------------------


def _do(memory: Memory, step: Step, moment: float) -> tuple[CellMoved, ...]:
    item = memory.catalogue.number(step.title)
    moved = memory.undo(step.person, item) if step.is_undone else memory.choose(step.person, item, moment)
    return tuple(_cell(memory, one) for one in moved if one.row != one.column)


def _cell(memory: Memory, moved: CellChange) -> CellMoved:
    names = memory.catalogue.categories
    return CellMoved(names[moved.row], names[moved.column], *moved[2:])


def _title(step: Step) -> str:
    return f"{step.person} {'undoes' if step.is_undone else 'chooses'} {step.title}"


def _words(step: Step, held: list[str], moved: tuple[CellMoved, ...]) -> str:
    if step.is_undone:
        return "Everything that the choice had counted is taken back."
    if step.title in held:
        return "It was chosen before: a repeat is on record and counts nothing."
    if not held:
        return f"It is the first choice of {step.person}, so there is no pair to count."
    pairs = f"It makes a pair with each earlier choice of {step.person}: {words.joined(held)}."
    own = _categories(step.title)
    same = [title for title in held if own & _categories(title)]
    if not same:
        return pairs
    return (
        f"{pairs} With {words.joined(same)} it shares a category: that is the diagonal, which is not allowed."
    )


def _categories(title: str) -> set[str]:
    from models.cooccurrence.worked_example import TITLES

    return {name for name, titles in TITLES.items() if title in titles}


def _history(memory: Memory, person: str) -> list[str]:
    return [memory.catalogue.titles[one] for one in memory.histories.of(person)]


# --- what the table says then ---------------------------------------------------------------------------


def _lists(memory: Memory, seen: dict[str, Got]) -> tuple[Got, ...]:
    """Give what Ann and Fay get now, where that is not what they got before."""
    from models.cooccurrence.worked_example import ANN_PICKS, FAY_PICKS

    found = (_got(memory, "Ann", ANN_PICKS), _got(memory, "Fay", FAY_PICKS))
    return tuple(one for one in found if one != seen.get(one.person))


def _got(memory: Memory, person: str, picked: str) -> Got:
    row = CatalogueRow(0, NAME, 0, {}, 0, (), ())
    asked = Asked(NAME, person, None, Setting(), 0, frozenset(), frozenset(), 0.0)
    made = lists.make(Remembered(row, memory, 0), asked, picked)
    return Got(person, picked, made.items, made.nothing, made.absent)


def _table(memory: Memory) -> Table:
    """Give the table in the order of the categories, so that a cell stays in its place from step to step."""
    names = memory.catalogue.categories
    counts, people = (
        tuple(
            tuple(None if row == column else int(values[row, column]) for column in range(len(names)))
            for row in range(len(names))
        )
        for values in (memory.cells.counts, memory.cells.people)
    )
    choices = int(memory.histories.popularity.sum())
    return Table(names, counts, people, settings.words(Setting()), choices, memory.histories.people)
