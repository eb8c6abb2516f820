"""Coming in and going out, through the pages."""

import re
from datetime import UTC, datetime

import pytest
from dash import page_registry

from services import access, roles
from services.installation import Installation
from services.roles import SYSTEM
from tests.house import PASSWORD


def enter(client, name="manager-of-tests", password=PASSWORD, **more):
    return client.post("/sign-in", data={"name": name, "password": password, **more})


def session_of(house, client):
    cookie = client.get_cookie(house.server.config["KEEPSIGHT_SESSION_COOKIE"])
    return cookie.value if cookie else None


def test_name_and_password_lead_where_one_was_going(house):
    answer = enter(house.stranger(), next="/customers")
    assert (answer.status_code, answer.location) == (303, "/customers")


def test_a_wrong_password_is_refused_in_words_that_tell_nothing(house):
    """S5."""
    known = enter(house.stranger(), password="something else")
    unknown = enter(house.stranger(), name="nobody-of-tests", password="something else")
    house.installation.store.clear("account:manager-of-tests")
    assert known.status_code == unknown.status_code == 401
    assert known.text.replace("manager-of-tests", "") == unknown.text.replace("nobody-of-tests", "")
    assert "Check both and try again" in known.text


def test_too_many_tries_are_told_to_wait(house):
    """S3."""
    answers = [enter(house.stranger(), name="guessed", password=f"guess number {n}") for n in range(7)]
    assert [a.status_code for a in answers] == [401] * 5 + [429] * 2
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert "Wait" in answers[-1].text


def test_an_address_in_a_forwarded_header_is_not_believed(house):
    """S4: unless a proxy is configured."""
    for number in range(7):
        house.stranger().post(
            "/sign-in",
            data={"name": f"forwarded{number}", "password": "x" * 12},
            headers={"X-Forwarded-For": f"203.0.113.{number}"},
        )
    failures = house.installation.store.entries(kind_filter("failed-login"), limit=7)
    addresses = {entry.payload["address"] for entry in failures}
    assert addresses == {"127.0.0.1"}
    house.installation.store.clear("address:127.0.0.1")


def kind_filter(kind):
    from services.log import EntryFilter

    return EntryFilter(kinds=(kind,))


def test_a_session_id_brought_along_is_never_taken_over(house):
    """S7: neither an invented one nor that of somebody signed in."""
    client = house.stranger()
    client.set_cookie(house.server.config["KEEPSIGHT_SESSION_COOKIE"], "planted-by-somebody")
    enter(client)
    assert session_of(house, client) != "planted-by-somebody"

    old = house.client("viewer")
    before = session_of(house, old)
    enter(old)
    assert session_of(house, old) != before
    replay = house.stranger()
    replay.set_cookie(house.server.config["KEEPSIGHT_SESSION_COOKIE"], before)
    assert replay.get("/_dash-layout").status_code == 401


def test_a_saved_cookie_is_worthless_after_signing_out(house):
    """S8: pages and callbacks alike."""
    client = house.client("manager")
    saved = session_of(house, client)
    assert client.post("/sign-out").status_code == 303
    replay = house.stranger()
    replay.set_cookie(house.server.config["KEEPSIGHT_SESSION_COOKIE"], saved)
    replay.token = client.token
    assert replay.get("/").status_code == 302
    assert replay.post("/_dash-update-component", json={}).status_code == 401


@pytest.mark.parametrize("value", ["", "x", "x" * 4000, "\u00e9", "' OR 1=1 --"])
def test_a_cookie_that_is_no_session_signs_nobody_in(value, house):
    client = house.stranger()
    client.set_cookie(house.server.config["KEEPSIGHT_SESSION_COOKIE"], value)
    assert client.get("/_dash-layout").status_code == 401


def test_a_role_lowered_during_a_session_counts_at_the_next_callback(house):
    """S10."""
    user = access.add_user(house.installation, SYSTEM, "lowered", "administrator")
    house.people["lowered"] = user
    client = house.client("lowered")
    strict = [
        key
        for key, entry in house.callbacks().items()
        if "viewer" not in roles.permission_table()[roles.declared_permission(entry["callback"])]
    ]
    assert strict
    house.installation.store.set_role(user.id, "viewer")
    assert client.post("/_dash-update-component", json=house.body(strict[0])).status_code == 403


def test_a_one_time_link_asks_for_a_password_and_signs_in(house):
    user = access.add_user(house.installation, SYSTEM, "linked", "viewer")
    link = access.make_link(house.installation, SYSTEM, user)
    client = house.stranger()
    for _ in range(2):  # looking at it does not use it up
        assert "You sign in as <strong>linked</strong>" in client.get(link).text
    assert client.post(link, data={"password": PASSWORD, "again": PASSWORD + "x"}).status_code == 400
    assert client.post(link, data={"password": "short", "again": "short"}).status_code == 400
    assert client.post(link, data={"password": PASSWORD, "again": PASSWORD}).location == "/"
    assert client.get("/_dash-layout").status_code == 200
    assert house.stranger().get(link).status_code == 410
    used = {"password": "another kettle altogether", "again": "another kettle altogether"}
    assert house.stranger().post(link, data=used).status_code == 410


def test_the_log_of_requests_names_no_link_and_no_customer(house, caplog):
    user = access.add_user(house.installation, SYSTEM, "quiet", "viewer")
    link = access.make_link(house.installation, SYSTEM, user)
    with caplog.at_level("DEBUG"):
        house.stranger().get(link)
        house.client("manager").get("/customer?id=7590-VHVEG")
    assert "/link/<token>" in caplog.text
    assert link.rpartition("/")[2] not in caplog.text
    assert "7590-VHVEG" not in caplog.text


def test_no_way_in_exists_beside_sign_in_and_link(house):
    """S2: no set-up wizard to take over."""
    ways = [
        r.rule
        for r in house.server.url_map.iter_rules()
        if re.search("setup|set-up|register|signup|admin", r.rule)
    ]
    assert ways == []


def test_before_anything_is_set_up_the_sign_in_says_what_to_type(house, tmp_path):
    empty = Installation(house.installation.settings.model_copy(update={"var": tmp_path}))
    with house.moved_to(empty):
        answer = house.stranger().get("/sign-in")
        assert house.stranger().get("/readyz").status_code == 503
        assert house.stranger().get("/healthz").status_code == 200
    assert answer.status_code == 503
    assert "flask prepare" in answer.text


def test_without_customers_every_page_says_how_to_load_some(house, tmp_path):
    empty = Installation(house.installation.settings.model_copy(update={"var": tmp_path}))
    empty.store.migrate()
    user = access.add_user(empty, SYSTEM, "first", "administrator")
    with house.moved_to(empty):
        kept, house.people["first"] = house.people.get("first"), user
        held = house.installation
        house.installation = empty
        try:
            client = house.client("first")
            for path in {"/", "/customers", "/what-if"} & {page["path"] for page in page_registry.values()}:
                answer = house.page(client, path)
                assert answer.status_code == 200
                assert "Load a file" in answer.text, path
        finally:
            house.installation = held
            house.people.pop("first") if kept is None else None


def test_what_was_typed_is_shown_as_text(house):
    """S21."""
    answer = enter(house.stranger(), name='"><img src=x onerror=alert(1)>', password="x" * 12)
    assert "<img src=x" not in answer.text


def test_a_session_row_keeps_no_token(house):
    """A stolen store opens no session."""
    session_id = house.installation.store.open_session(house.people["viewer"].id, datetime.now(UTC))
    raw = (house.installation.settings.var / "keepsight.db").read_bytes()
    wal = house.installation.settings.var / "keepsight.db-wal"
    raw += wal.read_bytes() if wal.exists() else b""
    assert session_id.encode() not in raw
