import numpy as np
import pytest

from data.store import EntryFilter
from services import portfolio, scenarios
from services.roles import Actor, NotPermitted
from services.scenarios import ScenarioError
from tests.models.scenario_town import SPEC, card, customers
from tests.services.scenario_town import settle

DEARER = {"column": "price", "operation": "multiply", "value": 1.1}
SECURED = {"column": "security", "operation": "set", "value": "Yes", "coverage": 0.5, "cost": 30}
RIVAL = {"column": "rival", "operation": "add", "value": 3}


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return settle(tmp_path_factory.mktemp("town"))


def _entries(installation):
    return installation.store.entries(EntryFilter(kinds=("scenario",)), None, 100)


def test_everybody_is_answered_for_as_one_by_one(town, analyst):
    found = scenarios.answer(town, analyst, {"steps": [RIVAL]})
    frame, model = customers(), card()
    moved = frame.assign(rival=np.where(frame["rival"] + 3 > 10, 10.0, frame["rival"] + 3))
    before, after = model.probability(frame), model.probability(moved)
    assert (found.leavers.before, found.leavers.after) == pytest.approx((before.sum(), after.sum()))
    price = frame["price"].fillna(0)
    assert found.at_risk.after == pytest.approx((after * price).sum())
    assert found.net.change == pytest.approx(((before - after) * price).sum() * 12)
    assert found.leavers.low < found.leavers.change < found.leavers.high
    assert sum(found.bands_after) == found.customers == 400


def test_an_answer_is_on_record_before_it_is_told_and_says_so(town, analyst):
    found = scenarios.answer(town, analyst, {"steps": [DEARER, SECURED]})
    [latest, *_] = _entries(town)
    assert latest.header.seq == found.stamp.entry
    assert latest.payload["scenario"] == {"steps": [DEARER, SECURED]}
    assert latest.payload["answer"]["leavers_after"] == found.leavers.after
    again = scenarios.answer(town, analyst, latest.payload["scenario"])
    assert again.leavers.after.hex() == found.leavers.after.hex()


def test_what_each_step_did_and_cost_is_told(town, analyst):
    found = scenarios.answer(town, analyst, {"steps": [DEARER, SECURED]})
    dearer, secured = found.steps
    assert dearer.text == "Price up by 10% for everybody"
    assert dearer.followed == ["Total"]
    assert secured.text == "Security set to Yes for everybody, 50% of them"
    assert secured.impossible
    assert secured.cost == 30 * secured.changed
    assert found.cost == dearer.cost + secured.cost
    assert any("Without internet there is no security." in words for words in found.warnings)
    assert any("no experiment has measured" in words for words in found.warnings)


def test_an_assumption_is_told_apart(town, analyst):
    found = scenarios.answer(town, analyst, {"steps": [RIVAL]})
    assert found.steps[0].role == "assumption"
    assert any("Rival offer is not ours to move" in words for words in found.warnings)
    assert any("that the model has never seen" in words for words in found.warnings)


def test_two_sentences_say_it_all(town, analyst):
    first, second = scenarios.answer(town, analyst, {"steps": [DEARER]}).sentences
    assert first.startswith("With price up by 10% for everybody, about ")
    assert " of 400 customers are expected to leave within a month" in first
    assert second.startswith("Counted over 12 months, it changes what customers pay by ")
    assert "does not prove that one causes the other" in second


def test_groups_are_summed_and_small_ones_are_too_few(town, analyst):
    found = scenarios.answer(town, analyst, {"steps": [DEARER]})
    by = {group.column: group for group in found.groups}
    assert by["gender"].is_protected
    assert not by["contract"].is_protected
    frame, chance = customers(), card().probability(customers())
    [online] = [level for level in by["channel"].levels if level.label == "Online"]
    mine = (frame["channel"] == "Online").to_numpy()
    assert (online.customers, online.leavers_before) == (mine.sum(), pytest.approx(chance[mine].sum()))
    few = [level for group in found.groups for level in group.levels if level.customers < 30]
    assert few
    assert all(level.leavers_after is None for level in few)


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([{"column": "tenure", "operation": "add", "value": 1}], "Step 1: Tenure is a fact"),
        ([{**DEARER, "who": {"key": "nobody"}}], "no active customer 'nobody'"),
        ([{**DEARER, "who": {"ranges": {"tenure": [500, None]}}}], "Step 1 is for nobody"),
        ([{**DEARER, "coverage": 2}], "Step 1: the share"),
    ],
)
def test_what_cannot_be_is_refused_and_not_on_record(town, analyst, steps, words):
    entries = len(_entries(town))
    with pytest.raises(ScenarioError, match=words):
        scenarios.answer(town, analyst, {"steps": steps})
    assert len(_entries(town)) == entries


def test_one_customer_is_a_scenario_too(town, analyst):
    key = customers()["key"][7]
    found = scenarios.answer(town, analyst, {"steps": [{**RIVAL, "who": {"key": key}}]})
    assert found.steps[0].reached == 1
    assert found.steps[0].text == f"Rival offer up by 3 for customer {key}"


def test_a_viewer_may_not_ask(town, viewer):
    with pytest.raises(NotPermitted):
        scenarios.answer(town, viewer, {"steps": [DEARER]})


def test_the_log_tells_it_in_words(town):
    from services import log

    manager = Actor("u-5", "Mia", "manager")
    found = scenarios.answer(town, manager, {"steps": [SECURED]})
    told = log.one(town, manager, found.stamp.entry).text
    assert told.startswith("Mia asked what happens if security set to Yes for everybody, 50% of them: ")
    assert told.endswith("expected leavers.")


def test_damaged_arrays_are_made_again(tmp_path, analyst, monkeypatch):
    town = settle(tmp_path, rows=60)
    first = scenarios.answer(town, analyst, {"steps": [DEARER]})
    [folder] = (tmp_path / "var" / "arrays").iterdir()
    (folder / "0.npy").write_bytes(b"nothing of the kind")
    monkeypatch.setattr(portfolio, "_engines", type(portfolio._engines)())
    again = scenarios.answer(town, analyst, {"steps": [DEARER]})
    assert again.leavers.after == first.leavers.after
    assert (folder / "0.npy").stat().st_size > 100


def test_an_empty_scenario_is_the_base_as_it_is(town, analyst):
    found = scenarios.answer(town, analyst, {"steps": []})
    assert found.leavers.change == 0
    assert (found.joins, found.leaves) == (0, 0)
    assert "nothing moved" in found.sentences[0]
    assert {SPEC.label(group.column) for group in found.groups} == {"Contract", "Channel", "Gender"}
