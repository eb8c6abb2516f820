"""The person affected: the page, its files, who may, and an objection that holds on every page."""

import json
from datetime import date

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from data.warehouse import Filters
from services import actions, customers, objections
from services.roles import Actor
from tests.house import House, settle
from tests.pages.asking import ask, layout, said, whole
from tests.pages.reading import console, looked_over
from tests.services import scenario_town

MIA = Actor("u-5", "Mia", "manager")
WORDS = "By phone on 4 March: no more of this."
HOSTILE = "<img src=x onerror=alert(1)> =1+1 \u202eabc"


@pytest.fixture
def town(house, tmp_path):
    """Move the app to the town of scenarios, whose model is signed; give it with its people."""
    own = settle(House(house.app, scenario_town.settle(tmp_path)))
    with house.moved_to(own.installation):
        yield own


@pytest.fixture
def key(town):
    """Give whose expected loss is the highest."""
    return customers.page(town.installation, MIA, Filters(), stop=1).rows[0]["id"]


def page(town, key, role="analyst"):
    return layout(town, town.client(role), "/subject", f"?customer={key}")


def press(town, button, key, words, role="analyst"):
    client = town.client(role)
    given = {
        f"subject-{button}-now__n_clicks": 1,
        "subject-key__data": key,
        f"subject-{button}-words__value": words,
    }
    return ask(town, client, f"subject-{button}-said.children", **given)


def test_it_tells_what_is_held_and_from_where(town, key):
    words = said(page(town, key))
    for part in (
        f"What is held about {key}", "A chance of leaving within 1 month of", "What would change it",
        "Where it comes from", "not recorded", "Scores over time", "How to contest it",
        "your Keepsight administrator", "This customer is in no action",
    ):  # fmt: skip
        assert part in words, part


def test_each_look_is_on_record(town, key):
    words = said(page(town, key))
    last = next(one for one in town.installation.store.entries(None, None, 5) if one.header.kind == "subject")
    assert f"entry {last.header.seq}" in words and last.subject == key


def test_a_viewer_has_no_such_page_nor_file_nor_link(town, key):
    assert "Not permitted" in said(page(town, key, "viewer"))
    assert town.client("viewer").get(f"/subject/file.json?customer={key}").status_code == 403
    assert '"customer-subject"' not in whole(layout(town, town.client("viewer"), "/customer", f"?id={key}"))
    assert town.stranger().get(f"/subject/file.json?customer={key}").status_code in (302, 401)


def test_the_customers_page_leads_here_and_to_recommendations(town, key):
    shown = whole(layout(town, town.client("analyst"), "/customer", f"?id={key}"))
    assert f"/subject?customer={key}" in shown and f"/recommendations?customer={key}" in shown


@pytest.mark.parametrize("search", ["", "?customer=", "?customer=nobody", "?customer=%F0%9F%99%8F"])
def test_who_is_nobody_is_told(town, search):
    words = said(layout(town, town.client("analyst"), "/subject", search))
    assert "No customer is chosen" in words or "Nothing is held about a customer" in words


def test_it_leaves_as_a_page_and_as_data(town, key):
    client = town.client("analyst")
    answer = client.get(f"/subject/file.json?customer={key}")
    assert answer.status_code == 200 and answer.mimetype == "application/json"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="held-about-{key}.json"'
    told = json.loads(answer.text)
    assert told["customer"] == key and told["now"]["probability"] > 0 and len(told["held"]) > 5
    assert told["sources"][0]["legal_basis"] == "not recorded"
    answer = client.get(f"/subject/file.html?customer={key}")
    assert f"What is held about {key}" in answer.text and "<script" not in answer.text
    assert client.get("/subject/file.html?customer=nobody").status_code == 404
    assert client.get(f"/subject/file.exe?customer={key}").status_code == 404
    assert client.head(f"/subject/file.json?customer={key}").status_code == 405


def test_the_consequence_stands_before_the_button(town, key):
    shown = whole(page(town, key))
    dialog = shown[shown.index('"subject-object-dialog-title"') - 200 :]
    assert objections.CONSEQUENCE in said(page(town, key))
    assert dialog.index("has no score and no reasons") < dialog.index('"subject-object-now"')


def test_an_objection_is_recorded_and_taken_back(town, key):
    done = press(town, "object", key, WORDS)
    assert done["subject-done"]["data"] == {"go": f"/subject?customer={key}"}
    words = said(page(town, key))
    assert "This customer objected to profiling on" in words and WORDS in words
    assert "A chance of leaving" not in words and "Take it back" in words
    press(town, "lift", key, "By letter.")
    words = said(page(town, key))
    assert "A chance of leaving" in words and "By letter." in words


def test_what_hinders_is_told_and_changes_nothing(town, key):
    assert "Write a sentence" in press(town, "object", key, " ")["subject-object-said"]["children"]
    assert "Write a sentence" in press(town, "object", key, "x" * 100_000)["subject-object-said"]["children"]
    assert "no customer" in press(town, "object", "nobody", WORDS)["subject-object-said"]["children"]
    assert "does not object" in press(town, "lift", key, WORDS)["subject-lift-said"]["children"]
    assert objections.counted(town.installation) == 0


def test_hostile_words_are_shown_as_text_on_the_page_and_in_the_file(town, key):
    press(town, "object", key, HOSTILE)
    assert HOSTILE in said(page(town, key))
    text = town.client("analyst").get(f"/subject/file.html?customer={key}").text
    assert "<img" not in text and "&lt;img src=x" in text


def test_actions_are_told_and_the_list_says_who_objected(town, key):
    step = {"column": "security", "operation": "set", "value": "Yes", "cost": 30}
    made = actions.start(
        town.installation, MIA, {"steps": [step]}, name="Safer", starts=date.today(), ends=date.today()
    )
    own = next(one.key for one in town.installation.store.subjects(made.id, is_held=False))
    assert "on the list of those to be contacted" in said(page(town, own))
    objections.record(town.installation, MIA, own, WORDS)
    assert "no longer on the list" in said(page(town, own))


def test_an_open_page_lets_go_of_what_it_computes_with(town, key):
    client, version = town.client("analyst"), town.installation.in_use().version
    before = client.get(f"/_control/{version}?customer={key}&left_out=").get_json()["why"]
    objections.record(town.installation, MIA, key, WORDS)
    about = client.get(f"/_control/{version}?customer={key}").get_json()["why"]
    sample = client.get(f"/_control/{version}?left_out=").get_json()["why"]
    other = client.get(f"/_control/{version}?customer=nobody").get_json()["why"]
    assert before == other == ""
    assert "objected to profiling" in about and "Others object to profiling" in sample


# --- in Chromium -------------------------------------------------------------------------------------


def until(driver, condition, seconds=30):
    return WebDriverWait(driver, seconds).until(condition)


def text(driver):
    return driver.find_element(By.ID, "ks-main").text


def opened(browser, town, address, path):
    browser.get(f"{address}/healthz")
    for name, value in town.cookies("manager").items():
        browser.add_cookie({"name": name, "value": value})
    browser.get(f"{address}{path}")
    return browser


@pytest.mark.browser
def test_from_the_customers_page_to_an_objection_that_holds_on_every_page_and_back(
    browser, town, address, key
):
    driver = opened(browser, town, address, f"/customer?id={key}")
    until(driver, lambda d: d.find_element(By.ID, "customer-subject")).click()
    until(driver, lambda d: d.find_elements(By.ID, "subject-object"))
    driver.find_element(By.ID, "subject-object").click()
    box = until(driver, lambda d: d.find_element(By.ID, "subject-object-words"))
    until(driver, lambda _: box.is_displayed())
    box.send_keys(WORDS)
    driver.find_element(By.ID, "subject-object-now").click()
    until(driver, lambda d: d.find_elements(By.ID, "subject-lift"))
    assert WORDS in text(driver) and "A chance of leaving" not in text(driver)

    driver.get(f"{address}/customer?id={key}")
    until(driver, lambda d: "No score here" in text(d))
    assert "objected to profiling" in text(driver).lower()
    driver.get(f"{address}/what-if?customer={key}")
    until(driver, lambda d: "objected to profiling" in text(d))
    driver.get(f"{address}/customers?q={key}")
    until(driver, lambda d: "objected to profiling" in d.find_element(By.ID, "customers-grid").text)
    driver.get(f"{address}/")
    until(driver, lambda d: "1 customer is excluded" in text(d))

    driver.get(f"{address}/subject?customer={key}")
    until(driver, lambda d: d.find_element(By.ID, "subject-lift")).click()
    box = until(driver, lambda d: d.find_element(By.ID, "subject-lift-words"))
    until(driver, lambda _: box.is_displayed())
    box.send_keys("By letter.")
    driver.find_element(By.ID, "subject-lift-now").click()
    until(driver, lambda d: d.find_elements(By.ID, "subject-object"))
    until(driver, lambda d: "A chance of leaving" in text(d))
    assert looked_over(driver) == 6
    driver.get(f"{address}/")
    until(driver, lambda d: "at risk" in text(d).lower() and "excluded" not in text(d))
    assert console(driver) == []
