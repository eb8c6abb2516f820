"""The commands of the registry: history, show, note, plan, card."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

import cli
import cli_registry
import cli_signing
from services import access
from services.roles import SYSTEM
from tests.services.trial_town import settle_signed


@pytest.fixture
def town(tmp_path):
    installation, named = settle_signed(tmp_path)
    for name, role in (("ada-manager", "manager"), ("ben-analyst", "analyst")):
        access.add_user(installation, SYSTEM, name, role)
    return installation, named


@pytest.fixture
def flask(town):
    server = Flask("town")
    server.extensions["keepsight"] = town[0]
    group = cli.AppGroup("model")
    cli_registry.add_to(group)
    group.add_command(cli.list_models)
    server.cli.add_command(group)

    def run(*words):
        with server.app_context():
            return server.test_cli_runner().invoke(args=["model", *words])

    return run


def refused(done, why, code=1):
    """Say whether a command failed with one clear line, the last of standard error."""
    line = done.stderr.strip().splitlines()[-1]
    return done.exit_code == code and line.startswith("Error: ") and why in line


def test_the_history_is_asked_for_a_day(flask, town):
    _, named = town
    asked = flask("history", "--on", "2026-03-04")
    assert asked.stdout.strip().endswith(f"version {named['base'][:8]} was champion from 12:00 UTC on.")
    plain = json.loads(flask("history", "--on", "2026-03-04", "--json").stdout)
    assert (plain["on"], plain["champions"]) == ("2026-03-04", [named["base"]])
    assert [one["state"] for one in json.loads(flask("history", "--json").stdout)][-1] == "champion"
    assert named["base"][:8] in flask("history").stdout


@pytest.mark.parametrize(("day", "code"), [("2026-03-05", 1), ("soon", 2), ("none", 2)])
def test_a_day_that_has_no_answer_is_refused(flask, day, code):
    assert refused(flask("history", "--on", day), "still to come" if code == 1 else "write it as", code)


def test_a_version_is_noted_and_shown(flask, town):
    _, named = town
    version = named["base"][:8]
    assert refused(flask("note", version, "--kind", "resolution", "mended"), "note the problem first")
    done = flask("note", version, "--kind", "problem", "odd in the north", "--by", "ben-analyst")
    assert done.stdout == f"problem of version {version} noted by ben-analyst\n"
    shown = flask("show", version).stdout
    assert "! 1 open problem(s)" in shown and "ben-analyst: odd in the north" in shown
    plain = json.loads(flask("show", version, "--json").stdout)
    assert plain["notes"][0]["text"] == "odd in the north"
    assert plain["artifacts"]["scorecard.json"] == named["base"]
    assert refused(flask("note", "nothing0", "--kind", "review", "x"), "'flask model list' names")
    assert refused(flask("note", version, "--kind", "praise", "x"), "praise", 2)


def test_an_end_is_planned_kept_and_opened(flask, town):
    installation, named = town
    version = named["near"][:8]
    flask("plan", version, "--withdraw", "2026-06-01", "--by", "ada-manager")
    done = flask("plan", version, "--delete", "2026-07-01")
    assert done.stdout == f"version {version}: withdrawal 2026-06-01, deletion 2026-07-01\n"
    assert refused(flask("plan", version, "--withdraw", "2026-08-01"), "before the withdrawal")
    assert refused(flask("plan", version, "--withdraw", "2026-03-03"), "is past")
    assert refused(flask("plan", version), "give --withdraw, --delete or both")
    assert refused(
        flask("plan", version, "--delete", "none", "--by", "ben-analyst"), "may not withdraw model"
    )
    installation.store.clock = lambda: datetime(2026, 6, 2, tzinfo=UTC)
    listed = flask("list").stdout
    assert listed.count("It was to be withdrawn on 1 June 2026 and is not") == 1
    flask("plan", version, "--withdraw", "none", "--delete", "none")
    assert "! " not in flask("list").stdout


def test_a_card_is_written_to_a_file(flask, town, tmp_path):
    _, named = town
    done = flask("card", named["base"], str(tmp_path / "card.html"))
    assert done.stdout == f"the card of version {named['base'][:8]} is in {tmp_path / 'card.html'}\n"
    assert named["base"] in (tmp_path / "card.html").read_text(encoding="utf-8")
    assert refused(flask("card", named["base"], str(tmp_path / "no" / "card.html")), "No such file")


def test_the_page_on_signing_names_every_command_of_it():
    group = cli.AppGroup("model")
    cli_registry.add_to(group)
    cli_signing.add_to(group)
    text = (Path(cli.__file__).parent / "docs" / "signing.md").read_text(encoding="utf-8")
    told = set(re.findall(r"flask model ([a-z]+)", text))
    assert set(group.commands) <= told <= set(group.commands) | set(cli.model_group.commands)
