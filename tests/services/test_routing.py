"""Routing and guards: who is answered by the version tried, and the way back that needs nobody."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from models.scorecard import Scorecard
from services import arms, experiments, guards, routing, what_if
from services import customers as customers_service
from services.installation import _scorecard
from services.stamp import standing
from tests.services.trial_town import ADA, MAX, NOON, VERA, customers, settle_signed

ROOT = Path(__file__).resolve().parents[2]
ROWS = {row["key"]: row for row in customers().to_dict("records")}


@pytest.fixture
def town(tmp_path):
    return settle_signed(tmp_path)


@pytest.fixture(autouse=True)
def known_arms(monkeypatch):
    """Number the experiments, so that the same customers are in the arms at each run."""
    numbers = count(1)
    monkeypatch.setattr(experiments.secrets, "token_hex", lambda _: f"e{next(numbers):07d}")


def start(town, kind="canary", name="near", share=0.5, **options):
    installation, named = town
    return experiments.start(
        installation, MAX, kind, named[name], share=None if kind == "shadow" else share, **options
    )


def answers(installation, actor=ADA, keys=tuple(ROWS)[:60]):
    """Ask for customers; give key to version."""
    on = standing(installation, actor)
    found = {key: routing.route(installation, actor, on, key, ROWS[key]) for key in keys}
    return {key: routed.champion.version for key, routed in found.items()}


def damage(installation, version):
    (installation.shelf.folder / version / "scorecard.json").write_text("{}")
    _scorecard.cache_clear()


def test_a_canary_answers_its_share_always_the_same_customers(town):
    row = start(town)
    first = answers(town[0])
    tried = {key for key, version in first.items() if version == town[1]["near"]}
    assert tried == {key for key in first if arms.place(row.id, key) < 0.5}
    assert 10 < len(tried) < 50
    assert answers(town[0]) == first


def test_a_trial_is_marked_as_no_champion(town):
    start(town)
    on = standing(town[0], ADA)
    routed = [routing.route(town[0], ADA, on, key, row) for key, row in ROWS.items()]
    tried = [one for one in routed if one.champion.version == town[1]["near"]]
    assert tried and all(one.champion.is_draft and one.arm == "challenger" for one in tried)
    assert {one.arm for one in routed} == {"champion", "challenger"}


def test_an_answer_stands_on_the_version_that_gives_it_and_names_the_experiment(town):
    row = start(town)
    on = standing(town[0], ADA)
    stood = {key: routing.stand(town[0], ADA, on, key, ROWS[key]) for key in tuple(ROWS)[:20]}
    assert {trial["experiment"] for _, trial in stood.values()} == {row.id}
    for own, trial in stood.values():
        tried = trial["arm"] == "challenger"
        assert own.version == town[1]["near" if tried else "base"]
        assert own.dataset == on.dataset
    experiments.stop(town[0], MAX, row.id, "Enough seen.")
    assert routing.stand(town[0], ADA, on, "K001", ROWS["K001"]) == (on, {})


def test_who_sees_no_drafts_sees_the_champion_alone(town):
    start(town)
    assert set(answers(town[0], VERA).values()) == {town[1]["base"]}


def test_customers_that_are_not_affected_are_answered_by_the_champion(town):
    start(town, who={"contract": ["One year"]})
    tried = {key for key, version in answers(town[0]).items() if version == town[1]["near"]}
    assert tried and {ROWS[key]["contract"] for key in tried} == {"One year"}


def test_a_shadow_answers_nobody_and_is_logged_once_a_snapshot(town):
    installation, named = town
    row = start(town, kind="shadow", name="reversed")
    assert set(answers(installation).values()) == {named["base"]}
    assert guards.watch(installation) == guards.watch(installation) == []
    [entry] = [e for e in installation.store.entries(None, None, 50) if e.header.kind == "shadow"]
    assert (entry.subject, entry.header.version) == (row.id, named["reversed"])
    assert entry.payload["customers"] == 400
    assert len(entry.payload["sha256"]) == 64


def test_the_champion_answers_from_the_moment_the_experiment_is_stopped(town):
    row = start(town)
    experiments.stop(town[0], MAX, row.id, "Enough seen.")
    assert set(answers(town[0]).values()) == {town[1]["base"]}


def test_the_champion_answers_when_the_time_is_over(town):
    row = start(town, days=1)
    town[0].store.clock = lambda: NOON + timedelta(days=1)
    assert set(answers(town[0]).values()) == {town[1]["base"]}
    [ended] = guards.watch(town[0])
    assert (ended.id, ended.how) == (row.id, "finished")
    assert "time ran out" in ended.outcome


def test_a_version_withdrawn_or_promoted_is_no_trial_any_more(town):
    row = start(town)
    town[0].store.withdraw(town[1]["near"], successor=None, actor=MAX.id, reason="wrong")
    assert set(answers(town[0]).values()) == {town[1]["base"]}
    assert [ended.id for ended in guards.watch(town[0])] == [row.id]


def test_another_champion_ends_it(town):
    start(town)
    town[0].store.promote(town[1]["higher"], actor=MAX.id, began="sign-off", reason="")
    assert set(answers(town[0]).values()) == {town[1]["higher"]}
    [ended] = guards.watch(town[0])
    assert "champion no more" in ended.outcome


# --- guards ------------------------------------------------------------------------------------------


def test_a_version_close_to_the_champion_crosses_no_guard(town):
    row = start(town)
    found = guards.measure(town[0], row)
    assert 100 < found.customers < 300
    assert found.psi < 0.01
    assert guards.watch(town[0]) == []


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"guard_list_move": 100}, "the scores drifted"),
        ({"guard_psi": 100}, "over the at-risk line"),
    ],
)
def test_each_guard_alone_rolls_a_canary_back(tmp_path, limits, words):
    town = settle_signed(tmp_path, **limits)
    row = start(town, name="higher")
    [ended] = guards.watch(town[0])
    assert (ended.id, ended.how, ended.ended_by) == (row.id, "rolled back", "system")
    assert words in ended.outcome
    assert set(answers(town[0]).values()) == {town[1]["base"]}


def test_a_guard_that_is_crossed_is_in_the_log(town):
    row = start(town, name="higher")
    guards.watch(town[0])
    [entry] = town[0].store.entries(None, None, 1)
    assert (entry.header.kind, entry.header.actor, entry.subject) == ("experiment", "system", row.id)
    assert entry.payload["step"] == "rolled back"


def test_a_damaged_version_is_rolled_back_at_the_first_request_and_nobody_waits(town):
    installation, named = town
    row = start(town)
    damage(installation, named["near"])
    assert set(answers(installation).values()) == {named["base"]}
    ended = installation.store.experiment(row.id)
    assert (ended.how, ended.answers, ended.errors) == ("rolled back", 1, 1)


def test_the_hundredth_answer_is_seen_by_whoever_gives_it(town, monkeypatch):
    """Workers that read the register in one moment read the same count, and none of them the hundredth."""
    installation, named = town
    row = start(town, name="higher")
    installation.store.count_answers(row.id, answers=99)
    listed = type(installation.store).experiments
    monkeypatch.setattr(
        installation.store,
        "experiments",
        lambda *given, **how: [replace(one, answers=98) for one in listed(installation.store, *given, **how)],
    )
    tried = next(key for key in ROWS if arms.place(row.id, key) < 0.5)
    assert answers(installation, keys=[tried]) == {tried: named["higher"]}
    assert installation.store.experiment(row.id).how == "rolled back"


def test_too_many_failing_answers_roll_it_back(town):
    row = start(town)
    town[0].store.count_answers(row.id, answers=100, errors=1)
    assert guards.watch(town[0]) == []
    town[0].store.count_answers(row.id, answers=0, errors=1)
    [ended] = guards.watch(town[0])
    assert "2 of 100 answers failed" in ended.outcome


def test_one_error_among_few_answers_is_no_share(town):
    row = start(town)
    town[0].store.count_answers(row.id, answers=19, errors=1)
    assert guards.watch(town[0]) == []


def test_too_few_customers_are_not_judged(town):
    row = start(town, name="higher", share=0.05)
    found = guards.measure(town[0], row)
    assert 0 < found.customers < 100
    assert (found.psi, found.list_move) == (None, None)
    assert "too few" in found.words


def test_a_shadow_that_drifts_goes_on(town):
    start(town, kind="shadow", name="higher")
    assert guards.watch(town[0]) == []
    assert len(town[0].store.experiments(running=True)) == 1


# --- what people are answered ------------------------------------------------------------------------


def test_the_page_of_a_customer_is_answered_by_the_version_tried_and_the_log_says_so(town):
    installation, named = town
    row = start(town, share=0.5)
    tried = next(key for key in ROWS if ROWS[key]["left"] == "No" and arms.place(row.id, key) < 0.5)
    answer = customers_service.one(installation, ADA, tried)
    assert (answer.stamp.version, answer.stamp.state) == (named["near"], routing.TRIAL)
    payload = installation.store.entry(answer.stamp.entry).payload
    assert (payload["experiment"], payload["arm"]) == (row.id, "challenger")
    assert customers_service.one(installation, VERA, tried).stamp.version == named["base"]


def test_what_if_ships_and_answers_by_the_same_version(town):
    installation, named = town
    row = start(town, share=0.5)
    for key in [key for key in ROWS if ROWS[key]["left"] == "No"][:20]:
        setting = what_if.start(installation, ADA, key)
        expected = "near" if arms.place(row.id, key) < 0.5 else "base"
        answered = what_if.answer(installation, ADA, key, {})
        assert setting.answer.stamp.version == answered.stamp.version == named[expected]
        shipped = Scorecard.from_json(what_if.scorecard(installation, ADA, named[expected]))
        assert shipped.score(ROWS[key]).log_odds == answered.after.log_odds
        payload = installation.store.entry(answered.stamp.entry).payload
        assert payload["arm"] == ("challenger" if expected == "near" else "champion")


def test_a_version_that_only_runs_as_a_shadow_is_handed_to_nobody(town):
    start(town, kind="shadow")
    with pytest.raises(what_if.NoModel, match="Reload the page"):
        what_if.scorecard(town[0], ADA, town[1]["near"])


@pytest.fixture
def other_process(town):
    """Start a second worker on the same store; give a function that asks it for a customer."""
    command = [sys.executable, "-m", "tests.services.answerer", str(town[0].settings.var)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:

        def ask(key):
            process.stdin.write(f"{key}\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield ask
        process.stdin.close()


def test_another_process_has_the_same_arms_and_hears_of_a_crossed_guard_at_once(town, other_process):
    installation, named = town
    start(town, name="higher", share=0.5)
    here = {key: customers_service.one(installation, ADA, key).stamp.version for key in tuple(ROWS)[:12]}
    assert set(here.values()) == {named["base"], named["higher"]}
    there = {key: other_process(key) for key in here}
    assert {key: answer["version"] for key, answer in there.items()} == here
    assert all(answer["is_draft"] is (answer["version"] == named["higher"]) for answer in there.values())
    guards.watch(installation)
    assert {other_process(key)["version"] for key in here} == {named["base"]}


def test_figures_of_a_trial_carry_draft_and_viewers_get_the_champion(town):
    installation, named = town
    start(town)
    key = next(
        key
        for key in ROWS
        if ROWS[key]["left"] == "No" and answers(installation, keys=[key])[key] == named["near"]
    )
    assert customers_service.one(installation, ADA, key).stamp.is_draft
    seen = customers_service.one(installation, VERA, key).stamp
    assert (seen.version, seen.is_draft) == (named["base"], False)
    assert "experiment" not in installation.store.entry(seen.entry).payload
