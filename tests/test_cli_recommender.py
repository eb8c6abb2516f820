"""The commands of the recommender: one line for machines, a reason in words where something is refused."""

import json

import pytest
from flask import Flask

import cli_recommender
from data.demo import generate_demo
from services import access, log
from services.roles import SYSTEM
from tests.services.film_town import SH, SIMON, SR, choose, settle_films
from tests.services.small_town import settle_town


def runner(town):
    server = Flask("town")
    server.extensions["keepsight"] = town
    server.cli.add_command(cli_recommender.recommend_group)

    def run(*words):
        with server.app_context():  # as `flask` itself opens it for every command
            return server.test_cli_runner().invoke(args=["recommend", *map(str, words)])

    return run


@pytest.fixture
def films(tmp_path):
    return settle_films(tmp_path)


@pytest.fixture
def flask(films):
    """Run a command as `flask recommend ...` does, on the films, without the pages of the app."""
    return runner(films)


def test_a_list_comes_with_reasons_and_chooses_nothing(flask, films):
    for item in ("alien", "star-wars", "star-trek"):
        choose(films, SIMON, item)
    done = flask("for", "Aliens")
    assert done.exit_code == 0
    assert done.stdout.startswith(
        f"  1. Star Trek: People who chose {SH} also chose {SR}: 2 co-choices, 1 person\n  2. Dune: "
    )
    assert "No evidence for Nature (Planet Earth)" in done.stdout
    plain = json.loads(flask("for", "aliens", "--json").stdout)
    assert [one["item"] for one in plain["items"]] == ["star-trek", "dune", "star-wars", "airplane"]
    nothing = flask("for", "Planet Earth").stdout
    assert "There is no evidence for Planet Earth yet" in nothing
    assert "Popular titles:\n     Airplane! (chosen by 3)" in nothing
    assert flask("why-not", "Aliens", "Planet Earth").stdout == (
        "There is no evidence for Planet Earth: nobody who chose Space horror also chose Nature.\n"
    )
    assert len(films.store.events_since("town", 0)) == 10


def test_a_choice_is_made_for_a_person_or_a_customer_and_taken_back(flask, films):
    access.add_user(films, SYSTEM, "ada", "analyst")
    assert "Alien is chosen; entry" in flask("choose", "Alien", "--customer", "A1").stdout
    done = flask("choose", "dune", "--customer", "A1", "--key", "once")
    assert f"  {SR} and {SH}: 0 to 1" in done.stdout
    again = json.loads(flask("choose", "dune", "--customer", "A1", "--key", "once", "--json").stdout)
    assert (again["is_again"], again["cells"]) == (True, [])
    assert "chosen before, so it counts nothing" in flask("choose", "dune", "--customer", "A1").stdout
    assert flask("cell", SH, SR).stdout.startswith("Space horror and Science fiction reboots: 1 co-choice")
    assert f"  {SR} and {SH}: 1 to 0" in flask("undo", "Dune", "--customer", "A1").stdout
    assert flask("choose", "Alien", "--by", "ada").exit_code == 0
    assert films.store.history("town", f"user:{access.user_named(films, 'ada').id}")[0][0] == "alien"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("choose", "Alien"), "give --by NAME, or --customer ID"),
        (("choose", "Alien", "--customer", "nobody"), "There is no customer 'nobody'"),
        (("choose", "Alien", "--customer", "A1", "--at", "2999-01-01"), "so it was not counted"),
        (("undo", "Alien", "--customer", "A1"), "nothing to undo"),
        (("for", "Star"), "Do you mean 'Star Wars' or 'Star Trek'?"),
        (("for", "Nothing like it"), "There is no title 'Nothing like it' in the catalogue."),
        (("cell", "Space", "Comedy"), "There is no category 'Space': there are Science fiction reboots"),
        (("settings", "least_people=0"), "People needed as evidence (least_people) cannot be '0'"),
        (("settings", "least_people"), "write NAME=VALUE"),
        (("settings", "least_people=2", "--seen", "7"), "you saw 7"),
        (("rename", "Comedy", "Nature"), "Nature"),
        (("rename", "No such", "Other"), "has no category 'No such'"),
        (("merge", "Comedy", "Comedy"), "merged into itself"),
        (("load",), "There is nothing to load"),
        (("load", "nowhere.csv"), "nowhere.csv"),
    ],
)
def test_what_cannot_be_is_one_clear_line_and_changes_nothing(flask, films, words, reason):
    head = films.store.head()
    done = flask(*words)
    assert (done.exit_code, done.stdout) == (1, "")
    assert reason in done.stderr
    assert films.store.head() == head


def test_settings_are_shown_and_changed_by_name(flask, films):
    assert flask("settings").stdout.startswith("revision 0\nRanked by the table of categories")
    done = flask("settings", "ranker=items", "half_life_days=90", "allow_self=yes")
    assert "revision 1" in done.stdout
    assert "A choice counts half after 90 days." in done.stdout
    plain = json.loads(flask("settings", "half_life_days=none", "--json").stdout)
    assert (plain["revision"], plain["half_life_days"], plain["allow_self"]) == (2, None, True)
    [entry] = log.page(films, SYSTEM, limit=1).entries
    assert entry.text.endswith("Half-life of a choice in days: 90, now none.")


def test_categories_are_renamed_and_merged(flask, films):
    assert flask("rename", "Comedy", "Comedies", "--json").exit_code == 0
    assert flask("search", "comedies").stdout == "airplane  Airplane!  (Comedies)\n"
    assert flask("merge", "Comedies", "Nature").stdout == "the titles of Comedies are in Nature now\n"
    assert flask("search", "nature", "airplane").stdout == "airplane  Airplane!  (Nature)\n"
    texts = [entry.text for entry in log.page(films, SYSTEM, limit=2).entries]
    assert texts == [
        "Keepsight merged the category Comedies into Nature.",
        "Keepsight renamed the category Comedy to Comedies.",
    ]


def test_a_catalogue_is_loaded_measured_and_checked(tmp_path):
    flask = runner(settle_town(tmp_path))
    assert "There is no catalogue for the data 'town' yet" in flask("for", "Aliens").stderr
    files = generate_demo(tmp_path / "demo", customers=300)
    done = flask("load", files.catalogue, "--choices", files.choices)
    assert done.stdout.startswith("85 titles in 14 categories (0 rows refused); ")
    again = json.loads(flask("load", "--choices", files.choices, "--json").stdout)
    assert (again["fresh"], again["repeats"] > 1000, again["items"]) == (0, True, 85)
    measured = flask("evaluate")
    assert measured.stdout.startswith("Measured on ")
    by = {row["ranker"]: row for row in json.loads(flask("evaluate", "--json").stdout)["splits"][0]["rows"]}
    assert by["items"]["ndcg"] > by["popularity"]["ndcg"] > by["random"]["ndcg"] > 0
    checked = flask("check")
    assert checked.exit_code == 0
    assert f"{again['repeats']:,} choices of" in checked.stdout
    assert ": equal when built anew from the store" in checked.stdout


def test_a_memory_that_differs_from_the_store_is_told_with_exit_code_1(flask, films):
    from services.recommender import memory

    assert flask("check").exit_code == 0
    with memory.recalled(films) as held:
        held.memory.cells.counts[0, 1] += 1
    done = flask("check")
    assert done.exit_code == 1
    assert "NOT EQUAL" in done.stdout
    assert "The co-choices of categories in memory differ from the store in 1 places." in done.stdout
