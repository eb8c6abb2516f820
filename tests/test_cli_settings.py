"""The commands of the managers' settings: each shows the effect, does it on record, or says why not."""

import json

import pytest
from flask import Flask

import cli_settings
from config.managed import MANAGED
from services import access
from services.roles import SYSTEM
from tests.services.trial_town import EVENING, NOON, settle_signed

WHY = ("--by", "max", "--reason", "It is a test.")


@pytest.fixture
def town(tmp_path):
    installation, _ = settle_signed(tmp_path, now=EVENING)
    for name, role in (("max", "manager"), ("vera", "viewer")):
        access.add_user(installation, SYSTEM, name, role)
    return installation


@pytest.fixture
def flask(town):
    server = Flask("town")
    server.extensions["keepsight"] = town
    server.cli.add_command(cli_settings.setting_group)

    def run(*words, **more):
        with server.app_context():
            return server.test_cli_runner().invoke(args=["setting", *words], **more)

    return run


def test_list_says_what_is_in_force_and_by_whom(flask):
    flask("change", "value_months", "24", *WHY, "--yes")
    told = flask("list").stdout
    assert [line.split()[0] for line in told.splitlines()] == list(MANAGED)
    assert "24 months               by max; set up: 12 months" in told
    plain = {one["name"]: one for one in json.loads(flask("list", "--json").stdout)}
    assert (plain["value_months"]["value"], plain["value_months"]["default"]) == (24, 12)


def test_a_change_shows_its_effect_asks_and_holds(flask, town):
    no = flask("change", "at_risk_share", "0.2", *WHY, input="n\n")
    assert "40 customers join the list" in no.stderr and no.exit_code == 1
    assert town.settings.at_risk_share == 0.1
    yes = flask("change", "at_risk_share", "0.2", *WHY, "--complaint", "F-3", input="y\n")
    assert yes.exit_code == 0, yes.stderr
    assert "at_risk_share is 20% now" in yes.stdout
    assert town.settings.at_risk_share == 0.2
    assert "It answers a complaint: F-3" in flask("show", "at_risk_share").stdout


def test_a_preview_changes_nothing(flask, town):
    plain = json.loads(flask("preview", "at_risk_share", "0.2", "--by", "max", "--json").stdout)
    assert plain["figures"]["joined"] == 40
    assert town.store.last_setting() == 0


def test_what_waits_is_told_and_can_be_overridden(flask, town):
    town.store.clock = lambda: NOON
    told = flask("change", "at_risk_share", "0.2", *WHY, "--yes").stdout
    assert "at_risk_share is 10% now; the change waits until 18:00 on 4 March (UTC)" in told
    assert "max's change waits" in flask("list").stdout
    told = flask("change", "at_risk_share", "0.3", *WHY, "--yes", "--override", "Staffed today.").stdout
    assert "at_risk_share is 30% now" in told


def test_undo_brings_back_what_held_before(flask, town):
    flask("change", "contact", "Ina", *WHY, "--yes")
    assert town.settings.contact == "Ina"
    told = flask("undo", "contact", *WHY)
    assert told.exit_code == 0, told.stderr
    assert town.settings.contact == town.set_up.contact
    plain = json.loads(flask("show", "contact", "--json").stdout)
    assert [one["revision"] for one in plain["changes"]] == [2, 1]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("change", "at_risk_share", "2", *WHY, "--yes"), "should be less than 1 (a share: 0.1 is 10%)"),
        (("change", "secret_key", "x", *WHY, "--yes"), "There is no setting 'secret_key'"),
        (("change", "value_months", "24", *WHY, "--yes", "--revision", "3"), "Look again"),
        (("change", "value_months", "24", "--by", "vera", "--reason", "Me too.", "--yes"), "may not"),
        (("preview", "value_months", "24", "--by", "vera"), "may not"),
        (("undo", "value_months", *WHY), "nothing to take back"),
        (("show", "nothing"), "There is no setting 'nothing'"),
    ],
)
def test_what_cannot_be_done_says_why_and_changes_nothing(flask, town, words, told):
    found = flask(*words)
    assert found.exit_code == 1 and told in found.stderr
    assert town.store.last_setting() == 0
