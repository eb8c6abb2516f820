"""Every page for weak eyes and unsteady hands: at 200 % zoom, with targets large enough, by keyboard alone.

With KEEPSIGHT_KEEP_ACCESS=1 it walks all pages and keeps what it finds in config/access.yaml, which guideline
G6 tells of.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime

import dash
import pytest
import yaml
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from data.warehouse import Filters
from services import customers
from services.guidelines import access_checks
from services.roles import SYSTEM
from tests.pages import reading

pytestmark = pytest.mark.browser

TEST = "tests/pages/test_everybody_can_use_it.py"
SOME = {"/", "/customers", "/control", "/drill", "/guidelines/tests"}
"""Pages that are walked each time; all of them take a minute or two."""

LOOKS_FOR = {
    "eyesight": "at 200% zoom nothing is wider than the window, and text has a contrast of 4.5 to 1",
    "motor ability": "what is pressed measures 24 pixels, or keeps as far from what lies beside it",
    "keyboard": "whatever can be pressed is reached by the Tab key, and shows that it is",
}

# Inside the grid arrow keys lead on, and of radio buttons one is in the order for all of its group
REACHED = """
const shown = (one) => one.checkVisibility({opacityProperty: false, visibilityProperty: true})
  && one.getBoundingClientRect().width > 0 && !one.closest("[inert], .ag-root-wrapper");
const can = "a[href], button, input, select, textarea, summary, [tabindex]";
window.ksTabbable = [...document.querySelectorAll(can)].filter((one) => one.tabIndex >= 0 && !one.disabled
  && one.type !== "radio" && one.type !== "hidden" && shown(one));
window.ksReached = new Set();
window.ksUnseen = new Set();
document.addEventListener("focusin", (event) => {
  window.ksReached.add(event.target);
  const own = getComputedStyle(event.target);
  const around = event.target.closest(".dash-input-container, label, .dash-slider-root");
  const hints = [own, ...(around ? [getComputedStyle(around)] : [])];
  if (hints.every((one) => one.outlineStyle === "none" && one.boxShadow === "none")
      && !event.target.closest(".ag-root-wrapper")) // the grid frames its cells by a border
    window.ksUnseen.add(event.target);
});
document.body.focus();
return window.ksTabbable.length;
"""
MISSED = """
const name = (one) => `${one.tagName}#${one.id}.${one.className} ${(one.innerText || "").slice(0, 30)}`;
return [window.ksTabbable.filter((one) => one.isConnected && !window.ksReached.has(one)).map(name),
        [...window.ksUnseen].filter((one) => one.isConnected && one !== document.body).map(name)];
"""
AXE = (
    "axe.run(document, {runOnly: {type: 'rule', values: arguments[0]}}).then((r) => arguments[1]("
    "r.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.target).join('; '))))"
)


def pages(house):
    """Name every page by an address that it can be opened at."""
    key = customers.page(house.installation, SYSTEM, Filters(), stop=1).rows[0]["id"]
    named = {"/customer": f"?id={key}", "/what-if": f"?customer={key}", "/subject": f"?customer={key}"}
    found = []
    for one in dash.page_registry.values():
        if one["module"].endswith("not_found_404"):
            continue
        path = "/guidelines/G6" if one["path_template"] else one["path"]
        found.append(path + named.get(path, ""))
    return sorted(found)


def settled(driver):
    WebDriverWait(driver, 30).until(lambda d: d.find_elements(By.CSS_SELECTOR, "main h1"))
    WebDriverWait(driver, 30).until(lambda d: not d.find_elements(By.CSS_SELECTOR, "[data-dash-is-loading]"))


def ruled(driver, *rules):
    driver.execute_script(reading._axe())
    return driver.execute_async_script(AXE, list(rules))


def for_eyes(driver):
    reading.resize(driver, 720, 450)  # a window of 1440 by 900 at 200 %
    wide = driver.execute_script("return [document.documentElement.scrollWidth, window.innerWidth]")
    found = [f"{wide[0]} wide of {wide[1]}"] if wide[0] > wide[1] else []
    reading.resize(driver, 1440, 900)
    return found + ruled(driver, "color-contrast")


def for_hands(driver):
    return ruled(driver, "target-size")


def by_keyboard(driver):
    many = driver.execute_script(REACHED)
    assert many > 10, "a page has its navigation at least"
    for _ in range(many // 10 + 3):  # some steps more: parts that scroll are in the order too
        ActionChains(driver).send_keys(Keys.TAB * 15).perform()
        missed, unseen = driver.execute_script(MISSED)
        if not missed:
            break
    return [f"not reached: {one}" for one in missed] + [f"not shown: {one}" for one in unseen]


CHECKS = {"eyesight": for_eyes, "motor ability": for_hands, "keyboard": by_keyboard}


def test_every_page_can_be_read_pressed_and_reached(visit, house, address):
    paths, found = pages(house), {name: {} for name in CHECKS}
    assert len(paths) > 15 and set(paths) >= SOME
    if not os.environ.get("KEEPSIGHT_KEEP_ACCESS"):
        paths = sorted(SOME)
    driver = visit("/")
    for path in paths:
        driver.get(f"{address}{path}")
        settled(driver)
        for name, check in CHECKS.items():
            if wrong := check(driver):
                found[name][path.split("?")[0]] = wrong
    if os.environ.get("KEEPSIGHT_KEEP_ACCESS"):
        keep(found, len(paths))
    assert found == {name: {} for name in CHECKS}


def keep(found, many):
    rows = [
        {"name": name, "looks_for": LOOKS_FOR[name], "test": TEST, "checked": datetime.now(UTC).date(),
         "pages": many, "failed": sorted(found[name])}
        for name in access_checks.NAMES
    ]  # fmt: skip
    head = f"# What the last walk through all pages found; written by {TEST}\n"
    access_checks.FILE.write_text(head + yaml.safe_dump(rows, sort_keys=False, width=118), encoding="utf-8")


def test_what_was_kept_can_be_read_and_names_this_test():
    kept = access_checks.read()
    assert {one.name: one.looks_for for one in kept} == LOOKS_FOR
    assert {one.test for one in kept} == {TEST}


def test_a_page_that_fails_is_found(visit):
    """Break a page in each way: what no check can find proves nothing."""
    driver = visit("/control")
    settled(driver)
    for name, check in CHECKS.items():
        assert check(driver) == [], name
    driver.execute_script(
        "const add = (html) => document.querySelector('main').insertAdjacentHTML('beforeend', html);"
        'add(\'<div class="ks-wide">.</div><p class="ks-pale">pale words</p>\');'
        'add(\'<div><button class="ks-tiny">a</button><button class="ks-tiny">b</button></div>\');'
        'add(\'<button class="ks-plain" tabindex="0" onfocus="this.blur()">gone</button>\');'
        "const sheet = new CSSStyleSheet(); sheet.replaceSync('.ks-wide {width: 2000px}"
        " .ks-pale {color: #ccc; background: #fff}"
        " .ks-tiny {all: unset; font-size: 9px; line-height: 9px; outline: none !important}"
        "'); document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];"
    )
    assert any("wide of" in one for one in for_eyes(driver))
    assert any("ks-pale" in one for one in for_eyes(driver))
    assert any("ks-tiny" in one for one in for_hands(driver))
    assert any("not shown" in one for one in by_keyboard(driver))
