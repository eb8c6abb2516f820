"""The Feedback page and the sheet on every page: by their callbacks, and by keyboard in the browser."""

from __future__ import annotations

import secrets
import shutil

import dash
import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from config.feedback_places import page_of, pages
from config.settings import Settings
from services import feedback, feedback_asks, feedback_work, log, managers_settings
from services.installation import Installation
from services.roles import Actor
from tests.house import House
from tests.house import settle as people_in
from tests.pages.asking import UPDATE, layout, said, whole
from tests.pages.reading import console, looked_over
from tests.services.small_town import settle_town

SCRIPT = '<script>alert(1)</script><img src=x onerror="alert(2)">'
HEBREW = "המודל טועה 🤷"
MANAGERS = {
    "feedback-take-said.children": "take on",
    "feedback-due-said.children": "set a day",
    "feedback-answer-said.children": "answer",
    "feedback-close-said.children": "close",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    settle_town(folder).store.dispose()
    return folder / "var"


@pytest.fixture
def town(house, made, tmp_path):
    """Move the app to a small town with a draft model."""
    shutil.copytree(made, tmp_path / "var")
    installation = Installation(Settings(var=tmp_path / "var", database_url=None))
    own = people_in(House(house.app, installation))
    with house.moved_to(installation):
        yield own


def who(town, role):
    user = town.people[role]
    return Actor(user.id, user.name, user.role)


def say(town, role="viewer", **changes):
    values = {"text": "The figure is wrong.", "verdict": "wrong", "page": "/customer", "about": "prediction",
              "about_id": "A1", "once": secrets.token_hex(16)}  # fmt: skip
    return feedback.send(town.installation, who(town, role), **values | changes)


def body(town, output, values):
    """Make the body of the callback that writes an output, whatever else it writes."""
    (key,) = [
        key for key in town.callbacks()
        if output in key.replace("@", " ").strip(".").split("...") or key == output
    ]  # fmt: skip
    made = town.body(key)
    for part in (*made["inputs"], *made["state"]):
        if isinstance(part, dict):
            part["value"] = values.get(f"{part['id']}.{part['property']}")
    made["changedPropIds"] = [f"{part['id']}.{part['property']}" for part in made["inputs"]][:1]
    return made


def press(town, role, output, values):
    answer = town.client(role).post(UPDATE, json=body(town, output, values))
    assert answer.status_code in (200, 204), answer.text
    return answer.get_json()["response"] if answer.status_code == 200 else {}


def page(town, role, search=""):
    return layout(town, town.client(role), "/feedback", search)


def send(town, role="viewer", **changes):
    thing = {"about": "prediction", "about_id": "A1", "page": "/customer", "once": secrets.token_hex(16),
             "request_id": "0badcafe", "response_ms": 321}  # fmt: skip
    given = {
        "ks-feedback-now.n_clicks": 1, "ks-feedback-thing.data": thing, "ks-feedback-verdict.value": "wrong",
        "ks-feedback-text.value": "It is wrong.", "ks-feedback-named.value": True,
    }  # fmt: skip
    return press(town, role, "ks-feedback-result.children", given | changes)


def test_every_page_has_a_guideline_for_what_is_said_about_it(house):
    paths = [one["path"] for one in dash.page_registry.values() if one["path"] != "/not-found-404"]
    assert len(paths) > 15
    assert [path for path in paths if page_of(path) is None and path not in pages()] == []


def test_the_sheet_sends_what_is_in_sight_with_the_pages_request_and_time(town):
    told = send(town)
    assert "Sent: number 1." in said(told["ks-feedback-result"]["children"])
    assert told["ks-feedback-text"]["value"] == ""
    item = town.installation.store.feedback_item(1)
    assert (item.about, item.about_id, item.guideline) == ("prediction", "A1", "G2")
    assert (item.request_id, item.response_ms, item.person) == ("0badcafe", 321, town.people["viewer"].id)


def test_without_a_name_the_receipt_is_shown_and_opens_it(town):
    told = send(town, **{"ks-feedback-named.value": False})
    words = said(told["ks-feedback-result"]["children"])
    assert "Sent without your name." in words
    receipt = next(word for word in words.split() if word.count("-") == 3)
    found = press(
        town, "analyst", "feedback-followed.children",
        {"feedback-follow.n_clicks": 1, "feedback-receipt.value": receipt.upper()},
    )  # fmt: skip
    assert "It is wrong." in said(found["feedback-followed"]["children"])


def test_the_access_log_does_not_say_who_sent_something_without_a_name(town, caplog):
    import logging

    logger = logging.getLogger("keepsight.requests")
    logger.addHandler(caplog.handler)
    try:
        with caplog.at_level(logging.INFO, "keepsight.requests"):
            send(town, **{"ks-feedback-named.value": False})
            unnamed = [line for line in caplog.messages if "_dash-update-component" in line]
            caplog.clear()
            send(town)
            named = [line for line in caplog.messages if "_dash-update-component" in line]
    finally:
        logger.removeHandler(caplog.handler)
    assert unnamed and all(line.endswith(" -") for line in unnamed)
    assert named and all(line.endswith(town.people["viewer"].id) for line in named)


def test_what_hinders_is_told_and_the_text_stays(town):
    told = send(town, **{"ks-feedback-text.value": "x" * 100_000})
    assert "100,000 characters" in told["ks-feedback-said"]["children"]
    assert "ks-feedback-text" not in told
    assert town.installation.store.feedback_items() == []


@pytest.mark.parametrize("thing", [None, 3, [], {"about": 3}, {"once": ["x" * 16]}])
def test_a_sheet_that_no_page_of_ours_sent_is_refused_in_words(town, thing):
    told = send(town, **{"ks-feedback-thing.data": thing})
    assert "open it again" in told["ks-feedback-said"]["children"]


@pytest.mark.parametrize("page", [None, ["/"], "https://evil.example/", "/x\n", "x" * 500, "/a?id=7#b"])
def test_of_a_page_no_more_is_kept_than_a_path_of_ours(town, page):
    send(town, **{"ks-feedback-thing.data": {"page": page, "once": "x" * 16}})
    assert town.installation.store.feedback_item(1).page in ("", "/a")


def test_the_page_shows_ones_own_the_board_without_names_and_work_to_managers_alone(town):
    say(town, text=SCRIPT)
    say(town, "analyst", text=HEBREW)
    viewer, manager = page(town, "viewer"), page(town, "manager")
    assert SCRIPT in said(viewer) and HEBREW in said(viewer)
    assert "To be answered" not in said(viewer)
    assert town.people["analyst"].name not in whole(viewer)
    assert "To be answered" in said(manager)
    assert f"by {town.people['analyst'].name}" in said(manager)


def test_the_board_is_narrowed_by_the_address(town):
    say(town, text="About settings.", page="/settings", about="page", about_id="")
    say(town, text="About a customer.")
    words = said(page(town, "analyst", "?guideline=G9"))
    assert "About settings." in words and "About a customer." not in words
    assert "1 of 1" in words
    for strange in ("?guideline=G99", "?state=lost", "?shown=x", "?shown=99999"):
        assert "About a customer." in said(page(town, "analyst", strange))


def test_an_item_is_shown_with_each_step_and_a_manager_who_opens_it_has_seen_it(town):
    number = say(town, request_id="0badcafe").number
    assert "Request" not in said(page(town, "analyst", f"?item={number}"))
    words = said(page(town, "manager", f"?item={number}"))
    assert "0badcafe" in words and "Work on it" in words
    words = said(page(town, "viewer", f"?item={number}"))
    assert f"Seen by {town.people['manager'].name}" in words
    assert "Work on it" not in words


@pytest.mark.parametrize("item", ["99", "x", "-1", "9" * 40, "1.5", "%00"])
def test_an_item_that_is_none_says_so(town, item):
    assert "There is nothing here." in said(page(town, "viewer", f"?item={item}"))


def test_a_manager_answers_with_what_changed_and_the_sender_reads_it(town):
    number = say(town).number
    managers_settings.change(
        town.installation, who(town, "manager"), "at_risk_share", 0.2, "Fewer.", seen_revision=0
    )
    shown = page(town, "manager", f"?item={number}")
    assert "Length of the at-risk list: now 20%" in whole(shown)
    answered = {
        "feedback-answer-now.n_clicks": 1, "feedback-answer-text.value": "The list is shorter.",
        "feedback-answer-changes.value": ["setting:1"], "feedback-number.data": number,
        "feedback-seen.data": 2,
    }  # fmt: skip
    done = press(town, "manager", "feedback-answer-said.children", answered)
    assert done["feedback-done"]["data"] == {"go": f"/feedback?item={number}"}
    words = said(page(town, "viewer", f"?item={number}"))
    assert "The list is shorter." in words and "Length of the at-risk list: now 20%" in words
    told = press(town, "administrator", "feedback-answer-said.children", answered)
    assert "answered it at" in told["feedback-answer-said"]["children"]
    assert told["feedback-seen"]["data"] == 3


@pytest.mark.parametrize("role", ["viewer", "analyst"])
@pytest.mark.parametrize("output", MANAGERS, ids=MANAGERS.values())
def test_who_calls_a_managers_callback_by_hand_changes_nothing(town, role, output):
    """S14."""
    number = say(town).number
    given = {"feedback-number.data": number, "feedback-seen.data": 1}
    made = body(town, output, given)
    for part in made["inputs"]:
        part["value"] = 1
    assert town.client(role).post(UPDATE, json=made).status_code == 403
    assert town.installation.store.feedback_item(number).revision == 1


def test_the_form_of_the_page_sends_about_a_page_or_the_whole(town):
    for place, expected in (("/settings", ("/settings", "G9")), ("everything", ("", None))):
        told = press(
            town, "viewer", "feedback-sent.children",
            {"feedback-send.n_clicks": 1, "feedback-place.value": place, "feedback-text.value": "Thanks.",
             "feedback-named.value": True, "feedback-once.data": secrets.token_hex(16)},
        )  # fmt: skip
        assert "Sent: number" in said(told["feedback-sent"]["children"])
        item = town.installation.store.feedback_items()[0]
        assert (item.about_id, item.guideline) == expected


def test_who_does_not_want_to_be_asked_says_so_once(town):
    viewer = who(town, "viewer")
    told = press(town, "viewer", "feedback-asked-said.children", {"feedback-asked.value": False})
    assert "not be asked" in told["feedback-asked-said"]["children"]
    assert not feedback_asks.wants(town.installation, viewer)


def test_after_outcomes_the_next_page_asks_once_and_the_answer_no_ends_it(town):
    viewer = who(town, "viewer")
    log.record(town.installation, viewer, "outcomes", payload={})
    asked = {"_pages_location.pathname": "/"}
    told = press(town, "viewer", "ks-feedback-ask.children", asked)
    words = said(told["ks-feedback-ask"]["children"])
    assert "useful in a case" in words and "Do not ask again" in words
    assert press(town, "viewer", "ks-feedback-ask.children", asked)["ks-feedback-ask"]["children"] == []
    (key,) = [key for key in town.callbacks() if key.startswith("ks-feedback-ask.children@")]
    made = town.body(key)
    made["inputs"][0]["value"] = 1
    answer = town.client("viewer").post(UPDATE, json=made)
    assert "You will not be asked again." in answer.get_data(as_text=True)
    assert not feedback_asks.wants(town.installation, viewer)


# --- in the browser ----------------------------------------------------------------------------------


@pytest.fixture
def at(browser, address, town):
    """Sign Chromium in and open a page."""

    def go(role, path):
        browser.get(f"{address}/healthz")
        for name, value in town.cookies(role).items():
            browser.add_cookie({"name": name, "value": value})
        browser.get(f"{address}{path}")
        return browser

    return go


def wait(driver, condition):
    waiting = WebDriverWait(driver, 30, ignored_exceptions=[StaleElementReferenceException])
    return waiting.until(lambda _: condition())


def click(driver, selector):
    """Bring something to the middle of the window, where nothing of the frame covers it, and click it."""
    found = driver.find_element(By.CSS_SELECTOR, selector)
    driver.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", found)
    wait(driver, found.is_displayed)
    found.click()


@pytest.mark.browser
def test_by_keyboard_alone_something_is_said_in_five_actions(at, town):
    driver = at("analyst", "/customer?id=A1")
    wait(driver, lambda: driver.find_elements(By.CSS_SELECTOR, "main .ks-fb-opener"))
    actions = 0

    def do(*keys):
        nonlocal actions
        actions += 1
        driver.switch_to.active_element.send_keys(*keys)

    do(Keys.ALT, Keys.SHIFT, "f")
    sheet = driver.find_element(By.ID, "ks-feedback")
    wait(driver, lambda: driver.switch_to.active_element.get_attribute("type") == "radio")
    assert sheet.find_element(By.ID, "ks-feedback-about").text == "Page Customer. Guideline G2."
    do(Keys.ARROW_DOWN)
    do(Keys.TAB)
    do(f"Nobody of this name pays so much. {HEBREW} {SCRIPT}".replace("🤷", ""))
    do(Keys.CONTROL, Keys.ENTER)
    wait(driver, lambda: "Sent: number 1." in sheet.text)
    assert actions <= 5
    item = town.installation.store.feedback_item(1)
    assert (item.verdict, item.page, item.guideline) == ("wrong", "/customer", "G2")
    assert SCRIPT in item.text
    assert item.request_id and item.response_ms is not None
    assert console(driver) == []


@pytest.mark.browser
def test_the_sheet_and_the_pages_read_well_at_every_width_in_both_themes(at, town):
    say(town, text=f"{HEBREW} " + "x" * 300)
    say(town, "analyst", text=SCRIPT, page="/settings", about="page", about_id="", kind="complaint")
    number = say(town).number
    feedback_work.answer(town.installation, who(town, "manager"), number, "Mended.", seen=1)
    driver = at("manager", "/feedback")
    wait(driver, lambda: len(driver.find_elements(By.CSS_SELECTOR, ".ks-graph-canvas .main-svg")) >= 5)
    assert looked_over(driver, "board") == 6
    driver.get(f"{driver.current_url.partition('/feedback')[0]}/feedback?item=1")
    wait(driver, lambda: driver.find_elements(By.CSS_SELECTOR, ".ks-fb-steps"))
    assert looked_over(driver, "item", themes=("light",)) == 3
    click(driver, "#feedback-answer")
    assert looked_over(driver, "answer", themes=("dark",), widths={"phone": (390, 844)}) == 1
    click(driver, "#feedback-answer-dialog .ks-dialog-close")
    click(driver, ".ks-fb-page")
    wait(driver, lambda: driver.find_element(By.ID, "ks-feedback-about").text)
    assert looked_over(driver, "sheet", themes=("dark",)) == 3
    assert console(driver) == []
