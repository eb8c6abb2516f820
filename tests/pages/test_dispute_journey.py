"""A viewer doubts a prediction; a manager looks, changes a setting and answers; the guidelines show it."""

import time
from datetime import timedelta

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from services.guidelines import working_out
from services.roles import SYSTEM
from tests.house import House
from tests.house import settle as people_in
from tests.pages.reading import console
from tests.services.trial_town import EVENING, settle_signed

CUSTOMER = "K001"
WORDS = "This customer told me that they stay."
CHANGE = "Length of the at-risk list"


@pytest.fixture
def town(house, tmp_path):
    """Move the app to a small town with a champion, on an evening: nothing has to wait."""
    installation, _ = settle_signed(tmp_path, EVENING)
    began = time.monotonic()
    installation.store.clock = lambda: EVENING + timedelta(seconds=time.monotonic() - began)
    own = people_in(House(house.app, installation))
    with house.moved_to(installation):
        yield own


class Person:
    """Somebody at the browser."""

    def __init__(self, driver, address, town, role):
        self.driver, self.address = driver, address
        driver.get(f"{address}/healthz")  # a page without scripts, so that nobody asks in between
        driver.delete_all_cookies()
        for name, value in town.cookies(role).items():
            driver.add_cookie({"name": name, "value": value})

    def wait(self, condition):
        waiting = WebDriverWait(self.driver, 30, ignored_exceptions=[StaleElementReferenceException])
        return waiting.until(lambda _: condition())

    def goes_to(self, path):
        self.driver.get(self.address + path)

    def shown(self, selector):
        found = self.driver.find_elements(By.CSS_SELECTOR, selector)
        return [one for one in found if one.is_displayed()]

    def presses(self, selector):
        self.wait(lambda: self.shown(selector))
        self.driver.execute_script("document.querySelector(arguments[0]).click()", selector)

    def writes(self, selector, words):
        self.wait(lambda: self.shown(selector))[0].send_keys(words)

    def reads(self, words, where="main"):
        self.wait(lambda: words in self.driver.find_element(By.CSS_SELECTOR, where).text)


@pytest.mark.browser
def test_from_a_doubt_to_an_answer_with_the_change_it_led_to(browser, address, town):
    viewer = Person(browser, address, town, "viewer")
    viewer.goes_to(f"/customer?id={CUSTOMER}")
    viewer.presses(".ks-page-head .ks-fb-opener")
    viewer.wait(lambda: browser.switch_to.active_element.get_attribute("type") == "radio")
    browser.switch_to.active_element.send_keys(Keys.ARROW_DOWN)
    viewer.writes("#ks-feedback-text", WORDS)
    browser.switch_to.active_element.send_keys(Keys.CONTROL, Keys.ENTER)
    viewer.reads("Sent: number 1.", "#ks-feedback")

    manager = Person(browser, address, town, "manager")
    manager.goes_to("/feedback")
    manager.presses("a[href='/feedback?item=1']")
    manager.reads(WORDS)
    manager.presses(f"a[href='/log?about={CUSTOMER}']")
    manager.presses(".ks-log-list a[href*='entry=']")
    manager.reads(f"viewer-of-tests looked at customer {CUSTOMER}")
    manager.presses("#log-replay")
    manager.reads("the same, to the last bit")

    manager.goes_to("/settings")
    manager.presses(f"[aria-label='Change: {CHANGE}']")
    field = manager.wait(lambda: manager.shown("#settings-value"))[0]
    manager.wait(lambda: field.get_attribute("value") == "10%")
    field.clear()
    field.send_keys("9%")
    manager.reads("4 leave", "#settings-effect")
    manager.writes("#settings-reason", "Those at the end of the list stay, as we are told.")
    manager.writes("#settings-complaint", "1")
    manager.presses("#settings-change-now")
    manager.reads("Those at the end of the list stay")

    manager.goes_to("/feedback?item=1")  # where the change stands already, since it cites the item
    manager.presses("#feedback-answer")
    manager.writes("#feedback-answer-text", "You were right: the list is shorter now.")
    manager.presses("#feedback-answer-now")
    manager.reads("You were right")
    assert console(browser) == []

    viewer = Person(browser, address, town, "viewer")
    viewer.goes_to("/feedback?item=1")
    viewer.reads("You were right: the list is shorter now.")
    viewer.reads(f"{CHANGE}: now 9%")

    working_out.refresh(town.installation, SYSTEM)
    viewer.goes_to("/guidelines/G7")
    viewer.reads("Other feedback 1 0 0 1 1")  # said, open, overdue, answered, led to a change
    viewer.goes_to("/guidelines/G9")
    viewer.reads("1 led to a change (100%)")
    viewer.goes_to("/guidelines/G11")
    viewer.reads("replay exactly")
    assert console(browser) == []
