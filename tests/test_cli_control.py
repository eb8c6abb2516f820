"""The commands of the control room: each says what people will see, does it on record, or says why not."""

import json
from pathlib import Path

import pytest
from flask import Flask

import cli_control
from services import access, contingency, control, control_notices, control_people
from services.control_states import MASTER, STATES, SUBSYSTEMS
from services.roles import SYSTEM, Actor
from services.stamp import standing
from tests.services.trial_town import EVENING, MAX, VERA, settle_signed


@pytest.fixture
def town(tmp_path):
    installation, named = settle_signed(tmp_path, now=EVENING)
    installation.store.promote(named["near"], actor=MAX.id, began="sign-off", reason="")
    for name, role in (("max", "manager"), ("vera", "viewer")):
        access.add_user(installation, SYSTEM, name, role)
    return installation, named


@pytest.fixture
def flask(town):
    server = Flask("town")
    server.extensions["keepsight"] = town[0]
    server.cli.add_command(cli_control.control_group)

    def run(*words, **more):
        with server.app_context():
            return server.test_cli_runner().invoke(args=["control", *words], **more)

    return run


WHY = ("--by", "max", "--reason", "It is a test.")


def test_fail_safe_is_tried_where_nobody_notices(flask, town, monkeypatch):
    installation, named = town
    plain = json.loads(flask("try-fail-safe", "--by", "max", "--json").stdout)
    assert plain["passed"] and plain["version"] == named["base"]
    assert control.state(installation, "churn-model").state == "on"
    refused = flask("try-fail-safe", "--by", "vera")
    assert refused.exit_code == 1 and "may not control system" in refused.stderr
    in_use = contingency.answering
    monkeypatch.setattr(contingency, "steady", lambda inst, use, passage: in_use(inst, use))
    broken = flask("try-fail-safe", "--by", "max")
    assert broken.exit_code == 1 and "It does NOT work" in broken.stdout


def test_show_says_how_everything_stands_and_what_would_serve(flask, town):
    told = flask("show").stdout
    assert "Churn model       on" in told
    assert "unavailable: There is no catalogue" in told
    assert f"In fail-safe: Version {town[1]['base'][:8]} would serve now" in told
    plain = json.loads(flask("show", "--json").stdout)
    assert plain["switches"]["all"]["state"] == "on" and plain["fail_safe"]["version"] == town[1]["base"]


def test_a_switch_shows_what_people_will_see_asks_and_holds(flask, town):
    installation, _ = town
    no = flask("set", "churn-model", "off", *WHY, input="n\n")
    assert "Churn model: Facts only" in no.stderr and no.exit_code == 1
    assert control.state(installation, "churn-model").state == "on"
    yes = flask("set", "churn-model", "off", *WHY, input="y\n")
    assert yes.exit_code == 0, yes.stderr
    assert "Churn model: Off since" in yes.stdout
    assert standing(installation, VERA).version is None
    plain = json.loads(flask("set", "churn-model", "on", *WHY, "--yes", "--json").stdout)
    assert plain["churn-model"]["state"] == "on"


def test_who_may_not_is_told_and_nothing_changes(flask, town):
    refused = flask("set", "churn-model", "off", "--by", "vera", "--reason", "Stop.", "--yes")
    assert refused.exit_code == 1 and "vera (viewer) may not control system" in refused.stderr
    assert control.state(town[0], "churn-model").state == "on"


def test_a_state_or_subsystem_that_is_none_is_refused(flask):
    assert flask("set", "weather", "off", *WHY).exit_code == 2
    assert flask("set", "all", "broken", *WHY).exit_code == 2


def test_a_drill_prints_what_came_in_each_state(flask):
    done = flask("drill", "churn-model", *WHY)
    assert done.exit_code == 0, done.stderr
    assert "off        What-if: does not answer" in done.stdout
    assert "Churn model: paused changed it, fail-safe changed it, off changed it; on again" in done.stdout
    assert json.loads(flask("drill", "batch", *WHY, "--json").stdout)["worked"]


def test_requests_are_listed_and_answered(flask, town):
    assert "Nobody asked" in flask("requests").stdout
    made = control_people.request_stop(town[0], VERA, "churn-model", "It is wrong.")
    assert "Vera, Churn model: It is wrong.\n      waits" in flask("requests").stdout
    told = flask("requests", "--answer", str(made.number), "--by", "max", "--text", "It is paused.").stdout
    assert "answered by max: It is paused." in told
    again = flask("requests", "--answer", str(made.number), "--by", "max", "--text", "No.")
    assert again.exit_code == 1 and "answered already, by max" in again.stderr


def test_a_notice_is_put_up_in_local_time_and_taken_away(flask, town):
    installation, _ = town
    refused = flask("notice", "New customers.", "--by", "max")
    assert refused.exit_code == 1 and "Give a text and --until" in refused.stderr
    told = flask("notice", "New customers.", "--until", "2026-03-04T22:00", "--by", "max").stdout
    assert "until 04 March 2026, 22:00 UTC" in told
    assert control_notices.current(installation).text == "New customers."
    assert "taken away" in flask("notice", "--over", "--by", "max").stdout
    assert control_notices.current(installation) is None


def test_a_reload_without_gunicorn_says_why_not(flask):
    refused = flask("reload", *WHY)
    assert refused.exit_code == 1 and "under gunicorn" in refused.stderr


def test_of_two_at_once_the_second_is_told(flask, town, monkeypatch):
    installation, _ = town
    eva = Actor("u-eva", "Eva", "manager")
    real = cli_control.control_room.preview

    def preview(*given):
        found = real(*given)
        if control.state(installation, "churn-model").state == "on":
            control.throw(installation, eva, "churn-model", "paused", "Faster.")
        return found

    monkeypatch.setattr(cli_control.control_room, "preview", preview)
    late = flask("set", "churn-model", "off", *WHY, "--yes")
    assert late.exit_code == 1 and "Paused since" in late.stderr and "by Eva: Faster." in late.stderr
    assert control.state(installation, "churn-model").state == "paused"


def test_every_command_state_and_subsystem_is_explained():
    page = (Path(cli_control.__file__).parent / "docs" / "control.md").read_text(encoding="utf-8")
    assert not [name for name in cli_control.control_group.commands if f"flask control {name}" not in page]
    assert not [name for name in (*STATES, MASTER) if f"`{name}`" not in page]
    assert not [name for name in SUBSYSTEMS if name not in page]
