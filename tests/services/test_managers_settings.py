"""Settings that managers change at run time: effect first, on record, in force at the next answer."""

import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from config.managed import MANAGED, BadValue
from config.settings import Settings
from data.store import EntryFilter
from services import control, customers, held, holding, log, lookout, signing, what_if
from services import managers_settings as settings
from services.holding import HeldBack
from services.installation import Installation, one_answer
from services.managers_settings import MustWait, SettingChanged
from services.replay import replay
from services.roles import SYSTEM, Actor, NotPermitted
from tests.services.trial_town import ADA, EVENING, MAX, NOON, settle, settle_signed

ROOT = Path(__file__).resolve().parents[2]
WHY = "It is a test."
MIA = Actor("u-mia", "Mia", "administrator")


@pytest.fixture
def town(tmp_path):
    """Give an installation with a champion, on a Wednesday evening: nothing has to wait."""
    return settle_signed(tmp_path, EVENING)[0]


def change(installation, name, value, seen=0, actor=MAX, **more):
    return settings.change(installation, actor, name, value, WHY, seen_revision=seen, **more)


def line(installation, name):
    return settings.line(installation, ADA, name)


def last_entry(installation):
    [entry] = installation.store.entries(EntryFilter(kinds=("setting",)), None, 1)
    return entry


# --- in force ----------------------------------------------------------------------------------------


def test_as_set_up_until_somebody_changes_it(town):
    assert town.settings is town.set_up
    assert {one.name: one.value for one in settings.lines(town, ADA)} == {
        name: getattr(town.set_up, name) for name in MANAGED
    }


def test_a_change_holds_at_the_next_answer_and_what_it_was_set_up_with_stays_known(town):
    change(town, "at_risk_share", 0.12)
    assert town.settings.at_risk_share == 0.12
    found = line(town, "at_risk_share")
    assert (found.value, found.default, found.revision) == (0.12, 0.1, 1)
    assert (found.holds.actor_name, found.holds.reason) == ("Max", WHY)


def test_another_process_sees_it_at_its_next_answer(town):
    code = (
        "import sys; from pathlib import Path; from config.settings import Settings\n"
        "from services.installation import Installation\n"
        "here = Installation(Settings(var=Path(sys.argv[1]), database_url=None))\n"
        "for _ in sys.stdin: print(here.settings.value_months, flush=True)\n"
    )
    command = [sys.executable, "-c", code, str(town.set_up.var)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as other:

        def asked():
            other.stdin.write("now\n")
            return int(other.stdout.readline())

        assert asked() == 12
        change(town, "value_months", 24)
        assert asked() == 24
        settings.undo(town, MAX, "value_months", WHY, seen_revision=1)
        assert asked() == 12
        other.stdin.close()


def test_within_one_answer_settings_stay_of_one_mind_and_are_read_once(town, monkeypatch):
    other, reads = Installation(town.set_up), []
    last = other.store.last_setting
    monkeypatch.setattr(other.store, "last_setting", lambda: reads.append(1) or last())
    with one_answer():
        assert other.settings.value_months == 12
        change(town, "value_months", 24)
        assert other.settings.value_months == 12
        assert len(reads) == 1
    assert other.settings.value_months == 24
    assert len(reads) == 2


def test_who_changes_a_setting_within_an_answer_goes_by_it_at_once(town):
    with one_answer():
        assert town.settings.value_months == 12
        change(town, "value_months", 24)
        assert town.settings.value_months == 24


def test_before_there_are_tables_the_settings_are_those_set_up(tmp_path):
    fresh = Installation(Settings(var=tmp_path / "fresh", database_url=None))
    assert fresh.settings is fresh.set_up


@pytest.mark.parametrize("value", ['{"value": "many"}', '{"value": 7}', "{}", "none"])
def test_a_value_written_by_hand_that_cannot_be_is_not_taken(town, value):
    change(town, "at_risk_share", 0.2)
    with town.store.writing() as connection:
        connection.execute(text("UPDATE managers_settings SET value = :value"), {"value": value})
    assert Installation(town.set_up).settings.at_risk_share == 0.1


def test_nothing_but_what_managers_change_is_ever_taken_from_the_store(town):
    town.store.record_setting(
        name="env", value={"value": "development"}, reason=WHY, complaint=None, actor="x", actor_name="X",
        seen_revision=0,
    )  # fmt: skip
    production = Installation(town.set_up.model_copy(update={"env": "production"}))
    assert production.settings.env == "production"
    assert "env" not in {one.row.name for one in settings.history(town, ADA)}


def test_a_clock_that_goes_back_takes_no_change_back(town):
    """S51."""
    change(town, "value_months", 24)
    town.store.clock = lambda: EVENING - timedelta(hours=1)
    assert town.settings.value_months == 24


# --- who, what ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["viewer", "analyst"])
def test_others_see_what_is_in_force_and_change_nothing(town, role):
    actor = Actor("u-x", "X", role)
    assert settings.lines(town, actor) and settings.history(town, actor) == []
    for deed in (
        lambda: change(town, "at_risk_share", 0.2, actor=actor),
        lambda: settings.preview(town, actor, "at_risk_share", 0.2),
        lambda: settings.undo(town, actor, "at_risk_share", WHY, seen_revision=0),
    ):
        with pytest.raises(NotPermitted):
            deed()
    assert town.store.last_setting() == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("at_risk_share", 0), ("at_risk_share", 1), ("at_risk_share", "many"),
        ("at_risk_share", float("nan")), ("guard_psi", float("inf")),
        ("value_months", 0), ("value_months", 1.5), ("working_hours", "always"),
        ("time_zone", "Atlantis/Main"), ("contact", " "), ("contact", "a\nb"), ("contact", "x" * 201),
        ("hold_out_share", None), ("tangible_unit", "a salary"), ("tangible_unit", "a salary: 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_changes(town, name, value):
    with pytest.raises(BadValue):
        settings.preview(town, MAX, name, value)
    with pytest.raises(BadValue):
        change(town, name, value)
    assert (town.store.last_setting(), town.settings) == (0, town.set_up)


@pytest.mark.parametrize("name", ["secret_key", "database_url", "nothing"])
def test_only_what_is_on_the_list_can_be_changed(town, name):
    with pytest.raises(LookupError, match="at_risk_share"):
        change(town, name, "x")


def test_a_change_needs_a_reason_and_has_to_change_something(town):
    with pytest.raises(BadValue, match="why it is changed"):
        settings.change(town, MAX, "value_months", 24, " ", seen_revision=0)
    with pytest.raises(BadValue, match="already"):
        change(town, "value_months", 12)


def test_each_change_is_in_the_log_with_before_after_effect_and_complaint(town):
    change(town, "at_risk_share", "0.11", complaint="F-12")
    payload = last_entry(town).payload
    assert (payload["before"], payload["after"], payload["reason"]) == (0.1, 0.11, WHY)
    assert payload["complaint"] == "F-12"
    assert payload["effect"]["figures"]["joined"] == 4
    told = log.page(town, MAX, EntryFilter(kinds=("setting",))).entries[0].text
    assert told.startswith(
        "Max changed a setting. Length of the at-risk list: 10%, now 11%, because: It is a test. 4 customers "
        "join the list, 0 leave"
    )
    assert told.endswith("It answers a complaint: F-12.")


# --- two editors -------------------------------------------------------------------------------------


def test_the_second_of_two_editors_is_told_and_sees_the_difference(town):
    """S49."""
    change(town, "value_months", 24)
    with pytest.raises(SettingChanged, match=r"Max changed worth of a customer to 24 months .* asked for 36"):
        change(town, "value_months", 36, actor=MIA)
    assert town.settings.value_months == 24
    change(town, "value_months", 36, seen=1, actor=MIA)
    assert town.settings.value_months == 36


def test_an_undo_of_what_was_not_seen_is_refused_too(town):
    change(town, "value_months", 24)
    with pytest.raises(SettingChanged, match="Look again"):
        settings.undo(town, MIA, "value_months", WHY, seen_revision=0)
    assert town.settings.value_months == 24


def test_twenty_editors_at_once_lose_no_acknowledged_edit(town):
    """S49: each counts up by one; the value in the end is the number of edits that were kept."""
    kept, start = [], threading.Barrier(20)

    def edit():
        start.wait()
        for _ in range(3):
            now = line(town, "repair_hours")
            try:
                change(town, "repair_hours", now.value + 1, seen=now.revision)
                kept.append(1)
            except SettingChanged:
                continue

    threads = [threading.Thread(target=edit) for _ in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert kept
    assert line(town, "repair_hours").value == 24 + len(kept)
    assert town.store.count_entries(EntryFilter(kinds=("setting",))) == len(kept)
    assert town.store.verify().ok


# --- undo --------------------------------------------------------------------------------------------


def test_undo_brings_back_what_was_set_up_and_can_be_undone(town):
    change(town, "contact", "Ina, extension 12")
    row = settings.undo(town, MIA, "contact", "Wrong extension.", seen_revision=1)
    assert (town.settings.contact, row.undoes, row.revision) == (town.set_up.contact, 1, 2)
    settings.undo(town, MAX, "contact", "It was right.", seen_revision=2)
    assert town.settings.contact == "Ina, extension 12"
    found = settings.history(town, ADA, "contact")
    assert [(one.before, one.after, one.is_latest) for one in found] == [
        (town.set_up.contact, "Ina, extension 12", True),
        ("Ina, extension 12", town.set_up.contact, False),
        (town.set_up.contact, "Ina, extension 12", False),
    ]


def test_what_nobody_changed_cannot_be_undone(town):
    with pytest.raises(BadValue, match="as it was set up"):
        settings.undo(town, MAX, "contact", WHY, seen_revision=0)


# --- what waits --------------------------------------------------------------------------------------


@pytest.fixture
def noon(tmp_path):
    """Give the same within working hours."""
    return settle_signed(tmp_path, NOON)[0]


def test_a_small_change_of_the_list_holds_at_once_even_in_working_hours(noon):
    assert change(noon, "at_risk_share", 0.11).begins is None
    assert noon.settings.at_risk_share == 0.11


def test_a_change_that_replaces_much_of_the_list_waits_until_people_have_gone_home(noon):
    effect = settings.preview(noon, MAX, "at_risk_share", 0.2)
    assert "waits until 18:00 on 4 March (UTC)" in effect.words[-1]
    row = change(noon, "at_risk_share", 0.2)
    assert row.begins == datetime(2026, 3, 4, 18, 0, tzinfo=UTC)
    found = line(noon, "at_risk_share")
    assert (noon.settings.at_risk_share, found.value, found.waits) == (0.1, 0.1, row)
    assert last_entry(noon).payload["begins"] == "18:00 on 4 March (UTC)"
    noon.store.clock = lambda: EVENING
    assert noon.settings.at_risk_share == 0.2
    assert line(noon, "at_risk_share").waits is None


@pytest.mark.parametrize("state", ["off", "paused"])
def test_what_a_switch_hides_counts_as_drastic_so_that_it_does_not_come_back_changed(noon, state):
    """R42: the list behind the switch would be another one at the first answer after it."""
    control.throw(noon, MAX, "churn-model", state, WHY)
    effect = settings.preview(noon, MAX, "at_risk_share", 0.101)
    assert f"switched to {state}: how much of its list would change" in effect.words[0]
    assert change(noon, "at_risk_share", 0.101).begins == datetime(2026, 3, 4, 18, 0, tzinfo=UTC)


def test_what_waits_can_be_undone_and_never_holds_then(noon):
    change(noon, "at_risk_share", 0.2)
    settings.undo(noon, MAX, "at_risk_share", WHY, seen_revision=1)
    noon.store.clock = lambda: EVENING
    assert noon.settings.at_risk_share == 0.1


def test_a_change_made_while_one_waits_takes_its_place_and_goes_back_to_what_held(noon):
    change(noon, "at_risk_share", 0.2)
    change(noon, "at_risk_share", 0.11, seen=1)
    settings.undo(noon, MAX, "at_risk_share", WHY, seen_revision=2)
    noon.store.clock = lambda: EVENING
    assert noon.settings.at_risk_share == 0.1


def test_who_may_override_says_why_it_does_not_wait(noon):
    assert change(noon, "at_risk_share", 0.2, override="The phones are staffed today.").begins is None
    assert noon.settings.at_risk_share == 0.2
    assert last_entry(noon).payload["override"] == "The phones are staffed today."


def test_where_working_hours_never_end_it_needs_a_reason(tmp_path):
    installation, _ = settle_signed(tmp_path, NOON, working_hours="Mon-Sun 00:00-24:00")
    with pytest.raises(MustWait, match="say why it may not wait"):
        change(installation, "at_risk_share", 0.2)
    assert installation.store.last_setting() == 0


def test_going_back_never_waits(tmp_path):
    installation, _ = settle_signed(tmp_path, EVENING)
    change(installation, "at_risk_share", 0.2)
    installation.store.clock = lambda: NOON + timedelta(days=1)
    assert settings.undo(installation, MAX, "at_risk_share", WHY, seen_revision=1).begins is None
    assert installation.settings.at_risk_share == 0.1


def test_a_draft_is_on_nobodys_list_so_nothing_waits(tmp_path):
    installation, _ = settle(tmp_path, NOON)
    assert change(installation, "at_risk_share", 0.2).begins is None


# --- what it does ------------------------------------------------------------------------------------


def test_the_effect_of_the_lists_length_is_counted_on_the_customers_of_now(town):
    effect = settings.preview(town, MAX, "at_risk_share", 0.2)
    assert effect.words[0] == (
        "40 customers join the list, 0 leave: it has 80 of 400 active customers instead of 40."
    )
    change(town, "at_risk_share", 0.2)
    assert (
        settings.preview(town, MAX, "at_risk_share", 0.1).words[0].startswith("0 customers join the list, 40")
    )


def test_the_list_on_the_customers_page_follows(town):
    key = customers.page(town, MAX, customers.Filters(), stop=1).rows[0]["id"]
    lines = []
    for share, seen in ((0.1, None), (0.2, 0), (0.3, 1)):
        if seen is not None:
            change(town, "at_risk_share", share, seen=seen)
        lines.append(customers.one(town, MAX, key).score.threshold)
    assert lines[0] > lines[1] > lines[2]


def test_a_customers_worth_changes_the_expected_loss_by_as_much_in_the_list_too(town):
    before = customers.page(town, MAX, customers.Filters(), stop=3).rows
    effect = settings.preview(town, MAX, "value_months", 24)
    assert effect.figures["expected_loss_after"] == pytest.approx(2 * effect.figures["expected_loss_before"])
    change(town, "value_months", 24)
    after = customers.page(town, MAX, customers.Filters(), stop=3).rows
    assert [row["id"] for row in after] == [row["id"] for row in before]
    assert [row["expected_loss"] for row in after] == pytest.approx(
        [2 * row["expected_loss"] for row in before]
    )


def test_an_answer_of_before_replays_the_same_after_the_settings_changed(town):
    key = customers.page(town, MAX, customers.Filters(), stop=1).rows[0]["id"]
    customers.one(town, MAX, key)
    what_if.answer(town, MAX, key, {"contract": "One year"})
    last = town.store.head().seq
    change(town, "value_months", 24)
    change(town, "at_risk_share", 0.2)
    for seq in (last - 2, last - 1, last):
        assert replay(town, MAX, seq).is_same


def test_a_limit_tells_which_promotions_on_record_it_would_have_held(noon):
    named = {row.version: row for row in noon.store.versions("trials")}
    reversed_version = max(named, key=lambda one: _moved(noon, one))
    with pytest.raises(HeldBack):
        signing.sign(noon, MAX, reversed_version, named[reversed_version].report_sha256, "Read it.")
    effect = settings.preview(noon, MAX, "move_limit_points", 100)
    assert (effect.figures["over_before"], effect.figures["over_after"]) == (1, 0)


def _moved(installation, version):
    return holding.check(installation, version).moved_points


def test_limits_changed_at_run_time_hold_for_the_next_promotion(noon):
    rows = {row.version: row for row in noon.store.versions("trials")}
    drastic = max(rows, key=lambda one: _moved(noon, one))
    wide = {"move_limit_points": 100, "replaced_limit_share": 1, "guard_psi": 99, "guard_list_move": 99}
    for name, value in wide.items():
        change(noon, name, value)
    signing.sign(noon, MAX, drastic, rows[drastic].report_sha256, "Read it.")
    assert noon.store.serving_version("trials").version == drastic


def test_hours_changed_at_run_time_let_go_what_waits(noon):
    user = noon.store.add_user("Mia", "manager")
    rows = {row.version: row for row in noon.store.versions("trials")}
    drastic = max(rows, key=lambda one: _moved(noon, one))
    with pytest.raises(HeldBack):
        signing.sign(
            noon, Actor(user.id, user.name, user.role), drastic, rows[drastic].report_sha256, "Read it."
        )
    assert held.settle_due(noon) == []
    change(noon, "working_hours", "Mon-Fri 08:00-11:00")
    assert lookout.look_after(noon).settled[0].how == "passed"


@pytest.mark.parametrize("name", list(MANAGED))
def test_every_setting_says_what_it_would_do_and_can_be_changed_and_undone(town, name):
    now = getattr(town.settings, name)
    fixed = {"working_hours": "Mon-Sat 07:00-19:00", "time_zone": "Europe/Berlin", "count_usage": "no",
             "tangible_unit": "a car: 20,000"}  # fmt: skip
    other = fixed.get(name, "Ina" if isinstance(now, str) else now * 0.5 if isinstance(now, float) else 4)
    assert settings.preview(town, MAX, name, other).words
    change(town, name, other)
    assert getattr(town.settings, name) == other
    settings.undo(town, SYSTEM, name, WHY, seen_revision=1)
    assert getattr(town.settings, name) == now


def test_without_customers_every_setting_still_says_what_it_does(tmp_path):
    empty = Installation(Settings(var=tmp_path / "var", database_url=None))
    empty.store.migrate()
    for name in MANAGED:
        fixed = {"working_hours": "Mon 07:00-19:00", "time_zone": "Europe/Berlin", "count_usage": "no",
                 "tangible_unit": "a car: 20,000"}  # fmt: skip
        value = fixed.get(name, "Ina" if _is_text(name) else 0.3 if _is_share(name) else 3)
        assert settings.preview(empty, MAX, name, value).words


def _is_share(name):
    return MANAGED[name].unit == "share"


def _is_text(name):
    return MANAGED[name].unit == "text"


def fail(installation, times):
    """Let so many of 40 answers of the champion fail."""
    champion = installation.in_use().version
    for n in range(40):
        kind = "failure" if n < times else "prediction"
        log.record(installation, MAX, kind, subject=f"K{n}", version=champion, payload={"reason": "x"})


@pytest.mark.parametrize(
    ("name", "then"),
    [("guard_error_share", "it would be rolled back"), ("fail_safe_error_share", "it would go to fail-safe")],
)
def test_a_limit_of_failing_answers_is_held_against_those_of_the_champion(town, name, then):
    fail(town, 2)
    stays = "Of the champion's last 40 answers 2 failed: it stays."
    assert settings.preview(town, MAX, name, 0.2).words[-1] == stays
    assert f"2 failed, so {then}" in settings.preview(town, MAX, name, 0.04).words[-1]


@pytest.mark.parametrize(("name", "measured"), [("guard_psi", "psi"), ("guard_list_move", "list_move")])
def test_a_guard_is_held_against_what_was_measured_of_trials(town, name, measured):
    for value in (0.1, 0.3, 0.5):
        log.record(town, SYSTEM, "shadow", subject="e", version="v", payload={measured: value})
    effect = settings.preview(town, MAX, name, 0.4)
    assert effect.words[0] == (
        "Of 3 trials measured, shadows among them, 1 would be over it; by the limit of now 2."
    )
