"""All that is held about one customer: from where, scores over time, who did what, and how to object."""

from datetime import date

import pandas as pd
import pytest

from config.dataset import parse_spec
from services import actions, control, customers, log, objections, subject, way_back, what_if
from services.objections import ObjectionRefused
from services.roles import Actor, NotPermitted
from services.subject import NoSuchCustomer
from tests.services import scenario_town, trial_town
from tests.services.trial_town import MAX, NOON, settle_signed

ANA = Actor("u-ana", "Ana", "analyst")
VERA = Actor("u-vera", "Vera", "viewer")
MIA = Actor("u-mia", "Mia", "manager")
KEY = "K002"
STEP = {"column": "contract", "operation": "set", "value": "One year", "who": {}}
WORDS = "By phone: no more of this."


@pytest.fixture
def town(tmp_path):
    installation, _ = settle_signed(tmp_path, NOON)
    return installation


def test_it_tells_every_value_and_what_it_is_used_for(town):
    found = subject.of(town, ANA, KEY)
    row = town.warehouse.customer(town.dataset().snapshot, KEY)
    assert len(found.values) == len(town.dataset().spec.columns)
    used = {one.label: one.use for one in found.values}
    assert used["Key"] == "names the customer" and used["Left"] == "what the model learned to foresee"
    assert used["Contract"] == "used; ours to move"
    assert any(one.value.startswith(f"{row['price']:g}") for one in found.values)
    assert found.now.score and found.now.reasons


def test_each_look_is_on_record_and_tells_of_those_before_but_not_of_itself(town):
    first = subject.of(town, ANA, KEY)
    assert not any(one.kind == "subject" for one in first.deeds)
    second = subject.of(town, MAX, KEY, step="file")
    looks = [one for one in second.deeds if one.kind == "subject"]
    assert [(one.entry, one.who) for one in looks] == [(first.entry, "Ana")]
    last = town.store.entries(None, None, 1)[0]
    assert (last.header.kind, last.subject, last.payload) == ("subject", KEY, {"step": "file"})


def test_who_may_not_see_it_is_refused_and_nothing_is_on_record(town):
    before = town.store.head().seq
    with pytest.raises(NotPermitted):
        subject.of(town, VERA, KEY)
    assert town.store.head().seq == before


def test_nobody_held_is_said_so(town):
    with pytest.raises(NoSuchCustomer, match="Nothing is held"):
        subject.of(town, ANA, "K999")


def test_it_tells_where_rows_come_from_and_what_is_not_recorded(town):
    found = subject.of(town, ANA, KEY)
    (load,) = found.loads
    assert (load.source, load.is_current) == ("a test", True)
    (source,) = found.sources
    assert source.name == "Not recorded" and source.legal_basis == "not recorded" and not source.is_complete


def test_a_source_written_down_after_the_load_is_told_without_loading_again(town):
    folder = town.settings.var / "specs"
    folder.mkdir()
    source = "{name: Billing, purpose: Keeping customers, legal_basis: Contract, retention: 24 months}"
    text = f"{trial_town.SPEC}sources:\n  - {source}\n"
    (folder / f"{parse_spec(trial_town.SPEC).name}.yaml").write_text(text)
    (source,) = subject.of(town, ANA, KEY).sources
    assert (source.name, source.purpose, source.legal_basis) == ("Billing", "Keeping customers", "Contract")
    assert source.is_complete


def test_scores_are_told_over_time_from_what_is_kept_and_what_was_shown(town):
    shown = customers.one(town, ANA, KEY)
    found = subject.of(town, MAX, KEY)
    by_entry = {one.entry: one for one in found.scores}
    assert by_entry[shown.stamp.entry].by == "Ana"
    assert by_entry[shown.stamp.entry].probability == shown.score.probability
    assert by_entry[shown.stamp.entry].reasons[0] == shown.reasons[0].label
    kept = [one for one in found.scores if one.entry is None]
    assert len(kept) == len([one for one in town.store.versions() if
                             town.warehouse.has_scores(town.dataset().snapshot, one.version)])  # fmt: skip
    assert [one.time for one in found.scores] == sorted((one.time for one in found.scores), reverse=True)


def test_it_tells_who_asked_and_decided_what(town):
    what_if.answer(town, ANA, KEY, {"contract": "One year"})
    day = date(2026, 3, 9)
    made = actions.start(town, MIA, {"steps": [STEP]}, name="A year", starts=day, ends=day)
    key = next(one.key for one in town.store.subjects(made.id, is_held=False))
    held = next(one.key for one in town.store.subjects(made.id, is_held=True))
    assert any("what would happen" in one.text for one in subject.of(town, ANA, KEY).deeds)
    (own,) = subject.of(town, ANA, key).actions
    assert (own.id, own.who, own.part) == (made.id, "Mia", "on the list of those to be contacted")
    assert own.what == made.plan["words"][0]
    (own,) = subject.of(town, ANA, held).actions
    assert own.part.startswith("drawn by lot to get nothing")


def test_entries_of_the_same_name_about_something_else_are_left_out(town):
    log.record(town, ANA, "scenario-kept", subject=KEY, payload={"step": "kept", "name": "x"})
    log.record(town, ANA, "prediction", subject=KEY, version="v", snapshot="another", payload={})
    assert subject.of(town, ANA, KEY).deeds == []


def test_what_would_change_it_is_told_and_on_record(tmp_path):
    installation = scenario_town.settle(tmp_path)
    row = customers.page(installation, MIA, customers.Filters(), stop=1).rows[0]
    found = subject.of(installation, MIA, row["id"])
    assert found.ways is not None and found.ways.target == way_back.find(installation, MIA, row["id"]).target
    assert found.ways.stamp.entry is not None


def test_after_an_objection_it_tells_what_was_held_and_works_nothing_out(town):
    before = subject.of(town, ANA, KEY)
    objections.record(town, ANA, KEY, WORDS)
    found = subject.of(town, ANA, KEY)
    assert found.now.score is None and found.ways is None and "objected to profiling" in found.no_ways
    assert (found.objection.words, found.objection.actor_name) == (WORDS, "Ana")
    assert [one.probability for one in found.scores if one.entry is None] == [
        one.probability for one in before.scores if one.entry is None
    ]
    assert any("objects to profiling" in one.text for one in found.deeds)
    objections.lift(town, ANA, KEY, "By post.")
    found = subject.of(town, ANA, KEY)
    assert found.objection is None and found.objections[0].lifted_words == "By post." and found.now.score


def test_a_customer_of_an_earlier_load_is_told_as_held_then(town):
    left = trial_town.customers()
    trial_town.load(town, left[left["key"] != KEY], town.dataset().snapshot)
    found = subject.of(town, ANA, KEY)
    assert found.now is None and found.values and not found.loads[0].is_current
    assert "not among the customers of today" in found.no_ways


def test_how_to_contest_follows_the_settings(tmp_path):
    installation, _ = settle_signed(tmp_path, NOON, contact="Dora, data protection", public_complaints=True)
    found = subject.of(installation, ANA, KEY)
    assert (found.contact, found.complaint) == ("Dora, data protection", "/complaint")


def test_while_the_model_is_off_facts_are_told(town):
    control.throw(town, MAX, "churn-model", "off", "It is a test.")
    found = subject.of(town, ANA, KEY)
    assert found.now.score is None and found.values and found.ways is None


# --- objections themselves -----------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["", "   ", "x" * 2001, None])
def test_an_objection_needs_words(town, words):
    with pytest.raises(ObjectionRefused, match="Write a sentence"):
        objections.record(town, ANA, KEY, words)
    assert objections.counted(town) == 0


def test_strange_words_are_kept_as_they_are(town):
    words = "=1+1 <script>alert(1)</script> \u202eabc\u202c \U0001f64f אבג"
    made = objections.record(town, ANA, KEY, words)
    assert made.words == words == objections.listed(town, ANA)[0].words
    assert words in subject.of(town, ANA, KEY).deeds[0].text


def test_who_may_not_record_it_is_refused(town):
    for deed in (objections.record, objections.lift):
        with pytest.raises(NotPermitted):
            deed(town, VERA, KEY, WORDS)


def test_a_stranger_cannot_object_and_nobody_twice(town):
    with pytest.raises(ObjectionRefused, match="no customer"):
        objections.record(town, ANA, "K999", WORDS)
    objections.record(town, ANA, KEY, WORDS)
    before = town.store.head().seq
    with pytest.raises(ObjectionRefused, match="objects to profiling already"):
        objections.record(town, ANA, KEY, WORDS)
    with pytest.raises(ObjectionRefused, match="does not object"):
        objections.lift(town, ANA, "K001", WORDS)
    assert town.store.head().seq == before
    assert objections.excluded(town) == {KEY} and objections.counted(town) == 1


def test_an_objection_and_its_entry_are_written_together_or_not_at_all(town, monkeypatch):
    def fails(*_given, **_named):
        raise RuntimeError

    monkeypatch.setattr("services.objections.log.record", fails)
    with pytest.raises(RuntimeError):
        objections.record(town, ANA, KEY, WORDS)
    assert objections.counted(town) == 0


def test_an_objection_outlives_the_next_load(town):
    objections.record(town, ANA, KEY, WORDS)
    dearer = trial_town.customers()
    dearer["price"] = dearer["price"] + 1
    trial_town.load(town, dearer, town.dataset().snapshot)
    assert customers.one(town, ANA, KEY).score is None


MONTHLY = """
name: monthly
title: Monthly
id: key
outcome: {column: left, positive: "Yes"}
grain: customer-month
period: month
features: [{column: price, label: Price, kind: numeric}]
"""


def test_who_left_before_the_last_month_is_held_and_may_object_and_is_not_learned_from(installation):
    spec = parse_spec(MONTHLY)
    rows = [
        {
            "key": key,
            "month": month,
            "left": "Yes" if (key, month) == ("B", "2026-01-01") else "No",
            "price": 9.0,
        }
        for month, keys in (("2026-01-01", "AB"), ("2026-02-01", "A"))
        for key in keys
    ]
    nothing = pd.DataFrame({"row": [], "column": [], "value": [], "reason": []})
    snapshot = installation.warehouse.write_snapshot(
        pd.DataFrame(rows)[list(spec.columns)], spec, source="a test", refused=nothing, report={},
        parent=None, created=NOON,
    )  # fmt: skip
    installation.store.record_snapshot(snapshot)
    installation.store.set_current_spec(spec.name)
    found = subject.of(installation, ANA, "B")
    assert found.now is None and found.months == ("2026-01-01", "2026-01-01")
    assert {one.label: one.value for one in found.values}["Left"] == "Yes" and found.loads[0].is_current
    made = objections.record(installation, ANA, "B", WORDS)
    assert made.customer == "B" and objections.excluded(installation) == {"B"}
    table = installation.warehouse.earlier_training_table(snapshot.id)
    assert table is None or "B" not in set(table["key"])
