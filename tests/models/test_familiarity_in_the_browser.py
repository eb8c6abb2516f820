"""Familiarity in the browser against Python: the same grade and the same words for every row, in Chromium."""

from __future__ import annotations

import json
import math
import random
import shutil
from pathlib import Path

import pytest

from config.dataset import parse_spec
from models.familiarity import familiarity
from models.reasons import amount, value_in_words
from models.scorecard import Scorecard
from tests.models.conftest import LEVELS
from tests.models.test_scorecard_in_the_browser import HARNESS, packed

pytestmark = pytest.mark.browser

ASSETS = Path(__file__).resolve().parents[2] / "assets"
ROWS = 4_000

SPEC = """
name: shapes
title: Shapes
id: key
outcome: {column: left, positive: "Yes"}
features:
  - {column: x, label: Calls made, kind: numeric, unit: calls}
  - {column: y, label: Why, kind: numeric}
  - {column: level, label: Level, kind: categorical, level_labels: {"1": The first}}
  - {column: flag, label: Flag, kind: flag}
  - {column: constructor, label: Constructor, kind: numeric, unit: EUR}
"""

ASK = """
const [json, columns] = [arguments[1], arguments[2]];
const { familiarity } = window.keepsight;
const card = scorecard.prepare(json);
const known = familiarity.prepare(JSON.parse(json).features);
return JSON.stringify(rows.map((row) => familiarity.of(known, columns, row, scorecard.encode(card, row))));
"""


@pytest.fixture(scope="module")
def driver(chrome_options):
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    driver = webdriver.Chrome(options=chrome_options, service=Service(shutil.which("chromedriver")))
    driver.set_script_timeout(120)
    driver.get("about:blank")
    for name in ("scorecard", "words", "familiarity"):
        driver.execute_script((ASSETS / f"{name}.js").read_text(encoding="utf-8"))
    yield driver
    driver.quit()


COUNTS = {
    "usual": {"x": [50, 9, 40, 0, 300, 900, 300, 5, 90, 8, 1, 20], "y": [1, 700, 300, 500, 222],
              "level": [30, 500, 1, 400, 300, 200, 100, 9, 0], "flag": [0, 900, 823, 0],
              "constructor": [400, 1323]},
    "few": {"x": [0, 1, 0, 2, 0, 1, 0, 0, 1, 0, 0, 1], "y": [0, 2, 2, 1, 1],
            "level": [0, 1, 2, 0, 0, 1, 1, 1, 0], "flag": [1, 3, 2, 0], "constructor": [0, 6]},
    "none": {"x": [0] * 12, "y": [0] * 5, "level": [0] * 9, "flag": [0] * 4, "constructor": [0, 0]},
}  # fmt: skip


def counted(every_shape, counts) -> Scorecard:
    plain = json.loads(every_shape.to_json())
    for feature in plain["features"]:
        feature["counts"] = counts[feature["column"]]
        if feature["column"] == "y":
            feature |= {"minimum": 3.0, "maximum": 3.0}  # a range without width
    return Scorecard.from_json(json.dumps(plain))


def columns(spec):
    """Say how each column is read out, as services.what_if_setting does for the page."""
    return {
        one.column: {
            "label": one.label,
            "kind": str(one.kind),
            "unit": one.unit,
            "unit_of_one": amount(1.0, one.unit).removeprefix("1 ") if one.unit else None,
            "levels": {text: value_in_words(spec, one.column, text) for text in (*LEVELS, "0", "1")},
        }
        for one in spec.features
    }


def usual_rows(rows, dice):
    """Let most values be ordinary, so that every grade comes up."""
    plain = {"x": 0.5, "y": 3.0, "level": "constructor", "flag": "1", "constructor": 2.0}
    return [
        {column: value if dice() < 0.3 else plain[column] for column, value in row.items()} for row in rows
    ]


def is_plain(column, value):
    """Say whether a value is one that such a column holds, and so one that both engines write alike."""
    if column in ("level", "flag"):
        return value is None or (value in (*LEVELS, "0", "1") and '"' not in value)
    return value is None or (type(value) is float and math.isfinite(value) and abs(value) < 1e15)


@pytest.mark.parametrize("counts", COUNTS)
def test_the_browser_judges_and_words_every_row_as_python_does(driver, every_shape, awkward_rows, counts):
    card, spec = counted(every_shape, COUNTS[counts]), parse_spec(SPEC)
    rows = usual_rows(awkward_rows(ROWS, 11), random.Random(4).random)
    plain = [{name: packed(value) for name, value in row.items()} for row in rows]
    script = f"{HARNESS} const rows = JSON.parse(arguments[0]).map(row); {ASK}"
    answered = json.loads(driver.execute_script(script, json.dumps(plain), card.to_json(), columns(spec)))
    seen, told = set(), 0
    for row, ours in zip(rows, answered, strict=True):
        theirs = familiarity(card, row, spec)
        seen.add(theirs.grade)
        assert ours["grade"] == theirs.grade, row
        assert ours["text"] == theirs.text, row
        if all(is_plain(*one) for one in row.items()):
            told += 1
            assert ours["words"] == [one.words for one in theirs.inputs if one.words is not None], row
    assert told > ROWS / 10
    assert seen >= ({"usual", "unusual", "unlike"} if counts == "usual" else {"unlike"})
