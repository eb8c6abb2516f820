"""In each state of their switches, what the recommender says and whether Keepsight chooses for people."""

from datetime import UTC, datetime

import pytest

from services import control, control_drill, control_people, control_room
from services.control_states import MASTER, STATES
from services.recommender import answers, delegation, offers
from services.recommender.delegation import DelegationRefused
from services.replay.replaying import replay
from services.roles import SYSTEM
from tests.services.film_town import ANN, MIA, SIMON, choose, settle_films
from tests.services.offer_town import furnish
from tests.services.scenario_town import settle as settle_customers

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
WHY = "It is a test."
STOPPED = STATES[1:]


@pytest.fixture
def films(tmp_path):
    films = settle_films(tmp_path)
    films.store.clock = lambda: NOON
    for item in ("alien", "star-wars", "star-trek"):
        choose(films, SIMON, item)
    delegation.switch(films, ANN, True)
    return films


def throw(films, state, subsystem="recommender"):
    if state != "on":
        control_room.switch(films, MIA, subsystem, state, WHY)


def test_while_it_is_on_titles_are_recommended_and_drawn(films):
    assert answers.recommend(films, ANN, "aliens").items
    assert delegation.choose_for_me(films, ANN, "aliens").of == 4


@pytest.mark.parametrize("state", STOPPED)
@pytest.mark.parametrize("subsystem", ["recommender", MASTER])
def test_a_stopped_recommender_says_why_and_recommends_nothing(films, state, subsystem):
    throw(films, state, subsystem)
    found = answers.recommend(films, ANN, "aliens")
    assert found.items == () and found.absent == ""
    assert "by Mia: It is a test." in found.nothing
    assert [one.title for one in found.popular][:1] == (["Airplane!"] if state == "fail-safe" else [])
    assert answers.why_not(films, ANN, "aliens", "dune") == found.nothing
    with pytest.raises(DelegationRefused, match="by Mia"):
        delegation.choose_for_me(films, ANN, "aliens")


@pytest.mark.parametrize("state", STATES)
def test_the_table_of_choices_and_what_people_chose_are_facts_and_stay(films, state):
    throw(films, state, MASTER)
    assert answers.table(films, ANN).choices == answers.start(films, SIMON).choices > 0
    choose(films, ANN, "dune")
    assert [one.item for one in answers.start(films, ANN).own] == ["dune"]


@pytest.mark.parametrize("state", STOPPED)
def test_delegation_stops_by_its_own_switch_while_titles_are_recommended(films, state):
    throw(films, state, "delegation")
    with pytest.raises(DelegationRefused, match="Delegated choices were"):
        delegation.choose_for_me(films, ANN, "aliens")
    assert answers.recommend(films, ANN, "aliens").items


def test_who_hides_model_output_gets_no_recommendation_and_others_do(films):
    control_people.hide(films, ANN)
    assert answers.recommend(films, ANN, "aliens").items == ()
    assert answers.recommend(films, SIMON, "planet-earth") is not None
    with pytest.raises(DelegationRefused, match="hidden model output for yourself"):
        delegation.choose_for_me(films, ANN, "aliens")
    control_people.show(films, ANN)
    assert answers.recommend(films, ANN, "aliens").items


def test_an_answer_that_was_stopped_is_on_record_as_such_and_not_replayed(films):
    before = answers.recommend(films, ANN, "aliens").entry
    throw(films, "paused")
    stopped = answers.recommend(films, ANN, "aliens").entry
    assert replay(films, MIA, before).is_same
    assert "the control room had it paused" in replay(films, MIA, stopped).why_not


@pytest.mark.parametrize("subsystem", ["recommender", "delegation", MASTER])
def test_a_drill_shows_that_each_state_changes_what_comes_out(films, subsystem):
    assert all(one.why_not == "" for one in control_room.lines(films) if one.subsystem == subsystem)
    found = control_drill.run(films, MIA, subsystem, "The monthly drill.")
    assert found.worked, found
    assert control.state(films, subsystem).state == "on"
    assert not answers.start(films, SYSTEM).is_delegating, "the drill leaves nothing switched on"


@pytest.mark.parametrize("state", STOPPED)
def test_no_offer_is_ranked_while_the_recommender_is_stopped(tmp_path, state):
    town = settle_customers(tmp_path, rows=400)
    furnish(town)
    key = town.warehouse.current_table(town.dataset().snapshot)["key"].iloc[0]
    assert offers.for_customer(town, MIA, key).offers
    throw(town, state)
    found = offers.for_customer(town, MIA, key)
    assert found.offers == () and "Recommender was" in found.nothing
