"""A labelled slider: a number between two ends, or one of a few levels side by side.

What follows the finger (the value in words, the mark of the present value, the stretches without data) is
drawn by the page's script into the places laid out here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from components.marks import hint, icon

MOST_NAMED_STOPS = 5  # more names do not fit under a slider: then its two ends are named


def number_slider(
    id: Any,
    *,
    label: str,
    words: str,
    value: float | None,
    ends: tuple[float, float],
    end_words: tuple[str, str],
    step: float,
    note: str = "",
    help_text: str = "",
) -> html.Div:
    """Build a slider of a number.

    Parameters
    ----------
    id : str or dict
        Of the ``dcc.Slider``; its ``drag_value`` follows the finger, its ``value`` the release.
    label, words : str
        What is moved, and its value as people read it, with its unit.
    ends, end_words : pair
        The two ends, and how they are written under the slider.
    note, help_text : str
        A line under the slider, and more of it one hover away.
    """
    slider = _slider(id, *ends, step, value)
    under = html.Div([html.Span(one) for one in end_words], className="ks-slide-ends")
    return _framed(label, words, slider, under, note, help_text, "number")


def level_slider(
    id: Any,
    *,
    label: str,
    words: str,
    value: int | None,
    levels: Sequence[str],
    note: str = "",
    help_text: str = "",
) -> html.Div:
    """Build a slider over levels: its value is the place of the level, its stops are named underneath."""
    slider = _slider(id, 0, len(levels) - 1, 1, value)
    stops = [html.Span(one, className="ks-slide-stop", **{"data-stop": n}) for n, one in enumerate(levels)]
    # a pointer may press a level's name; keys and screen readers have the slider, which says the same names
    under = html.Div(stops, className="ks-slide-stops", **{"aria-hidden": "true"})
    return _framed(label, words, slider, under, note, help_text, f"levels {_row_of(len(levels))}")


def _row_of(stops: int) -> str:
    return f"ks-slide-of-{stops}" if stops <= MOST_NAMED_STOPS else "ks-slide-many"


def _slider(id: Any, low: float, high: float, step: float, value: float | None) -> dcc.Slider:
    # disabled until the page's script can answer; without marks, since Dash would make its own
    return dcc.Slider(
        id=id, min=low, max=high, step=step, value=value, marks=None, included=False, disabled=True,
        allow_direct_input=False, updatemode="mouseup",
    )  # fmt: skip


def _framed(
    label: str, words: str, slider: dcc.Slider, under: html.Div, note: str, help_text: str, kind: str
) -> html.Div:
    head = [
        html.Div(
            [html.Span(label, className="ks-slide-label"), *([hint(label, help_text)] if help_text else [])],
            className="ks-slide-name",
        ),
        html.Div(
            [
                html.Button(
                    icon("bi-arrow-counterclockwise"),
                    type="button",
                    className="ks-slide-reset",
                    title=f"Back to {words}",
                    disabled=True,
                    **{"aria-label": f"{label}: back to {words}"},
                ),
                html.Span(words, className="ks-slide-value"),
            ],
            className="ks-slide-now",
        ),
    ]
    ground = html.Div(className="ks-slide-ground", **{"aria-hidden": "true"})
    parts = [
        html.Div(head, className="ks-slide-head"),
        html.Div([ground, slider], className="ks-slide-way"),
        under,
        *([html.P(note, className="ks-slide-note")] if note else []),
    ]
    return html.Div(parts, className=f"ks-slide ks-slide-{kind}", **{"data-label": label})
