"""One's own area: what its choosing lets a person read, and what becomes of it when customers move."""

from dataclasses import replace

import pandas as pd
import pytest

from config.dataset import parse_spec
from data.store import EntryFilter
from services import customers, log, log_export, log_view, lookout, own_area
from services.own_area import AreaRefused
from services.replay import replaying
from services.roles import SYSTEM, Actor, NotPermitted
from tests.services.small_town import ROWS, SPEC, settle_town

ADA = Actor("u-ada", "Ada", "analyst")
BEN = Actor("u-ben", "Ben", "analyst")
VIC = Actor("u-vic", "Vic", "viewer")
MIA = Actor("u-mia", "Mia", "manager")
KEYS = ("A1", "A2", "A3", "A4")


@pytest.fixture
def town(tmp_path):
    """Five customers, three of them in the north; Mia looked at each of the first four."""
    made = settle_town(tmp_path)
    for key in KEYS:
        customers.one(made, MIA, key)
    return made


def seen(town, actor, **query) -> list[str]:
    """Name whom the entries are about that a person reads, latest first, those of own doing left out."""
    found = log.page(town, actor, log_view.asked(query)).entries
    return [one.subject for one in found if one.actor != actor.id]


def load(town, rows) -> None:
    """Load other rows of the same spec, as a load does it."""
    spec = parse_spec(SPEC)
    nothing = pd.DataFrame({"row": [], "column": [], "value": [], "reason": []})
    snapshot = town.warehouse.write_snapshot(
        pd.DataFrame(rows)[list(spec.columns)], spec, source="a test", refused=nothing, report={},
        parent=None, created=town.store.clock(),
    )  # fmt: skip
    town.store.record_snapshot(snapshot)
    lookout.after_change(town)


def test_two_people_with_two_areas_read_two_parts_of_the_log(town):
    own_area.choose_area(town, ADA, "area", "North")
    own_area.choose_area(town, BEN, "contract", "One year")
    customers.one(town, MIA, "A1")
    assert seen(town, ADA) == ["A1", "A4", "A1"]
    assert seen(town, BEN) == ["A2"]
    assert own_area.own_area(town, ADA).label == "Area: North"
    assert own_area.customers_of(town, own_area.own_area(town, ADA)) == {"A1", "A4", "A5"}


def test_another_area_takes_the_entries_of_the_one_before_away(town):
    own_area.choose_area(town, ADA, "area", "North")
    own_area.choose_area(town, ADA, "area", "South")
    assert seen(town, ADA) == ["A2"]
    own_area.choose_area(town, ADA, None)
    assert seen(town, ADA) == [] and own_area.own_area(town, ADA) is None
    assert town.store.areas() == []


def test_a_customer_who_moves_is_read_by_whom_they_moved_to(town):
    own_area.choose_area(town, ADA, "area", "North")
    own_area.choose_area(town, BEN, "area", "South")
    load(town, [row | {"area": "South"} if row["key"] == "A1" else row for row in ROWS])
    assert seen(town, ADA) == ["A4"]
    assert seen(town, BEN) == ["A2", "A1"]


def test_every_way_to_an_entry_goes_by_one_rule(town):
    own_area.choose_area(town, ADA, "area", "North")
    mine = [one.seq for one in log.page(town, ADA).entries if one.subject in KEYS]
    others = [one.seq for one in log.page(town, MIA).entries if one.subject in ("A2", "A3")]
    both = EntryFilter(kinds=("prediction",))
    assert log.numbers(town, ADA, both) == mine[::-1]
    assert log.count(town, ADA, both) == len(mine) == 2
    exported = "".join(log_export.export(town, ADA, "jsonl", {"kind": "prediction"}).lines)
    assert [f'"entry": {seq},' in exported for seq in (*mine, *others)] == [True, True, False, False]
    assert replaying.replay(town, ADA, mine[0]).is_same
    for seq in others:
        for way in (log.one, replaying.replay):
            with pytest.raises(log.NoSuchEntry) as hidden:
                way(town, ADA, seq)
            with pytest.raises(log.NoSuchEntry) as missing:
                way(town, ADA, 9_999)
            assert str(hidden.value).replace(str(seq), "N") == str(missing.value).replace("9999", "N")


def test_a_viewer_reads_nothing_of_a_version_that_nobody_signed(town):
    own_area.choose_area(town, VIC, "area", "North")
    assert seen(town, VIC) == []
    version = town.in_use().version
    with town.store.transaction() as together:
        together.record_signature(
            version=version, person=MIA.id, name="Mia", role="manager", report_sha256="5", statement="Read."
        )
    assert seen(town, VIC) == ["A4", "A1"]


def test_answers_about_the_whole_area_are_read_and_accounts_called_like_a_customer_are_not(town):
    own_area.choose_area(town, ADA, "area", "North")
    snapshot = town.in_use().snapshot
    for levels in ({"area": ["North"]}, {"area": ["South"]}, {"area": ["North"], "contract": ["One year"]}):
        log.record(town, MIA, "overview", subject="tiles", snapshot=snapshot,
                   payload={"query": {"levels": levels, "period": None}})  # fmt: skip
    log.record(town, MIA, "account", subject="A1", snapshot=snapshot, payload={"change": "closed"})
    assert seen(town, ADA) == ["tiles", "A4", "A1"]


@pytest.mark.parametrize(
    ("column", "level", "why"),
    [
        ("area", "West", "Choose one of: North, South"),
        ("area", None, "Choose one of"),
        ("area", "", "Choose one of"),
        ("price", "60", "There is: Contract, Area"),
        ("key", "A1", "nothing to choose an area by"),
    ],
)
def test_what_is_no_area_is_refused_and_changes_nothing(town, column, level, why):
    with pytest.raises(AreaRefused, match=why):
        own_area.choose_area(town, ADA, column, level)
    assert town.store.areas() == []


def test_a_protected_group_is_nobodys_area(tmp_path):
    town = settle_town(tmp_path)
    spec = parse_spec(SPEC).model_copy(update={"protected": ("area",)})
    assert own_area._columns(spec) == ["contract"]
    assert [one.column for one in own_area.offered(town, VIC)] == ["contract", "area"]


def test_choosing_is_on_record_and_for_people_only(town):
    own_area.choose_area(town, ADA, "area", "North")
    own_area.choose_area(town, ADA, "area", "North")  # again: nothing to put on record
    own_area.choose_area(town, ADA, "area", "South")
    own_area.choose_area(town, ADA, None)
    told = [one.text for one in log.page(town, ADA, EntryFilter(kinds=("reader",))).entries]
    assert told == [
        "Ada has no area of their own any more; it was Area: South.",
        "Ada chose Area: South as their own area instead of Area: North.",
        "Ada chose Area: North as their own area.",
    ]
    for ask in (own_area.offered, lambda *who: own_area.choose_area(*who, "area", "North")):
        with pytest.raises(NotPermitted):
            ask(town, replace(ADA, role="nobody"))


def test_an_area_that_was_not_filled_to_its_end_is_filled_when_somebody_looks_after_it(town, monkeypatch):
    def stop(*asked):
        raise RuntimeError("the process ends here")

    monkeypatch.setattr(type(town.store), "fill_area", stop)
    with pytest.raises(RuntimeError):
        own_area.choose_area(town, ADA, "area", "North")
    monkeypatch.undo()
    assert own_area.own_area(town, ADA).as_of is None and seen(town, ADA) == []
    lookout.after_change(town)
    assert own_area.own_area(town, ADA).as_of == town.in_use().snapshot
    assert seen(town, ADA) == ["A4", "A1"]


def test_the_system_and_managers_read_everything_as_before(town):
    own_area.choose_area(town, MIA, "area", "North")
    assert seen(town, SYSTEM)[-4:] == ["A4", "A3", "A2", "A1"]
    assert {one.subject for one in log.page(town, MIA).entries} >= set(KEYS)
