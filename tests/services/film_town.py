"""The worked example of the recommender as an installation: seven titles, four categories, earlier people."""

from __future__ import annotations

import atexit
import shutil
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from config.settings import Settings
from data.store import ItemRow
from services.installation import Installation
from services.recommender import choosing
from services.roles import Actor
from tests.services.small_town import settle_town

NAME = "town"
BEGAN = datetime(2026, 10, 1, 12, tzinfo=UTC)

SR, SH, CO, NA = "Science fiction reboots", "Space horror", "Comedy", "Nature"
ITEMS = {
    "star-wars": ("Star Wars", (SR,)),
    "star-trek": ("Star Trek", (SR,)),
    "dune": ("Dune", (SR,)),
    "aliens": ("Aliens", (SH,)),
    "alien": ("Alien", (SH,)),
    "airplane": ("Airplane!", (CO,)),
    "planet-earth": ("Planet Earth", (NA,)),
}
EARLIER = (
    ("bea", ("airplane", "star-trek")),
    ("cem", ("dune", "airplane")),
    ("dee", ("alien", "airplane")),
    ("eli", ("planet-earth",)),
)

SIMON = Actor("u-11", "Simon", "viewer")
ANN = Actor("u-12", "Ann", "viewer")
FAY = Actor("u-13", "Fay", "analyst")
MIA = Actor("u-14", "Mia", "manager")


@cache
def _made() -> TemporaryDirectory[str]:
    """Make the town with its titles once a process; tests get copies, which takes a tenth of the time."""
    folder = TemporaryDirectory(prefix="films-")
    atexit.register(folder.cleanup)
    installation = settle_town(Path(folder.name))
    put_films(installation)
    installation.store.dispose()
    return folder


def settle_films(folder) -> Installation:
    """Load the titles into the small town, and what the four earlier people chose."""
    shutil.copytree(Path(_made().name) / "var", folder / "var")
    return Installation(Settings(var=folder / "var", database_url=None))


def put_films(installation: Installation) -> None:
    installation.store.put_catalogue(
        NAME, (SR, SH, CO, NA), [ItemRow(key, title, inside) for key, (title, inside) in ITEMS.items()]
    )
    for person, chosen in EARLIER:
        for place, item in enumerate(chosen):
            installation.store.record_choice(
                NAME, f"customer:{person}", item, key=f"{person}-{item}",
                moment=BEGAN + timedelta(minutes=place), source="api", actor="system",
            )  # fmt: skip


def choose(installation: Installation, actor: Actor, item: str, key: str | None = None):
    """Choose with a key of its own."""
    return choosing.choose(installation, actor, item, key=key or f"{actor.id}-{item}")
