"""From a goal: the page, the part of the customer's page, and journeys in Chromium."""

from __future__ import annotations

import csv

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from tests.pages.asking import UPDATE, key_of, layout, said, whole
from tests.pages.reading import console, looked_over

INVEST = {"column": "sales_investment", "operation": "add", "value": 10}
RIVAL = {"column": "competitor_offer", "operation": "add", "value": -1}


@pytest.fixture(scope="module")
def analyst(house):
    return house.client("analyst")


def entries(house):
    return house.installation.store.entries(None, None, 1)[0].header.seq


def posted(house, client, output, values, many=()):
    """Post a callback with values by "id.property"; ``many`` fill the patterns, in their order."""
    body = house.body(key_of(house, output))
    for part in (*body["inputs"], *(one for one in body["state"] if one)):
        part["value"] = values.get(f"{part['id']}.{part['property']}")
    patterns = iter(many)
    body["state"] = [part or next(patterns) for part in body["state"]]
    answer = client.post(UPDATE, json=body)
    assert answer.status_code == 200, answer.text
    return answer.get_json()["response"][output.split(".")[0]]["children"]


def planned(house, client, offers, budget=5000, wanted=None, group="everybody"):
    values = {
        "goal-plan.n_clicks": 1, "goal-budget.value": budget, "goal-wanted.value": wanted,
        "goal-for.value": group, "goal-offers.data": [[offer, 1] for offer in offers],
    }  # fmt: skip
    many = [
        [{"id": {"type": kind, "place": n}, "property": "value", "value": value} for n in range(len(offers))]
        for kind, value in (("goal-use", True), ("goal-amount", 10), ("goal-cost", None))
    ]
    return posted(house, client, "goal-found.children", values, many)


def way_back(house, client, key, percent):
    values = {
        "way-back-ask.n_clicks": 1, "way-back-target.value": percent,
        "way-back-begin.data": {"id": key, "line": 26.7},
    }  # fmt: skip
    return said(posted(house, client, "way-back-found.children", values))


# --- without a browser -------------------------------------------------------------------------------


def test_the_page_offers_levers_only_and_no_person_is_in_it(house, analyst):
    shown = layout(house, analyst, "/scenarios/goal")
    text = said(shown)
    assert "draft, not signed off" in text
    assert "Offers to plan with" in text
    assert "sales_investment" in whole(shown)
    assert "competitor_offer" not in whole(shown)
    assert "C-0" not in whole(shown)


def test_a_viewer_has_no_such_page(house):
    answer = house.page(house.client("viewer"), "/scenarios/goal")
    assert answer.status_code == 403 or "The goal" not in said(answer.get_json())


def test_a_plan_is_told_and_on_record(house, analyst):
    before = entries(house)
    shown = planned(house, analyst, [INVEST])
    logged = house.installation.store.entry(before + 1)
    assert logged.header.kind == "goal"
    assert logged.payload["question"]["offers"] == [{"steps": [INVEST]}]
    assert "would get an offer" in said(shown)
    assert "A plan is a proposal" in said(shown)
    assert "draft, not signed off" in said(shown)
    assert f"/scenarios/goal/{before + 1}.csv" in whole(shown)


def test_what_cannot_be_planned_is_told_and_not_on_record(house, analyst):
    before = entries(house)
    assert "not ours to move" in said(planned(house, analyst, [RIVAL]))
    assert "Choose 1 to 6 offers" in said(planned(house, analyst, []))
    assert "Say what the budget is" in said(planned(house, analyst, [INVEST], budget=None))
    assert "No customer has Contract" in said(planned(house, analyst, [INVEST], group="contract=None"))
    assert entries(house) == before


def test_the_list_of_a_plan_is_a_file_for_who_asked(house, analyst):
    planned(house, analyst, [INVEST])
    entry = entries(house)
    got = analyst.get(f"/scenarios/goal/{entry}.csv")
    assert got.status_code == 200, got.text
    lines = list(csv.DictReader(got.text.splitlines()))
    assert len(lines) == house.installation.store.entry(entry).payload["answer"]["given"]
    assert {line["offer"] for line in lines} == {"sales investment up by 10 EUR per month"}
    assert "Draft, not signed off." in lines[0]["notice"]
    assert analyst.get("/scenarios/goal/1.csv").status_code == 404
    assert house.client("viewer").get(f"/scenarios/goal/{entry}.csv").status_code == 403


def test_the_way_back_is_told_and_on_record(house, analyst):
    snapshot, version = house.installation.in_use().snapshot, house.installation.in_use().version
    key = first_customer(house)
    assert "What would bring this below a line?" in said(layout(house, analyst, "/customer", f"?id={key}"))
    before = entries(house)
    told = way_back(house, analyst, key, 26.7)
    logged = house.installation.store.entry(before + 1)
    assert (logged.header.kind, logged.subject) == ("way-back", key)
    assert (logged.header.snapshot, logged.header.version) == (snapshot, version)
    assert "below the at-risk line of" in told or "No change of ours" in told
    assert "give one above 0% and below 100%" in way_back(house, analyst, key, 300)
    assert "Give a chance from" in way_back(house, analyst, key, None)
    assert entries(house) == before + 1


def first_customer(house):
    """Give the active customer with the highest chance of leaving."""
    from data.warehouse import Filters

    on = house.installation.in_use()
    page = house.installation.warehouse.customers_page(
        on.snapshot, on.version, Filters(), [("probability", "desc")], 0, 1
    )
    return page.rows[0]["customer_id"]


# --- in Chromium -------------------------------------------------------------------------------------


def until(driver, condition, seconds=30):
    return WebDriverWait(driver, seconds).until(condition)


def words(driver, selector):
    return driver.execute_script("return document.querySelector(arguments[0])?.textContent ?? ''", selector)


def press(driver, id):
    driver.execute_script("document.getElementById(arguments[0]).click()", id)


@pytest.mark.browser
def test_nothing_is_wrong_with_the_page_at_any_width_in_both_themes(visit, house):
    driver = visit("/scenarios/goal", role="analyst")
    until(driver, lambda d: d.find_elements(By.ID, "goal-plan"))
    press(driver, "goal-plan")
    until(driver, lambda d: d.find_elements(By.CSS_SELECTOR, ".ks-graph svg.main-svg"))
    looked_at(driver)
    driver = visit(f"/customer?id={first_customer(house)}", role="analyst")
    until(driver, lambda d: d.find_elements(By.ID, "way-back-ask"))
    press(driver, "way-back-ask")
    until(driver, lambda d: d.find_elements(By.CSS_SELECTOR, "#way-back-found .ks-stamp"))
    looked_at(driver)


def looked_at(driver):
    """Look at widths in themes: no axe violation, nothing wider than the window, an empty console."""
    assert looked_over(driver) == 6
    assert console(driver) == []


@pytest.mark.browser
def test_from_a_budget_to_a_plan_and_on_as_a_scenario(visit, house):
    driver = visit("/scenarios/goal", role="analyst")
    until(driver, lambda d: d.find_elements(By.ID, "goal-plan"))
    boxes = driver.find_elements(By.CSS_SELECTOR, ".ks-goal-use input")
    for box in boxes[:-1]:  # the last is an offer that anybody can get: more sales work
        driver.execute_script("arguments[0].click()", box)
    assert [box.is_selected() for box in boxes] == [False] * (len(boxes) - 1) + [True]
    budget = driver.find_element(By.ID, "goal-budget")
    driver.execute_script("arguments[0].focus()", budget)
    budget.clear()
    budget.send_keys("9000000")
    link, place = [], 1
    while not link:  # the first group all of whom can have it: that alone is a step of a scenario
        place += 1
        Select(driver.find_element(By.ID, "goal-for")).select_by_index(place)
        before = house.installation.store.head().seq
        press(driver, "goal-plan")
        until(driver, lambda d, told=f"log entry {before + 1}": told in words(d, "#goal-found"))
        assert "would get an offer" in words(driver, "#goal-found")
        link = driver.find_elements(By.CSS_SELECTOR, "#goal-found a[href^='/scenarios?steps=']")
    [logged] = house.installation.store.entries(None, None, 1)
    assert logged.payload["question"]["budget"] == 9000000
    assert len(logged.payload["question"]["offers"]) == 1
    assert logged.payload["question"]["who"]["levels"]
    until(driver, lambda d: "this plan" in words(d, "#goal-found"))  # the curve is drawn a moment later
    driver.execute_script("arguments[0].click()", link[0])
    until(driver, lambda d: "are expected to leave" in words(d, "[data-part=first]"))
    given = logged.payload["answer"]["given"]
    until(driver, lambda d: f"Changes {given:,}" in words(d, "[data-told='0']"))
    assert console(driver) == []


@pytest.mark.browser
def test_a_goal_that_money_cannot_reach_is_said(visit):
    driver = visit("/scenarios/goal", role="analyst")
    until(driver, lambda d: d.find_elements(By.ID, "goal-plan"))
    driver.execute_script("document.getElementById('goal-wanted').focus()")
    driver.find_element(By.ID, "goal-wanted").send_keys("5000")
    press(driver, "goal-plan")
    until(driver, lambda d: "It cannot be done" in words(d, "#goal-found .ks-goal-no"))
    assert console(driver) == []


@pytest.mark.browser
def test_a_way_back_is_tried_in_what_if(visit, house):
    driver = visit(f"/customer?id={first_customer(house)}", role="analyst")
    until(driver, lambda d: d.find_elements(By.ID, "way-back-ask"))
    press(driver, "way-back-ask")
    link = until(driver, lambda d: d.find_elements(By.CSS_SELECTOR, ".ks-wb-try"))[0]
    [logged] = house.installation.store.entries(None, None, 1)
    way = (logged.payload["ways"] or [logged.payload["best"]])[0]
    driver.execute_script("arguments[0].click()", link)
    until(driver, lambda d: house.installation.store.entries(None, None, 1)[0].header.kind == "what-if")
    [asked] = house.installation.store.entries(None, None, 1)
    assert asked.payload["changes"] == way["changes"]
    assert asked.payload["answer"]["probability"] == pytest.approx(way["probability"], abs=1e-12)
    until(driver, lambda d: d.find_elements(By.ID, "what-if-proof"))
    assert console(driver) == []
