"""The command that compares the files of all versions with the record."""

import json

import pytest
from flask import Flask

import cli
from tests.services.trial_town import settle_signed


@pytest.fixture
def flask(tmp_path):
    installation, named = settle_signed(tmp_path)
    server = Flask("town")
    server.extensions["keepsight"] = installation
    server.cli.add_command(cli.model_group)

    def run(*words):
        with server.app_context():
            return server.test_cli_runner().invoke(args=["model", "check", *words])

    return run, installation.shelf.folder, named


def test_versions_as_recorded_are_counted_and_left_folders_are_named(flask):
    run, folder, named = flask
    (folder / ("f" * 64)).mkdir()
    done = run()
    assert done.exit_code == 0
    assert f"{len(named)} of {len(named)} versions are as recorded." in done.stdout
    assert f"note: {'f' * 64}" in done.stdout


def test_a_damaged_version_is_named_with_the_remedy_and_exit_code_1(flask):
    run, folder, named = flask
    (folder / named["near"] / "scorecard.json").unlink()
    done = run()
    assert done.exit_code == 1
    assert f"DAMAGED The scorecard of version {named['near'][:8]} is not on disk" in done.stdout
    assert "Restore it from a backup" in done.stdout
    plain = json.loads(run("--json").stdout)
    assert (plain["checked"], list(plain["damaged"]), plain["unrecorded"]) == (
        len(named),
        [named["near"]],
        [],
    )
