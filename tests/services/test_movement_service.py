"""Why a score moved since last month: which data, which model, and what is said where one is missing."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from config.dataset import parse_spec
from models.scorecard import Scorecard
from services import movement, roles
from services.movement import NoSuchCustomer
from services.roles import Actor
from tests.services import small_town

MANAGER = Actor("u-9", "Mara", "manager")
VIEWER = Actor("u-2", "Vic", "viewer")
NOTHING = pd.DataFrame({"row": [], "column": [], "value": [], "reason": []})
MONTHLY = small_town.SPEC.replace("id: key\n", "id: key\ngrain: customer-month\nperiod: month\n")
A1 = small_town.ROWS[0]


@pytest.fixture
def now(monkeypatch):
    """Give the moment that the store's clock shows, to be turned."""
    return {"is": datetime(2026, 9, 3, tzinfo=UTC)}


@pytest.fixture
def town(tmp_path, monkeypatch, now):
    """Make a town whose customer A1 called for the seventh month and pays more in the eighth."""

    def settle(spec_text, rows):
        monkeypatch.setattr(small_town, "SPEC", spec_text)
        monkeypatch.setattr(small_town, "ROWS", rows)
        real = small_town.Installation

        def clocked(settings):
            made = real(settings)
            made.store.clock = lambda: now["is"]
            return made

        monkeypatch.setattr(small_town, "Installation", clocked)
        return small_town.settle_town(tmp_path)

    return settle


def months(*rows):
    return [row | {"month": month} for month, row in rows]


EIGHTH = A1 | {"price": 40.0, "tenure": 9.0, "total": 540.0, "offer": 9.0}
TWO_MONTHS = months(("2026-07-01", A1), ("2026-08-01", EIGHTH))


def load(installation, spec_text, rows, now, parent):
    """Load other rows, as a snapshot that follows ``parent``."""
    spec = parse_spec(spec_text)
    frame = pd.DataFrame(rows)[list(spec.columns)]
    snapshot = installation.warehouse.write_snapshot(
        frame, spec, source="a test", refused=NOTHING, report={}, parent=parent, created=now["is"]
    )
    with installation.store.transaction() as together:
        together.record_snapshot(snapshot)
    return snapshot


def other_card(spec_text) -> Scorecard:
    """Make a second version, which starts lower and makes more of the contract."""
    import json

    plain = json.loads(small_town.card(parse_spec(spec_text)).to_json())
    plain["intercept"] = -1.5
    plain["terms"][0]["scores"][1] = 1.75
    return Scorecard.from_json(json.dumps(plain))


def put(installation, spec_text, card):
    spec = parse_spec(spec_text)
    installation.shelf.put(card.version, card.to_json(), "no estimator")
    snapshot = installation.store.current_snapshot(spec.name)
    with installation.store.transaction() as together:
        together.record_version(
            version=card.version, spec_name=spec.name, spec_hash=spec.hash, snapshot=snapshot,
            state="challenger", scorecard_sha256=card.version, metrics={},
        )  # fmt: skip
    return card.version


def promote(installation, version):
    with installation.store.transaction() as together:
        together.promote(version, actor="u-9", began="sign-off", reason="better")


def test_with_one_model_the_months_explain_it_all(town, now):
    now["is"] = datetime(2026, 7, 20, tzinfo=UTC)
    installation = town(MONTHLY, TWO_MONTHS)
    card = installation.champion().scorecard
    found = movement.why(installation, MANAGER, "A1")
    assert (found.then, found.now, found.notes) == ("2026-07", "2026-08", [])
    assert found.movement.then.log_odds == card.score(A1).log_odds
    assert found.movement.now.log_odds == card.score(EIGHTH).log_odds
    assert found.movement.model == ()
    assert sum(part.change for part in found.movement.data) == found.movement.change
    assert {part.columns for part in found.movement.data} == {
        ("price",), ("offer", "tv"), ("tenure",), ("total",),
    }  # fmt: skip
    assert found.told[0].endswith("the model is the same.")
    assert "Monthly price (60 EUR, now 40 EUR) lowered it by" in " ".join(found.told)


def test_the_answer_is_on_record_before_it_is_given(town):
    installation = town(MONTHLY, TWO_MONTHS)
    found = movement.why(installation, MANAGER, "A1")
    (entry,) = installation.store.entries(None, None, 1)
    assert (entry.header.seq, entry.header.kind, entry.subject) == (found.stamp.entry, "movement", "A1")
    payload = entry.payload
    assert payload["data_change"] + payload["model_change"] == found.movement.change
    assert payload["then"]["input"]["price"] == 60.0 and payload["input"]["price"] == 40.0
    card = installation.champion().scorecard
    assert card.score(payload["then"]["input"]).log_odds == payload["then"]["log_odds"]


def test_a_model_signed_since_then_is_told_apart_from_the_data(town, now):
    now["is"] = datetime(2026, 7, 20, tzinfo=UTC)
    installation = town(MONTHLY, TWO_MONTHS)
    first = installation.champion().version
    now["is"] = datetime(2026, 8, 10, tzinfo=UTC)
    card = other_card(MONTHLY)
    promote(installation, put(installation, MONTHLY, card))
    found = movement.why(installation, MANAGER, "A1")
    assert (found.version_then, found.stamp.version) == (first, card.version)
    assert found.movement.now.log_odds == card.score(EIGHTH).log_odds
    assert {part.columns: part.change for part in found.movement.model} == {(): -0.5, ("contract",): 0.75}
    assert found.movement.data_change + found.movement.model_change == found.movement.change
    assert ": the customer's data " in found.told[0] and ", the new model raised it by " in found.told[0]


def test_a_draft_of_then_is_not_shown_to_those_who_see_no_drafts(town, now):
    now["is"] = datetime(2026, 7, 20, tzinfo=UTC)
    installation = town(MONTHLY, TWO_MONTHS)
    hidden = movement.why(installation, VIEWER, "A1")
    assert hidden.movement is None and "draft that nobody has signed off" in hidden.told[0]
    now["is"] = datetime(2026, 8, 10, tzinfo=UTC)
    version = put(installation, MONTHLY, other_card(MONTHLY))
    promote(installation, version)
    found = movement.why(installation, VIEWER, "A1")
    assert (found.version_then, found.movement.model) == (version, ())
    assert found.notes == [
        "The model of then was a draft that nobody had signed off, so today's model judges both times."
    ]


def test_where_no_model_answered_then_today_s_judges_both_and_says_so(town):
    installation = town(MONTHLY, TWO_MONTHS)
    found = movement.why(installation, MANAGER, "A1")
    assert found.movement.model == ()
    assert found.notes == ["No model answered on the data of July 2026, so today's model judges both times."]


@pytest.mark.parametrize("harm", ["withdrawn", "damaged"])
def test_a_version_that_may_not_be_used_any_more_is_replaced_by_today_s(town, now, harm):
    now["is"] = datetime(2026, 7, 20, tzinfo=UTC)
    installation = town(MONTHLY, TWO_MONTHS)
    first = installation.champion().version
    now["is"] = datetime(2026, 8, 10, tzinfo=UTC)
    card = other_card(MONTHLY)
    promote(installation, put(installation, MONTHLY, card))
    if harm == "withdrawn":
        installation.store.set_state(first, "withdrawn")
    else:
        path = installation.shelf.folder / first / "scorecard.json"
        path.write_text(path.read_text().replace("0.25", "0.75"))
        _forget_loaded()
    found = movement.why(installation, MANAGER, "A1")
    assert (found.version_then, found.movement.model) == (card.version, ())
    assert found.movement.then.log_odds == card.score(A1).log_odds
    assert found.notes[0].startswith(f"The model of then ({first[:8]}) ")
    assert found.notes[0].endswith("so today's model judges both times.")


def test_a_version_that_reads_columns_which_are_gone_is_replaced_by_today_s(town, now):
    import json

    now["is"] = datetime(2026, 7, 20, tzinfo=UTC)
    installation = town(MONTHLY, TWO_MONTHS)
    latest = installation.champion().version
    plain = json.loads(other_card(MONTHLY).to_json())
    plain["features"].append(small_town.numeric("gone", [1.0], [0, 2, 3], (0.0, 9.0)))
    promote(installation, put(installation, MONTHLY, Scorecard.from_json(json.dumps(plain))))
    now["is"] = datetime(2026, 8, 10, tzinfo=UTC)
    promote(installation, latest)
    found = movement.why(installation, MANAGER, "A1")
    assert (found.version_then, found.movement.model) == (latest, ())
    assert "reads columns that are gone, so today's model judges both times." in found.notes[0]


def _forget_loaded():
    from services import installation

    installation._scorecard.cache_clear()


def test_without_months_the_load_before_is_compared(town, now):
    installation = town(small_town.SPEC, small_town.ROWS)
    (told,) = movement.why(installation, MANAGER, "A1").told
    assert told.startswith("There is no earlier data to compare with: customers were loaded once")
    first = installation.store.current_snapshot("town")
    now["is"] = datetime(2026, 10, 3, tzinfo=UTC)
    load(installation, small_town.SPEC, [EIGHTH, *small_town.ROWS[1:]], now, first)
    found = movement.why(installation, MANAGER, "A1")
    assert (found.then, found.now) == ("the data loaded on 2026-09-03", "the data loaded on 2026-10-03")
    assert found.notes == [] and found.movement.model == ()
    assert found.movement.then.log_odds == installation.champion().scorecard.score(A1).log_odds
    unmoved = movement.why(installation, MANAGER, "A2")
    assert unmoved.movement.change == 0
    assert unmoved.told[0].endswith("nothing that the model reads has changed.")


def test_a_customer_added_later_is_said_to_be_new(town, now):
    everybody = small_town.ROWS
    installation = town(small_town.SPEC, everybody[1:])
    first = installation.store.current_snapshot("town")
    now["is"] = datetime(2026, 10, 3, tzinfo=UTC)
    load(installation, small_town.SPEC, everybody, now, first)
    found = movement.why(installation, MANAGER, "A1")
    assert (found.movement, found.steps) == (None, [])
    assert found.told == ["This customer was not there before, so there is no earlier data to compare with."]


def test_a_customer_whose_first_month_is_the_last_is_new_too(town):
    others = [row | {"month": "2026-07-01"} for row in small_town.ROWS[1:]]
    installation = town(MONTHLY, [*others, A1 | {"month": "2026-08-01"}])
    assert movement.why(installation, MANAGER, "A1").told[0].startswith("This customer was not there before")


def test_the_steps_lead_from_the_chance_of_then_to_that_of_now(town, now):
    now["is"] = datetime(2026, 7, 20, tzinfo=UTC)
    installation = town(MONTHLY, TWO_MONTHS)
    now["is"] = datetime(2026, 8, 10, tzinfo=UTC)
    promote(installation, put(installation, MONTHLY, other_card(MONTHLY)))
    found = movement.why(installation, MANAGER, "A1")
    way = found.movement.then.probability + sum(step.points for step in found.steps)
    assert way == pytest.approx(found.movement.now.probability, abs=1e-12)
    assert [step.cause for step in found.steps] == ["data"] * 4 + ["model"] * 2
    of_price = next(step for step in found.steps if step.label == "Monthly price")
    assert of_price.value == "60 EUR, now 40 EUR"
    assert found.steps[-1].label == "Starting point"


def test_steps_beyond_the_weightiest_are_summed_up_and_still_add_up(town, monkeypatch):
    monkeypatch.setattr(movement, "STEPS_SHOWN", 2)
    installation = town(MONTHLY, TWO_MONTHS)
    found = movement.why(installation, MANAGER, "A1")
    assert [(step.label, step.value) for step in found.steps[2:]] == [("Everything else", "2 more")]
    way = found.movement.then.probability + sum(step.points for step in found.steps)
    assert way == pytest.approx(found.movement.now.probability, abs=1e-12)


def test_a_score_that_is_not_firm_is_said_to_be_none(town):
    installation = town(MONTHLY, months(("2026-07-01", A1), ("2026-08-01", EIGHTH | {"price": 900.0})))
    assert movement.why(installation, MANAGER, "A1").notes[-1] == (
        "No firm score: far outside what the model has seen in Monthly price."
    )


def test_a_month_loaded_later_is_compared_with_the_model_of_its_time(town, now):
    installation = town(MONTHLY, months(("2026-07-01", A1)))
    first, version = installation.store.current_snapshot("town"), installation.champion().version
    now["is"] = datetime(2026, 10, 3, tzinfo=UTC)
    load(installation, MONTHLY, months(("2026-08-01", EIGHTH)), now, first)
    alone = movement.why(installation, MANAGER, "A1")
    load(installation, MONTHLY, TWO_MONTHS, now, first)
    together = movement.why(installation, MANAGER, "A1")
    for found in (alone, together):
        assert (found.then, found.version_then, found.notes) == ("2026-07", version, [])
        assert found.movement.then.log_odds == installation.champion().scorecard.score(A1).log_odds


def test_a_month_that_was_only_mended_is_no_earlier_one(town, now):
    installation = town(MONTHLY, months(("2026-07-01", A1)))
    parent = installation.store.current_snapshot("town")
    for price in (45.0, 40.0):
        now["is"] = datetime(2026, 10, int(price) - 37, tzinfo=UTC)
        parent = load(
            installation, MONTHLY, months(("2026-08-01", EIGHTH | {"price": price})), now, parent
        ).id
    found = movement.why(installation, MANAGER, "A1")
    assert found.then == "2026-07"
    assert {part.columns: part.before for part in found.movement.data}[("price",)] == (60.0,)


def test_an_earlier_month_can_be_asked_for(town):
    sixth = A1 | {"price": 90.0}
    installation = town(MONTHLY, months(("2026-06-01", sixth), *((r["month"], r) for r in TWO_MONTHS)))
    assert movement.why(installation, MANAGER, "A1").then == "2026-07"
    found = movement.why(installation, MANAGER, "A1", then="2026-06-01")
    assert found.then == "2026-06"
    assert found.movement.then.log_odds == installation.champion().scorecard.score(sixth).log_odds
    never = movement.why(installation, MANAGER, "A1", then="2020-01-01")
    assert never.movement is None
    assert never.told == ["There is no earlier data of 2020-01-01 of this customer to compare with."]


def test_a_stranger_and_somebody_without_a_role_get_no_answer(town):
    installation = town(MONTHLY, TWO_MONTHS)
    with pytest.raises(NoSuchCustomer, match="look the customer up"):
        movement.why(installation, MANAGER, "nobody")
    with pytest.raises(roles.NotPermitted):
        movement.why(installation, Actor("u-0", "Eve", "stranger"), "A1")
