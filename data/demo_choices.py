"""The synthetic demo's catalogue of titles and offers, and choices with planted co-occurrences.

What is planted stands in docs/demo.md. Seven titles of the worked example are names of real films; every
other title is invented, and so is every choice.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from data.demo_offers import MOVES, OFFERS, Offer, taken

REBOOTS, HORROR, COMEDY, NATURE = "Science fiction reboots", "Space horror", "Comedy", "Nature"
CRIME, HISTORY, ROMANCE, FAMILY = "Crime and mystery", "History", "Romance", "Family animation"
FOOD, MUSIC = "Cooking and travel", "Music and dance"
CATEGORIES = (REBOOTS, HORROR, COMEDY, NATURE, CRIME, HISTORY, ROMANCE, FAMILY, FOOD, MUSIC)
SEPARATOR = "; "  # between the categories of one title, in the file

# Titles whose only category is the one named, the most popular first.
_TITLES: dict[str, tuple[str, ...]] = {
    REBOOTS: (
        "Star Wars",
        "Star Trek",
        "Dune",
        "Captain Meridian Returns",
        "The Brass Moons",
        "Robot Parish",
        "Orbit Nine: Again",
    ),
    HORROR: (
        "Aliens",
        "Alien",
        "The Cold Airlock",
        "Something in Hold Six",
        "Dead Relay",
        "The Hollow Probe",
    ),
    COMEDY: (
        "Airplane!",
        "Two Left Umbrellas",
        "The Wrong Wedding Cake",
        "Minutes of the Meeting",
        "My Landlord the Duke",
        "Cousin Ferdinand",
        "Bring Your Own Goat",
    ),
    NATURE: (
        "Planet Earth",
        "The Slow River",
        "Wings over Salt",
        "A Year in the Hedge",
        "Kelp Forest",
        "The Last Lynx Valley",
        "Night of the Moths",
    ),
    CRIME: (
        "The Harbour Ledger",
        "Inspector Valden",
        "A Key for Room Four",
        "The Quiet Juror",
        "Nine Letters",
        "The Glass Alibi",
        "Fog on Pier Street",
    ),
    HISTORY: (
        "The Salt Kings",
        "Lanterns of the Guild",
        "Bridge Builders",
        "The Map Thieves",
        "A Crown on Credit",
        "Plough and Printing Press",
    ),
    ROMANCE: (
        "Letters from Platform Two",
        "The Lighthouse Summer",
        "Almost Always Tuesday",
        "A Dance Card for June",
        "The Bookbinder's Niece",
        "Second Spring",
    ),
    FAMILY: (
        "Pip and the Paper Boat",
        "The Clockwork Hedgehog",
        "Grandmother's Dragon",
        "Tilda Can Fly",
        "The Sleepy Comet",
        "Five Small Foxes",
        "Button Town",
    ),
    FOOD: (
        "Bread of Seven Valleys",
        "The Night Market",
        "One Pan, Ten Towns",
        "The Pepper Road",
        "Slow Trains, Good Soup",
        "Islands by Ferry",
    ),
    MUSIC: (
        "The Understudy's Song",
        "Four Strings",
        "Tango for Beginners",
        "The Choir on Mill Lane",
        "Backstage, Wednesday",
        "Drums of the North",
    ),
}
_IN_SEVERAL: dict[str, tuple[str, ...]] = {
    "Lost in the Laugh Nebula": (REBOOTS, COMEDY),
    "The Ship That Screamed Twice": (REBOOTS, HORROR),
    "Murder at the Improv": (COMEDY, CRIME),
    "Love, Actuarially": (COMEDY, ROMANCE),
    "The Otter Who Sang": (FAMILY, MUSIC),
    "Cubs of the High Meadow": (FAMILY, NATURE),
    "The Forager's Table": (NATURE, FOOD),
    "The Poisoned Court": (HISTORY, CRIME),
    "Waltz in Exile": (HISTORY, ROMANCE, MUSIC),
    "Supper with the Salt Kings": (HISTORY, FOOD),
}

# Who likes what: each chooser has one taste and chooses its categories TASTE_FACTOR times as often.
TASTES: dict[str, tuple[tuple[str, ...], float]] = {
    "space": ((REBOOTS, HORROR), 0.30),
    "outdoors": ((NATURE, FOOD), 0.22),
    "puzzles": ((CRIME, HISTORY), 0.20),
    "light": ((COMEDY, ROMANCE), 0.16),
    "home": ((FAMILY, MUSIC), 0.12),
}
TASTE_FACTOR = 6.0

# Who chose the first also chooses the second with this further probability, whatever the taste.
PLANTED_PAIRS: tuple[tuple[str, str, float], ...] = (
    ("Alien", "Star Wars", 0.45),
    ("Aliens", "Dune", 0.40),
    ("Planet Earth", "The Night Market", 0.40),
    ("The Salt Kings", "The Glass Alibi", 0.35),
    ("Airplane!", "Letters from Platform Two", 0.30),
    ("Pip and the Paper Boat", "Kelp Forest", 0.35),
)

MOST_CHOOSERS = 20_000  # enough for the recommender; a million customers would choose 3 million times
MIDDLE_RANK = 3  # of titles in several categories
MEAN_LIKING = 0.045  # mean probability of a title over all choosers, before tastes and pairs


def titles() -> dict[str, tuple[str, ...]]:
    """Give every title with its categories, in the order of the catalogue."""
    single = {title: (category,) for category, names in _TITLES.items() for title in names}
    return single | _IN_SEVERAL


def write_catalogue(path: Path) -> None:
    """Write titles, then offers: item, title, categories (joined by ``SEPARATOR``), what an offer moves."""
    blank = (None,) * len(MOVES)
    rows = [
        (_item(number), title, SEPARATOR.join(names), *blank)
        for number, (title, names) in enumerate(titles().items())
    ]
    offers = ((one.offer, one.title, one.category, *(getattr(one, name) for name in MOVES)) for one in OFFERS)
    _write_rows(path, ("item", "title", "categories", *MOVES), (*rows, *offers))


def write_offers(path: Path) -> None:
    """Write the retention offers; exactly one of ``change`` and ``level`` is filled."""
    header = tuple(name for name in Offer.__dataclass_fields__ if name != "category")
    _write_rows(path, header, (tuple(getattr(offer, name) for name in header) for offer in OFFERS))


def write_choices(
    path: Path,
    rng: np.random.Generator,
    offer_rng: np.random.Generator,
    ids: pa.Array,
    starts: Sequence[date],
    joined: np.ndarray,
    last: np.ndarray,
) -> None:
    """Write each chooser's choices in the order of time: user, item, time (UTC).

    Parameters
    ----------
    path : Path
    rng, offer_rng : numpy Generator
        Of titles, and of offers: what is drawn of offers leaves the choices of titles as they are.
    ids : Array of shape (customers,)
        Ids of the customers; at most ``MOST_CHOOSERS`` of them, drawn at random, choose.
    starts : sequence of date
        First day of each month.
    joined, last : ndarray of shape (customers,)
        First and last month of each customer, from 0; nothing is chosen outside of these.
    """
    choosers = np.sort(rng.choice(len(ids), min(len(ids), MOST_CHOOSERS), replace=False))
    taste, chosen = _chosen(rng, len(choosers))
    span = np.array(starts, dtype="datetime64[s]"), joined, np.minimum(last, len(starts) - 1)
    named = dict(zip(titles(), chosen.T, strict=True))
    offered = taken(offer_rng, np.array(list(TASTES))[taste], named)
    titles_by = _moments(rng, choosers, chosen, *span)
    offers_by = _moments(offer_rng, choosers, offered, *span)
    user, item, times = (np.concatenate(both) for both in zip(titles_by, offers_by, strict=True))
    item[len(titles_by[1]) :] += len(named)
    order = np.lexsort((item, user, times))
    items = pa.array([*(_item(number) for number in range(len(named))), *(one.offer for one in OFFERS)])
    table = pa.table(
        {
            "user": ids.take(pa.array(user[order])),
            "item": items.take(pa.array(item[order])),
            "time": pc.strftime(pa.array(times[order]), format="%Y-%m-%dT%H:%M:%SZ"),
        }
    )
    _in_place(path, lambda unfinished: arrow_csv.write_csv(table, unfinished))


def _moments(
    rng: np.random.Generator,
    choosers: np.ndarray,
    chosen: np.ndarray,
    starts: np.ndarray,
    joined: np.ndarray,
    last: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw when each choice was made, in the months of the customer: user, item, time, one each a choice."""
    person, item = np.nonzero(chosen)
    user = choosers[person]
    month = rng.integers(joined[user], last[user] + 1)
    # 28 days are in every month, so a choice never falls into the next.
    seconds = rng.integers(0, 28 * 24 * 3600, len(user))
    return user, item, starts[month] + seconds


def _chosen(rng: np.random.Generator, choosers: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw each chooser's taste, and who chooses what: of shape (choosers, titles), True where chosen."""
    catalogue = titles()
    position = {title: n for n, title in enumerate(catalogue)}
    liking = _liking(catalogue)
    taste = rng.choice(len(TASTES), choosers, p=[share for _, share in TASTES.values()])
    chosen = rng.random((choosers, len(catalogue))) < liking[taste]
    for seed_title, follower, share in PLANTED_PAIRS:
        follows = chosen[:, position[seed_title]] & (rng.random(choosers) < share)
        chosen[:, position[follower]] |= follows
    return taste, chosen


def _liking(catalogue: dict[str, tuple[str, ...]]) -> np.ndarray:
    """Give the probability of each title by taste, of shape (tastes, titles)."""
    ranks = {title: rank for names in _TITLES.values() for rank, title in enumerate(names)}
    popularity = np.array([1 / (ranks.get(title, MIDDLE_RANK) + 2) for title in catalogue])
    liked = [[bool(set(names) & set(own)) for names in catalogue.values()] for own, _ in TASTES.values()]
    weight = popularity * np.where(liked, TASTE_FACTOR, 1.0)
    shares = np.array([share for _, share in TASTES.values()])
    return np.minimum(weight * MEAN_LIKING / (shares @ weight).mean(), 0.9)


def _item(number: int) -> str:
    return f"T-{number + 1:03d}"


def _write_rows(path: Path, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    def write(unfinished: Path) -> None:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)

    _in_place(path, write)


def _in_place(path: Path, write: Callable[[Path], None]) -> None:
    """Write beside the file, then take its name: nobody reads half a file."""
    unfinished = path.with_name(path.name + ".part")
    write(unfinished)
    os.replace(unfinished, path)
