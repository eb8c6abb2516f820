"""Governance in the app: who sees what, who is responsible on every page, ten questions to a signature."""

from datetime import timedelta

import pytest
from dash import page_registry
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from services import ethics, problems, responsible
from services.roles import ROLES
from tests.house import House, settle
from tests.pages.asking import UPDATE, ask, key_of, layout, said, whole
from tests.pages.reading import WIDTHS, console, looked_over
from tests.services import trial_town
from tests.services.trial_town import MAX, NOON, REPORT

REVIEWED, SAID = "governance-care-said.children@", "governance-care-said"
FORMS = ("governance-care-dialog", "problems-note-dialog", "problems-solve-dialog")


@pytest.fixture
def town(house, tmp_path):
    """Move the app to a town with a champion and a version nobody has answered for; give people, versions."""
    installation, named = trial_town.settle_signed(tmp_path)
    made = trial_town.card(trial_town.parse_spec(trial_town.SPEC), 0.03125, -0.96875)
    installation.shelf.put(made.version, made.to_json(), "no estimator", report=REPORT)
    known = installation.store.version(named["base"])
    installation.store.clock = lambda: NOON + timedelta(hours=9)
    installation.store.record_version(
        version=made.version, spec_name=known.spec_name, spec_hash=known.spec_hash, snapshot=known.snapshot,
        state="challenger", scorecard_sha256=made.version, metrics={},
        report_sha256=installation.shelf.put_report(made.version, REPORT),
    )  # fmt: skip
    own = settle(House(house.app, installation))
    with house.moved_to(installation):
        yield own, named | {"new": made.version}


# --- without a browser -------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_everybody_reads_the_registers_and_managers_change_them(town, role):
    own, named = town
    page = layout(own, own.client(role), "/governance")
    words = said(page)
    for part in ("Register of models", "Data sheet", "Known gaps", "Actions and trials", named["new"][:8]):
        assert part in words, part
    offered = [form for form in FORMS if form in whole(page)]
    allowed = {"viewer": [], "analyst": list(FORMS[1:])}.get(role, list(FORMS))
    assert offered == allowed


def test_who_may_not_change_is_refused_by_the_callbacks_too(town):
    own, _ = town
    for output, role in (
        ("governance-care-of.children", "analyst"),
        ("problems-note-said.children", "viewer"),
        ("problems-solved.children", "viewer"),
        ("ethics-said.children", "analyst"),
    ):
        body = own.body(key_of(own, output))
        assert own.client(role).post(UPDATE, json=body).status_code == 403, output


def test_a_problem_stands_on_both_pages_until_it_is_solved(town):
    own, named = town
    noted = problems.record(own.installation, MAX, named["base"], "Too high in the <b>north</b>.")
    for path in ("/governance", "/model"):
        page = layout(own, own.client("manager"), path)
        assert "Too high in the <b>north</b>." in said(page)
        assert "1 problem noted and not solved" in said(page)
    answer = ask(
        own, own.client("analyst"), "problems-solve-said.children", problems_solve_now__n_clicks=1,
        problems_solved__children=f"{noted.number}: Too high", problems_solve_text__value="Mended.",
        problems_back__data="/governance",
    )  # fmt: skip
    assert answer["problems-done"]["data"] == {"go": "/governance"}
    assert "noted and not solved" not in said(layout(own, own.client("manager"), "/governance"))


def test_a_way_back_that_no_page_gave_leads_home(town):
    own, named = town
    answer = ask(
        own, own.client("manager"), "problems-note-said.children", problems_note_now__n_clicks=1,
        problems_note_version__value=named["base"], problems_note_text__value="It is wrong.",
        problems_back__data="https://elsewhere.example/",
    )  # fmt: skip
    assert answer["problems-done"]["data"] == {"go": "/governance"}


def keep_review(own, version, day):
    return ask(
        own, own.client("manager"), REVIEWED, governance_review_now__n_clicks=1,
        governance_care_of__children=version, governance_review__value=day,
    )  # fmt: skip


def test_a_review_is_set_on_the_page_and_stands_out_once_it_is_overdue(town):
    own, named = town
    assert "nobody planned to look at it again" in said(layout(own, own.client("viewer"), "/governance"))
    assert "is past" in keep_review(own, named["base"], "2026-03-01")[SAID]["children"]
    assert "is no day" in keep_review(own, named["base"], "soon")[SAID]["children"]
    assert keep_review(own, named["base"], "2026-03-20")["governance-done"]["data"] == {"go": "/governance"}
    assert "overdue" not in said(layout(own, own.client("viewer"), "/governance"))
    own.installation.store.clock = lambda: NOON + timedelta(days=30)
    words = said(layout(own, own.client("viewer"), "/governance"))
    assert "It was to be reviewed by 20 March 2026" in words and "overdue" in words
    assert "It was to be reviewed by 20 March 2026" in said(layout(own, own.client("analyst"), "/model"))


def test_past_actions_and_trials_are_searched(town):
    own, _ = town
    answer = ask(own, own.client("viewer"), "governance-found.children", governance_search__value="zebra")
    assert "No action and no trial is found" in said(answer["governance-found"]["children"])


def test_a_viewer_reads_answers_and_has_no_field(town):
    own, named = town
    page = layout(own, own.client("viewer"), "/governance/ethics", f"?version={named['base']}")
    assert "10 of 10 questions answered" in said(page)
    assert "ethics-answer" not in whole(page) and "ethics-keep" not in whole(page)


def test_a_version_that_is_none_gets_a_sentence(town):
    own, _ = town
    page = layout(own, own.client("manager"), "/governance/ethics", "?version=nothing0")
    assert "There is no version" in said(page)


def test_the_sheet_is_a_file_for_everybody_signed_in(town):
    own, _ = town
    answer = own.client("viewer").get("/governance/data-sheet.html")
    assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
    assert "No source is declared" in answer.text
    assert own.stranger().get("/governance/data-sheet.html").status_code == 302


def test_while_a_question_is_open_the_dialog_leads_to_it_and_does_not_sign(town):
    own, named = town
    client, search = own.client("manager"), f"?version={named['new']}"
    page = whole(layout(own, client, "/model", search))
    assert "model-sign-dialog" in page and "model-questions" in page
    assert '"model-sign-now"' not in page and '"model-statement"' not in page
    report = own.installation.store.version(named["new"]).report_sha256
    key = next(key for key in own.callbacks() if "model-sign-said.children" in key)
    body = own.body(key)
    values = {
        "model-sign-now.n_clicks": 1, "model-statement.value": "Read it all.",
        "model-shown.data": {"version": named["new"], "report": report},
    }  # fmt: skip
    for part in (*body["inputs"], *body["state"]):
        part["value"] = values.get(f"{part['id']}.{part['property']}")
    refused = client.post(UPDATE, json=body).get_json()["response"]["model-sign-said"]["children"]
    assert "10 of the ten questions of the ethics review wait for an answer" in refused
    assert own.installation.store.version(named["new"]).state == "challenger"


def test_the_card_of_a_version_shows_its_ethics_review(town):
    own, named = town
    client = own.client("analyst")
    answered = client.get(f"/model/card/{named['base']}.html").text
    assert all(one.asks in answered for one in ethics.questions())
    assert "Eva (manager)" in answered


def test_every_page_answers_who_is_responsible(house):
    pages = [page["path"] for page in page_registry.values()]
    assert len(pages) > 10
    for path in pages:
        found = responsible.for_page(house.installation, path)
        assert (found.person or found.people) and found.what and found.contact, path
        assert found.words.endswith(" for this.") or " answers for this, as " in found.words, path
        answer = said(_asked(house, path))
        assert found.words in answer and found.contact in answer and "Governance" in answer, path


def _asked(house, path):
    key = key_of(house, "ks-responsible-answer.children")
    body = house.body(key)
    for part in (*body["inputs"], *body["state"]):
        part["value"] = {"n_clicks": 1, "pathname": path}[part["property"]]
    answer = house.client("viewer").post(UPDATE, json=body)
    assert answer.status_code == 200, answer.text
    return answer.get_json()["response"]["ks-responsible-answer"]["children"]


# --- in a browser ------------------------------------------------------------------------------------


def until(driver, condition, seconds=20):
    return WebDriverWait(driver, seconds).until(condition)


def there(selector):
    return lambda driver: driver.find_elements(By.CSS_SELECTOR, selector)


def text_of(driver):
    return driver.execute_script("return document.body.innerText")


def press(driver, element):
    """Press what may lie far below the fold."""
    driver.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element)
    element.click()


@pytest.mark.browser
def test_from_ten_questions_to_a_signature(town, browser, address):
    """R51: the dialog leads to the questions; older answers are confirmed or written anew; then one signs."""
    own, named = town
    browser.get(f"{address}/healthz")
    for name, value in own.cookies("manager").items():
        browser.add_cookie({"name": name, "value": value})
    browser.get(f"{address}/model?version={named['new']}")
    until(browser, there("#model-sign"))[0].click()
    until(browser, there("#model-questions"))[0].click()
    until(browser, there("#ethics-keep"))
    assert "0 of 10 questions answered" in text_of(browser)
    assert looked_over(browser, "the ten questions") == len(WIDTHS) * 2

    boxes = browser.find_elements(By.CSS_SELECTOR, ".ks-gov-question input[type=checkbox]")
    assert len(boxes) == 10
    for box in boxes[:9]:
        press(browser, box)
    last = browser.find_elements(By.CSS_SELECTOR, ".ks-gov-question textarea")[9]
    last.clear()
    last.send_keys("The works council judges; anybody reaches it.", Keys.TAB)
    press(browser, browser.find_element(By.ID, "ethics-keep"))
    until(browser, lambda d: "10 of 10 questions answered" in text_of(d))
    assert ethics.review(own.installation, named["new"]).is_complete
    rows = own.installation.store.ethics(named["new"])
    assert sum(row.taken_from is not None for row in rows.values()) == 9

    until(browser, there(".ks-gov-standing a"))[0].click()
    until(browser, there("#model-sign"))[0].click()
    browser.find_element(By.ID, "model-statement").send_keys("Read it, and asked ten times.", Keys.TAB)
    browser.find_element(By.ID, "model-sign-now").click()
    until(browser, lambda d: "Read it, and asked ten times." in text_of(d))
    assert own.installation.in_use().version == named["new"]

    browser.get(f"{address}/governance")
    until(browser, there("#problems"))
    assert looked_over(browser, "governance") == len(WIDTHS) * 2
    phone = {"themes": ("dark",), "widths": {"phone": WIDTHS["phone"]}}
    press(browser, browser.find_element(By.CSS_SELECTOR, "[data-opens=governance-care-dialog]"))
    until(browser, lambda d: named["new"][:16] in d.find_element(By.ID, "governance-care-dialog").text)
    assert looked_over(browser, "owner and review", **phone) == 1
    browser.find_element(By.ID, "governance-review").send_keys("12312099")
    browser.find_element(By.ID, "governance-review-now").click()
    until(browser, lambda d: "31 December 2099" in text_of(d))

    press(browser, until(browser, there("#problems-note"))[0])
    assert looked_over(browser, "note a problem", **phone) == 1
    browser.find_element(By.ID, "problems-note-text").send_keys("Too high in the north.", Keys.TAB)
    browser.find_element(By.ID, "problems-note-now").click()
    until(browser, lambda d: "Too high in the north." in text_of(d))

    press(browser, until(browser, there("#ks-responsible-open"))[0])
    until(browser, lambda d: "answer for this" in d.find_element(By.ID, "ks-responsible").text)
    assert looked_over(browser, "responsible", **phone) == 1
    browser.find_element(By.CSS_SELECTOR, "#ks-responsible a[href^='/guidelines']").click()
    until(browser, lambda d: not d.find_element(By.ID, "ks-responsible").is_displayed())
    assert console(browser) == []
