"""The commands of feedback: list, show, answer, export; without names but where they are allowed."""

import csv
import json
import secrets

import pytest
from flask import Flask

import cli_feedback
from config.settings import Settings
from services import access, feedback, managers_settings
from services.installation import Installation
from services.roles import SYSTEM, Actor


@pytest.fixture
def town(tmp_path):
    made = Installation(Settings(var=tmp_path / "var", database_url=None))
    made.store.migrate()
    people = {}
    for name, role in (("max", "manager"), ("vera", "viewer")):
        user = access.add_user(made, SYSTEM, name, role)
        people[name] = Actor(user.id, user.name, role)
    for text, page in (("=1+1", "/settings"), ("-2 is wrong", "/model")):
        feedback.send(made, people["vera"], text=text, page=page, verdict="wrong",
                      once=secrets.token_hex(16))  # fmt: skip
    return made, people


@pytest.fixture
def flask(town):
    server = Flask("town")
    server.extensions["keepsight"] = town[0]
    server.cli.add_command(cli_feedback.feedback_group)

    def run(*words):
        with server.app_context():
            return server.test_cli_runner().invoke(args=["feedback", *words])

    return run


def test_list_says_how_each_stands_without_names(flask):
    told = flask("list").stdout
    assert [line.split()[0] for line in told.splitlines()] == ["2", "1"]
    assert "The page Settings (wrong): =1+1" in told and "vera" not in told
    assert [one["number"] for one in json.loads(flask("list", "--guideline", "G9", "--json").stdout)] == [1]
    assert "vera" not in flask("list", "--open", "--json").stdout


def test_show_tells_each_step(flask):
    assert "sent by vera" in flask("show", "1").stdout
    assert json.loads(flask("show", "1", "--json").stdout)["steps"][0]["what"] == "sent"
    refused = flask("show", "9")
    assert refused.exit_code == 1 and "There is no feedback 9" in refused.stderr


def test_answer_links_what_changed_and_names_it_first(flask, town):
    installation, people = town
    managers_settings.change(installation, people["max"], "contact", "Ina", "Asked for.", seen_revision=0)
    offered = flask("answer", "1", "-", "--by", "max", "--offers").stdout
    assert offered.startswith("setting:1") and "Whom to turn to: now Ina" in offered
    done = flask("answer", "1", "It is Ina now.", "--by", "max", "--led-to", "setting:1")
    assert done.stdout == "Feedback 1 is answered.\n"
    assert "led to: Whom to turn to: now Ina (setting:1)" in flask("show", "1").stdout
    late = flask("answer", "1", "Something else.", "--by", "max", "--revision", "1")
    assert late.exit_code == 1 and "max answered it" in late.stderr


def test_who_may_not_answer_does_not(flask, town):
    refused = flask("answer", "1", "Done.", "--by", "vera")
    assert refused.exit_code == 1 and "may not answer feedback" in refused.stderr
    assert town[0].store.feedback_item(1).answer is None


def test_export_writes_formulas_as_text_and_is_on_record(flask, town, tmp_path):
    """S31."""
    file = tmp_path / "feedback.csv"
    assert "2 items are in" in flask("export", str(file), "--by", "max").stderr
    rows = list(csv.DictReader(file.open(encoding="utf-8")))
    assert [row["text"] for row in rows] == ["'-2 is wrong", "'=1+1"]
    assert rows[0]["sender"] == "vera"
    lines = tmp_path / "feedback.jsonl"
    flask("export", str(lines), "--by", "max")
    assert [json.loads(line)["text"] for line in lines.open(encoding="utf-8")] == ["-2 is wrong", "=1+1"]
    assert town[0].store.entries(None, None, 1)[0].header.kind == "export"
    for words in (("export", str(tmp_path / "x.xlsx"), "--by", "max"),
                  ("export", str(file), "--by", "vera")):  # fmt: skip
        assert flask(*words).exit_code == 1
