"""People: added, given roles, closed and signed out, each on record, nobody ever locked out for good."""

from datetime import UTC, datetime, timedelta

import pytest

from services import access, log, people
from services.people import ChangeRefused, NobodyThere
from services.roles import SYSTEM, Actor, NotPermitted

PASSWORD = "three unlikely lamps 42"
ANALYST = Actor("a", "Ada", "analyst")


@pytest.fixture
def boss(installation):
    """Give an administrator who can sign in."""
    return come_in(installation, "Boss", "administrator")[1]


def come_in(installation, name, role):
    """Add a person and sign them in by their link; give the token and who they are."""
    person, path = people.add(installation, SYSTEM, name, role)
    signed_in = access.set_password_by_link(installation, path.removeprefix("/link/"), PASSWORD, "192.0.2.1")
    assert signed_in.actor.id == person.id
    return signed_in.token, signed_in.actor


def told(installation):
    return log.page(installation, SYSTEM, log.EntryFilter(kinds=("account",))).entries[0]


def test_everybody_is_listed_with_where_they_are_signed_in(installation, boss):
    come_in(installation, "Ada", "analyst")
    people.add(installation, boss, "Vic", "viewer")
    ada, first, vic = people.listing(installation, boss)
    assert (ada.name, ada.has_password, len(ada.sessions)) == ("Ada", True, 1)
    assert (first.name, first.seen) == ("Boss", first.sessions[0].seen)
    assert (vic.name, vic.has_password, vic.seen) == ("Vic", False, None)


def test_a_role_holds_from_the_next_request_on_and_is_on_record(installation, boss):
    """S10."""
    token, ada = come_in(installation, "Ada", "manager")
    people.set_role(installation, boss, ada.id, "viewer")
    assert access.session_actor(installation, token).role == "viewer"
    assert told(installation).payload == {"change": "role changed", "before": "manager", "role": "viewer"}


def test_a_closed_account_opens_nothing_until_it_is_opened_again(installation, boss):
    """S8: its session, its password and its links."""
    token, ada = come_in(installation, "Ada", "analyst")
    path = people.link(installation, boss, ada.id)
    people.disable(installation, boss, ada.id)
    assert access.session_actor(installation, token) is None
    assert access.link_owner(installation, path.removeprefix("/link/")) is None
    with pytest.raises(access.SignInRefused):
        access.sign_in(installation, "Ada", PASSWORD, "192.0.2.1")
    with pytest.raises(ChangeRefused, match="open it again first"):
        people.link(installation, boss, ada.id)
    with pytest.raises(ChangeRefused, match="closed already"):
        people.disable(installation, boss, ada.id)
    people.enable(installation, boss, ada.id)
    assert access.session_actor(installation, token) is None  # what was ended stays ended
    assert access.sign_in(installation, "Ada", PASSWORD, "192.0.2.1").actor.id == ada.id
    assert told(installation).payload == {"change": "opened again"}


def test_one_session_is_ended_or_all_of_them(installation, boss):
    token, ada = come_in(installation, "Ada", "analyst")
    other = access.sign_in(installation, "Ada", PASSWORD, "192.0.2.2").token
    last, first = next(one for one in people.listing(installation, boss) if one.id == ada.id).sessions
    people.end_sessions(installation, boss, ada.id, first.handle)
    open_ones = [access.session_actor(installation, one) is not None for one in (token, other)]
    assert sorted(open_ones) == [False, True]
    with pytest.raises(ChangeRefused, match="has no session"):
        people.end_sessions(installation, boss, ada.id, first.handle)
    people.end_sessions(installation, boss, ada.id)
    assert access.session_actor(installation, token) is access.session_actor(installation, other) is None
    with pytest.raises(ChangeRefused, match="signed in nowhere"):
        people.end_sessions(installation, boss, ada.id)
    assert last.handle not in told(installation).text


def test_a_session_of_somebody_else_is_not_ended_by_its_handle(installation, boss):
    token, ada = come_in(installation, "Ada", "analyst")
    (own,) = next(one for one in people.listing(installation, boss) if one.id == boss.id).sessions
    with pytest.raises(ChangeRefused):
        people.end_sessions(installation, boss, ada.id, own.handle)
    with pytest.raises(ChangeRefused):
        people.end_sessions(installation, boss, ada.id, "")
    assert access.session_actor(installation, token) is not None


def test_sessions_that_ran_out_are_not_listed(installation, boss):
    come_in(installation, "Ada", "analyst")
    later = datetime.now(UTC) + timedelta(minutes=installation.settings.idle_minutes + 1)
    installation.store.clock = lambda: later
    assert all(one.sessions == () for one in people.listing(installation, boss))


def test_the_last_administrator_who_can_sign_in_stays(installation, boss):
    second, _ = people.add(installation, boss, "Second", "administrator")  # who has no password yet
    other = Actor(second.id, "Second", "administrator")
    for change in (
        lambda: people.disable(installation, other, boss.id),
        lambda: people.set_role(installation, other, boss.id, "viewer"),
    ):
        with pytest.raises(ChangeRefused, match="make another one first"):
            change()
    assert installation.store.user(boss.id).role == "administrator"
    people.disable(installation, boss, second.id)  # who could not sign in anyway


def test_nobody_changes_the_own_account(installation, boss):
    with pytest.raises(ChangeRefused, match="your own account"):
        people.set_role(installation, boss, boss.id, "viewer")
    with pytest.raises(ChangeRefused, match="your own account"):
        people.disable(installation, boss, boss.id)


@pytest.mark.parametrize(
    "change",
    [
        lambda where, who: people.listing(where, who),
        lambda where, who: people.add(where, who, "New", "viewer"),
        lambda where, who: people.link(where, who, "x"),
        lambda where, who: people.set_role(where, who, "x", "viewer"),
        lambda where, who: people.disable(where, who, "x"),
        lambda where, who: people.enable(where, who, "x"),
        lambda where, who: people.end_sessions(where, who, "x"),
    ],
)
def test_only_administrators_manage_people_and_whom_there_is_not_is_said(installation, boss, change):
    before = installation.store.head().seq
    with pytest.raises(NotPermitted):
        change(installation, ANALYST)
    assert installation.store.head().seq == before
    try:
        change(installation, boss)
    except NobodyThere as fault:
        assert "nobody with the id 'x'" in str(fault)


@pytest.mark.parametrize(("role", "words"), [("king", "not a role"), ("analyst", "analyst already")])
def test_a_role_that_is_none_or_theirs_already_is_refused(installation, boss, role, words):
    _, ada = come_in(installation, "Ada", "analyst")
    with pytest.raises(ChangeRefused, match=words):
        people.set_role(installation, boss, ada.id, role)
