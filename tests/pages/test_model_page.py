"""The Model page: who sees what, what is refused, and the way from reading to signing and back."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from tests.house import House, settle
from tests.pages.asking import ask, layout, said, whole
from tests.pages.reading import WIDTHS, console, looked_over
from tests.services import trial_town

BAD = {
    **trial_town.REPORT,
    "cases": {"cases": [{"name": "Dearer is riskier", "kind": "direction", "passed": False}]},
}
DRAFT = "draft, not signed off"


@pytest.fixture
def town(house, tmp_path):
    """Move the app to a small town with a draft and challengers; give its people and versions."""
    installation, named = trial_town.settle(tmp_path)
    own = settle(House(house.app, installation))
    with house.moved_to(installation):
        yield own, named


def press(own, role, output, **values):
    """Ask a callback with values by "id.property"; give what it answers by id."""
    key = next(key for key in own.callbacks() if output in key)
    body = own.body(key)
    for part in (*body["inputs"], *body["state"]):
        part["value"] = values.get(f"{part['id']}.{part['property']}")
    answer = own.client(role).post("/_dash-update-component", json=body)
    assert answer.status_code == 200, answer.text
    return answer.get_json()["response"]


def bind(own, version, report):
    sha256 = own.installation.shelf.put_report(version, report)
    own.installation.store.record_report(version, sha256, {})
    return sha256


def shown(own, version):
    return {"version": version, "report": own.installation.store.version(version).report_sha256}


def sign(own, version, statement="Read it all.", held=None):
    values = {
        "model-sign-now.n_clicks": 1,
        "model-statement.value": statement,
        "model-shown.data": held or shown(own, version),
    }
    return press(own, "manager", "model-sign-said.children", **values)


def card(house, role):
    return house.client(role).get(f"/model/card/{house.installation.in_use().version}.html")


# --- without a browser -------------------------------------------------------------------------------


def test_the_page_shows_the_real_report_of_a_training(house):
    words = said(layout(house, house.client("analyst"), "/model"))
    for part in (
        "Telling leavers from stayers",
        "Weight of each feature",
        "Between groups of people",
        "Wrong, missing and strange input",
        "Gradient boosting",
        "Which version answered when",
    ):
        assert part in words, part
    assert DRAFT in words


def test_a_viewer_does_not_see_the_page(house):
    assert "Not permitted" in said(layout(house, house.client("viewer"), "/model"))


def test_a_version_that_is_none_gets_a_sentence(town):
    own, _ = town
    for odd in ("?version=nothing0", "?version=x", "?compare=nothing0"):
        assert "There is no version" in said(layout(own, own.client("manager"), "/model", odd))


def test_a_section_the_report_lacks_is_not_made_up(town):
    own, _ = town
    words = said(layout(own, own.client("manager"), "/model"))
    assert "Robustness is not in the report of this version" in words
    assert "85.0%" in words


def test_two_versions_stand_side_by_side(town):
    own, named = town
    words = said(layout(own, own.client("analyst"), "/model", f"?compare={named['near']}"))
    assert f"Beside version  {named['near'][:8]}" in words or f"Beside version {named['near'][:8]}" in words
    assert "about the same" in words


def test_who_trains_reads_why_nobody_of_them_signs(town):
    own, _ = town
    page = layout(own, own.client("analyst"), "/model")
    assert "Managers and administrators sign." in said(page)
    assert "model-sign-dialog" not in whole(page)


def test_a_red_check_closes_the_way_to_sign(town):
    own, named = town
    bind(own, named["base"], BAD)
    page = layout(own, own.client("manager"), "/model")
    assert "Not signed. 1 of " in said(page)
    assert "model-sign-dialog" not in whole(page)
    answer = sign(own, named["base"])
    assert "It does not pass: cases" in answer["model-sign-said"]["children"]
    assert own.installation.store.version(named["base"]).state == "draft"


def test_the_signature_fits_only_the_report_that_was_shown(town):
    own, named = town
    before = shown(own, named["base"])
    bind(own, named["base"], {**trial_town.REPORT, "data": {"rows": 450}})
    assert "has changed since you read it" in sign(own, None, held=before)["model-sign-said"]["children"]
    assert own.installation.store.version(named["base"]).state == "draft"


@pytest.mark.parametrize("statement", ["", "  \n", None, 7])
def test_a_signature_without_a_statement_asks_for_one(town, statement):
    own, named = town
    assert "Write a sentence" in sign(own, named["base"], statement)["model-sign-said"]["children"]
    assert not own.installation.store.signatures(named["base"])


def test_a_manager_signs_and_a_viewer_sees_scores(town):
    own, named = town
    viewer = own.client("viewer")
    assert "draft that nobody has signed" in said(
        ask(own, viewer, "overview-tiles.children", overview_query__data={"levels": {}})["overview-tiles"][
            "children"
        ]
    )
    assert sign(own, named["base"])["model-done"]["data"] == {"go": "/model"}
    (signature,) = own.installation.store.signatures(named["base"])
    assert (signature.name, signature.statement) == ("manager-of-tests", "Read it all.")
    words = said(layout(own, own.client("manager"), "/model"))
    assert "Signed by manager-of-tests (manager)" in words
    assert DRAFT not in words
    tiles = ask(own, viewer, "overview-tiles.children", overview_query__data={"levels": {}})
    assert "ks-model-mark" in whole(tiles)


def test_what_a_damaged_report_holds_is_not_shown(town):
    own, named = town
    for file in (own.installation.shelf.folder / named["base"]).glob("report-*.json"):
        file.write_text(file.read_text(encoding="utf-8").replace("0.85", "0.99"), encoding="utf-8")
    page = layout(own, own.client("manager"), "/model")
    assert "The report cannot be shown" in said(page)
    assert "99.0%" not in said(page)
    assert "model-sign-dialog" not in whole(page)


def test_a_second_press_of_roll_back_takes_no_second_step(town):
    own, named = town
    for name in ("base", "near", "higher"):
        own.installation.store.promote(
            named[name], actor=own.people["manager"].id, began="sign-off", reason=""
        )
    values = {
        "model-back-now.n_clicks": 1,
        "model-reason.value": "Complaints.",
        "model-shown.data": shown(own, named["higher"]),
    }
    said = [press(own, "manager", "model-back-said.children", **values) for _ in range(2)]
    assert said[0]["model-back-said"]["children"] == ""
    assert "manager-of-tests has just gone back to version" in said[1]["model-back-said"]["children"]
    assert own.installation.in_use().version == named["near"]


def test_a_rollback_without_a_reason_asks_for_one(town):
    own, named = town
    values = {
        "model-back-now.n_clicks": 1,
        "model-reason.value": " ",
        "model-shown.data": shown(own, named["base"]),
    }
    answer = press(own, "manager", "model-back-said.children", **values)
    assert "Say why first" in answer["model-back-said"]["children"]


def test_the_effect_of_another_feature_is_drawn(house):
    client = house.client("analyst")
    version = house.installation.in_use().version
    answer = ask(
        house,
        client,
        "model-shape.children",
        model_feature__value="1",
        model_shown__data={"version": version},
    )
    assert "if nothing else counted" in said(answer["model-shape"]["children"])


@pytest.mark.parametrize("odd", ["x", "-1", "99", "", None])
def test_an_odd_feature_changes_nothing(house, odd):
    body = {"model_feature__value": odd, "model_shown__data": {"version": "none"}}
    key = next(key for key in house.callbacks() if "model-shape.children" in key)
    request = house.body(key)
    request["inputs"][0]["value"] = body["model_feature__value"]
    request["state"][0]["value"] = body["model_shown__data"]
    assert house.client("analyst").post("/_dash-update-component", json=request).status_code in (200, 204)


def test_a_withdrawal_needs_a_reason_and_takes_the_version_out_of_use(town):
    own, named = town
    values = {"model-withdraw-now.n_clicks": 1, "model-shown.data": shown(own, named["base"])}
    said_why = press(own, "manager", "model-withdraw-said.children", **values)["model-withdraw-said"][
        "children"
    ]
    assert "Say why first" in said_why
    assert own.installation.store.version(named["base"]).state == "draft"
    values["model-withdraw-reason.value"] = "Trained on wrong outcomes."
    done = press(own, "manager", "model-withdraw-said.children", **values)["model-done"]["data"]
    assert done == {"go": f"/model?version={named['base']}"}
    page = layout(own, own.client("manager"), "/model", f"?version={named['base']}")
    assert "Withdrawn: it never answers again." in said(page)
    assert "model-withdraw-dialog" not in whole(page)


def test_the_end_of_a_version_is_planned_on_the_page_and_shown(town):
    own, named = town
    values = {
        "model-plan-now.n_clicks": 1,
        "model-plan-withdrawal.value": "2026-06-01",
        "model-plan-deletion.value": "2026-05-01",
        "model-shown.data": shown(own, named["base"]),
    }
    refused = press(own, "manager", "model-plan-said.children", **values)["model-plan-said"]["children"]
    assert "would come before the withdrawal" in refused
    values["model-plan-deletion.value"] = "soon"
    refused = press(own, "manager", "model-plan-said.children", **values)["model-plan-said"]["children"]
    assert "'soon' is no day" in refused
    values["model-plan-deletion.value"] = ""
    press(own, "manager", "model-plan-said.children", **values)
    assert "1 June 2026" in said(layout(own, own.client("analyst"), "/model"))


def test_a_planned_day_that_has_come_asks_for_a_decision(town):
    own, named = town
    own.installation.store.plan(named["base"], withdrawal=trial_town.NOON.date())
    words = said(layout(own, own.client("analyst"), "/model"))
    assert "It was to be withdrawn on 4 March 2026 and is not" in words
    assert "decision due" in words


def test_an_analyst_notes_a_problem_and_it_stays_in_sight_until_it_is_solved(town):
    own, named = town
    values = {"model-note-now.n_clicks": 1, "model-shown.data": shown(own, named["base"])}
    values |= {"model-note-kind.value": "resolution", "model-note-text.value": "mended"}
    refused = press(own, "analyst", "model-note-said.children", **values)["model-note-said"]["children"]
    assert "note the problem first" in refused
    values |= {"model-note-kind.value": "problem", "model-note-text.value": "Odd <b>in</b> the north."}
    press(own, "analyst", "model-note-said.children", **values)
    words = said(layout(own, own.client("manager"), "/model"))
    assert "1 problem noted and not solved" in words and "Odd <b>in</b> the north." in words
    values |= {"model-note-kind.value": "resolution", "model-note-text.value": "Mended."}
    press(own, "analyst", "model-note-said.children", **values)
    assert "noted and not solved" not in said(layout(own, own.client("manager"), "/model"))


@pytest.mark.parametrize(
    ("day", "answer"),
    [
        ("2026-03-03", "On 3 March 2026 no version answered yet."),
        ("2026-03-04", "no version was champion, version"),
        ("2026-03-05", "still to come"),
        ("soon", "is no day"),
        ("", ""),
    ],
)
def test_the_page_answers_what_was_champion_on_a_day(town, day, answer):
    own, _ = town
    told = press(own, "analyst", "model-day-said.children", **{"model-day.value": day})
    assert answer in told["model-day-said"]["children"]


def test_who_may_not_decide_is_offered_no_form_to_decide_with(town):
    own, _ = town
    page = whole(layout(own, own.client("analyst"), "/model"))
    offered = ("model-withdraw-dialog", "model-plan-dialog", "model-back-dialog", "model-sign-dialog")
    assert [form for form in offered if form in page] == []
    assert "model-note-dialog" in page
    for output in ("model-withdraw-said.children", "model-plan-said.children"):
        key = next(key for key in own.callbacks() if output in key)
        body = own.body(key)
        assert own.client("analyst").post("/_dash-update-component", json=body).status_code == 403


def test_the_sign_dialog_shows_what_happens_if_the_version_fails(town):
    own, _ = town
    page = said(layout(own, own.client("manager"), "/model"))
    assert "If it fails" in page
    assert "Mending a model that failed is expected to take 24 hours" in page


def test_files_of_the_version_are_listed_by_their_hash(house):
    version = house.installation.in_use().version
    words = said(layout(house, house.client("analyst"), "/model"))
    for name, sha256 in house.installation.store.version(version).artifacts.items():
        assert name in words and sha256 in words


def test_the_card_is_one_file_with_every_effect_and_the_seal(house):
    row = house.installation.store.version(house.installation.in_use().version)
    answer = card(house, "analyst")
    assert (
        answer.headers["Content-Disposition"] == f'attachment; filename="model-card-{row.version[:12]}.html"'
    )
    for part in (row.version, row.report_sha256, "Draft: nobody has signed it off."):
        assert part in answer.text
    report = house.installation.shelf.report(row.version, row.report_sha256)
    labels = [one["label"] for one in report["explanation"]["shapes"]]
    assert labels and all(f"Chance of leaving by {label}" in answer.text for label in labels)


def test_the_card_is_the_same_for_who_may_sign_and_who_may_not(house):
    """It belongs to the version, so it says nothing of the reader."""
    assert card(house, "analyst").text == card(house, "manager").text


def test_the_card_is_for_who_sees_models(house):
    assert card(house, "viewer").status_code == 403
    assert house.client("analyst").get("/model/card/nothing0.html").status_code == 404
    asked = house.stranger().get(f"/model/card/{house.installation.in_use().version}.html")
    assert asked.status_code == 302 and "/sign-in" in asked.location


# --- in a browser ------------------------------------------------------------------------------------


def until(driver, condition, seconds=20):
    return WebDriverWait(driver, seconds).until(condition)


def there(selector):
    return lambda driver: driver.find_elements(By.CSS_SELECTOR, selector)


def text_of(driver):
    return driver.execute_script("return document.body.innerText")


@pytest.mark.browser
def test_the_page_reads_well_at_every_width_in_both_themes(visit):
    driver = visit("/model", "manager")
    until(driver, there("#model-shape .main-svg"))
    assert looked_over(driver) == 6
    assert console(driver) == []


@pytest.mark.browser
def test_a_manager_reads_signs_and_goes_back(town, browser, address):
    """R30: from the banner to a signature with a statement; draft marks go; R31: back with a reason."""
    own, named = town
    browser.get(f"{address}/healthz")
    for name, value in own.cookies("manager").items():
        browser.add_cookie({"name": name, "value": value})
    browser.get(f"{address}/")
    until(browser, there("#overview-tiles .ks-tile-model"))
    assert DRAFT in text_of(browser)
    until(browser, there(".ks-banner-link"))[0].click()
    until(browser, there("#model-sign"))[0].click()
    dialog = browser.find_element(By.ID, "model-sign-dialog")
    assert "passes" in dialog.text
    assert "not measured" in dialog.text
    assert "400 customers' scores will no longer be marked draft" in dialog.text
    for theme, width in (("light", "phone"), ("dark", "desk")):
        assert looked_over(browser, "dialog", themes=(theme,), widths={width: WIDTHS[width]}) == 1

    browser.find_element(By.ID, "model-sign-now").click()
    until(browser, lambda d: "Write a sentence first" in d.find_element(By.ID, "model-sign-said").text)
    dialog.send_keys(Keys.ESCAPE)
    assert not dialog.is_displayed()
    assert own.installation.store.version(named["base"]).state == "draft"

    browser.find_element(By.ID, "model-sign").click()
    browser.find_element(By.ID, "model-statement").send_keys("I read every line and agree.", Keys.TAB)
    browser.find_element(By.ID, "model-sign-now").click()
    until(
        browser, lambda d: "I read every line and agree." in text_of(d) and not there("#model-sign-dialog")(d)
    )
    assert not there('[aria-label="The model waits to be signed"]')(browser)
    for path, ready in (
        ("/model", ".ks-gates"),
        ("/", "#overview-tiles .ks-tile-model"),
        ("/customers", ".ks-cell-chance"),
    ):
        browser.get(f"{address}{path}")
        until(browser, there(ready))
        until(browser, there(".ks-foot-facts .ks-badge-ok"))
        assert DRAFT not in text_of(browser), path

    browser.get(f"{address}/model?version={named['near']}")
    until(browser, there("#model-sign"))[0].click()
    browser.find_element(By.ID, "model-statement").send_keys("Better by its report.", Keys.TAB)
    browser.find_element(By.ID, "model-sign-now").click()
    until(browser, lambda d: "Better by its report." in text_of(d) and there("#model-back")(d))
    assert own.installation.in_use().version == named["near"]

    browser.find_element(By.ID, "model-back").click()
    assert f"Version {named['base'][:8]}, signed by manager-of-tests, answers again" in browser.find_element(
        By.ID, "model-back-dialog").text  # fmt: skip
    browser.find_element(By.ID, "model-reason").send_keys("Complaints from the shops.", Keys.TAB)
    browser.find_element(By.ID, "model-back-now").click()
    until(browser, lambda d: "Complaints from the shops." in text_of(d))
    assert own.installation.in_use().version == named["base"]
    assert console(browser) == []


@pytest.mark.browser
def test_a_manager_notes_plans_asks_for_a_day_and_withdraws(town, browser, address):
    """R66: each in a dialog that reads well; what waits for a decision stands on the page."""
    own, named = town
    browser.get(f"{address}/healthz")
    for name, value in own.cookies("manager").items():
        browser.add_cookie({"name": name, "value": value})

    def opened(button, theme, width):
        # the page is long and still being drawn: a click by place may meet something else
        browser.execute_script("arguments[0].click()", until(browser, there(f"#{button}"))[0])
        assert looked_over(browser, button, themes=(theme,), widths={width: WIDTHS[width]}) == 1

    browser.get(f"{address}/model")
    opened("model-note", "dark", "phone")
    browser.find_element(By.CSS_SELECTOR, "#model-note-kind input[value=problem]").click()
    browser.find_element(By.ID, "model-note-text").send_keys("Odd in the north.", Keys.TAB)
    browser.find_element(By.ID, "model-note-now").click()
    until(browser, lambda d: "1 problem noted and not solved" in text_of(d))

    opened("model-plan", "light", "desk")
    field = browser.find_element(By.ID, "model-plan-withdrawal")
    assert field.get_attribute("min") == "2026-03-04"
    field.send_keys("03042026", Keys.TAB)
    browser.find_element(By.ID, "model-plan-now").click()
    until(browser, lambda d: "It was to be withdrawn on 4 March 2026 and is not" in text_of(d))

    until(browser, there("#model-day"))[0].send_keys("03042026", Keys.TAB)
    answer = f"no version was champion, version {named['base'][:8]} answered as a draft"
    until(browser, lambda d: answer in d.find_element(By.ID, "model-day-said").text)

    opened("model-withdraw", "dark", "tablet")
    assert "No version answers then" in browser.find_element(By.ID, "model-withdraw-dialog").text
    browser.find_element(By.ID, "model-withdraw-reason").send_keys("As planned.", Keys.TAB)
    browser.find_element(By.ID, "model-withdraw-now").click()
    until(browser, lambda d: "Withdrawn: it never answers again." in text_of(d))
    assert own.installation.in_use().version is None
    assert console(browser) == []
