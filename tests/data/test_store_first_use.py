"""Who has seen the note of the first use: by person and edition, counted of those who can sign in."""

from datetime import UTC, datetime

import pytest

from data.store import Store

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def store(store_url):
    made = Store(store_url, clock=lambda: NOON)
    made.migrate()
    yield made
    made.dispose()


def person(store, name, *, able=True):
    user = store.add_user(name, "viewer")
    if able:
        store.set_password_hash(user.id, "$argon2id$")
    return user.id


def test_it_is_seen_once_and_the_first_time_counts(store):
    ada = person(store, "Ada")
    assert store.first_use(ada, 1) is None
    assert store.record_first_use(ada, 1)
    assert not store.record_first_use(ada, 1)
    assert store.first_use(ada, 1) == NOON


def test_another_edition_is_to_be_seen_anew(store):
    ada = person(store, "Ada")
    store.record_first_use(ada, 1)
    assert store.first_use(ada, 2) is None
    assert store.first_use_counts(2) == (0, 1)


def test_who_cannot_sign_in_is_not_counted(store):
    ada, _ben = person(store, "Ada"), person(store, "Ben")
    closed, _ = person(store, "Cleo"), person(store, "Dan", able=False)
    for one in (ada, closed):
        store.record_first_use(one, 1)
    store.disable_user(closed, NOON)
    assert store.first_use_counts(1) == (1, 2)
