"""Guards of the champion: what takes a promotion back without anybody, and what never does."""

import dataclasses
import json
from datetime import timedelta

import pytest

from config.dataset import parse_spec
from models.scorecard import Scorecard
from services import champion_guards, datasets, experiments, lookout, signing, what_if
from services import customers as customers_service
from services.roles import SYSTEM
from services.routing import CANNOT
from tests.services.reviewed import answer_all
from tests.services.trial_town import (
    ADA,
    EVENING,
    MAX,
    NOON,
    REPORT,
    SPEC,
    card,
    customers,
    hashes,
    load,
    settle_signed,
)

KEYS = [row["key"] for row in customers().to_dict("records") if row["left"] == "No"]


@pytest.fixture
def town(tmp_path):
    installation, named = settle_signed(tmp_path)
    return installation, named | {"west": add_west(installation)}


def add_west(installation):
    """Add a challenger that scores like ``base``, but far higher where it does not know the area."""
    spec = parse_spec(SPEC)
    plain = json.loads(card(spec, 0.03125).to_json())
    area = ["North", "South"]
    plain["features"].append(
        {"column": "area", "kind": "categorical", "levels": area, "counts": [0, 2, 2, 0]}
    )
    scores = [0.0, 0.0, 0.0, 2.0]
    axes = [{"feature": 1, "levels": area}]
    plain["terms"].append({"type": "table", "axes": axes, "scores": scores, "bags": [scores, scores]})
    model = Scorecard.from_json(json.dumps(plain))
    installation.shelf.put(model.version, model.to_json(), "no estimator", report=REPORT)
    installation.store.record_version(
        version=model.version, spec_name=spec.name, spec_hash=spec.hash,
        snapshot=installation.store.current_snapshot(spec.name), state="challenger",
        scorecard_sha256=model.version, metrics={},
        report_sha256=installation.shelf.put_report(model.version, REPORT),
        artifacts=hashes(installation, model.version),
    )  # fmt: skip
    answer_all(installation, model.version)
    return model.version


def sign(town, name="near", **options):
    installation, named = town
    report = installation.store.version(named[name]).report_sha256
    return signing.sign(installation, MAX, named[name], report, "Read it all.", **options)


def serving(town):
    return {version: name for name, version in town[1].items()}[
        town[0].store.serving_version("trials").version
    ]


def later(town, **step):
    moment = town[0].store.clock() + timedelta(**step)
    town[0].store.clock = lambda: moment


def failing(monkeypatch, town, name):
    """Let a version fail at every answer for one customer, as a fault in the program would."""
    card = town[0].load_scorecard(town[1][name], town[1][name])
    score = Scorecard.score

    def fail(self, row):
        if self is card:
            return dataclasses.replace(score(self, row), log_odds=float("nan"))
        return score(self, row)

    monkeypatch.setattr(Scorecard, "score", fail)


def ask(town, keys, actor=MAX):
    return [customers_service.one(town[0], actor, key) for key in keys]


# --- answers that fail -------------------------------------------------------------------------------


def test_an_answer_that_fails_leaves_facts_and_is_on_record(town, monkeypatch):
    sign(town)
    failing(monkeypatch, town, "near")
    [answer] = ask(town, KEYS[:1])
    assert (answer.score, answer.stamp.withheld) == (None, CANNOT)
    assert answer.facts and answer.average is not None
    [entry] = town[0].store.entries(None, None, 1)
    assert (entry.header.kind, entry.subject, entry.header.actor) == ("failure", KEYS[0], MAX.id)
    with pytest.raises(what_if.NoModel, match="could not answer"):
        what_if.start(town[0], MAX, KEYS[0])


def test_a_promoted_version_that_keeps_failing_is_taken_back_and_the_next_request_is_answered(
    town, monkeypatch
):
    sign(town)
    failing(monkeypatch, town, "near")
    answers = ask(town, KEYS[:21])
    assert [answer.score is None for answer in answers] == [True] * 20 + [False]
    assert answers[-1].stamp.version == town[1]["base"]
    stretch = town[0].store.serving_history("trials")[-1]
    assert (stretch.began, stretch.actor) == ("rollback", "system")
    assert stretch.reason == "A guard was crossed: 20 of 20 answers failed (limit 1.0%)."


def test_few_failures_among_many_answers_are_within_the_limit(town, monkeypatch):
    sign(town)
    ask(town, KEYS[:199])
    failing(monkeypatch, town, "near")
    ask(town, KEYS[:2])
    assert serving(town) == "near"  # 2 of 201 is under 1 %
    ask(town, KEYS[:1])
    assert serving(town) == "base"


def test_failures_of_long_ago_do_not_count(town, monkeypatch):
    sign(town)
    with monkeypatch.context() as patched:
        failing(patched, town, "near")
        ask(town, KEYS[:19])
    later(town, days=8)
    failing(monkeypatch, town, "near")
    ask(town, KEYS[:19])
    assert serving(town) == "near"


def test_who_was_gone_back_to_is_not_taken_away_again(town, monkeypatch):
    sign(town)
    sign(town, "higher", override="A new way of counting.")
    signing.rollback(town[0], MAX, "It was wrong.")
    failing(monkeypatch, town, "near")
    ask(town, KEYS[:25])
    assert serving(town) == "near"


def test_without_a_version_to_go_back_to_it_stays_and_facts_are_shown(town, monkeypatch):
    failing(monkeypatch, town, "base")
    assert all(answer.score is None for answer in ask(town, KEYS[:22]))
    assert serving(town) == "base"


# --- scores that lie too far from the former champion's ----------------------------------------------


def from_the_west():
    """Make customers, nearly half of them from elsewhere: ``west`` scores those far higher than ``base``."""
    frame = customers(600)
    frame.loc[frame.index % 9 < 4, "area"] = "West"
    return frame


def test_new_customers_that_show_too_far_a_shift_take_the_promotion_back(town):
    sign(town, "west")
    assert serving(town) == "west"
    load(town[0], from_the_west())
    seen = lookout.look_after(town[0])
    assert serving(town) == "base"
    assert "the scores drifted" in seen.rolled_back
    assert lookout.look_after(town[0]).rolled_back == ""


def test_after_the_watch_the_promotion_stays(town):
    sign(town, "west")
    later(town, days=7)
    load(town[0], from_the_west())
    lookout.look_after(town[0])
    assert serving(town) == "west"


@pytest.mark.parametrize(("now", "override"), [(NOON, "We want it so."), (EVENING, None)])
def test_what_somebody_stood_by_stays(tmp_path, now, override):
    town = settle_signed(tmp_path, now)
    sign(town, "higher", override=override)
    found = champion_guards.measure(town[0])
    assert found.is_wanted and found.shift.psi > 0.2
    assert champion_guards.crossed(town[0], found) == []
    lookout.look_after(town[0])
    assert serving(town) == "higher"


def test_two_guards_that_see_the_same_go_back_once(town):
    sign(town)
    sign(town, "higher", override="A new way of counting.")
    signing.rollback(town[0], SYSTEM, "A guard.", of=town[1]["higher"])
    with pytest.raises(signing.NoWayBack, match="Nothing was changed"):
        signing.rollback(town[0], SYSTEM, "A guard.", of=town[1]["higher"])
    assert serving(town) == "near"


# --- other customers ---------------------------------------------------------------------------------


def only_dear():
    frame = customers(1200)
    return frame[frame["price"] > 50]


def test_other_customers_are_a_reason_to_train_again_and_none_to_go_back(town):
    sign(town)
    load(town[0], only_dear())
    seen = lookout.look_after(town[0])
    assert "Train again" in seen.proposal
    assert serving(town) == "near"
    assert lookout.look_after(town[0]).proposal == seen.proposal
    drifts = [one for one in town[0].store.entries(None, None, 50) if one.header.kind == "drift"]
    assert len(drifts) == 1 and drifts[0].payload["psi"] > 0.2


def test_customers_alike_are_no_reason(town):
    load(town[0], customers(900))
    assert lookout.look_after(town[0]).proposal == ""


def test_a_load_looks_after_everything_by_itself(town, tmp_path):
    sign(town, "west")
    file = tmp_path / "customers.csv"
    from_the_west().to_csv(file, index=False)
    (tmp_path / "spec.yaml").write_text(SPEC)
    row = experiments.start(town[0], MAX, "shadow", town[1]["higher"])
    datasets.load(town[0], ADA, file, spec=str(tmp_path / "spec.yaml"))
    assert serving(town) == "base"
    assert "champion no more" in town[0].store.experiment(row.id).outcome


def test_a_promotion_ends_the_trials_against_the_former_champion(town):
    row = experiments.start(town[0], MAX, "canary", town[1]["higher"])
    sign(town)
    assert town[0].store.experiment(row.id).how == "stopped"
