"""The few levers on the Overview: they begin with the founding example, and follow the finger."""

from __future__ import annotations

import json
from urllib.parse import unquote

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from tests.pages.asking import ask


def _setting(house, role):
    asked = ask(house, house.client(role), "levers-setting.data", levers_card__id="levers-card")
    return asked.get("levers-setting", {}).get("data")


def test_it_begins_with_more_sales_investment_despite_a_stronger_competitor(house):
    levers = {one["column"]: one for one in _setting(house, "analyst")["levers"]}
    assert list(levers) == ["sales_investment", "discount", "competitor_offer"]
    assert (levers["sales_investment"]["at"], levers["discount"]["at"]) == (20, 0)
    assert levers["competitor_offer"]["at"] == 1
    assert levers["competitor_offer"]["role"] == "assumption"


def test_who_may_not_explore_has_no_levers(house):
    key = next(key for key in house.callbacks() if "levers-setting.data" in key)
    body = house.body(key)
    body["inputs"][0]["value"] = "levers-card"
    answer = house.client("viewer").post("/_dash-update-component", json=body)
    assert answer.status_code == 204 or "levers" not in answer.text


def until(driver, condition, seconds=30):
    return WebDriverWait(driver, seconds).until(condition)


def words(driver, selector):
    return driver.execute_script("return document.querySelector(arguments[0])?.textContent ?? ''", selector)


def requests(driver):
    """Give what the page asked for, without the question by the clock whether the model may go on."""
    events = [json.loads(line["message"])["message"] for line in driver.get_log("performance")]
    asked = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
    return [url for url in asked if "/_control/" not in url]


def slide(driver, value, event):
    driver.execute_script(
        "const [value, event] = arguments; const slide = document.querySelector('#lever-0');"
        "slide.value = value; slide.dispatchEvent(new Event(event, { bubbles: true }));",
        value,
        event,
    )


@pytest.mark.browser
def test_levers_follow_the_finger_without_a_request_and_go_on_to_scenarios(visit, house):
    driver = visit("/", role="analyst")
    until(driver, lambda d: "Answered for all" in words(d, "#levers-proof"))
    assert "competitor offer strength up by 1" in words(driver, ".ks-ol [data-part=first]")
    until(driver, lambda d: any(url.endswith(".sample") for url in requests(d)))
    until(driver, lambda d: slide(d, 30, "input") or "(sample)" in words(d, ".ks-ol [data-part=first]"))
    requests(driver)
    before = words(driver, ".ks-ol-after .ks-ol-figure")
    slide(driver, 50, "input")
    until(driver, lambda d: words(d, ".ks-ol-after .ks-ol-figure") != before)
    assert requests(driver) == []
    slide(driver, 50, "change")
    until(driver, lambda d: "up by 50 EUR" in words(d, ".ks-ol [data-part=first]"))
    seq = int(words(driver, "#levers-proof a").removeprefix("log entry "))
    steps = house.installation.store.entry(seq).payload["scenario"]["steps"]
    assert steps[0] == {"column": "sales_investment", "operation": "add", "value": 50}
    link = driver.find_element(By.CSS_SELECTOR, "[data-part=link]").get_attribute("href")
    assert json.loads(unquote(link.partition("steps=")[2])) == steps
    driver.get(link)
    until(driver, lambda d: len(d.find_elements(By.CSS_SELECTOR, ".ks-sc-step")) == len(steps))
    severe = [line["message"] for line in driver.get_log("browser") if line["level"] in ("SEVERE", "WARNING")]
    assert severe == []
