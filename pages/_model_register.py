"""The Model page's last part: versions, who answered when, what was noted, what is on record of this one."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from components import controls, dialog, facts, registry
from components.card import card, cards
from config.glossary import meaning
from pages import _problems
from pages._model_ids import Ids
from services.model_page import ModelPage


def register(found: ModelPage) -> list[Any]:
    """Lay out versions, history, notes and the record of this version."""
    words = " ".join(meaning(term) for term in ("champion", "challenger", "retired", "withdrawn"))
    return [
        cards(
            [
                card(
                    "Versions",
                    registry.versions(found.versions, found.version),
                    help_text=words,
                    width="full",
                ),
                card("Which version answered when", _history(found), width="full"),
                card("Problems and resolutions", _problem_list(found), width="full"),
                card("Reviews and other notes", _notes(found), width="full"),
                card(f"On record of version {found.version[:8]}", _record(found), width="full"),
            ]
        )
    ]


def _history(found: ModelPage) -> list[Any]:
    ask = html.Div(
        [
            controls.day(Ids.DAY, None, label="What was champion on", most=found.today),
            html.P(id=Ids.DAY_SAID, className="ks-md-answer", role="status"),
        ],
        className="ks-md-ask ks-on-screen",
    )
    return [ask, registry.history(found.served)]


def _problem_list(found: ModelPage) -> html.Div:
    listed = _problems.listed(found.problems, may_note=True, with_version=False)
    return html.Div(listed, id="problems")


def _notes(found: ModelPage) -> html.Div:
    add = dialog.opener("Add a note", Ids.NOTE_DIALOG, sign="bi-chat-left-text", kind="second", id=Ids.NOTE)
    return html.Div(
        [registry.reviews(found.known.notes), html.Div(add, className="ks-on-screen ks-md-act")], id="notes"
    )


def _record(found: ModelPage) -> html.Div:
    known, days = found.known, (found.known.planned_withdrawal, found.known.planned_deletion)
    withdrawal, deletion = (registry.planned(day) for day in days)
    line, rows = known.line, known.data.get("rows")
    source = f"{known.data['source']}, {rows:,} rows" if rows is not None else "not here"
    plan = dialog.opener(
        "Plan its end", Ids.PLAN_DIALOG, sign="bi-calendar-event", kind="second", id=Ids.PLAN
    )
    left = [
        facts.facts(
            [
                facts.fact("Owner", line.owner or "nobody yet", missing=not line.owner),
                facts.fact("Data", source),
                facts.fact("Snapshot", html.Code(known.data["snapshot"])),
                facts.fact(
                    "Code", html.Code(known.code) if known.code else "not kept", missing=not known.code
                ),
                facts.fact(
                    "Review due", registry.planned(known.review_due), missing=known.review_due is None
                ),
                facts.fact("Withdrawal planned", withdrawal, missing=not days[0]),
                facts.fact("Deletion planned", deletion, missing=not days[1]),
            ]
        ),
        *([html.Div(plan, className="ks-on-screen ks-md-act")] if found.may_decide else []),
        html.P(
            [
                dcc.Link("Trials of versions", href="/trials", className="ks-quiet-link"),
                ", ",
                dcc.Link("owner, review and register", href="/governance", className="ks-quiet-link"),
            ],
            className="ks-on-screen",
        ),
    ]
    files = {**known.artifacts, **({"report": known.report_sha256} if known.report_sha256 else {})}
    right = [html.H3("Files by SHA-256", className="ks-part-title"), registry.files(files)]
    return html.Div([html.Div(left, className="ks-md-standing"), html.Div(right)], className="ks-md-two")
