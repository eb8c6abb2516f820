"""The Control room: who sees and does what, by its callbacks and in the browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from data.store import EntryFilter
from services import control, control_people
from services.roles import Actor
from tests.house import House, settle
from tests.pages.asking import UPDATE, layout, said, whole
from tests.pages.reading import console, looked_over
from tests.services import trial_town
from tests.services.trial_town import MAX

WHY = "It is a test."
DEEDS = {
    "control-set-said.children": "throw a switch",
    "control-what.value": "open the dialog of a switch",
    "control-preview.children": "see a preview",
    "control-answer-said.children": "answer a request",
    "control-answered.children": "open a request",
    "control-back-said.children": "roll back",
    "control-reload-said.children": "begin the workers anew",
    "control-notice-said.children": "announce maintenance",
    "control-drilled.children": "drill",
}


@pytest.fixture
def town(house, tmp_path):
    """Move the app to a small town with two champions; give its people and versions."""
    installation, named = trial_town.settle_signed(tmp_path)
    installation.store.promote(named["near"], actor=MAX.id, began="sign-off", reason="")
    own = settle(House(house.app, installation))
    with house.moved_to(installation):
        yield own, named


def person(town, role):
    own = town[0].people[role]
    return Actor(own.id, own.name, own.role)


def body(town, output, values):
    # an output that several callbacks write has a mark after its name in all but one
    (key,) = [key for key in town[0].callbacks() if output in key and f"{output}@" not in key]
    made = town[0].body(key)
    for part in (*made["inputs"], *made["state"]):
        if isinstance(part, dict):
            part["value"] = values.get(f"{part['id']}.{part['property']}")
    return made


def press(town, role, output, **values):
    answer = town[0].client(role).post(UPDATE, json=body(town, output, values))
    assert answer.status_code == 200, answer.text
    return answer.get_json()["response"]


def throw(town, state, what="churn-model", role="manager", **more):
    installation = town[0].installation
    seen = {name: one.revision for name, one in control.states(installation).items()}
    given = {
        "control-set-now.n_clicks": 1, "control-what.value": what, "control-state.value": state,
        "control-reason.value": WHY, "control-seen.data": seen,
    }  # fmt: skip
    return press(town, role, "control-set-said.children", **(given | more))


def page(town, role, path="/control"):
    return layout(town[0], town[0].client(role), path)


def entries(town):
    return town[0].installation.store.entries(EntryFilter(kinds=("control",)), None, 50)


# --- who sees what -----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["viewer", "analyst"])
def test_everybody_sees_the_switches_and_may_hide_and_ask_but_throws_nothing(town, role):
    found = page(town, role)
    words, ids = said(found), whole(found)
    for part in ("Everything", "Churn model", "Batch scoring", "If it were fail-safe now", "Hide it for me"):
        assert part in words
    assert "Ask to stop" in words
    assert "control-set-now" not in ids and "Roll back" not in words and "Drill" not in words


@pytest.mark.parametrize("role", ["manager", "administrator"])
def test_managers_see_what_they_can_do_and_what_not_with_why(town, role):
    words = said(page(town, role))
    for part in ("Roll back", "Begin the workers anew", "Announce maintenance", "Drill a switch", "Change"):
        assert part in words
    assert "under gunicorn" in words, "no server runs in a test"
    assert "There is no catalogue for the data 'trials'" in words
    assert f"Version {town[1]['base'][:8]} would serve now" in words


# --- a switch ----------------------------------------------------------------------------------------


def test_a_manager_throws_a_switch_and_the_pages_say_so(town):
    done = throw(town, "off")
    assert done["control-done"]["data"] == {"go": "/control"}
    assert control.state(town[0].installation, "churn-model").state == "off"
    words = said(page(town, "viewer"))
    assert "off" in words and WHY in words
    shown = said(layout(town[0], town[0].client("analyst"), "/what-if"))
    assert "No model answers you here" in shown and "switched off on" in shown


def test_a_preview_is_shown_before_it_is_confirmed(town):
    found = press(
        town, "manager", "control-preview.children",
        **{"control-what.value": "churn-model", "control-state.value": "fail-safe"},
    )  # fmt: skip
    words = said(found["control-preview"]["children"])
    assert "What people will see" in words and f"Version {town[1]['base'][:8]} would serve now" in words
    assert entries(town) == []


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"control-reason.value": " "}, "Write a sentence"),
        ({"control-state.value": None}, "Choose a state first"),
        ({"control-state.value": "broken"}, "is no state"),
        ({"control-what.value": "weather"}, "is no subsystem"),
        ({"control-what.value": ["churn-model"]}, "is no subsystem"),
        ({"control-reason.value": {"a": 1}}, "Write a sentence"),
    ],
)
def test_what_cannot_be_thrown_is_told_in_the_dialog(town, more, words):
    done = throw(town, "off", **more)
    assert words in done["control-set-said"]["children"] and "control-done" not in done
    assert {one.state for one in control.states(town[0].installation).values()} == {"on"}


def test_of_two_managers_the_second_is_told_in_the_dialog(town):
    seen = {name: one.revision for name, one in control.states(town[0].installation).items()}
    throw(town, "paused")
    late = throw(town, "off", role="administrator", **{"control-seen.data": seen})
    assert "Paused since" in late["control-set-said"]["children"]
    assert control.state(town[0].installation, "churn-model").state == "paused"


@pytest.mark.parametrize("role", ["viewer", "analyst"])
@pytest.mark.parametrize("output", DEEDS, ids=DEEDS.values())
def test_who_calls_a_managers_callback_by_hand_is_refused_on_record_and_changes_nothing(
    town, role, output, caplog
):
    """S14."""
    made = body(town, output, {})
    for part in (*made["inputs"], *made["state"]):
        if isinstance(part, dict):
            part["value"] = {"n_clicks": 1}.get(part["property"], "off")
    answer = town[0].client(role).post(UPDATE, json=made)
    assert answer.status_code == 403
    assert {one.state for one in control.states(town[0].installation).values()} == {"on"}
    assert entries(town) == []
    assert any("refused to" in record.message for record in caplog.records)


# --- oneself, requests, notices ----------------------------------------------------------------------


def test_a_viewer_hides_model_output_and_shows_it_again(town):
    assert "hidden" not in said(page(town, "viewer", "/customers")).lower()
    press(town, "viewer", "control-hide.disabled", **{"control-hide.n_clicks": 1})
    words = said(page(town, "viewer", "/customers"))
    assert "You have hidden model output for yourself" in words
    assert "Chance of leaving" in whole(layout(town[0], town[0].client("analyst"), "/customers"))
    assert "Show it to me again" in said(page(town, "viewer"))


def test_a_request_goes_to_the_managers_and_the_answer_back(town):
    press(
        town, "viewer", "control-ask-said.children",
        **{"control-ask-now.n_clicks": 1, "control-ask-what.value": "churn-model",
           "control-ask-text.value": "It calls the wrong people."},
    )  # fmt: skip
    assert "It calls the wrong people." in said(page(town, "manager"))
    assert "It calls the wrong people." not in said(page(town, "analyst"))
    (row,) = control_people.requests(town[0].installation, MAX)
    press(
        town, "manager", "control-answer-said.children",
        **{"control-answer-now.n_clicks": 1, "control-answered.children": f"{row.number}: viewer asks",
           "control-answer-text.value": "It is paused."},
    )  # fmt: skip
    assert "It is paused." in said(page(town, "viewer"))


def test_a_notice_stands_above_every_page_until_it_is_over(town):
    own = town[0]
    press(
        town, "manager", "control-notice-said.children",
        **{"control-notice-now.n_clicks": 1, "control-notice-text.value": "New customers are loaded.",
           "control-notice-in.value": 0, "control-notice-for.value": 30},
    )  # fmt: skip

    def banner():
        answer = own.client("viewer").post(UPDATE, json=body(town, "ks-banner.children", {}))
        return said(answer.get_json()["response"]["ks-banner"]["children"])

    assert "Maintenance" in banner() and "New customers are loaded." in banner()
    now = own.installation.store.clock()
    own.installation.store.clock = lambda: now + timedelta(minutes=31)
    assert "Maintenance" not in banner()


@pytest.mark.parametrize("minutes", [None, -1, 1.5, True, "soon", 10**9])
def test_minutes_that_are_none_are_told(town, minutes):
    done = press(
        town, "manager", "control-notice-said.children",
        **{"control-notice-now.n_clicks": 1, "control-notice-text.value": "Work.",
           "control-notice-in.value": 0, "control-notice-for.value": minutes},
    )  # fmt: skip
    assert "as whole numbers" in done["control-notice-said"]["children"]
    assert entries(town) == []


def test_a_drill_shows_what_came_in_each_state(town):
    done = press(
        town, "manager", "control-drilled.children",
        **{"control-drill-now.n_clicks": 1, "control-drill-what.value": "churn-model",
           "control-drill-reason.value": "The monthly drill."},
    )  # fmt: skip
    words = said(done["control-drilled"]["children"])
    assert "it works" in words and "does not answer" in words
    assert control.state(town[0].installation, "churn-model").state == "on"


def test_a_rollback_goes_one_step_however_often_it_is_pressed(town):
    own, named = town
    given = {"control-back-now.n_clicks": 1, "control-back-reason.value": WHY,
             "control-back-from.data": named["near"]}  # fmt: skip
    assert press(town, "manager", "control-back-said.children", **given)["control-done"]
    again = press(town, "manager", "control-back-said.children", **given)
    assert "Nothing was changed" in again["control-back-said"]["children"]
    assert own.installation.in_use().version == named["base"]


def test_the_rail_says_how_it_is_switched(town):
    own = town[0]

    def rail():
        answer = own.client("viewer").post(UPDATE, json=body(town, "ks-rail-state.children", {}))
        return said(answer.get_json()["response"]["ks-rail-state"]["children"])

    told = {"on": "Model on", "paused": "Model paused", "fail-safe": "Fail-safe, signed version",
            "off": "Model off, facts only"}  # fmt: skip
    for state, words in told.items():
        if state != "on":
            throw(town, state)
        assert rail().strip() == words


def test_an_open_page_is_told_whether_its_version_may_go_on(town):
    own, named = town
    client = own.client("analyst")
    assert client.get(f"/_control/{named['near']}").get_json() == {"why": ""}
    assert "Another version" in client.get(f"/_control/{named['base']}").get_json()["why"]
    throw(town, "off")
    assert "switched off" in client.get(f"/_control/{named['near']}").get_json()["why"]
    assert own.stranger().get(f"/_control/{named['near']}").status_code == 401


# --- in Chromium -------------------------------------------------------------------------------------


@pytest.fixture
def at(browser, address, town):
    """Open pages of the town as somebody."""

    def go(path, role="manager"):
        browser.get(f"{address}/healthz")
        for name, value in town[0].cookies(role).items():
            browser.add_cookie({"name": name, "value": value})
        browser.get(f"{address}{path}")
        return browser

    return go


def until(driver, selector, text=""):
    def found(d):
        nodes = d.find_elements(By.CSS_SELECTOR, selector)
        return next((node for node in nodes if text in node.text), None)

    return WebDriverWait(driver, 30, ignored_exceptions=[StaleElementReferenceException]).until(found)


@pytest.mark.browser
def test_a_switch_is_thrown_by_hand_with_its_preview_and_stands_on_the_page(at, town):
    driver = at("/control")
    until(driver, "[aria-label='Change churn model']").click()
    until(driver, "#control-state label", "Fail-safe").click()
    until(driver, "#control-preview li", "would serve now")
    driver.find_element(By.ID, "control-reason").send_keys("Complaints from the north.")
    driver.find_element(By.ID, "control-set-now").click()
    until(driver, ".ks-ctl-why", "Complaints from the north.")
    until(driver, "#ks-rail-state", "Fail-safe, signed version")
    assert control.state(town[0].installation, "churn-model").state == "fail-safe"
    assert console(driver) == []


@pytest.mark.browser
@pytest.mark.parametrize("path", ["/what-if?customer=K001", "/scenarios"])
def test_an_open_page_lets_go_of_its_model_at_its_next_answer(at, town, path):
    driver = at(path, "analyst")
    until(driver, ".ks-wi-proof-good, #scenario-proof.ks-wi-proof-good")
    control.throw(town[0].installation, MAX, "churn-model", "off", WHY)
    if "what-if" in path:
        grip = until(driver, "#what-if-controls [role=slider]:not([data-disabled])")
        grip.send_keys(Keys.END if grip.get_attribute("aria-valuenow") == "0" else Keys.HOME)
    else:
        until(driver, "#scenario-starters button").click()
    until(driver, ".ks-stopped-note", "switched off on")
    shown = driver.find_elements(By.CSS_SELECTOR, ".ks-stopped > :not(.ks-stopped-note)")
    assert shown and not any(node.is_displayed() for node in shown)
    assert console(driver) == []


@pytest.mark.browser
def test_an_open_page_that_is_only_looked_at_lets_go_by_itself(at, town):
    driver = at("/what-if?customer=K001", "analyst")
    until(driver, ".ks-wi-proof-good")
    ActionChains(driver).send_keys(Keys.TAB).perform()
    control.throw(town[0].installation, MAX, "churn-model", "fail-safe", WHY)
    until(driver, ".ks-stopped-note", "Another version of the model answers by now")
    assert console(driver) == []


@pytest.mark.browser
def test_the_page_reads_well_at_every_width_in_both_themes(at, town):
    control_people.request_stop(town[0].installation, MAX, "churn-model", "It is wrong.")
    throw(town, "fail-safe")
    driver = at("/control")
    until(driver, ".ks-ctl-history li")
    assert looked_over(driver) == 6
    assert console(driver) == []
