"""The commands that ask an answer on record again."""

import json

import pytest
from flask import Flask

import cli_log
import cli_replay
from data.warehouse import Filters
from services import customers, log
from services.roles import Actor
from tests.services.scenario_town import settle

ADA = Actor("a", "Ada", "analyst")


@pytest.fixture
def run(tmp_path):
    """Give a function that runs ``flask log ...`` in a town with two answers on record."""
    town = settle(tmp_path, rows=60)
    server = Flask("keepsight")
    server.extensions["keepsight"] = town
    if "replay" not in cli_log.log_group.commands:
        cli_replay.add_to(cli_log.log_group)
    server.cli.add_command(cli_log.log_group)
    customers.page(town, ADA, Filters(), stop=10)
    customers.one(town, ADA, "c3")

    def invoke(*words):
        with server.app_context():  # as `flask` itself opens it for every command
            return server.test_cli_runner().invoke(args=["log", *map(str, words)])

    return invoke


def test_an_entry_is_replayed_in_words_and_as_json(run):
    assert run("replay", 2).output == "Entry 2 replayed: the same, to the last bit.\n"
    plain = json.loads(run("replay", 1, "--json").stdout)
    assert (plain["entry"], plain["kind"], plain["same"]) == (1, "list", True)
    assert plain["compared"]["recorded_hash"] == plain["compared"]["replayed_hash"]


def test_a_sample_is_told_in_one_line(run):
    told = run("replay", "--sample", 100)
    assert told.exit_code == 0
    assert told.output == "2 of 2 came out the same, to the last bit; 0 differ, 0 cannot be replayed\n"


@pytest.mark.parametrize("words", [("replay",), ("replay", 1, "--sample", 3)])
def test_one_entry_or_a_sample_is_asked_for(run, words):
    told = run(*words)
    assert told.exit_code == 1
    assert "Say which entry to replay" in told.output


def test_an_entry_that_differs_ends_with_one(run, monkeypatch):
    real = log.one
    monkeypatch.setattr(
        "services.replay.replaying.log.one",
        lambda *asked: _edited(real(*asked)),
    )
    told = run("replay", 2)
    assert told.exit_code == 1
    assert "  answer.probability: 0.5 then" in told.output


def _edited(entry):
    entry.payload["answer"]["probability"] = 0.5
    return entry


def test_then_and_now(run):
    told = run("then-and-now", 2)
    assert "nothing that the model reads has changed" in told.output
    plain = json.loads(run("then-and-now", 2, "--json").stdout)
    assert plain["movement"]["data"] == [] == plain["movement"]["model"]
    assert "about one customer" in run("then-and-now", 1).output


def test_an_entry_that_is_not_there(run):
    told = run("replay", 99)
    assert told.exit_code == 1
    assert "There is no entry 99" in told.output
