"""The Trials page: what is shown, started, ended and called off, and by whom."""

from __future__ import annotations

import re

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from services import experiments, guards, signing
from services.holding import HeldBack
from services.roles import Actor
from tests.house import House, settle
from tests.pages.asking import ask, layout, said, whole
from tests.services import trial_town


@pytest.fixture
def town(house, tmp_path):
    """Move the app to a small town with a champion and challengers; give its people and versions."""
    installation, named = trial_town.settle_signed(tmp_path)
    own = settle(House(house.app, installation))
    with house.moved_to(installation):
        yield own, named


def start(town, kind="canary", name="near", **options):
    return experiments.start(town[0].installation, trial_town.MAX, kind, town[1][name], **options)


def page(town, role="manager", search=""):
    return layout(town[0], town[0].client(role), "/trials", search)


def fill(town, role="manager", **changed):
    values = {
        "trials-start-now.n_clicks": 1,
        "trials-kind.value": "canary",
        "trials-version.value": town[1]["near"],
        "trials-share.value": 20,
        "trials-days.value": 7,
        "trials-difference.value": 10,
        "trials-what.value": "",
    }
    return press(town, role, "trials-start-said.children", **(values | changed))


def press(town, role, output, **values):
    own = town[0]
    key = next(key for key in own.callbacks() if output in key)
    body = own.body(key)
    for part in (*body["inputs"], *body["state"]):
        if isinstance(part, dict):
            part["value"] = values.get(f"{part['id']}.{part['property']}")
    answer = own.client(role).post("/_dash-update-component", json=body)
    assert answer.status_code == 200, answer.text
    return answer.get_json()["response"]


def hold(town):
    """Let the manager of the house sign a drastic change within working hours."""
    installation, version = town[0].installation, town[1]["higher"]
    person = town[0].people["manager"]
    report = installation.store.version(version).report_sha256
    with pytest.raises(HeldBack):
        signing.sign(
            installation, Actor(person.id, person.name, person.role), version, report, "Read it all."
        )


def test_before_anything_is_signed_the_way_to_the_first_trial_is_told(house, tmp_path):
    installation, _ = trial_town.settle(tmp_path)
    own = settle(House(house.app, installation))
    with house.moved_to(installation):
        words = said(layout(own, own.client("manager"), "/trials"))
    assert "No trial yet" in words and "no champion to try a version against" in words
    assert "Start a trial" not in words


def test_the_page_tells_champion_register_and_both_versions_side_by_side(town):
    row = start(town, who={"contract": ["One year"]})
    experiments.stop(town[0].installation, trial_town.MAX, row.id, "No worse.")
    start(town, kind="shadow", name="higher")
    words = said(page(town))
    for part in (
        f"The champion, version {town[1]['base'][:8]}",
        "Contract: One year",
        "No worse.",
        "Champion and challenger side by side",
        "0.800 to 0.900",
        "ranges overlap",
        "The at-risk list keeps",
    ):
        assert part in words
    assert words.index("running") < words.index("stopped")


def test_guards_stand_against_their_limits(town):
    row = start(town, name="higher", share=0.5)
    words = said(page(town))
    assert "Guards" in words and "limit 0.20" in words
    guards.watch(town[0].installation)
    words = said(page(town, search=f"?trial={row.id}"))
    assert "rolled back" in words and "A guard was crossed" in words


def test_who_left_is_not_told_before_the_time(town):
    start(town, kind="ab", least_difference=0.1)
    words = said(page(town))
    assert "counted at the end" in words and "Not yet: " in words


def test_an_unknown_trial_is_said_to_be_unknown(town):
    assert "No such trial" in said(page(town, search="?trial=nothing"))


def test_the_register_is_searched_by_every_word(town):
    row = start(town)
    experiments.stop(town[0].installation, trial_town.MAX, row.id, "Scores rose too much.")
    client = town[0].client("analyst")
    found = ask(town[0], client, "trials-register.children", trials_search__value="scores ROSE")
    assert row.id in whole(found)
    found = ask(town[0], client, "trials-register.children", trials_search__value="nobody wrote this")
    assert "No trial fits" in whole(found)


def test_a_manager_starts_and_ends_a_trial(town):
    answer = fill(town)
    [row] = town[0].installation.store.experiments(running=True)
    assert answer["trials-done"]["data"] == {"go": f"/trials?trial={row.id}"}
    assert (row.kind, row.share, row.name) == ("canary", 0.2, "manager-of-tests")
    values = {"trials-stop-now.n_clicks": 1, "trials-shown.data": row.id}
    refused = press(town, "manager", "trials-stop-said.children", **values)
    assert "give a sentence" in refused["trials-stop-said"]["children"]
    press(town, "manager", "trials-stop-said.children", **values, **{"trials-outcome.value": "No worse."})
    assert town[0].installation.store.experiment(row.id).outcome == "No worse."


@pytest.mark.parametrize(
    ("changed", "remedy"),
    [
        ({"trials-share.value": 80}, "at most 0.5"),
        ({"trials-days.value": None}, "as a whole number"),
        ({"trials-kind.value": "ab", "trials-difference.value": 1}, "choose more of them"),
        ({"trials-version.value": "0" * 64}, "no version"),
    ],
)
def test_what_hinders_a_start_is_told_in_the_dialog(town, changed, remedy):
    answer = fill(town, **changed)
    assert remedy in answer["trials-start-said"]["children"]
    assert town[0].installation.store.experiments() == []


def test_the_size_of_an_ab_is_told_before_it_starts(town):
    values = {"trials-kind.value": "ab", "trials-share.value": 50, "trials-difference.value": 10}
    told = press(town, "manager", "trials-planned.children", **values)["trials-planned"]["children"]
    assert re.search(r"It takes \d+ customers with the champion", told) and "400 are affected" in told
    values["trials-kind.value"] = "canary"
    assert press(town, "manager", "trials-planned.children", **values)["trials-planned"]["children"] == ""


def test_a_promotion_that_waits_is_shown_and_called_off(town):
    hold(town)
    words = said(page(town))
    assert "Waits until people have gone home" in words and "It would cross a guard" in words
    assert "is held back" in said(layout(town[0], town[0].client("analyst"), "/model"))
    [row] = town[0].installation.store.held("trials", waiting=True)
    values = {
        "trials-cancel-now.n_clicks": 1,
        "trials-cancelled.value": str(row.number),
        "trials-reason.value": "Not this month.",
    }
    press(town, "manager", "trials-cancel-said.children", **values)
    assert "Waits until people have gone home" not in said(page(town))
    assert town[0].installation.store.held("trials")[0].how == "cancelled"


def test_opening_the_page_after_hours_makes_what_waited(town):
    hold(town)
    town[0].installation.store.clock = lambda: trial_town.EVENING
    assert f"The champion, version {town[1]['higher'][:8]}" in said(page(town))


def test_analysts_read_and_viewers_do_not(town):
    hold(town)
    start(town)
    words = said(page(town, "analyst"))
    assert "Register" in words
    for button in ("Start a trial", "End it", "Call off"):
        assert button not in words
    assert "Register" not in said(page(town, "viewer"))


def test_callbacks_that_change_something_are_for_managers(town):
    own = town[0]
    for output in ("trials-start-said", "trials-stop-said", "trials-cancel-said", "trials-planned"):
        key = next(key for key in own.callbacks() if output in key)
        answer = own.client("analyst").post("/_dash-update-component", json=own.body(key))
        assert answer.status_code == 403


@pytest.mark.browser
def test_a_trial_is_started_in_the_browser_without_a_word_on_the_console(town, browser, address):
    driver = browser
    driver.get(f"{address}/healthz")
    for name, value in town[0].cookies("manager").items():
        driver.add_cookie({"name": name, "value": value})
    driver.get(f"{address}/trials")
    wait = WebDriverWait(driver, 30)
    wait.until(lambda d: d.find_element(By.ID, "trials-start")).click()
    wait.until(lambda d: d.find_element(By.CSS_SELECTOR, "#trials-kind input[value=ab]")).click()
    wait.until(lambda d: d.find_element(By.ID, "trials-share").get_attribute("value") == "50")
    wait.until(lambda d: "400 are affected" in d.find_element(By.ID, "trials-planned").text)
    driver.find_element(By.CSS_SELECTOR, "#trials-kind input[value=shadow]").click()
    driver.find_element(By.ID, "trials-start-now").click()
    wait.until(lambda d: "trial=" in d.current_url)
    wait.until(lambda d: "nobody is answered" in d.find_element(By.CLASS_NAME, "ks-page").text)
    assert [row.kind for row in town[0].installation.store.experiments()] == ["shadow"]
    assert [one for one in driver.get_log("browser") if one["level"] == "SEVERE"] == []
