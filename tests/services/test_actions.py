"""Actions from a scenario to their effect: who is in, who is held out, who collides, what came of it."""

import csv
import io
import math
import threading
from datetime import UTC, date, datetime, timedelta

import pytest

from data.store import EntryFilter, ExperimentRow
from models.holdout import wilson
from services import (
    action_effect,
    action_export,
    action_outcomes,
    action_subjects,
    actions,
    evidence,
    kept_scenarios,
    log,
    lookout,
    portfolio,
    scenario_page,
    scenarios,
)
from services.action_outcomes import OutcomesRefused
from services.actions import ActionRefused, Colliding, NoSuchAction
from services.roles import Actor, NotPermitted
from tests.models import scenario_town
from tests.services.scenario_town import load, settle

MIA = Actor("u-5", "Mia", "manager")
ROWS = 1600
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DEARER = {"column": "price", "operation": "multiply", "value": 0.9}
SECURED = {"column": "security", "operation": "set", "value": "Yes", "cost": 30.5}
RIVAL = {"column": "rival", "operation": "add", "value": 3}
ONLINE = {**SECURED, "who": {"levels": {"channel": ["Online"]}}}
IN_SHOPS = {**SECURED, "who": {"levels": {"channel": ["Shop"]}}}


@pytest.fixture
def town(tmp_path, monkeypatch):
    monkeypatch.setattr(portfolio, "_engines", type(portfolio._engines)())
    made = settle(tmp_path, rows=ROWS)
    made.store.clock = lambda: NOON
    return made


def begin(town, *steps, actor=MIA, name="Safer", **more):
    return actions.start(town, actor, {"steps": list(steps or (SECURED,))}, name=name, **more)


def read(download):
    return list(csv.DictReader(io.StringIO("".join(download.lines), newline="")))


def entries(town, kind):
    return town.store.entries(EntryFilter(kinds=(kind,)), None, 100)


def at(town, day):
    town.store.clock = lambda: datetime.combine(day, NOON.timetz())


def told(tmp_path, rows, head="customer,left,date", name="who left.csv"):
    path = tmp_path / name
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


# --- who, what, when ---------------------------------------------------------------------------------


def test_an_action_is_about_those_whom_its_lever_steps_change(town):
    answer = scenarios.answer(town, MIA, {"steps": [ONLINE]})
    made = begin(town, ONLINE, RIVAL)
    frame = scenario_town.customers(ROWS).set_index("key")
    subjects = list(town.store.subjects(made.id))
    assert len(subjects) == answer.steps[0].changed == made.contacted.customers + made.held.customers
    assert {frame.loc[one.key, "channel"] for one in subjects} == {"Online"}
    assert "Yes" not in {frame.loc[one.key, "security"] for one in subjects}
    assert made.plan["words"] == [answer.steps[0].text]
    assert made.plan["columns"] == ["security"]
    assert made.contacted.cost == pytest.approx(30.5 * made.contacted.customers)


def test_scores_are_frozen_as_they_are(town):
    made = begin(town)
    frame = scenario_town.customers(ROWS)
    chance = dict(zip(frame["key"], scenario_town.card().probability(frame), strict=True))
    price = dict(zip(frame["key"], frame["price"], strict=True))
    for one in town.store.subjects(made.id):
        assert one.chance == pytest.approx(chance[one.key], abs=1e-12)
        assert one.chance == pytest.approx(1 / (1 + math.exp(-one.log_odds)))
        worth = None if math.isnan(price[one.key]) else pytest.approx(12 * price[one.key])
        assert one.worth == worth
    on, champion = scenarios.allowed(town, MIA)
    assert (made.version, made.snapshot) == (champion.version, on.dataset.snapshot)


def test_who_is_held_out_is_drawn_again_alike_and_near_the_share(town):
    made = begin(town, hold_out_share=0.3)
    for one in town.store.subjects(made.id):
        assert one.is_held == action_subjects.is_held(made.id, one.key, 0.3)
    share = made.held.customers / (made.held.customers + made.contacted.customers)
    assert abs(share - 0.3) < 0.12
    assert made.hold_out_share == 0.3


def test_days_are_today_and_a_month_unless_given(town):
    made = begin(town)
    assert (made.starts, made.ends, made.due) == (date(2026, 3, 1), date(2026, 4, 1), date(2026, 4, 1))
    made = begin(town, DEARER, name="Later", starts=date(2026, 5, 31), ends=date(2026, 6, 2), leave_out=True)
    assert made.due == date(2026, 6, 30)
    assert made.plan["fits_horizon"]


def test_a_kept_scenario_goes_out_as_it_is_kept(town):
    kept = kept_scenarios.keep(town, MIA, {"steps": [ONLINE]}, "Online")
    made = actions.start(town, MIA, scenario_id=kept.id, name="From kept")
    assert made.scenario_id == kept.id
    assert made.plan["scenario"] == kept.scenario


def test_an_action_and_its_entry_are_one(town, monkeypatch):
    made = begin(town)
    [entry] = entries(town, "action")
    assert entry.subject == made.id
    assert entry.payload["held"] == made.held.customers
    assert log.one(town, MIA, entry.header.seq).text.startswith("Mia started the action Safer (")

    def full(*given, **named):
        raise OSError("the disk is full")

    monkeypatch.setattr(log, "record", full)
    with pytest.raises(OSError, match="full"):
        begin(town, name="Again", leave_out=True, starts=date(2027, 1, 1), ends=date(2027, 1, 5))
    assert len(town.store.actions()) == 1


@pytest.mark.parametrize(
    ("steps", "more", "words"),
    [
        ([RIVAL], {}, "assumptions are no part of an action"),
        ([], {}, "add a step that moves a lever"),
        ([SECURED], {"starts": date(2026, 2, 28)}, "Begin today or later"),
        ([SECURED], {"ends": date(2026, 2, 28)}, "before it begins"),
        ([SECURED], {"ends": date(2028, 3, 1)}, "365 are the most"),
        ([SECURED], {"hold_out_share": 0.0}, "give one of 0.01 to 0.5"),
        ([SECURED], {"hold_out_share": float("nan")}, "give one of 0.01 to 0.5"),
        ([SECURED], {"name": " "}, "Give a name"),
        ([{**SECURED, "coverage": 3}], {}, "Step 1: the share who get it"),
    ],
)
def test_what_cannot_be_an_action_is_refused_and_changes_nothing(town, steps, more, words):
    before = entries(town, "action")
    with pytest.raises(ValueError, match=words):
        actions.start(town, MIA, {"steps": steps}, **{"name": "Safer", **more})
    assert town.store.actions() == []
    assert entries(town, "action") == before


def test_nothing_goes_out_from_a_draft(town):
    town.store.set_state(town.store.versions()[0].version, "draft")
    with pytest.raises(ActionRefused, match="draft that nobody has signed"):
        begin(town)
    assert town.store.actions() == []


def test_who_may(town, analyst, viewer):
    with pytest.raises(NotPermitted):
        begin(town, actor=analyst)
    assert actions.planned(town, analyst, {"steps": [SECURED]}).contacted
    with pytest.raises(NotPermitted):
        actions.listing(town, viewer)
    with pytest.raises(NoSuchAction, match="flask action list"):
        actions.one(town, analyst, "none")


def test_what_an_action_could_find_is_told_before(town):
    found = actions.planned(town, MIA, {"steps": [SECURED, RIVAL]}, hold_out_share=0.25)
    made = begin(town, SECURED, RIVAL, hold_out_share=0.25)
    assert found.contacted + found.held == made.contacted.customers + made.held.customers
    assert found.detectable == pytest.approx(made.plan["detectable"])
    assert 0 < found.detectable < found.base
    assert len(found.words) == 1


# --- collisions --------------------------------------------------------------------------------------


def test_who_is_in_another_action_at_that_time_collides(town):
    first = begin(town, ONLINE, name="Online")
    with pytest.raises(Colliding, match=f"in the action {first.id}") as refused:
        begin(town)
    count = first.contacted.customers + first.held.customers
    assert [len(one.keys) for one in refused.value.collisions] == [count]
    [seen] = actions.planned(town, MIA, {"steps": [SECURED]}).collisions
    assert (seen.id, len(seen.keys)) == (first.id, count)
    second = begin(town, leave_out=True)
    assert second.plan["left_out"] == {first.id: count}
    taken = {one.key for one in town.store.subjects(first.id)}
    assert taken.isdisjoint(one.key for one in town.store.subjects(second.id))


def test_others_and_other_days_do_not_collide(town):
    begin(town, ONLINE, name="Online")
    begin(town, IN_SHOPS, name="Shops")
    begin(town, starts=date(2026, 4, 2), ends=date(2026, 4, 9), name="Later")


def test_an_action_called_off_leaves_its_customers_free(town):
    first = begin(town)
    with pytest.raises(ActionRefused, match="No reason"):
        actions.call_off(town, MIA, first.id, " ")
    off = actions.call_off(town, MIA, first.id, "Too dear.")
    assert action_effect.of(town, off).words == "Called off on 01 March 2026: Too dear."
    begin(town, name="Again")
    with pytest.raises(ActionRefused, match="called off before"):
        actions.call_off(town, MIA, first.id, "Once more.")
    with pytest.raises(ActionRefused, match="called off"):
        action_export.export(town, MIA, first.id)
    assert log.one(town, MIA, entries(town, "action")[1].header.seq).text == (
        f"Mia called off the action Safer ({first.id}), because: Too dear."
    )


def test_who_is_in_an_ab_comparison_is_not_acted_on(town):
    version = town.store.versions()[0].version
    row = ExperimentRow(
        "e1", "town", "ab", version, version, town.dataset().snapshot, {"channel": ["Online"]}, "", "", 0.5,
        NOON, NOON + timedelta(days=14), "u-1", "Max",
    )  # fmt: skip
    town.store.record_experiment(row)
    with pytest.raises(Colliding, match="in the A/B comparison e1"):
        begin(town)
    made = begin(town, leave_out=True)
    frame = scenario_town.customers(ROWS).set_index("key")
    assert "Online" not in {frame.loc[one.key, "channel"] for one in town.store.subjects(made.id)}
    begin(town, ONLINE, starts=date(2026, 3, 20), name="After it")


def test_of_two_who_begin_colliding_actions_at_once_one_wins(town):
    at_once, found = threading.Barrier(2), []

    def go(name):
        at_once.wait()
        try:
            found.append(begin(town, name=name))
        except Colliding as refused:
            found.append(refused)

    threads = [threading.Thread(target=go, args=(name,)) for name in ("One", "Other")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(one).__name__ for one in found) == ["ActionRow", "Colliding"]
    assert len(town.store.actions()) == len(entries(town, "action")) == 1


# --- the list ----------------------------------------------------------------------------------------


def test_the_list_holds_who_is_contacted_and_nobody_held_out(town, analyst):
    made = begin(town, SECURED, DEARER)
    found = action_export.export(town, analyst, made.id)
    rows = read(found)
    held = {one.key for one in town.store.subjects(made.id, is_held=True)}
    assert held
    assert len(rows) == found.rows == made.contacted.customers
    assert held.isdisjoint(row["customer"] for row in rows)
    for row in rows:
        assert (row["from"], row["until"]) == ("2026-03-01", "2026-04-01")
        assert row["notice"] == "Made to assist; a person decides."
        assert len(row["what"].split("; ")) == len(row["steps"].split(" and "))
    assert sum(float(row["cost"]) for row in rows) == pytest.approx(made.contacted.cost)
    entry = log.one(town, analyst, found.entry)
    assert entry.text == (
        f"Ada exported the list of the action Safer ({made.id}): {len(rows):,} customers to be contacted."
    )


def test_no_cell_of_the_list_is_read_as_a_formula(tmp_path):
    """S31."""
    frame = scenario_town.customers(80)
    frame["key"] = [f"={number}" for number in range(80)]
    town = settle(tmp_path, frame=frame)
    made = begin(town, name="=1+1")
    rows = read(action_export.export(town, MIA, made.id))
    cells = {cell for row in rows for cell in row.values()}
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_where_it_cannot_be_put_on_record_no_list_leaves(town, monkeypatch):
    made = begin(town)

    def full(*given, **named):
        raise OSError("the disk is full")

    monkeypatch.setattr(log, "record", full)
    with pytest.raises(OSError, match="full"):
        action_export.export(town, MIA, made.id)


# --- outcomes ----------------------------------------------------------------------------------------


def test_from_a_scenario_to_an_effect_worked_out_by_hand(town, tmp_path):
    """Every fifth of those contacted leaves, and every second of those held out."""
    made = begin(town, hold_out_share=0.3)
    arms = {is_held: list(town.store.subjects(made.id, is_held=is_held)) for is_held in (False, True)}
    left = {one.key for one in arms[False][::5]} | {one.key for one in arms[True][::2]}
    rows = [
        f"{one.key},{'yes' if one.key in left else 'no'},2026-04-01" for arm in arms.values() for one in arm
    ]
    at(town, date(2026, 4, 1))
    found = action_outcomes.load(town, MIA, told(tmp_path, rows))
    assert (found.fresh, found.refused, found.strangers) == (len(rows), 0, 0)
    row = town.store.action(made.id)
    assert action_effect.of(town, row).effect is None
    assert "due on 01 April 2026" in action_effect.of(town, row).words
    at(town, date(2026, 4, 2))
    seen = action_effect.of(town, row)
    n, m = len(arms[False]), len(arms[True])
    p, q = math.ceil(n / 5) / n, math.ceil(m / 2) / m
    assert seen.state == "measured"
    assert seen.effect.difference.value == pytest.approx(q - p)
    assert seen.effect.kept.value == pytest.approx((q - p) * n)
    low = (q - p) - math.hypot(q - wilson(q, m)[0], wilson(p, n)[1] - p)
    assert seen.effect.kept.low == pytest.approx(low * n)
    known = {arm: [one for one in arms[arm] if one.worth is not None] for arm in arms}
    lost = {arm: sum(one.worth for one in known[arm] if one.key in left) / len(known[arm]) for arm in arms}
    assert seen.effect.money.value == pytest.approx((lost[True] - lost[False]) * n)
    assert seen.effect.held.predicted == pytest.approx(sum(one.chance for one in arms[True]) / m)
    assert seen.words.startswith(f"Kept because of it: {(q - p) * n:,.0f} (")
    assert f"{p:.1%} left of those it was for, {q:.1%} of those held out." in seen.words


def whole(town, made, day="2026-04-01", left=lambda key: key.endswith("7")):
    return [f"{one.key},{'yes' if left(one.key) else 'no'},{day}" for one in town.store.subjects(made.id)]


def test_loading_a_file_again_changes_nothing(town, tmp_path):
    path = told(tmp_path, whole(town, begin(town)))
    at(town, date(2026, 4, 2))
    action_outcomes.load(town, MIA, path)
    before = town.store.actions(), entries(town, "outcomes")
    again = action_outcomes.load(town, MIA, path)
    assert (again.fresh, again.corrected, again.unchanged) == (0, 0, ROWS - _strangers(town))
    assert (town.store.actions(), entries(town, "outcomes")) == before


def _strangers(town):
    [row] = town.store.actions()
    return ROWS - row.contacted.customers - row.held.customers


def test_a_correction_replaces_and_is_on_record(town, tmp_path):
    made = begin(town)
    at(town, date(2026, 4, 2))
    action_outcomes.load(town, MIA, told(tmp_path, whole(town, made)))
    [key, *_] = [one.key for one in town.store.subjects(made.id) if one.key.endswith("7")]
    found = action_outcomes.load(town, MIA, told(tmp_path, [f"{key},no,2026-04-02"]))
    assert (found.fresh, found.corrected, found.actions) == (0, 1, (made.id,))
    assert town.store.action_outcomes(made.id)[key] is False
    latest = entries(town, "outcomes")[0]
    assert latest.payload["corrections"] == [[made.id, key, False, "2026-04-02"]]
    assert log.one(town, MIA, latest.header.seq).text == (
        "Mia loaded who left of actions from who left.csv: of 0 customers it is known now, of 1 customer it "
        "was corrected."
    )


def test_bad_rows_are_set_aside_with_their_reasons(town, tmp_path):
    good = whole(town, begin(town))
    bad = [",yes,2026-04-01", "c1,perhaps,2026-04-01", "c2,yes,April", "c3,no,2030-01-01"]
    at(town, date(2026, 4, 2))
    found = action_outcomes.load(town, MIA, told(tmp_path, good + bad))
    assert (found.rows, found.refused, found.fresh) == (len(good) + 4, 4, len(good))
    with found.quarantine.open(newline="", encoding="utf-8") as file:
        refused = list(csv.DictReader(file))
    assert [(row["column"], row["value"]) for row in refused] == [
        ("customer", ""), ("left", "perhaps"), ("date", "April"), ("date", "2030-01-01"),
    ]  # fmt: skip
    assert "write yes or no" in refused[1]["reason"]


def test_the_same_day_told_twice_with_different_outcomes_is_set_aside(town, tmp_path):
    good = whole(town, begin(town), left=lambda key: False)
    key = good[0].split(",")[0]
    at(town, date(2026, 4, 2))
    found = action_outcomes.load(town, MIA, told(tmp_path, [*good, good[1], f"{key},yes,2026-04-01"]))
    assert (found.refused, found.fresh) == (1, len(good))


@pytest.mark.parametrize(
    ("rows", "head", "words"),
    [
        (["c1,2026-04-01"], "customer,date", "has no column 'left'.*Name it with --left"),
        (["c1,maybe,2026-04-01"], "customer,left,date", "more than 5%"),
        (["x1,yes,2026-04-01"], "customer,left,date", "in an action"),
    ],
)
def test_a_file_that_cannot_be_used_changes_nothing(town, tmp_path, rows, head, words):
    begin(town)
    at(town, date(2026, 4, 2))
    with pytest.raises(OutcomesRefused, match=words):
        action_outcomes.load(town, MIA, told(tmp_path, rows, head))
    assert entries(town, "outcomes") == []


def test_columns_are_found_by_the_names_given(town, tmp_path):
    rows = whole(town, begin(town))
    at(town, date(2026, 4, 2))
    path = told(tmp_path, rows, "Kunde,weg,Tag")
    named = {"customer": "Kunde", "left": "weg", "date": "Tag"}
    assert action_outcomes.load(town, MIA, path, columns=named).fresh == len(rows)


def test_a_word_counts_for_the_days_it_tells_of(town, tmp_path):
    made = begin(town)
    [a, b, c, d, *_] = [one.key for one in town.store.subjects(made.id)]
    at(town, date(2026, 5, 9))
    rows = [f"{a},no,2026-03-15", f"{b},yes,2026-05-05", f"{c},yes,2026-02-20", f"{d},yes,2026-03-15"]
    found = action_outcomes.load(town, MIA, told(tmp_path, rows))
    known = town.store.action_outcomes(made.id)
    assert (known[a], known[b], known[c], known[d]) == (None, False, None, True)
    assert (found.fresh, found.early) == (2, 1)


def test_a_leave_told_again_later_does_not_take_back_the_earlier_one(town, tmp_path):
    made = begin(town)
    [key, *_] = [one.key for one in town.store.subjects(made.id)]
    at(town, date(2026, 5, 9))
    action_outcomes.load(town, MIA, told(tmp_path, [f"{key},yes,2026-03-15"]))
    found = action_outcomes.load(town, MIA, told(tmp_path, [f"{key},yes,2026-05-01"]))
    assert (found.corrected, town.store.action_outcomes(made.id)[key]) == (0, True)


def test_not_yet_before_nine_in_ten_are_known(town, tmp_path):
    made = begin(town)
    rows = whole(town, made)
    at(town, date(2026, 4, 2))
    action_outcomes.load(town, MIA, told(tmp_path, rows[: len(rows) // 2]))
    seen = action_effect.of(town, town.store.action(made.id))
    assert seen.state == "waiting"
    assert seen.words == (
        f"Not yet: outcomes of {len(rows) // 2} of {len(rows)} customers are known, due on 01 April 2026."
    )


def test_too_few_are_not_told(town, tmp_path):
    made = begin(town, {**SECURED, "who": {"first": 40}})
    at(town, date(2026, 4, 2))
    action_outcomes.load(town, MIA, told(tmp_path, whole(town, made)))
    seen = action_effect.of(town, town.store.action(made.id))
    assert (seen.state, seen.effect) == ("measured", None)
    assert seen.words.startswith("Too few to tell")
    assert evidence.of(town, "town", "security") is None


def test_customers_loaded_after_it_is_due_tell_who_left_where_no_file_did(town, tmp_path):
    made = begin(town)
    subjects = [one.key for one in town.store.subjects(made.id)]
    at(town, date(2026, 4, 2))
    action_outcomes.load(town, MIA, told(tmp_path, [f"{subjects[0]},yes,2026-03-30"]))
    frame = scenario_town.customers(ROWS)
    frame["left"] = ["Yes" if key in subjects[1:6] else "No" for key in frame["key"]]
    load(town, frame)
    lookout.look_after(town)
    known = town.store.action_outcomes(made.id)
    assert {key for key, left in known.items() if left} == set(subjects[:6])
    assert None not in known.values()
    entry = entries(town, "outcomes")[0]
    assert entry.payload["fresh"] == len(subjects) - 1
    assert action_outcomes.from_snapshots(town) == 0


# --- evidence, and what was saved --------------------------------------------------------------------


def measure(town, tmp_path, *steps, **more):
    made = begin(town, *(steps or (SECURED,)), hold_out_share=0.3, **more)
    held = {one.key for one in town.store.subjects(made.id, is_held=True)}
    at(town, made.due + timedelta(days=1))
    rows = whole(town, made, made.due.isoformat(), left=lambda key: key in held and key[-1] in "13579")
    action_outcomes.load(town, MIA, told(tmp_path, rows))
    return made


def test_a_lever_that_was_measured_alone_carries_its_evidence(town, tmp_path):
    before = scenarios.answer(town, MIA, {"steps": [SECURED]})
    assert any("no experiment has measured" in words for words in before.warnings)
    made = measure(town, tmp_path)
    found = evidence.of(town, "town", "security")
    assert (found.action, found.name) == (made.id, "Safer")
    after = scenarios.answer(town, MIA, {"steps": [SECURED, DEARER]})
    assert after.steps[0].is_measured
    assert not after.steps[1].is_measured
    [words] = [words for words in after.warnings if "measured in action" in words]
    assert words.endswith(f"measured in action Safer ({made.id}). {found.words}")
    assert sum("no experiment has measured" in words for words in after.warnings) == 1


def test_levers_moved_together_are_not_told_apart(town, tmp_path):
    measure(town, tmp_path, SECURED, DEARER)
    assert evidence.everything(town, "town") == {}


def test_what_measured_actions_saved_adds_up(town, tmp_path, viewer):
    assert action_effect.saved(town, viewer, "town") is None
    first = measure(town, tmp_path)
    second = measure(town, tmp_path, name="Again")
    one, other = (action_effect.of(town, town.store.action(row.id)).effect for row in (first, second))
    found = action_effect.saved(town, viewer, "town")
    assert found.actions == 2
    assert found.kept.value == pytest.approx(one.kept.value + other.kept.value)
    below = math.hypot(one.kept.value - one.kept.low, other.kept.value - other.kept.low)
    assert found.kept.low == pytest.approx(found.kept.value - below)
    assert found.money.value == pytest.approx(one.money.value + other.money.value)


def test_sliders_say_which_action_measured_a_lever(town, tmp_path, analyst):
    made = measure(town, tmp_path)
    shown = {one["column"]: one["evidence"] for one in scenario_page.start(town, analyst, None)["levers"]}
    assert shown["security"] == f"action Safer ({made.id})"
    assert shown["price"] == "predictive"
