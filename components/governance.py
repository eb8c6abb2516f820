"""Governance in tables and forms: models and their owners, actions and trials, problems, ten questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from components import marks, states
from components.format import count
from components.registry import moment, planned, state_badge
from components.table import table

Act = Callable[[Any], Any]

STATES = {
    "answered": ("answered", "ok"),
    "older": ("to confirm", "warn"),
    "open": ("open", "warn"),
}
CURRENT = {"running": "warn", "to come": "plain"}


def models(rows: Sequence[Any], act: Act, *, may_open: bool) -> Any:
    """List versions (as ``services.governance.ModelLine``); ``act`` makes the button of a row, or None."""
    if not rows:
        return states.empty("No model yet", "Train one with `flask model train`.", sign="bi-clipboard-x")
    heads = ("Version", "Owner", "Signed", "Review due", "Ethics review", "Problems", "Planned end", "Change")
    lines = [_model(row, act(row), may_open) for row in rows]
    return html.Div(table("Register of models", heads, lines), className="ks-gov-words ks-gov-models")


def _model(row: Any, deed: Any, may_open: bool) -> tuple[Any, ...]:
    code = html.Code(row.version[:8])
    name = dcc.Link(code, href=f"/model?version={row.version}") if may_open else code
    signed = [f"{row.signed_by}, ", moment(row.signed)] if row.signed_by else ["nobody"]
    problems = f"{row.open_problems} open" if row.open_problems else "none open"
    return (
        html.Div(
            [name, state_badge(row.state), *_due(row), html.Small(row.spec_name, className="ks-gov-spec")]
        ),
        row.owner or marks.badge("nobody yet", "warn"),
        html.Span(signed),
        review_due(row),
        dcc.Link(
            f"{row.answered} of {row.questions}",
            href=f"/governance/ethics?version={row.version}",
            className="ks-quiet-link",
            title=f"Ethics review of version {row.version[:8]}",
        ),
        marks.badge(problems, "warn") if row.open_problems else problems,
        _end(row),
        deed or "",
    )


def _end(row: Any) -> Any:
    """Say on which days a version is to be withdrawn and its files deleted."""
    if row.withdrawal is None and row.deletion is None:
        return "not planned"
    return html.Span(
        [f"withdrawal: {planned(row.withdrawal)}", html.Br(), f"deletion: {planned(row.deletion)}"]
    )


def _due(row: Any) -> list[Any]:
    return [marks.badge("decision due", "warn", " ".join(row.due))] if row.due else []


def review_due(row: Any) -> Any:
    """Say by when a version is reviewed; one that is overdue, or should be planned, stands out."""
    if row.is_overdue:
        return html.Span([f"{planned(row.review_due)} ", marks.badge("overdue", "alarm")])
    if row.needs_review:
        return marks.badge("not planned", "warn", "It answers, and nobody planned to look at it again.")
    return planned(row.review_due)


def undertakings(rows: Sequence[Any], may_open: Callable[[Any], bool]) -> Any:
    """List actions and trials (as ``services.undertakings.Undertaking``), those that run first."""
    if not rows:
        return html.P("No action and no trial is found.", className="ks-card-note")
    heads = ("What it is", "How it stands", "Who is affected", "What about them", "Where", "How long", "By",
             "Collisions", "What came of it")  # fmt: skip
    lines = [
        (
            _named(row, may_open(row)),
            marks.badge(row.state, CURRENT.get(row.state, "plain")),
            row.who,
            row.what,
            row.where,
            f"{row.begins.isoformat()} to {row.ends.isoformat()}",
            row.by,
            row.collisions,
            row.outcome,
        )
        for row in rows
    ]
    return html.Div(table("Actions and trials", heads, lines), className="ks-gov-words")


def _named(row: Any, may_open: bool) -> Any:
    words = f"{row.kind[:1].upper()}{row.kind[1:]}: {row.name}"
    return dcc.Link(words, href=row.path, title=f"Show {row.id} in full") if may_open else words


def problems(rows: Sequence[Any], act: Act, *, with_version: bool = True) -> Any:
    """List problems (``number, version, text, time, name, resolved, resolved_by, resolution``)."""
    if not rows:
        return html.P("Nobody noted a problem.", className="ks-card-note")
    return html.Ul([_problem(row, act(row), with_version) for row in rows], className="ks-gov-problems")


def _problem(row: Any, deed: Any, with_version: bool) -> html.Li:
    state = marks.badge("solved", "ok") if row.resolved else marks.badge("open", "warn")
    of = [" of version ", html.Code(row.version[:8])] if with_version else []
    said: list[Any] = [html.P(row.text)]
    if row.resolved:
        said.append(
            html.P(
                [html.Strong(f"{row.resolved_by}: "), row.resolution, " (", moment(row.resolved), ")"],
                className="ks-gov-solved",
            )
        )
    return html.Li(
        [
            html.Div([html.H3([f"Problem {row.number}", *of]), state], className="ks-title-row"),
            html.P([f"{row.name}, ", moment(row.time)], className="ks-card-note"),
            *said,
            *([html.Div(deed, className="ks-md-act")] if deed is not None else []),
        ]
    )


# --- the ethics review -------------------------------------------------------------------------------


def progress(done: int, all_of_them: int) -> html.Div:
    """Draw how many questions are answered."""
    words = f"{done} of {count(all_of_them, 'question')} answered"
    bar = html.Meter(
        min="0", max=str(all_of_them), value=str(done), className="ks-meter", **{"aria-label": words}
    )
    return html.Div([html.Strong(words), bar], className="ks-gov-progress")


def question(number: int, line: Any, *, field_id: Any, confirm_id: Any, may_answer: bool) -> html.Section:
    """Ask one question (a ``services.ethics.Line``), or show its answer to who may not answer."""
    asked, heading = line.question, f"ethics-{line.question.id}"
    return html.Section(
        [
            html.Div(
                [html.H2(f"{number}. {asked.title}", id=heading), marks.badge(*STATES[line.state])],
                className="ks-title-row",
            ),
            html.P(asked.asks, className="ks-gov-asks"),
            *_given(line),
            *(_field(line, field_id, confirm_id) if may_answer else _told(line)),
        ],
        className="ks-card ks-gov-question",
        **{"aria-labelledby": heading},
    )


def _given(line: Any) -> list[Any]:
    """Say who answered and when, and why an older answer does not hold yet."""
    if line.time is None:
        return []
    return [
        html.P(
            [f"Answered by {line.name} ({line.role}), ", moment(line.time), f". {line.why}"],
            className="ks-card-note",
        )
    ]


def _told(line: Any) -> list[Any]:
    return [html.P(line.text or "Nobody has answered yet.", className="ks-gov-answer")]


def _field(line: Any, field_id: Any, confirm_id: Any) -> list[Any]:
    asked = line.question
    look: list[Any] = []
    for words, path in asked.look.items():
        # a page of its own, so that what is typed here is not lost
        link = html.A(words, href=path, target="_blank", rel="noopener", className="ks-quiet-link")
        look += [", " if look else "Look first (in a new tab): ", link]
    confirm = (
        [dbc.Checkbox(id=confirm_id, label="It still holds, word for word: I confirm it", value=False)]
        if line.state == "older"
        else []
    )
    area = dcc.Textarea(
        id=field_id, value=line.text, rows=3, maxLength=2000, placeholder=f"For example: {asked.such_as}",
        className="ks-writing",
    )  # fmt: skip
    labelled = html.Label([html.Span(f"Answer to: {asked.asks}", className="visually-hidden"), area])
    return [
        html.P([html.Strong("A good answer: "), asked.good]),
        *([html.P(look, className="ks-card-note")] if look else []),
        labelled,
        *confirm,
    ]
