"""Scenarios in the browser against the engine: the same bits on the customers of the sample, in Chromium."""

from __future__ import annotations

import base64
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from models.scenario import Engine, ScenarioError, build_base, parse_scenario
from models.scenario.sample import draw, pack
from tests.models.scenario_town import SPEC, card, customers

ASSETS = Path(__file__).resolve().parents[2] / "assets"
LINE = 0.45

ANSWER = """
const { scorecard, scenario } = window.keepsight;
const bytes = Uint8Array.from(atob(arguments[0]), (sign) => sign.charCodeAt(0));
const base = scenario.open(bytes.buffer, scorecard.prepare(arguments[1]));
const bits = (array) => {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  let text = "";
  for (const one of bytes) text += String.fromCharCode(one);
  return btoa(text);
};
return JSON.stringify(JSON.parse(arguments[2]).map((one) => {
  const found = scenario.run(base, one);
  const { chances, ...after } = found.after;
  const { cost, error } = found;
  return { logOdds: bits(found.logOdds), chances: bits(chances), after, cost, error };
}));
"""


@pytest.fixture(scope="module")
def page(chrome_options):
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    driver = webdriver.Chrome(options=chrome_options, service=Service(shutil.which("chromedriver")))
    driver.set_script_timeout(120)
    driver.get("about:blank")
    for name in ("scorecard.js", "scenario.js"):
        driver.execute_script((ASSETS / name).read_text(encoding="utf-8"))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def base():
    return build_base(card(), SPEC, customers(3000))


def _answered(page, base, places, scenarios):
    packed = base64.b64encode(pack(base, places, {"line": LINE})).decode()
    return json.loads(page.execute_script(ANSWER, packed, card().to_json(), json.dumps(scenarios)))


def _floats(text):
    return np.frombuffer(base64.b64decode(text), dtype="<f8")


def _scenarios(count, seed=4):
    """Make scenarios of every operation, for everybody and for some."""
    random = np.random.default_rng(seed)
    levels = {"contract": ["Month", "Year", "Two years", "Weekly"], "security": ["No", "Yes", "None here"]}
    ends = {"price": (10, 100), "contact": (0, 20), "rival": (0, 10)}
    whos = [
        {},
        {"levels": {"contract": ["Month", "Weekly"], "channel": ["Shop"]}},
        {"ranges": {"tenure": [None, 24.0], "price": [20.0, 60.5]}},
    ]
    made = []
    for _ in range(count):
        steps = []
        for _ in range(random.integers(1, 4)):
            if random.random() < 0.4:
                column = str(random.choice(list(levels)))
                one, other = random.choice(levels[column], 2, replace=False)
                step = {"column": column, "operation": "move", "level": str(one), "value": str(other)}
                if random.random() < 0.3:
                    step = {"column": column, "operation": "set", "value": str(other)}
            else:
                column = str(random.choice(list(ends)))
                operation = str(random.choice(["set", "add", "multiply"]))
                low, high = {"set": ends[column], "add": (-30, 30), "multiply": (0, 2)}[operation]
                step = {"column": column, "operation": operation, "value": float(random.uniform(low, high))}
            step["who"] = whos[random.integers(len(whos))]
            step["coverage"] = float(random.choice([0.3, 1.0]))
            if random.random() < 0.3:
                step["cost"] = 2.5
            steps.append(step)
        made.append({"steps": steps})
    return made


def test_the_browser_and_the_engine_move_every_customer_alike(page, base):
    places, scenarios, engine = draw(base, 5000), _scenarios(60), Engine(base, LINE)
    assert len(places) == base.rows
    for asked, answered in zip(scenarios, _answered(page, base, places, scenarios), strict=True):
        scenario = parse_scenario(asked)
        assert _floats(answered["logOdds"]).tobytes() == engine.log_odds(scenario)[places].tobytes()
        chances = engine.probability(scenario)[places]
        assert np.abs(_floats(answered["chances"]) - chances).max() < 1e-12
        try:
            found = engine.run(scenario)
        except ScenarioError:
            continue
        assert answered["after"]["leavers"] == pytest.approx(found.after.leavers)
        assert answered["after"]["atRisk"] == pytest.approx(found.after.at_risk)
        assert answered["after"]["kept"] == pytest.approx(found.after.kept)
        assert answered["after"]["over"] == found.after.over
        assert answered["after"]["bands"] == found.after.bands.tolist()
        assert answered["cost"] == pytest.approx(sum(step.beside_price for step in found.steps))
        assert answered["error"] == 0  # nobody is left out of the sample


def test_a_sample_comes_close_and_says_how_close(page, base):
    engine, places = Engine(base, LINE), draw(base, 1000)
    scenarios = _scenarios(40, seed=9)
    apart = []
    for asked, answered in zip(scenarios, _answered(page, base, places, scenarios), strict=True):
        try:
            found = engine.run(parse_scenario(asked))
        except ScenarioError:
            continue
        change = found.after.leavers - found.before.leavers
        before = _sampled_before(base, places)
        apart.append(abs(answered["after"]["leavers"] - before - change) / max(answered["error"], 1e-9))
    # a standard error: nineteen in twenty lie within two
    assert np.mean(np.array(apart) < 2) > 0.85


def _sampled_before(base, places):
    return float((1 / (1 + np.exp(-base.log_odds[places]))).sum()) * base.rows / len(places)


def test_those_with_the_highest_loss_are_taken_from_a_sample_by_its_share(page, base):
    step = {"column": "contact", "operation": "set", "value": 19.5, "who": {"first": 600}, "cost": 1}
    [answered] = _answered(page, base, draw(base, 1000), [{"steps": [step]}])
    found = Engine(base, LINE).run(parse_scenario({"steps": [step]}))
    assert answered["cost"] == pytest.approx(found.steps[0].cost, rel=0.05)


def test_no_key_of_a_customer_is_sent(base):
    assert b"c17" not in pack(base, draw(base, 1000), {})
