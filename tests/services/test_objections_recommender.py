"""Who objects to profiling is recommended nothing, and nothing is learned from what they chose."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services import customers, objections, replay
from services.installation import Installation
from services.recommender import answers, checking, choosing
from services.recommender.memory import rebuilt, recalled
from tests.services.film_town import FAY, MIA, settle_films

WORDS = "By phone: no more of this."
CHOSEN = {"A1": ("alien", "dune"), "A2": ("alien", "star-wars"), "A3": ("planet-earth",)}


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """Give the town of films, in which three customers chose as well."""
    installation = settle_films(tmp_path_factory.mktemp("films"))
    for key, items in CHOSEN.items():
        for item in items:
            choosing.choose(installation, FAY, item, key=f"{key}-{item}", customer=key)
    return installation


@pytest.fixture(autouse=True)
def nobody_objects_afterwards(films):
    yield
    for key in objections.excluded(films):
        objections.lift(films, FAY, key, WORDS)


def goes_with(installation, item):
    with recalled(installation) as held:
        number = held.memory.catalogue.number
        return {one: int(held.memory.pairs.row(number(item))[number(one)]) for one in ("dune", "star-wars")}


def test_what_an_objector_chose_is_forgotten_by_every_worker_and_learned_again(films):
    worker = Installation(films.set_up)
    assert goes_with(films, "alien") == goes_with(worker, "alien") == {"dune": 1, "star-wars": 1}
    objections.record(films, FAY, "A1", WORDS)
    assert goes_with(films, "alien") == goes_with(worker, "alien") == {"dune": 0, "star-wars": 1}
    assert checking.check(worker, MIA).is_equal
    choosing.choose(films, FAY, "star-wars", key="meanwhile", customer="A1")
    assert goes_with(worker, "alien") == {"dune": 0, "star-wars": 1}
    objections.lift(films, FAY, "A1", WORDS)
    assert goes_with(films, "alien") == goes_with(worker, "alien") == {"dune": 1, "star-wars": 2}
    assert checking.check(films, MIA).is_equal
    choosing.undo(films, FAY, "star-wars", key="not-any-more", customer="A1")


@settings(max_examples=15)
@given(steps=st.lists(st.sampled_from(["A1", "A2", "A3", "undo", "choose"]), max_size=8))
def test_in_any_order_what_is_in_memory_is_what_is_built_anew(films, steps):
    for number, step in enumerate(steps):
        standing = objections.excluded(films)
        if step == "choose":
            choosing.choose(films, FAY, "aliens", key=f"c{number}-{films.store.head().seq}", customer="A2")
        elif step == "undo":
            items = {item for item, _, _ in films.store.history("town", "customer:A2")}
            if "aliens" in items:
                choosing.undo(films, FAY, "aliens", key=f"u{number}-{films.store.head().seq}", customer="A2")
        elif step in standing:
            objections.lift(films, FAY, step, WORDS)
        else:
            objections.record(films, FAY, step, WORDS)
        with recalled(films) as held:
            anew = rebuilt(films.store, "town", films.left_out("town"))
            assert checking.differences("in memory", held.memory, anew.memory) == []


def test_an_objector_is_recommended_nothing_and_told_why(films):
    assert answers.recommend(films, FAY, "alien", customer="A2").items
    objections.record(films, FAY, "A2", WORDS)
    found = answers.recommend(films, FAY, "alien", customer="A2")
    assert not found.items and not found.popular and "objected to profiling" in found.nothing
    assert "objected to profiling" in answers.why_not(films, FAY, "alien", "dune", customer="A2")
    assert answers.recommend(films, FAY, "alien").items, "others are answered"
    assert customers.one(films, FAY, "A2").score is None


def test_lists_of_before_and_after_an_objection_replay_to_the_last_bit(films):
    entries = [answers.recommend(films, FAY, "alien").entry]
    objections.record(films, FAY, "A1", WORDS)
    entries.append(answers.recommend(films, FAY, "alien").entry)
    refused = answers.recommend(films, FAY, "alien", customer="A1").entry
    objections.lift(films, FAY, "A1", WORDS)
    entries.append(answers.recommend(films, FAY, "alien").entry)
    choosing.choose(films, FAY, "airplane", key="later", customer="A1")
    found = [replay.replay(films, MIA, seq) for seq in entries]
    assert [one.is_same for one in found] == [True, True, True], found
    assert "objected to profiling" in replay.replay(films, MIA, refused).why_not
    choosing.undo(films, FAY, "airplane", key="later still", customer="A1")
