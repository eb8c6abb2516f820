"""Replays of recommendations and draws: the same list comes out, whatever was chosen or set since."""

import pytest

from services import log
from services.recommender import answers, choosing, delegation, settings
from services.replay import replay
from tests.services.film_town import ANN, FAY, MIA, NAME, SIMON, choose, settle_films


@pytest.fixture
def films(tmp_path):
    return settle_films(tmp_path)


def latest(films, kind):
    return log.page(films, MIA, log.EntryFilter(kinds=(kind,))).entries[0]


def test_a_list_comes_out_again_though_much_was_chosen_and_undone_since(films):
    for item in ("alien", "star-wars", "star-trek"):
        choose(films, SIMON, item)
    ann = answers.recommend(films, ANN, "aliens")
    choose(films, SIMON, "planet-earth")
    choose(films, FAY, "airplane")
    choosing.undo(films, SIMON, "star-wars", key="no-star-wars")
    choosing.undo(films, SIMON, "planet-earth", key="no-planet")
    assert answers.recommend(films, ANN, "aliens").items != ann.items
    assert replay(films, MIA, ann.entry).is_same is True


def test_settings_changed_since_and_hidden_titles_do_not_change_the_list_of_then(films):
    before = answers.recommend(films, ANN, "aliens")
    settings.change(films, MIA, {"ranker": "items", "list_length": 1}, settings.current(films)[1])
    choosing.hide(films, ANN, item="airplane")
    assert [one.title for one in answers.recommend(films, ANN, "aliens").items] != ["Airplane!"]
    assert replay(films, MIA, before.entry).is_same is True


def test_after_a_load_there_is_no_way_back_and_it_is_said(films):
    entry = answers.recommend(films, ANN, "aliens").entry
    films.store.load_choices(NAME, [("customer:new", "aliens", films.store.clock().timestamp())])
    found = replay(films, MIA, entry)
    assert found.is_same is None
    assert "loaded or categories changed since" in found.why_not


def test_why_not_has_no_list_to_replay(films):
    answers.why_not(films, ANN, "aliens", "alien")
    assert (
        "the list itself can be replayed" in replay(films, MIA, latest(films, "recommendation").seq).why_not
    )


def test_who_was_drawn_for_reads_the_entry_though_the_choice_is_keepsights(films):
    delegation.switch(films, ANN, True)
    delegation.choose_for_me(films, ANN, "aliens")
    entry = latest(films, "delegated-choice")
    assert log.one(films, ANN, entry.seq).who == "Keepsight"
    assert replay(films, ANN, entry.seq).is_same is True
    with pytest.raises(log.NoSuchEntry):
        log.one(films, SIMON, entry.seq)


def test_a_draw_by_lot_is_drawn_again(films):
    delegation.switch(films, ANN, True)
    drawn = delegation.choose_for_me(films, ANN, "aliens")
    entry = latest(films, "delegated-choice")
    assert entry.payload["id"] == drawn.id
    assert replay(films, MIA, entry.seq).is_same is True
