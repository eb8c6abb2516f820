"""The Scenarios page: who sees it, what it asks the server, and journeys in Chromium."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from tests.pages.asking import ask, layout, said, whole
from tests.pages.reading import console, looked_over

INVEST = {"column": "sales_investment", "operation": "add", "value": 10}
YEARLY = {"column": "contract", "operation": "move", "level": "Month to month", "value": "One year"}
SOME = {"levels": {"channel": ["Shop"]}, "ranges": {"tenure_months": [None, 24]}, "first": 200}


@pytest.fixture(scope="module")
def analyst(house):
    return house.client("analyst")


def entries(house):
    return house.installation.store.entries(None, None, 1)[0].header.seq


def answered(house, client, question):
    asked = ask(house, client, "scenario-answer.data", scenario_question__data=question)
    return asked["scenario-answer"]["data"]


# --- without a browser -------------------------------------------------------------------------------


def test_the_page_opens_on_the_base_as_it_is(house, analyst):
    shown = layout(house, analyst, "/scenarios")
    assert "draft, not signed off" in said(shown)
    assert '"starters"' in whole(shown)
    assert "customer_id" not in whole(shown)


def test_a_viewer_has_no_such_page(house):
    answer = house.page(house.client("viewer"), "/scenarios")
    assert (
        "Scenarios" not in said(answer.get_json()) if answer.status_code == 200 else answer.status_code == 403
    )


def test_a_release_is_answered_for_everybody_and_on_record(house, analyst):
    before = entries(house)
    found = answered(house, analyst, {"steps": [INVEST], "number": 7})
    assert found["number"] == 7
    assert found["leavers"]["after"] < found["leavers"]["before"]
    assert entries(house) == found["entry"] == before + 1
    assert house.installation.store.entry(found["entry"]).payload["scenario"] == {"steps": [INVEST]}


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([{**INVEST, "coverage": 3}], "Step 1: the share who get it"),
        ([{**INVEST, "column": "region"}], "nobody moves it"),
        ("much", "are a list, and this is none"),
        (None, "are a list, and this is none"),
    ],
)
def test_what_cannot_be_asked_is_told_and_not_on_record(house, analyst, steps, words):
    before = entries(house)
    found = answered(house, analyst, {"steps": steps, "number": 1})
    assert words in found["refused"]
    assert entries(house) == before


def test_a_link_that_cannot_be_answered_opens_on_the_base_and_says_why(house, analyst):
    shown = whole(
        layout(house, analyst, "/scenarios", "?steps=" + quote(json.dumps([{**INVEST, "value": None}])))
    )
    assert "Step 1: value" in shown
    assert "Answered" not in shown


def test_the_sample_and_the_proof_are_for_who_may_explore(house, analyst):
    on = house.installation.in_use()
    path = f"/_scenario/{on.version}/{on.snapshot}.sample"
    entry = answered(house, analyst, {"steps": [INVEST], "number": 1})["entry"]
    assert analyst.get(path).status_code == 200
    assert analyst.get(f"/_scenario/{'0' * 64}/{on.snapshot}.sample").status_code == 404
    assert len(analyst.get(f"/_scenario/{entry}.proof").data) % 8 == 0
    assert analyst.get("/_scenario/1.proof").status_code == 404
    viewer = house.client("viewer")
    assert viewer.get(path).status_code == 403
    assert viewer.get(f"/_scenario/{entry}.proof").status_code in (403, 404)


# --- in Chromium -------------------------------------------------------------------------------------


def until(driver, condition, seconds=30):
    return WebDriverWait(driver, seconds).until(condition)


def words(driver, selector):
    return driver.execute_script("return document.querySelector(arguments[0])?.textContent ?? ''", selector)


def requests(driver):
    events = [json.loads(line["message"])["message"] for line in driver.get_log("performance")]
    asked = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
    return [url for url in asked if "/_control/" not in url]  # by the clock: may the model go on?


def confirmed(driver):
    """Wait until browser and server were compared; give the number of the entry."""
    until(driver, lambda d: "Browser and server differ" in words(d, "#scenario-proof"))
    link = until(driver, lambda d: d.find_elements(By.CSS_SELECTOR, ".ks-wi-proof-good a"))[0]
    return int(link.text.removeprefix("log entry "))


def opened(visit, *steps):
    asked = f"?steps={quote(json.dumps(steps))}" if steps else ""
    driver = visit(f"/scenarios{asked}", role="analyst")
    until(driver, lambda d: d.find_elements(By.CSS_SELECTOR, "#scenario-add select"))
    confirmed(driver)
    return driver


def press(driver, selector):
    """Press a button wherever the page has scrolled to meanwhile."""
    driver.execute_script("document.querySelector(arguments[0]).click()", selector)


def slide(driver, value, event):
    driver.execute_script(
        "const [value, event] = arguments; const slide = document.querySelector('.ks-sc-range');"
        "slide.value = value; slide.dispatchEvent(new Event(event, { bubbles: true }));",
        value,
        event,
    )


@pytest.mark.browser
def test_a_drag_asks_nobody_and_a_release_everybody(visit, house):
    driver = opened(visit, INVEST)
    before = entries(house)
    requests(driver)
    for value in (12, 20, 28, 30):
        slide(driver, value, "input")
    until(driver, lambda d: "(sample)" in words(d, "[data-part=leaversNote]"))
    assert "From a sample of" in words(driver, "#scenario-proof")
    assert requests(driver) == []
    slide(driver, 30, "change")
    until(driver, lambda d: entries(house) > before)
    until(driver, lambda d: "(sample)" not in words(d, "[data-part=leaversNote]"))
    seq = confirmed(driver)
    entry = house.installation.store.entry(seq)
    assert entry.payload["scenario"]["steps"] == [{**INVEST, "value": 30}]
    shown = words(driver, "[data-part=leaversAfter]")
    assert shown == f"{entry.payload['answer']['leavers_after']:,.0f}"
    assert f"Changes {entry.payload['answer']['steps'][0]['changed']:,}" in words(driver, "[data-told='0']")
    assert console(driver) == []


@pytest.mark.browser
def test_steps_are_added_for_some_undone_and_redone(visit):
    driver = opened(visit)
    assert words(driver, "[data-part=first]").startswith("With nothing moved")
    press(driver, ".ks-sc-starter")
    until(driver, lambda d: d.find_elements(By.CSS_SELECTOR, ".ks-sc-step"))
    confirmed(driver)
    one = words(driver, "[data-part=first]")
    Select(driver.find_element(By.CSS_SELECTOR, "#scenario-add select")).select_by_visible_text("Discount")
    until(driver, lambda d: len(d.find_elements(By.CSS_SELECTOR, ".ks-sc-step")) == 2)
    until(driver, lambda d: "discount" in words(d, "[data-part=first]"))
    some = driver.find_elements(By.CSS_SELECTOR, ".ks-sc-who > select")[1]
    Select(some).select_by_visible_text("by Channel")
    until(driver, lambda d: "channel is Online" in words(d, "[data-part=first]"))
    confirmed(driver)
    for _ in range(2):
        press(driver, "#scenario-undo")
    until(driver, lambda d: words(d, "[data-part=first]") == one)
    assert len(driver.find_elements(By.CSS_SELECTOR, ".ks-sc-step")) == 1
    press(driver, "#scenario-redo")
    until(driver, lambda d: len(d.find_elements(By.CSS_SELECTOR, ".ks-sc-step")) == 2)
    press(driver, "#scenario-clear")
    until(driver, lambda d: words(d, "[data-part=first]").startswith("With nothing moved"))
    assert console(driver) == []


@pytest.mark.browser
def test_what_the_server_refuses_is_said_and_the_step_stays(visit):
    driver = opened(visit, {**INVEST, "who": {"ranges": {"tenure_months": [240, 250]}}})
    assert driver.find_elements(By.CSS_SELECTOR, ".ks-sc-step") == []
    driver = opened(visit, INVEST)
    driver.execute_script(
        "const box = document.querySelector('.ks-sc-amount input'); box.value = 1e300;"
        "box.dispatchEvent(new Event('change'));"
        "const how = document.querySelector('.ks-sc-step select'); how.value = 'set';"
        "how.dispatchEvent(new Event('change'));"
        "const after = document.querySelector('.ks-sc-amount input'); after.value = 500;"
        "after.dispatchEvent(new Event('change'));"
    )
    until(driver, lambda d: "cannot be 500" in words(d, "#scenario-proof"))
    assert len(driver.find_elements(By.CSS_SELECTOR, ".ks-sc-step")) == 1
    assert console(driver) == []


@pytest.mark.browser
def test_a_difference_of_browser_and_server_turns_red(visit):
    driver = opened(visit, INVEST)
    driver.execute_script(
        "const { scenario } = window.keepsight; const run = scenario.run;"
        "scenario.run = (...all) => { const f = run(...all); f.after.chances[3] += 1e-6; return f; };"
    )
    slide(driver, 30, "change")
    until(driver, lambda d: "differ by 1.0e-6" in words(d, "#scenario-proof"))
    assert driver.find_elements(By.CSS_SELECTOR, "#scenario-proof.ks-wi-proof-bad")


@pytest.mark.browser
def test_the_page_reads_well_at_every_width_in_both_themes(visit):
    """No axe violation, nothing wider than the window, no line in the console."""
    driver = opened(visit, {**INVEST, "who": SOME, "coverage": 0.5, "cost": 3}, YEARLY)
    assert looked_over(driver) == 6
    assert console(driver) == []
