"""The What-if page: who sees it, what it asks the server, and a whole journey in Chromium."""

from __future__ import annotations

import gzip
import hashlib
import json

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from services.roles import Actor
from tests.pages.asking import ask, layout, said, whole
from tests.pages.reading import console, looked_over

REFUSED = "That question cannot be read"


@pytest.fixture(scope="module")
def analyst(house):
    return house.client("analyst")


@pytest.fixture(scope="module")
def customer(house):
    """Give the active customer with the highest expected loss."""
    from services import what_if

    person = house.people["analyst"]
    return what_if.start(house.installation, Actor(person.id, person.name, "analyst"), None).id


def entries(house):
    return house.installation.store.entries(None, None, 1)[0].header.seq


def answered(house, client, question):
    return ask(house, client, "what-if-answer.data", what_if_question__data=question)["what-if-answer"][
        "data"
    ]


# --- without a browser -------------------------------------------------------------------------------


def test_the_page_opens_on_the_customer_with_the_highest_expected_loss(house, analyst, customer):
    shown = whole(layout(house, analyst, "/what-if"))
    assert f"customer {customer}" in shown
    assert shown.count('"type": "Slider"') == 5
    assert "draft, not signed off" in shown


def test_levers_and_assumptions_are_told_apart_in_words(house, analyst):
    words = said(layout(house, analyst, "/what-if"))
    assert words.index("We move these") < words.index("Discount") < words.index("They move, not by us")
    assert words.index("They move, not by us") < words.index("Competitor offer strength")
    assert "predictive only" in words and "not proven to cause it" in words


def test_a_viewer_may_not_explore(house):
    words = said(layout(house, house.client("viewer"), "/what-if"))
    assert "Not permitted" in words


def test_an_unknown_customer_is_said_and_another_can_be_chosen(house, analyst):
    shown = layout(house, analyst, "/what-if", "?customer=nobody")
    assert "There is no customer 'nobody'" in said(shown)
    assert "what-if-pick" in whole(shown)


def test_a_link_opens_with_its_moves_and_says_which_cannot_be(house, analyst, customer):
    moved = "discount%3D4%26tenure_months%3D9"
    shown = whole(layout(house, analyst, "/what-if", f"?customer={customer}&moved={moved}"))
    assert '"changes": {"discount": 4.0}' in shown
    assert "Tenure is a fact" in shown


def test_a_release_is_answered_and_on_record(house, analyst, customer):
    question = {"customer": customer, "changes": {"discount": 7}, "claimed": "0.25", "number": 3}
    found = answered(house, analyst, question)
    assert (found["number"], found["changes"], found["is_equal"]) == (3, {"discount": 7.0}, False)
    logged = house.installation.store.entry(found["entry"])
    assert (logged.header.kind, logged.subject) == ("what-if", customer)
    assert repr(logged.payload["answer"]["log_odds"]) == found["after"]["log_odds"]


def test_a_change_that_cannot_be_made_is_said(house, analyst, customer):
    found = answered(house, analyst, {"customer": customer, "changes": {"discount": 700}, "number": 4})
    assert found == {"number": 4, "refused": found["refused"]}
    assert "Choose a value from 0 to 20" in found["refused"]


@pytest.mark.parametrize(
    "question",
    [
        {},
        {"customer": "C-00001"},
        {"customer": 7, "changes": {}},
        {"customer": "C-00001", "changes": []},
        {"customer": "C-00001", "changes": "discount"},
        {"customer": "C-00001", "changes": {}, "claimed": 1.5},
        {"customer": None, "changes": None},
    ],
)
def test_a_question_out_of_shape_is_refused_without_an_entry(house, analyst, question):
    """S25."""
    before = entries(house)
    assert answered(house, analyst, question)["refused"].startswith(REFUSED)
    assert entries(house) == before


@pytest.mark.parametrize("question", [None, 5, "x", []])
def test_what_is_no_question_changes_nothing(house, analyst, question):
    before = entries(house)
    key = "what-if-answer.data"
    body = house.body(key)
    body["inputs"][0]["value"] = question
    assert analyst.post("/_dash-update-component", json=body).status_code in (200, 204)
    assert entries(house) == before


def test_ids_are_offered_while_typing(house, analyst, customer):
    found = ask(house, analyst, "what-if-matches.children", what_if_pick__value=customer[-4:])
    assert customer in whole(found)


def test_the_scorecard_is_the_file_its_name_says_and_is_kept(house, analyst):
    version = house.installation.champion().version
    answer = analyst.get(f"/_scorecard/{version}.json", headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert hashlib.sha256(gzip.decompress(answer.data)).hexdigest() == version
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    plain = analyst.get(f"/_scorecard/{version}.json")
    assert hashlib.sha256(plain.data).hexdigest() == version


def test_the_scorecard_is_closed_to_strangers_and_viewers_and_other_versions_are_not_there(house, analyst):
    """S12, S17."""
    version = house.installation.champion().version
    assert house.stranger().get(f"/_scorecard/{version}.json").status_code == 401
    assert house.client("viewer").get(f"/_scorecard/{version}.json").status_code == 403
    missing = analyst.get(f"/_scorecard/{'0' * 64}.json")
    assert (missing.status_code, missing.headers["Cache-Control"]) == (404, "no-store")


# --- in Chromium -------------------------------------------------------------------------------------


def until(driver, condition, seconds=30):
    return WebDriverWait(driver, seconds).until(condition)


def words(driver, selector):
    return driver.execute_script("return document.querySelector(arguments[0]).textContent", selector)


def confirmed(driver):
    """Wait for the server's word; give the number of its entry."""
    link = until(driver, lambda d: d.find_elements(By.CSS_SELECTOR, ".ks-wi-proof-good a"))[0]
    return int(link.text.removeprefix("log entry "))


def thumb(driver, label):
    return driver.find_element(By.CSS_SELECTOR, f"[role=slider][aria-label='{label}']")


def opened(visit, path="/what-if"):
    driver = visit(path, role="analyst")
    until(
        driver,
        lambda d: d.find_elements(By.CSS_SELECTOR, "#what-if-controls [role=slider]:not([data-disabled])"),
    )
    confirmed(driver)
    return driver


def requests(driver):
    events = [json.loads(line["message"])["message"] for line in driver.get_log("performance")]
    asked = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
    return [url for url in asked if "/_control/" not in url]  # by the clock: may the model go on?


def share(probability):
    return f"{probability * 100:.1f}%"


@pytest.mark.browser
def test_a_journey_from_drag_to_the_log(visit, house):
    """Drag, see it follow with no request; release, see the server's very number; find it in the log."""
    driver = opened(visit)
    before = words(driver, "[data-part=after]")
    requests(driver)
    grip = thumb(driver, "Sales investment")
    hold = ActionChains(driver).move_to_element(grip).click_and_hold()
    hold.move_by_offset(30, 0).move_by_offset(30, 0).move_by_offset(30, 0).perform()
    until(driver, lambda d: words(d, "[data-part=after]") != before)
    held = words(driver, "#what-if-proof")
    assert "Computed here" in held
    assert requests(driver) == []
    ActionChains(driver).release().perform()
    seq = confirmed(driver)
    assert "to the last bit" in words(driver, "#what-if-proof")
    entry = house.installation.store.entry(seq)
    assert entry.payload["browser"]["equal"] is True
    assert entry.payload["changes"] == {"sales_investment": float(grip.get_attribute("aria-valuenow"))}
    answer = entry.payload["answer"]["probability"]
    for place in ("[data-part=after]", ".ks-gauge-figure", ".ks-wf-end .ks-wf-figure"):
        assert words(driver, place) == share(answer)
    assert words(driver, "[data-part=before]") == share(entry.payload["before"]["probability"]) == before
    driver.find_element(By.CSS_SELECTOR, ".ks-wi-proof a").click()
    until(driver, lambda d: f"entry={seq}" in d.current_url)
    # the address changes before the page of it is drawn
    until(driver, lambda d: d.find_elements(By.ID, "log-detail"))
    until(driver, lambda d: "sales investment" in words(d, "#log-detail").lower())
    assert console(driver) == []


@pytest.mark.browser
def test_the_keyboard_moves_a_slider_and_what_rests_is_asked_once(visit, house):
    driver = opened(visit)
    before = entries(house)
    grip = thumb(driver, "Contract")
    present = grip.get_attribute("aria-valuetext")
    grip.send_keys(Keys.END)
    until(driver, lambda d: grip.get_attribute("aria-valuetext") == "Two years" != present)
    discount = thumb(driver, "Discount")
    discount.send_keys(*[Keys.ARROW_RIGHT] * 5)
    until(
        driver, lambda d: entries(house) > before and d.find_elements(By.CSS_SELECTOR, ".ks-wi-proof-good a")
    )
    seq = confirmed(driver)
    changes = house.installation.store.entry(seq).payload["changes"]
    assert changes["contract"] == "Two years"
    assert changes["discount"] == float(discount.get_attribute("aria-valuenow"))
    assert seq - before <= 3
    assert "Monthly price" in words(driver, "[data-part=followed]")
    assert words(driver, "#what-if-spoken").startswith("Chance of leaving ")
    assert console(driver) == []


@pytest.mark.browser
def test_a_reset_brings_the_customer_back_and_a_link_opens_the_same_what_if(visit, house):
    driver = opened(visit)
    before = words(driver, "[data-part=after]")
    thumb(driver, "Discount").send_keys(Keys.END)
    until(driver, lambda d: "moved=discount%3D20" in d.current_url)
    confirmed(driver)
    moved = words(driver, "[data-part=after]")
    assert moved != before
    driver.get(driver.current_url)
    until(
        driver,
        lambda d: d.find_elements(By.CSS_SELECTOR, "#what-if-controls [role=slider]:not([data-disabled])"),
    )
    confirmed(driver)
    assert words(driver, "[data-part=after]") == moved
    assert thumb(driver, "Discount").get_attribute("aria-valuenow") == "20"
    driver.find_element(By.CSS_SELECTOR, ".ks-slide-moved .ks-slide-reset").click()
    until(driver, lambda d: words(d, "[data-part=after]") == before)
    until(driver, lambda d: "moved=" not in d.current_url)
    assert words(driver, "[data-part=difference]") == "nothing moved yet"
    assert not driver.find_element(By.ID, "what-if-reset").is_enabled()
    assert console(driver) == []


@pytest.mark.browser
def test_another_customer_is_chosen_by_id(visit, house, customer):
    other = house.installation.warehouse.customers_page(
        house.installation.dataset().snapshot, None, start=0, stop=1
    ).rows[0]["customer_id"]
    driver = opened(visit)
    driver.find_element(By.ID, "what-if-pick").send_keys(other, Keys.ENTER)
    until(driver, lambda d: f"customer {other}" in words(d, ".ks-lede"))
    assert other != customer
    assert console(driver) == []


@pytest.mark.browser
def test_a_difference_of_browser_and_server_is_shown_in_red_with_the_servers_figures(visit, house):
    """The proof is no decoration: a browser that computes something else is found out."""
    driver = opened(visit)
    driver.execute_script(
        "const { outlook } = window.keepsight; const of = outlook.of;"
        "outlook.of = (...all) => { const o = of(...all); o.after.log_odds += 1e-6; return o; };"
    )
    thumb(driver, "Discount").send_keys(Keys.END)
    until(driver, lambda d: d.find_elements(By.CSS_SELECTOR, ".ks-wi-proof-bad a"))
    seq = int(driver.find_element(By.CSS_SELECTOR, ".ks-wi-proof-bad a").text.removeprefix("log entry "))
    assert "differs by 1.0e-6" in words(driver, "#what-if-proof")
    assert house.installation.store.entry(seq).payload["browser"]["equal"] is False


@pytest.mark.browser
def test_the_page_reads_well_at_every_width_in_both_themes(visit):
    """No axe violation, nothing wider than the window, targets large enough, no line in the console."""
    driver = opened(visit, "/what-if?moved=contract%3DOne+year%26support_response_hours%3D90")
    assert looked_over(driver) == 6
    assert console(driver) == []
