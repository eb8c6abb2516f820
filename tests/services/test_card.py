"""The card of a version: kept since its training, made where it is not, and safe to open anywhere."""

import hashlib
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.artifacts import card_name
from services import card, card_drawings, card_page, registry, signing
from services.roles import NotPermitted
from tests.components.test_model_parts import FAIRNESS, QUALITY, SHAPES
from tests.services.trial_town import ADA, MAX, REPORT, VERA, settle

EVIL = '<script>alert(1)</script><img src=x onerror="alert(1)">'
FULL = {
    **REPORT,
    "quality": QUALITY,
    "fairness": FAIRNESS,
    "explanation": SHAPES,
    "mitigation": {"words": "Gender was left out.", "cost": "AUC falls by 0.002.", "caution": None},
    "data": {"title": f"Customers {EVIL}", "rows": 250, "left": 50, "features": ["a", EVIL],
             "protected": ["gender"],
             "sources": [{"name": EVIL, "legal_basis": EVIL, "purpose": EVIL}],
             "left_out": [{"column": EVIL, "reason": card_page.STANDING}]},
}  # fmt: skip


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.attributes = set(), set()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}


def tags(html):
    parser = Tags()
    parser.feed(html)
    return parser


@pytest.fixture
def town(tmp_path):
    return settle(tmp_path)


def bind(installation, version, report, kept=True):
    """Give a version another report, and its card as a training would keep it."""
    sha256 = installation.shelf.put_report(version, report)
    text = card_page.write(report, version=version, report_sha256=sha256, horizon_months=1)
    files = {}
    if kept:
        (installation.shelf.folder / version / card_name(sha256)).write_text(text, encoding="utf-8")
        files = {card_name(sha256): hashlib.sha256(text.encode()).hexdigest()}
    installation.store.record_report(version, sha256, files)
    return installation.shelf.folder / version / card_name(sha256)


def test_a_card_says_what_the_report_says_in_plain_language(town):
    installation, named = town
    bind(installation, named["base"], FULL)
    text = re.sub(r"\s+", " ", card.show(installation, ADA, named["base"]).html)
    for part in (
        "Who will leave within 1 month",
        "Of 50 leavers, the at-risk list held 20 and missed 30.",
        "0.847</td><td>0.801 to 0.889",
        "too few",
        "<p>Gender was left out.</p> <p>AUC falls by 0.002.</p>",
        "75% of all movement",
        "Chance of leaving by Bills",
        "Draft: nobody has signed it off.",
        "Robustness is not in the report of this version",
        "Mending a model that failed is expected to take 24 hours",
    ):
        assert part in text, part
    assert text.index("Bills") < text.index("About age.")  # the weightiest first


def test_of_a_pair_the_cells_that_move_scores_most_are_told(town):
    installation, named = town
    cells = [
        [
            {"words": f"cell {n} of {row}", **dict.fromkeys(("effect", "low", "high"), n - row)}
            for n in range(4)
        ]
        for row in range(4)
    ]
    pair = {
        "columns": ["a", "b"],
        "label": "Age with Bills",
        "kind": "pair",
        "cells": cells,
        "words": "Both.",
    }
    bind(installation, named["base"], {**FULL, "explanation": {**SHAPES, "shapes": [pair]}})
    html = card.show(installation, ADA, named["base"]).html
    assert html.count("cell ") == card_page.CELLS_SHOWN
    assert "cell 3 of 0" in html and "cell 0 of 3" in html and "cell 1 of 1" not in html


def test_a_card_stands_alone_and_runs_nothing(town):
    installation, named = town
    bind(installation, named["base"], FULL)
    registry.note(installation, ADA, named["base"], "problem", EVIL)
    html = card.show(installation, ADA, named["base"]).html
    found = tags(html)
    assert {"svg", "table"} <= found.tags
    assert not found.tags & {"script", "img", "a", "link", "iframe", "form"}
    assert not {name for name in found.attributes if name.startswith("on")} | found.attributes & {
        "href",
        "src",
    }
    assert "http" not in html.replace("http-equiv", "")
    assert html.count("Does anybody stand behind it?") == 1  # the place of it cannot be forged


def test_a_signature_stands_on_the_kept_card(town):
    installation, named = town
    path = bind(installation, named["base"], FULL)
    before = path.read_bytes()
    seen = signing.review(installation, MAX, named["base"])
    signing.sign(installation, MAX, named["base"], seen.report_sha256, "Fit & well.")
    registry.plan(installation, MAX, named["base"], registry.today(installation), None)
    shown = card.show(installation, ADA, named["base"])
    assert "Signed by Max (manager)" in shown.html and "Fit &amp; well." in shown.html
    assert "It was to be withdrawn on 4 March 2026" in shown.html
    assert shown.kept_sha256 == hashlib.sha256(before).hexdigest()
    assert path.read_bytes() == before


def test_the_kept_card_is_what_is_shown(town):
    installation, named = town
    path = bind(installation, named["base"], FULL)
    told = path.read_text(encoding="utf-8").replace("About bills.", "As it was written then.")
    path.write_text(told, encoding="utf-8")
    files = {path.name: hashlib.sha256(told.encode()).hexdigest()}
    installation.store.record_report(
        named["base"], installation.store.version(named["base"]).report_sha256, files
    )
    assert "As it was written then." in card.show(installation, ADA, named["base"]).html


def test_an_older_version_has_its_card_made_of_its_report(town):
    installation, named = town
    bind(installation, named["base"], FULL, kept=False)
    shown = card.show(installation, ADA, named["base"][:8])
    assert shown.kept_sha256 is None
    assert "About bills." in shown.html


def test_a_damaged_card_is_not_shown_but_made_again_and_said_so(town):
    installation, named = town
    path = bind(installation, named["base"], FULL)
    path.write_text("<script>alert(1)</script>")
    html = card.show(installation, ADA, named["base"]).html
    assert "<script" not in html
    assert "This card was made of the report again." in html and "About bills." in html


def test_a_version_without_a_readable_report_has_a_card_that_says_so(town):
    installation, named = town
    [file] = (installation.shelf.folder / named["base"]).glob("report-*.json")
    file.unlink()
    html = card.show(installation, ADA, named["base"]).html
    assert "not on disk" in html
    assert html.count("is not in the report of this version") == 7


def test_cards_are_for_who_sees_models(town):
    installation, named = town
    with pytest.raises(NotPermitted):
        card.show(installation, VERA, named["base"])
    with pytest.raises(LookupError, match="flask model list"):
        card.show(installation, ADA, "nothing0")


shares = st.floats(0, 1)
points = st.fixed_dictionaries(
    {"chance": shares, "low": shares, "high": shares, "words": st.text(max_size=5)}
)


@given(st.lists(points, max_size=12), st.none() | shares, st.text(max_size=20))
def test_whatever_is_drawn_stays_inside_its_frame(drawn, start, label):
    svg = str(card_drawings.effect(drawn, start, label))
    places = re.findall(r' (x1|x2|y1|y2)="([-\d.]+)"', svg)
    assert places
    for axis, value in places:
        assert 0 <= float(value) <= (card_drawings.WIDTH if axis[0] == "x" else card_drawings.HEIGHT)
    assert svg.count("<title>") == 1 and tags(svg).tags == {"svg", "title", "line", "text"}
