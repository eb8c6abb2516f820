"""G5: headline figures beside an earlier period and as something tangible, read off the page itself."""

import dash
import numpy as np
import pandas as pd
import pytest

from config.tangible import parse_unit
from data.warehouse import earlier
from services import earlier_risk, notice_walk, overview, relatable
from services.guidelines import g05
from services.guidelines.rules import judge
from services.guidelines.rules import load as rules
from services.notice_walk import Shown
from services.overview import Filters
from services.roles import SYSTEM
from tests.services.trial_town import ADA, NOON, customers, load, settle_signed
from web.notice_walk import walker

SALARY = parse_unit("a sales rep's salary: 45,000")


def judged(installation):
    notice_walk.walk(installation)
    found = g05.evidence(installation)
    return found, judge(rules()["G5"], found, installation.settings)


def test_each_tile_shows_both(house):
    found, state = judged(house.installation)
    assert state.state == "met", state.why
    rows = found.tables[0].rows
    assert [row[0] for row in rows][:4] == ["Customers", "Churn rate", "Monthly revenue", "Revenue at risk"]
    assert all("the month before" in row[2] for row in rows)
    assert rows[1][3].startswith("1 in ") and rows[1][3].endswith(" people")


def test_tiles_that_lose_what_is_tangible_turn_it(house, monkeypatch):
    monkeypatch.setattr(relatable, "tangible", lambda *_: {})
    found, state = judged(house.installation)
    assert (found.values["relatable_share"], state.state) == (0.0, "not met")
    assert "Churn rate (nothing tangible)" in found.lines[0].note


def test_a_tile_that_loses_its_earlier_period_is_a_risk(house, monkeypatch):
    monkeypatch.setattr(earlier_risk, "before", lambda *_: None)
    found, state = judged(house.installation)
    assert (found.values["relatable_share"], state.state) == (0.75, "at risk")
    assert "Revenue at risk (no earlier period)" in found.lines[0].note


def test_data_of_one_date_loaded_once_have_no_earlier_period(house, tmp_path):
    installation, _ = settle_signed(tmp_path)
    with house.moved_to(installation):
        notice_walk.hand_in(installation, walker(house.app, dash.page_registry, installation))
        found, state = judged(installation)
        assert state.state == "not measured" and "loaded once" in state.why
        assert found.values["tangible_share"] == 1.0
        first = installation.dataset().snapshot
        installation.store.clock = lambda: NOON.replace(day=9)
        load(installation, customers(440), parent=first)
        found, state = judged(installation)
        assert state.state == "met", found.lines
        assert found.tables[0].rows[0][2].endswith("the load before (4 March 2026)")


def test_without_pages_it_is_not_measured(tmp_path):
    installation, _ = settle_signed(tmp_path)
    state = judge(rules()["G5"], g05.evidence(installation), installation.settings)
    assert state.state == "not measured"


# --- the month before --------------------------------------------------------------------------------


def then(installation):
    """Read the rows of the month before off the file, as the last month's customers are counted."""
    dataset = installation.dataset()
    spec, folder = dataset.spec, installation.warehouse.folder / "snapshots" / dataset.snapshot
    rows = pd.read_parquet(folder / "rows.parquet")
    months = sorted(rows[spec.period].unique())
    rows = rows[rows[spec.period] == months[-2]].reset_index(drop=True)
    return spec, rows, installation.champion().scorecard


@pytest.mark.parametrize("levels", [{}, {"contract": ("Month to month",)}])
def test_what_the_model_says_of_the_month_before_adds_up(house, levels):
    spec, rows, card = then(house.installation)
    found = overview.headline(house.installation, SYSTEM, Filters(levels))
    for column, wanted in levels.items():
        rows = rows[rows[column].isin(wanted)].reset_index(drop=True)
    chances = np.asarray(card.probability(rows))
    assert found.expected_leavers.before == pytest.approx(chances.sum())
    assert found.revenue_at_risk.before == pytest.approx((chances * rows[spec.revenue]).sum())
    assert found.before_called == "the month before"


def test_it_is_scored_once_and_made_again_where_it_is_gone(house, monkeypatch):
    installation = house.installation
    before = overview.headline(installation, SYSTEM, Filters()).expected_leavers.before
    calls = []
    real = earlier.rows
    monkeypatch.setattr(earlier, "rows", lambda *given: calls.append(1) or real(*given))
    overview.headline(installation, SYSTEM, Filters())
    assert calls == []
    for path in installation.warehouse._cubes.folder.glob("*-before.arrow"):
        path.unlink()
    assert overview.headline(installation, SYSTEM, Filters()).expected_leavers.before == before
    assert calls == [1]


def test_the_figure_of_before_is_on_record_with_that_of_now(house):
    found = overview.headline(house.installation, SYSTEM, Filters())
    payload = house.installation.store.entry(found.stamp.entry).payload
    assert payload["before"]["expected_leavers"] == found.expected_leavers.before


# --- in words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name", "amount"),
    [
        ("a sales rep's salary: 45,000", "a sales rep's salary", 45_000),
        ("a van : 1'200.50", "a van", 1200.5),
        ("a shop: 90000", "a shop", 90_000),
    ],
)
def test_a_unit_is_read(text, name, amount):
    unit = parse_unit(text)
    assert (unit.name, unit.amount) == (name, amount)


@pytest.mark.parametrize(
    "text", ["", "45,000", "a salary", "a salary: ", "a salary: 4,5", "a salary: 0", "a: 1"]
)
def test_what_is_no_unit_is_refused_with_the_way_to_write_one(text):
    with pytest.raises(ValueError, match="a sales rep's salary: 45,000"):
        parse_unit(text)


def test_money_is_compared_with_the_unit_over_a_year(tmp_path):
    installation, _ = settle_signed(tmp_path, tangible_unit="a sales rep's salary: 45,000")
    found = overview.headline(installation, ADA, Filters())
    times = 12 * found.revenue.now / 45_000
    assert found.tangible[relatable.REVENUE] == f"in a year {times:.1f} times a sales rep's salary"
    assert found.tangible[relatable.AT_RISK].startswith("1 in ")
    assert found.tangible[relatable.AT_RISK].endswith("a sales rep's salary")


@pytest.mark.parametrize(
    ("shown", "both"),
    [
        (Shown("Churn rate", "11%", "up 1 point", "1 in 9 customers"), True),
        (Shown("Churn rate", "11%", "", "1 in 9 customers"), False),
        (Shown("Churn rate", "11%", "up 1 point", "quite a lot"), False),
        (Shown("Revenue", "€1", "up", "in a year 3 times a sales rep's salary"), True),
        (Shown("A figure nobody declared", "7", "", ""), False),
    ],
)
def test_what_a_page_shows_is_held_against_both(shown, both):
    assert relatable.checked([shown], SALARY)[0].is_relatable is both
