"""The recommender measured by command or button: on which choices, against what, kept with who and when."""

import pytest

from data.demo import generate_demo
from services import log
from services.recommender import catalogue, quality
from services.recommender.quality import NotEnough
from services.roles import NotPermitted
from tests.services.film_town import ANN, FAY, MIA, settle_films
from tests.services.small_town import settle_town


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    town = settle_town(folder)
    files = generate_demo(folder / "files", customers=400)
    catalogue.load(town, FAY, files.catalogue, files.choices)
    return town


@pytest.fixture(scope="module")
def found(demo):
    return quality.evaluate(demo, MIA)


def test_a_measurement_says_on_what_by_whom_and_against_what(demo, found):
    assert [split.name for split in found.splits] == ["time", "random"]
    head, by_time, by_lot = found.words
    on = f"{found.choices:,} choices of {found.persons} people"
    assert head == f"Measured on {found.measured:%d %B %Y} by Mia, on {on}."
    assert "each person's newest choices set aside" in by_time
    assert "which flatters" in by_lot
    for split in found.splits:
        assert split.learnt + split.set_aside <= found.choices
        assert 0 < split.people <= found.persons
        assert {"items", "popularity", "random"} <= {row.ranker for row in split.rows}
        for row in split.rows:
            assert min(row.precision, row.recall, row.ndcg, row.map, row.coverage) >= 0
            assert sum(group.people for group in row.groups) == split.people


def test_the_last_measurement_is_kept_and_everybody_may_read_it(demo, found):
    assert quality.last(demo, ANN) == found
    [entry] = [one for one in log.page(demo, MIA, limit=20).entries if one.kind == "evaluation"]
    assert entry.text == f"Mia measured the recommender on {max(one.people for one in found.splits)} people."
    assert entry.payload["splits"][0]["rows"][0]["ndcg"] == found.splits[0].rows[0].ndcg


def test_the_same_choices_and_seed_give_the_same_figures(demo, found):
    assert quality.evaluate(demo, FAY).splits == found.splits


def test_who_may_not_measure_does_not_and_before_there_is_none(tmp_path):
    films = settle_films(tmp_path)
    assert quality.last(films, ANN) is None
    with pytest.raises(NotPermitted, match="may not evaluate recommender"):
        quality.evaluate(films, ANN)
    assert quality.last(films, ANN) is None


def test_too_few_choices_are_told_and_nothing_is_kept(tmp_path):
    films = settle_films(tmp_path)
    for person, item in (("bea", "airplane"), ("cem", "dune"), ("dee", "alien")):
        films.store.undo_choice("town", f"customer:{person}", item, key=f"undo {person}", actor="u-1")
    head = films.store.head()
    with pytest.raises(NotEnough, match="Evaluate once people have chosen more"):
        quality.evaluate(films, MIA)
    assert quality.last(films, ANN) is None
    assert films.store.head() == head
