"""You and your area: what is one's own, the notice of what changed, and what is counted of it."""

from __future__ import annotations

import json
import threading

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from services import customers, managers_settings, own_area, usage, what_changed
from services.roles import Actor
from tests.house import House, settle
from tests.pages.asking import ask, key_of, layout, said, whole
from tests.pages.reading import console, looked_over
from tests.services.small_town import settle_town

MAX = Actor("u-max", "Max", "manager")


@pytest.fixture
def town(house, tmp_path):
    """Move the app to the small town, three of whose customers are in the north; its model is signed."""
    own = settle(House(house.app, settle_town(tmp_path)))
    version = own.installation.in_use().version
    with own.installation.store.transaction() as together:
        together.record_signature(
            version=version, person="u-max", name="Max", role="manager", report_sha256="5", statement="Read."
        )
        together.promote(version, actor="u-max", began="sign-off", reason="Read.")
    what_changed.note(own.installation)
    with house.moved_to(own.installation):
        yield own


def actor(town, role) -> Actor:
    user = town.people[role]
    return Actor(user.id, user.name, role)


def press(town, role, output, trigger, client=None, **given):
    """Press a button: a callback with that input alone."""
    body = town.body(key_of(town, output))
    for part in (*body["inputs"], *body["state"]):
        if isinstance(part, dict) and isinstance(part["id"], str):
            part["value"] = ({f"{trigger}.n_clicks": 1} | given).get(f"{part['id']}.{part['property']}")
    body["changedPropIds"] = [f"{trigger}.n_clicks"]
    answer = (client or town.client(role)).post("/_dash-update-component", json=body)
    assert answer.status_code == 200, answer.text
    return answer.get_json()["response"]


def choose(town, role, value):
    return press(town, role, "me-area-said.children", "me-choose", **{"me-area.value": value})


def change_the_list(town):
    managers_settings.change(
        town.installation, MAX, "at_risk_share", 0.5, "More people at the phones.", seen_revision=0
    )


def rows(town, role):
    grid = {"startRow": 0, "endRow": 100}
    given = {"log-grid__getRowsRequest": grid, "log-ends__data": {}, "log-query__data": {}}
    answer = ask(town, town.client(role), "log-grid.getRowsResponse", **given)
    return [row["text"] for row in answer["log-grid"]["getRowsResponse"]["rowData"]]


@pytest.mark.parametrize("role", ["viewer", "analyst", "manager", "administrator"])
def test_everybody_finds_what_is_theirs(town, role):
    words = said(layout(town, town.client(role), "/me"))
    for part in ("You have not chosen an area", "You see model output", "It is counted which pages",
                 "Keepsight asks you", "Nothing has changed since", "Where you are signed in"):  # fmt: skip
        assert part in words
    assert 'href": "/me"' in whole(town.client(role).get("/_dash-layout").get_json())


def test_an_area_that_is_chosen_lets_its_entries_be_read(town):
    for key in ("A1", "A2"):
        customers.one(town.installation, MAX, key)
    assert choose(town, "viewer", json.dumps(["area", "North"]))["me-done"]["data"] == {"go": "/me"}
    assert "Your area is Area: North: 3 customers" in said(layout(town, town.client("viewer"), "/me"))
    told = rows(town, "viewer")
    assert any("looked at customer A1" in one for one in told)
    assert not any("customer A2" in one for one in told)
    press(town, "viewer", "me-area-said.children", "me-no-area")
    assert not any("customer A1" in one for one in rows(town, "viewer"))


@pytest.mark.parametrize(
    "value", [None, "", "no list", "[1, 2]", '["area"]', '["key", "A1"]', '["area", "West"]']
)
def test_what_is_no_area_is_told_and_changes_nothing(town, value):
    told = choose(town, "viewer", value)
    assert said(told["me-area-said"]["children"])
    assert own_area.own_area(town.installation, actor(town, "viewer")) is None


def test_what_changed_stands_above_every_page_until_it_is_put_away(town):
    change_the_list(town)
    what_changed.note(town.installation)
    client = town.client("viewer")
    foot = ask(town, client, "ks-banner.children")["ks-banner"]["children"]
    words = said(foot)
    assert "The at-risk list holds 50% of the active customers instead of 10%." in words
    assert "1 customer joined the at-risk list" in words
    up_to = what_changed.notice(town.installation, actor(town, "viewer")).up_to
    gone = press(
        town, "viewer", "ks-changed.children", "ks-changed-noted", **{"ks-changed-up-to.data": up_to}
    )
    assert gone["ks-changed"]["children"] == []
    assert "instead of 10%" not in said(ask(town, client, "ks-banner.children")["ks-banner"]["children"])
    assert "instead of 10%" in said(layout(town, client, "/me"))
    assert what_changed.notice(town.installation, actor(town, "analyst")) is not None


def test_a_page_that_is_opened_after_a_change_lets_it_be_worked_out(town):
    change_the_list(town)
    ask(town, town.client("viewer"), "ks-banner.children")
    for thread in threading.enumerate():
        if thread.name == "what-changed":
            thread.join()
    assert what_changed.notice(town.installation, actor(town, "viewer")) is not None


def test_pages_opened_are_counted_by_their_path_and_not_of_who_is_left_out(town, monkeypatch):
    monkeypatch.setattr(usage, "PAUSE_SECONDS", 3600)
    layout(town, town.client("viewer"), "/customers", "?search=secret")
    layout(town, town.client("viewer"), "/nowhere")
    usage.leave_out(town.installation, actor(town, "analyst"))
    layout(town, town.client("analyst"), "/customers")
    usage.count(town.installation)
    found = usage.summary(town.installation)
    visits = {one.page: one.visits for one in found.pages if one.visits}
    assert visits == {"/customers": 1, "other": 1}
    assert "you are left out" in said(layout(town, town.client("analyst"), "/me"))


def test_an_own_entry_that_is_opened_is_counted(town, monkeypatch):
    monkeypatch.setattr(usage, "PAUSE_SECONDS", 3600)
    me = actor(town, "viewer")
    entry = customers.one(town.installation, me, "A1").stamp.entry
    ask(town, town.client("viewer"), "log-detail.children", **{"log-chosen__data": entry})
    usage.count(town.installation)
    assert usage.summary(town.installation).own_entries_read == 1


def test_signing_out_elsewhere_leaves_this_session(town):
    other, this = town.client("viewer"), town.client("viewer")
    done = press(town, "viewer", "me-sessions-said.children", "me-end-all", client=this)
    assert done["me-done"]["data"] == {"go": "/me"}
    assert town.page(this, "/me").status_code == 200
    assert town.page(other, "/me").status_code == 401


# --- in the browser ------------------------------------------------------------------------------------


def test_the_page_reads_well_and_the_area_is_chosen_by_hand(browser, town, address):
    change_the_list(town)
    what_changed.note(town.installation)
    browser.get(f"{address}/healthz")
    for name, value in town.cookies("viewer").items():
        browser.add_cookie({"name": name, "value": value})
    browser.get(f"{address}/me")
    wait = WebDriverWait(browser, 30)
    wait.until(lambda d: d.find_elements(By.ID, "me-area"))
    looked_over(browser, "me")
    browser.find_element(By.CSS_SELECTOR, "#me-area option[value*='South']").click()
    browser.find_element(By.ID, "me-choose").click()
    wait.until(lambda d: "Your area is Area: South" in d.find_element(By.ID, "ks-main").text)
    browser.find_element(By.ID, "ks-changed-noted").click()
    wait.until(lambda d: not d.find_elements(By.ID, "ks-changed-noted"))
    assert console(browser) == []
