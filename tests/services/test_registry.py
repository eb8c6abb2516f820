"""The registry as people use it: what is known of a version, who served when, notes, planned days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.artifacts import ArtifactError
from services import log, registry, serving_days, signing
from services.registry import NotRecorded
from services.roles import SYSTEM, NotPermitted
from tests.services.trial_town import ADA, MAX, NOON, VERA, settle, settle_signed

TODAY = NOON.date()


@pytest.fixture
def town(tmp_path):
    return settle(tmp_path)


def at(installation, *moment):
    installation.store.clock = lambda: datetime(*moment, tzinfo=UTC)


def sign(installation, version):
    seen = signing.review(installation, MAX, version)
    signing.sign(installation, MAX, version, seen.report_sha256, "Read it all.", override="it is a test")


def told(installation):
    return [one.text for one in log.page(installation, SYSTEM).entries]


# --- who served when ---------------------------------------------------------------------------------


def test_what_was_champion_on_a_day_is_answered_for_every_day(town):
    installation, named = town
    near, base = named["near"], named["base"]
    at(installation, 2026, 3, 10, 9, 30)
    sign(installation, base)
    at(installation, 2026, 3, 12, 20, 0)
    sign(installation, near)
    at(installation, 2026, 3, 20, 8, 0)
    asked = {day: registry.champion_on(installation, MAX, date(2026, 3, day)) for day in range(1, 21)}
    assert [day for day in asked if asked[day].champions == ()] == list(range(1, 10))
    assert asked[10].champions == asked[11].champions == (base,)
    assert asked[12].champions == (base, near)
    assert asked[20].champions == (near,)
    assert asked[3].words == "On 3 March 2026 no version answered yet."
    assert asked[9].words == (
        f"On 9 March 2026 no version was champion, version {base[:8]} answered as a draft."
    )
    assert asked[12].words == (
        f"On 12 March 2026 version {base[:8]} was champion; then version {near[:8]} was champion from "
        "20:00 UTC on."
    )


def test_a_day_is_one_of_the_time_zone_in_the_settings(tmp_path):
    installation, named = settle(tmp_path, time_zone="Asia/Tokyo")
    at(installation, 2026, 3, 10, 16, 0)  # one in the morning of the 11th in Tokyo
    sign(installation, named["base"])
    assert registry.champion_on(installation, MAX, date(2026, 3, 10)).champions == ()
    assert registry.champion_on(installation, MAX, date(2026, 3, 11)).champions == (named["base"],)


def test_a_withdrawn_champion_leaves_days_without_one(town):
    installation, named = town
    at(installation, 2026, 3, 5)
    sign(installation, named["base"])
    at(installation, 2026, 3, 6)
    signing.withdraw(installation, MAX, named["base"], "unfair")
    at(installation, 2026, 3, 8)
    gone = registry.champion_on(installation, MAX, date(2026, 3, 7))
    assert (gone.champions, gone.words) == ((), "On 7 March 2026 no version answered.")


def test_a_day_to_come_has_no_answer_yet(town):
    installation, _ = town
    with pytest.raises(ValueError, match="still to come"):
        registry.champion_on(installation, MAX, TODAY + timedelta(days=1))
    assert registry.champion_on(installation, MAX, date(1, 1, 1)).champions == ()


moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 20), timezones=st.just(UTC))


@given(st.lists(moments, min_size=1, max_size=8), st.dates(date(2025, 12, 30), date(2026, 1, 25)))
def test_a_day_holds_exactly_the_versions_that_answered_at_some_moment_of_it(changes, day):
    changes = sorted(changes)
    history = [
        serving_days.Served(str(n), "champion", since, until, "sign-off", "Max", "")
        for n, (since, until) in enumerate(zip(changes, [*changes[1:], None], strict=True))
    ]
    found = serving_days.on_day(history, day, UTC).champions
    begin = datetime.combine(day, datetime.min.time(), UTC)
    probes = {begin, begin + timedelta(days=1, microseconds=-1), *changes}
    probes |= {moment - timedelta(microseconds=1) for moment in changes}
    seen = [
        one.version
        for one in history
        if any(
            moment.date() == day and one.since <= moment and (one.until is None or moment < one.until)
            for moment in probes
        )
    ]
    assert list(found) == seen


# --- one version -------------------------------------------------------------------------------------


def test_a_version_is_known_with_owner_data_files_and_signatures(town):
    installation, named = town
    sign(installation, named["base"])
    installation.store.record_report(named["near"], "0" * 64, {"golden.json": "1" * 64})
    known = registry.one(installation, MAX, named["base"][:8])
    assert (known.line.state, known.line.owner) == ("champion", MAX.id)
    assert known.artifacts["scorecard.json"] == named["base"]
    assert (known.data["source"], known.data["rows"]) == ("a test", 450)
    assert [one.statement for one in known.signatures] == ["Read it all."]
    assert known.report["quality"]
    other = registry.one(installation, MAX, named["near"])
    assert other.artifacts["golden.json"] == "1" * 64
    assert other.report == {} and "not on disk" in other.damage


def test_a_damaged_report_is_told_and_not_read(town):
    installation, named = town
    [file] = (installation.shelf.folder / named["base"]).glob("report-*.json")
    file.write_text("{}")
    known = registry.one(installation, MAX, named["base"])
    assert known.report == {} and "not the one recorded" in known.damage
    with pytest.raises(ArtifactError):
        installation.shelf.report(named["base"], known.report_sha256)


def test_viewers_see_nothing_of_the_registry(town):
    installation, named = town
    for ask in (
        lambda: registry.versions(installation, VERA),
        lambda: registry.one(installation, VERA, named["base"]),
        lambda: registry.history(installation, VERA),
        lambda: registry.champion_on(installation, VERA, TODAY),
        lambda: registry.note(installation, VERA, named["base"], "review", "fine"),
        lambda: registry.plan(installation, VERA, named["base"], None, None),
    ):
        with pytest.raises(NotPermitted):
            ask()


def test_a_version_that_is_none_is_named(town):
    with pytest.raises(LookupError, match="'flask model list' names"):
        registry.one(town[0], MAX, "1234567")


# --- notes -------------------------------------------------------------------------------------------


def test_a_review_a_problem_and_its_resolution_are_kept_and_told(town):
    installation, named = town
    version = named["base"]
    for kind, text in (
        ("review", "Fit for use."),
        ("problem", "Odd in the north."),
        ("resolution", "Mended."),
    ):
        registry.note(installation, ADA, version, kind, f"  {text} ")
    notes = registry.one(installation, MAX, version).notes
    assert [(one.kind, one.by, one.text) for one in notes] == [
        ("resolution", "Ada", "Mended."),
        ("problem", "Ada", "Odd in the north."),
        ("review", "Ada", "Fit for use."),
    ]
    assert told(installation)[:3] == [
        f"Ada noted what solved a problem of version {version[:8]}: Mended.",
        f"Ada noted a problem of version {version[:8]}: Odd in the north.",
        f"Ada reviewed version {version[:8]}: Fit for use.",
    ]


def test_a_problem_stays_open_until_one_resolution_answers_it(town):
    installation, named = town
    counted = []
    for kind in ("problem", "problem", "resolution", "review", "resolution", "problem"):
        registry.note(installation, ADA, named["base"], kind, "words")
        counted.append(registry.one(installation, MAX, named["base"]).open_problems)
    assert counted == [1, 2, 1, 1, 0, 1]


@pytest.mark.parametrize(
    ("kind", "text", "why"),
    [
        ("praise", "well done", "is no kind of note"),
        ("review", "  \n", "Write a sentence"),
        ("review", None, "Write a sentence"),
        ("problem", "x" * 2001, "at most 2000"),
        ("resolution", "mended", "note the problem first"),
    ],
)
def test_a_note_that_cannot_be_kept_changes_nothing(town, kind, text, why):
    installation, named = town
    before = installation.store.head()
    with pytest.raises(NotRecorded, match=why):
        registry.note(installation, ADA, named["base"], kind, text)
    assert registry.one(installation, MAX, named["base"]).notes == ()
    assert installation.store.head() == before


# --- planned days ------------------------------------------------------------------------------------


def days(number):
    return TODAY + timedelta(days=number)


def test_a_plan_is_kept_told_and_can_be_opened_again(town):
    installation, named = town
    made = registry.plan(installation, MAX, named["base"], date(2026, 6, 1), date(2027, 6, 1))
    assert (made.planned_withdrawal, made.planned_deletion) == (date(2026, 6, 1), date(2027, 6, 1))
    registry.plan(installation, MAX, named["base"], None, None)
    assert told(installation)[:2] == [
        f"Max left open when version {named['base'][:8]} is withdrawn and deleted.",
        f"Max planned that version {named['base'][:8]} is withdrawn on 1 June 2026 and deleted on "
        "1 June 2027.",
    ]


def test_the_same_plan_again_is_no_new_entry(town):
    installation, named = town
    registry.plan(installation, MAX, named["base"], days(3), None)
    head = installation.store.head()
    registry.plan(installation, MAX, named["base"], days(3), None)
    assert installation.store.head() == head


@pytest.mark.parametrize(
    ("withdrawal", "deletion", "why"),
    [
        (days(-1), None, "is past"),
        (days(1), days(-1), "is past"),
        (days(5), days(4), "before the withdrawal"),
        (None, days(4), "plan the withdrawal"),
    ],
)
def test_a_plan_that_makes_no_sense_changes_nothing(town, withdrawal, deletion, why):
    installation, named = town
    registry.plan(installation, MAX, named["base"], days(2), None)
    before = installation.store.head()
    with pytest.raises(NotRecorded, match=why):
        registry.plan(installation, MAX, named["base"], withdrawal, deletion)
    assert registry.one(installation, MAX, named["base"]).planned_withdrawal == days(2)
    assert installation.store.head() == before


def test_plans_are_made_by_who_may_withdraw(town):
    installation, named = town
    with pytest.raises(NotPermitted):
        registry.plan(installation, ADA, named["base"], days(1), None)


def test_of_a_withdrawn_version_only_the_deletion_is_planned(tmp_path):
    installation, named = settle_signed(tmp_path)
    signing.withdraw(installation, MAX, named["near"], "unfair")
    with pytest.raises(NotRecorded, match="is withdrawn already"):
        registry.plan(installation, MAX, named["near"], days(1), days(2))
    assert registry.plan(installation, MAX, named["near"], None, days(2)).planned_deletion == days(2)


def test_a_planned_day_that_has_come_is_told_and_nothing_happens_by_itself(town):
    installation, named = town
    registry.plan(installation, MAX, named["base"], date(2026, 3, 6), date(2026, 3, 8))
    assert registry.one(installation, MAX, named["base"]).line.due == ()
    at(installation, 2026, 3, 9)
    line = next(one for one in registry.versions(installation, MAX) if one.version == named["base"])
    assert [words.split(":")[0] for words in line.due] == [
        "It was to be withdrawn on 6 March 2026 and is not",
        "Its files were to be deleted on 8 March 2026 and are not",
    ]
    assert line.state == "draft"
    registry.plan(installation, MAX, named["base"], date(2026, 3, 6), date(2026, 4, 1))  # kept, though past
    signing.withdraw(installation, MAX, named["base"], "as planned")
    assert registry.one(installation, MAX, named["base"]).line.due == ()


@pytest.mark.parametrize("write", ["note", "plan"])
def test_what_is_written_and_its_entry_are_kept_together_or_not_at_all(town, monkeypatch, write):
    """S42."""
    installation, named = town
    head = installation.store.head()

    def fail(*given, **named_too):
        raise RuntimeError("the power went out")

    monkeypatch.setattr(registry.log, "record", fail)
    with pytest.raises(RuntimeError, match="power"):
        if write == "note":
            registry.note(installation, MAX, named["base"], "problem", "odd")
        else:
            registry.plan(installation, MAX, named["base"], days(1), None)
    known = registry.one(installation, MAX, named["base"])
    assert (known.notes, known.planned_withdrawal) == ((), None)
    assert installation.store.head() == head
