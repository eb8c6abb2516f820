"""The Actions page: who sees it, the plan, collisions, the list as a file, the effect, widths."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from services import action_outcomes, actions
from services.roles import Actor
from tests.house import House, settle
from tests.pages.asking import ask, layout, said, whole
from tests.pages.reading import console, looked_over
from tests.services import scenario_town

MIA = Actor("u-5", "Mia", "manager")
SECURED = {"column": "security", "operation": "set", "value": "Yes", "cost": 30}
RIVAL = {"column": "rival", "operation": "add", "value": 3}
FORM = {
    "actions-source__data": {"steps": [SECURED]},
    "actions-name__value": "Safer",
    "actions-hold_out__value": 20,
    "actions-leave_out__value": [],
}


@pytest.fixture
def town(house, tmp_path):
    """Move the app to the town of scenarios, whose model is signed; give it with its people."""
    own = settle(House(house.app, scenario_town.settle(tmp_path, rows=1600)))
    with house.moved_to(own.installation):
        yield own


def begin(town, name="Safer", *steps, **more):
    return actions.start(town.installation, MIA, {"steps": list(steps or (SECURED,))}, name=name, **more)


def measure(town, tmp_path):
    """Make an action two months ago and load who left of it."""
    now = datetime.now(UTC)
    store = town.installation.store
    store.clock = lambda: now - timedelta(days=60)
    made = begin(town, "Free security", hold_out_share=0.3)
    store.clock = lambda: now
    held = {one.key for one in store.subjects(made.id, is_held=True)}
    rows = [
        f"{one.key},{'yes' if one.key[-1] in ('123456' if one.key in held else '12') else 'no'},{made.due}"
        for one in store.subjects(made.id)
    ]
    path = tmp_path / "left.csv"
    path.write_text("\n".join(["customer,left,date", *rows]), encoding="utf-8")
    action_outcomes.load(town.installation, MIA, path)
    return made


def press(town, button, **values):
    """Press a button as a manager; give what the callback answers."""
    (key,) = [key for key in town.callbacks() if f"{button}-said.children" in key]
    body = town.body(key)
    given = {name.replace("__", ".").replace("_", "-"): value for name, value in values.items()}
    for part in (*body["inputs"], *body["state"]):
        name = f"{part['id']}.{part['property']}"
        part["value"] = 1 if name.endswith(".n_clicks") else given.get(name)
    answer = town.client("manager").post("/_dash-update-component", json=body)
    assert answer.status_code == 200, answer.text
    return answer.get_json()["response"]


def page(town, role="manager", search=""):
    return layout(town, town.client(role), "/actions", search)


def test_without_an_action_the_way_to_one_is_told(town):
    words = said(page(town))
    assert "No action yet" in words and "Go to Scenarios" in words
    assert "Turn into an action" not in words


def test_a_viewer_has_no_such_page_and_an_analyst_cannot_start(town):
    assert "Not permitted" in said(page(town, "viewer"))
    shown = page(town, "analyst", "?steps=" + quote(json.dumps([SECURED])))
    assert "Turn into an action" in said(shown)
    assert '"actions-start"' not in whole(shown)


def test_a_draft_is_refused_with_its_reason(house):
    client = house.client("manager")
    step = {"column": "contract", "operation": "move", "level": "Month to month", "value": "One year"}
    form = FORM | {"actions-source__data": {"steps": [step]}}
    asked = ask(house, client, "actions-plan.children", **form)
    assert "draft that nobody has signed" in said(asked["actions-plan"]["children"])


def test_the_plan_and_what_it_can_find_stand_before_the_start(town):
    client = town.client("analyst")
    form = FORM | {"actions-source__data": {"steps": [SECURED, RIVAL]}}
    words = said(ask(town, client, "actions-plan.children", **form)["actions-plan"]["children"])
    plan = actions.planned(town.installation, MIA, {"steps": [SECURED]}, hold_out_share=0.2)
    assert f"Contacted {plan.contacted:,} customers Held out by lot {plan.held:,}" in words
    assert f"It can find {100 * plan.detectable:.1f} points" in words
    assert "Rival" not in words
    assert town.installation.store.actions() == []


def test_it_starts_and_the_next_one_is_told_whom_it_collides_with(town):
    client = town.client("manager")
    done = press(town, "actions-start", **FORM)
    [made] = town.installation.store.actions()
    assert done["actions-done"]["data"] == {"go": f"/actions?action={made.id}"}
    assert (made.name, made.hold_out_share) == ("Safer", 0.2)
    words = said(ask(town, client, "actions-plan.children", **FORM)["actions-plan"]["children"])
    assert f"customers are in the action {made.id}" in words
    again = press(town, "actions-start", **FORM)
    assert f"in the action {made.id}" in again["actions-start-said"]["children"]
    assert len(town.installation.store.actions()) == 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"actions-hold_out__value": None}, "Say how many per cent"),
        ({"actions-ends__value": "soon"}, "'soon' is no day"),
        ({"actions-source__data": {"steps": "much"}}, "are a list, and this is none"),
        ({"actions-source__data": {"scenario": "nothere"}}, "There is no scenario 'nothere'"),
        ({"actions-source__data": {"steps": [RIVAL]}}, "assumptions are no part of an action"),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(town, changed, words):
    client = town.client("manager")
    told = ask(town, client, "actions-plan.children", **(FORM | changed))["actions-plan"]["children"]
    assert words in said(told)
    done = press(town, "actions-start", **(FORM | changed))
    assert words in done["actions-start-said"]["children"]
    assert town.installation.store.actions() == []


def test_one_in_detail_tells_the_effect_with_its_range(town, tmp_path):
    made = measure(town, tmp_path)
    words = said(page(town, "analyst", f"?action={made.id}"))
    assert "measured" in words
    assert "Kept because of it: " in words
    assert "95% range" in words
    assert "Saved" in said(_tiles(town))


def _tiles(town):
    return ask(town, town.client("viewer"), "overview-tiles.children")["overview-tiles"]["children"]


def test_before_it_is_due_no_share_who_left_is_shown_and_nothing_is_saved(town):
    made = begin(town)
    words = said(page(town, "analyst", f"?action={made.id}"))
    assert "Not yet: outcomes of 0 of" in words
    assert "counted at the end" in words
    assert "Saved" not in said(_tiles(town))


def test_an_action_that_is_none_is_told(town):
    assert "There is no action 'nothing'" in said(page(town, search="?action=nothing"))


def test_the_list_is_a_file_for_who_may(town):
    made = begin(town)
    answer = town.client("analyst").get(f"/actions/{made.id}.csv")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f'attachment; filename="action-{made.id}.csv"'
    assert answer.text.count("\r\n") == made.contacted.customers + 1
    assert town.client("viewer").get(f"/actions/{made.id}.csv").status_code == 403
    assert town.client("analyst").get("/actions/none.csv").status_code == 404
    assert town.stranger().get(f"/actions/{made.id}.csv").status_code in (302, 401)


def test_one_is_called_off_with_a_reason(town):
    made = begin(town)
    told = press(town, "actions-off", actions_shown__data=made.id)
    assert "No reason is given" in told["actions-off-said"]["children"]
    press(town, "actions-off", actions_shown__data=made.id, actions_reason__value="Too dear.")
    assert town.installation.store.action(made.id).reason == "Too dear."
    assert town.client("manager").get(f"/actions/{made.id}.csv").status_code == 400


def test_actions_are_found_by_words(town):
    begin(town, "Spring")
    client = town.client("analyst")
    found = ask(town, client, "actions-register.children", actions_search__value="spring mia")
    assert "Spring" in said(found["actions-register"]["children"])
    found = ask(town, client, "actions-register.children", actions_search__value="autumn")
    assert "No action fits" in said(found["actions-register"]["children"])


# --- in Chromium -------------------------------------------------------------------------------------


def until(driver, condition, seconds=30):
    return WebDriverWait(driver, seconds).until(condition)


def opened(browser, town, address, path):
    browser.get(f"{address}/healthz")
    for name, value in town.cookies("manager").items():
        browser.add_cookie({"name": name, "value": value})
    browser.get(f"{address}{path}")
    return browser


@pytest.mark.browser
def test_from_a_scenario_by_the_form_to_the_action_in_detail(browser, town, address):
    driver = opened(browser, town, address, "/scenarios?steps=" + quote(json.dumps([SECURED])))
    until(driver, lambda d: "?steps=" in d.find_element(By.ID, "kept-act").get_attribute("href"))
    driver.get(driver.find_element(By.ID, "kept-act").get_attribute("href"))
    until(driver, lambda d: d.find_elements(By.ID, "actions-plan"))
    until(driver, lambda d: "It can find" in d.find_element(By.ID, "actions-plan").text)
    driver.find_element(By.ID, "actions-name").send_keys("Safer")
    driver.find_element(By.ID, "actions-start").click()
    until(driver, lambda d: "?action=" in d.current_url)
    until(driver, lambda d: "Not yet: outcomes of 0" in d.find_element(By.ID, "ks-main").text)
    assert console(driver) == []


@pytest.mark.browser
def test_the_page_reads_well_at_every_width_in_both_themes(browser, town, address, tmp_path):
    """No axe violation, nothing wider than the window, no line in the console."""
    made = measure(town, tmp_path)
    driver = opened(
        browser, town, address, f"/actions?action={made.id}&steps=" + quote(json.dumps([SECURED]))
    )
    until(driver, lambda d: "It can find" in d.find_element(By.ID, "actions-plan").text)
    assert looked_over(driver) == 6
    assert console(driver) == []
