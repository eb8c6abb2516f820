"""The worked example of the rule: seven titles, five people before Simon, and what Simon then does."""

from __future__ import annotations

from typing import NamedTuple

from models.cooccurrence.catalogue import Catalogue
from models.cooccurrence.memory import Memory


class Step(NamedTuple):
    """Somebody chooses a title, or undoes a choice."""

    person: str
    title: str
    is_undone: bool = False


TITLES = {
    "Science fiction reboots": ("Star Wars", "Star Trek", "Dune"),
    "Space horror": ("Aliens", "Alien"),
    "Comedy": ("Airplane!",),
    "Nature": ("Planet Earth",),
}
"""The titles of each category; here each title is in one."""

EARLIER = (
    Step("Bea", "Airplane!"),
    Step("Bea", "Star Trek"),
    Step("Cem", "Dune"),
    Step("Cem", "Airplane!"),
    Step("Dee", "Alien"),
    Step("Dee", "Airplane!"),
    Step("Eli", "Planet Earth"),
)
"""What was chosen before Simon came."""

SIMON = (
    Step("Simon", "Alien"),
    Step("Simon", "Star Wars"),
    Step("Simon", "Star Trek"),
    Step("Simon", "Planet Earth"),
    Step("Simon", "Star Trek"),
    Step("Simon", "Star Trek", is_undone=True),
)
"""What Simon does, one after the other; the second time Star Trek is a repeat, and then it is undone."""

ANN_PICKS, FAY_PICKS = "Aliens", "Planet Earth"
"""What Ann and Fay look up at each point; looking up chooses nothing."""

CATALOGUE = Catalogue(
    items=tuple(title for titles in TITLES.values() for title in titles),
    titles=tuple(title for titles in TITLES.values() for title in titles),
    categories=tuple(TITLES),
    membership=tuple((number,) for number, titles in enumerate(TITLES.values()) for _ in titles),
)
"""The titles are their own ids."""


def memory_of(*steps: Step) -> Memory:
    """Make the memory as it is after some steps, done in their order."""
    memory = Memory.build(CATALOGUE, [], [], [], [])
    for moment, step in enumerate(steps):
        deed(memory, step, moment)
    return memory


def deed(memory: Memory, step: Step, moment: float) -> list[tuple[str, str, int, int]]:
    """Do a step; name the cells off the diagonal that it moved, with their co-choices before and after."""
    item = CATALOGUE.number(step.title)
    moved = memory.undo(step.person, item) if step.is_undone else memory.choose(step.person, item, moment)
    names = CATALOGUE.categories
    return [
        (names[cell.row], names[cell.column], cell.before, cell.after)
        for cell in moved
        if cell.row != cell.column
    ]
