"""The commands of governance: questions shown and answered, problems, owners, the data sheet."""

import json
from datetime import timedelta

import pytest
import yaml
from flask import Flask
from flask.cli import AppGroup

import cli_governance
import cli_signing
from services import access, ethics
from services.roles import SYSTEM
from tests.services.trial_town import NOON, REPORT, SPEC, card, parse_spec, settle_signed


@pytest.fixture
def town(tmp_path):
    """Settle the town, with a version that nobody has answered for."""
    installation, named = settle_signed(tmp_path)
    for name, role in (("eva", "manager"), ("vic", "viewer")):
        access.add_user(installation, SYSTEM, name, role)
    made, known = card(parse_spec(SPEC), 0.03125, -0.96875), installation.store.version(named["base"])
    installation.shelf.put(made.version, made.to_json(), "no estimator", report=REPORT)
    installation.store.clock = lambda: NOON + timedelta(hours=1)
    installation.store.record_version(
        version=made.version, spec_name=known.spec_name, spec_hash=known.spec_hash, snapshot=known.snapshot,
        state="challenger", scorecard_sha256=made.version, metrics={},
        report_sha256=installation.shelf.put_report(made.version, REPORT),
    )  # fmt: skip
    return installation, named | {"new": made.version}


@pytest.fixture
def flask(town):
    server = Flask("town")
    server.extensions["keepsight"] = town[0]
    model, data = AppGroup("model"), AppGroup("data")
    cli_governance.add_to(model, data)
    cli_signing.add_to(model)
    for group in (model, data, cli_governance.ethics_group):
        server.cli.add_command(group)

    def run(*words):
        with server.app_context():
            return server.test_cli_runner().invoke(args=list(words))

    return run


def test_what_is_open_is_said_answered_from_a_file_and_then_signed(flask, town, tmp_path):
    installation, named = town
    new = named["new"]
    report = installation.store.version(new).report_sha256
    sign = ("model", "sign", new, "--report", report, "--statement", "Read it all.", "--by", "eva")
    refused = flask(*sign)
    assert refused.exit_code == 1
    assert "10 of the ten questions of the ethics review wait for an answer" in refused.stderr
    assert f"flask ethics answer --version {new[:8]}" in refused.stderr

    form = yaml.safe_load(flask("ethics", "show", "--version", new, "--form").stdout)
    assert list(form) == [one.id for one in ethics.questions()]
    answers = {name: f"Seen to, in the matter of {name}." for name in form} | {"harms": ""}
    file = tmp_path / "answers.yaml"
    file.write_text(yaml.safe_dump(answers), encoding="utf-8")
    done = flask("ethics", "answer", "--version", new, "--file", str(file), "--by", "eva")
    assert done.stdout == f"version {new[:8]}: 9 of 10 questions answered; open: harms\n"
    assert "1 of the ten questions" in flask(*sign).stderr

    file.write_text("harms: The worst is a needless call, once a month.", encoding="utf-8")
    flask("ethics", "answer", "--version", new, "--file", str(file), "--by", "eva")
    told = json.loads(flask("ethics", "show", "--version", new, "--json").stdout)
    assert told["complete"] and {one["by"] for one in told["questions"]} == {"eva"}
    assert "ethics review: 10 of 10" in flask("model", "review", new).stdout
    assert "is signed and answers now" in flask(*sign).stdout


@pytest.mark.parametrize(
    ("text", "why"),
    [("- a list", "holds no answers"), ("[", "is not YAML"), ("harms: x", "write a sentence"),
     ("colour: It is green, mostly.", "none of the ten questions"), ("harms: ''", "write at least one")],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused_in_one_line(flask, town, tmp_path, text, why):
    installation, named = town
    file = tmp_path / "answers.yaml"
    file.write_text(text, encoding="utf-8")
    done = flask("ethics", "answer", "--version", named["new"], "--file", str(file), "--by", "eva")
    assert done.exit_code == 1 and why in done.stderr and "Traceback" not in done.stderr
    assert installation.store.ethics(named["new"]) == {}


def test_a_viewer_answers_nothing_and_owns_nothing(flask, town, tmp_path):
    file = tmp_path / "answers.yaml"
    file.write_text("harms: The worst is a needless call.", encoding="utf-8")
    for words in (
        ("ethics", "answer", "--version", town[1]["new"], "--file", str(file)),
        ("model", "own", town[1]["new"], "--owner", "eva"),
        ("model", "problem", "note", town[1]["new"], "It is wrong."),
    ):
        done = flask(*words, "--by", "vic")
        assert done.exit_code == 1 and "vic (viewer) may not" in done.stderr


def test_the_version_in_use_is_shown_by_default(flask, town):
    assert town[1]["base"][:8] in flask("ethics", "show").stdout


def test_problems_are_noted_listed_and_solved(flask, town):
    new = town[1]["new"]
    noted = json.loads(flask("model", "problem", "note", new, "It is wrong.", "--by", "eva", "--json").stdout)
    assert "open" in flask("model", "problem", "list").stdout
    number = str(noted["number"])
    solved = flask("model", "problem", "solve", number, "Trained again.", "--by", "eva")
    assert solved.stdout == f"problem {number} of version {new[:8]} is solved\n"
    assert "solved by eva: Trained again." in flask("model", "problem", "list", "--version", new).stdout
    again = flask("model", "problem", "solve", number, "Again.", "--by", "eva")
    assert again.exit_code == 1 and "was solved already" in again.stderr


def test_owner_and_review_are_set_and_left_open(flask, town):
    new = town[1]["new"]
    set_both = flask("model", "own", new, "--owner", "eva", "--review", "2026-09-01", "--by", "eva")
    assert set_both.stdout == f"version {new[:8]}: owner eva, review 2026-09-01\n"
    assert "review open" in flask("model", "own", new, "--review", "none", "--by", "eva").stdout
    nothing = flask("model", "own", new, "--by", "eva")
    assert nothing.exit_code == 1 and "Nothing is named" in nothing.stderr


def test_the_data_sheet_is_written_to_a_file(flask, tmp_path):
    file = tmp_path / "sheet.html"
    told = json.loads(flask("data", "sheet", str(file), "--json").stdout)
    assert any("No source is declared" in one for one in told["gaps"])
    assert "Data sheet: Trials" in file.read_text(encoding="utf-8")
