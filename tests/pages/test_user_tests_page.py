"""The page of user tests: who reads and who registers, by its callbacks and in the browser."""

from __future__ import annotations

from datetime import date

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from services import user_tests
from services.user_tests import BANDS, GENDERS, Group
from tests.house import House, settle
from tests.pages.asking import UPDATE, layout, said, whole
from tests.pages.reading import console, looked_over
from tests.services.trial_town import EVENING, MAX, settle_signed

PATH = "/guidelines/tests"
FIELD = "user-tests-people"
IDS = [{"type": FIELD, "gender": gender, "band": band} for gender in GENDERS for band in BANDS]
FORM = {
    "user-tests-save.n_clicks": 1, "user-tests-day.value": "2026-03-01",
    "user-tests-task.value": "Find the list.", "user-tests-findings.value": "All found it.",
    "user-tests-changed.value": "",
}  # fmt: skip


@pytest.fixture
def town(house, tmp_path):
    """Move the app to a small town, on an evening."""
    installation, _ = settle_signed(tmp_path, EVENING)
    own = settle(House(house.app, installation))
    with house.moved_to(installation):
        yield own


def press(town, role, output, people=(), **values):
    """Post the callback that writes an output; ``people`` are numbers for the fields of participants."""
    (key,) = [key for key in town.callbacks() if output in key and f"{output}@" not in key]
    made = town.body(key)
    for part in (*made["inputs"], *made["state"]):
        if isinstance(part, dict):
            part["value"] = values.get(f"{part['id']}.{part['property']}")
    known = dict(people)
    many = [at for at, held in enumerate(made["state"]) if held == []]  # the fields' values, then their ids
    for at, prop in zip(many, ("value", "id"), strict=False):
        made["state"][at] = [
            {
                "id": id,
                "property": prop,
                "value": id if prop == "id" else known.get((id["gender"], id["band"])),
            }
            for id in IDS
        ]
    return town.client(role).post(UPDATE, json=made)


def save(town, people, role="manager", **more):
    answer = press(town, role, "user-tests-said.children", people, **(FORM | more))
    assert answer.status_code == 200, answer.text
    return answer.get_json()["response"]


def give(town, women=3, men=3):
    return user_tests.record(
        town.installation, MAX, day=date(2026, 3, 1), task="Find the list.", findings="All found it.",
        groups=[Group("women", "under 30", women), Group("men", "under 30", men)],
    )  # fmt: skip


def page(town, role):
    return layout(town, town.client(role), PATH)


def test_without_a_test_the_page_says_what_that_means(town):
    words = said(page(town, "viewer"))
    assert "No user test is registered" in words and "guideline G6 is not measured" in words


@pytest.mark.parametrize("role", ["viewer", "analyst"])
def test_everybody_reads_them_and_registers_none(town, role):
    give(town)
    found = page(town, role)
    assert "All found it." in said(found) and "women, under 30: 3" in said(found)
    assert "user-tests-save" not in whole(found) and "Withdraw" not in said(found)
    for output in ("user-tests-said.children", "user-tests-withdraw-said.children", "user-tests-about.data"):
        assert press(town, role, output, [(("women", "under 30"), 1)], **FORM).status_code == 403
    assert len(user_tests.listing(town.installation, MAX)) == 1


@pytest.mark.parametrize("role", ["manager", "administrator"])
def test_a_manager_registers_one(town, role):
    done = save(town, [(("women", "30 to 44"), 2), (("men", "60 and over"), 3)], role)
    assert done["user-tests-done"]["data"] == {"go": PATH}
    (made,) = user_tests.listing(town.installation, MAX)
    assert (made.people, made.date, made.task) == (5, date(2026, 3, 1), "Find the list.")
    assert "balanced" in said(page(town, "viewer"))


@pytest.mark.parametrize(
    ("people", "more", "words"),
    [
        ([], {}, "at least one person"),
        ([(("women", "under 30"), -1)], {}, "whole numbers"),
        ([(("women", "under 30"), 1.5)], {}, "whole numbers"),
        ([(("women", "under 30"), "many")], {}, "whole numbers"),
        ([(("women", "under 30"), 1)], {"user-tests-day.value": "soon"}, "Give the day"),
        ([(("women", "under 30"), 1)], {"user-tests-task.value": None}, "what they were asked to do"),
        ([(("women", "under 30"), 1)], {"user-tests-findings.value": "x" * 100_000}, "at most 5,000"),
    ],
)
def test_what_cannot_be_is_told_in_the_dialog(town, people, more, words):
    assert words in save(town, people, **more)["user-tests-said"]["children"]
    assert user_tests.listing(town.installation, MAX) == []


def test_a_test_is_corrected_as_it_was_seen(town):
    give(town)
    seen = {"user-tests-about.data": {"number": 1, "states": 1}, "user-tests-reason.value": "A slip."}
    one = [(("women", "under 30"), 4), (("men", "under 30"), 3)]
    assert save(town, one, **seen)["user-tests-done"]["data"] == {"go": PATH}
    assert "Keepsight" not in save(town, one, **seen)["user-tests-said"]["children"]
    again = save(town, [(("women", "under 30"), 9)], **seen)["user-tests-said"]["children"]
    assert "changed test 1 meanwhile" in again
    assert user_tests.listing(town.installation, MAX)[0].people == 7


def test_a_test_is_withdrawn_and_stays_in_sight(town):
    give(town)
    given = {
        "user-tests-withdraw-now.n_clicks": 1,
        "user-tests-withdraw-about.data": {"number": 1, "states": 1},
    }
    refused = press(town, "manager", "user-tests-withdraw-said.children", **given).get_json()["response"]
    assert "why it is withdrawn" in refused["user-tests-withdraw-said"]["children"]
    press(town, "manager", "user-tests-withdraw-said.children",
          **given, **{"user-tests-withdraw-reason.value": "A rehearsal."})  # fmt: skip
    words = said(page(town, "viewer"))
    assert "withdrawn" in words and "A rehearsal." in words and "All found it." not in words


def test_too_few_of_one_gender_is_said(town):
    give(town, 3, 9)
    words = said(page(town, "viewer"))
    assert "too few" in words and "Fewest are women: 25.0% of the 12" in words and "less than 40%" in words


@pytest.mark.browser
def test_a_manager_registers_and_corrects_by_hand_and_the_page_reads_well(town, browser, address):
    user_tests.record(
        town.installation, MAX, day=date(2026, 3, 1), task="x" * 300,
        findings="<script>alert(1)</script> =1+1 " + "y" * 400,
        groups=[Group("women", "under 30", 3), Group("another gender", "60 and over", 1)],
    )  # fmt: skip
    browser.get(f"{address}/healthz")
    for name, value in town.cookies("manager").items():
        browser.add_cookie({"name": name, "value": value})
    browser.get(f"{address}{PATH}")

    def until(condition):
        waiting = WebDriverWait(browser, 30, ignored_exceptions=[StaleElementReferenceException, IndexError])
        return waiting.until(lambda _: condition())

    def shown(selector):
        return [one for one in browser.find_elements(By.CSS_SELECTOR, selector) if one.is_displayed()]

    def press_(selector):
        def pressed():
            node = shown(selector)[0]
            browser.execute_script(
                "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", node
            )
            node.click()  # within the wait: the page may be drawn anew in this moment
            return True

        until(pressed)

    press_("#user-tests-add")
    until(lambda: shown("#user-tests-task"))
    until(lambda: browser.find_element(By.ID, "user-tests-day").get_attribute("value") == "2026-03-04")
    browser.find_element(By.ID, "user-tests-task").send_keys("Find who is at risk.")
    field = shown(".ks-ut-people input")[1]
    field.send_keys("4")
    browser.find_element(By.ID, "user-tests-findings").send_keys("All four found it.")
    press_("#user-tests-save")
    until(lambda: "men, under 30: 4" in shown(".ks-ut-list")[0].text)
    press_("[aria-label='Correct test 2']")
    until(
        lambda: (
            browser.find_element(By.ID, "user-tests-findings").get_attribute("value") == "All four found it."
        )
    )
    browser.find_element(By.ID, "user-tests-changed").send_keys("A larger button.")
    browser.find_element(By.ID, "user-tests-reason").send_keys("It was changed.")
    until(lambda: looked_over(browser, "the form", widths={"phone": (390, 844)}, themes=("dark",)) == 1)
    press_("#user-tests-save")
    until(lambda: "A larger button." in shown(".ks-ut-list")[0].text)
    assert looked_over(browser) == 6
    assert console(browser) == []
