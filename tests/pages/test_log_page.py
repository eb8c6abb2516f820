"""The log in the browser: narrow it, share the view, open an entry, replay it, ask the same of today."""

import re

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.pages.asking import ask, layout, whole

WAIT = 20


@pytest.fixture(scope="module")
def manager(house):
    return house.client("manager")


@pytest.fixture(scope="module")
def viewer(house):
    return house.client("viewer")


def test_the_address_narrows_the_list(house, manager):
    page = whole(layout(house, manager, "/log", "?kind=prediction&since=2026-01-01&about=C-1"))
    assert re.search(r'"kind": ?"prediction"', page)
    assert re.search(r'"since": ?"2026-01-01"', page)


def test_what_is_no_choice_in_an_address_is_left_out(house, manager):
    page = whole(layout(house, manager, "/log", "?kind=gossip&who=nobody&since=yesterday"))
    for odd in ("gossip", "nobody", "yesterday"):
        assert odd not in page


def test_people_are_offered_to_who_may_read_everybodys(house, manager, viewer):
    assert "everybody" in whole(layout(house, manager, "/log"))
    assert "log-who" in whole(layout(house, manager, "/log"))
    assert "log-who" not in whole(layout(house, viewer, "/log"))


def test_a_query_made_by_hand_is_refused_in_words(house, manager):
    answer = ask(
        house, manager, "log-grid.getRowsResponse",
        log_grid__getRowsRequest={"startRow": 0, "endRow": 100}, log_ends__data={},
        log_query__data={"kind": "gossip"},
    )  # fmt: skip
    assert "no kind of entry" in answer["log-said"]["children"]
    assert answer["log-grid"]["getRowsResponse"]["rowData"] == []


def test_the_file_comes_by_the_address_of_the_view(house, manager, viewer):
    layout(house, manager, "/customer", "?id=nobody")
    taken = manager.get("/log.csv?kind=login")
    assert taken.status_code == 200
    assert taken.headers["Content-Disposition"].startswith('attachment; filename="log-')
    assert taken.text.startswith("entry,time,kind,who")
    assert manager.get("/log.csv?since=never").status_code == 400
    assert manager.get("/log.exe").status_code == 400
    assert viewer.head("/log.jsonl").status_code == 405


@pytest.mark.browser
def test_an_entry_is_found_replayed_and_asked_of_today(visit, house):
    key = str(house.installation.warehouse.current_table(house.installation.dataset().snapshot).iloc[0, 0])
    analyst = house.client("analyst")
    layout(house, analyst, "/customer", f"?id={key}")
    driver = visit("/log?kind=prediction", "analyst")
    wait = WebDriverWait(driver, WAIT)
    row = wait.until(lambda d: next(iter(d.find_elements(By.CSS_SELECTOR, ".ag-row .ks-cell-words")), None))
    assert f"looked at customer {key}" in row.text
    row.click()
    wait.until(lambda d: "What went in" in d.find_element(By.ID, "log-detail").text)
    assert "entry=" in driver.current_url
    driver.find_element(By.ID, "log-replay").click()
    wait.until(lambda d: "the same, to the last bit" in d.find_element(By.ID, "log-replayed").text)
    driver.find_element(By.ID, "log-then").click()
    wait.until(
        lambda d: "nothing that the model reads has changed" in d.find_element(By.ID, "log-detail").text
    )
    href = driver.find_element(By.ID, "log-csv").get_attribute("href")
    assert href.endswith("/log.csv?kind=prediction")
    driver.find_element(By.ID, "log-clear").click()
    wait.until(lambda d: d.find_element(By.ID, "log-csv").get_attribute("href").endswith("/log.csv"))
    wait.until(lambda d: "kind=" not in d.current_url)
    wait.until(
        lambda d: "replayed entry" in d.find_element(By.CSS_SELECTOR, ".ag-center-cols-container").text
    )
    console = driver.get_log("browser")
    assert [line["message"] for line in console if line["level"] in ("SEVERE", "WARNING")] == []
