"""The browser's engine against numpy: the same bits (S39), 10,000 rows a call, in Chromium."""

from __future__ import annotations

import json
import shutil
import struct
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from config.formula import parse_formula
from models.derivation import derive
from models.values import level, number

SOURCE = Path(__file__).resolve().parents[2] / "assets" / "scorecard.js"
ROWS = 10_000

HARNESS = """
const { scorecard } = window.keepsight;
const view = new DataView(new ArrayBuffer(8));
const value = (x) => {
  if (x === null || typeof x !== "object") return x;
  view.setBigUint64(0, BigInt("0x" + x.bits));
  return view.getFloat64(0);
};
const row = (plain) => Object.fromEntries(Object.entries(plain).map(([name, x]) => [name, value(x)]));
const bits = (x) => {
  if (typeof x !== "number") return x === undefined ? null : x;
  view.setFloat64(0, x);
  return { bits: view.getBigUint64(0).toString(16).padStart(16, "0") };
};
"""


def packed(value):
    """Write a float as its bits: JSON has no infinity, NaN or -0.0."""
    if isinstance(value, float):
        return {"bits": struct.pack(">d", value).hex()}
    return value


def unpacked(value):
    return struct.unpack(">d", bytes.fromhex(value["bits"]))[0] if isinstance(value, dict) else value


def same_bits(ours, theirs) -> bool:
    return np.asarray(ours, dtype=float).tobytes() == np.asarray(theirs, dtype=float).tobytes()


@pytest.fixture(scope="module")
def page(chrome_options):
    """Give one Chromium for all these tests, with the engine loaded and nothing else."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    driver = webdriver.Chrome(options=chrome_options, service=Service(shutil.which("chromedriver")))
    driver.set_script_timeout(120)
    driver.get("about:blank")
    driver.execute_script(SOURCE.read_text(encoding="utf-8"))
    yield driver
    driver.quit()


@pytest.fixture
def ask(page):
    """Give a function that runs a body of JavaScript over rows, floats going and coming as bits."""

    def run(body: str, rows: list[dict], *more):
        plain = [{name: packed(value) for name, value in row.items()} for row in rows]
        script = f"{HARNESS} const rows = JSON.parse(arguments[0]).map(row); {body}"
        return json.loads(page.execute_script(script, json.dumps(plain), *more))

    return run


ANSWER = """
const card = scorecard.prepare(arguments[1]);
return JSON.stringify(rows.map((row) => [
  scorecard.logOdds(card, row), scorecard.probability(scorecard.logOdds(card, row)),
  ...scorecard.interval(card, row), ...scorecard.contributions(card, row), ...scorecard.bagLogOdds(card, row),
].map(bits)));
"""


@pytest.mark.parametrize("seed", [1, 2])
def test_the_browser_and_numpy_answer_alike_on_every_shape_of_term(ask, every_shape, awkward_rows, seed):
    rows = awkward_rows(ROWS, seed)
    frame = pd.DataFrame(rows, columns=every_shape.columns, dtype=object)
    compare(every_shape, frame, ask(ANSWER, rows, every_shape.to_json()))


def test_the_browser_and_numpy_answer_alike_on_a_compiled_estimator(ask, fitted, spec):
    from models.compilation import compile_ebm

    card, random = compile_ebm(fitted.ebm, fitted.frame, spec), np.random.default_rng(3)
    frame = pd.DataFrame(
        {"Contract": random.choice(np.array(["x", "y", "z", "new", None], dtype=object), ROWS)}
    )
    for column in ("tenure", "monthly"):
        edges = np.array(card.features[card.columns.index(column)].edges)
        beside = [np.nextafter(edges, np.inf), np.nextafter(edges, -np.inf)]
        values = np.concatenate([edges, *beside, [np.inf, -np.inf, np.nan, -0.0], random.normal(size=100)])
        frame[column] = random.choice(values, ROWS)
    compare(card, frame, ask(ANSWER, frame.to_dict("records"), card.to_json()))


def compare(card, frame, answered):
    answers = np.array([[unpacked(value) for value in row] for row in answered])
    terms = len(card.terms)
    log_odds, probability, low, high = answers[:, :4].T
    contributions, bags = answers[:, 4 : 4 + terms], answers[:, 4 + terms :]
    assert len(answers) == ROWS and np.unique(log_odds).size > ROWS / 20
    assert same_bits(log_odds, card.log_odds(frame))
    assert same_bits(contributions, card.contributions(frame))
    assert same_bits(bags, card.bag_log_odds(frame))
    assert same_bits(contributions.sum(axis=1) + card.intercept, log_odds)
    assert np.abs(probability - card.probability(frame)).max() < 1e-12
    for ours, theirs in zip(card.interval(frame), (low, high), strict=True):
        assert np.abs(ours - theirs).max() < 1e-12


def test_the_browser_reads_numbers_and_levels_by_the_same_rule(ask, awkward_rows):
    values = [value for row in awkward_rows(ROWS, 4) for value in row.values()]
    body = "return JSON.stringify(rows.map(({ v }) => [scorecard.number(v), scorecard.level(v)].map(bits)));"
    answered = ask(body, [{"v": value} for value in values])
    assert same_bits([unpacked(read) for read, _ in answered], [number(value) for value in values])
    assert [text for _, text in answered] == [level(value) for value in values]


@pytest.mark.parametrize(
    "formula", ["x * y", "x - y / constructor", "-(x + 0.1) * (y - 3)", "x / y", "`level` * 2 + 1 / 3"]
)
def test_derived_columns_move_alike_to_the_bit(ask, awkward_rows, formula):
    tree = parse_formula(formula)
    before, after, recorded = awkward_rows(ROWS, 5), awkward_rows(ROWS, 6), awkward_rows(ROWS, 7)
    after = [
        one | other if place % 3 else one
        for place, (one, other) in enumerate(zip(before, after, strict=True))
    ]
    recorded = [row.get("x") for row in recorded]
    rows = [
        {f"before {name}": value for name, value in one.items()}
        | {f"after {name}": value for name, value in two.items()}
        | {"recorded": old}
        for one, two, old in zip(before, after, recorded, strict=True)
    ]
    body = """
    const part = (row, start) => Object.fromEntries(Object.entries(row)
      .filter(([name]) => name.startsWith(start)).map(([name, x]) => [name.slice(start.length), x]));
    const tree = JSON.parse(arguments[1]);
    return JSON.stringify(rows.map((row) =>
      bits(scorecard.derive(tree, part(row, "before "), part(row, "after "), row.recorded))));
    """
    answered = [unpacked(value) for value in ask(body, rows, json.dumps(tree))]
    expected = [derive(tree, *row) for row in zip(before, after, recorded, strict=True)]
    assert [repr(float(x)) if type(x) is int else repr(x) for x in expected] == [repr(x) for x in answered]
    assert sum(a is not b for a, b in zip(expected, recorded, strict=True)) > ROWS / 20


def test_a_card_of_another_format_is_refused_with_the_remedy(ask):
    body = "try { scorecard.prepare({ format: 2 }); } catch (fault) { return JSON.stringify(fault.message); }"
    assert ask(body, []) == "This scorecard is of format 2; this page reads format 1. Reload it."


def test_the_engine_builds_no_code_from_text():
    source = SOURCE.read_text(encoding="utf-8")
    assert not [word for word in ("eval(", "Function(", "innerHTML", "import(") if word in source]
