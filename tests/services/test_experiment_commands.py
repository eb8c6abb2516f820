"""The commands under ``flask experiment``, on an app of their own."""

import json

import pytest
from flask import Flask

from cli_experiments import experiment_group
from tests.services.trial_town import settle_signed


@pytest.fixture
def town(tmp_path):
    return settle_signed(tmp_path)


@pytest.fixture
def run(town):
    app = Flask("a test")
    app.extensions["keepsight"] = town[0]
    app.cli.add_command(experiment_group)
    return lambda *words: app.test_cli_runner().invoke(args=["experiment", *words])


def test_an_experiment_is_started_shown_stopped_and_found(town, run):
    started = run(
        "start", "canary", town[1]["near"][:8], "--who", "contract=One year", "--share", "0.5", "--json"
    )
    row = json.loads(started.stdout)
    assert (row["who"], row["share"]) == ({"contract": ["One year"]}, 0.5)
    shown = json.loads(run("show", row["id"], "--json").stdout)
    assert shown["measured"]["customers"] > 50
    assert "everybody" not in run("list", "--running").stdout
    assert "stopped: No worse." in run("stop", row["id"], "--outcome", "No worse.").stdout
    assert row["id"] in run("list", "--search", "no worse").stdout
    assert run("list", "--running").stdout.strip() == "None."


def test_an_ab_tells_its_planned_size(town, run):
    told = run("start", "ab", town[1]["near"], "--least-difference", "0.1").stdout
    assert "customers with the champion and" in told


def test_the_watch_tells_what_it_rolled_back(town, run):
    run("start", "canary", town[1]["higher"], "--share", "0.5")
    assert "rolled back: A guard was crossed" in run("watch").stdout
    assert run("watch").stdout.strip() == "Nothing had to be ended."


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (("stop", "e0", "--outcome", "No."), "flask experiment list"),
        (("start", "canary", "0123456789"), "flask model list"),
        (("start", "shadow", "0123456789", "--who", "contract"), "COLUMN=LEVEL"),
    ],
)
def test_an_error_is_one_line_with_the_remedy(run, words, remedy):
    answer = run(*words)
    assert answer.exit_code == 1
    assert remedy in answer.output
    assert "Traceback" not in answer.output
