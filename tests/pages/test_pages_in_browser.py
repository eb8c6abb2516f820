"""The pages in Chromium: every width and theme reads well, and what people do does what they mean."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from tests.pages.reading import choose_theme, console, looked_over

pytestmark = pytest.mark.browser

PAGES = {
    "/": "#overview-region .main-svg",
    "/customers": ".ks-cell-chance",
    "/customer?id={customer}": ".ks-wf-end",
    "/log?entry=1": "#log-detail .ks-facts",
    "/people": ".ks-people-mark",
    "/nowhere": ".ks-state",
}


def until(driver, selector, seconds=20):
    WebDriverWait(driver, seconds).until(lambda d: d.find_elements(By.CSS_SELECTOR, selector))
    return driver.find_element(By.CSS_SELECTOR, selector)


def words(driver, selector):
    return driver.execute_script("return document.querySelector(arguments[0]).textContent", selector)


def changed(driver, selector, before, seconds=20):
    WebDriverWait(driver, seconds).until(lambda d: words(d, selector) != before)
    return words(driver, selector)


@pytest.fixture(scope="module")
def customer(house):
    installation = house.installation
    snapshot = installation.dataset().snapshot
    spec = installation.dataset().spec
    from services.overview import Filters

    return installation.warehouse.customers_page(snapshot, None, Filters(), [], 0, 1).rows[0][spec.id]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_reads_well_at_every_width_in_both_themes(visit, customer, path):
    """No axe violation, nothing wider than the window, no line in the console."""
    driver = visit(path.format(customer=customer))
    until(driver, PAGES[path])
    assert looked_over(driver) == 6
    assert console(driver) == []


def test_the_theme_changes_charts_without_asking_the_server(visit):
    driver = visit("/")
    until(driver, PAGES["/"])
    driver.execute_script(
        "window.asked = 0; const f = fetch;"  # without the question whether the model may go on, by the clock
        "fetch = (...a) => { window.asked += !String(a[0]).includes('/_control/'); return f(...a); }"
    )
    colour = (
        "return getComputedStyle(document.querySelector('.ks-graph .xtick text, .ks-graph .ytick text')).fill"
    )
    choose_theme(driver, "light")
    WebDriverWait(driver, 10).until(lambda d: d.execute_script(colour))
    before = driver.execute_script(colour)
    driver.find_element(By.ID, "ks-theme-switch").click()
    WebDriverWait(driver, 10).until(lambda d: d.execute_script(colour) != before)
    assert driver.execute_script("return window.asked") == 0
    assert driver.find_element(By.ID, "ks-theme-switch").get_attribute("aria-pressed") == "true"


def test_a_theme_once_chosen_is_kept(visit):
    driver = visit("/log")
    until(driver, ".ks-cell-words")
    choose_theme(driver, "dark")
    driver.refresh()
    until(driver, "h1")
    assert driver.execute_script("return document.documentElement.dataset.bsTheme") == "dark"


def test_a_filter_changes_the_figures_and_its_link_opens_the_same_view(visit):
    driver = visit("/")
    until(driver, "#overview-tiles .ks-tile-figure")
    everyone = words(driver, "#overview-count")
    pill = next(p for p in driver.find_elements(By.CSS_SELECTOR, ".ks-pill") if p.text.startswith("Contract"))
    pill.find_element(By.TAG_NAME, "summary").click()
    pill.find_element(By.CSS_SELECTOR, "label").click()
    some = changed(driver, "#overview-count", everyone)
    address = driver.current_url
    assert "filters=contract" in address
    driver.get(address)
    WebDriverWait(driver, 20).until(lambda d: d.find_elements(By.ID, "overview-count"))
    assert changed(driver, "#overview-count", "") == some
    driver.find_element(By.ID, "overview-clear").click()
    assert changed(driver, "#overview-count", some) == everyone
    assert "filters" not in driver.current_url


def test_a_filter_can_be_worked_by_keyboard(visit):
    driver = visit("/")
    until(driver, "#overview-tiles .ks-tile-figure")
    before = words(driver, "#overview-count")
    pill = next(p for p in driver.find_elements(By.CSS_SELECTOR, ".ks-pill") if p.text.startswith("Contract"))
    pill.find_element(By.TAG_NAME, "summary").send_keys(Keys.ENTER)
    driver.switch_to.active_element.send_keys(Keys.TAB)
    driver.switch_to.active_element.send_keys(Keys.SPACE)
    assert changed(driver, "#overview-count", before)
    driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert pill.get_attribute("open") is None
    assert driver.switch_to.active_element.tag_name == "summary"


def test_a_row_of_the_list_opens_its_customer_and_back_finds_the_list_again(visit):
    driver = visit("/customers")
    link = until(driver, ".ks-cell-link")
    key = link.text
    link.send_keys(Keys.ENTER)
    until(driver, ".ks-wf-end")
    assert driver.find_element(By.TAG_NAME, "h1").text == f"Customer {key}"
    driver.back()
    assert until(driver, ".ks-cell-link").text == key


def test_an_entry_chosen_in_the_log_has_an_address(visit):
    driver = visit("/log")
    link = until(driver, ".ks-cell-link")
    number = link.text
    link.click()
    WebDriverWait(driver, 20).until(lambda d: f"Entry {number}" in words(d, "#log-detail"))
    assert f"entry={number}" in driver.current_url


@pytest.mark.parametrize(
    "away",
    [
        "document.querySelector('.ks-foot').remove()",
        "document.querySelector('.ks-foot').style.display = 'none'",
        "document.querySelector('.ks-foot-notice').textContent = ''",
        "document.querySelector('.ks-foot-facts').replaceChildren()",
    ],
)
def test_a_model_figure_is_refused_without_the_notice(visit, away):
    """R60: nobody gets the figures on screen without what they are, and from which version and data."""
    driver = visit("/", "administrator")
    wait = WebDriverWait(driver, 20)
    marked = ":is(.ks-card, .ks-tile):has(.ks-model-mark)"

    def shown(driver):
        return [one for one in driver.find_elements(By.CSS_SELECTOR, marked) if one.is_displayed()]

    wait.until(shown)
    assert "people decide" in driver.find_element(By.CSS_SELECTOR, ".ks-foot").text
    driver.execute_script(away)
    wait.until(lambda d: not shown(d))
