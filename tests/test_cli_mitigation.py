"""The commands of mitigation: try, compare, choose; what they print, and how they refuse."""

import json

import pytest
from flask import Flask
from flask.cli import AppGroup

import cli_mitigation
from services import access
from services.roles import SYSTEM
from tests.services.test_mitigation import reweighed, town  # noqa: F401  (fixtures: one training for both)


@pytest.fixture
def flask(town):  # noqa: F811
    server = Flask("town")
    server.extensions["keepsight"] = town[0]
    group = AppGroup("model")
    cli_mitigation.add_to(group)
    server.cli.add_command(group)

    def run(*words):
        with server.app_context():
            return server.test_cli_runner().invoke(args=["model", *words])

    return run


def test_a_mitigation_is_tried_compared_and_chosen(flask, town, reweighed):  # noqa: F811
    installation, base = town
    tried = flask("mitigate", "reweight", "--column", "area", "--version", base[:8], "--json")
    assert json.loads(tried.stdout)["version"] == reweighed.version  # the same again, to the bit
    assert json.loads(tried.stdout)["base"] == base
    listed = flask("mitigations", "--version", reweighed.version)
    assert f"tried on version {base[:8]}" in listed.stdout and "ROC AUC" in listed.stdout
    access.add_user(installation, SYSTEM, "max-manager", "manager")
    chosen = flask("choose", base, "--by", "max-manager", "--reason", "It is chance.")
    assert "is kept as it is" in chosen.stdout
    assert "kept as it is by max-manager: It is chance." in flask("mitigations").stdout
    refused = flask("mitigate", "reweight", "--column", "nothing")
    assert refused.exit_code == 1 and "take area, single" in refused.stderr
    lines = flask("mitigate", "lines", "--column", "area")
    assert lines.exit_code == 1 and "Ask counsel first" in lines.stderr
