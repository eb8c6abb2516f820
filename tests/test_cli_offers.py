"""The commands of offers: what a customer is likely to take, and one made an action."""

import json

import pytest
from flask import Flask

import cli_actions
import cli_recommender
from services import access
from services.roles import SYSTEM
from tests.models import scenario_town as model
from tests.services.offer_town import furnish
from tests.services.scenario_town import settle


@pytest.fixture
def town(tmp_path):
    made = settle(tmp_path)
    furnish(made)
    access.add_user(made, SYSTEM, "mia", "manager")
    return made


@pytest.fixture
def flask(town):
    """Run a command as `flask ...` does, on the town, without the pages of the app."""
    server = Flask("town")
    server.extensions["keepsight"] = town
    server.cli.add_command(cli_recommender.recommend_group)
    server.cli.add_command(cli_actions.action_group)

    def run(*words):
        with server.app_context():
            return server.test_cli_runner().invoke(args=list(map(str, words)))

    return run


@pytest.fixture
def key():
    frame = model.customers(400).dropna(subset=["price", "contract", "rival"])
    return frame.loc[(frame["contract"] == "Month") & frame["price"].between(40, 90), "key"].iloc[0]


def test_offers_come_with_their_effect_cost_and_reason(flask, key):
    told = flask("recommend", "offers", key)
    assert told.exit_code == 0, told.output
    assert "O-3  Year (10 EUR per month): " in told.stdout
    assert "in the model. 20 of 40 people who chose anything took it." in told.stdout
    found = json.loads(flask("recommend", "offers", key, "--json").stdout)
    assert found["offers"][0]["item"] == "O-3" and found["offers"][0]["effect"]["after"] < 1


def test_one_becomes_an_action_for_the_customer_alone(flask, town, key):
    made = flask("action", "offer", key, "O-3", "--by", "mia")
    assert made.exit_code == 0, made.output
    assert "for one customer, nobody held out" in made.stdout
    [row] = town.store.actions()
    assert row.is_single
    again = flask("action", "offer", key, "O-3", "--by", "mia")
    assert again.exit_code != 0 and f"is in the action {row.id} at that time" in again.output
