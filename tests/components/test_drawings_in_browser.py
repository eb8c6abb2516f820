"""Gauge, waterfall and formats as Chromium runs them."""

import random
from pathlib import Path

import pytest

from components import format

pytestmark = pytest.mark.browser
ASSETS = Path(__file__).resolve().parents[2] / "assets"

REASONS = [
    {"label": "Contract", "value": "month to month", "points": 0.3, "role": "lever"},
    {"label": "Tenure", "value": "40 months", "points": -0.1, "role": "fact"},
]
FALL = {"start": 0.2, "end": 0.4, "rows": REASONS}


@pytest.fixture
def page(browser):
    """Give an empty page that knows the drawings and a place for them."""
    browser.get("data:text/html,<main><div id='place'></div></main>")
    for name in ("format.js", "waterfall.js", "gauge.js"):
        browser.execute_script((ASSETS / name).read_text(encoding="utf-8"))
    return browser


def draw(page, kind, data):
    page.execute_script(f"keepsight.{kind}.draw(document.getElementById('place'), arguments[0])", data)
    return page.execute_script("return document.getElementById('place').innerText")


def rows(page):
    return page.execute_script(
        """return [...document.querySelectorAll('[role=row]')].map((row) => ({
             name: row.querySelector('[role=rowheader]').textContent,
             said: row.querySelector('[role=cell]').textContent,
             left: parseFloat(row.querySelector('.ks-wf-bar').style.left),
             width: parseFloat(row.querySelector('.ks-wf-bar').style.width),
             kind: row.className}))"""
    )


def test_browser_and_server_write_the_same_figures(page):
    draws = random.Random(4)
    parts = [0.0, 1.0, 1e-9, 0.00049, 0.00051, 0.9996, 0.99949, -0.1, -1e-9]
    parts += [draws.random() for _ in range(2000)]
    said = page.execute_script(
        "return arguments[0].map((p) => [keepsight.format.share(p), keepsight.format.points(p - 0.5)])", parts
    )
    assert said == [[format.share(p), format.points(p - 0.5)] for p in parts]


def test_the_waterfall_is_a_table_whose_rows_add_up(page):
    draw(page, "waterfall", FALL)
    assert [row["said"] for row in rows(page)] == ["20.0%", "+30.0", "−10.0", "40.0%"]


def test_each_bar_begins_where_the_last_one_ended(page):
    draw(page, "waterfall", FALL)
    start, up, down, end = rows(page)
    assert start["left"] == end["left"] == 0
    assert up["left"] == pytest.approx(start["width"], abs=0.02)
    assert down["left"] + down["width"] == pytest.approx(up["left"] + up["width"], abs=0.02)
    assert end["width"] == pytest.approx(down["left"], abs=0.02)


def test_raising_and_lowering_are_told_apart(page):
    draw(page, "waterfall", FALL)
    _, up, down, _ = rows(page)
    assert "ks-wf-raise" in up["kind"]
    assert "ks-wf-lower" in down["kind"]


def test_drawing_again_keeps_the_nodes_and_writes_only_what_changed(page):
    """A slider draws some thirty times a second."""
    draw(page, "waterfall", FALL)
    written = page.execute_script(
        """const place = document.getElementById('place');
           const seen = new MutationObserver(() => {});
           seen.observe(place, {subtree: true, childList: true, attributes: true, characterData: true});
           keepsight.waterfall.draw(place, arguments[0]);
           return seen.takeRecords().filter((r) => r.target !== place).length;""",
        FALL,
    )
    assert written == 0


def test_rows_that_are_gone_go(page):
    draw(page, "waterfall", FALL)
    draw(page, "waterfall", {"start": 0.2, "end": 0.5, "rows": REASONS[:1]})
    assert [row["said"] for row in rows(page)] == ["20.0%", "+30.0", "50.0%"]


def test_labels_are_text_and_nothing_else(page):
    """S21."""
    hostile = "<img src=x onerror=alert(1)>"
    draw(page, "waterfall", {"start": 0.2, "end": 0.5, "rows": [REASONS[0] | {"label": hostile}]})
    assert rows(page)[1]["name"].startswith(hostile)
    assert page.execute_script("return document.querySelectorAll('#place img').length") == 0


def test_folding_keeps_the_sum(page):
    folded = page.execute_script("return keepsight.waterfall.fold(0.2, 0.4, arguments[0], 1)", REASONS)
    assert [row["label"] for row in folded["rows"]] == ["Contract", "Everything else"]
    assert sum(row["points"] for row in folded["rows"]) == pytest.approx(0.2, abs=1e-15)


def test_the_gauge_says_score_range_line_and_what_was_before(page):
    said = draw(
        page, "gauge", {"probability": 0.81, "low": 0.7, "high": 0.9, "threshold": 0.5, "before": 0.9}
    )
    assert "81.0%" in said
    assert "range 70.0% to 90.0%" in said
    assert "on or above the at-risk line of 50.0%" in said
    assert "was 90.0%: −9.0 points" in said


def test_the_gauge_reads_the_same_to_a_screen_reader(page):
    draw(page, "gauge", {"probability": 0.31, "low": 0.2, "high": 0.4, "threshold": 0.5})
    label = page.execute_script("return document.querySelector('[role=img]').getAttribute('aria-label')")
    assert label == "Chance of leaving 31.0%, range 20.0% to 40.0%, below the at-risk line of 50.0%"
