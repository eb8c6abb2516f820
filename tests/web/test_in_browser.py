"""Security and the way in, seen from Chromium."""

from __future__ import annotations

import functools
import http.server
import json
import time
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import dash
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support import expected_conditions as expected
from selenium.webdriver.support.wait import WebDriverWait

from data.warehouse import Filters
from services import access, customers
from services.roles import SYSTEM
from tests.house import PASSWORD
from tests.pages.reading import WIDTHS, console

pytestmark = pytest.mark.browser

PAGES = ["/", "/customers", "/customer?id={customer}", "/what-if", "/log"]
VIOLATIONS = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", function (event) {
    window.__violations.push(event.violatedDirective + " " + event.blockedURI);
});
"""
SENT_ELSEWHERE = ("http://", "https://", "ws://", "wss://")


def until(driver, condition, seconds=20):
    return WebDriverWait(driver, seconds).until(condition)


def drawn(driver):
    """Wait until the page stands and no callback is under way."""
    until(driver, lambda d: d.find_elements(By.CSS_SELECTOR, "main h1"))
    until(driver, lambda d: not d.find_elements(By.CSS_SELECTOR, "[data-dash-is-loading]"))
    time.sleep(0.5)


def requests_sent(driver):
    """List the addresses Chromium asked for, as its own protocol tells."""
    sent = []
    for line in driver.get_log("performance"):
        message = json.loads(line["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            sent.append(message["params"]["request"]["url"])
    return sent


def watch_policy(driver):
    driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": VIOLATIONS})


def somebody(house):
    """Name a customer who is there."""
    return customers.page(house.installation, SYSTEM, Filters(), stop=1).rows[0]["id"]


def registered(path):
    return path in {page["path"] for page in dash.page_registry.values()}


@pytest.mark.parametrize("path", PAGES)
def test_no_page_breaks_the_policy_or_asks_another_machine(path, visit, browser, address, house):
    """S22: no violation, no request elsewhere, an empty console."""
    assert registered(path.split("?")[0])
    watch_policy(browser)
    driver = visit(path.format(customer=somebody(house)))
    drawn(driver)
    assert driver.execute_script("return window.__violations") == []
    sent = [url for url in requests_sent(driver) if url.startswith(SENT_ELSEWHERE)]
    assert len(sent) > 5
    assert [url for url in sent if not url.startswith(address)] == []
    assert console(driver) == []


@pytest.mark.parametrize("path", PAGES)
def test_no_graph_offers_to_upload_itself(path, visit, house):
    """S23."""
    driver = visit(path.format(customer=somebody(house)))
    drawn(driver)
    offers = driver.find_elements(
        By.CSS_SELECTOR, "[data-title*='hare'], [data-title*='loud'], a[href*='plotly.com']"
    )
    assert offers == []


def test_strangers_come_in_and_go_where_they_were_going(browser, house, address):
    browser.get(f"{address}/customers")
    until(browser, expected.url_contains("/sign-in"))
    browser.find_element(By.ID, "sign-in-name").send_keys("manager-of-tests")
    browser.find_element(By.ID, "sign-in-password").send_keys(PASSWORD)
    browser.find_element(By.ID, "sign-in-submit").click()
    until(browser, expected.url_to_be(f"{address}/customers"))
    drawn(browser)
    assert console(browser) == []


def test_the_one_time_link_leads_in(browser, house, address):
    user = access.add_user(house.installation, SYSTEM, "by-link", "analyst")
    browser.get(address + access.make_link(house.installation, SYSTEM, user))
    for field in ("link-password", "link-again"):
        browser.find_element(By.ID, field).send_keys(PASSWORD)
    browser.find_element(By.ID, "link-submit").click()
    until(browser, lambda driver: urlsplit(driver.current_url).path == "/")  # the page adds what it shows
    drawn(browser)
    assert console(browser) == []


def test_signing_out_from_the_frame_ends_the_session(visit, house, address):
    driver = visit("/", "viewer")
    drawn(driver)
    driver.execute_script("document.querySelector('form[action=\"/sign-out\"]').requestSubmit()")
    until(driver, expected.url_contains("/sign-in"))
    driver.get(f"{address}/")
    until(driver, expected.url_contains("/sign-in"))


def test_when_the_session_has_ended_the_next_action_leads_to_the_sign_in_and_back(visit, house, address):
    """S9."""
    driver = visit("/customers", "manager")
    drawn(driver)
    house.installation.store.end_sessions(house.people["manager"].id)
    driver.execute_script("document.querySelector(\"a[href='/']\").click()")
    until(driver, expected.url_contains("/sign-in?next=%2F"))


ATTACKS = """<!doctype html><title>elsewhere</title>
<form id="form" method="post" action="{target}/sign-out"><input name="csrf_token" value="guess"></form>
<script>
const target = "{target}";
async function attack() {{
    const tries = [
        fetch(target + "/sign-out", {{method: "POST", credentials: "include", mode: "no-cors", body: "x"}}),
        fetch(target + "/_dash-update-component", {{method: "POST", credentials: "include", mode: "no-cors",
            headers: {{"Content-Type": "text/plain"}}, body: "{{}}"}}),
        fetch(target + "/_dash-update-component", {{method: "POST", credentials: "include",
            headers: {{"Content-Type": "application/json", "X-CSRFToken": "guess"}}, body: "{{}}"}}),
    ];
    await Promise.allSettled(tries);
    document.title = "tried";
}}
attack();
</script>"""


@pytest.fixture
def elsewhere(tmp_path, address):
    """Serve another site, which attacks ours; give its address."""
    (tmp_path / "index.html").write_text(ATTACKS.format(target=address))
    quiet = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *args: None})
    served = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(quiet, directory=str(tmp_path))
    )
    Thread(target=served.serve_forever, daemon=True).start()
    # another name of this machine: another site to the browser
    yield f"http://localhost:{served.server_port}"
    served.shutdown()
    served.server_close()


def test_another_site_cannot_act_for_somebody_signed_in(visit, elsewhere, house, address):
    """S20: forms and fetches of every kind from another site change nothing."""
    driver = visit("/", "manager")
    drawn(driver)
    before = house.installation.store.head().seq
    driver.get(f"{elsewhere}/index.html")
    until(driver, expected.title_is("tried"))
    driver.execute_script("document.getElementById('form').submit()")
    until(driver, expected.url_contains("/sign-out"))
    assert house.installation.store.head().seq == before
    driver.get(f"{address}/")
    drawn(driver)
    assert "/sign-in" not in driver.current_url


PAYLOADS = [
    "<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "\"><svg onload=alert(1)>",
    "javascript:alert(1)", "{{7*7}}", "<a href='javascript:alert(1)'>x</a>",
]  # fmt: skip


@pytest.mark.parametrize("path", ["/", "/log"])
def test_a_name_that_is_a_script_is_shown_as_text(path, visit, browser, house):
    """S21."""
    for payload in PAYLOADS:
        if house.installation.store.user_by_name(payload) is None:
            access.add_user(house.installation, SYSTEM, payload, "administrator")
    house.people["attacker"] = house.installation.store.user_by_name(PAYLOADS[0])
    watch_policy(browser)
    driver = visit(path, "attacker")
    drawn(driver)
    assert not expected.alert_is_present()(driver)
    assert driver.execute_script("return window.__violations") == []
    assert driver.execute_script("return document.querySelectorAll('img[src=x], svg[onload]').length") == 0


def axe() -> str:
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", WIDTHS.values(), ids=WIDTHS)
def test_the_way_in_is_for_everybody(size, theme, browser, house, address):
    """The sign-in, a wrong password, the one-time link: no axe violation, nothing to scroll sideways."""
    link = access.make_link(house.installation, SYSTEM, house.people["viewer"])
    width, height = size
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
    )
    features = {"features": [{"name": "prefers-color-scheme", "value": theme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", features)
    for path in ("/sign-in", link, "/link/used-up"):
        browser.get(address + path)
        assert browser.execute_script("return document.documentElement.dataset.bsTheme") == theme
        browser.execute_script(axe())
        found = browser.execute_async_script("axe.run().then(arguments[arguments.length - 1])")
        assert [v["id"] for v in found["violations"]] == []
        page = browser.execute_script("return document.documentElement.scrollWidth")
        assert page <= width
    assert [line for line in console(browser) if "410" not in line] == []
