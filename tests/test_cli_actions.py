"""The commands of actions: one line for machines, a reason in words where something is refused."""

import csv
import json
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.cli import AppGroup

import cli_actions
from services import access
from services.roles import SYSTEM
from tests.services.scenario_town import settle

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECURED = {"steps": [{"column": "security", "operation": "set", "value": "Yes", "cost": 30.5}]}


@pytest.fixture
def town(tmp_path):
    made = settle(tmp_path, rows=1600)
    made.store.clock = lambda: NOON
    access.add_user(made, SYSTEM, "mia", "manager")
    access.add_user(made, SYSTEM, "ada", "analyst")
    return made


@pytest.fixture
def flask(town):
    """Run a command as `flask ...` does, on the town, without the pages of the app."""
    server = Flask("town")
    server.extensions["keepsight"] = town
    data = AppGroup("data")
    cli_actions.add_to(data)
    server.cli.add_command(data)
    server.cli.add_command(cli_actions.action_group)

    def run(*words):
        with server.app_context():  # as `flask` itself opens it for every command
            return server.test_cli_runner().invoke(args=list(map(str, words)))

    return run


@pytest.fixture
def steps(tmp_path):
    path = tmp_path / "secured.json"
    path.write_text(json.dumps(SECURED), encoding="utf-8")
    return path


def begin(flask, steps, *more):
    done = flask("action", "start", steps, "--name", "Safer", "--by", "mia", "--json", *more)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_from_start_to_effect(flask, steps, town, tmp_path):
    made = begin(flask, steps, "--hold-out", "0.3", "--until", "2026-03-20")
    assert made["hold_out_share"] == 0.3
    assert "running: Not yet" in flask("action", "list", "--search", "safer").stdout
    out = tmp_path / "offers.csv"
    done = flask("action", "export", made["id"], out)
    assert f"{made['contacted']['customers']:,} customers are in" in done.stdout
    with out.open(newline="", encoding="utf-8") as file:
        keys = [row["customer"] for row in csv.DictReader(file)]
    assert len(keys) == made["contacted"]["customers"]
    town.store.clock = lambda: NOON + timedelta(days=40)
    everybody = town.store.action_outcomes(made["id"])
    rows = [f"{key},{'yes' if key not in keys or key[-1] == '7' else 'no'},2026-04-01" for key in everybody]
    told = tmp_path / "left.csv"
    told.write_text("\n".join(["who,left,date", *rows]), encoding="utf-8")
    done = flask("data", "outcomes", told)
    assert done.exit_code == 1
    assert "Name it with --customer COLUMN." in done.output
    done = flask("data", "outcomes", told, "--customer", "who")
    assert done.stdout.startswith(f"{len(everybody):,} outcomes are known now, 0 corrected")
    shown = flask("action", "show", made["id"])
    assert "measured: Kept because of it: " in shown.stdout
    assert json.loads(flask("action", "show", made["id"], "--json").stdout)["effect"]["kept"]["low"] > 0


def test_what_collides_is_refused_in_words(flask, steps):
    made = begin(flask, steps)
    done = flask("action", "start", steps, "--name", "Again", "--by", "mia")
    assert done.exit_code == 1
    assert f"in the action {made['id']}. Leave them out (--leave-out)" in done.output
    assert (
        "called off: Called off on"
        in flask("action", "call-off", made["id"], "--by", "mia", "--reason", "Too dear.").stdout
    )
    begin(flask, steps)


def test_who_may_not_start_one_is_told_so(flask, steps):
    done = flask("action", "start", steps, "--name", "Safer", "--by", "ada")
    assert done.exit_code == 1
    assert "may not start actions" in done.output
    assert flask("action", "list").stdout == "None.\n"
