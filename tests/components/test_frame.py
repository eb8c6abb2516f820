from types import SimpleNamespace

import pytest
from dash import html

from components import frame
from tests.components.trees import by_class, kinds, text


def shell(paths=("/", "/customers", "/log"), **held):
    return frame.shell(
        html.Div("the page"), person="ada", role="analyst", paths=paths, contact="Grace", **held
    )


def stamp(**held):
    usual = {
        "version": "ab12cd34",
        "state": "draft",
        "is_draft": True,
        "data_date": "2026-03-01",
        "withheld": None,
        "notice": None,
        "has_averages": False,
        "control": "on",
        "is_hidden": False,
    }
    return SimpleNamespace(**usual | held)


def test_the_navigation_shows_only_pages_that_exist():
    links = [link.href for link in kinds(by_class(shell(), "ks-nav"), "Link")]
    assert links == ["/", "/customers", "/log"]
    assert "Explore" not in text(by_class(shell(), "ks-nav"))


def test_a_phone_has_the_same_navigation():
    links = [link.href for link in kinds(by_class(shell(), "ks-bottom"), "Link")]
    assert links == ["/", "/customers", "/log"]


def test_the_first_thing_reached_by_keyboard_skips_to_the_content():
    skip = shell().children[0]
    assert skip.href == f"#{frame.MAIN}"
    assert frame.page("Customers").id == frame.MAIN


def test_signing_out_is_a_post():
    """S20: no link, so that no other site can do it by an image."""
    (form,) = kinds(shell(), "Form")
    assert (form.action, form.method) == ("/sign-out", "POST")


def test_that_people_decide_is_said_on_every_page():
    assert "Keepsight advises; people decide." in text(shell())


def test_a_page_has_one_main_heading():
    page = frame.page("Customers", html.P("list"), badges=[None])
    assert text(kinds(page, "H1")) == "Customers"


@pytest.mark.parametrize(
    ("held", "words"),
    [
        (stamp(), "Model on, draft"),
        (stamp(is_draft=False, state="champion"), "Model on"),
        (stamp(version=None, withheld="not for you"), "Facts only for your role"),
        (stamp(version=None, withheld="withdrawn", has_averages=True), "Facts and averages"),
        (stamp(is_draft=False, state="retired", notice="damaged"), "Model on, former version"),
        (stamp(version=None, withheld="off", control="off"), "Model off, facts only"),
        (stamp(withheld="hidden", control="off", is_hidden=True), "Model hidden by you"),
        (stamp(control="paused"), "Model paused"),
        (stamp(state="retired", control="fail-safe"), "Fail-safe, signed version"),
        (stamp(version=None, withheld="x", control="fail-safe", has_averages=True), "Fail-safe, averages"),
        (stamp(version=None, withheld="x", control="fail-safe"), "Fail-safe, facts only"),
        (None, "Facts only"),
    ],
)
def test_the_state_of_the_model_stays_in_sight(held, words):
    assert text(frame.state(held)) == words


def test_the_foot_names_version_state_data_and_contact():
    said = text(frame.foot_facts(stamp(), "Grace"))
    assert said == "Model  ab12cd34 draft, not signed off Data of 1 March 2026 Questions: Grace"
