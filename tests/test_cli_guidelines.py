"""The commands of the guidelines: worked out and shown, whatever the states; what hinders is told."""

import json

import pytest
from flask import Flask

import cli_guidelines
from services import access, log
from services.guidelines import working_out
from services.guidelines.evidence import Evidence
from services.installation import Installation
from services.roles import SYSTEM
from tests.services.guidelines.standing_in import SETTINGS, stand_in


@pytest.fixture
def found(monkeypatch):
    return stand_in(monkeypatch)


@pytest.fixture
def town(tmp_path):
    made = Installation(SETTINGS.model_copy(update={"var": tmp_path / "var"}))
    made.store.migrate()
    for name, role in (("max", "manager"), ("vera", "viewer")):
        access.add_user(made, SYSTEM, name, role)
    return made


@pytest.fixture
def flask(town):
    server = Flask("town")
    server.extensions["keepsight"] = town
    server.cli.add_command(cli_guidelines.guidelines_group)

    def run(*words):
        with server.app_context():
            return server.test_cli_runner().invoke(args=["guidelines", *words])

    return run


def test_all_are_worked_out_and_no_state_is_an_error(flask, found):
    found["G7"] = Evidence("2 overdue", {**found["G7"].values, "overdue": 2})
    found["G3"] = ZeroDivisionError("division by zero")
    done = flask("refresh")
    assert done.exit_code == 0
    assert "G7  not met" in done.stdout and "2 overdue" in done.stdout
    assert "9 met, 0 at risk, 1 not met, 1 not measured" in done.stdout


def test_one_line_of_json_says_the_same(flask, found):
    plain = json.loads(flask("refresh", "--json").stdout)
    assert {one["state"] for one in plain["guidelines"].values()} == {"met"}
    assert plain["seconds"] >= 0 and len(plain["guidelines"]) == 11
    shown = json.loads(flask("show", "--json").stdout)
    assert shown["G7"]["owner"] == "the managers" and shown["G7"]["state"] == "met"


def test_before_anything_was_worked_out_it_says_so(flask):
    done = flask("show")
    assert done.exit_code == 0 and done.stdout.count("It has not been worked out yet.") == 11


def test_who_may_asks_by_name_and_others_are_refused(flask, found, town):
    assert flask("refresh", "--by", "max").exit_code == 0
    assert log.page(town, SYSTEM).entries[0].who == "max"
    refused = flask("refresh", "--by", "vera")
    assert refused.exit_code == 1 and "may not refresh guidelines" in refused.stderr


def test_a_second_one_is_told_who_is_at_it(flask, found, town):
    working_out.begin(town, SYSTEM)
    refused = flask("refresh")
    assert refused.exit_code == 1 and "Keepsight is at it since" in refused.stderr


def test_it_goes_on_with_the_lease_that_the_server_took(flask, found, town, monkeypatch):
    monkeypatch.setattr(cli_guidelines.os, "nice", lambda by: by)
    holder = working_out.begin(town, SYSTEM)
    assert flask("refresh", "--holder", holder).exit_code == 0
    assert town.store.guidelines_work() is None
    late = flask("refresh", "--holder", holder)
    assert late.exit_code == 1 and "It was ended before G1" in late.stderr
