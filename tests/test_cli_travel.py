"""The commands of travel: one line for machines, a reason in words where something is refused."""

import json

import pytest
from flask import Flask
from flask.cli import AppGroup

import cli
import cli_travel
from config.dataset import parse_spec
from tests.services.small_town import SPEC, settle_town


@pytest.fixture
def town(tmp_path):
    return settle_town(tmp_path / "town")


@pytest.fixture
def flask(town):
    """Run a command as `flask ...` does, on the town, without the pages of the app."""
    server = Flask("town")
    server.extensions["keepsight"] = town
    group = AppGroup("model")
    cli_travel.add_to(group)
    group.add_command(cli.list_models)
    server.cli.add_command(group)

    def run(*words):
        with server.app_context():  # as `flask` itself opens it for every command
            return server.test_cli_runner().invoke(args=["model", *words])

    return run


def test_an_export_prints_one_line_for_machines_and_makes_the_file(flask, town, tmp_path):
    version = town.store.versions()[0].version
    done = flask("export", version[:8], str(tmp_path / "b"), "--reason", "a test", "--json")
    plain = json.loads(done.stdout)
    assert (done.exit_code, plain["version"]) == (0, version)
    assert (tmp_path / "b").exists() and len(plain["sha256"]) == 64


def test_an_import_of_what_is_here_says_so_and_ends_with_a_fault(flask, town, tmp_path):
    version = town.store.versions()[0].version
    flask("export", version, str(tmp_path / "b"))
    done = flask("import", str(tmp_path / "b"))
    assert done.exit_code == 1
    assert "is here already (draft, trained here); nothing was changed" in done.stderr


def test_a_damaged_file_is_one_clear_line(flask, tmp_path):
    (tmp_path / "b").write_bytes(b"PK\x03\x04")
    done = flask("import", str(tmp_path / "b"))
    assert done.exit_code == 1 and done.stdout == ""
    assert done.stderr.count("\n") == 1 and "no whole bundle of Keepsight" in done.stderr


def test_a_file_that_is_not_there_is_one_clear_line(flask, tmp_path):
    done = flask("import", str(tmp_path / "nowhere"))
    assert done.exit_code == 1 and "give the path of a bundle" in done.stderr


def test_a_place_that_cannot_be_written_is_named(flask, town, tmp_path):
    version = town.store.versions()[0].version
    assert "There is no folder" in flask("export", version, str(tmp_path / "no" / "b")).stderr
    (tmp_path / "here").mkdir()
    done = flask("import", str(tmp_path / "here"), "--spec-to", str(tmp_path))
    assert done.exit_code == 1 and str(tmp_path) in done.stderr


def test_the_description_of_the_data_can_be_taken_out_of_a_bundle(flask, town, tmp_path):
    flask("export", town.store.versions()[0].version, str(tmp_path / "b"))
    assert flask("import", str(tmp_path / "b"), "--spec-to", str(tmp_path / "s.yaml")).exit_code == 0
    assert parse_spec((tmp_path / "s.yaml").read_text("utf-8")).hash == parse_spec(SPEC).hash


def test_asked_rejected_asked_again_and_allowed(flask, town, tmp_path):
    version = town.store.versions()[0].version
    assert flask("request", version, "--reason", "To production.").exit_code == 0
    assert "rejected" in flask("reject", version, "--reason", "Too early.").stdout
    refused = flask("export", version, str(tmp_path / "b"))
    assert refused.exit_code == 1 and "Too early." in refused.stderr
    flask("request", version, "--reason", "Now it is time.")
    assert json.loads(flask("approve", version, "--reason", "Yes.", "--json").stdout)["state"] == "approved"
    assert flask("export", version, str(tmp_path / "b")).exit_code == 0


def test_tracking_without_a_server_says_how_to_set_one(flask):
    done = flask("track")
    assert done.exit_code == 1 and "Set MLFLOW_TRACKING_URI" in done.stderr


def test_a_version_without_an_auc_is_listed_all_the_same(flask, town):
    assert town.store.versions()[0].metrics == {}
    done = flask("list")
    assert done.exit_code == 0 and "AUC -" in done.stdout
