"""Charts: one place makes them, each has a table, none can be sent away, none reads mark-up."""

import ast
from pathlib import Path

import pytest

from components import charts
from components.graph import graph
from components.table import table
from tests.components.trees import kinds, text

ROOT = Path(__file__).resolve().parents[2]
OURS = sorted(p for place in ("components", "pages", "web") for p in (ROOT / place).rglob("*.py"))


def names_used(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)


def test_only_one_file_makes_graphs():
    """S23: every chart gets the settings without the button that uploads it."""
    assert OURS
    makers = [p.relative_to(ROOT).as_posix() for p in OURS if "Graph" in names_used(p)]
    assert makers == ["components/graph.py"]


def test_no_component_is_styled_in_python():
    styled = [
        p.relative_to(ROOT).as_posix()
        for p in OURS
        for node in ast.walk(ast.parse(p.read_text(encoding="utf-8")))
        if isinstance(node, ast.keyword) and node.arg == "style"
    ]
    assert styled == []


@pytest.fixture
def drawn():
    figure = charts.share_bars(["m"], ["Monthly"], [0.4], [10], column="contract", of="left")
    twin = table("Share who left", ("Contract", "Share"), [("Monthly", "40.0%")])
    return graph(figure, id="churn", title="Share who left", table=twin)


def test_a_graph_cannot_be_sent_to_anybody(drawn):
    """S23."""
    (canvas,) = kinds(drawn, "Graph")
    assert canvas.config["showSendToCloud"] is False
    assert canvas.config["displayModeBar"] is False


def test_a_graph_has_a_table_with_the_same_figures(drawn):
    assert "40.0%" in text(kinds(drawn, "Details"))


def test_a_graph_is_named_for_people_who_do_not_see_it(drawn):
    (image,) = [part for part in kinds(drawn, "Div") if getattr(part, "role", None) == "img"]
    assert "Share who left" in image.to_plotly_json()["props"]["aria-label"]


def test_a_click_on_a_bar_carries_column_and_level():
    figure = charts.share_bars(
        ["m", "y"], ["Monthly", "Yearly"], [0.4, 0.1], [10, 20], column="contract", of="left"
    )
    assert figure["data"][0]["customdata"] == [["contract", "m", 10], ["contract", "y", 20]]


@pytest.mark.parametrize("hostile", ["<a href='//evil'>x</a>", "<b>bold</b>", "a & b"])
def test_labels_are_shown_as_they_were_written(hostile):
    """S21: Plotly reads some HTML in labels; ours come from the customer file."""
    figure = charts.share_bars([hostile], [hostile], [0.5], [9], column="c", of="left")
    (label,) = figure["data"][0]["y"]
    assert "<" not in label
    assert label.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == hostile


def test_no_figure_asks_for_bold_text():
    """S22: Plotly writes it as a style attribute, which the policy refuses."""
    assert "<b>" not in Path(charts.__file__).read_text(encoding="utf-8")


def test_without_a_model_revenue_stands_alone():
    figure = charts.money_bars(["m"], ["Monthly"], [100.0], None, column="contract", unit="USD a month")
    assert [trace["name"] for trace in figure["data"]] == ["revenue"]
    assert "@model" not in str(figure)
