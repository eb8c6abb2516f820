"""The checks of a version: failing first, then what could not be measured, then passing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from components.format import count
from components.marks import icon

SIGNS = {
    False: ("fails", "bi-x-circle-fill", "alarm"),
    None: ("not measured", "bi-question-circle-fill", "warn"),
    True: ("passes", "bi-check-circle-fill", "ok"),
}


def verdict(lines: Sequence[Any]) -> str:
    """Say in a sentence how the checks came out."""
    failing, unknown = (sum(line.passed is kind for line in lines) for kind in (False, None))
    checks = count(len(lines), "check")
    if not lines:
        return "No check is set."
    if failing:
        return f"{failing} of {checks} {'fails' if failing == 1 else 'fail'}."
    if unknown:
        return f"No check fails; {unknown} of {checks} {'is' if unknown == 1 else 'are'} not measured."
    return f"All {checks} pass." if len(lines) > 1 else "The one check passes."


def gates(lines: Sequence[Any]) -> html.Ul:
    """List lines (``words, shown, bar_shown, passed, why, mend``), the failing ones on top."""
    order = {False: 0, None: 1, True: 2}
    ranked = sorted(lines, key=lambda line: order[line.passed])
    return html.Ul([_line(line) for line in ranked], className="ks-gates")


def _line(line: Any) -> html.Li:
    word, sign, kind = SIGNS[line.passed]
    return html.Li(
        [
            html.Span(
                [icon(sign), html.Span(word, className="ks-gate-state")],
                className=f"ks-gate-sign ks-gate-{kind}",
            ),
            html.Span([line.words, *_remedy(line)], className="ks-gate-words"),
            html.Span(
                [html.Strong(line.shown), html.Span(line.bar_shown, className="ks-gate-bar", title=line.why)],
                className="ks-gate-value",
            ),
        ],
        className=f"ks-gate ks-gate-is-{kind}",
    )


def _remedy(line: Any) -> list[Any]:
    """Say what helps a check that fails."""
    if line.passed is not False or not line.mend:
        return []
    return [html.Br(), html.Small(line.mend, className="ks-md-technical")]
