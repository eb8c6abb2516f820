"""Choose for me: off unless switched on, bounded, drawn so that it can be drawn again, not counted unkept."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from data.store import NothingChosen, TooManyDelegations
from services import log
from services.recommender import answers, delegation, settings
from services.recommender.delegation import DelegationRefused, NoSuchDelegation
from tests.services.film_town import ANN, FAY, MIA, SIMON, choose, settle_films

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)


@pytest.fixture
def films(tmp_path):
    """Simon chose three titles, so that four go with Aliens; Ann lets Keepsight choose."""
    films = settle_films(tmp_path)
    films.store.clock = lambda: NOON
    for item in ("alien", "star-wars", "star-trek"):
        choose(films, SIMON, item)
    delegation.switch(films, ANN, True)
    return films


def drawn(films, kind="delegated-choice"):
    return [entry for entry in log.page(films, MIA, limit=100).entries if entry.kind == kind]


def test_it_is_off_until_a_person_switches_it_on_for_themselves(films):
    with pytest.raises(DelegationRefused, match="switch 'choose for me' on first"):
        delegation.choose_for_me(films, FAY, "aliens")
    assert drawn(films) == []
    assert delegation.switch(films, FAY, True)
    assert not delegation.switch(films, FAY, True)
    assert answers.start(films, FAY).is_delegating
    assert delegation.choose_for_me(films, FAY, "aliens").of == 4
    delegation.switch(films, FAY, False)
    with pytest.raises(DelegationRefused):
        delegation.choose_for_me(films, FAY, "aliens")
    assert log.page(films, FAY, limit=1).entries[0].text == "Fay chooses alone again."


def test_a_draw_is_one_of_the_list_and_on_record_as_the_systems_choice(films):
    listed = [one.item for one in answers.recommend(films, ANN, "aliens").items]
    found = delegation.choose_for_me(films, ANN, "aliens")
    assert found.item in listed and found.of == 4
    [entry] = drawn(films)
    assert (entry.actor, entry.who, entry.subject) == ("system", "Keepsight", found.item)
    assert entry.payload["offered"] == listed
    assert entry.text == (
        f"Keepsight drew {found.title} for Ann, by lot among 4 titles that go with Aliens; it counts for "
        "nothing until they keep it."
    )


def test_a_draw_can_be_drawn_again_from_its_entry_alone(films):
    for _ in range(3):
        delegation.choose_for_me(films, ANN, "aliens")
    entries = drawn(films)
    assert len(entries) == 3
    for entry in entries:
        assert delegation.replay(entry) == "same"
        other = next(one for one in entry.payload["offered"] if one != entry.payload["drawn"])
        changed = replace(entry, payload=entry.payload | {"drawn": other})
        assert delegation.replay(changed) == "differs"
        moved = replace(entry, payload=entry.payload | {"place": entry.payload["place"] + 1})
        assert delegation.replay(moved) == "differs"
    with pytest.raises(ValueError, match="cannot be drawn again"):
        delegation.replay(replace(entries[0], payload=None))


def test_the_lot_falls_by_the_hash_of_the_id_alike_on_all_places():
    # worked out with coreutils: printf abc | sha256sum ends in ...f20015ad, and 0xad modulo 4 is 1
    assert delegation.draw("abc", 4) == 1
    counts = [0] * 4
    for number in range(4000):
        counts[delegation.draw(f"{number:016x}", 4)] += 1
    assert all(900 < count < 1100 for count in counts)


def test_nothing_counts_until_it_is_kept_and_kept_twice_counts_once(films):
    before = answers.table(films, ANN)
    found = delegation.choose_for_me(films, ANN, "aliens")
    assert answers.table(films, ANN) == before
    assert films.store.history("town", "user:u-12") == []
    assert [one.id for one in answers.start(films, ANN).waiting] == [found.id]
    kept = delegation.keep(films, ANN, found.id)
    assert (kept.item, kept.is_again) == (found.item, False)
    assert [(item, source) for item, _, source in films.store.history("town", "user:u-12")] == [
        (found.item, "kept")
    ]
    assert log.one(films, ANN, kept.entry).text == (
        f"Ann kept {found.title}, which Keepsight had drawn for them."
    )
    assert delegation.keep(films, ANN, found.id).is_again
    assert answers.start(films, ANN).choices == before.choices + 1
    assert answers.start(films, ANN).waiting == ()


def test_it_can_always_be_undone_before_and_after_it_is_kept(films):
    refused = delegation.choose_for_me(films, ANN, "aliens")
    assert delegation.undo(films, ANN, refused.id) is None
    with pytest.raises(DelegationRefused, match="was undone"):
        delegation.keep(films, ANN, refused.id)
    choose(films, ANN, "alien")
    before = answers.table(films, ANN).counts
    kept = delegation.choose_for_me(films, ANN, "aliens")
    moved = delegation.keep(films, ANN, kept.id).cells
    assert moved
    undone = delegation.undo(films, ANN, kept.id)
    assert [(one.after, one.before) for one in undone.cells] == [(one.before, one.after) for one in moved]
    assert answers.table(films, ANN).counts == before
    assert delegation.undo(films, ANN, kept.id).is_again
    assert log.one(films, ANN, undone.entry).text == f"Ann took the choice of {kept.title} back."


def test_what_was_kept_and_taken_back_by_hand_is_not_taken_back_twice(films):
    from services.recommender import choosing

    found = delegation.choose_for_me(films, ANN, "aliens")
    delegation.keep(films, ANN, found.id)
    choosing.undo(films, ANN, found.item, key="by hand")
    with pytest.raises(NothingChosen):
        delegation.undo(films, ANN, found.id)


def test_only_so_often_a_day_and_the_day_is_that_of_utc(films):
    settings.change(films, MIA, {"daily_delegations": 2}, 0)
    delegation.switch(films, FAY, True)
    assert answers.start(films, ANN).left_today == 2
    for _ in range(2):
        delegation.choose_for_me(films, ANN, "aliens")
    assert answers.start(films, ANN).left_today == 0
    with pytest.raises(TooManyDelegations):
        delegation.choose_for_me(films, ANN, "aliens")
    assert len(drawn(films)) == 2  # nothing on record of what was refused
    delegation.choose_for_me(films, FAY, "aliens")  # each person has a day of their own
    films.store.clock = lambda: datetime(2026, 10, 5, 23, 59, tzinfo=UTC)
    with pytest.raises(TooManyDelegations):
        delegation.choose_for_me(films, ANN, "aliens")
    films.store.clock = lambda: datetime(2026, 10, 6, tzinfo=UTC)
    assert answers.start(films, ANN).left_today == 2
    delegation.choose_for_me(films, ANN, "aliens")


def test_the_limit_holds_though_several_ask_at_once(films):
    settings.change(films, MIA, {"daily_delegations": 2}, 0)
    found, refused = [], []

    def ask():
        try:
            found.append(delegation.choose_for_me(films, ANN, "aliens"))
        except TooManyDelegations as fault:
            refused.append(fault)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(found), len(refused)) == (2, 4)
    assert len(drawn(films)) == 2


def test_undoing_gives_no_further_draw_that_day(films):
    settings.change(films, MIA, {"daily_delegations": 1}, 0)
    delegation.undo(films, ANN, delegation.choose_for_me(films, ANN, "aliens").id)
    with pytest.raises(TooManyDelegations):
        delegation.choose_for_me(films, ANN, "aliens")


def test_with_a_limit_of_none_nobody_is_chosen_for(films):
    settings.change(films, MIA, {"daily_delegations": 0}, 0)
    with pytest.raises(DelegationRefused, match="chooses for nobody here"):
        delegation.choose_for_me(films, ANN, "aliens")


def test_nothing_is_drawn_where_nothing_has_evidence(films):
    with pytest.raises(
        DelegationRefused, match=r"nothing to draw from\. There is no evidence for Planet Earth"
    ):
        delegation.choose_for_me(films, ANN, "planet-earth")
    assert answers.start(films, ANN).left_today == 3


def test_what_was_drawn_for_somebody_else_is_not_there(films):
    found = delegation.choose_for_me(films, ANN, "aliens")
    for other in (found.id, "no-such"):
        with pytest.raises(NoSuchDelegation):
            delegation.keep(films, FAY, other)
        with pytest.raises(NoSuchDelegation):
            delegation.undo(films, FAY, other)
    assert films.store.history("town", "user:u-13") == []


def test_the_day_begins_at_midnight():
    assert delegation.midnight(NOON + timedelta(hours=11)) == datetime(2026, 10, 5, tzinfo=UTC)
