"""The note of the first use: due until it is read, on record once, counted for guideline G1."""

import pytest

from services import access, first_use, log
from services.roles import SYSTEM, Actor
from tests.services import small_town


@pytest.fixture
def town(tmp_path):
    return small_town.settle_town(tmp_path)


def person(town, name="Ada"):
    user = access.add_user(town, SYSTEM, name, "viewer")
    town.store.set_password_hash(user.id, "$argon2id$")
    return Actor(user.id, user.name, user.role)


def test_it_is_due_until_it_is_read_and_then_known_by_its_day(town):
    ada = person(town)
    assert first_use.is_due(town, ada)
    assert first_use.saw(town, ada)
    assert not first_use.is_due(town, ada)
    assert first_use.seen(town, ada) is not None


def test_that_it_was_read_is_one_entry_however_often_the_button_is_pressed(town):
    ada = person(town)
    assert [first_use.saw(town, ada) for _ in range(3)] == [True, False, False]
    entries = log.page(town, ada, log.EntryFilter(kinds=("first-use",))).entries
    assert [one.text for one in entries] == ["Ada read what Keepsight is and what it does not do."]


def test_people_are_counted_and_keepsight_itself_is_nobody(town):
    assert first_use.counted(town).share is None
    ada, _ben = person(town), person(town, "Ben")
    first_use.saw(town, ada)
    assert first_use.counted(town) == first_use.Counted(1, 2)
    assert not first_use.is_due(town, SYSTEM)
