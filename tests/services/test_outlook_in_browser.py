"""The browser's answer while a slider moves against the server's once it rests: bits and words (S39)."""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import asdict
from pathlib import Path

import pytest

from services import what_if
from tests.services.small_town import settle_town

pytestmark = pytest.mark.browser

ASSETS = Path(__file__).resolve().parents[2] / "assets"
MOVES = 60
ASK = """
const { setting, card, moves } = arguments[0];
const { prepare, of } = window.keepsight.outlook;
const prepared = prepare(JSON.parse(card));
return moves.map((changes) => {
  const found = of(setting, prepared, changes);
  return { ...found, after: { ...found.after, log_odds: String(found.after.log_odds) } };
});
"""


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return settle_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def driver(chrome_options):
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    driver = webdriver.Chrome(options=chrome_options, service=Service(shutil.which("chromedriver")))
    driver.get("about:blank")
    for name in ("scorecard", "words", "familiarity", "outlook"):
        driver.execute_script((ASSETS / f"{name}.js").read_text(encoding="utf-8"))
    yield driver
    driver.quit()


def some_moves(setting, dice):
    """Move some of the controls somewhere; as likely not at all, or to an end of the slider."""
    changes = {}
    for one in setting.controls:
        if dice.random() < 0.4:
            continue
        if one.levels:
            new = dice.choice(one.levels)[0]
        else:
            ends = (one.minimum, one.maximum)
            new = dice.choice([*ends, round(dice.uniform(*ends), 1), round(dice.uniform(*ends), 1)])
        if new != one.value:
            changes[one.column] = new
    return changes


@pytest.mark.parametrize("key", ["A1", "A2", "A3", "A4"])
def test_the_browser_says_what_the_server_says(town, analyst, driver, key):
    setting = what_if.start(town, analyst, key)
    dice = random.Random(key)
    moves = [some_moves(setting, dice) for _ in range(MOVES)]
    given = {
        "setting": json.loads(json.dumps(what_if.plain_setting(setting))),
        "card": what_if.scorecard(town, analyst, town.champion().version),
        "moves": moves,
    }
    moved = 0
    for changes, ours in zip(moves, driver.execute_script(ASK, given), strict=True):
        answer = what_if.answer(town, analyst, key, changes, ours["after"]["log_odds"])
        assert answer.is_equal, changes
        moved += bool(answer.changes)
        theirs = what_if.plain(answer)
        for name in ("probability", "low", "high", "expected_loss", "revenue"):
            assert ours["after"][name] == pytest.approx(theirs["after"][name], abs=1e-9), name
        told = sorted(theirs["reasons"], key=lambda one: one["columns"])
        for one, other in zip(sorted(ours["reasons"], key=lambda one: one["columns"]), told, strict=True):
            for name in ("columns", "label", "value", "role"):
                assert one[name] == (list(other[name]) if name == "columns" else other[name])
            assert one["points"] == pytest.approx(other["points"], abs=1e-12)
        for name in ("sentence", "followed", "familiarity", "doubt", "warnings"):
            assert ours[name] == theirs[name], name
    assert moved > MOVES / 2


def test_numbers_and_units_are_written_alike(driver):
    from models.reasons import amount

    units = [None, "months", "EUR", "calls in 3 months", "%"]
    values = [0.0, -0.0, 1.0, -1.0, 2.5, 0.004, 1234.5, -1234567.891, 1e15, 99.999]
    columns = [
        {"unit": unit, "unit_of_one": amount(1.0, unit).removeprefix("1 ") if unit else None}
        for unit in units
    ]
    ours = driver.execute_script(
        "const [values, columns] = arguments; const { amount } = window.keepsight.words;"
        "return columns.map((column) => values.map((value) => amount(value, column)));",
        values, columns,
    )  # fmt: skip
    assert ours == [[amount(value, unit) for value in values] for unit in units]


def test_the_page_is_told_what_the_service_says(town, analyst):
    setting = what_if.start(town, analyst, "A1")
    given = what_if.plain_setting(setting)
    assert given["row"] == setting.row
    assert given["answer"] == what_if.plain(setting.answer)
    assert given["columns"]["contract"] == asdict(setting.columns["contract"])
    json.dumps(given, allow_nan=False)
