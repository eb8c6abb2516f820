"""The Recommendations page on the worked example: who sees what, deeds and their words; then in Chromium."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from services.recommender import answers, choosing, delegation, settings
from services.roles import Actor
from tests.house import House, settle
from tests.pages.asking import UPDATE, ask, key_of, layout, said, whole
from tests.pages.reading import console, looked_over
from tests.services.film_town import MIA, NAME, SIMON, choose, settle_films
from tests.services.small_town import settle_town

STILL = "for (const one of document.getAnimations()) if (/^ks-rec/.test(one.animationName)) one.finish()"
SLOWLY = """
const fetched = window.fetch;
window.fetch = async (...asked) => {
  const answer = await fetched(...asked);
  await new Promise((go) => setTimeout(go, 600));
  return answer;
};
"""
LIST, MAP = "recommendations-list", "recommendations-map"


@pytest.fixture
def town(house, tmp_path):
    """Move the app to the films of the worked example, after Simon chose; give it with its people."""
    own = settle(House(house.app, settle_films(tmp_path)))
    for item in ("alien", "star-wars", "star-trek"):
        choose(own.installation, SIMON, item)
    with house.moved_to(own.installation):
        yield own


def actor(town, role):
    user = town.people[role]
    return Actor(user.id, user.name, role)


def listed(town, item=None, role="analyst", customer=None):
    """Ask for the list; give its words, and what the page keeps of it."""
    answer = ask(
        town, town.client(role), f"{LIST}.children", recommendations_picked__data=item,
        recommendations_customer__data=customer,
    )  # fmt: skip
    return said(answer[LIST]["children"]), answer["recommendations-used"]["data"], whole(answer[LIST])


def do(town, what, role="analyst", picked="aliens", customer=None, **about):
    """Press a button with a deed; give what it told, and what the page is to know."""
    answer = ask(
        town, town.client(role), "recommendations-said.children",
        recommendations_deed__data={"deed": what, "key": f"key-{what}-{about}", **about},
        recommendations_picked__data=picked, recommendations_customer__data=customer,
    )  # fmt: skip
    done = answer.get("recommendations-done", {}).get("data")
    return said(answer["recommendations-said"]["children"]), done


def drawn_map(town, used, done=None, picked="aliens"):
    answer = ask(
        town, town.client("analyst"), f"{MAP}.children", recommendations_used__data=used,
        recommendations_done__data=done, recommendations_picked__data=picked,
    )  # fmt: skip
    return answer[MAP]["children"]


def last_entry(town):
    [entry] = town.installation.store.entries(None, None, 1)
    return entry


# --- the page ----------------------------------------------------------------------------------------


def test_every_role_sees_the_page_and_how_titles_are_recommended(town):
    for role in town.people:
        words = said(layout(town, town.client(role), "/recommendations"))
        assert "Recommendations" in words
        assert "a category is no evidence for itself" in words
        assert "Not measured yet" in words


def test_without_a_catalogue_it_says_how_to_load_one(house, tmp_path):
    empty = settle(House(house.app, settle_town(tmp_path)))
    with house.moved_to(empty.installation):
        words = said(layout(empty, empty.client("manager"), "/recommendations"))
    assert "Nothing to recommend yet" in words
    assert "flask recommend load" in words


def test_before_anything_is_picked_popular_titles_are_shown_and_said_to_be_that(town):
    words, used, _ = listed(town)
    assert words.index("Popular with everybody") < words.index("Airplane!")
    assert "Chosen by 3 people." in words
    assert "Because" not in words
    assert used == {"cells": []}


def test_the_worked_example_in_its_order_with_its_evidence(town):
    words, used, _ = listed(town, "aliens")
    assert "Because you picked Aliens" in words
    places = [words.index(title) for title in ("Star Trek", "Dune", "Star Wars", "Airplane!")]
    assert places == sorted(places)
    assert "2 co-choices, 1 person" in words
    assert "No evidence for Nature (Planet Earth)" in words
    assert {frozenset(pair) for pair in used["cells"]} == {
        frozenset(("Space horror", "Science fiction reboots")),
        frozenset(("Space horror", "Comedy")),
    }
    assert "log entry " + str(last_entry(town).header.seq) in words


def test_without_evidence_it_says_so_and_that_the_policy_is_open(town):
    words, used, _ = listed(town, "planet-earth")
    assert "There is no evidence for Planet Earth" in words
    assert "open question of design" in words
    assert "Popular with everybody" in words
    assert used["has_list"] is False


@pytest.mark.parametrize(("item", "customer"), [("shoe", None), ("aliens", "nobody")])
def test_what_is_not_there_gets_a_sentence(town, item, customer):
    words, used, _ = listed(town, item, customer=customer)
    assert "No recommendations here" in words
    assert (customer or item) in words
    assert used == {"cells": []}


def test_a_viewer_asks_for_themselves_only(town):
    words, *_ = listed(town, "aliens", role="viewer", customer="1")
    assert "may not choose for customers" in words
    assert "Because you picked Aliens" in listed(town, "aliens", role="viewer")[0]


def test_titles_are_found_by_words_of_theirs(town):
    client = town.client("viewer")
    found = ask(town, client, "recommendations-found.children", recommendations_search__value="star")
    titles = said(found["recommendations-found"]["children"])
    assert "Star Wars" in titles and "Star Trek" in titles and "Dune" not in titles
    none = ask(town, client, "recommendations-found.children", recommendations_search__value="shoe")
    assert "No title fits" in said(none["recommendations-found"]["children"])
    blank = ask(town, client, "recommendations-found.children", recommendations_search__value="  ")
    assert blank["recommendations-found"]["children"] == []


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ("alien", "Space horror"),
        ("planet-earth", "There is no evidence for Planet Earth"),
        ("shoe", "shoe"),
        (None, ""),
    ],
)
def test_why_another_title_is_not_there_is_answered_in_words(town, other, words):
    answer = ask(
        town, town.client("viewer"), "recommendations-reason.children",
        recommendations_asked__data=other, recommendations_picked__data="aliens",
    )  # fmt: skip
    assert words in answer["recommendations-reason"]["children"]


# --- the table ---------------------------------------------------------------------------------------


def test_the_table_lights_what_the_list_used_and_moves_what_was_chosen(town):
    _, used, _ = listed(town, "aliens")
    told, done = do(town, "choose", item="aliens")
    assert "No cell moved" in told
    told, done = do(town, "choose", item="star-trek")
    assert "Science fiction reboots x Space horror: 2 to 3" in told
    shown = whole(drawn_map(town, used, done))
    assert shown.count("ks-rec-moved") == 2
    assert "ks-rec-lit" in shown
    assert "not allowed" in shown
    assert "ks-rec-moved" not in whole(drawn_map(town, used, done, picked="dune"))


def test_a_cell_is_read_in_words(town):
    def read(cell):
        answer = ask(town, town.client("viewer"), "recommendations-reading.children",
                     recommendations_cell__data=cell)  # fmt: skip
        return said(answer["recommendations-reading"]["children"])

    assert "2 co-choices by 1 person" in read(["Space horror", "Science fiction reboots"])
    assert "not allowed" in read(["Comedy", "Comedy"])
    assert "There is no category 'Shoes'" in read(["Shoes", "Comedy"])
    assert "Click a cell" in read("nothing")


# --- deeds -------------------------------------------------------------------------------------------


def own(town, role="analyst", customer=None):
    answer = ask(town, town.client(role), "recommendations-own.children", recommendations_used__data={},
                 recommendations_customer__data=customer)  # fmt: skip
    return said(answer["recommendations-own"]["children"]), said(answer["recommendations-hidden"]["children"])


def test_a_choice_is_in_ones_own_list_out_of_the_recommended_and_undone_again(town):
    do(town, "choose", item="aliens")
    do(town, "choose", item="star-trek")
    assert "Star Trek" in own(town)[0]
    assert "Star Trek" not in listed(town, "aliens")[0]
    told, done = do(town, "undo", item="star-trek")
    assert "Undone: Star Trek." in told
    assert done["moved"] == [["Science fiction reboots", "Space horror", 3, 2]]
    assert "Star Trek" not in own(town)[0]


def test_the_same_press_twice_counts_once_and_a_repeat_counts_nothing(town):
    do(town, "choose", item="aliens")
    first, _ = do(town, "choose", item="star-trek", n="1")
    _, done = do(town, "choose", item="star-trek", n="1")
    repeat, _ = do(town, "choose", item="star-trek", n="2")
    assert "2 to 3" in first
    assert done["moved"] == []
    assert "chosen before" in repeat
    table = answers.table(town.installation, MIA)
    assert max(figure for row in table.counts for figure in row if figure) == 3


def test_a_title_and_a_category_are_hidden_and_shown_again(town):
    assert "Dune is hidden from your lists" in do(town, "hide", item="dune", name="Dune")[0]
    do(town, "hide", category="Comedy", name="Comedy")
    words, *_ = listed(town, "aliens")
    assert "Dune" not in words and "Airplane!" not in words
    assert "Dune" in listed(town, "aliens", role="manager")[0]
    assert "Dune" in own(town)[1] and "Comedy" in own(town)[1]
    do(town, "show", item="dune")
    do(town, "show", category="Comedy")
    words, *_ = listed(town, "aliens")
    assert "Dune" in words and "Airplane!" in words
    assert "Nothing is hidden" in own(town)[1]


def draw_part(town, role="analyst", has_list=True):
    answer = ask(town, town.client(role), "recommendations-draw.children",
                 recommendations_used__data={"has_list": has_list})  # fmt: skip
    return answer["recommendations-draw"]["children"], answer["recommendations-waiting"]["children"]


def test_keepsight_chooses_only_when_asked_and_counts_only_what_is_kept(town):
    assert '"draw"' not in whole(draw_part(town)[0])
    assert "switch" in do(town, "draw")[0]
    do(town, "switch", value="on")
    assert "3 of 3 left today" in said(draw_part(town)[0])
    before = answers.table(town.installation, MIA).choices
    do(town, "draw")
    switch, waiting = draw_part(town)
    assert "2 of 3 left today" in said(switch)
    assert "chosen by Keepsight, not by you" in said(waiting)
    assert answers.table(town.installation, MIA).choices == before
    [row] = town.installation.store.delegations(NAME, f"user:{town.people['analyst'].id}")
    told, _ = do(town, "keep", id=row.id)
    assert "Kept: " in told
    assert "chosen by Keepsight, kept by you" in own(town)[0]
    assert draw_part(town)[1] == []


def test_what_was_drawn_is_undone_and_counted_nothing(town):
    me = actor(town, "analyst")
    delegation.switch(town.installation, me, True)
    made = delegation.choose_for_me(town.installation, me, "aliens")
    told, _ = do(town, "refuse", id=made.id)
    assert "counted nothing" in told
    assert draw_part(town)[1] == []
    assert own(town)[0].startswith("Nothing yet")
    assert "Nothing was drawn for you" in do(town, "keep", role="manager", id=made.id)[0]


def test_choosing_for_a_customer_is_for_who_may(town):
    assert "Chosen: Dune." in do(town, "choose", item="dune", customer="A1")[0]
    assert "Dune" in own(town, customer="A1")[0]
    assert own(town)[0].startswith("Nothing yet")
    assert "Because the customer picked Aliens" in listed(town, "aliens", customer="A1")[0]
    told, _ = do(town, "choose", role="viewer", item="dune", customer="1")
    assert "may not choose for customers" in told


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"deed": "choose", "item": "shoe", "key": "k"}, "shoe"),
        ({"deed": "undo", "item": "dune", "key": "k"}, "not"),
        ({"deed": "keep", "id": "nothing", "key": "k"}, "Nothing was drawn"),
        ({"deed": "ranker", "value": "items", "revision": "x", "key": "k"}, "may not"),
    ],
)
def test_what_hinders_is_told_and_changes_nothing(town, asked, words):
    before = answers.table(town.installation, MIA)
    answer = ask(town, town.client("analyst"), "recommendations-said.children",
                 recommendations_deed__data=asked)  # fmt: skip
    assert words in said(answer["recommendations-said"]["children"])
    assert "recommendations-done" not in answer
    assert answers.table(town.installation, MIA) == before


@pytest.mark.parametrize("odd", [None, [], "choose", {"deed": "drop"}, {"deed": None}])
def test_a_deed_that_is_none_does_nothing(town, odd):
    body = town.body(key_of(town, "recommendations-said.children"))
    body["inputs"][0]["value"] = odd
    answer = town.client("analyst").post(UPDATE, json=body)
    assert (answer.status_code, answer.get_json()["response"]) == (200, {})


# --- settings ----------------------------------------------------------------------------------------


def save(town, role="manager", seen=0, **fields):
    """Press Save with some fields; the others as they are."""
    setting, _ = settings.current(town.installation)
    values = {name: {True: "yes", False: "no"}.get(value, value) for name, value in setting} | fields
    body = town.body(key_of(town, "recommendations-save-said.children"))
    body["inputs"][0]["value"] = 1
    ids = [{"type": "recommendations-field", "name": name} for name in values]
    many = iter(
        [
            [{"id": own, "property": "value", "value": values[own["name"]]} for own in ids],
            [{"id": own, "property": "id", "value": own} for own in ids],
        ]
    )
    body["state"] = [part or next(many) for part in body["state"]]
    for part in body["state"]:
        if isinstance(part, dict) and part["id"] == "recommendations-seen":
            part["value"] = seen
    answer = town.client(role).post(UPDATE, json=body)
    return answer.get_json()["response"] if answer.status_code == 200 else answer.status_code


def test_settings_are_saved_and_the_next_list_goes_by_them(town):
    told = save(town, least_people=2, allow_self="yes", half_life_days="")
    assert "Saved" in told["recommendations-save-said"]["children"]
    setting, revision = settings.current(town.installation)
    assert (setting.least_people, setting.allow_self, setting.half_life_days) == (2, True, None)
    assert revision == 1
    assert last_entry(town).header.kind == "setting"
    assert "no evidence" in listed(town, "aliens")[0].lower()


def test_the_second_editor_is_told_and_overwrites_nothing(town):
    settings.change(town.installation, MIA, {"list_length": 5}, 0)
    told = save(town, seen=0, list_length=7)
    assert "What holds now is shown above" in told["recommendations-save-said"]["children"]
    assert told["recommendations-done"]["data"]["settings"] is True
    assert settings.current(town.installation)[0].list_length == 5


@pytest.mark.parametrize("fields", [{"least_people": 0}, {"damping": None}, {"ranker": "chance"}])
def test_a_setting_that_cannot_be_is_refused_with_its_name(town, fields):
    told = save(town, **fields)
    [name] = fields
    assert settings.LABELS[name] in told["recommendations-save-said"]["children"]
    assert settings.current(town.installation)[1] == 0


def test_only_who_may_changes_settings_and_the_others_read_them(town):
    assert save(town, role="analyst") == 403
    assert '"recommendations-save"' not in whole(layout(town, town.client("analyst"), "/recommendations"))
    assert '"recommendations-save"' in whole(layout(town, town.client("manager"), "/recommendations"))
    assert '"ranker"' not in listed(town, "aliens", role="analyst")[2]


def test_the_ranker_is_switched_on_the_list(town):
    assert '"ranker"' in listed(town, "aliens", role="manager")[2]
    told, done = do(town, "ranker", role="manager", value="items", revision="0")
    assert "order changed" in told and done["settings"] is True
    assert "also chose" in listed(town, "alien", role="manager")[0]
    assert settings.current(town.installation)[0].ranker == "items"
    told, _ = do(town, "ranker", role="manager", value="rule", revision="0")
    assert settings.current(town.installation)[0].ranker == "items"


# --- the worked example --------------------------------------------------------------------------------


def test_the_example_is_worked_out_step_by_step(town):
    words = said(layout(town, town.client("viewer"), "/recommendations/example"))
    for part in (
        "Science fiction reboots x Space horror: 0 to 1",
        "Science fiction reboots x Space horror: 1 to 2",
        "Science fiction reboots x Nature: 0 to 2",
        "a repeat is on record and counts nothing",
        "Science fiction reboots x Nature: 2 to 1",
        "There is no evidence for Planet Earth",
    ):
        assert part in words


def test_the_example_counts_nothing_in_the_store(town):
    before = answers.table(town.installation, MIA).choices
    layout(town, town.client("viewer"), "/recommendations/example")
    assert answers.table(town.installation, MIA).choices == before


# --- in Chromium -------------------------------------------------------------------------------------


def until(driver, condition, seconds=30):
    return WebDriverWait(driver, seconds).until(condition)


def opened(browser, town, address, path, role="manager"):
    browser.get(f"{address}/healthz")
    for name, value in town.cookies(role).items():
        browser.add_cookie({"name": name, "value": value})
    browser.get(f"{address}{path}")
    return browser


def words_of(driver, name):
    return driver.execute_script(
        "const n = document.getElementById(arguments[0]); return n ? n.textContent : ''",
        f"recommendations-{name}",
    )


def cell(driver, row, column):
    return driver.find_element(By.CSS_SELECTOR, f"td[data-row='{row}'][data-column='{column}']")


def press(driver, selector):
    """Press a button by keyboard."""
    button = until(driver, lambda d: d.find_element(By.CSS_SELECTOR, selector))
    button.send_keys(Keys.ENTER)


@pytest.mark.browser
def test_pick_read_choose_see_the_cell_move_delegate_and_undo_by_keyboard(browser, town, address):
    driver = opened(browser, town, address, "/recommendations", role="viewer")
    field = until(driver, lambda d: d.find_element(By.ID, "recommendations-search"))
    until(driver, lambda d: "Popular with everybody" in words_of(d, "list"))
    field.send_keys("alien")
    until(driver, lambda d: len(d.find_elements(By.CSS_SELECTOR, ".ks-rec-option")) == 2)
    assert field.get_attribute("aria-expanded") == "true"
    field.send_keys(Keys.ARROW_DOWN)
    if "Aliens" not in driver.find_element(By.CSS_SELECTOR, "[aria-selected=true]").text:
        field.send_keys(Keys.ARROW_DOWN)
    marked = driver.find_element(By.CSS_SELECTOR, "[aria-selected=true]")
    assert field.get_attribute("aria-activedescendant") == marked.get_attribute("id")
    field.send_keys(Keys.ENTER)
    until(driver, lambda d: "Because you picked Aliens" in words_of(d, "list"))
    assert "item=aliens" in driver.current_url
    assert "2 co-choices, 1 person" in words_of(driver, "list")
    until(driver, lambda d: len(d.find_elements(By.CSS_SELECTOR, ".ks-rec-lit")) == 4)

    press(driver, "[data-deed=choose][data-item=aliens]")
    until(driver, lambda d: "No cell moved" in words_of(d, "said"))
    until(driver, lambda d: d.switch_to.active_element.get_attribute("id") == "recommendations-said")
    until(driver, lambda d: "chosen already" in words_of(d, "list"))
    press(driver, "[data-deed=choose][data-item=star-trek]")
    until(driver, lambda d: "Science fiction reboots x Space horror: 2 to 3" in words_of(d, "said"))
    until(driver, lambda d: d.find_elements(By.CSS_SELECTOR, ".ks-rec-moved"))
    moved = cell(driver, "Space horror", "Science fiction reboots")
    assert "2 before" in moved.get_attribute("aria-label")
    assert moved.find_element(By.CSS_SELECTOR, ".ks-rec-now").get_attribute("textContent") == "3"
    assert "Star Trek" not in words_of(driver, "list")

    press(driver, "[role=switch]")
    until(driver, lambda d: d.find_elements(By.CSS_SELECTOR, "[role=switch][aria-checked=true]"))
    press(driver, "[data-deed=draw]")
    until(driver, lambda d: "chosen by Keepsight, not by you" in words_of(d, "waiting"))
    press(driver, "[data-deed=refuse]")
    until(driver, lambda d: not words_of(d, "waiting"))

    press(driver, "#recommendations-own [data-deed=undo][data-item=star-trek]")
    until(driver, lambda d: "3 to 2" in words_of(d, "said"))
    until(driver, lambda d: "Star Trek" not in words_of(d, "own"))
    person = f"user:{town.people['viewer'].id}"
    assert [item for item, *_ in town.installation.store.history(NAME, person)] == ["aliens"]
    assert console(driver) == []


@pytest.mark.browser
def test_a_double_click_is_one_deed(browser, town, address):
    driver = opened(browser, town, address, "/recommendations?item=aliens")
    twice = "const b = document.querySelector(arguments[0]); b.click(); setTimeout(() => b.click(), 100)"
    until(driver, lambda d: d.find_elements(By.CSS_SELECTOR, "[role=switch]"))
    press(driver, "[role=switch]")
    until(driver, lambda d: d.find_elements(By.CSS_SELECTOR, "[data-deed=draw]"))
    driver.execute_script(SLOWLY)
    driver.execute_script(twice, "[data-deed=draw]")
    until(driver, lambda d: "2 of 3 left today" in words_of(d, "draw"))
    driver.execute_script(twice, "[data-deed=choose][data-item=dune]")
    until(driver, lambda d: "Chosen: Dune" in words_of(d, "said"))
    until(driver, lambda d: "Dune" in words_of(d, "own"))
    assert "Chosen: Dune" in words_of(driver, "said")
    person = f"user:{town.people['manager'].id}"
    assert len(town.installation.store.delegations(NAME, person)) == 1
    assert len(town.installation.store.history(NAME, person)) == 1
    assert console(driver) == []


@pytest.mark.browser
def test_the_table_is_walked_by_arrows_and_a_cell_is_read_out(browser, town, address):
    driver = opened(browser, town, address, "/recommendations?item=aliens")
    until(driver, lambda d: d.find_elements(By.CSS_SELECTOR, ".ks-rec-map td[tabindex='0']"))
    assert len(driver.find_elements(By.CSS_SELECTOR, ".ks-rec-map td[tabindex='0']")) == 1
    driver.find_element(By.CSS_SELECTOR, ".ks-rec-map td[tabindex='0']").send_keys(Keys.HOME)
    names = [node.text for node in driver.find_elements(By.CSS_SELECTOR, ".ks-rec-map tbody th")]
    for _ in names:
        driver.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
    here = driver.switch_to.active_element
    assert here.get_attribute("data-column") == names[-1]
    here.send_keys(Keys.ENTER)
    row = here.get_attribute("data-row")
    until(driver, lambda d: row in words_of(d, "reading"))
    assert here.get_attribute("aria-selected") == "true"
    cell(driver, "Comedy", "Comedy").click()
    until(driver, lambda d: "not allowed" in words_of(d, "reading"))
    assert console(driver) == []


@pytest.mark.browser
def test_a_link_picks_in_place_why_not_is_answered_and_escape_closes(browser, town, address):
    driver = opened(browser, town, address, "/recommendations?item=aliens")
    until(driver, lambda d: d.find_elements(By.CSS_SELECTOR, "#recommendations-why"))
    why = driver.find_element(By.ID, "recommendations-why")
    why.send_keys("planet")
    until(driver, lambda d: d.find_elements(By.CSS_SELECTOR, "#recommendations-why-found .ks-rec-option"))
    why.send_keys(Keys.ESCAPE)
    assert not driver.find_element(By.ID, "recommendations-why-found").is_displayed()
    why.send_keys(Keys.ARROW_DOWN, Keys.ENTER)
    until(driver, lambda d: words_of(d, "reason"))
    driver.find_element(By.CSS_SELECTOR, "#recommendations-list a[data-pick=dune]").send_keys(Keys.ENTER)
    until(driver, lambda d: "Because you picked Dune" in words_of(d, "list"))
    assert driver.current_url.endswith("item=dune")
    assert console(driver) == []


@pytest.mark.browser
def test_a_cell_does_not_move_for_who_wants_no_motion(browser, town, address):
    """The figures change all the same, and what moved is said in words."""
    preference = {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", preference)
    choosing.choose(town.installation, actor(town, "manager"), "aliens", key="first")
    driver = opened(browser, town, address, "/recommendations?item=aliens")
    press(driver, "[data-deed=choose][data-item=star-trek]")
    moved = until(driver, lambda d: d.find_element(By.CSS_SELECTOR, ".ks-rec-moved"))
    took = driver.execute_script(
        "return arguments[0].getAnimations({subtree: true}).map((one) => one.effect.getTiming().duration)",
        moved,
    )
    assert all(duration < 1 for duration in took)
    assert moved.find_element(By.CSS_SELECTOR, ".ks-rec-now").text == "3"
    assert "2 to 3" in words_of(driver, "said")


@pytest.mark.browser
@pytest.mark.parametrize("path", ["/recommendations?item=aliens", "/recommendations?item=planet-earth",
                                  "/recommendations/example"])  # fmt: skip
def test_the_page_reads_well_at_every_width_in_both_themes(browser, town, address, path):
    """No axe violation, nothing wider than the window, no line in the console."""
    me = actor(town, "manager")
    delegation.switch(town.installation, me, True)
    delegation.choose_for_me(town.installation, me, "aliens")
    choosing.hide(town.installation, me, item="dune")
    choosing.choose(town.installation, me, "aliens", key="axe")
    driver = opened(browser, town, address, path)
    until(driver, lambda d: d.find_elements(By.CSS_SELECTOR, ".ks-rec-map"))
    if "example" not in path:
        until(driver, lambda d: words_of(d, "own"))
        driver.execute_script("document.querySelector('.ks-rec-form').open = true")
        press(driver, "[data-deed=choose]")
        until(driver, lambda d: words_of(d, "said"))
    assert looked_over(driver, first=STILL) == 6
    assert console(driver) == []
