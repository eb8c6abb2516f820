"""The worked example of the rule, line by line."""

from itertools import permutations

import numpy as np
import pytest

from models.cooccurrence.rule import by_rule, popular, without_evidence
from models.cooccurrence.why_not import Kind, why_not
from models.cooccurrence.worked_example import (
    ANN_PICKS,
    CATALOGUE,
    EARLIER,
    FAY_PICKS,
    SIMON,
    Step,
    deed,
    memory_of,
)

SR, SH, CO, NA = range(4)
ALIEN, STAR_WARS, STAR_TREK, PLANET_EARTH, REPEAT, UNDO = (SIMON[:n] for n in range(1, 7))


def table(memory):
    """Give the co-choices of each pair of categories that has some."""
    counts = memory.cells.counts
    return {(c, d): int(counts[c, d]) for c in range(4) for d in range(c + 1, 4) if counts[c, d]}


def recommended(memory, picked):
    """Give the titles for a picked one, with co-choices and the people of the cells used."""
    found = by_rule(memory, CATALOGUE.number(picked), taken=())
    return [
        (CATALOGUE.titles[one.item], one.co_choices, [cell.people for cell in one.cells]) for one in found
    ]


def titles(memory, picked):
    return [title for title, *_ in recommended(memory, picked)]


def test_before_simon_comedy_goes_with_reboots_and_space_horror():
    assert table(memory_of(*EARLIER)) == {(SR, CO): 2, (SH, CO): 1}


def test_before_simon_ann_gets_airplane():
    assert recommended(memory_of(*EARLIER), ANN_PICKS) == [("Airplane!", 1, [1])]


@pytest.mark.parametrize(
    "done, moved",
    [
        (ALIEN, []),
        (STAR_WARS, [("Science fiction reboots", "Space horror", 0, 1)]),
        (STAR_TREK, [("Science fiction reboots", "Space horror", 1, 2)]),
        (PLANET_EARTH, [("Science fiction reboots", "Nature", 0, 2), ("Space horror", "Nature", 0, 1)]),
        (REPEAT, []),
        (
            UNDO,
            [("Science fiction reboots", "Space horror", 2, 1), ("Science fiction reboots", "Nature", 2, 1)],
        ),
    ],
)
def test_each_of_simons_choices_moves_its_cells(done, moved):
    *before, last = done
    assert deed(memory_of(*EARLIER, *before), last, 99.0) == moved


@pytest.mark.parametrize(
    "done, cells",
    [
        (ALIEN, {}),
        (STAR_WARS, {(SR, SH): 1}),
        (STAR_TREK, {(SR, SH): 2}),
        (PLANET_EARTH, {(SR, SH): 2, (SR, NA): 2, (SH, NA): 1}),
        (REPEAT, {(SR, SH): 2, (SR, NA): 2, (SH, NA): 1}),
        (UNDO, {(SR, SH): 1, (SR, NA): 1, (SH, NA): 1}),
    ],
)
def test_the_table_after_each_of_simons_choices(done, cells):
    assert table(memory_of(*EARLIER, *done)) == {(SR, CO): 2, (SH, CO): 1} | cells


def test_after_simon_ann_gets_the_reboots_first_with_their_evidence():
    assert recommended(memory_of(*EARLIER, *STAR_TREK), ANN_PICKS) == [
        ("Star Trek", 2, [1]),
        ("Dune", 2, [1]),
        ("Star Wars", 2, [1]),
        ("Airplane!", 1, [1]),
    ]


def test_alien_is_absent_for_its_category_and_planet_earth_for_want_of_evidence():
    memory = memory_of(*EARLIER, *STAR_TREK)
    picked = CATALOGUE.number(ANN_PICKS)
    alien, planet_earth = (
        why_not(memory, picked, CATALOGUE.number(title), taken=()) for title in ("Alien", "Planet Earth")
    )
    assert (alien.kind, alien.categories) == (Kind.SHARES_CATEGORY, (SH,))
    assert planet_earth.kind == Kind.NO_EVIDENCE
    assert without_evidence(memory, picked) == [NA]


def test_fay_gets_nothing_by_evidence_and_popular_titles_of_other_categories():
    memory, picked = memory_of(*EARLIER, *STAR_TREK), CATALOGUE.number(FAY_PICKS)
    assert titles(memory, FAY_PICKS) == []
    assert without_evidence(memory, picked) == [SR, SH, CO]
    shown = [CATALOGUE.titles[item] for item in popular(memory, picked, taken=())]
    assert shown == ["Airplane!", "Alien", "Star Trek", "Dune", "Star Wars"]


def test_after_simon_picked_planet_earth_fay_gets_what_he_chose_before_the_rest():
    assert recommended(memory_of(*EARLIER, *PLANET_EARTH), FAY_PICKS) == [
        ("Star Trek", 2, [1]),
        ("Star Wars", 2, [1]),
        ("Dune", 2, [1]),
        ("Alien", 1, [1]),
        ("Aliens", 1, [1]),
    ]


def test_any_order_of_events_gives_the_same_table():
    choices = (*EARLIER, *SIMON[:4])
    expected, random = memory_of(*choices).cells, np.random.default_rng(1)
    orders = [*(EARLIER + order for order in permutations(SIMON[:4]))]
    orders += [tuple(choices[n] for n in random.permutation(len(choices))) for _ in range(50)]
    for order in orders:
        found = memory_of(*order).cells
        assert (found.counts == expected.counts).all()
        assert (found.people == expected.people).all()


def test_undoing_all_that_simon_did_gives_the_table_from_before_him():
    undone = [Step("Simon", step.title, is_undone=True) for step in PLANET_EARTH]
    assert table(memory_of(*EARLIER, *PLANET_EARTH, *undone)) == {(SR, CO): 2, (SH, CO): 1}
