"""The Model page's first part: who stands behind a version, what waits for a decision, its checks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import dcc, html

from components import dialog, facts, format, gates, governance, registry, report, states
from components.card import card
from config.glossary import meaning
from pages._model_ids import Ids
from services.model_page import ModelPage


def standing(found: ModelPage) -> html.Section:
    """Say who signed it and how its checks came out; lead who may sign to the dialog."""
    title, words = _verdict(found)
    signed = found.signature
    left = html.Div(
        [
            html.P(title, className="ks-md-verdict"),
            *([html.Blockquote(signed.statement, className="ks-md-statement")] if signed else []),
            *([html.P(words, className="ks-card-note")] if words else []),
            _sign_button(found),
            facts.facts(_facts(found)),
        ],
        className="ks-md-standing",
    )
    damage = found.known.damage
    damaged = (
        [states.error("The report cannot be shown", damage, "Nothing can be signed meanwhile.")]
        if damage
        else []
    )
    checks = gates.gates(found.review.gates)
    right = html.Div(
        [
            *damaged,
            html.H3("Checks", className="ks-part-title"),
            checks,
            html.H3("Ethics review", className="ks-part-title"),
            _ethics(found),
        ]
    )
    return card(
        "Does anybody stand behind it?",
        html.Div([left, right], className="ks-md-two"),
        help_text=f"{meaning('sign-off')} {meaning('gate')}",
        width="full",
    )


def waiting(found: ModelPage) -> html.Div | None:
    """Say what was planned for a day that has come, what is held back, which problems are open; else None."""
    lines: list[Any] = [html.Li(words) for words in found.known.line.due]
    for row in found.held:
        more = dcc.Link("see Trials", href="/trials")
        lines.append(html.Li([f"Version {row.version[:8]}, signed by {row.name}, is held back: ", more, "."]))
    if found.known.open_problems:
        problems = format.count(found.known.open_problems, "problem")
        lines.append(
            html.Li([f"{problems} noted and not solved: ", html.A("see them", href="#problems"), "."])
        )
    return registry.waiting(lines) if lines else None


def compared(found: ModelPage) -> html.Section | None:
    """Set another version beside it, where one was chosen."""
    other = found.compared
    if other is None:
        return None
    body = report.comparison(
        found.report.get("quality"),
        found.compared_report.get("quality"),
        (f"This ({found.version[:8]})", f"Other ({other.version[:8]})"),
        meaning,
    )
    return card(
        f"Beside version {other.version[:8]}",
        body,
        note="each measured on its own customers set aside; differences inside the range count as none",
        help_text=f"{meaning('champion')} {meaning('challenger')}",
        model=True,
        width="full",
    )


def _verdict(found: ModelPage) -> tuple[Any, str]:
    checks, signed = gates.verdict(found.review.gates), found.signature
    if found.state == "withdrawn":
        return "Withdrawn: it never answers again.", f"Signed by {signed.name} before." if signed else ""
    if signed is not None:
        return [f"Signed by {signed.name} ({signed.role}), ", registry.moment(signed.time), "."], checks
    if found.review.may_sign:
        return f"Ready to be signed. {checks}", ""
    if found.review.waits_for_answers:
        return f"Not signed: its ethics review waits for answers. {checks}", ""
    return f"Not signed. {checks}", found.review.why_not


def _ethics(found: ModelPage) -> html.Div:
    """Say how many of the ten questions are answered, and lead to them."""
    review = found.review.ethics
    done, questions = len(review.lines) - len(review.open), len(review.lines)
    words = "see the answers" if review.is_complete else "see what waits"
    link = dcc.Link(words, href=f"/governance/ethics?version={found.version}", className="ks-quiet-link")
    return html.Div([governance.progress(done, questions), html.P(link, className="ks-on-screen")])


def _sign_button(found: ModelPage) -> Any:
    if not (found.review.may_sign or found.review.waits_for_answers):
        return html.Div(id=Ids.SIGN, hidden=True)
    return html.Div(
        dialog.opener("Review and sign", Ids.SIGN_DIALOG, sign="bi-pen", id=Ids.SIGN),
        className="ks-on-screen",
    )


def _facts(found: ModelPage) -> list[Any]:
    data, line = found.report.get("data") or {}, found.known.line
    rows = data.get("rows") if isinstance(data, Mapping) else None
    left = data.get("left") if isinstance(data, Mapping) else None
    learned = [facts.fact("Learned from", _learned(rows, left))] if isinstance(rows, int) else []
    return [
        *learned,
        facts.fact("Trained", registry.moment(line.created)),
        *([facts.fact("By", line.trained_by)] if line.trained_by else []),
        facts.fact("Scores", format.count(found.scored, "active customer")),
        facts.fact("Version", html.Code(found.version[:16])),
    ]


def _learned(rows: int, left: Any) -> str:
    gone = f", {format.number(left)} of whom left" if isinstance(left, int) else ""
    return f"{format.count(rows, 'customer')}{gone}"
