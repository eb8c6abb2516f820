"""The ethics review of one version: the ten questions on one page, who answered them, what is open."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import dash
from dash import ALL, ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html
from dash import no_update as KEEP

from components import frame, governance, marks, states
from pages import _foot  # noqa: F401  (registers the foot's callback)
from services import ethics
from services.ethics import EthicsReview
from services.roles import permission, permitted
from web import here

dash.register_page(__name__, path="/governance/ethics", title="Ethics review - Keepsight", order=19.5)

BACK = ("Governance", "/governance")
LEDE = ". A sentence or two each will do; nobody can sign while one is open."
KEPT = (
    "What you wrote or confirmed is kept with your name and the time, for this version. Nothing that users "
    "or customers see changes."
)


class Ids(StrEnum):
    """Every id of this page."""

    SHOWN = "ethics-shown"
    DONE = "ethics-done"
    KEEP = "ethics-keep"
    SAID = "ethics-said"


def answer_id(question: str | Any) -> dict[str, Any]:
    """Give the id of the field that answers one question."""
    return {"type": "ethics-answer", "question": question}


def confirm_id(question: str | Any) -> dict[str, Any]:
    """Give the id of the box that confirms an older answer to one question."""
    return {"type": "ethics-confirm", "question": question}


@permission("see-governance")
def layout(version: str = "", **_query: str) -> html.Main:
    """Lay the page out; ``?version=`` chooses one, else it is the one in use."""
    installation, actor = here.installation(), here.actor()
    try:
        chosen = version or str((installation.store.in_use() or _none()).version or _none())
        found = ethics.show(installation, actor, chosen)
    except LookupError as fault:
        nothing = states.empty("No such version", str(fault), sign="bi-clipboard-x")
        return frame.page("Ethics review", html.Section(nothing, className="ks-card"), back=BACK)
    may_answer = permitted(actor, "answer-ethics")
    return frame.page(
        "Ethics review",
        dcc.Store(id=Ids.SHOWN, data={"version": found.version, "seen": found.seen}),
        dcc.Store(id=Ids.DONE),
        _standing(found),
        html.Div(
            [
                governance.question(
                    number, line, field_id=answer_id(line.question.id),
                    confirm_id=confirm_id(line.question.id), may_answer=may_answer,
                )
                for number, line in enumerate(found.lines, start=1)
            ],
            className="ks-gov-questions",
        ),
        *([_keep()] if may_answer else []),
        lede=["Ten questions about version ", html.Code(found.version[:8]), LEDE],
        back=BACK,
    )  # fmt: skip


def _none() -> Any:
    raise LookupError("No version answers now. Choose one on the Governance page.")


def _standing(found: EthicsReview) -> html.Section:
    """Say how many are answered; lead on to signing once all are."""
    on = [] if not found.is_complete else [_on(found)]
    done = len(found.lines) - len(found.open)
    return html.Section(
        [governance.progress(done, len(found.lines)), *on],
        className="ks-card ks-gov-standing",
        **{"aria-label": "How the review stands"},
    )


def _on(found: EthicsReview) -> html.P:
    if not permitted(here.actor(), "see-model"):
        return html.P("Every question is answered.")
    link = dcc.Link("Go on to the Model page, to sign it", href=f"/model?version={found.version}")
    return html.P(["Every question is answered. ", link, "."])


def _keep() -> html.Div:
    button = html.Button(
        [marks.icon("bi-check2-square"), "Keep the answers"], id=Ids.KEEP, type="button",
        className="ks-button",
    )  # fmt: skip
    return html.Div(
        [
            html.P(id=Ids.SAID, className="ks-dialog-said", role="alert"),
            html.P(KEPT, className="ks-card-note"),
            button,
        ],
        className="ks-gov-keep",
    )  # fmt: skip


@callback(
    Output(Ids.DONE, "data"),
    Output(Ids.SAID, "children"),
    Input(Ids.KEEP, "n_clicks"),
    State(answer_id(ALL), "value"),
    State(answer_id(ALL), "id"),
    State(confirm_id(ALL), "value"),
    State(confirm_id(ALL), "id"),
    State(Ids.SHOWN, "data"),
    prevent_initial_call=True,
)
@permission("answer-ethics")
def keep(
    clicks: int | None, texts: list[Any], fields: list[Any], ticks: list[Any], boxes: list[Any], shown: Any
) -> tuple[Any, Any]:
    """Keep what was written or confirmed; what is open stays open."""
    if not clicks or not isinstance(shown, dict):
        return KEEP, KEEP
    confirmed = {str(box.get("question")) for box, tick in zip(boxes, ticks, strict=True) if tick}
    written = {str(one.get("question")): text for one, text in zip(fields, texts, strict=True)}
    version, seen = str(shown.get("version")), shown.get("seen")
    try:
        known = {line.question.id: line for line in ethics.review(here.installation(), version).lines}
        given = {
            name: text
            for name, text in written.items()
            if isinstance(text, str) and text.strip() and _is_given(known.get(name), text, name in confirmed)
        }
        if not given:
            return KEEP, "Nothing is new: write an answer, or tick one that still holds."
        ethics.answer(
            here.installation(), here.actor(), version, given, seen=seen if isinstance(seen, int) else None
        )
    except (ValueError, LookupError) as refused:
        return KEEP, str(refused)
    return {"go": f"/governance/ethics?version={version}"}, ""


def _is_given(line: ethics.Line | None, text: str, is_confirmed: bool) -> bool:
    """Say whether an answer is new: written anew, or an older one that was ticked."""
    return line is None or text.strip() != line.text or (line.state == "older" and is_confirmed)


clientside_callback(ClientsideFunction("model", "done"), Input(Ids.DONE, "data"))
