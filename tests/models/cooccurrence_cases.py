"""Small catalogues and choices drawn at random, and the rule counted out the long way."""

import csv

import numpy as np
from hypothesis import strategies as st

from models.cooccurrence.catalogue import Catalogue
from models.cooccurrence.memory import Memory

PEOPLE = ("Ada", "Bo", "Cy")


def catalogue_of(*membership, categories=None):
    """Name items i0, i1 ...; items 0 and 2, 1 and 3 ... have the same title."""
    most = max((number for numbers in membership for number in numbers), default=-1) + 1
    names = tuple(f"c{number}" for number in range(most if categories is None else categories))
    items = tuple(f"i{number}" for number in range(len(membership)))
    return Catalogue(items, tuple("ab"[number % 2] for number in range(len(items))), names, membership)


@st.composite
def stories(draw):
    """Draw a catalogue, and what is done with it in an order of its own: (person, item, moment, is_undone).

    Items are in none to three of the categories; among the deeds are repeats and undos of nothing.
    """
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    items, categories = draw(st.sampled_from([1, 2, 5, 6, 8])), draw(st.sampled_from([0, 1, 3, 4, 5]))
    several = random.choice([0, 1, 1, 1, 1, 2, 2, 3], items)
    chosen = [random.permutation(categories)[:most].tolist() for most in several]
    catalogue = catalogue_of(*(tuple(sorted(numbers)) for numbers in chosen), categories=categories)
    done = [
        (
            PEOPLE[random.integers(3)],
            int(random.integers(items)),
            float(random.integers(6)),
            random.random() < 0.2,
        )
        for _ in range(draw(st.sampled_from([0, 3, 10, 20, 30])))
    ]
    return catalogue, done


def left_of(done):
    """Say what is left of deeds: per person the moments by item."""
    left = {}
    for person, item, moment, is_undone in done:
        history = left.setdefault(person, {})
        if is_undone:
            history.pop(item, None)
        else:
            history.setdefault(item, moment)
    return left


def built(catalogue, left, dense=None):
    """Build a memory of what is left."""
    names = sorted(left)
    rows = [(names.index(who), item, moment) for who in names for item, moment in left[who].items()]
    person, item, moment = np.array(rows).reshape(len(rows), 3).T
    return Memory.build(catalogue, names, person, item, moment, dense=dense)


def lived(catalogue, done, dense=None):
    """Let a memory that starts empty live through deeds."""
    memory = Memory.build(catalogue, [], [], [], [], dense=dense)
    for person, item, moment, is_undone in done:
        if is_undone:
            memory.undo(person, item)
        else:
            memory.choose(person, item, moment)
    return memory


def counted_out(catalogue, left):
    """Count the tables choice by choice, as the rule says: co-choices, people, people of pairs."""
    size, items = len(catalogue.categories), len(catalogue.items)
    counts, people, pairs = (np.zeros((n, n), int) for n in (size, size, items))
    for history in left.values():
        own, before = np.zeros((size, size), int), []
        for chosen in sorted(history):
            for earlier in before:
                pairs[chosen, earlier] += 1
                pairs[earlier, chosen] += 1
                for c in catalogue.membership[chosen]:
                    for d in catalogue.membership[earlier]:
                        own[c, d] += 1
                        if c != d:
                            own[d, c] += 1
            before.append(chosen)
        counts += own
        people += own > 0
    return counts, people, pairs


def rows_of(memory):
    """Give the item table whole."""
    return np.array([memory.pairs.row(item) for item in range(len(memory.catalogue.items))])


def movielens(folder):
    """Read ml-100k: its catalogue, and user, item and moment of each choice."""
    with open(folder / "ml-100k" / "u.item", encoding="latin-1") as file:
        films = list(csv.reader(file, delimiter="|", quoting=csv.QUOTE_NONE))
    genres = (folder / "ml-100k" / "u.genre").read_text(encoding="latin-1").split()
    catalogue = Catalogue(
        items=tuple(film[0] for film in films),
        titles=tuple(film[1] for film in films),
        categories=tuple(genre.split("|")[0] for genre in genres),
        membership=tuple(tuple(n for n, mark in enumerate(film[5:]) if mark == "1") for film in films),
    )
    user, item, _, moment = np.loadtxt(folder / "ml-100k" / "u.data", dtype=np.int64).T
    return catalogue, user - 1, item - 1, moment.astype(float)
