"""The commands of scenarios: one line for machines, a reason in words where something is refused."""

import csv
import json

import pytest
from flask import Flask

import cli_scenarios
from services import kept_scenarios, scenarios
from services.roles import Actor
from tests.models import scenario_town
from tests.services.scenario_town import load, settle

ADA = Actor("u-1", "Ada", "analyst")
DEARER = {"steps": [{"column": "price", "operation": "multiply", "value": 1.1}]}


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return settle(tmp_path_factory.mktemp("town"), rows=120)


@pytest.fixture
def flask(town):
    """Run a command as `flask scenario ...` does, on the town, without the pages of the app."""
    server = Flask("town")
    server.extensions["keepsight"] = town
    server.cli.add_command(cli_scenarios.scenario_group)

    def run(*words):
        with server.app_context():  # as `flask` itself opens it for every command
            return server.test_cli_runner().invoke(args=["scenario", *map(str, words)])

    return run


@pytest.fixture
def prices(tmp_path):
    path = tmp_path / "prices.json"
    path.write_text(json.dumps(DEARER), encoding="utf-8")
    return path


def test_a_scenario_of_a_file_is_answered_in_two_sentences(flask, prices, town):
    done = flask("run", prices)
    assert done.exit_code == 0
    assert done.stdout.startswith("\n".join(scenarios.answer(town, ADA, DEARER).sentences))
    assert "note: Price: no experiment has measured what moving it does." in done.stdout
    plain = json.loads(flask("run", prices, "--json").stdout)
    assert plain["customers"] == 120
    assert plain["scenario"] == DEARER


def test_what_is_kept_is_listed_shown_and_compared(flask, prices, town):
    kept = json.loads(
        flask("run", prices, "--keep", "Ten percent", "--note", "for the board", "--json").stdout
    )
    assert (
        f"{kept['kept']}  Ten percent  (revision 1, Keepsight, " in flask("list", "--search", "board").stdout
    )
    assert flask("list", "--search", "nowhere").stdout == "None.\n"
    other = kept_scenarios.keep(town, ADA, {"steps": []}, "Nothing")
    shown = flask("show", kept["kept"])
    [sentence, _] = scenarios.answer(town, ADA, DEARER).sentences
    assert f"for the board\nPrice up by 10% for everybody\n{sentence}\n" in shown.stdout
    assert json.loads(flask("show", kept["kept"], "--json").stdout)["is_current"]
    compared = flask("compare", kept["kept"], other.id)
    assert "* Expected leavers with it" in compared.stdout
    assert "  Expected leavers without it" in compared.stdout


def test_a_scenario_kept_before_other_customers_shows_then_and_now(flask, tmp_path):
    town = settle(tmp_path, rows=60)
    kept = kept_scenarios.keep(town, ADA, DEARER, "Prices")
    load(town, scenario_town.customers(80, seed=2))
    server = Flask("town")
    server.extensions["keepsight"] = town
    server.cli.add_command(cli_scenarios.scenario_group)
    with server.app_context():
        done = server.test_cli_runner().invoke(args=["scenario", "show", kept.id])
    assert "no longer current: other customers were loaded since" in done.stdout
    assert kept.basis["sentences"][0] in done.stdout
    assert f"Now: {scenarios.answer(town, ADA, DEARER).sentences[0]}" in done.stdout


def test_a_list_is_written_to_a_file(flask, prices, town, tmp_path):
    kept = kept_scenarios.keep(town, ADA, DEARER, "Prices")
    for scenario in (prices, kept.id):
        done = flask("export", "steps", scenario, tmp_path / "list.csv", "--json")
        plain = json.loads(done.stdout)
        with (tmp_path / "list.csv").open(newline="", encoding="utf-8") as file:
            assert len(list(csv.DictReader(file))) == plain["rows"] > 0
    assert flask("export", "crossing", kept.id, tmp_path / "then.csv", "--then").exit_code == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("not json", "is no JSON"),
        ("[1, 2]", "none"),
        ('{"steps": [{"column": "tenure", "operation": "set", "value": 1}]}', "Tenure is a fact"),
    ],
)
def test_what_cannot_be_is_one_clear_line(flask, tmp_path, text, words):
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="utf-8")
    for done in (flask("run", path), flask("export", "steps", path, tmp_path / "list.csv")):
        assert (done.exit_code, done.stdout) == (1, "")
        assert words in done.stderr
    assert not (tmp_path / "list.csv").exists()


def test_a_file_or_an_id_that_is_not_there_is_one_clear_line(flask, tmp_path):
    assert str(tmp_path / "no.json") in flask("run", tmp_path / "no.json").stderr
    done = flask("show", "zzzzzz")
    assert done.exit_code == 1 and "There is no scenario 'zzzzzz'" in done.stderr
