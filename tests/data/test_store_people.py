"""People, one-time links and sessions."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from data.store import NameTaken, Store

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=30)


@pytest.fixture
def ada(store: Store):
    return store.add_user("Ada", "analyst")


def test_nobody_is_there_at_the_beginning(store):
    """S2: no default account of any kind."""
    assert store.users() == []
    assert store.administrators_with_password() == 0


def test_a_person_is_found_by_id_and_by_name_whatever_the_capitals(store, ada):
    assert store.user(ada.id) == ada
    assert store.user_by_name(" aDA ") == ada
    assert store.user("nobody") is None
    assert store.user_by_name("Bo\x00b\ud800") is None


@pytest.mark.parametrize("name", ["Ada", "ADA", " ada ", "\uff21\uff44\uff41"])
def test_a_name_that_reads_the_same_is_taken(store, ada, name):
    with pytest.raises(NameTaken, match="choose another name"):
        store.add_user(name, "viewer")
    assert len(store.users()) == 1


def test_of_two_people_with_one_name_added_at_once_one_gets_it(store):
    outcomes = at_once(lambda: store.add_user("Grace", "viewer"), 6)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NameTaken"] * 5 + ["User"]


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "a\x00b", "a" * 81, "a\u202eb"])
def test_a_name_that_cannot_be_read_is_refused(store, name):
    with pytest.raises(ValueError, match="give 1 to 80 visible characters"):
        store.add_user(name, "viewer")


def test_an_id_can_be_read_aloud_and_shows_nothing_of_the_name(ada):
    assert len(ada.id) == 8
    assert not set(ada.id) & set("ilouILOU")


def test_an_administrator_counts_once_able_to_sign_in(store, ada):
    boss = store.add_user("Grace", "administrator")
    store.set_password_hash(ada.id, "$argon2id$a")
    assert store.administrators_with_password() == 0
    store.set_password_hash(boss.id, "$argon2id$b")
    assert store.administrators_with_password() == 1
    store.disable_user(boss.id, NOON)
    assert store.administrators_with_password() == 0
    store.enable_user(boss.id)
    assert store.administrators_with_password() == 1


def test_a_password_hash_is_not_shown_where_a_person_is_printed(store, ada):
    """S57."""
    store.set_password_hash(ada.id, "$argon2id$canary")
    assert store.user(ada.id).password_hash == "$argon2id$canary"
    assert "canary" not in repr(store.user(ada.id))


@pytest.mark.parametrize(
    "change",
    [
        lambda store: store.set_password_hash("nobody", "x"),
        lambda store: store.set_role("nobody", "viewer"),
        lambda store: store.disable_user("nobody", NOON),
        lambda store: store.make_link("nobody", LATER),
    ],
)
def test_a_change_to_nobody_is_refused(store, change):
    with pytest.raises(LookupError, match="look it up in the list"):
        change(store)


# --- one-time links ----------------------------------------------------------------------------------


def at_once(act, times: int) -> list:
    """Do something in threads that start together; give results and faults."""
    outcomes, start = [], threading.Barrier(times)

    def run() -> None:
        start.wait()
        try:
            outcomes.append(act())
        except Exception as fault:
            outcomes.append(fault)

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_a_link_opens_once_and_for_its_person(store, ada):
    token = store.make_link(ada.id, LATER)
    assert store.peek_link(token, NOON) == ada
    assert store.use_link(token, NOON) == ada
    assert store.use_link(token, NOON) is None
    assert store.peek_link(token, NOON) is None


def test_of_eight_who_use_a_link_at_once_one_gets_in(store, ada):
    token = store.make_link(ada.id, LATER)
    outcomes = at_once(lambda: store.use_link(token, NOON), 8)
    assert sorted(outcomes, key=lambda outcome: outcome is None) == [ada, *[None] * 7]


def test_a_link_runs_out(store, ada):
    token = store.make_link(ada.id, LATER)
    assert store.use_link(token, LATER) is None
    assert store.peek_link(token, LATER) is None
    assert store.use_link(token, LATER - timedelta(seconds=1)) == ada


@pytest.mark.parametrize("token", ["", "x", "\x00", "\ud800", "a" * 10_000])
def test_what_is_no_link_opens_nothing(store, ada, token):
    store.make_link(ada.id, LATER)
    assert store.use_link(token, NOON) is None
    assert store.peek_link(token, NOON) is None


def test_using_a_link_voids_the_other_links_of_that_person_only(store, ada):
    grace = store.add_user("Grace", "viewer")
    first, second, hers = (store.make_link(who, LATER) for who in (ada.id, ada.id, grace.id))
    assert store.use_link(second, NOON) == ada
    assert store.use_link(first, NOON) is None
    assert store.use_link(hers, NOON) == grace


def test_another_link_leaves_the_first_as_it_is(store, ada):
    first = store.make_link(ada.id, LATER)
    store.make_link(ada.id, LATER + timedelta(hours=1))
    assert store.peek_link(first, NOON) == ada


def test_the_link_of_a_closed_account_opens_nothing(store, ada):
    token = store.make_link(ada.id, LATER)
    store.disable_user(ada.id, NOON)
    assert store.peek_link(token, NOON) is None
    assert store.use_link(token, NOON) is None


def test_a_link_whose_use_is_rolled_back_is_unused(store, ada):
    """A password that could not be set must not cost the link."""
    token = store.make_link(ada.id, LATER)
    with pytest.raises(LookupError), store.transaction() as transaction:
        assert transaction.use_link(token, NOON) == ada
        transaction.set_password_hash("nobody", "x")
    assert store.use_link(token, NOON) == ada


def test_neither_links_nor_session_ids_are_in_the_store(store, ada):
    """S8: whoever reads the database, or a backup of it, gets in nowhere."""
    link, session = store.make_link(ada.id, LATER), store.open_session(ada.id, NOON)
    with store.reading() as connection:
        held = [
            str(value)
            for table in ("links", "sessions")
            for row in connection.execute(text(f"SELECT * FROM {table}"))
            for value in row
        ]
    assert held
    assert link not in held
    assert session not in held
    assert min(len(link), len(session)) >= 43


# --- sessions ----------------------------------------------------------------------------------------


@pytest.fixture
def session_id(store, ada):
    return store.open_session(ada.id, NOON)


def test_a_session_knows_its_person_as_they_are_now(store, ada, session_id):
    """S10: a role lowered counts from the next request on."""
    assert store.session(session_id, NOON).user == ada
    store.set_role(ada.id, "viewer")
    assert store.session(session_id, NOON).user.role == "viewer"


def test_a_session_that_ended_stays_ended(store, session_id):
    """S8."""
    store.end_session(session_id, NOON)
    assert store.session(session_id, NOON) is None
    store.end_session(session_id)
    assert store.session(session_id, NOON) is None


def test_closing_an_account_closes_its_sessions(store, ada, session_id):
    """S8."""
    store.disable_user(ada.id, NOON)
    assert store.session(session_id, NOON) is None


def test_all_sessions_of_a_person_end_but_the_one_spared(store, ada, session_id):
    """S8: a new password ends what others may have opened."""
    grace = store.add_user("Grace", "viewer")
    other, hers = store.open_session(ada.id, NOON), store.open_session(grace.id, NOON)
    store.end_sessions(ada.id, NOON, but=session_id)
    assert store.session(other, NOON) is None
    assert store.session(session_id, NOON) is not None
    store.end_sessions(ada.id)
    assert store.session(session_id, NOON) is None
    assert store.session(hers, NOON).user == grace


def test_a_session_ends_when_idle(store, session_id):
    """S9: 30 minutes."""
    assert store.session(session_id, NOON + timedelta(minutes=29, seconds=59)) is not None
    assert store.session(session_id, NOON + timedelta(minutes=59)) is not None
    assert store.session(session_id, NOON + timedelta(minutes=89)) is None


def test_a_session_in_use_ends_after_its_lifetime(store, session_id):
    """S9: 12 hours, whatever."""
    for quarters in range(1, 48):
        assert store.session(session_id, NOON + timedelta(minutes=15 * quarters)) is not None
    assert store.session(session_id, NOON + timedelta(hours=12)) is None


def test_idle_time_and_lifetime_are_settings(store, session_id):
    assert store.session(session_id, NOON + timedelta(minutes=5), idle=timedelta(minutes=5)) is None
    assert store.session(session_id, NOON + timedelta(minutes=5), lifetime=timedelta(minutes=5)) is None


def test_requests_close_together_do_not_each_write(store, session_id):
    store.session(session_id, NOON + timedelta(seconds=10))
    assert store.session(session_id, NOON + timedelta(seconds=11)).seen == NOON
    store.session(session_id, NOON + timedelta(seconds=20))
    assert store.session(session_id, NOON + timedelta(seconds=21)).seen == NOON + timedelta(seconds=20)


def test_a_clock_that_goes_back_ends_no_session(store, session_id):
    """S51."""
    store.session(session_id, NOON + timedelta(minutes=20))
    assert store.session(session_id, NOON - timedelta(days=1)).seen == NOON + timedelta(minutes=20)
    assert store.session(session_id, NOON + timedelta(minutes=40)) is not None


@pytest.mark.parametrize("session_id_given", ["", "nonsense", "\x00", "\ud800"])
def test_what_is_no_session_opens_nothing(store, session_id, session_id_given):
    assert store.session(session_id_given, NOON) is None


def test_every_session_has_an_id_of_its_own(store, ada):
    """S7."""
    assert len({store.open_session(ada.id, NOON) for _ in range(20)}) == 20


def test_sessions_long_past_are_swept_away(store, ada, session_id):
    store.open_session(ada.id, NOON + timedelta(days=31))
    with store.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM sessions")).scalar() == 1
