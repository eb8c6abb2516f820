"""Where oneself is signed in: seen and ended by oneself, and nobody else's."""

from datetime import UTC, datetime, timedelta

import pytest

from services import log, own_sessions
from services.own_sessions import NoSuchSession
from services.roles import Actor, NotPermitted


@pytest.fixture
def signed_in(installation):
    """Ada has three sessions, Ben one."""
    store = installation.store
    ada, ben = (store.add_user(name, "viewer") for name in ("Ada", "Ben"))
    now = datetime.now(UTC)
    tokens = [
        store.open_session(user.id, now - timedelta(minutes=n)) for n, user in enumerate((ada, ada, ada, ben))
    ]
    return installation, Actor(ada.id, "Ada", "viewer"), Actor(ben.id, "Ben", "viewer"), tokens


def test_one_sees_ones_own_sessions_this_one_first(signed_in):
    installation, ada, ben, tokens = signed_in
    found = own_sessions.mine(installation, ada, tokens[1])
    assert [one.is_this for one in found] == [True, False, False]
    assert len(own_sessions.mine(installation, ben, tokens[3])) == 1
    assert not any(token in str(found) for token in tokens)


def test_one_other_session_is_ended_and_this_one_goes_on(signed_in):
    installation, ada, _ben, tokens = signed_in
    this, other, last = own_sessions.mine(installation, ada, tokens[0])
    own_sessions.end(installation, ada, tokens[0], other.handle)
    assert [one.handle for one in own_sessions.mine(installation, ada, tokens[0])] == [
        this.handle,
        last.handle,
    ]
    for handle in (this.handle, other.handle, "", "unknown"):
        with pytest.raises(NoSuchSession):
            own_sessions.end(installation, ada, tokens[0], handle)
    [entry, *_] = log.page(installation, ada).entries
    assert entry.text == f"Ada changed the account of Ada: signed out of session {other.handle}."


def test_nobody_ends_a_session_of_somebody_else(signed_in):
    installation, ada, ben, tokens = signed_in
    [his] = own_sessions.mine(installation, ben, tokens[3])
    with pytest.raises(NoSuchSession):
        own_sessions.end(installation, ada, tokens[0], his.handle)
    assert own_sessions.end_others(installation, ada, tokens[0]) == 2
    assert own_sessions.end_others(installation, ada, tokens[0]) == 0
    assert len(own_sessions.mine(installation, ada, tokens[0])) == 1
    assert len(own_sessions.mine(installation, ben, tokens[3])) == 1
    with pytest.raises(NotPermitted):
        own_sessions.mine(installation, Actor(ada.id, "Ada", "nobody"), tokens[0])
