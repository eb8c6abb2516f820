"""Offers on a customer's page: who gets to see them, what stands there, and one made an action (R39)."""

from __future__ import annotations

import json

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from data.store import EntryFilter
from tests.house import House, settle
from tests.models import scenario_town as model
from tests.pages.asking import key_of, layout, said, whole
from tests.pages.reading import THEMES, WIDTHS, console, looked_over, resize, violations
from tests.services import scenario_town
from tests.services.offer_town import furnish


def _chances():
    frame = model.customers(400)
    frame = frame.assign(chance=model.card().probability(frame)).dropna(subset=["price", "contract", "rival"])
    return frame[(frame["contract"] == "Month") & frame["price"].between(40, 90)].sort_values("chance")


SAFE, AT_RISK = _chances()["key"].iloc[[0, -1]]


@pytest.fixture
def town(house, tmp_path):
    """Move the app to the town of scenarios, whose model is signed and whose catalogue has offers."""
    own = settle(House(house.app, scenario_town.settle(tmp_path)))
    furnish(own.installation, {AT_RISK: ["T-1"]})
    with house.moved_to(own.installation):
        yield own


def found(town, key, role="manager", clicks=None):
    body = town.body(key_of(town, "offers-found.children"))
    asked, begin = body["inputs"]
    asked["value"], begin["value"] = clicks, {"id": key, "now": clicks is None}
    answer = town.client(role).post("/_dash-update-component", json=body)
    assert answer.status_code == 200, answer.text
    return answer.get_json()["response"]["offers-found"]["children"]


def press(town, item, key=AT_RISK, role="manager"):
    """Press the button of an offer, as Dash sends it."""
    body = town.body(key_of(town, "offers-chosen.data"))
    own = {"type": "offers-act", "item": item}
    body["inputs"] = [[{"id": own, "property": "n_clicks", "value": 1}]]
    body["state"][0]["value"] = {"id": key, "now": True}
    body["changedPropIds"] = [json.dumps(own, sort_keys=True, separators=(",", ":")) + ".n_clicks"]
    answer = town.client(role).post("/_dash-update-component", json=body)
    assert answer.status_code == 200, answer.text
    return answer.get_json()["response"]


def make(town, item, key=AT_RISK, role="manager"):
    body = town.body(key_of(town, "offers-done.data"))
    body["inputs"][0]["value"], body["state"][0]["value"] = 1, {"id": key, "item": item}
    body["changedPropIds"] = ["offers-make.n_clicks"]
    return town.client(role).post("/_dash-update-component", json=body)


def records(town):
    return town.installation.store.entries(EntryFilter(kinds=("recommendation",)), None, 9)


def test_of_a_customer_at_risk_they_come_by_themselves_of_others_when_asked_for(town):
    at_risk = whole(layout(town, town.client("manager"), "/customer", f"?id={AT_RISK}"))
    safe = layout(town, town.client("manager"), "/customer", f"?id={SAFE}")
    assert '"now": true' in at_risk
    assert '"now": false' in whole(safe) and "Look for offers" in said(safe)
    assert records(town) == []
    assert "Year" in said(found(town, SAFE, clicks=1))
    assert len(records(town)) == 1


def test_each_offer_says_why_what_it_does_and_what_it_costs(town):
    words = said(found(town, AT_RISK))
    assert "By what goes with the 1 choice of this customer" in words
    assert (
        "15 of 21 people who chose Alien also chose Year, 1.5 times more than chance (1.0 to 1.8)." in words
    )
    assert "Contract: Month to Year" in words
    assert "€10 per month €120 in 12 months" in words
    assert "Make it an action : Year" in words
    assert "the model has seen nobody there" in words
    assert "which does not prove that they cause it" in words
    assert "ks-model-mark" in whole(found(town, AT_RISK))


def test_who_may_not_start_actions_reads_so_and_has_no_button(town):
    shown = found(town, AT_RISK, "analyst")
    assert "Managers and administrators make an offer an action." in said(shown)
    assert "offers-act" not in whole(shown)


def test_a_viewer_has_no_such_part(town):
    assert "offers-begin" not in whole(layout(town, town.client("viewer"), "/customer", f"?id={AT_RISK}"))


def test_data_without_a_catalogue_say_so_in_a_line(house, tmp_path):
    own = settle(House(house.app, scenario_town.settle(tmp_path)))
    with house.moved_to(own.installation):
        assert "There are no offers for these data" in said(found(own, AT_RISK))


def test_what_would_be_on_record_is_told_before_it_is(town):
    told = press(town, "O-3")
    words = said(told["offers-plan"]["children"])
    assert f"Contract set to Year for customer {AT_RISK}" in words
    assert "no effect will ever be told from it" in words
    assert f"Until then customer {AT_RISK} is taken" in words
    assert told["offers-make"]["hidden"] is False
    assert told["offers-chosen"]["data"] == {"id": AT_RISK, "item": "O-3"}
    assert town.installation.store.actions() == []


def test_what_cannot_be_one_is_said_and_offers_no_button(town):
    told = press(town, "O-4")
    assert "Two years cannot be made an action" in said(told["offers-plan"]["children"])
    assert told["offers-make"]["hidden"] is True and told["offers-chosen"]["data"] is None


def test_it_is_made_once_and_who_is_taken_is_said(town):
    answer = make(town, "O-3").get_json()["response"]
    [row] = town.installation.store.actions()
    assert row.is_single
    assert answer["offers-done"]["data"] == {"go": f"/actions?action={row.id}"}
    told = press(town, "O-3")
    assert f"Customer {AT_RISK} is in the action {row.id} at that time" in said(
        told["offers-plan"]["children"]
    )
    assert told["offers-make"]["hidden"] is True
    again = make(town, "O-3").get_json()["response"]
    assert "offers-done" not in again
    assert f"is in the action {row.id}" in whole(again)
    assert len(town.installation.store.actions()) == 1


def test_an_analyst_makes_none_whatever_is_sent(town):
    assert make(town, "O-3", role="analyst").status_code in (401, 403)
    assert town.installation.store.actions() == []


# --- in Chromium -------------------------------------------------------------------------------------


def until(driver, condition, seconds=30):
    return WebDriverWait(driver, seconds).until(condition)


def opened(browser, town, address, path):
    browser.get(f"{address}/healthz")
    for name, value in town.cookies("manager").items():
        browser.add_cookie({"name": name, "value": value})
    browser.get(f"{address}{path}")
    until(browser, lambda d: d.find_elements(By.CSS_SELECTOR, "#offers-found .ks-of-act button"))
    return browser


def click(driver, selector):
    driver.execute_script("arguments[0].click()", driver.find_element(By.CSS_SELECTOR, selector))


@pytest.mark.browser
def test_from_a_customer_at_risk_to_the_action_on_record(browser, town, address):
    driver = opened(browser, town, address, f"/customer?id={AT_RISK}")
    click(driver, "#offers-found .ks-of-act button")
    until(driver, lambda d: "no effect will ever be told" in d.find_element(By.ID, "offers-plan").text)
    click(driver, "#offers-make")
    until(driver, lambda d: "?action=" in d.current_url)
    until(driver, lambda d: "with nobody held out" in d.find_element(By.ID, "ks-main").text)
    assert console(driver) == []


@pytest.mark.browser
def test_it_reads_well_at_every_width_in_both_themes(browser, town, address):
    """No axe violation, nothing wider than the window, no line in the console; the dialog too."""
    driver = opened(browser, town, address, f"/customer?id={AT_RISK}")
    for theme in THEMES:
        assert looked_over(driver, themes=(theme,)) == 3
        resize(driver, *WIDTHS["phone"])
        click(driver, "#offers-found .ks-of-act button")
        until(driver, lambda d: d.find_element(By.ID, "offers-plan").text)
        assert violations(driver) == [], f"{theme}, dialog"
        driver.execute_script("document.getElementById('offers-dialog').close()")
    assert console(driver) == []
