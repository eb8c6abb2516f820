"""The table of categories as people read it: ordered so that blocks show, and cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from services.recommender import settings, words
from services.recommender.memory import Remembered, recalled
from services.recommender.settings import Setting
from services.recommender.shown import Table
from services.roles import Actor, require

if TYPE_CHECKING:
    import numpy as np

    from services.installation import Installation

SHOWN = 24
"""Categories in a table that still can be read."""


class NoSuchCategory(LookupError):
    """The catalogue has no category of this name; the message names some."""


def table(
    installation: Installation, actor: Actor, *, wanted: Sequence[str] = (), most: int = SHOWN
) -> Table:
    """Give the table, ordered so that categories chosen together stand together.

    Parameters
    ----------
    wanted : sequence of str
        Categories that are in it whatever the others are.
    most : int
        Categories in it at most; of more, those with the most co-choices.
    """
    import numpy as np

    from models.cooccurrence.seriation import order_of

    require(actor, "see-recommendations")
    setting, _revision = settings.current(installation)
    with recalled(installation) as held:
        names = held.memory.catalogue.categories
        off = held.memory.cells.counts.copy()
        np.fill_diagonal(off, 0)
        shown = _shown(off, [names.index(one) for one in wanted if one in names], max(most, 1))
        order = [shown[place] for place in order_of(off[np.ix_(shown, shown)])]
        return Table(
            categories=tuple(names[one] for one in order),
            counts=_rows(held.memory.cells.counts, order, setting),
            people=_rows(held.memory.cells.people, order, setting),
            settings=settings.words(setting),
            choices=int(held.memory.histories.popularity.sum()),
            persons=held.memory.histories.people,
            left_out=len(names) - len(order),
        )


def cell(installation: Installation, actor: Actor, a: str, b: str) -> str:
    """Read one cell of the table; NoSuchCategory where one of the names is none."""
    require(actor, "see-recommendations")
    setting, _revision = settings.current(installation)
    with recalled(installation) as held:
        row, column = _category(held, a), _category(held, b)
        names = held.memory.catalogue.categories
        if row == column and not setting.allow_self:
            return words.diagonal(names[row])
        cells = held.memory.cells
        return words.cell(
            names[row], names[column], int(cells.counts[row, column]), int(cells.people[row, column])
        )


def _shown(off: np.ndarray, wanted: list[int], most: int) -> list[int]:
    import numpy as np

    by_co_choices = np.argsort(-off.sum(axis=1), kind="stable")
    return sorted(list(dict.fromkeys([*wanted, *map(int, by_co_choices)]))[:most])


def _rows(values: np.ndarray, order: list[int], setting: Setting) -> tuple[tuple[int | None, ...], ...]:
    return tuple(
        tuple(
            None if row == column and not setting.allow_self else int(values[row, column]) for column in order
        )
        for row in order
    )


def _category(held: Remembered, name: str) -> int:
    names = held.memory.catalogue.categories
    wanted = " ".join(name.split()).casefold()
    for place, called in enumerate(names):
        if called.casefold() == wanted:
            return place
    some = ", ".join(names[:10]) + (" ..." if len(names) > 10 else "")
    raise NoSuchCategory(f"There is no category {name!r}: there are {some or 'none yet'}.")
