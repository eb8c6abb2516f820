"""G4: one's own area, what it consumes, and data that go stale or have gaps."""

from datetime import date, datetime

import numpy as np
import pytest

from config.settings import Settings
from data.store import ActionRow, Subject
from services import own_area
from services.guidelines import g04
from services.guidelines.rules import judge
from services.guidelines.rules import load as rules
from services.installation import Installation
from services.roles import Actor
from tests.services.guidelines.evidence_town import judged
from tests.services.trial_town import ADA, MAX, NOON, VERA, customers, load, settle, settle_signed


@pytest.fixture
def town(tmp_path):
    return settle_signed(tmp_path)[0]


def test_fresh_and_whole_data_are_met(town):
    found, state = judged(town, "G4")
    assert (found.values["age_days"], found.values["complete_share"], state.state) == (0, 1.0, "met")


@pytest.mark.parametrize(
    ("day", "state"), [(datetime(2026, 4, 20), "at risk"), (datetime(2026, 6, 1), "not met")]
)
def test_data_that_go_stale_turn_it(town, day, state):
    town.store.clock = lambda: day.replace(tzinfo=NOON.tzinfo)
    found, judgement = judged(town, "G4")
    assert judgement.state == state
    assert "days old" in judgement.why and found.headline.startswith(
        f"Data {found.values['age_days']} days old"
    )


def test_gaps_in_the_data_are_a_risk_and_named(town):
    frame = customers()
    frame.loc[frame.index % 4 == 0, "price"] = np.nan
    load(town, frame)
    found, state = judged(town, "G4")
    assert state.state == "at risk" and "of the fields are filled in" in state.why
    [table] = found.tables
    assert (table.rows[0][0], table.rows[0][1]) == ("Monthly price", "74.9%")


def test_without_customers_it_is_not_measured(tmp_path):
    empty = Installation(Settings(var=tmp_path / "var", database_url=None))
    empty.store.migrate()
    found = g04.evidence(empty)
    assert judge(rules()["G4"], found, empty.settings).state == "not measured"


def test_who_chose_no_area_is_asked_to(town):
    found = g04.for_reader(town, ADA)
    assert found.headline == "Your own area: not chosen yet"
    assert found.lines[0].link == "/me"


def test_a_readers_area_is_counted_like_the_customers_in_it(town):
    own_area.choose_area(town, ADA, "area", "North")
    found = g04.for_reader(town, ADA)
    frame = customers()
    active = frame[(frame["area"] == "North") & (frame["left"] == "No")]
    assert found.values["customers"] == len(active)
    assert found.headline.startswith(f"Area: North: {len(active)} customers")
    assert found.values["revenue_at_risk"] > 0
    entry = town.store.entries(None, None, 1)[0]
    assert (entry.header.kind, entry.header.actor) == ("overview", ADA.id), "model figures are on record"
    predicted = next(line for line in found.lines if line.label == "Predicted churn")
    assert predicted.link == f"/log?entry={entry.header.seq}"


def test_who_may_not_see_a_draft_sees_facts_of_their_area_only(tmp_path):
    installation, _ = settle(tmp_path)
    own_area.choose_area(installation, VERA, "area", "North")
    found = g04.for_reader(installation, VERA)
    assert found.values["customers"] and found.values["revenue_at_risk"] is None
    assert any("draft" in line.note for line in found.lines)


def test_nobody_without_a_role_reads_it(town):
    from services.roles import NotPermitted

    with pytest.raises(NotPermitted):
        g04.for_reader(town, Actor("u-x", "X", "stranger"))


# --- what it consumes --------------------------------------------------------------------------------


def contact(town, name, keys, cost=10.0):
    """Put an action on record: each of these customers gets two steps, and one more is held out."""
    serving, day = town.store.serving_version("trials"), NOON.date()
    row = ActionRow(
        id=name, spec_name="trials", name=name, plan={"words": ["Call", "Discount"], "currency": "USD"},
        version=serving.version, snapshot=serving.snapshot, actor=MAX.id, actor_name=MAX.name, starts=day,
        ends=day, due=day, hold_out_share=0.1, created=NOON,
    )  # fmt: skip
    subjects = [Subject(key, False, "1 and 2", 0.0, 0.5, cost) for key in keys]
    town.store.record_action(row, [*subjects, Subject("K999", True, "1", 0.0, 0.5, cost)])


def consumed(found):
    return next(line for line in found.lines if line.label.startswith("Contacts"))


def test_what_the_area_got_is_counted_apart_from_the_rest(town):
    frame = customers()
    north, south = (list(frame.loc[frame["area"] == area, "key"][:30]) for area in ("North", "South"))
    contact(town, "A1", [*north, *south[:10]])
    contact(town, "A2", south[10:12])
    whole, _ = judged(town, "G4")
    assert [whole.values[name] for name in ("contacts", "offers", "spend")] == [42, 84, 420.0]
    own_area.choose_area(town, ADA, "area", "North")
    found = g04.for_reader(town, ADA)
    assert [found.values[name] for name in ("contacts", "offers", "spend")] == [30, 60, 300.0]
    assert consumed(found).text == "30 contacts, 60 offers, $300 spent"


def test_of_too_many_customers_of_actions_the_latest_are_looked_through(town, monkeypatch):
    keys = list(customers()["key"][:20])
    for name in ("A1", "A2", "A3"):
        contact(town, name, keys)
    monkeypatch.setattr(g04, "MOST_SUBJECTS", 40)
    own_area.choose_area(town, ADA, "area", "North")
    line = consumed(g04.for_reader(town, ADA))
    assert line.note.startswith("By the latest 2 actions.") and line.note.endswith("(40): 1 older.")


def test_the_age_of_monthly_data_counts_from_the_end_of_the_month():
    assert g04._end_of("2026-02-01") == date(2026, 2, 28)
    assert g04._end_of("2026-12-01") == date(2026, 12, 31)
    assert g04._end_of(None) is None
