"""The pages of the guidelines: what they show from what is kept, who works it out, and how they read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from config.settings import Settings
from services import log
from services.guidelines import background, hax, rules, working_out
from services.guidelines.evidence import Evidence, Line, Rows
from services.installation import Installation
from services.roles import SYSTEM
from tests.house import House
from tests.house import settle as people_in
from tests.pages.asking import UPDATE, layout, said, whole
from tests.pages.reading import console, looked_over
from tests.services.guidelines.standing_in import stand_in


@pytest.fixture
def found(monkeypatch):
    return stand_in(monkeypatch)


@pytest.fixture
def own(house, tmp_path):
    """Move the app to an installation without customers: the pages stand on what is kept alone."""
    installation = Installation(Settings(var=tmp_path / "var", database_url=None))
    installation.store.migrate()
    made = people_in(House(house.app, installation))
    with house.moved_to(installation):
        yield made


def page(own, path, role="viewer"):
    return layout(own, own.client(role), path)


def press(own, role, key, **values):
    (found,) = [name for name in own.callbacks() if key in name]
    body = own.body(found)
    for part in (*body["inputs"], *body["state"]):
        part["value"] = values.get(f"{part['id']}.{part['property']}")
    return own.client(role).post(UPDATE, json=body)


def test_before_anything_is_worked_out_eleven_cards_say_so(own):
    words = said(page(own, "/guidelines"))
    assert words.count("It has not been worked out yet.") == 11
    assert "11 not measured" in words and "Not all of them have been worked out yet." in words


def test_the_index_shows_each_state_its_figure_and_why(own, found):
    found["G7"] = Evidence("3 open, 1 overdue", {**found["G7"].values, "overdue": 1})
    working_out.refresh(own.installation, SYSTEM)
    shown = page(own, "/guidelines")
    words = said(shown)
    assert "10 met" in words and "1 not met" in words and "3 open, 1 overdue" in words
    assert rules.judge(rules.load()["G7"], found["G7"], own.installation.settings).why in words
    assert "/guidelines/G11" in whole(shown) and "/guidelines/hax" in whole(shown)


def test_the_index_reads_kept_rows_alone(own, found, monkeypatch):
    working_out.refresh(own.installation, SYSTEM)
    for name in rules.IDS:
        found[name] = AssertionError("evidence was worked out for a page")
    assert "11 met" in said(page(own, "/guidelines"))
    assert "met" in said(page(own, "/guidelines/G7"))


def test_a_page_shows_what_is_asked_done_found_and_how_the_state_follows(own, found):
    lines = (Line("Open complaints", "3 of 12, of 90 days", "/feedback", "as of this morning"),)
    tables = (Rows("By month", ("Month", "Items"), (("March 2026", "3"),)),)
    found["G7"] = Evidence("3 open", {**found["G7"].values, "overdue": 2}, {}, lines, tables)
    working_out.refresh(own.installation, SYSTEM)
    rule, shown = rules.load()["G7"], page(own, "/guidelines/G7")
    words = said(shown)
    for part in (
        rule.asks, rule.does, "the managers", "3 of 12, of 90 days", "as of this morning", "By month",
        "March 2026", "not met", "Nobody has said anything of it yet.", "Object, or say something",
        *(rules.in_words(rule, one, own.installation.settings) for one in rule.not_met + rule.at_risk),
    ):  # fmt: skip
        assert part in words, part
    for part in ("/feedback", rule.rows, "/guidelines/G6", "/guidelines/G8"):
        assert f'"{part}"' in whole(shown), part


def test_the_page_of_the_own_area_asks_for_who_reads_it(own, found):
    working_out.refresh(own.installation, SYSTEM)
    assert "Own area" in said(page(own, "/guidelines/G4"))


@pytest.mark.parametrize(
    "path", ["/guidelines/G12", "/guidelines/none", "/guidelines/<script>", "/guidelines/G1/x"]
)
def test_a_guideline_that_is_none_says_which_there_are(own, path):
    assert "There are G1 to G11" in said(page(own, path))


def test_an_id_is_found_however_it_is_written(own):
    assert rules.load()["G10"].asks in said(page(own, "/guidelines/g10"))


def test_what_is_old_is_shown_as_not_measured(own, found):
    working_out.refresh(own.installation, SYSTEM)
    clock = own.installation.store.clock
    own.installation.store.clock = lambda: clock() + timedelta(days=2)
    assert "11 not measured" in said(page(own, "/guidelines"))


def test_a_file_that_cannot_be_used_is_told_on_each_page(own, monkeypatch, tmp_path):
    broken = tmp_path / "guidelines.yaml"
    broken.write_text("- id: G1", encoding="utf-8")
    monkeypatch.setattr(rules, "load", lambda: rules.load_from(broken))
    for path in ("/guidelines", "/guidelines/G1"):
        assert "guidelines.yaml cannot be read" in said(page(own, path))


@pytest.mark.parametrize("role", ["viewer", "analyst"])
def test_who_may_not_works_nothing_out(own, role):
    assert "guidelines-now" not in whole(page(own, "/guidelines", role))
    assert press(own, role, "guidelines-now", **{"guidelines-now.n_clicks": 1}).status_code == 403
    assert press(own, role, "guidelines-said.children@", **{"guidelines-end.n_clicks": 1}).status_code == 403
    assert own.installation.store.guidelines_work() is None


def test_a_manager_works_it_out_beside_the_answers_and_sees_how_far_it_is(own, found, monkeypatch):
    held = []
    monkeypatch.setattr(background, "start", lambda here, holder: held.append(holder))
    begun = press(own, "manager", "guidelines-now", **{"guidelines-now.n_clicks": 1}).get_json()["response"]
    assert begun["guidelines-tick"]["disabled"] is False and "It has begun" in whole(begun)
    again = press(own, "manager", "guidelines-now", **{"guidelines-now.n_clicks": 2}).get_json()["response"]
    assert "manager-of-tests is at it" in whole(again) and len(held) == 1
    own.installation.store.note_guidelines_work(held[0], "G3", 2, working_out.LASTS)
    tick = {"guidelines-tick.n_intervals": 1, "guidelines-here.data": "/guidelines/G7"}
    seen = press(own, "viewer", "guidelines-progress", **tick).get_json()["response"]
    assert "2 of 11 done, now G3" in whole(seen)
    working_out.refresh(own.installation, SYSTEM, held[0])
    over = press(own, "viewer", "guidelines-progress", **tick).get_json()["response"]
    assert over["guidelines-done"]["data"] == {"go": "/guidelines/G7"}


def test_it_is_ended_by_a_press(own, found):
    holder = working_out.begin(own.installation, SYSTEM)
    press(own, "manager", "guidelines-said.children@", **{"guidelines-end.n_clicks": 1})
    with pytest.raises(working_out.Ended):
        working_out.refresh(own.installation, SYSTEM, holder)


def test_the_human_ai_guidelines_say_that_they_number_differently(own):
    shown = page(own, "/guidelines/hax")
    words = said(shown)
    assert all(one.id in words and one.says in words for one in hax.load())
    assert "number differently" in words and words.count("critical") >= 11
    assert all(f'"{each.page}"' in whole(shown) for one in hax.load() for each in one.pages)


PAGES = sorted({each.page for one in hax.load() for each in one.pages})


@pytest.mark.parametrize("path", PAGES)
def test_each_page_they_name_is_served(house, path):
    words = said(layout(house, house.client("administrator"), path))
    for failure in ("This page cannot be shown", "No such guideline", "There is no page", "Not permitted"):
        assert failure not in words


ROWS = sorted({rule.rows for rule in rules.load().values()})


@pytest.mark.parametrize("path", ROWS)
def test_the_raw_rows_of_each_guideline_are_served(house, path):
    place, _, search = path.partition("?")
    drawn = house.page(house.client("administrator"), place, f"?{search}").get_data(as_text=True)
    for failure in ("This page cannot be shown", "No such guideline", "There is no page", "Not permitted"):
        assert failure not in drawn


# --- in the browser ----------------------------------------------------------------------------------


@pytest.fixture
def at(browser, address, own):
    """Sign Chromium in and open a page."""

    def go(path, role="manager"):
        browser.get(f"{address}/healthz")
        for name, value in own.cookies(role).items():
            browser.add_cookie({"name": name, "value": value})
        browser.get(f"{address}{path}")
        return browser

    return go


def wait(driver, condition):
    waiting = WebDriverWait(driver, 30, ignored_exceptions=[StaleElementReferenceException])
    return waiting.until(lambda _: condition())


def text(driver):
    return driver.find_element(By.TAG_NAME, "main").text


@pytest.mark.browser
def test_a_manager_works_it_out_and_reads_why_one_turned(at, own, found, monkeypatch):
    def run(installation, holder):
        working_out.refresh(installation, SYSTEM, holder)

    monkeypatch.setattr(background, "_run", run)
    lines = (Line("Open complaints", "مرحبا 3 of 12 🙂 <b>" + "x" * 200, "/log", "as of today"),)
    tables = (Rows("By month", ("Month", "Items"), (("March 2026", "3"), ("April 2026", "12"))),)
    found["G7"] = Evidence("3 open, 2 overdue", {**found["G7"].values, "overdue": 2}, {}, lines, tables)
    driver = at("/guidelines")
    wait(driver, lambda: "11 not measured" in text(driver))
    driver.find_element(By.ID, "guidelines-now").click()
    wait(driver, lambda: "1 not met" in text(driver))
    assert looked_over(driver, "guidelines") == 6
    driver.find_element(By.CSS_SELECTOR, "a[href='/guidelines/G7']").click()
    wait(
        driver,
        lambda: (
            "3 open, 2 overdue" in text(driver) and driver.find_elements(By.CSS_SELECTOR, ".js-plotly-plot")
        ),
    )
    marked = driver.find_element(By.CSS_SELECTOR, ".ks-nav [aria-current='page']")
    assert marked.text == "Guidelines"
    assert looked_over(driver, "G7") == 6
    assert console(driver) == []
    kinds = [one.kind for one in log.page(own.installation, SYSTEM).entries]
    assert kinds.count("guidelines") == 2


@pytest.mark.browser
def test_the_human_ai_guidelines_read_well(at):
    driver = at("/guidelines/hax")
    wait(driver, lambda: "HAX-18" in text(driver))
    assert looked_over(driver, "hax") == 6
    assert console(driver) == []
