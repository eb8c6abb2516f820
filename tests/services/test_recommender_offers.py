"""Offers for a customer: their order, their effect, and one as an action for this customer alone (R39)."""

from datetime import UTC, datetime

import pytest

from data.store import EntryFilter
from models import derivation
from services import actions, control, log, portfolio, training
from services.actions import ActionRefused
from services.customers import NoSuchCustomer
from services.recommender import answers, offers
from services.roles import Actor, NotPermitted
from tests.models import scenario_town
from tests.services.offer_town import ITEMS, furnish
from tests.services.scenario_town import load, settle

MIA = Actor("u-5", "Mia", "manager")
MAX = Actor("u-9", "Max", "administrator")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FRAME = scenario_town.customers(400).set_index("key", drop=False)


def first(**values):
    """Find a customer whose values are all known and as given."""
    found = FRAME.dropna(subset=FRAME.columns.drop("left"))
    found = found[(found["price"] > 40) & (found["price"] < 90) & (found["contact"] < 6)]
    for column, value in values.items():
        found = found[found[column] == value]
    return found.index[0]


MONTHLY = first(contract="Month", security="No", internet="Yes")
YEARLY = first(contract="Year", internet="No", security="None here")


@pytest.fixture
def town(tmp_path, monkeypatch):
    monkeypatch.setattr(portfolio, "_engines", type(portfolio._engines)())
    made = settle(tmp_path, rows=400)
    made.store.clock = lambda: NOON
    return made


def shown(town, key, actor=MIA):
    found = offers.for_customer(town, actor, key)
    return found, {one.title: one for one in found.offers}


def entries(town, kind):
    return town.store.entries(EntryFilter(kinds=(kind,)), None, 100)


# --- which, in which order, and why ------------------------------------------------------------------


def test_what_goes_with_the_customers_choices_comes_first_with_its_reason(town):
    furnish(town, {MONTHLY: ["T-1"]})
    found, by = shown(town, MONTHLY)
    assert found.offers[0].title == "Year"
    # 41 chose anything; of the 21 who chose Alien 15 took Year, which 20 of 41 took
    assert by["Year"].because.startswith("15 of 21 people who chose Alien also chose Year, 1.5 times more")
    assert "1.5 times more than chance (1.0 to 1.8)" in by["Year"].because
    assert by["Year"].likely  # the range begins at 1.02
    assert not by["Discount"].likely  # 2 of 21, where 2 of 41 took it: chance might bring that
    assert not by["Calls"].likely
    assert by["Calls"].because == "Nobody took it yet"
    assert "what goes with the 1 choice of this customer" in found.basis


def test_what_goes_with_the_choices_is_before_what_is_popular(town):
    furnish(town, {MONTHLY: ["T-2"]})
    assert [one.title for one in shown(town, MONTHLY)[0].offers][:2] == ["Two years", "Year"]
    town.store.undo_choice("town", f"customer:{MONTHLY}", "T-2", key="k1", actor="u-5")
    assert [one.title for one in shown(town, MONTHLY)[0].offers][:2] == ["Year", "Two years"]


def test_the_reason_is_the_choice_that_says_most(town):
    furnish(town, {MONTHLY: ["T-1", "T-2"]})
    by = shown(town, MONTHLY)[1]
    assert "who chose Alien also chose Year" in by["Year"].because
    assert "who chose Planet Earth also chose Two years" in by["Two years"].because


def test_who_chose_nothing_gets_what_most_took_and_is_told_so(town):
    furnish(town)
    found, by = shown(town, MONTHLY)
    assert "has chosen nothing yet" in found.basis
    assert found.offers[0].title == "Year"
    assert by["Year"].because == "20 of 40 people who chose anything took it"
    assert not any(one.likely for one in found.offers)


def test_what_changes_nothing_comes_last_with_why(town):
    furnish(town, {YEARLY: ["T-1"]})
    found, by = shown(town, YEARLY)
    idle = [one.title for one in found.offers if one.is_idle]
    assert idle and [one.title for one in found.offers][-len(idle) :] == idle
    assert "Year" in idle
    assert by["Year"].why == "Nothing changes: the contract is Year already."
    assert (by["Year"].effect, by["Year"].step, by["Year"].moves) == (None, None, "")
    assert by["Security"].why == "This cannot be: Without internet there is no security."


def test_what_was_taken_already_comes_last(town):
    furnish(town, {MONTHLY: ["T-1", "O-3"]})
    by = shown(town, MONTHLY)[1]
    assert by["Year"].is_idle and by["Year"].why == "Taken already, on 15 January 2026."
    assert by["Year"].effect is None and not by["Year"].likely


def test_hidden_offers_are_left_out(town):
    furnish(town)
    town.store.hide("town", f"customer:{MONTHLY}", "item", "O-3")
    town.store.hide("town", f"customer:{MONTHLY}", "category", "Support")
    assert set(shown(town, MONTHLY)[1]) == {"Discount", "Two years", "Stamps"}


def test_a_new_choice_counts_at_once(town):
    furnish(town)
    assert "chosen nothing" in shown(town, MONTHLY)[0].basis
    town.store.record_choice(
        "town", f"customer:{MONTHLY}", "T-1", key="k1", moment=NOON, source="person", actor="u-5"
    )
    assert shown(town, MONTHLY)[0].offers[0].because.startswith("15 of 21 people who chose Alien")


# --- what it would do --------------------------------------------------------------------------------


def test_the_effect_is_the_scorecards_to_the_last_bit(town):
    furnish(town)
    effect = shown(town, MONTHLY)[1]["Year"].effect
    card, row = scenario_town.card(), FRAME.loc[MONTHLY].to_dict()
    after = card.score(derivation.move(row, {"contract": "Year"}, scenario_town.SPEC))
    before = card.score(row)
    assert effect.before == before.probability
    assert (effect.after, effect.low, effect.high) == (after.probability, after.low, after.high)
    assert effect.after < effect.before
    assert effect.saved == pytest.approx((before.probability - after.probability) * 12 * row["price"])


def test_cost_is_summed_up_over_the_months_of_a_worth(town):
    furnish(town)
    by = shown(town, MONTHLY)[1]
    assert (by["Year"].cost, by["Year"].unit, by["Year"].cost_in_all) == (10.0, "EUR per month", 120.0)
    assert by["Security"].cost_in_all == 10.0
    assert by["Calls"].cost_in_all is None and by["Calls"].net is None
    assert by["Year"].net == pytest.approx(by["Year"].effect.saved - 120)


@pytest.mark.parametrize(
    ("title", "why"),
    [
        ("Two years", "the model has seen nobody there"),
        ("Stamps", "It moves no lever of these data"),
    ],
)
def test_where_the_model_cannot_say_no_effect_is_claimed(town, title, why):
    furnish(town)
    one = shown(town, MONTHLY)[1][title]
    assert why in one.why
    assert (one.effect, one.step) == (None, None)


def test_a_change_ends_where_the_range_does(town):
    key = FRAME.index[(FRAME["price"] > 12) & (FRAME["price"] < 18)][0]
    furnish(town)
    assert shown(town, key)[1]["Discount"].moves.endswith(" to 10 EUR")


def test_what_is_not_known_of_a_customer_is_said(town):
    key = FRAME.index[FRAME["contract"].isna()][0]
    furnish(town)
    assert "since the contract of this customer is not known" in shown(town, key)[1]["Year"].why


def test_without_a_firm_score_no_effect_is_told(town):
    frame = scenario_town.customers(400)
    frame.loc[frame["key"] == MONTHLY, "contact"] = 9_000.0
    load(town, frame)
    version = town.store.versions()[0].version
    training.score_customers(town, scenario_town.SPEC, town.dataset().snapshot, version, scenario_town.card())
    furnish(town)
    assert "not firm" in shown(town, MONTHLY)[1]["Year"].why


def test_of_a_draft_the_figures_carry_its_state_and_none_goes_out(town, analyst):
    furnish(town)
    town.store.set_state(town.store.versions()[0].version, "draft")
    found, by = shown(town, MONTHLY, analyst)
    assert found.stamp.is_draft and by["Year"].effect is not None
    assert "draft that nobody has signed" in found.hindered
    with pytest.raises(ActionRefused, match="draft that nobody has signed"):
        offers.make_action(town, MIA, MONTHLY, "O-3")


def test_where_no_model_answers_the_order_stands_and_no_effect(town):
    furnish(town, {MONTHLY: ["T-1"]})
    town.store.set_state(town.store.versions()[0].version, "challenger")
    found, by = shown(town, MONTHLY)
    assert found.offers[0].title == "Year" and found.stamp.version is None
    assert by["Year"].effect is None and by["Year"].why.startswith("No effect is told.")


@pytest.mark.parametrize("state", ["paused", "off"])
def test_while_the_model_is_switched_off_no_effect_is_told_and_none_goes_out(town, state):
    furnish(town, {MONTHLY: ["T-1"]})
    control.throw(town, MAX, "churn-model", state, "It is a test.")
    found, by = shown(town, MONTHLY)
    assert found.offers[0].title == "Year" and by["Year"].because.startswith("15 of 21 people")
    assert not [one for one in found.offers if one.effect is not None or one.step is not None]
    assert entries(town, "recommendation")[0].header.version is None
    with pytest.raises(ActionRefused, match="Year cannot be made an action"):
        offers.make_action(town, MIA, MONTHLY, "O-3")


# --- on record ---------------------------------------------------------------------------------------


def test_what_stands_on_the_page_is_on_record(town):
    furnish(town, {MONTHLY: ["T-1"]})
    found, by = shown(town, MONTHLY)
    [entry] = entries(town, "recommendation")
    assert (entry.header.seq, entry.subject) == (found.stamp.entry, MONTHLY)
    told = {one["title"]: one for one in entry.payload["offers"]}
    assert list(told) == [one.title for one in found.offers]
    assert told["Year"]["because"] == by["Year"].because
    assert told["Year"]["after"] == by["Year"].effect.after
    assert told["Year"]["range"] == [by["Year"].effect.low, by["Year"].effect.high]
    assert entry.payload["event"] == town.store.catalogue_mark("town")[1]
    text = log.one(town, MIA, entry.header.seq).text
    assert text.startswith(f"Mia looked at the offers for customer {MONTHLY}; of {len(told)}, Year")


def test_what_cannot_be_put_on_record_is_not_told(town, monkeypatch):
    furnish(town)

    def full(*given, **named):
        raise OSError("the disk is full")

    monkeypatch.setattr(log, "record", full)
    with pytest.raises(OSError, match="full"):
        shown(town, MONTHLY)


def test_data_without_offers_say_so_in_a_line(town):
    assert "no offers for these data" in offers.for_customer(town, MIA, MONTHLY).nothing
    town.store.put_catalogue("town", ["Space"], ITEMS[:1])
    found = offers.for_customer(town, MIA, MONTHLY)
    assert "no offers for these data" in found.nothing and found.offers == ()
    assert entries(town, "recommendation") == []


def test_who_may(town, viewer):
    furnish(town)
    with pytest.raises(NotPermitted):
        offers.for_customer(town, viewer, MONTHLY)
    with pytest.raises(NoSuchCustomer):
        offers.for_customer(town, MIA, "nobody")
    assert entries(town, "recommendation") == []


# --- one click makes it an action --------------------------------------------------------------------


def test_one_becomes_an_action_as_it_was_told(town):
    furnish(town)
    effect = shown(town, MONTHLY)[1]["Year"].effect
    name, plan = offers.plan_action(town, MIA, MONTHLY, "O-3")
    assert name == f"Year for {MONTHLY}"
    assert (plan.contacted, plan.held, plan.cost) == (1, 0, 120.0)
    made = offers.make_action(town, MIA, MONTHLY, "O-3")
    assert made.is_single and made.name == name and made.plan["words"] == list(plan.words)
    [subject] = town.store.subjects(made.id)
    assert (subject.key, subject.cost) == (MONTHLY, 120.0)
    assert subject.chance == pytest.approx(effect.before, abs=1e-12)
    assert len(entries(town, "action")) == 1


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("O-4", "Two years cannot be made an action. No effect is told"),
        ("O-6", "Stamps cannot be made an action. It moves no lever"),
        ("O-9", "no offer 'O-9' any more"),
        ("T-1", "no offer 'T-1' any more"),
    ],
)
def test_only_an_offer_that_the_model_speaks_for_becomes_one(town, item, words):
    furnish(town)
    with pytest.raises(ActionRefused, match=words):
        offers.make_action(town, MIA, MONTHLY, item)
    assert town.store.actions() == []


def test_a_second_one_for_the_same_customer_is_refused(town):
    furnish(town)
    made = offers.make_action(town, MIA, MONTHLY, "O-3")
    assert [one.id for one in offers.plan_action(town, MIA, MONTHLY, "O-3")[1].collisions] == [made.id]
    with pytest.raises(ActionRefused, match=f"is in the action {made.id} at that time"):
        offers.make_action(town, MIA, MONTHLY, "O-3")
    assert [one.id for one in actions.listing(town, MIA)] == [made.id]


def test_only_who_may_start_actions_makes_one(town, analyst):
    furnish(town)
    assert not offers.for_customer(town, analyst, MONTHLY).may_act
    with pytest.raises(NotPermitted):
        offers.make_action(town, analyst, MONTHLY, "O-3")


def test_offers_are_in_nobodys_own_list_and_it_is_said_why(town):
    """They are items of the same catalogue, but what they are for is a customer at risk."""
    furnish(town)
    of_offers = {item.id for item in ITEMS if item.offer is not None}
    begun = answers.start(town, MIA)
    assert {one.item for one in begun.popular} == {"T-1", "T-2"}
    listed = answers.recommend(town, MIA, "T-1")
    assert not {one.item for one in (*listed.items, *listed.popular)} & of_offers
    assert "is an offer: offers are proposed to customers" in answers.why_not(town, MIA, "T-1", "O-3")
    assert not {one.item for one in answers.search(town, MIA, "")} & of_offers
    assert "O-1" in [one.item for one in answers.search(town, MIA, "Discount")]
