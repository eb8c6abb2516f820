"""The recommender's settings: seen by all, changed by few, checked, revised one at a time, on record."""

import pytest

from data.store import RulesChanged
from services import log
from services.recommender import answers, settings
from services.recommender.settings import BadSetting, Setting
from services.roles import NotPermitted
from tests.services.film_town import ANN, FAY, MIA, settle_films


@pytest.fixture
def films(tmp_path):
    return settle_films(tmp_path)


def test_a_change_holds_from_the_next_answer_on_and_is_on_record_with_before_and_after(films):
    setting, revision = settings.change(films, MIA, {"least_people": 2, "allow_self": True}, 0)
    assert (setting, revision) == settings.current(films)
    assert (setting.least_people, setting.allow_self, revision) == (2, True, 1)
    [entry] = log.page(films, MIA, limit=1).entries
    assert (entry.kind, entry.payload["before"], entry.payload["after"]) == (
        "setting", {"allow_self": False, "least_people": 1}, {"allow_self": True, "least_people": 2},
    )  # fmt: skip
    assert entry.text == (
        "Mia changed how titles are recommended. Self-similarity: no, now yes; "
        "People needed as evidence: 1, now 2."
    )
    answer = answers.recommend(films, ANN, "aliens")
    assert "A pair of categories counts from 2 people on." in answer.settings
    assert log.one(films, ANN, answer.entry).payload["settings_revision"] == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"least_people": 0}, r"People needed as evidence \(least_people\) cannot be 0"),
        ({"list_length": 51}, "cannot be 51"),
        ({"damping": float("nan")}, "damping"),
        ({"half_life_days": -1}, "half_life_days"),
        ({"half_life_days": float("inf")}, "half_life_days"),
        ({"ranker": "magic"}, r"Ranked by \(ranker\) cannot be 'magic'"),
        ({"allow_self": "perhaps"}, "Self-similarity"),
        ({"no_such": 1}, "There is no setting 'no_such': there are ranker"),
        ({}, "These are the settings already"),
        ({"least_people": 1}, "These are the settings already"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(films, changes, words):
    before = settings.current(films), films.store.head()
    with pytest.raises(BadSetting, match=words):
        settings.change(films, MIA, changes, 0)
    assert (settings.current(films), films.store.head()) == before


def test_only_who_may_change_does(films):
    for actor in (ANN, FAY):
        with pytest.raises(NotPermitted, match="may not change recommender"):
            settings.change(films, actor, {"least_people": 2}, 0)
    assert settings.current(films) == (Setting(), 0)


def test_the_second_of_two_editors_is_told_and_overwrites_nothing(films):
    settings.change(films, MIA, {"least_people": 2}, 0)
    head = films.store.head()
    with pytest.raises(RulesChanged, match="revision 1, you saw 0"):
        settings.change(films, MIA, {"list_length": 5}, 0)
    assert settings.current(films)[0] == Setting(least_people=2)
    assert films.store.head() == head


def test_every_setting_is_in_the_words_people_read():
    for changes in ({}, {"ranker": "items"}, {"ranker": "items", "half_life_days": 30, "damping": 0.5}):
        said = " ".join(settings.words(Setting(**changes)))
        assert "self-similarity" in said.casefold()
        assert "share a category" in said
        assert "no evidence" in said
    assert settings.words(Setting(daily_delegations=1))[-1].endswith("once a day at most.")
    assert settings.words(Setting(daily_delegations=0))[-1] == "Keepsight chooses for nobody."
    assert "A choice counts half after 30 days." in settings.words(Setting(ranker="items", half_life_days=30))
    assert set(settings.LABELS) == set(Setting.model_fields)
