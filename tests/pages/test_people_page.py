"""The People page: add somebody, show the link once, change a role, end a session, close the account."""

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from services import people
from services.roles import ROLES, SYSTEM, permissions
from tests.pages.asking import ask, layout, said, whole

WAIT = 20


@pytest.fixture(scope="module")
def boss(house):
    return house.client("administrator")


def somebody(house, name, role="viewer"):
    known = house.installation.store.user_by_name(name)
    return known.id if known else people.add(house.installation, SYSTEM, name, role)[0].id


@pytest.mark.parametrize("role", ["viewer", "analyst", "manager"])
def test_only_administrators_see_it(house, role):
    assert "Not permitted" in said(layout(house, house.client(role), "/people"))


def test_everybody_and_what_each_role_may_do_stand_on_it(house, boss):
    words = said(layout(house, boss, "/people"))
    assert "viewer-of-tests" in words
    for one in permissions():
        assert one.what in words
    for role in ROLES:
        assert words.count(f"{role}: yes") == sum(role in one.roles for one in permissions())


def test_a_person_is_added_and_the_link_is_shown_once(house, boss):
    answer = ask(house, boss, "people-added.children", people_add__n_clicks=1,
                 people_name__value="Nora", people_role__value="analyst")  # fmt: skip
    made = house.installation.store.user_by_name("Nora")
    assert made.role == "analyst"
    assert "/link/" in said(answer["people-added"]["children"])
    again = ask(house, boss, "people-added.children", people_add__n_clicks=1,
                people_name__value="Nora", people_role__value="viewer")  # fmt: skip
    assert "choose another name" in said(again["people-added"]["children"])
    assert "/link/" not in whole(layout(house, boss, "/people", f"?person={made.id}"))


def test_the_own_account_cannot_be_changed_here(house, boss):
    own = house.installation.store.user_by_name("administrator-of-tests")
    page = whole(layout(house, boss, "/people", f"?person={own.id}"))
    assert "another administrator changes it" in page
    assert "people-close-now" not in page.split("people-close-dialog")[0]
    assert "people-set-role" not in page


@pytest.mark.browser
def test_a_role_is_changed_and_the_account_closed_and_opened(visit, house):
    person = somebody(house, "Olga")
    driver = visit(f"/people?person={person}", "administrator")
    wait = WebDriverWait(
        driver, WAIT, ignored_exceptions=[WebDriverException]
    )  # the page is drawn anew meanwhile

    def press(selector):
        wait.until(lambda d: d.find_element(By.CSS_SELECTOR, selector).click() is None)

    def until_stored(is_so):
        wait.until(lambda d: is_so(house.installation.store.user(person)))

    def until_shown(words):
        wait.until(lambda d: words in d.find_element(By.TAG_NAME, "main").text)

    until_shown("viewer, id")
    press("#people-new-role input[value=manager]")
    press("#people-set-role")
    until_stored(lambda user: user.role == "manager")
    until_shown("manager, id")
    press("#people-link")
    until_shown("/link/")
    press("#people-close")
    press("#people-close-now")
    until_stored(lambda user: user.disabled is not None)
    until_shown("Open the account again")
    press("#people-open")
    until_stored(lambda user: user.disabled is None)
    console = driver.get_log("browser")
    assert [line["message"] for line in console if line["level"] in ("SEVERE", "WARNING")] == []
