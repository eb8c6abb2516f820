"""The tables of docs/model.md: one in each place, and a new one goes into its own place only."""

from __future__ import annotations

import re

import pytest

from bench.page_table import replaced, table
from bench.report import PAGE

NAMES = ("folds", "hold-out", "gates", "candidates", "choices", "published")


def between(text, name):
    found = re.search(f"<!-- make report: {name} -->\n(.*?)<!-- end: {name} -->", text, re.S)
    return found.group(1).strip().splitlines() if found else []


@pytest.mark.parametrize("name", NAMES)
def test_the_page_holds_every_table_with_as_many_cells_in_each_row(name):
    lines = between(PAGE.read_text(encoding="utf-8"), name)
    assert len(lines) > 2, "run `make report`"
    assert len({line.count("|") for line in lines}) == 1


def test_the_scorecards_of_the_page_reach_their_bars():
    lines = between(PAGE.read_text(encoding="utf-8"), "folds")[2:]
    rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    ours = [row for row in rows if row[2].startswith("**")]
    aucs = {row[1]: float(row[3].split()[0]) for row in ours}
    assert aucs["Telco customers"] >= 0.848
    assert aucs["Churn 2020 customers"] >= 0.920
    assert len(ours) == 3
    assert all(float(row[6]) >= -0.008 for row in ours)


def test_a_table_goes_into_its_own_place_only():
    places = [
        f"<!-- make report: {name} -->\n{held}\n<!-- end: {name} -->"
        for name, held in (("x", "old"), ("y", "kept"))
    ]
    page = "before\n" + "\nbetween\n".join(places) + "\nafter\n"
    new = replaced(page, "x", table(("p", "q"), [("1", "2")]))
    assert between(new, "x") == ["| p | q |", "|---|---|", "| 1 | 2 |"]
    assert between(new, "y") == ["kept"]
    assert replaced(new, "x", "old") == page
    with pytest.raises(ValueError, match="add <!-- make report: z -->"):
        replaced(page, "z", "")
