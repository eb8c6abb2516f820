"""The note of the first use in Chromium: there until it is read, by keyboard; again from the menu."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from services import access
from services.roles import SYSTEM
from tests.pages.reading import console, looked_over
from web.session import csrf_token

pytestmark = pytest.mark.browser


def there(driver, selector, gone=False):
    """Wait until something is there, or gone; give the first of it."""
    WebDriverWait(driver, 20).until(
        lambda d: bool(d.find_elements(By.CSS_SELECTOR, selector)) is not gone,
        f"{selector} is {'still' if gone else 'not'} there",
    )
    return None if gone else driver.find_element(By.CSS_SELECTOR, selector)


@pytest.fixture
def newcomer(browser, house, address):
    """Sign in somebody who was never here."""
    store, config = house.installation.store, house.server.config
    user = access.add_user(house.installation, SYSTEM, "first-day-of-tests", "viewer")
    session = store.open_session(user.id, datetime.now(UTC))
    with house.server.app_context():
        token = csrf_token(session)
    browser.get(f"{address}/healthz")
    for name, value in (("KEEPSIGHT_SESSION_COOKIE", session), ("KEEPSIGHT_TOKEN_COOKIE", token)):
        browser.add_cookie({"name": config[name], "value": value})
    yield browser
    store.disable_user(user.id, datetime.now(UTC))


def test_it_stands_until_it_is_read_and_comes_again_from_the_menu(newcomer, address):
    driver = newcomer
    driver.get(f"{address}/control")
    assert "people decide" in there(driver, ".ks-first-use").text
    there(driver, "#ks-main h1")
    assert looked_over(driver, "first use", themes=("light", "dark")) == 6
    there(driver, "#ks-first-use-read").send_keys(Keys.ENTER)
    there(driver, ".ks-first-use", gone=True)
    driver.get(f"{address}/control")
    there(driver, "#ks-foot-facts span")
    assert not driver.find_elements(By.CSS_SELECTOR, ".ks-first-use")
    there(driver, ".ks-person summary").click()
    there(driver, ".ks-popover a[href='/?note=1']").click()
    assert "You read this on" in there(driver, ".ks-first-use").text
    there(driver, "#ks-first-use-read").click()
    there(driver, ".ks-first-use", gone=True)
    assert "note" not in driver.current_url
    assert console(driver) == []
