"""MovieLens as catalogue and choices; the files are GroupLens', for research, and stay where they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from bench.measure import Unavailable, shared_data
from models.cooccurrence.catalogue import Catalogue
from models.cooccurrence.evaluation import Choices


@dataclass(frozen=True)
class Films:
    """A catalogue, its choices, and the raw pairs they were read from (userID, itemID, maybe more)."""

    catalogue: Catalogue
    choices: Choices
    pairs: pd.DataFrame


def ml_100k() -> Films:
    """Read 100,000 choices with times of 943 people, and 1,682 films in 19 genres."""
    folder = _folder("ml-100k")
    genres = tuple(pd.read_csv(folder / "u.genre", sep="|", header=None, encoding="latin-1")[0])
    films = pd.read_csv(folder / "u.item", sep="|", header=None, encoding="latin-1")
    marks = films.iloc[:, 5:].to_numpy(dtype=bool)
    membership = tuple(tuple(np.flatnonzero(row).tolist()) for row in marks)
    catalogue = Catalogue(tuple(films[0].astype(str)), tuple(films[1]), genres, membership)
    names = ["userID", "itemID", "rating", "timestamp"]
    return _films(catalogue, pd.read_csv(folder / "u.data", sep="\t", names=names))


def ml_1m() -> Films:
    """Read 1,000,209 choices of 6,040 people, and their 3,706 films in 18 genres; the row is the time."""
    folder = _folder("ml-1m")
    pairs = pd.read_csv(folder / "ratings_pairs.csv.gz").set_axis(["userID", "itemID"], axis=1)
    films = pd.read_csv(folder / "movies.dat", sep="::", engine="python", header=None, encoding="latin-1")
    films = films[films[0].isin(pairs["itemID"])]
    inside = [text.split("|") for text in films[2]]
    genres = tuple(sorted({genre for names in inside for genre in names}))
    membership = tuple(tuple(sorted(map(genres.index, names))) for names in inside)
    return _films(Catalogue(tuple(films[0].astype(str)), tuple(films[1]), genres, membership), pairs)


def choices_of(catalogue: Catalogue, pairs: pd.DataFrame) -> Choices:
    """Turn pairs into numbers: people in order of their first row, items by the catalogue."""
    person, users = pd.factorize(pairs["userID"])
    item = pd.Index(catalogue.items).get_indexer(pairs["itemID"].astype(str))
    moment = (
        pairs["timestamp"].to_numpy(float) if "timestamp" in pairs else np.arange(len(pairs), dtype=float)
    )
    return Choices(list(map(str, users)), person.astype(np.int32), item.astype(np.int32), moment)


def split_path(split: str) -> Path:
    """Find the rows that the peer learnt from."""
    folder = _folder("ml-100k") / "split-sar"
    return folder / {"random": "train.csv.gz", "time": "chrono/train.csv.gz"}[split]


def _films(catalogue: Catalogue, pairs: pd.DataFrame) -> Films:
    return Films(catalogue, choices_of(catalogue, pairs), pairs)


def _folder(name: str) -> Path:
    folder = shared_data() / name
    if not folder.is_dir():
        raise Unavailable(f"{name} is not here: {folder}")
    return folder
