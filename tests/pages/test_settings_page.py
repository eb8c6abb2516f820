"""The Settings page: who sees and changes what, by its callbacks and in the browser."""

from __future__ import annotations

import re

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from config.managed import MANAGED
from services import managers_settings as settings
from tests.house import House
from tests.house import settle as people_in
from tests.pages.asking import UPDATE, layout, said, whole
from tests.pages.reading import looked_over
from tests.services.trial_town import EVENING, MAX, NOON, settle_signed

WHY = "It is a test."
DEEDS = {
    "settings-about.children": "open a change",
    "settings-effect.children": "see an effect",
    "settings-seen.data": "change",
    "settings-undo-about.children": "open an undo",
    "settings-undo-said.children": "undo",
}


@pytest.fixture
def town(house, tmp_path):
    """Move the app to a small town with a champion, on an evening: nothing has to wait."""
    installation, _ = settle_signed(tmp_path, EVENING)
    own = people_in(House(house.app, installation))
    with house.moved_to(installation):
        yield own


def body(town, output, values):
    """Make the body of the callback that writes an output, whatever else it writes."""
    (key,) = [
        key for key, one in town.callbacks().items()
        if output in key.replace("@", " ").strip(".").split("...") or key == output
    ]  # fmt: skip
    made = town.body(key)
    for part in (*made["inputs"], *made["state"]):
        if isinstance(part, dict):
            part["value"] = values.get(f"{part['id']}.{part['property']}")
    return made


def press(town, role, output, **values):
    answer = town.client(role).post(UPDATE, json=body(town, output, values))
    assert answer.status_code == 200, answer.text
    return answer.get_json()["response"]


def seen(town):
    return {one.name: one.revision for one in settings.lines(town.installation, MAX)}


def effect(town, name, text, role="manager"):
    return press(
        town, role, "settings-effect.children",
        **{"settings-value.value": text, "settings-name.data": name, "settings-seen.data": seen(town)},
    )  # fmt: skip


def confirm(town, shown, role="manager", **more):
    given = {
        "settings-change-now.n_clicks": 1, "settings-shown.data": shown, "settings-seen.data": seen(town),
        "settings-value.value": shown["text"] if shown else None, "settings-reason.value": WHY,
    }  # fmt: skip
    return press(town, role, "settings-seen.data", **(given | more))


def page(town, role):
    return layout(town, town.client(role), "/settings")


@pytest.mark.parametrize("role", ["viewer", "analyst"])
def test_everybody_reads_what_is_in_force_and_changes_nothing(town, role):
    settings.change(town.installation, MAX, "at_risk_share", 0.12, WHY, "F-9", seen_revision=0)
    found = page(town, role)
    words = said(found)
    for one in MANAGED.values():
        assert one.label in words
    for part in ("12%", "by Max", "set up: 10%", WHY, "F-9", "Managers and administrators change it."):
        assert part in words
    assert "settings-change" not in whole(found)


@pytest.mark.parametrize("role", ["manager", "administrator"])
def test_who_may_change_finds_a_button_a_setting_and_undo_where_something_was_changed(town, role):
    settings.change(town.installation, MAX, "contact", "Ina", WHY, seen_revision=0)
    text = whole(page(town, role))
    assert text.count('"type": "settings-change"') == len(MANAGED)
    assert re.findall(r'"type": "settings-undo", "name": "(\w+)"', text) == ["contact"]


def test_the_effect_is_shown_then_confirmed_and_in_force(town):
    found = effect(town, "at_risk_share", "20%")
    assert "40 customers join the list, 0 leave" in said(found["settings-effect"]["children"])
    done = confirm(town, found["settings-shown"]["data"])
    assert done["settings-done"]["data"] == {"go": "/settings"}
    assert town.installation.settings.at_risk_share == 0.2


def test_what_was_not_shown_is_not_confirmed(town):
    shown = effect(town, "at_risk_share", "20%")["settings-shown"]["data"]
    for more in ({"settings-value.value": "30%"}, {"settings-shown.data": None}):
        told = confirm(town, shown, **more)
        assert "Look at what it would do first" in told["settings-change-said"]["children"]
    assert town.installation.store.last_setting() == 0


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("at_risk_share", "much", "is no number of per cent"),
        ("at_risk_share", "100", "less than 1"),
        ("at_risk_share", "10", "Write another value"),
        ("at_risk_share", "nan", "at_risk_share cannot be nan"),
        ("working_hours", "always", "are no working hours"),
        ("secret_key", "x", "There is no setting"),
    ],
)
def test_what_cannot_be_says_why_and_cannot_be_confirmed(town, name, text, words):
    found = effect(town, name, text)
    assert words in said(found["settings-effect"]["children"])
    assert found["settings-shown"]["data"] is None


def test_the_second_editor_is_told_and_may_look_and_confirm_again(town):
    """S49."""
    before = seen(town)
    shown = effect(town, "value_months", "36")["settings-shown"]["data"]
    settings.change(town.installation, MAX, "value_months", 24, "Budget.", seen_revision=0)
    told = confirm(town, shown, **{"settings-seen.data": before})
    assert "Max changed worth of a customer to 24 months" in told["settings-change-said"]["children"]
    assert told["settings-seen"]["data"]["value_months"] == 1
    assert town.installation.settings.value_months == 24
    confirm(town, effect(town, "value_months", "36")["settings-shown"]["data"])
    assert town.installation.settings.value_months == 36


def test_what_has_to_wait_says_so_on_the_page(town):
    town.installation.store.clock = lambda: NOON
    found = effect(town, "at_risk_share", "30%")
    assert "it waits until 18:00" in said(found["settings-effect"]["children"])
    confirm(town, found["settings-shown"]["data"])
    words = said(page(town, "viewer"))
    assert "30% waits until" in " ".join(words.split()) and "10%" in words


def test_the_last_change_is_shown_and_taken_back(town):
    settings.change(town.installation, MAX, "contact", "Ina", WHY, seen_revision=0)
    done = press(
        town, "manager", "settings-undo-said.children",
        **{"settings-undo-now.n_clicks": 1, "settings-undo-name.data": "contact",
           "settings-undo-reason.value": "Wrong.", "settings-seen.data": seen(town)},
    )  # fmt: skip
    assert done["settings-done"]["data"] == {"go": "/settings"}
    assert town.installation.settings.contact == town.installation.set_up.contact


def test_the_contact_of_the_sign_in_is_that_in_force(town):
    settings.change(town.installation, MAX, "contact", "Ina, extension 12", WHY, seen_revision=0)
    assert "Ina, extension 12" in town.stranger().get("/sign-in").text


@pytest.mark.parametrize("path", ["/", "/customers", "/trials"])
def test_a_request_reads_at_most_once_whether_a_setting_was_changed(town, monkeypatch, path):
    client, reads, last = town.client("manager"), [], town.installation.store.last_setting
    monkeypatch.setattr(town.installation.store, "last_setting", lambda: reads.append(path) or last())
    layout(town, client, path)
    assert len(reads) <= 1
    client.get("/_dash-layout")
    assert reads.count(path) <= 2


@pytest.mark.parametrize("role", ["viewer", "analyst"])
@pytest.mark.parametrize("output", DEEDS, ids=DEEDS.values())
def test_who_calls_a_managers_callback_by_hand_changes_nothing(town, role, output):
    """S14."""
    made = body(town, output, {})
    for part in (*made["inputs"], *made["state"]):
        if isinstance(part, dict):
            part["value"] = {"n_clicks": 1}.get(part["property"], "x")
    assert town.client(role).post(UPDATE, json=made).status_code == 403
    assert town.installation.store.last_setting() == 0


# --- in the browser ----------------------------------------------------------------------------------


@pytest.fixture
def at(browser, address, town):
    """Sign Chromium in and open the page."""

    def go(role):
        browser.get(f"{address}/healthz")
        for name, value in town.cookies(role).items():
            browser.add_cookie({"name": name, "value": value})
        browser.get(f"{address}/settings")
        return browser

    return go


def wait(driver, condition):
    waiting = WebDriverWait(driver, 30, ignored_exceptions=[StaleElementReferenceException])
    return waiting.until(lambda _: condition())


@pytest.mark.browser
def test_a_manager_changes_the_list_by_hand_and_takes_it_back(at, town):
    driver = at("manager")

    def shown(selector):
        return [one for one in driver.find_elements(By.CSS_SELECTOR, selector) if one.is_displayed()]

    wait(driver, lambda: shown("[aria-label='Change: Length of the at-risk list']"))[0].click()
    field = wait(driver, lambda: shown("#settings-value"))[0]
    wait(driver, lambda: field.get_attribute("value") == "10%")
    field.clear()
    field.send_keys("20%")
    wait(driver, lambda: "40 customers join" in driver.find_element(By.ID, "settings-effect").text)
    driver.find_element(By.ID, "settings-reason").send_keys("More people at the phones.")
    driver.find_element(By.ID, "settings-change-now").click()
    wait(driver, lambda: "More people at the phones." in driver.find_element(By.TAG_NAME, "main").text)
    assert town.installation.settings.at_risk_share == 0.2
    wait(driver, lambda: shown("[aria-label='Undo: Length of the at-risk list']"))[0].click()
    wait(driver, lambda: "10% → 20%" in driver.find_element(By.ID, "settings-undo-about").text)
    driver.find_element(By.ID, "settings-undo-reason").send_keys("Too many calls.")
    driver.find_element(By.ID, "settings-undo-now").click()
    wait(driver, lambda: "took back" in driver.find_element(By.TAG_NAME, "main").text)
    assert town.installation.settings.at_risk_share == 0.1
    assert [one["message"] for one in driver.get_log("browser") if one["level"] == "SEVERE"] == []


@pytest.mark.browser
def test_the_page_reads_well_at_every_width_in_both_themes(at, town):
    town.installation.store.clock = lambda: NOON
    settings.change(town.installation, MAX, "at_risk_share", 0.3, WHY, "F-9", seen_revision=0)
    settings.change(town.installation, MAX, "contact", "x" * 200, WHY, seen_revision=0)
    driver = at("manager")
    wait(driver, lambda: driver.find_elements(By.CSS_SELECTOR, ".ks-set-history li"))
    assert looked_over(driver) == 6
