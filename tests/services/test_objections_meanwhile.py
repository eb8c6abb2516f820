"""Somebody objects while something is being made: what finishes afterwards does not hold them."""

import sys
import threading
from contextlib import nullcontext
from datetime import date

import pyarrow.parquet as pq
import pytest

from data.warehouse import Filters
from services import actions, customers, log, objections, scenario_export, scenarios, training
from services.actions import ActionRefused
from services.installation import Installation, one_answer
from services.objections import ObjectedMeanwhile
from services.roles import SYSTEM, Actor
from tests.services.made_up_training import learned
from tests.services.trial_town import MAX, NOON, settle_signed

ANA = Actor("u-ana", "Ana", "manager")
KEY = "K001"
STEP = {"column": "contract", "operation": "set", "value": "One year", "who": {}}
WORDS = "By phone: no more of this."


@pytest.fixture
def town(tmp_path):
    installation, named = settle_signed(tmp_path, NOON)
    installation.named = named
    return installation


def another_worker(installation) -> Installation:
    made = Installation(installation.set_up)
    made.store.clock = installation.store.clock
    return made


class Meanwhile:
    """Somebody at another worker, who objects when told to; what told them waits until it is on record."""

    def __init__(self, installation, *keys):
        self.worker, self.keys = another_worker(installation), list(keys)

    def __call__(self, *_given, **_named):
        if self.keys:
            key = self.keys.pop(0)
            thread = threading.Thread(target=objections.record, args=(self.worker, ANA, key, WORDS))
            thread.start()
            thread.join()


def scored_of_nobody_yet(town):
    """Give a version that has no scores of the current customers, and where they would be kept."""
    dataset, version = town.dataset(), town.named["reversed"]
    path = town.warehouse._scores_path(dataset.snapshot, version)
    path.unlink()
    cube = town.warehouse.folder / "cubes" / f"{dataset.snapshot}-2-{version}.arrow"
    cube.unlink(missing_ok=True)
    card = town.load_scorecard(version, town.store.version(version).scorecard_sha256)
    return dataset, version, card, path


class Interrupted:
    """A scorecard during whose work something happens."""

    def __init__(self, card, happens):
        self._card, self._happens = card, happens

    def log_odds(self, table):
        found = self._card.log_odds(table)
        self._happens()
        return found

    def __getattr__(self, name):
        return getattr(self._card, name)


@pytest.mark.parametrize("pinned", [False, True], ids=["command", "request"])
def test_who_objects_while_a_batch_is_scored_is_not_in_what_is_kept(town, pinned):
    dataset, version, card, path = scored_of_nobody_yet(town)
    given = (town, dataset.spec, dataset.snapshot, version, Interrupted(card, Meanwhile(town, KEY)))
    with one_answer() if pinned else nullcontext():
        town.in_use()
        training.score_customers(*given)
    kept = pq.read_table(path)["key"].to_pylist()
    assert len(kept) == 449 and KEY not in kept
    assert town.warehouse.score(dataset.snapshot, version, KEY) is None


def test_who_objects_while_scores_are_written_is_taken_out_before_it_is_done(town, monkeypatch):
    dataset, version, card, path = scored_of_nobody_yet(town)
    write, meanwhile, sizes = pq.write_table, Meanwhile(town, KEY, "K002"), []

    def write_then_object(table, *given, **named):
        write(table, *given, **named)
        sizes.append(table.num_rows)
        meanwhile()

    monkeypatch.setattr("data.warehouse.scored.pq.write_table", write_then_object)
    training.score_customers(town, dataset.spec, dataset.snapshot, version, card)
    kept = pq.read_table(path)["key"].to_pylist()
    assert sizes == [450, 449, 448] and not {KEY, "K002"} & set(kept)


def test_who_takes_it_back_is_scored_and_the_others_are_as_they_were(town):
    dataset, version, card, path = scored_of_nobody_yet(town)
    objections.record(town, ANA, KEY, WORDS)
    training.score_customers(town, dataset.spec, dataset.snapshot, version, card)
    before = pq.read_table(path).to_pylist()
    objections.lift(another_worker(town), ANA, KEY, WORDS)
    assert town.warehouse.score(dataset.snapshot, version, KEY) is None, "another version than answers"
    training.score_customers(town, dataset.spec, dataset.snapshot, version, card)
    after = pq.read_table(path).to_pylist()
    assert after[:-1] == before and after[-1]["key"] == KEY
    assert town.warehouse.score(dataset.snapshot, version, KEY)["log_odds"] == after[-1]["log_odds"]


def test_a_worker_that_has_the_scores_open_sees_who_was_scored_again(town):
    """Customers loaded while somebody objects have no score of theirs until that is taken back."""
    objections.record(town, ANA, KEY, WORDS)
    version = town.named["base"]
    dataset = town.dataset()
    town.warehouse._scores_path(dataset.snapshot, version).unlink()
    (town.warehouse.folder / "cubes").joinpath(f"{dataset.snapshot}-2-{version}.arrow").unlink()
    worker = another_worker(town)
    assert customers.one(worker, ANA, "K002").score, "scored anew, at the first answer"
    rows = customers.page(worker, ANA, Filters(), stop=500).rows
    assert [row["id"] for row in rows if row["probability"] is None] == [KEY]
    objections.lift(town, ANA, KEY, WORDS)
    rows = customers.page(worker, ANA, Filters(), stop=500).rows
    assert all(row["probability"] is not None for row in rows)


def train_with(monkeypatch, happens, slope=0.0625):
    """Let a made-up training run, during which something happens; give what it was given to learn from."""
    module, seen = learned(slope), []
    fit = module.train

    def train(frame, spec, **how):
        seen.append(set(frame["key"]) | set(how["earlier"]["key"] if how["earlier"] is not None else ()))
        happens()
        return fit(frame, spec, **how)

    module.train = train
    monkeypatch.setitem(sys.modules, "models.training", module)
    return seen


def test_who_objects_while_a_version_trains_is_not_learned_from(town, monkeypatch):
    seen = train_with(monkeypatch, Meanwhile(town, KEY))
    made = training.train(town, SYSTEM)
    assert [KEY in one for one in seen] == [True, False], "it began anew"
    entry = town.store.entries(log.EntryFilter(kinds=("train",)), None, 5)
    assert [(one.header.version, one.payload["objected"]) for one in entry] == [(made.version, 1)]
    report = town.shelf.report(made.version, town.store.version(made.version).report_sha256)
    assert report["data"]["objected"] == 1
    assert made.rows == 449


def test_a_training_during_which_somebody_objects_each_time_leaves_nothing(town, monkeypatch):
    train_with(monkeypatch, Meanwhile(town, "K001", "K002", "K003"))
    versions, shelf = town.store.versions(), town.shelf.versions()
    with pytest.raises(ObjectedMeanwhile, match="Start again"):
        training.train(town, SYSTEM)
    assert (town.store.versions(), town.shelf.versions()) == (versions, shelf)


def test_who_objects_while_the_files_of_a_version_are_written_is_not_learned_from(town, monkeypatch):
    seen = train_with(monkeypatch, lambda: None)
    meanwhile, score = Meanwhile(town, KEY), training.score_customers

    def score_then_object(*given):
        score(*given)
        meanwhile()

    monkeypatch.setattr("services.training.score_customers", score_then_object)
    made = training.train(town, SYSTEM)
    assert [KEY in one for one in seen] == [True, False]
    report = town.shelf.report(made.version, town.store.version(made.version).report_sha256)
    assert report["data"]["objected"] == 1


def test_who_objects_while_an_action_is_made_is_not_in_it(town, monkeypatch):
    meanwhile, prepare = Meanwhile(town, "K002"), actions.prepare

    def prepare_then_object(*given):
        asked = prepare(*given)
        assert "K002" in asked.keys
        meanwhile()
        return asked

    monkeypatch.setattr("services.actions.prepare", prepare_then_object)
    day = date(2026, 3, 9)
    with one_answer():
        made = actions.start(town, MAX, {"steps": [STEP]}, name="A year", starts=day, ends=day)
    subjects = [one.key for held in (True, False) for one in town.store.subjects(made.id, is_held=held)]
    assert subjects and "K002" not in subjects
    assert made.contacted.customers + made.held.customers == len(subjects)


def test_an_action_for_one_who_objects_meanwhile_is_not_made(town, monkeypatch):
    meanwhile, prepare = Meanwhile(town, "K002"), actions.prepare
    monkeypatch.setattr("services.actions.prepare", lambda *given: (prepare(*given), meanwhile())[0])
    step = {"column": "contract", "operation": "set", "value": "One year"}
    with pytest.raises(ActionRefused, match="objected to profiling"):
        actions.start_for_one(town, MAX, "K002", [step], name="For one")
    assert town.store.actions() == []


def test_who_objects_while_a_list_leaves_the_house_is_not_in_the_rest_of_it(town, monkeypatch):
    monkeypatch.setattr("services.objections.ROWS_AT_ONCE", 10)
    monkeypatch.setattr("services.scenario_export.CHUNK", 10)
    with one_answer():
        lines = scenario_export.export(town, ANA, "steps", {"steps": [STEP]}).lines
        first = next(lines)
    keys = [line.split(",")[0] for line in first.splitlines()[1:]]
    engine = scenarios.open_engine(town, town.dataset(), town.champion())
    later = next(
        key for key in map(engine.base.key, reversed(range(engine.base.rows)))
        if key not in keys and town.warehouse.customer(town.dataset().snapshot, key)["contract"] != "One year"
    )  # fmt: skip
    Meanwhile(town, later)()
    rest = "".join(lines)
    assert rest.count("\n") > 50 and f"{later}," not in rest
