"""The register of experiments: what may start, what collides, and what came of them."""

import hashlib
import json
from datetime import timedelta

import pytest

from data.artifacts import GOLDEN
from services import arms, experiments, golden, log
from services.experiments import Colliding, ExperimentRefused, NoSuchExperiment
from services.roles import NotPermitted
from tests.services.trial_town import ADA, MAX, NOON, REPORT, VERA, settle, settle_signed

MONTHLY, YEARLY = {"contract": ["Month to month"]}, {"contract": ["One year"]}


@pytest.fixture
def town(tmp_path):
    return settle_signed(tmp_path)


def start(town, kind="canary", name="near", **options):
    installation, named = town
    return experiments.start(installation, MAX, kind, named[name], **options)


def test_an_experiment_says_who_what_where_and_how_long(town):
    row = start(town, who=MONTHLY, days=7, share=0.2)
    assert (row.who, row.share, row.planned_end) == (MONTHLY, 0.2, NOON + timedelta(days=7))
    assert row.what and row.place
    assert row.against == town[1]["base"]
    assert experiments.listing(town[0], ADA, running=True) == [row]


def test_its_start_is_in_the_log(town):
    row = start(town)
    [entry] = town[0].store.entries(None, None, 1)
    assert (entry.header.kind, entry.subject, entry.header.version) == ("experiment", row.id, row.version)
    assert entry.payload["step"] == "started"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {"name": "higher"}),
        ({"who": MONTHLY}, {"kind": "canary"}),
        ({"who": MONTHLY}, {"who": MONTHLY, "share": 0.01}),
        ({"kind": "ab", "least_difference": 0.1}, {"who": YEARLY}),
        ({"kind": "shadow"}, {"kind": "shadow"}),
    ],
)
def test_colliding_ones_are_refused(town, first, second):
    row = start(town, **first)
    with pytest.raises(Colliding, match=row.id):
        start(town, **second)
    assert len(town[0].store.experiments()) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"who": MONTHLY}, {"who": YEARLY}),
        ({}, {"kind": "shadow"}),
        ({"kind": "shadow"}, {"kind": "shadow", "name": "higher"}),
    ],
)
def test_those_that_touch_nobody_twice_run_side_by_side(town, first, second):
    start(town, **first)
    start(town, **second)
    assert len(town[0].store.experiments(running=True)) == 2


def test_the_next_may_start_when_the_first_has_ended(town):
    row = start(town)
    experiments.stop(town[0], MAX, row.id, "No worse.")
    assert start(town, name="higher").version == town[1]["higher"]


def test_what_came_of_it_is_found_again(town):
    first = start(town, who=MONTHLY)
    experiments.stop(town[0], MAX, first.id, "Scores rose too much.")
    second = start(town)
    assert [row.id for row in experiments.listing(town[0], ADA, "SCORES rose")] == [first.id]
    assert [row.id for row in experiments.listing(town[0], ADA, "month")] == [first.id]
    assert [row.id for row in experiments.listing(town[0], ADA, "canary")] == [second.id, first.id]
    assert experiments.listing(town[0], ADA, "nobody wrote this") == []


def test_an_experiment_ends_once_and_not_without_a_word(town):
    row = start(town)
    with pytest.raises(ExperimentRefused, match="give a sentence"):
        experiments.stop(town[0], MAX, row.id, " ")
    stopped = experiments.stop(town[0], MAX, row.id, "No worse.")
    assert (stopped.how, stopped.outcome, stopped.ended_by) == ("stopped", "No worse.", MAX.id)
    with pytest.raises(ExperimentRefused, match="ended already"):
        experiments.stop(town[0], MAX, row.id, "Again.")


def test_one_that_had_its_time_is_finished_not_stopped(town):
    row = start(town, days=1)
    town[0].store.clock = lambda: NOON + timedelta(days=1)
    assert experiments.stop(town[0], MAX, row.id, "No worse.").how == "finished"


def test_an_ab_shows_its_planned_size(town):
    # 50 of 450 have left: 11.1 %
    plan = start(town, kind="ab", least_difference=0.1).plan
    assert plan["base"] == pytest.approx(1 / 9)
    assert plan["champion"] == plan["challenger"] <= 200
    assert plan["affected"] == 400


def test_an_ab_that_can_find_nothing_is_refused(town):
    with pytest.raises(ExperimentRefused, match="but 400 are affected"):
        start(town, kind="ab", least_difference=0.01)


@pytest.mark.parametrize(
    ("options", "remedy"),
    [
        ({"kind": "big bang"}, "shadow, canary, ab"),
        ({"days": 0}, "1 to 365"),
        ({"share": 0.6}, "at most 0.5"),
        ({"share": 0.0}, "above 0"),
        ({"who": {"price": ["1"]}}, "use contract"),
        ({"who": {"contract": ["Weekly"]}}, "choose among"),
        ({"who": {"contract": []}}, "choose among"),
        ({"name": "base"}, "only a challenger"),
    ],
)
def test_what_cannot_be_tried_is_refused_with_the_remedy(town, options, remedy):
    with pytest.raises(ExperimentRefused, match=remedy):
        start(town, **options)
    assert town[0].store.experiments() == []


def test_an_unknown_version_is_refused(town):
    with pytest.raises(ExperimentRefused, match="flask model list"):
        experiments.start(town[0], MAX, "shadow", "0123456789")


def test_nothing_is_tried_against_a_draft(tmp_path):
    with pytest.raises(ExperimentRefused, match="sign one first"):
        start(settle(tmp_path))


def test_a_version_that_fails_a_gate_is_tried_as_a_shadow_only(town):
    installation, named = town
    bad = json.loads(json.dumps(REPORT))
    bad["quality"]["lift_at_10"]["low"] = 1.0
    sha256 = installation.shelf.put_report(named["near"], bad)
    installation.store.record_report(named["near"], sha256, {})
    with pytest.raises(ExperimentRefused, match="does not pass"):
        start(town)
    assert start(town, kind="shadow").share == 1


def test_a_damaged_version_is_not_tried(town):
    """S35."""
    from services.installation import _scorecard

    (town[0].shelf.folder / town[1]["near"] / "scorecard.json").write_text("{}")
    _scorecard.cache_clear()
    with pytest.raises(ExperimentRefused, match="SHA-256"):
        start(town, kind="shadow")


def test_a_version_that_scores_otherwise_than_when_it_was_made_is_not_tried(town):
    """S37."""
    installation, named = town
    other = installation.load_scorecard(named["higher"], named["higher"])
    text = json.dumps(golden.known_answers(other))
    (installation.shelf.folder / named["near"] / GOLDEN).write_text(text)
    artifacts = {GOLDEN: hashlib.sha256(text.encode()).hexdigest()}
    report = installation.store.version(named["near"]).report_sha256
    installation.store.record_report(named["near"], report, artifacts)
    with pytest.raises(ExperimentRefused, match="does not give the scores it gave"):
        start(town, kind="shadow")


def test_only_who_may_starts_and_stops(town):
    row = start(town)
    for act in (
        lambda: experiments.start(town[0], ADA, "shadow", town[1]["near"]),
        lambda: experiments.stop(town[0], ADA, row.id, "No."),
        lambda: experiments.listing(town[0], VERA),
    ):
        with pytest.raises(NotPermitted):
            act()


def test_an_unknown_experiment_is_said_to_be_unknown(town):
    with pytest.raises(NoSuchExperiment, match="flask experiment list"):
        experiments.stop(town[0], MAX, "e0", "No.")


def test_places_are_even_fixed_and_differ_from_experiment_to_experiment():
    places = [arms.place("e1", f"K{n}") for n in range(2000)]
    assert all(0 <= place < 1 for place in places)
    # 200 expected; five standard deviations of the binomial are 67
    assert abs(sum(place < 0.1 for place in places) - 200) < 67
    assert arms.place("e1", "K1") == places[1]
    assert arms.place("e2", "K1") != places[1]


def test_a_place_is_the_hash_and_nothing_else():
    # first six bytes of SHA-256 of "e1:K1", by sha256sum
    first = hashlib.sha256(b"e1:K1").hexdigest()[:12]
    assert arms.place("e1", "K1") == int(first, 16) / 16**12


def test_the_log_tells_an_experiment_in_words(town):
    row = start(town)
    experiments.stop(town[0], MAX, row.id, "No worse.")
    told = [entry.text for entry in log.page(town[0], MAX).entries]
    assert told[0] == f"Max stopped the canary {row.id} of version {row.version[:8]}: No worse."
    assert told[1].startswith(f"Max started the canary {row.id} of version {row.version[:8]} against ")
