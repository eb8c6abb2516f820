"""Lists of customers out of scenarios, read back: who gets what, who crosses the line."""

import csv
import io

import numpy as np
import pytest

from data.store import EntryFilter
from services import kept_scenarios, log, scenario_export, scenarios
from services.kept_scenarios import NoSuchScenario
from services.roles import Actor, NotPermitted
from services.scenario_export import export, export_kept
from tests.models import scenario_town
from tests.services.scenario_town import load, settle

MIA = Actor("u-5", "Mia", "manager")
DEARER = {"column": "price", "operation": "multiply", "value": 1.1, "coverage": 0.4}
SECURED = {"column": "security", "operation": "set", "value": "Yes", "cost": 30.5}
YEARLY = {"column": "contract", "operation": "move", "level": "Month", "value": "Year"}
RIVAL = {"column": "rival", "operation": "add", "value": 3}
HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", " =1+1", 'a"b,c', "Köln"]


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return settle(tmp_path_factory.mktemp("town"))


def read(download):
    return list(csv.DictReader(io.StringIO("".join(download.lines), newline="")))


def exports(installation):
    return installation.store.entries(EntryFilter(kinds=("export",)), None, 100)


def test_who_gets_what_adds_up_to_the_answer(town, analyst):
    steps = [DEARER, SECURED, YEARLY]
    answer = scenarios.answer(town, analyst, {"steps": steps})
    found = export(town, analyst, "steps", {"steps": steps})
    rows = read(found)
    assert len(rows) == found.rows == len({row["customer"] for row in rows})
    # a list says what the spec says of each, a lower price too; the answer counts that in what they pay
    costs = [step["cost"] for step in town.store.entry(answer.stamp.entry).payload["answer"]["steps"]]
    for place, step in enumerate(answer.steps, start=1):
        mine = [row for row in rows if str(place) in row["steps"].split(" and ")]
        assert len(mine) == step.changed
        assert sum(float(row[f"cost of step {place}"]) for row in mine) == pytest.approx(costs[place - 1])
        assert all(row[f"cost of step {place}"] == "" for row in rows if row not in mine)
    assert sum(float(row["cost"]) for row in rows) == pytest.approx(sum(costs))


def test_who_gets_a_step_is_who_the_step_is_for(town, analyst):
    step = {**SECURED, "who": {"levels": {"channel": ["Online"]}}}
    frame = scenario_town.customers().set_index("key")
    for row in read(export(town, analyst, "steps", {"steps": [step]})):
        customer = frame.loc[row["customer"]]
        assert customer["channel"] == "Online"
        assert customer["security"] != "Yes"
        assert (row["steps"], row["cost"]) == ("1", "30.5")


def test_nobody_gets_an_assumption(town, analyst):
    alone = export(town, analyst, "steps", {"steps": [SECURED]})
    with_rival = export(town, analyst, "steps", {"steps": [RIVAL, SECURED]})
    assert with_rival.rows == alone.rows
    for row in read(with_rival):
        assert (row["steps"], row["cost of step 2"]) == ("2", row["cost"])
        assert "cost of step 1" not in row
    assert export(town, analyst, "steps", {"steps": [RIVAL]}).rows == 0


def test_who_crosses_the_line_is_listed_with_chances_and_direction(town, analyst):
    answer = scenarios.answer(town, analyst, {"steps": [DEARER, RIVAL]})
    rows = read(export(town, analyst, "crossing", {"steps": [DEARER, RIVAL]}))
    onto = [row for row in rows if row["direction"] == "onto the list"]
    assert (len(onto), len(rows) - len(onto)) == (answer.joins, answer.leaves)
    frame = scenario_town.customers()
    before = dict(zip(frame["key"], scenario_town.card().probability(frame), strict=True))
    frame = frame.set_index("key")
    for row in rows:
        customer = frame.loc[row["customer"]]
        assert float(row["chance before"]) == pytest.approx(before[row["customer"]], abs=1e-6)
        assert (float(row["chance after"]) > answer.line - 1e-6) == (row["direction"] == "onto the list")
        assert row["Contract"] == (customer["contract"] or "")
        assert row["revenue a month"] == ("" if np.isnan(customer["price"]) else f"{customer['price']:.10g}")


def test_protected_columns_do_not_leave_with_the_list(town, analyst):
    [row, *_] = read(export(town, analyst, "crossing", {"steps": [RIVAL]}))
    assert "Gender" not in row and "gender" not in row
    assert "Contract" in row


def test_every_row_carries_model_data_and_notice(town, analyst):
    on, champion = scenarios.allowed(town, analyst)
    for row in read(export(town, analyst, "steps", {"steps": [SECURED]})):
        assert row["model version"] == champion.version[:12]
        assert on.dataset.snapshot in row["data"]
        assert row["notice"] == "Made to assist; a person decides."


def test_figures_of_a_draft_are_marked_in_every_row(tmp_path, analyst):
    town = settle(tmp_path, rows=60)
    town.store.set_state(town.store.versions()[0].version, "draft")
    rows = read(export(town, analyst, "steps", {"steps": [SECURED]}))
    assert {row["notice"] for row in rows} == {"Draft, not signed off. Made to assist; a person decides."}


def test_no_cell_is_read_as_a_formula(tmp_path, analyst):
    """S31."""
    frame = scenario_town.customers(20 * len(HOSTILE))
    frame["channel"] = HOSTILE * 20
    frame["key"] = [f"{text}{number}" for number, text in enumerate(frame["channel"])]
    town = settle(tmp_path, frame=frame)
    for what, step in (("steps", SECURED), ("crossing", RIVAL)):
        rows = read(export(town, analyst, what, {"steps": [step]}))
        assert rows
        cells = {cell for row in rows for cell in row.values()}
        assert not [cell for cell in cells if cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))]
        assert {row["customer"].removeprefix("'") for row in rows} <= set(frame["key"])
        assert any(row["customer"].startswith("'") for row in rows)


def test_it_is_on_record_before_the_first_byte(town, analyst):
    before = len(exports(town))
    found = export(town, analyst, "crossing", {"steps": [RIVAL]})
    [latest, *_] = exports(town)
    assert len(exports(town)) == before + 1
    assert latest.header.seq == found.entry
    assert (latest.payload["rows"], latest.payload["what"]) == (found.rows, "crossing")
    assert log.one(town, analyst, found.entry).text == (
        f"Ada exported a list of {found.rows} customers (who crosses the at-risk line)."
    )


def test_where_it_cannot_be_put_on_record_nothing_leaves(town, analyst, monkeypatch):
    def full(*given, **named):
        raise OSError("the disk is full")

    monkeypatch.setattr(log, "record", full)
    with pytest.raises(OSError, match="full"):
        export(town, analyst, "steps", {"steps": [SECURED]})


def test_a_long_list_comes_in_pieces(town, analyst, monkeypatch):
    monkeypatch.setattr(scenario_export, "CHUNK", 16)
    found = export(town, analyst, "steps", {"steps": [SECURED]})
    pieces = list(found.lines)
    assert len(pieces) == found.rows // 16 + 1
    assert max(piece.count("\r\n") for piece in pieces) <= 17
    whole = export(town, analyst, "steps", {"steps": [SECURED]})
    assert "".join(whole.lines) == "".join(pieces)


def test_who_may_not_gets_no_list(town, viewer):
    kept = kept_scenarios.keep(town, MIA, {"steps": [SECURED]}, "Security")
    before = len(exports(town))
    for ask in (
        lambda: export(town, viewer, "steps", {"steps": [SECURED]}),
        lambda: export_kept(town, viewer, "steps", kept.id),
        lambda: export_kept(town, viewer, "steps", kept.id, then=True),
    ):
        with pytest.raises(NotPermitted, match="may not export lists"):
            ask()
    assert len(exports(town)) == before


@pytest.mark.parametrize(
    ("what", "steps", "words"),
    [
        ("people", [SECURED], "no list 'people': choose steps or crossing"),
        ("steps", [{"column": "tenure", "operation": "set", "value": 1}], "Tenure is a fact"),
    ],
)
def test_what_cannot_be_is_refused_and_not_on_record(town, analyst, what, steps, words):
    before = len(exports(town))
    with pytest.raises(ValueError, match=words):
        export(town, analyst, what, {"steps": steps})
    assert len(exports(town)) == before


def test_a_scenario_that_moves_nothing_gives_a_header_alone(town, analyst):
    for what in ("steps", "crossing"):
        found = export(town, analyst, what, {"steps": []})
        assert found.rows == 0
        assert "".join(found.lines).startswith("customer,")
        assert read(export(town, analyst, what, {"steps": []})) == []


def test_a_kept_scenario_is_exported_then_or_now(tmp_path, analyst):
    town = settle(tmp_path, rows=100)
    kept = kept_scenarios.keep(town, MIA, {"steps": [SECURED]}, "Security")
    load(town, scenario_town.customers(150, seed=2))
    then, now = (export_kept(town, analyst, "steps", kept.id, then=one) for one in (True, False))
    assert then.name == now.name == f"scenario-{kept.id}-steps.csv"
    assert then.rows == kept.figures["steps"][0]["changed"]
    assert then.rows != now.rows
    assert all(kept.snapshot in row["data"] for row in read(then))
    assert not any(kept.snapshot in row["data"] for row in read(now))
    assert log.one(town, analyst, then.entry).text == (
        f"Ada exported a list of {then.rows} customers (who gets what) of the scenario Security ({kept.id})."
    )
    with pytest.raises(NoSuchScenario):
        export_kept(town, analyst, "steps", "zzzzzz")
