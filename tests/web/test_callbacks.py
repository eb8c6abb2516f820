"""Callbacks and pages: each declares who may, and the guard holds every role to it."""

import json
import logging

import dash
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services import roles
from services.roles import ROLES, Actor
from tests.house import ROUTER

UPDATE = "/_dash-update-component"


def test_every_callback_declares_its_permission(house):
    """S13."""
    callbacks = house.callbacks()
    assert callbacks
    bare = [key for key, entry in callbacks.items() if not roles.declared_permission(entry["callback"])]
    assert bare == []


def test_every_layout_declares_its_permission(house):
    """S15."""
    pages = list(dash.page_registry.values())
    assert pages
    assert [page["path"] for page in pages if roles.declared_permission(page["layout"]) is None] == []


def test_a_callback_without_a_declaration_is_refused_to_everybody(house):
    """S13: should the test above ever be forgotten."""
    key = next(iter(house.callbacks()))
    entry = house.app.callback_map[key]
    kept = entry["callback"]
    entry["callback"] = lambda *args, **kwargs: pytest.fail("it ran")
    try:
        for role in ROLES:
            assert house.client(role).post(UPDATE, json=house.body(key)).status_code == 403
    finally:
        entry["callback"] = kept


def test_every_role_is_held_to_every_callbacks_permission(house, caplog):
    """S14: refused before it runs, without a side effect but the entry that says so, and logged."""
    held = 0
    for role in ROLES:
        client = house.client(role)
        for key, entry in house.callbacks().items():
            needed = roles.declared_permission(entry["callback"])
            if roles.permitted(Actor("1", "x", role), needed):
                continue
            with caplog.at_level(logging.WARNING, "keepsight.guard"):
                before = house.installation.store.head().seq
                assert client.post(UPDATE, json=house.body(key)).status_code == 403
                assert house.installation.store.head().seq == before + 1
                refusal = house.installation.store.entry(before + 1)
                assert (refusal.header.kind, refusal.header.actor) == ("refusal", house.people[role].id)
            assert house.people[role].name in caplog.text
            held += 1
    assert held


def test_a_permitted_callback_gets_through(house):
    client = house.client("administrator")
    codes = {key: client.post(UPDATE, json=house.body(key)).status_code for key in house.callbacks()}
    assert codes
    assert {code for code in codes.values() if code not in (200, 204)} == set(), codes


def test_another_callback_cannot_be_smuggled_in_by_its_outputs(house):
    """S14: Dash goes by "output"; "outputs" must agree with it."""
    keys = [key for key, entry in house.callbacks().items() if not entry["no_output"]]
    one, other = keys[0], keys[-1]
    body = house.body(one) | {"outputs": house.body(other)["outputs"]}
    assert one == other or house.client("administrator").post(UPDATE, json=body).status_code == 400


def test_a_page_a_role_may_not_see_is_not_laid_out(house):
    """S15: navigation is a callback, so the layout itself asks."""
    held = 0
    for role in ROLES:
        client = house.client(role)
        for page in dash.page_registry.values():
            answer = house.page(client, page["path"])
            assert answer.status_code == 200
            needed = roles.declared_permission(page["layout"])
            may = needed is not None and roles.permitted(Actor("1", "x", role), needed)
            assert may is ("Not permitted" not in answer.text), (role, page["path"])
            held += not may
    assert held


def test_a_layout_without_a_declaration_is_shown_to_nobody(house):
    """S15."""
    from web.pages_guard import guard_pages

    pages = {"x": {"layout": lambda: pytest.fail("it was laid out")}}
    guard_pages(pages, lambda: "no", lambda fault: "failed")
    with house.server.test_request_context("/"):
        assert pages["x"]["layout"]() == "no"


def test_nothing_of_a_page_stands_where_everybody_gets_it(house):
    """S16: the index, the frame and the list of callbacks know no page's content."""
    canary = "canary-7f3a91"
    page = next(iter(dash.page_registry.values()))
    kept = page["layout"]
    page["layout"] = roles.permission("manage-people")(lambda: dash.html.P(canary))
    try:
        viewer = house.client("viewer")
        for path in ("/", "/_dash-layout", "/_dash-dependencies", page["path"]):
            answer = viewer.get(path)
            assert answer.status_code == 200
            assert canary not in answer.text
    finally:
        page["layout"] = kept


def test_the_index_names_no_customer_and_the_frame_no_figure(house):
    """S16."""
    installation = house.installation
    dataset = installation.dataset()
    some = installation.warehouse.current_table(dataset.snapshot)[dataset.spec.id].astype(str)
    viewer = house.client("viewer")
    for path in ("/", "/_dash-layout", "/_dash-dependencies"):
        text = viewer.get(path).text
        assert not [key for key in some if len(key) > 4 and key in text]


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "x",
        1,
        {},
        {"output": ROUTER},
        {"output": 5},
        {"output": ["a"]},
        {"output": "nothing.children"},
    ],
    ids=str,
)
def test_a_body_that_is_none_is_a_bad_request(body, house):
    """S25."""
    answer = house.client("administrator").post(UPDATE, json=body)
    assert answer.status_code == 400
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("sent", [b"", b"{", b"\xff\xfe", b'{"output": NaN}', b"[" * 100_000])
def test_bytes_that_are_no_json_are_a_bad_request(sent, house):
    """S25."""
    client = house.client("administrator")
    assert client.post(UPDATE, data=sent, content_type="application/json").status_code == 400
    assert client.post(UPDATE, data=sent, content_type="text/plain").status_code == 400


def test_a_body_that_is_too_large_is_refused(house):
    client = house.client("administrator")
    body = house.body(ROUTER) | {"more": "x" * 2_000_000}
    assert client.post(UPDATE, json=body).status_code == 413


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_is_done_to_a_body_it_is_answered_without_an_error_of_ours(house, data):
    """S25: parts of a good body are dropped, replaced, repeated."""
    key = data.draw(st.sampled_from([ROUTER, *house.callbacks()]))
    body = house.body(key)
    where = data.draw(st.sampled_from(sorted(body)))
    change = data.draw(st.sampled_from(["drop", "replace", "inside"]))
    if change == "drop":
        del body[where]
    elif change == "replace" or not isinstance(body[where], list) or not body[where]:
        body[where] = data.draw(JSON)
    else:
        at = data.draw(st.integers(0, len(body[where]) - 1))
        part = body[where][at]
        if isinstance(part, dict) and part:
            part[data.draw(st.sampled_from(sorted(part)))] = data.draw(JSON)
        else:
            body[where][at] = data.draw(JSON)
    answer = house.client("administrator").post(
        UPDATE, data=json.dumps(body), content_type="application/json"
    )
    assert answer.status_code in (200, 204, 400, 403)
    assert "Traceback" not in answer.text
