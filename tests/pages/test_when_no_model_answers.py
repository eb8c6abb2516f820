"""In Chromium: a former version stands in, averages where none answers, no firm score, why a score moved."""

from __future__ import annotations

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from config.dataset import parse_spec
from services import signing
from services.overview import Filters
from tests.house import House, settle
from tests.pages.reading import console
from tests.services import small_town, trial_town
from tests.services.test_contingency import damage, load

pytestmark = pytest.mark.browser

LABEL = "Average of the group, not a prediction"
WIDE = small_town.SPEC.replace("minimum: 10, maximum: 100,", "minimum: 10, maximum: 1000,")


@pytest.fixture
def at(browser, address, house):
    """Give a function that moves the app to an installation and opens one of its pages."""
    moved = []

    def go(installation, path, role="analyst"):
        own = settle(House(house.app, installation))
        moved.append(house.moved_to(installation))
        moved[-1].__enter__()
        browser.get(f"{address}/healthz")
        for name, value in own.cookies(role).items():
            browser.add_cookie({"name": name, "value": value})
        browser.get(f"{address}{path}")
        return browser

    yield go
    for one in reversed(moved):
        one.__exit__(None, None, None)


@pytest.fixture
def town(tmp_path):
    """Give a town whose second champion serves; K001 pays nine times the most that the model has seen."""
    installation, named = trial_town.settle_signed(tmp_path)
    installation.store.promote(named["near"], actor="u-max", began="sign-off", reason="")
    return installation, named


def until(driver, selector, text=""):
    def found(d):
        nodes = d.find_elements(By.CSS_SELECTOR, selector)
        return next((node for node in nodes if text in node.text), None)

    return WebDriverWait(driver, 30, ignored_exceptions=[StaleElementReferenceException]).until(found)


def follow(driver, path):
    """Go to another page of the app as a link does, without loading it anew; wait for the new one."""
    driver.execute_script(
        "document.querySelector('main').dataset.old = 'yes'; keepsight.go(arguments[0])", path
    )
    until(driver, "main:not([data-old])")


def test_a_former_version_that_stands_in_is_told_once_on_every_page_with_figures(at, town):
    installation, named = town
    damage(installation, named["near"])
    driver = at(installation, "/")
    for path in (None, "/customers", "/customer?id=K001"):
        if path:
            follow(driver, path)
        until(driver, ".ks-note", f"Version {named['base'][:8]}, signed before, answers instead of")
        notes = driver.execute_script(
            "return [...document.querySelectorAll('.ks-note')].map((one) => one.textContent)"
        )
        [note] = [one for one in notes if "instead of" in one]
        assert named["near"][:8] in note and "SHA-256" in note and "UTC" in note
    assert "Fail-safe, signed version" in until(driver, "#ks-rail-state").text
    assert console(driver) == []


def test_averages_stand_where_no_version_answers_labelled_with_how_many(at, town):
    installation, named = town
    for version in (named["base"], named["near"]):
        signing.withdraw(installation, trial_town.MAX, version, "It was wrong.")
    driver = at(installation, "/")
    people = trial_town.customers()
    of_group = people[people["contract"] == "One year"]
    share, n = f"{(of_group['left'] == 'Yes').mean():.1%}", len(of_group)
    monthly = people[people["contract"] == "Month to month"]["left"] == "Yes"
    listed = until(driver, ".ks-averages-card", LABEL).text
    assert f"{share} of {n} customers" in listed and "withdrawn on" in listed
    follow(driver, "/customers")
    until(driver, ".ag-header-cell", LABEL)
    until(driver, ".ks-cell-average", "of")
    cells = {cell.text for cell in driver.find_elements(By.CSS_SELECTOR, ".ks-cell-average")}
    assert cells == {f"{share} of {n}", f"{monthly.mean():.1%} of {len(monthly)}"}
    assert not driver.find_elements(By.CSS_SELECTOR, ".ag-header-cell-sortable[col-id=average]")
    key = of_group[of_group["left"] == "No"]["key"].iloc[0]
    follow(driver, f"/customer?id={key}")
    assert until(driver, ".ks-average-figure").text == share
    until(driver, ".ks-card", LABEL)
    assert not driver.find_elements(By.CSS_SELECTOR, ".ks-gauge, .ks-model-mark")
    assert console(driver) == []


def test_no_firm_score_is_said_on_the_customer_s_page_and_in_the_list(at, town):
    installation, _ = town
    frame = trial_town.customers()
    frame.loc[frame["key"] == "K001", "price"] = 900.0
    load(installation, frame, parse_spec(trial_town.SPEC))
    driver = at(installation, "/customer?id=K001")
    assert until(driver, ".ks-gauge-figure", "No firm score")
    assert "would be over 99.9%" in until(driver, ".ks-gauge-caption").text
    note = until(driver, ".ks-note").text
    assert "No firm score: far outside what the model has seen in Monthly price." in note
    assert "Monthly price is 900 EUR, above the most" in note
    follow(driver, "/customers")
    marked = until(driver, ".ks-cell-unfirm")
    assert "no firm score" in marked.get_attribute("title")
    assert len(driver.find_elements(By.CSS_SELECTOR, ".ks-cell-unfirm")) == 1
    assert console(driver) == []


def test_a_slider_moved_beyond_what_was_seen_takes_the_firm_score_away_and_gives_it_back(
    at, tmp_path, monkeypatch
):
    monkeypatch.setattr(small_town, "SPEC", WIDE)
    driver = at(small_town.settle_town(tmp_path), "/what-if?customer=A1")
    until(driver, ".ks-wi-proof-good a")
    figure = driver.find_element(By.CSS_SELECTOR, ".ks-gauge-figure").text
    assert figure.endswith("%")
    driver.execute_script(
        "window.asked = 0; const f = fetch; fetch = (...a) => { window.asked++; return f(...a); }"
    )
    price = driver.find_element(By.CSS_SELECTOR, "[role=slider][aria-label='Monthly price']")
    driver.execute_script(
        "const { outlook } = keepsight; const of = outlook.of; window.seen = [];"
        "outlook.of = (...all) => {"
        "  const o = of(...all); window.seen.push([o.familiarity, window.asked]); return o; }"
    )
    price.send_keys(Keys.END)
    until(driver, ".ks-gauge-figure", "No firm score")
    assert ["unlike", 0] in driver.execute_script("return window.seen")  # said before the server was asked
    assert "unlike anything the model has seen" in until(driver, "[data-part=sentence]").text
    assert (
        "far outside what the model has seen in Monthly price" in until(driver, "[data-part=warnings]").text
    )
    until(driver, ".ks-wi-proof-good a")  # the server says the same
    assert until(driver, ".ks-gauge-figure", "No firm score")
    driver.find_element(By.ID, "what-if-reset").click()
    until(driver, ".ks-gauge-figure", figure)
    assert console(driver) == []


def test_why_a_score_moved_is_shown_when_asked_from_then_to_now(visit, house):
    installation = house.installation
    snapshot = installation.dataset().snapshot
    [first] = installation.warehouse.customers_page(snapshot, None, Filters(), [], 0, 1).rows
    key = first["customer_id"]
    before = installation.store.entries(None, None, 1)[0].header.seq
    driver = visit(f"/customer?id={key}")
    until(driver, "#customer-ask-moved").send_keys(Keys.ENTER)
    end = until(driver, "#customer-moved .ks-wf-end .ks-wf-figure").text
    assert end == until(driver, ".ks-gauge-figure").text
    assert "The chance of leaving" in until(driver, "#customer-moved .ks-sentence").text
    labels = [node.text for node in driver.find_elements(By.CSS_SELECTOR, "#customer-moved .ks-wf-label")]
    assert labels[0].startswith("Then: ") and labels[-1].startswith("Now: ")
    kinds = [one.header.kind for one in installation.store.entries(None, None, 5) if one.header.seq > before]
    assert kinds.count("movement") == 1
    assert console(driver) == []


def test_where_there_is_nothing_earlier_that_is_said(at, town):
    driver = at(town[0], "/customer?id=K001")
    until(driver, "#customer-ask-moved").send_keys(Keys.ENTER)
    until(driver, "#customer-moved", "There is no earlier data to compare with: customers were loaded once")
    assert not driver.find_elements(By.CSS_SELECTOR, "#customer-moved .ks-waterfall")
