"""The registers: models with owners and reviews due, problems and what solved them, actions and trials."""

from datetime import date, timedelta

import pytest

from services import access, experiments, governance, log, ownership, problems, registry, undertakings
from services.roles import SYSTEM, NotPermitted
from services.version_plans import NotRecorded
from tests.services.trial_town import ADA, MAX, NOON, VERA, settle_signed

TODAY = NOON.date()


@pytest.fixture
def town(tmp_path):
    installation, named = settle_signed(tmp_path)
    for name, role in (("eva", "manager"), ("ida", "analyst"), ("vic", "viewer")):
        access.add_user(installation, SYSTEM, name, role)
    return installation, named


def line(installation, version, actor=VERA):
    return next(one for one in governance.models(installation, actor) if one.version == version)


def told(installation):
    return log.page(installation, SYSTEM).entries[0].text


def test_everybody_sees_the_register_and_the_champion_stands_first(town):
    installation, named = town
    found = governance.gather(installation, VERA)
    assert [one.state for one in found.models] == ["champion", *["challenger"] * 3]
    assert (found.may_answer, found.may_govern, found.may_note, found.owners) == (False, False, False, ())
    first = found.models[0]
    assert (first.version, first.answered, first.questions) == (named["base"], 10, 10)
    assert first.needs_review and not first.is_overdue
    assert any("24 hours" in words for words in found.plan)


def test_owner_and_review_are_set_by_name_and_on_record(town):
    installation, named = town
    ownership.set_owner(installation, MAX, named["base"], "eva")
    assert told(installation) == f"Max made eva the owner of version {named['base'][:8]}."
    ownership.set_review(installation, MAX, named["base"], TODAY + timedelta(days=30))
    assert told(installation) == f"Max set the review of version {named['base'][:8]} for 3 April 2026."
    found = line(installation, named["base"])
    assert (found.owner, found.review_due, found.needs_review) == ("eva", date(2026, 4, 3), False)
    before = installation.store.head()
    ownership.set_owner(installation, MAX, named["base"], "eva")
    ownership.set_review(installation, MAX, named["base"], date(2026, 4, 3))
    assert installation.store.head() == before, "nothing changed, so nothing is on record"


def test_a_review_stands_out_from_the_day_after_until_it_is_set_anew(town):
    installation, named = town
    ownership.set_review(installation, MAX, named["base"], TODAY)
    assert not line(installation, named["base"]).is_overdue
    installation.store.clock = lambda: NOON + timedelta(days=1)
    assert line(installation, named["base"]).is_overdue
    assert [one.version for one in governance.gather(installation, VERA).overdue] == [named["base"]]
    ownership.set_review(installation, MAX, named["base"], TODAY + timedelta(days=90))
    assert not line(installation, named["base"]).is_overdue


def test_what_cannot_be_an_owner_or_a_day_is_refused(town):
    installation, named = town
    with pytest.raises(NotRecorded, match="vic cannot own a version"):
        ownership.set_owner(installation, MAX, named["base"], "vic")
    with pytest.raises(LookupError):
        ownership.set_owner(installation, MAX, named["base"], "nobody")
    with pytest.raises(NotRecorded, match="is past"):
        ownership.set_review(installation, MAX, named["base"], TODAY - timedelta(days=1))
    assert installation.store.version(named["base"]).review_due is None


@pytest.mark.parametrize("actor", [ADA, VERA])
def test_only_managers_and_administrators_say_who_owns_what(town, actor):
    installation, named = town
    with pytest.raises(NotPermitted):
        ownership.set_owner(installation, actor, named["base"], "eva")
    with pytest.raises(NotPermitted):
        ownership.set_review(installation, actor, named["base"], TODAY)


# --- problems ----------------------------------------------------------------------------------------


def test_a_problem_is_noted_counted_solved_and_told(town):
    installation, named = town
    north = problems.record(installation, ADA, named["near"], " Too high in the north. ")
    assert told(installation) == f"Ada noted a problem of version {named['near'][:8]}: Too high in the north."
    south = problems.record(installation, ADA, named["near"], "Too low in the south.")
    assert line(installation, named["near"]).open_problems == 2
    solved = problems.resolve(installation, MAX, south.number, "Trained without the column.")
    assert (solved.resolved_by, solved.resolution) == ("Max", "Trained without the column.")
    assert "Max noted what solved a problem" in told(installation)
    assert [one.number for one in problems.listing(installation, VERA)] == [north.number, south.number]
    assert line(installation, named["near"]).open_problems == 1
    assert registry.one(installation, MAX, named["near"]).open_problems == 1


def test_a_problem_is_solved_once(town):
    installation, named = town
    noted = problems.record(installation, ADA, named["near"], "It is wrong.")
    problems.resolve(installation, MAX, noted.number, "Mended.")
    with pytest.raises(NotRecorded, match="was solved already, by Max: Mended"):
        problems.resolve(installation, ADA, noted.number, "Mended by me.")
    with pytest.raises(NotRecorded, match="There is no problem 99"):
        problems.resolve(installation, ADA, 99, "Mended.")


@pytest.mark.parametrize("text", ["", " \n", "x" * 2001, "a\0b", None])
def test_a_problem_without_words_is_refused(town, text):
    installation, named = town
    with pytest.raises(NotRecorded, match="Write a sentence"):
        problems.record(installation, ADA, named["near"], text)
    assert problems.listing(installation, ADA) == []


def test_viewers_read_problems_and_note_none(town):
    installation, named = town
    with pytest.raises(NotPermitted):
        problems.record(installation, VERA, named["near"], "It is wrong.")
    with pytest.raises(NotPermitted):
        problems.resolve(installation, VERA, 1, "Mended.")
    assert problems.listing(installation, VERA) == []


def test_a_note_of_a_problem_stands_among_the_problems(town):
    installation, named = town
    registry.note(installation, ADA, named["near"], "problem", "Noted by the other way.")
    registry.note(installation, MAX, named["near"], "resolution", "Solved by the other way.")
    (only,) = problems.listing(installation, VERA, named["near"])
    assert (only.text, only.resolution) == ("Noted by the other way.", "Solved by the other way.")


# --- actions and trials ------------------------------------------------------------------------------


def test_trials_say_who_what_where_how_long_and_what_they_meet(town):
    installation, named = town
    canary = experiments.start(
        installation, MAX, "canary", named["near"], days=7, who={"contract": ["One year"]}
    )
    shadow = experiments.start(installation, MAX, "shadow", named["higher"], days=7)
    found = {one.id: one for one in undertakings.listing(installation, VERA)}
    of = found[canary.id]
    assert (of.kind, of.where, of.by, of.state) == ("canary", "the page of one customer", "Max", "running")
    assert of.who == "Contract: One year, 10% of them by the version tried"
    assert (of.begins, of.ends) == (TODAY, TODAY + timedelta(days=7))
    assert shadow.id in of.collisions and canary.id in found[shadow.id].collisions


def test_past_ones_are_found_by_what_came_of_them_and_stand_below(town):
    installation, named = town
    past = experiments.start(installation, MAX, "canary", named["near"], days=7)
    experiments.stop(installation, MAX, past.id, "Calls rose in the north.")
    running = experiments.start(installation, MAX, "shadow", named["near"], days=7)
    assert [one.id for one in undertakings.listing(installation, VERA)] == [running.id, past.id]
    (only,) = undertakings.listing(installation, VERA, "north calls")
    assert (only.id, only.state, only.outcome) == (past.id, "stopped", "Calls rose in the north.")
    assert only.collisions == "none", "the one had ended when the other began"
    assert undertakings.listing(installation, VERA, "nothing like this") == ()
