"""The commands under ``flask experiment``, on an app of their own."""

import json

import pytest
from flask import Flask

from cli_experiments import experiment_group, held_group
from services import signing
from services.holding import HeldBack
from services.roles import Actor
from tests.services.trial_town import EVENING, settle_signed


@pytest.fixture
def town(tmp_path):
    return settle_signed(tmp_path)


@pytest.fixture
def run(town):
    app = Flask("a test")
    app.extensions["keepsight"] = town[0]
    app.cli.add_command(experiment_group)
    app.cli.add_command(held_group)
    runner = app.test_cli_runner()
    return lambda *words: runner.invoke(args=[*words] if words[0] == "held" else ["experiment", *words])


@pytest.fixture
def waiting(town):
    """Let Mia sign a drastic change within working hours."""
    installation, named = town
    user = installation.store.add_user("Mia", "manager")
    report = installation.store.version(named["higher"]).report_sha256
    with pytest.raises(HeldBack):
        signing.sign(
            installation, Actor(user.id, user.name, user.role), named["higher"], report, "Read it all."
        )


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
    assert run("watch").stdout.strip() == "Nothing had to be done."


def test_an_ab_tells_how_far_it_is(town, run):
    row = json.loads(run("start", "ab", town[1]["near"], "--least-difference", "0.1", "--json").stdout)
    assert run("result", row["id"]).stdout.startswith("Not yet: ")
    plain = json.loads(run("result", row["id"], "--json").stdout)
    assert plain["champion"]["left"] is None and plain["comparison"] is None


def test_a_promotion_that_waits_is_listed_and_made_by_the_watch(town, run, waiting):
    assert "waits, after 2026-03-04 18:00 UTC" in run("held", "list").stdout
    town[0].store.clock = lambda: EVENING
    assert "signed by Mia  passed" in run("watch").stdout
    assert run("held", "list").stdout.strip() == "None waits."


def test_a_promotion_that_waits_is_called_off(town, run, waiting):
    [row] = json.loads(run("held", "list", "--json").stdout)
    told = run("held", "cancel", str(row["number"]), "--by", "Mia", "--reason", "Not now.").stdout
    assert "cancelled: Not now." in told
    assert run("held", "list").stdout.strip() == "None waits."


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (("result", "e0"), "flask experiment list"),
        (("held", "cancel", "9", "--by", "Nobody", "--reason", "No."), "flask user add"),
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
