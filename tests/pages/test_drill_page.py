"""The drill's page: each step by its callbacks, fail-safe tried by managers, and all of it in the browser."""

from __future__ import annotations

import json

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from services import control_people, own_drill, steady_drill
from services.roles import Actor
from services.stamp import standing
from tests.house import House, settle
from tests.pages.asking import UPDATE, layout, said, whole
from tests.pages.reading import console, looked_over
from tests.services import trial_town
from tests.services.trial_town import MAX


@pytest.fixture
def town(house, tmp_path):
    installation, _ = trial_town.settle_signed(tmp_path)
    own = settle(House(house.app, installation))
    with house.moved_to(installation):
        yield own


def person(town, role):
    own = town.people[role]
    return Actor(own.id, own.name, own.role)


def press(town, role, output, step=None, **values):
    (key,) = [key for key in town.callbacks() if output in key]
    made = town.body(key)
    for part in (*made["inputs"], *made["state"]):
        if isinstance(part, dict):
            part["value"] = values.get(f"{part['id']}.{part['property']}")
    if step:
        id = {"type": "drill-do", "step": step}
        made["inputs"] = [[{"id": id, "property": "n_clicks", "value": 1}]]
        made["changedPropIds"] = [f"{json.dumps(id, sort_keys=True, separators=(',', ':'))}.n_clicks"]
    answer = town.client(role).post(UPDATE, json=made)
    assert answer.status_code == 200, answer.text
    return answer.get_json()["response"]


def do(town, role, step):
    return press(town, role, "..drill-done.data...drill-said.children..", step)


def answer(town, role, who):
    keys = [key for key, one in town.callbacks().items() if "drill-who" in json.dumps(one["state"])]
    return press(town, role, keys[0], **{"drill-answer.n_clicks": 1, "drill-who.value": who})


def ask(town, role, text):
    keys = [key for key, one in town.callbacks().items() if "drill-text" in json.dumps(one["state"])]
    return press(town, role, keys[0], **{"drill-ask.n_clicks": 1, "drill-text.value": text})


def page(town, role):
    return said(layout(town, town.client(role), "/drill"))


def message(done):
    return next(part["children"] for name, part in done.items() if name.startswith("drill-said"))


@pytest.mark.parametrize("role", ["viewer", "analyst", "manager", "administrator"])
def test_everybody_does_it_step_by_step(town, role):
    assert "Begin" in page(town, role)
    for step, words in (
        ("begin", "Hide it for me"),
        ("hide", "Show it to me again"),
        ("show", "Who can switch"),
    ):
        assert do(town, role, step)["drill-done"]["data"] == {"go": "/drill"}
        assert words in page(town, role)
    answer(town, role, "managers")
    assert "manager-of-tests" in page(town, role), "who found it reads who that is"
    ask(town, role, "I try how to ask.")
    if role in ("manager", "administrator"):
        assert "Show me" in page(town, role)
        do(town, role, "preview")
        assert "Churn model: Facts only" in page(town, role)
    assert "Do it again" in page(town, role)
    assert own_drill.look(town.installation, person(town, role)).drill.passed


def test_what_is_hidden_is_hidden_and_leaving_shows_it_again(town):
    do(town, "viewer", "begin")
    do(town, "viewer", "hide")
    assert standing(town.installation, person(town, "viewer")).version is None
    assert standing(town.installation, person(town, "analyst")).version is not None
    do(town, "viewer", "leave")
    assert standing(town.installation, person(town, "viewer")).version is not None
    assert "You left the last one" in page(town, "viewer")


def test_a_wrong_answer_and_a_step_out_of_turn_are_told(town):
    assert "begin one" in message(do(town, "viewer", "hide"))
    for step in ("begin", "hide", "show"):
        do(town, "viewer", step)
    assert "Not so." in message(answer(town, "viewer", "nobody"))
    assert "Choose one of the answers." in message(answer(town, "viewer", None))
    assert do(town, "viewer", "no such step").keys() == set() or page(town, "viewer")
    answer(town, "viewer", "managers")
    assert "at most 2000" in message(ask(town, "viewer", "x" * 100_000))
    assert control_people.requests(town.installation, MAX) == []


def test_who_sees_nothing_to_hide_is_told_why(town):
    control_people.hide(town.installation, person(town, "viewer"))
    words = page(town, "viewer")
    assert "You hide model output for yourself already" in words and "Begin" not in words


def test_managers_try_fail_safe_and_others_do_not(town):
    for role in ("viewer", "analyst"):
        assert "What serves in fail-safe" not in page(town, role)
        (key,) = [key for key in town.callbacks() if "drill-tried" in key]
        assert town.client(role).post(UPDATE, json=town.body(key)).status_code == 403
    done = press(town, "manager", "drill-tried.children", **{"drill-try.n_clicks": 1})
    assert "it works" in said(done["drill-tried"]["children"])
    assert steady_drill.last(town.installation).passed
    assert "Last tried" in page(town, "manager")


def test_only_the_controls_of_the_step_that_is_due_are_there(town):
    do(town, "viewer", "begin")
    found = whole(layout(town, town.client("viewer"), "/drill"))
    assert '"step": "hide"' in found and '"step": "show"' not in found and "drill-answer" not in found


@pytest.mark.browser
def test_the_drill_is_done_by_hand_and_the_page_reads_well(town, browser, address):
    browser.get(f"{address}/healthz")
    for name, value in town.cookies("manager").items():
        browser.add_cookie({"name": name, "value": value})
    browser.get(f"{address}/drill")

    def press_(selector, text=""):
        def found(driver):
            nodes = driver.find_elements(By.CSS_SELECTOR, selector)
            node = next((node for node in nodes if text in node.text and node.is_displayed()), None)
            if node is not None:
                driver.execute_script(
                    "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", node
                )
                node.click()  # within the wait: the page may be drawn anew in this moment
            return node is not None

        waiting = WebDriverWait(browser, 30, ignored_exceptions=[StaleElementReferenceException])
        waiting.until(found)

    press_("main button", "Begin")
    press_("main button", "Hide it for me")
    press_("main button", "Show it to me again")
    press_("#drill-who label", "Managers")
    assert looked_over(browser) == 6
    press_("#drill-answer")
    press_("#drill-ask")
    press_("main button", "Show me")
    press_("#drill-try")
    WebDriverWait(browser, 30).until(lambda d: "it works" in d.find_element(By.ID, "drill-tried").text)
    assert looked_over(browser) == 6
    assert own_drill.look(town.installation, person(town, "manager")).drill.passed
    assert console(browser) == []
