"""``flask subject``: what is held, objecting and taking it back, each on record; or why not."""

import json

import pytest
from flask import Flask

import cli_subject
from services import access, objections
from services.roles import SYSTEM
from tests.services.trial_town import NOON, settle_signed

KEY = "K002"
SAID = ("--words", "By phone on 4 March.", "--by", "ada")


@pytest.fixture
def town(tmp_path):
    installation, _ = settle_signed(tmp_path, NOON)
    for name, role in (("ada", "analyst"), ("vera", "viewer")):
        access.add_user(installation, SYSTEM, name, role)
    return installation


@pytest.fixture
def flask(town):
    server = Flask("town")
    server.extensions["keepsight"] = town
    server.cli.add_command(cli_subject.subject_group)

    def run(*words, **more):
        with server.app_context():
            return server.test_cli_runner().invoke(args=["subject", *words], **more)

    return run


def test_show_tells_what_is_held_and_is_on_record(flask, town):
    told = flask("show", KEY, "--by", "ada").stdout
    assert f"{KEY} in" in told and "does not object" in told and "legal basis: not recorded" in told
    plain = json.loads(flask("show", KEY, "--by", "ada", "--json").stdout)
    assert plain["customer"] == KEY and plain["now"]["probability"] > 0
    last = town.store.entries(None, None, 1)[0]
    assert (last.header.kind, last.payload) == ("subject", {"step": "command"})


def test_objecting_says_what_it_does_asks_and_holds(flask, town):
    no = flask("object", KEY, *SAID, input="n\n")
    assert no.exit_code == 1 and "has no score and no reasons" in no.stderr
    assert objections.counted(town) == 0
    yes = flask("object", KEY, *SAID, input="y\n")
    assert yes.exit_code == 0 and f"{KEY} objects to profiling" in yes.stdout
    assert objections.excluded(town) == {KEY}
    assert "has no score" not in flask("show", KEY, "--by", "ada").stdout
    plain = json.loads(flask("show", KEY, "--by", "ada", "--json").stdout)
    assert plain["objects_to_profiling"] and plain["now"] is None
    assert f"{KEY}  since 2026-03-04, by ada: By phone on 4 March." in flask("list", "--by", "ada").stdout


def test_taking_it_back_is_recorded_too(flask, town):
    flask("object", KEY, *SAID, "--yes")
    plain = json.loads(flask("lift", KEY, *SAID, "--yes", "--json").stdout)
    assert plain["taken_back"] and objections.counted(town) == 0
    [told] = json.loads(flask("list", "--by", "ada", "--json").stdout)
    assert told["customer"] == KEY and told["taken_back_words"] == "By phone on 4 March."


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("show", "nobody", "--by", "ada"), "Nothing is held"),
        (("show", KEY, "--by", "vera"), "vera"),
        (("object", "nobody", *SAID, "--yes"), "no customer"),
        (("object", KEY, "--words", " ", "--by", "ada", "--yes"), "Write a sentence"),
        (("lift", KEY, *SAID, "--yes"), "does not object"),
        (("object", KEY, "--words", "x", "--by", "vera", "--yes"), "vera"),
        (("list", "--by", "vera"), "vera"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(flask, town, words, why):
    done = flask(*words)
    assert done.exit_code == 1 and why in done.stderr and "Traceback" not in done.stderr
    assert objections.counted(town) == 0


def test_nobody_objecting_is_said(flask):
    assert flask("list", "--by", "ada").stdout == "Nobody objects to profiling.\n"
