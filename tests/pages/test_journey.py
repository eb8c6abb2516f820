"""The acceptance journey: sign in, filter, find a customer, drag, release, read the entry in the log."""

from __future__ import annotations

import pytest
from dash.testing.wait import until
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By

from tests.house import PASSWORD

pytestmark = pytest.mark.browser


def press(duo, selector, text):
    """Press the first element that begins with a text."""
    duo.wait_for_element(selector, timeout=20)
    next(one for one in duo.find_elements(selector) if one.text.strip().startswith(text)).click()


def test_from_the_sign_in_to_the_entry_in_the_log(dash_br, house, address):
    dash_br.driver.get(address)  # a stranger is led to the sign-in
    dash_br.wait_for_element("#sign-in-name", timeout=20).send_keys("analyst-of-tests")
    dash_br.find_element("#sign-in-password").send_keys(PASSWORD)
    dash_br.find_element("#sign-in-submit").click()

    dash_br.wait_for_element("#overview-tiles .ks-tile-figure", timeout=20)
    everyone = dash_br.wait_for_element("#overview-count", timeout=20).text
    press(dash_br, ".ks-pill summary", "Contract")
    press(dash_br, ".ks-pill[open] label", "Month to month")
    until(lambda: dash_br.find_element("#overview-count").text != everyone, timeout=20)

    press(dash_br, "a", "See these customers")
    key = dash_br.wait_for_element(".ks-cell-link", timeout=20).text
    press(dash_br, ".ks-cell-link", key)
    dash_br.wait_for_text_to_equal("h1", f"Customer {key}", timeout=20)
    press(dash_br, "main a", "What if")

    dash_br.wait_for_element(".ks-wi-proof-good a", timeout=30)
    before = dash_br.find_element("[data-part=after]").text
    grip = dash_br.find_element("[role=slider][aria-label='Sales investment']")
    ActionChains(dash_br.driver).drag_and_drop_by_offset(grip, 70, 0).perform()
    until(lambda: dash_br.find_element("[data-part=after]").text != before, timeout=20)
    dash_br.wait_for_contains_text("#what-if-proof", "to the last bit", timeout=20)

    shown = dash_br.find_element("[data-part=after]").text
    dash_br.find_element(".ks-wi-proof-good a").click()
    dash_br.wait_for_contains_text("#log-detail", shown, timeout=20)
    dash_br.wait_for_contains_text("#log-detail", key, timeout=20)
    assert dash_br.driver.find_elements(By.CSS_SELECTOR, ".ks-toast *") == []
    console = dash_br.driver.get_log("browser")
    assert [line["message"] for line in console if line["level"] in ("SEVERE", "WARNING")] == []
