"""The walk for the notice (G1): what is there carries it; what loses it is found, whatever it is."""

from dataclasses import replace
from datetime import UTC, datetime

import dash

from components import frame
from data.store import EntryFilter
from services import first_use, notice_walk, scenario_export
from services.guidelines import g01
from services.guidelines.rules import judge, load
from services.notice_subjects import made_up_customer
from services.roles import SYSTEM
from tests.services import small_town
from tests.services.trial_town import settle
from web import guard, notice_examples


def found(house):
    """Gather the evidence; other tests add people, so of the first use all have read."""
    told = g01.evidence(house.installation)
    told = replace(told, values={**told.values, "first_use_share": 1.0})
    return told, judge(load()["G1"], told, house.installation.settings)


def table(told):
    return {row[0]: row for row in told.tables[0].rows}


def test_every_page_file_and_answer_carries_the_notice(house):
    told, state = found(house)
    assert state.state == "met", state.why
    rows = table(told)
    pages = [row for row in told.tables[0].rows if row[1] == "page"]
    assert len(pages) == len(dash.page_registry)
    assert {row[3] for row in pages} == {"yes"}
    for name in ("Card of the model (HTML)", "Decision log (CSV)", "List of a scenario (CSV)",
                 "Picture of a scenario (PNG)", "How predictions are used here", "Sign-in"):  # fmt: skip
        assert rows[name][3] == "yes", rows[name]


def test_whatever_people_reach_is_looked_at_or_has_a_reason(house):
    named = notice_examples.PARTS.keys() | notice_examples.EXAMPLES.keys()
    there = {rule.endpoint: rule for rule in house.server.url_map.iter_rules()}
    reached = (guard.PUBLIC | guard.SIGNED_IN) & there.keys()
    assert {one for one in reached if there[one].arguments} <= named
    assert notice_examples.PARTS.keys() <= guard.PUBLIC | guard.SIGNED_IN


def test_pages_without_the_notice_turn_it(house, monkeypatch):
    monkeypatch.setattr(frame, "NOTICE", "Figures for busy people.")
    told, state = found(house)
    assert state.state == "not met" and "Without the notice" in state.why
    assert table(told)["Overview"][3:] == ("no", "the frame around it has no notice")


def test_a_hidden_notice_is_none(house, monkeypatch):
    real = frame._foot

    def hidden(contact):
        foot = real(contact)
        foot.hidden = True
        return foot

    monkeypatch.setattr(frame, "_foot", hidden)
    assert found(house)[1].state == "not met"


def test_a_list_that_loses_the_notice_is_named(house, monkeypatch):
    monkeypatch.setattr(scenario_export, "marks_of", lambda *_: {"data": "of today"})
    told, state = found(house)
    assert state.state == "not met"
    without = {row[0] for row in told.tables[0].rows if row[3] == "no"}
    # kept ones are there where another test of this process kept one
    assert {"List of a scenario (CSV)"} <= without
    assert without <= {"List of a scenario (CSV)", "List of a kept scenario (CSV)"}
    assert any("Without it: " in line.note and "List of a scenario (CSV)" in line.note for line in told.lines)


def test_what_is_new_and_known_to_nobody_counts_as_without_it(house, monkeypatch):
    known = {name: one for name, one in notice_examples.EXAMPLES.items() if name != "card_file.model_card"}
    monkeypatch.setattr(notice_examples, "EXAMPLES", known)
    told, state = found(house)
    assert state.state == "not met"
    assert table(told)["Card of the model (HTML)"][3:] == ("no", "nobody has said how to look at it")


def test_a_public_notice_that_asks_for_an_account_turns_it(house, monkeypatch):
    monkeypatch.setattr(guard, "PUBLIC", guard.PUBLIC - {"public.about"})
    told, state = found(house)
    assert told.values["public_notice"] is False
    assert state.state == "not met" and "public notice does not answer" in state.why


def test_people_who_have_not_read_the_first_note_are_a_risk(house):
    told = g01.evidence(house.installation)
    told = replace(told, values={**told.values, "first_use_share": 0.5})
    assert judge(load()["G1"], told, house.installation.settings).state == "at risk"


def test_the_walk_is_on_record_as_what_it_is_and_leaves_no_session(house):
    installation = house.installation
    now = datetime.now(UTC)
    before, sessions = installation.store.head().seq, installation.store.open_sessions(now)
    notice_walk.walk(installation)
    made = [one for one in installation.store.entries(None, None, 40) if one.header.seq > before]
    assert made and {one.header.actor for one in made} == {SYSTEM.id}
    last = made[0]
    assert (last.header.kind, last.payload["without"]) == ("notice-walk", [])
    assert last.payload["entries"] == sorted(one.header.seq for one in made[1:])
    about = {one.subject for one in made if one.header.kind in ("prediction", "what-if", "subject")}
    assert about == {made_up_customer(installation)}, "one who is no person"
    assert installation.store.open_sessions(now) == sessions


def test_no_real_person_is_asked_about(tmp_path):
    real, _ = settle(tmp_path)
    assert made_up_customer(real) is None
    assert "one real person" in notice_examples.EXAMPLES["subject_file.taken_out"](real)


def test_nobody_outside_can_ask_in_keepsights_name(house):
    stranger = house.stranger()
    assert stranger.get("/_dash-layout").status_code == 401
    assert stranger.post("/_dash-update-component", json={}).status_code in (400, 401)


def test_where_no_pages_are_served_it_is_not_measured(tmp_path):
    town = small_town.settle_town(tmp_path)
    told = g01.evidence(town)
    state = judge(load()["G1"], told, town.settings)
    assert state.state == "not measured" and "nothing to walk" in state.why
    assert told.values["first_use_share"] is None
    assert town.store.count_entries(EntryFilter(kinds=("notice-walk",))) == 0


def test_the_note_stands_until_it_is_read_and_comes_again_by_its_address(house):
    from pages import _first_use
    from services import access
    from services.roles import Actor
    from web.session import Person

    user = access.add_user(house.installation, SYSTEM, "newcomer-of-tests", "viewer")
    actor = Actor(user.id, user.name, user.role)
    with house.server.test_request_context("/") as _:
        from flask import g

        g._login_user = Person(actor, "t")
        assert "people decide" in str(_first_use.note())
        assert _first_use.put_away(1, "") == (None, dash.no_update)
        assert _first_use.note() is None
        assert "You read this on" in str(_first_use.show_again(1.0))
        assert _first_use.put_away(1, "?by=contract&note=1") == (None, "")
    assert first_use.seen(house.installation, actor) is not None
