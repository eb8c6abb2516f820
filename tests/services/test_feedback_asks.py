"""Being asked for feedback: at a useful moment, once a week, never on sign-in, never again once told so."""

from datetime import UTC, datetime, timedelta

import pytest

from config.settings import Settings
from data.store import EntryFilter
from services import feedback_asks, log
from services.feedback_asks import OUTCOME, UNDONE, WHAT_IF, next_ask
from services.installation import Installation
from services.roles import Actor, NotPermitted

VIC = Actor("u-vic00", "Vic", "analyst")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def town(tmp_path):
    made = Installation(Settings(var=tmp_path / "var", database_url=None))
    made.store.migrate()
    made.store.clock = lambda: NOON
    return made


def did(town, kind, times=1, actor=VIC, **payload):
    for _ in range(times):
        log.record(town, actor, kind, payload=payload)


def later(town, **time):
    now = town.store.clock() + timedelta(**time)
    town.store.clock = lambda: now


def test_after_a_what_if_session_on_the_next_page_but_not_on_its_own(town):
    did(town, "login")
    did(town, "what-if", times=2)
    assert next_ask(town, VIC, "/") is None
    did(town, "what-if")
    assert next_ask(town, VIC, "/what-if") is None
    assert next_ask(town, VIC, "/customers") == WHAT_IF


def test_after_an_undone_choice_of_keepsights_and_after_outcomes(town):
    did(town, "delegation", step="kept")
    assert next_ask(town, VIC, "/") is None
    did(town, "delegation", step="undone")
    assert next_ask(town, VIC, "/recommendations") == UNDONE
    later(town, days=8)
    did(town, "outcomes")
    assert next_ask(town, VIC, "/") == OUTCOME


def test_never_on_sign_in_and_never_for_what_others_did_or_long_ago(town):
    did(town, "outcomes")
    did(town, "login")
    assert next_ask(town, VIC, "/") is None
    did(town, "outcomes", actor=Actor("u-max00", "Max", "manager"))
    assert next_ask(town, VIC, "/") is None
    did(town, "outcomes")
    later(town, hours=9)
    assert next_ask(town, VIC, "/") is None


def test_once_a_week_at_most(town):
    did(town, "outcomes")
    assert next_ask(town, VIC, "/") == OUTCOME
    assert next_ask(town, VIC, "/") is None
    later(town, days=6)
    did(town, "outcomes")
    assert next_ask(town, VIC, "/") is None
    later(town, days=1)
    did(town, "outcomes")
    assert next_ask(town, VIC, "/") == OUTCOME


def test_of_two_pages_opened_at_once_one_asks(town, monkeypatch):
    did(town, "outcomes")
    monkeypatch.setattr(town.store, "feedback_ask", lambda person: (None, None))
    assert [next_ask(town, VIC, "/") for _ in range(2)] == [OUTCOME, None]


def test_who_says_no_is_not_asked_again_until_they_say_so(town):
    assert feedback_asks.wants(town, VIC)
    assert feedback_asks.set_wanted(town, VIC, False)
    assert not feedback_asks.set_wanted(town, VIC, False)
    later(town, days=400)
    did(town, "outcomes")
    assert next_ask(town, VIC, "/") is None
    assert feedback_asks.set_wanted(town, VIC, True)
    assert next_ask(town, VIC, "/") == OUTCOME
    told = [one.text for one in log.page(town, VIC, EntryFilter(kinds=("feedback",))).entries]
    assert told == [
        "Vic may be asked for feedback again.",
        "Vic does not want to be asked for feedback any more.",
    ]


def test_who_has_no_role_of_ours_is_not_asked(town):
    with pytest.raises(NotPermitted):
        next_ask(town, Actor("u-0", "Eve", "guest"), "/")
