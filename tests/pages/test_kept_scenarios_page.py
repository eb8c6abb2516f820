"""Kept scenarios on their page: keep, save, branch, open, compare, take along; alone and in Chromium."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import pytest
from selenium.webdriver.common.by import By

from services import kept_scenarios
from services.roles import Actor
from tests.pages.asking import ask, layout, said, whole
from tests.pages.reading import console, reads_well, views, violations
from tests.pages.test_scenarios_page import INVEST, YEARLY, confirmed, slide, until, words

DIALOG = "kept-dialog"


def actor(house, role):
    user = house.people[role]
    return Actor(user.id, user.name, role)


@pytest.fixture
def kept(house):
    """Give a scenario that an analyst kept."""
    return kept_scenarios.keep(
        house.installation, actor(house, "analyst"), {"steps": [INVEST]}, "More sales", "for the board"
    )


@pytest.fixture(scope="module")
def analyst(house):
    return house.client("analyst")


def shown(row):
    return {"id": row.id, "revision": row.revision, "name": row.name, "steps": row.scenario["steps"]}


def press(house, client, button, *, name, note="", steps=(INVEST,), row=None):
    """Press a button of the dialog; give what came of it, by property."""
    (key,) = [
        key
        for key, one in house.callbacks().items()
        if [part["id"] for part in one["inputs"]] == [f"kept-{button}"]
    ]
    body = house.body(key)
    values = {
        f"kept-{button}": 1, "kept-name": name, "kept-note": note, "kept-on-screen": list(steps),
        "kept-shown": shown(row) if row else None,
    }  # fmt: skip
    for part in (*body["inputs"], *body["state"]):
        part["value"] = values[part["id"]]
    answer = client.post("/_dash-update-component", json=body)
    assert answer.status_code == 200, answer.text
    return answer.get_json()["response"]


def opened_id(answer):
    return answer["kept-done"]["data"]["go"].removeprefix("/scenarios?kept=")


# --- without a browser -------------------------------------------------------------------------------


def test_what_is_on_screen_is_kept_under_a_name(house, analyst):
    answer = press(house, analyst, "keep", name=" Our  offer ", note="why", steps=[YEARLY])
    row = house.installation.store.scenario(opened_id(answer))
    assert (row.name, row.note, row.scenario["steps"]) == ("Our offer", "why", [YEARLY])


@pytest.mark.parametrize(
    ("name", "steps", "reason"),
    [("", [INVEST], "Give a name"), ("x", [{**INVEST, "coverage": 3}], "Step 1")],
)
def test_what_cannot_be_kept_is_said_in_the_dialog(house, analyst, name, steps, reason):
    before = len(house.installation.store.scenarios())
    answer = press(house, analyst, "keep", name=name, steps=steps)
    assert "kept-done" not in answer
    assert reason in answer["kept-said"]["children"]
    assert len(house.installation.store.scenarios()) == before


def test_a_save_is_a_new_revision_and_a_new_name_leaves_the_figures(house, analyst, kept):
    press(house, analyst, "save", name=kept.name, steps=[YEARLY], row=kept)
    saved = house.installation.store.scenario(kept.id)
    assert (saved.revision, saved.scenario["steps"]) == (2, [YEARLY])
    press(house, analyst, "rename", name="Renamed", note="n", row=saved)
    named = house.installation.store.scenario(kept.id)
    assert (named.revision, named.name, named.figures) == (3, "Renamed", saved.figures)


def test_the_later_of_two_is_told_who_was_first_and_may_branch(house, analyst, kept):
    manager = actor(house, "manager")
    kept_scenarios.save(house.installation, manager, kept.id, {"steps": [YEARLY]}, seen=1, name="Theirs")
    answer = press(house, analyst, "save", name="Mine", row=kept)
    assert "kept-done" not in answer
    assert "manager-of-tests changed Theirs" in answer["kept-said"]["children"]
    assert {"Theirs", "Mine"} <= set(said(answer["kept-different"]["children"]).split())
    made = opened_id(press(house, analyst, "branch", name="Mine", row=kept))
    assert house.installation.store.scenario(made).parent == kept.id
    assert house.installation.store.scenario(kept.id).name == "Theirs"


def test_a_link_opens_what_was_kept_with_its_author_note_and_pin(house, kept):
    text = layout(house, house.client("manager"), "/scenarios", f"?kept={kept.id}")
    read = said(text)
    for part in ("More sales", "for the board", "analyst-of-tests", "revision 1", kept.version[:8]):
        assert part in read
    assert '"sales_investment"' in whole(text)
    assert "Then and now" not in whole(text)


def test_a_link_to_nothing_says_so_and_opens_on_the_base(house, analyst):
    read = said(layout(house, analyst, "/scenarios", "?kept=zzzzzz"))
    assert "There is no scenario 'zzzzzz'" in read
    assert "What if ..." in read


def kept_otherwise(house, monkeypatch, kept, **changes):
    """Let the store give a kept scenario as if it had been kept on something else."""
    old = replace(house.installation.store.scenario(kept.id), **changes)
    monkeypatch.setattr(type(house.installation.store), "scenario", lambda *_given: old)


def test_another_model_shows_then_and_now(house, analyst, kept, monkeypatch):
    figures = {**kept.figures, "leavers_after": kept.figures["leavers_after"] + 5}
    kept_otherwise(house, monkeypatch, kept, version="0" * 64, figures=figures)
    text = layout(house, analyst, "/scenarios", f"?kept={kept.id}")
    assert "Then and now" in whole(text)
    assert "no longer current" in said(text)
    assert "not on record any more" in said(text)
    assert "−5" in said(text)


def test_a_step_that_is_gone_leaves_the_kept_figures_with_their_date(house, analyst, kept, monkeypatch):
    gone = {"steps": [{**INVEST, "column": "fax"}]}
    kept_otherwise(house, monkeypatch, kept, snapshot="f" * 12, scenario=gone)
    text = layout(house, analyst, "/scenarios", f"?kept={kept.id}")
    assert "were removed since" in said(text)
    assert "cannot be carried out on the present customers" in said(text)
    assert "As it was kept" in whole(text)
    assert kept.basis["steps"][0] in said(text)


def test_the_list_is_searched_and_only_who_may_change_archives(house, analyst, kept):
    def listed(client, **values):
        asked = {"kept_search__value": kept.id, "kept_whose__value": "all", **values}
        return whole(ask(house, client, "kept-list.children", **asked))

    assert "More sales" in listed(analyst)
    assert '"archive"' in listed(analyst)
    assert "No kept scenario" in listed(analyst, kept_archived__value=["archived"])
    administrator = house.client("administrator")
    assert "No kept scenario" in listed(administrator, kept_whose__value="mine")
    other = kept_scenarios.keep(
        house.installation, actor(house, "manager"), {"steps": [YEARLY]}, f"Of a manager {kept.id}"
    )
    theirs = listed(analyst, kept_search__value=other.id)
    assert '"branch"' in theirs
    assert '"archive"' not in theirs


def test_a_viewer_keeps_and_lists_nothing(house, kept):
    viewer = house.client("viewer")
    body = house.body("kept-list.children")
    assert viewer.post("/_dash-update-component", json=body).status_code == 403
    assert viewer.get(f"/scenarios/{kept.id}/steps.csv").status_code == 403


# --- in Chromium -------------------------------------------------------------------------------------


def fill(driver, name, text):
    field = driver.find_element(By.ID, f"kept-{name}")
    field.clear()
    field.send_keys(text)


def click(driver, name):
    button = until(driver, lambda d: d.find_element(By.ID, f"kept-{name}"))
    driver.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", button)
    until(driver, lambda d: button.is_enabled())
    button.click()


def opened_as(driver, title):
    until(driver, lambda d: words(d, ".ks-kept-banner .ks-card-title") == title)
    confirmed(driver)
    return driver.current_url.split("kept=")[1].split("&")[0]


def visited(visit, path, role="analyst"):
    driver = visit(path, role=role)
    until(driver, lambda d: d.find_elements(By.CSS_SELECTOR, "#scenario-add select"))
    confirmed(driver)
    return driver


def ticked(driver, *ids):
    for one in ids:
        box = until(
            driver,
            lambda d, one=one: d.find_element(
                By.XPATH, f"//li[contains(@class, 'ks-kept-row')][.//a[contains(@href, '{one}')]]//input"
            ),
        )
        driver.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", box)
        box.click()


@pytest.mark.browser
def test_drag_release_keep_branch_compare_share_and_export(visit, house, tmp_path):
    """One person's way through it all, and a second one's by the link."""
    half = {**INVEST, "coverage": 0.5}
    driver = visited(visit, f"/scenarios?steps={json.dumps([half])}")
    slide(driver, 30, "input")
    until(driver, lambda d: "(sample)" in words(d, "[data-part=leaversNote]"))
    slide(driver, 30, "change")
    until(driver, lambda d: "(sample)" not in words(d, "[data-part=leaversNote]"))
    confirmed(driver)
    click(driver, "open")
    fill(driver, "name", "Thirty more")
    fill(driver, "note", "for the board")
    click(driver, "keep")
    first = opened_as(driver, "Thirty more")
    row = house.installation.store.scenario(first)
    assert row.scenario["steps"] == [{**half, "value": 30}]
    assert not driver.find_element(By.ID, "kept-unsaved").is_displayed()
    assert words(driver, "[data-part=leaversAfter]") == f"{row.figures['leavers_after']:,.0f}"

    slide(driver, 20, "input")
    slide(driver, 20, "change")
    until(driver, lambda d: d.find_element(By.ID, "kept-unsaved").is_displayed())
    click(driver, "open")
    fill(driver, "name", "Twenty more")
    click(driver, "branch")
    second = opened_as(driver, "Twenty more")
    assert house.installation.store.scenario(second).parent == first

    ticked(driver, first, second)
    click(driver, "compare")
    until(driver, lambda d: d.find_elements(By.CSS_SELECTOR, ".ks-kept-compared"))
    table = driver.find_element(By.CSS_SELECTOR, ".ks-kept-compared")
    lit = {node.text for node in table.find_elements(By.CSS_SELECTOR, ".ks-kept-lit th")}
    assert any("Expected leavers with it" in text and "≠" in text for text in lit)
    assert not any("without it" in text for text in lit)

    click(driver, "copy")
    until(driver, lambda d: "link is copied" in words(d, "#kept-told") or second in words(d, "#kept-told"))

    driver.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)}
    )
    click(driver, "steps-csv")
    sent = tmp_path / f"scenario-{second}-steps.csv"
    until(driver, lambda d: sent.exists())
    with sent.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    changed = house.installation.store.scenario(second).figures["steps"][0]["changed"]
    assert len(rows) == len({one["customer"] for one in rows}) == changed
    assert {one["notice"] for one in rows} == {"Draft, not signed off. Made to assist; a person decides."}

    click(driver, "picture")
    until(driver, lambda d: list(tmp_path.glob("scenario-*.png")))
    assert next(tmp_path.glob("*.png")).read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert console(driver) == []

    visited(visit, f"/scenarios?kept={first}", role="manager")
    opened_as(driver, "Thirty more")
    assert words(driver, "[data-part=leaversAfter]") == f"{row.figures['leavers_after']:,.0f}"
    assert "analyst-of-tests" in words(driver, ".ks-kept-banner")
    assert console(driver) == []


@pytest.mark.browser
def test_the_later_one_reads_what_differs_and_keeps_theirs_as_a_branch(visit, house, kept):
    driver = visited(visit, f"/scenarios?kept={kept.id}")
    manager = actor(house, "manager")
    kept_scenarios.save(house.installation, manager, kept.id, {"steps": [YEARLY]}, seen=1)
    slide(driver, 15, "change")
    click(driver, "open")
    click(driver, "save")
    until(driver, lambda d: "manager-of-tests changed More sales" in words(d, "#kept-said"))
    assert "Theirs" in words(driver, "#kept-different")
    fill(driver, "name", "Fifteen")
    click(driver, "branch")
    made = opened_as(driver, "Fifteen")
    assert house.installation.store.scenario(made).scenario["steps"] == [{**INVEST, "value": 15}]
    assert house.installation.store.scenario(kept.id).scenario["steps"] == [YEARLY]
    assert console(driver) == []


@pytest.mark.browser
def test_a_row_of_the_list_is_duplicated_archived_and_brought_back(visit, house, kept):
    driver = visited(visit, "/scenarios")
    fill(driver, "search", kept.id)

    def press_in_row(what):
        selector = f".ks-kept-row button[aria-label^='{what}']"
        until(driver, lambda d: d.find_elements(By.CSS_SELECTOR, selector))
        # at once, in the page: the list may be drawn anew between finding a button and pressing it
        driver.execute_script("document.querySelector(arguments[0]).click()", selector)

    until(driver, lambda d: len(d.find_elements(By.CSS_SELECTOR, ".ks-kept-row")) == 1)
    press_in_row("Duplicate")
    until(driver, lambda d: "stands alone" in words(d, "#kept-list-said"))
    press_in_row("Archive")
    until(driver, lambda d: "in the archive" in words(d, "#kept-list-said"))
    until(driver, lambda d: not d.find_elements(By.CSS_SELECTOR, ".ks-kept-row"))
    assert house.installation.store.scenario(kept.id).archived is not None
    driver.find_element(By.CSS_SELECTOR, "#kept-archived input").click()
    press_in_row("Bring back")
    until(driver, lambda d: "is back" in words(d, "#kept-list-said"))
    assert house.installation.store.scenario(kept.id).archived is None
    assert console(driver) == []


@pytest.mark.browser
def test_dialog_banner_and_comparison_read_well_at_every_width(visit, house, kept):
    """No axe violation, nothing wider than the window, no line in the console."""
    other = kept_scenarios.branch(
        house.installation, actor(house, "analyst"), kept.id, plain={"steps": [YEARLY]}
    )
    driver = visited(visit, f"/scenarios?kept={kept.id}")
    ticked(driver, kept.id, other.id)
    click(driver, "compare")
    until(driver, lambda d: d.find_elements(By.CSS_SELECTOR, ".ks-kept-compared"))
    for view in views(driver):
        assert violations(driver) == [], view
        driver.execute_script("document.getElementById(arguments[0]).showModal()", DIALOG)
        reads_well(driver, f"{view}, the dialog")
        driver.execute_script("document.getElementById(arguments[0]).close()", DIALOG)
    assert console(driver) == []
