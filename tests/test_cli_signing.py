"""The commands of sign-off: review, sign, go back, withdraw, and their sentences in the log."""

import json

import pytest
from flask import Flask
from flask.cli import AppGroup

import cli_signing
from services import access, log
from services.roles import SYSTEM
from tests.services.trial_town import settle_signed


@pytest.fixture
def town(tmp_path):
    installation, named = settle_signed(tmp_path)
    for name, role in (("ada-manager", "manager"), ("vera-viewer", "viewer")):
        access.add_user(installation, SYSTEM, name, role)
    return installation, named


@pytest.fixture
def flask(town):
    server = Flask("town")
    server.extensions["keepsight"] = town[0]
    group = AppGroup("model")
    cli_signing.add_to(group)
    server.cli.add_command(group)

    def run(*words):
        with server.app_context():
            return server.test_cli_runner().invoke(args=["model", *words])

    return run


def test_a_version_is_reviewed_signed_and_taken_back(flask, town):
    installation, named = town
    before = installation.champion().version
    seen = json.loads(flask("review", named["near"], "--json").stdout)
    assert seen["gates"]
    words = ("--report", seen["report_sha256"], "--statement", "Read all of it.", "--by")
    refused = flask("sign", named["near"], *words, "vera-viewer")
    assert refused.exit_code == 1 and "vera-viewer (viewer) may not" in refused.stderr
    assert installation.champion().version == before
    signed = json.loads(flask("sign", named["near"], *words, "ada-manager", "--json").stdout)
    assert signed == {"version": named["near"], "former": before}
    back = flask("rollback", "--reason", "complaints", "--by", "ada-manager")
    assert f"version {before[:8]} answers again" in back.stdout
    gone = flask("withdraw", named["near"], "--reason", "unfair", "--by", "ada-manager")
    assert "is withdrawn" in gone.stdout
    told = [one.text for one in log.page(installation, SYSTEM).entries]
    assert f"ada-manager withdrew version {named['near'][:8]}, because: unfair." in told
    assert f"ada-manager went back to version {before[:8]}, because: complaints." in told
    assert (
        f"ada-manager made version {named['near'][:8]} the champion instead of version {before[:8]}." in told
    )
    assert f"ada-manager signed version {named['near'][:8]}: Read all of it." in told


def test_a_report_that_is_not_the_one_read_is_refused(flask, town):
    installation, named = town
    before = installation.champion().version
    done = flask("sign", named["near"], "--report", "0" * 64, "--statement", "Yes.", "--by", "ada-manager")
    assert done.exit_code == 1 and "report has changed" in done.stderr
    assert installation.champion().version == before
