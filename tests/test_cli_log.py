"""The commands of the log: head, seal, verify, purge-due."""

import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

import cli_log
from config.settings import Settings
from services import log
from services.installation import Installation
from services.roles import SYSTEM


@pytest.fixture
def installation(tmp_path):
    made = Installation(Settings(var=tmp_path / "var", database_url=None, env="development"))
    made.store.migrate()
    for number in range(4):
        log.record(made, SYSTEM, "prediction", subject=f"K{number}", payload={"number": number})
    return made


@pytest.fixture
def flask(installation):
    server = Flask("log")
    server.extensions["keepsight"] = installation
    server.cli.add_command(cli_log.log_group)

    def run(*words):
        with server.app_context():
            return server.test_cli_runner().invoke(args=["log", *map(str, words)])

    return run


def tamper(installation, statement: str) -> None:
    with installation.store.writing() as connection:
        assert connection.execute(text(statement)).rowcount > 0


def test_a_head_that_was_printed_verifies(flask, installation):
    printed = json.loads(flask("head", "--json").stdout)
    assert printed["hash"] == installation.store.entry(4).header.hash
    written, time = flask("head").stdout.split()
    assert written == f"4:{printed['hash']}" and time.endswith("+00:00")
    done = flask("verify", "--heads", written)
    assert (done.exit_code, done.stdout) == (0, "4 entries are as they were written.\n")
    assert done.stderr == ""


def test_heads_are_kept_in_a_file_and_a_cut_tail_is_named(flask, installation, tmp_path):
    """S40."""
    file = tmp_path / "heads.jsonl"
    assert flask("seal", file).stdout == f"entry 4 is sealed in {file}\n"
    tamper(installation, "DELETE FROM log_payload WHERE seq = 4")
    tamper(installation, "DELETE FROM log WHERE seq = 4")
    without = flask("verify")
    assert without.exit_code == 0
    assert "entries cut off at the end could not be noticed" in without.stderr
    held = flask("verify", "--heads", file)
    assert held.exit_code == 1
    assert "BROKEN at entry 4 (cut off): the log ends at entry 3, but entry 4 was sealed" in held.stdout
    again = flask("seal", file)
    assert again.exit_code == 1 and "cut off, or it was written anew" in again.stderr


def test_an_entry_edited_by_hand_is_named_for_machines_too(flask, installation):
    """S40."""
    tamper(installation, "UPDATE log_payload SET body = '{}' WHERE seq = 2")
    done = flask("verify", "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["ok"], told["first_bad"], told["what"]) == (1, False, 2, "changed")
    assert "payload is not what was written" in told["reason"]


def test_a_head_that_is_none_is_one_clear_line(flask):
    done = flask("verify", "--heads", "nonsense")
    assert done.exit_code == 1 and "give the file that 'flask log seal' writes" in done.stderr


def test_what_is_past_its_time_is_told_and_then_removed(flask, installation):
    now = installation.store.clock()
    installation.store.clock = lambda: now + timedelta(days=1096)
    told = flask("purge-due", "--dry-run")
    assert told.stdout.splitlines()[-1] == "The details of 4 entries would be removed."
    assert installation.store.verify().purged == 0
    done = flask("purge-due", "--json")
    assert [(one["kind"], one["entries"]) for one in json.loads(done.stdout)] == [("prediction", 4)]
    assert flask("verify").stdout == (
        "5 entries are as they were written, 4 of them without details, removed on record.\n"
    )
    assert flask("purge-due").stdout == "The details of 0 entries were removed.\n"
