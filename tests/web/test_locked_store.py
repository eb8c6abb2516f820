"""S46: another writer holds the store; who reads goes on reading, who writes is told when to try again."""

import sqlite3
from contextlib import closing

import pytest

from services import what_if
from services.installation import Installation
from services.roles import Actor
from tests.pages.asking import key_of, said

UPDATE = "/_dash-update-component"


@pytest.fixture
def locked(house):
    """Serve the same installation with little patience while another connection holds the store."""
    own = house.installation
    hasty = Installation(own.set_up)
    hasty.store._engines.patience_seconds = 0.2
    manager = house.client("manager")
    before = own.store.head().seq
    with closing(sqlite3.connect(own.set_up.var / "keepsight.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with house.moved_to(hasty):
            yield manager
        other.execute("ROLLBACK")
    hasty.store.dispose()
    assert own.store.head().seq == before, "what was refused left an entry"


@pytest.mark.parametrize("path", ["/log", "/control", "/people"])
def test_pages_that_only_read_go_on(house, locked, path):
    answer = house.page(locked, path)
    assert answer.status_code == 200
    assert "Not available" not in said(answer.get_json()["response"]["_pages_content"]["children"])


def test_a_file_that_has_to_be_put_on_record_is_refused_with_when_to_try_again(locked):
    answer = locked.get("/log.csv")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) >= 1


@pytest.fixture
def customer(house):
    person = house.people["manager"]
    return what_if.start(house.installation, Actor(person.id, person.name, "manager"), None).id


def test_an_answer_that_cannot_be_put_on_record_does_not_leave(house, customer, locked):
    key = key_of(house, "what-if-answer")
    body = house.body(key)
    question = {"customer": customer, "changes": {}, "claimed": None, "number": 1}
    body["inputs"] = [part | {"value": question} for part in body["inputs"]]
    answer = locked.post(UPDATE, json=body)
    assert answer.status_code == 200
    told = answer.get_json()
    assert "what-if-answer" not in told.get("response", {})
    assert "Not available just now" in answer.text
