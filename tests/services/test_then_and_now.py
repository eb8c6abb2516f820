"""Then and now: the case of an entry under today's model and data, the difference split between the two."""

import json

import pytest

from models.scorecard import Scorecard
from services import customers, log, then_and_now, training, what_if
from services.replay import replay
from services.replay.then import NotReplayable
from services.roles import Actor
from tests.models import scenario_town as model_town
from tests.services import scenario_town

MANAGER = Actor("m", "Mara", "manager")


@pytest.fixture
def town(tmp_path):
    return scenario_town.settle(tmp_path, rows=60)


def key_of(town):
    table = town.warehouse.current_table(town.dataset().snapshot)
    return str(table[table["_active"]]["key"].iloc[3])


def entry_of(town, kind):
    return log.page(town, MANAGER, log.EntryFilter(kinds=(kind,))).entries[0]


def ask(town, kind):
    """Ask about one customer; give the entry."""
    if kind == "prediction":
        customers.one(town, MANAGER, key_of(town))
    else:
        what_if.answer(town, MANAGER, key_of(town), {"contract": "Year"})
    return entry_of(town, kind)


def load_later(town):
    """Load the customers again, all of them with a better offer elsewhere."""
    frame = model_town.customers(60)
    snapshot = scenario_town.load(town, frame.assign(rival=frame["rival"].fillna(1) + 1))
    champion = town.champion()
    training.score_customers(town, model_town.SPEC, snapshot, champion.version, champion.scorecard)


def sign_another(town):
    """Let a model that starts from a higher chance serve."""
    plain = json.loads(model_town.card().to_json())
    plain["intercept"] += 0.5
    card = Scorecard.from_json(json.dumps(plain))
    town.shelf.put(card.version, card.to_json(), "no estimator")
    snapshot = town.dataset().snapshot
    with town.store.transaction() as together:
        together.record_version(
            version=card.version, spec_name="town", spec_hash=model_town.SPEC.hash, snapshot=snapshot,
            state="challenger", scorecard_sha256=card.version, metrics={},
        )  # fmt: skip
        together.promote(card.version, actor="u-9", began="sign-off", reason="better")


def test_where_nothing_changed_nothing_differs(town):
    entry = ask(town, "prediction")
    found = then_and_now.compare(town, MANAGER, entry.seq)
    assert found.movement.change == 0
    assert "nothing that the model reads has changed" in found.told[0]
    assert found.then == f"entry {entry.seq} of {entry.time:%d %B %Y}"


@pytest.mark.parametrize("kind", ["prediction", "what-if"])
def test_data_changed_since_are_all_of_the_difference(town, kind):
    entry = ask(town, kind)
    load_later(town)
    found = then_and_now.compare(town, MANAGER, entry.seq)
    assert found.movement.then.log_odds == entry.payload["answer"]["log_odds"]
    assert found.movement.model == ()
    assert found.movement.data_change == found.movement.change != 0
    assert found.told[0].endswith("the model is the same.")


@pytest.mark.parametrize("kind", ["prediction", "what-if"])
def test_a_model_signed_since_is_all_of_the_difference(town, kind):
    entry = ask(town, kind)
    sign_another(town)
    found = then_and_now.compare(town, MANAGER, entry.seq)
    assert found.movement.then.log_odds == entry.payload["answer"]["log_odds"]
    assert found.movement.model_change == found.movement.change == 0.5
    assert found.version_then == entry.version != found.stamp.version


def test_both_are_told_apart_and_on_record(town):
    entry = ask(town, "what-if")
    load_later(town)
    sign_another(town)
    found = then_and_now.compare(town, MANAGER, entry.seq)
    moved = found.movement
    assert moved.data_change + moved.model_change == moved.change
    told = entry_of(town, "movement")
    assert (told.seq, told.payload["of_entry"]) == (found.stamp.entry, entry.seq)
    assert replay(town, MANAGER, told.seq).is_same is True


def test_a_customer_who_is_gone_is_said_to_be(town):
    entry = ask(town, "prediction")
    frame = model_town.customers(60)
    scenario_town.load(town, frame[frame["key"].astype(str) != entry.subject])
    with pytest.raises(customers.NoSuchCustomer):
        then_and_now.compare(town, MANAGER, entry.seq)


def test_an_act_has_no_then_and_now(town):
    seq = log.record(town, MANAGER, "review", payload={}).seq
    with pytest.raises(NotReplayable, match="Only an answer about one customer"):
        then_and_now.compare(town, MANAGER, seq)
