"""The door: every route closed to strangers, unsafe requests only from our own pages."""

import dash
import pytest

from web.guard import PUBLIC, SIGNED_IN

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
OPEN = {
    "/sign-in", "/healthz", "/readyz", "/favicon.ico", "/link/x", "/sign-in/static/x", "/about",
    "/complaint", "/complaint/follow",
}  # fmt: skip
# Added by Dash, by a debugger or by extensions; none has any business here.
ABSENT = [
    "/_mcp", "/_reload-hash", "/_alive", "/_alive_x", "/_favicon.ico", "/_dash-config", "/_ws",
    "/console", "/?__debugger__=yes&cmd=resource&f=style.css", "/_dash-component-suites/os/environ",
]  # fmt: skip


def filled(rule: str) -> str:
    """Put something in for the variable parts of a route."""
    for part in ("<path:filename>", "<token>", "<path:path>", "<path:fingerprinted_path>"):
        rule = rule.replace(part, "x")
    return rule.replace("<string:package_name>", "dash")


def test_strangers_get_in_nowhere_but_at_the_sign_in_and_the_notice(house):
    """S12: every route, every method."""
    stranger, seen = house.stranger(), 0
    for rule in house.server.url_map.iter_rules():
        path = filled(rule.rule)
        for method in METHODS:
            answer = stranger.open(path, method=method)
            seen += 1
            if path in OPEN and method in ("GET", "HEAD", "POST"):
                continue
            led = answer.status_code == 302 and answer.location.startswith("/sign-in")
            assert led or answer.status_code in (401, 405), f"{method} {path} gave {answer.status_code}"
    assert seen > 100


def test_the_open_routes_are_the_ones_meant(house):
    """S12: a route that is added is closed until it is named here too."""
    rules = {rule.endpoint for rule in house.server.url_map.iter_rules()}
    assert rules >= PUBLIC
    assert {filled(r.rule) for r in house.server.url_map.iter_rules() if r.endpoint in PUBLIC} == OPEN


def test_every_page_leads_strangers_to_the_sign_in_and_back(house):
    pages = [page["path"] for page in dash.page_registry.values()]
    assert pages
    for path in pages:
        led = house.stranger().get(path).location
        assert led == ("/sign-in" if path == "/" else f"/sign-in?next={path}")


@pytest.mark.parametrize("asset", ["session.js", "scorecard.js", "../app.py", "vendor/../session.js"])
def test_strangers_get_no_asset_but_those_of_the_sign_in(asset, house):
    assert house.stranger().get(f"/assets/{asset}").status_code in (401, 404)


@pytest.mark.parametrize("asset", ["vendor/bootstrap.min.css", "theme.css", "theme.js"])
def test_the_sign_in_page_is_drawn_for_strangers(asset, house):
    assert house.stranger().get(f"/assets/{asset}").status_code == 200


@pytest.mark.parametrize("path", ABSENT)
def test_debugging_and_extensions_are_absent(path, house):
    """S24."""
    answer = house.client("administrator").get(path)
    debugger = b"Werkzeug" in answer.data or b"EVALEX" in answer.data
    assert not debugger
    assert answer.status_code == 404 or not path.startswith("/_")


def test_the_app_runs_without_debug_or_dev_tools(house):
    """S24."""
    tools = house.app._dev_tools
    assert not house.server.debug
    assert not house.server.testing
    assert not (tools.ui or tools.hot_reload or tools.serve_dev_bundles)
    assert not house.app._enable_mcp


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
def test_other_methods_are_refused_even_to_people_signed_in(method, house):
    assert house.client("administrator").open("/", method=method).status_code == 405


@pytest.mark.parametrize("path", ["/customers%0a", "/a%00b", "/%0d%0aX: y", "/a%7f", "/%C2%85"])
def test_control_characters_in_a_path_are_refused(path, house):
    assert house.client("administrator").get(path).status_code == 400


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost:9999"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/_dash-update-component"])
def test_a_post_from_another_site_is_refused(path, headers, house):
    """S20."""
    assert house.client("manager").post(path, headers=headers).status_code == 403


def test_a_post_without_the_token_of_the_session_is_refused_and_changes_nothing(house):
    """S20."""
    client = house.client("manager")
    for token in ("", "0" * 64, house.client("manager").token):
        assert client.post("/sign-out", headers={"X-CSRFToken": token}).status_code == 403
    assert client.get("/_dash-layout").status_code == 200


def test_the_token_may_come_in_a_form(house):
    client = house.client("manager")
    token, client.token = client.token, None
    assert client.post("/sign-out", data={"csrf_token": token}).status_code == 303


def test_everything_known_to_be_signed_in_exists(house):
    assert {rule.endpoint for rule in house.server.url_map.iter_rules()} >= SIGNED_IN


def test_an_answer_to_a_program_is_json_and_one_to_a_person_a_page(house):
    stranger = house.stranger()
    assert stranger.get("/_dash-layout").json["error"] == "You are signed out"
    page = house.client("viewer").get("/customers%0a")
    assert page.mimetype == "text/html"
    assert page.headers["X-Request-Id"].encode() in page.data
