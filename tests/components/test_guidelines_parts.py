"""Parts of the guidelines' pages: a state is a word, figures stand right, the line has gaps."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from components import guidelines as parts

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("state", ["met", "at risk", "not met", "not measured", "a state of a newer app"])
def test_a_state_is_told_by_its_word_and_a_sign_not_by_colour_alone(state):
    sign, word = parts.state_badge(state).children
    assert word == state and sign.className.startswith("bi ")


def test_the_four_states_have_four_signs_and_four_looks():
    badges = [parts.state_badge(state) for state in parts.STATES]
    assert len({one.className for one in badges}) == len({one.children[0].className for one in badges}) == 4


@pytest.mark.parametrize(
    "cell", ["12", "1,204", "3.4%", "EUR 943 (EUR 900 to EUR 1,000)", "\u22122.6", "18 to 29"]
)
def test_what_is_read_as_a_number_stands_right(cell):
    assert parts._is_figure(cell)


@pytest.mark.parametrize("cell", ["", "yes", "/guidelines/tests", "version 12", "4f1f8f33", "page 3"])
def test_what_is_words_stands_left(cell):
    assert not parts._is_figure(cell)


def test_a_table_without_rows_is_drawn_with_its_heads():
    [drawn] = parts.tables([SimpleNamespace(caption="Nothing", heads=("A", "B"), rows=())])
    assert "A" in str(drawn) and "B" in str(drawn)


def test_the_line_breaks_where_nothing_is_known_and_a_table_has_each_row():
    points = [
        SimpleNamespace(time=NOON, state="met"), SimpleNamespace(time=NOON + timedelta(days=1), state=None),
        SimpleNamespace(time=NOON + timedelta(days=3), state="not met"),
    ]  # fmt: skip
    rows = [SimpleNamespace(time=NOON, state="met", headline="0 open", why="Well.")]
    drawn = parts.history(points, rows, "history-G7")
    figure = drawn.children[0].data
    assert figure["data"][0]["y"] == [3, None, 1]
    assert figure["layout"]["yaxis"]["ticktext"] == ["not measured", "not met", "at risk", "met"]
    begins = datetime.fromisoformat(figure["layout"]["xaxis"]["range"][0])
    assert points[-1].time - begins == parts.LEAST_SHOWN
    for part in ("2026-03-01 12:00", "0 open", "Well."):
        assert part in str(drawn)


def test_text_of_people_stays_text():
    line = SimpleNamespace(label="<b>", text="<script>alert(1)</script>", link=None, note="=1+1")
    assert "<script>alert(1)</script>" in str(parts.lines([line])) and "dangerously" not in str(
        parts.lines([line])
    )
