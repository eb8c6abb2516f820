"""Governance: who answers for which model, what is due, what is done with customers, what the data are."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

import dash
from dash import ALL, ClientsideFunction, Input, Output, State, callback, clientside_callback, ctx, dcc, html
from dash import no_update as KEEP

from components import controls, dialog, facts, format, frame, governance, marks, registry, states
from components.card import card, cards
from pages import (
    _foot,  # noqa: F401  (registers the foot's callback)
    _problems,
)
from services import data_sheet, ownership, undertakings
from services import governance as service
from services.data_sheet import Sheet
from services.governance import GovernancePage, ModelLine
from services.installation import NothingLoaded
from services.roles import permission, permitted
from services.undertakings import Undertaking
from web import here

dash.register_page(__name__, path="/governance", title="Governance - Keepsight", order=19)

LEDE = "Who answers for what, what is due, and what is known to be wrong."


class Ids(StrEnum):
    """Every id of this page."""

    DONE = "governance-done"
    SEARCH = "governance-search"
    FOUND = "governance-found"
    CARE_DIALOG = "governance-care-dialog"
    CARE_OF = "governance-care-of"
    OWNER = "governance-owner"
    OWNER_NOW = "governance-owner-now"
    REVIEW = "governance-review"
    REVIEW_NOW = "governance-review-now"
    CARE_SAID = "governance-care-said"


def care_id(version: str | Any) -> dict[str, Any]:
    """Give the id of the button that sets owner and review of one version."""
    return {"type": "governance-care", "version": version}


@permission("see-governance")
def layout(**_query: str) -> html.Main:
    """Lay the page out."""
    found = service.gather(here.installation(), here.actor())
    versions = [(one.version, f"{one.version[:8]}, {one.state}, of {one.spec_name}") for one in found.models]
    return frame.page(
        "Governance",
        dcc.Store(id=Ids.DONE),
        _waiting(found),
        cards([_models(found), _plan(found), _sheet(), _problem_card(found), _register(found)]),
        *(_problems.dialogs(versions, "/governance") if found.may_note else []),
        *([_care(found)] if found.may_govern and found.models else []),
        lede=LEDE,
    )


def _waiting(found: GovernancePage) -> html.Div | None:
    """Say first what waits for somebody: reviews overdue or never planned, problems open."""
    lines: list[Any] = [
        html.Li(f"Version {one.version[:8]}: {words}") for one in found.models for words in one.due
    ]
    lines += [
        html.Li(f"Version {one.version[:8]} answers, and nobody planned to look at it again.")
        for one in found.models
        if one.needs_review
    ]
    waiting = sum(one.resolved is None for one in found.problems)
    if waiting:
        lines.append(
            html.Li([f"{format.count(waiting, 'problem')} noted and not solved: ",
                     html.A("see them", href="#problems"), "."])
        )  # fmt: skip
    return registry.waiting(lines) if lines else None


def _models(found: GovernancePage) -> html.Section:
    def change(row: ModelLine) -> Any:
        if not found.may_govern:
            return None
        return html.Button(
            [marks.icon("bi-person-gear"), "Change"],
            id=care_id(row.version), type="button", className="ks-button ks-button-second",
            **{"data-opens": Ids.CARE_DIALOG, "aria-label": f"Owner and review of version {row.version[:8]}"},
        )  # fmt: skip

    return card(
        "Register of models",
        governance.models(found.models, change, may_open=found.may_see_models),
        note="every version of every table of customers; dates are days of the time zone in the settings",
        width="full",
    )


def _plan(found: GovernancePage) -> html.Section:
    lines = [html.Li(words) for words in found.plan] or [html.Li("Nothing is loaded yet.")]
    return card(
        "If the model in use fails",
        [html.Ul(lines, className="ks-dialog-list"), *_card_file(found)],
        note="the contingency plan that a signature agrees to",
    )


def _card_file(found: GovernancePage) -> list[Any]:
    """Lead who sees models to the card of the version in use."""
    serving = next((one for one in found.models if one.state == "champion"), None)
    if serving is None or not found.may_see_models:
        return []
    return [
        html.Div(
            html.A(
                [marks.icon("bi-download"), "Model card"],
                href=f"/model/card/{serving.version}.html",
                className="ks-button ks-button-second",
                download=f"model-card-{serving.version[:12]}.html",
                title=f"Of version {serving.version[:8]}, which is signed: one HTML page that stands alone",
            ),
            className="ks-md-act",
        )
    ]


def _sheet() -> html.Section:
    try:
        sheet = data_sheet.make(here.installation(), here.actor())
    except NothingLoaded as nothing:
        return card("Data sheet", states.empty("No customers yet", str(nothing)))
    file = html.A(
        [marks.icon("bi-download"), "Whole sheet"],
        href="/governance/data-sheet.html",
        className="ks-button ks-button-second",
        download=f"data-sheet-{sheet.snapshot[:12]}.html",
        title="One HTML page that stands alone and prints well",
    )
    return card(
        "Data sheet",
        [
            facts.facts(_sheet_facts(sheet)),
            *_sources(sheet),
            *_gaps(sheet),
            html.Div(file, className="ks-md-act"),
        ],
        note=f"of the customers in use: {sheet.title}",
        badge=marks.synthetic_badge(sheet.is_synthetic),
    )


def _sheet_facts(sheet: Sheet) -> list[Any]:
    return [
        facts.fact("Customers", f"{sheet.customers:,} in {sheet.rows:,} rows, {sheet.refused:,} refused"),
        facts.fact("Loaded", [registry.moment(sheet.loaded), f" by {sheet.loaded_by or 'nobody on record'}"]),
    ]


def _sources(sheet: Sheet) -> list[Any]:
    """Say from where they are, what for, and by which right."""
    lines = [
        html.Li([html.Strong(name), f". Purpose: {purpose}. Legal basis: {basis}. Kept for: {retention}."])
        for name, purpose, basis, retention in sheet.sources
    ]
    undeclared = [html.Li("None is declared.")]
    return [
        html.H3("Sources", className="ks-part-title"),
        html.Ul(lines or undeclared, className="ks-dialog-list"),
    ]


def _gaps(sheet: Sheet) -> list[Any]:
    if not sheet.gaps:
        return [html.P("No gap was found when the rows were checked.", className="ks-card-note")]
    lines = [html.Li(words) for words in sheet.gaps[:5]]
    more = len(sheet.gaps) - len(lines)
    if more:
        lines.append(html.Li(f"{format.count(more, 'more gap')}: see the whole sheet."))
    return [html.H3("Known gaps", className="ks-part-title"), html.Ul(lines, className="ks-dialog-list")]


def _problem_card(found: GovernancePage) -> html.Section:
    return card(
        "Problems and resolutions",
        html.Div(_problems.listed(found.problems, may_note=found.may_note), id="problems"),
        note="of every version, open ones first",
        width="full",
    )


def _register(found: GovernancePage) -> html.Section:
    return card(
        "Actions and trials",
        html.Div(_undertakings(found.undertakings), id=Ids.FOUND, className="ks-refresh",
                 **{"aria-live": "polite"}),
        note="who is affected, what about them, where, how long; what touches the same people is refused",
        tools=controls.search(Ids.SEARCH, "", label="Search actions and trials, past ones too"),
        width="full",
    )  # fmt: skip


def _undertakings(rows: tuple[Undertaking, ...]) -> Any:
    actor = here.actor()
    may_actions, may_trials = permitted(actor, "see-actions"), permitted(actor, "see-experiments")
    return governance.undertakings(rows, lambda row: may_actions if row.kind == "action" else may_trials)


def _care(found: GovernancePage) -> html.Dialog:
    owner = dcc.Dropdown(options=list(found.owners), id=Ids.OWNER, placeholder="Choose a person")
    return dialog.dialog(
        Ids.CARE_DIALOG,
        "Owner and review",
        [
            html.P(["Version ", html.Code(id=Ids.CARE_OF)]),
            html.P("No answer changes. The owner is named on every page as who answers for the model; from "
                   "the day of review on, this page asks for it."),
            html.Div(
                [html.Label("Owner", htmlFor=Ids.OWNER, className="ks-dialog-label"), owner],
                className="ks-dialog-field",
            ),
            html.Div(_button(Ids.OWNER_NOW, "Keep the owner", "bi-person-check")),
            controls.day(Ids.REVIEW, None, label="To be reviewed by", least=found.today),
            html.P("An empty day is left open.", className="ks-card-note"),
        ],
        [_button(Ids.REVIEW_NOW, "Keep the day", "bi-calendar-check")],
        said=Ids.CARE_SAID,
    )  # fmt: skip


def _button(id: Ids, words: str, sign: str) -> html.Button:
    return html.Button([marks.icon(sign), words], id=id, type="button", className="ks-button")


@callback(Output(Ids.FOUND, "children"), Input(Ids.SEARCH, "value"), prevent_initial_call=True)
@permission("see-governance")
def search(words: Any) -> Any:
    """List the actions and trials in which every word occurs."""
    asked = words[:200] if isinstance(words, str) else ""
    return _undertakings(undertakings.listing(here.installation(), here.actor(), asked))


@callback(
    Output(Ids.CARE_OF, "children"),
    Output(Ids.OWNER, "value"),
    Output(Ids.REVIEW, "value"),
    Input(care_id(ALL), "n_clicks"),
    prevent_initial_call=True,
)
@permission("govern-models")
def open_care(clicks: list[int | None]) -> tuple[Any, Any, Any]:
    """Let the dialog begin with the version whose button was pressed."""
    if not any(clicks) or not isinstance(ctx.triggered_id, dict):
        return KEEP, KEEP, KEEP
    rows = service.models(here.installation(), here.actor())
    row = next((one for one in rows if one.version == ctx.triggered_id.get("version")), None)
    if row is None:
        return KEEP, KEEP, KEEP
    return row.version[:16], row.owner, row.review_due.isoformat() if row.review_due else None


@callback(
    Output(Ids.DONE, "data"),
    Output(Ids.CARE_SAID, "children"),
    Input(Ids.OWNER_NOW, "n_clicks"),
    State(Ids.CARE_OF, "children"),
    State(Ids.OWNER, "value"),
    prevent_initial_call=True,
)
@permission("govern-models")
def keep_owner(clicks: int | None, version: Any, owner: Any) -> tuple[Any, Any]:
    """Make the person chosen answerable for the version shown."""
    if not clicks:
        return KEEP, KEEP
    if not owner:
        return KEEP, "Choose a person first."
    try:
        ownership.set_owner(here.installation(), here.actor(), str(version), str(owner))
    except (ValueError, LookupError) as refused:
        return KEEP, str(refused)
    return {"go": "/governance"}, ""


@callback(
    Output(Ids.DONE, "data", allow_duplicate=True),
    Output(Ids.CARE_SAID, "children", allow_duplicate=True),
    Input(Ids.REVIEW_NOW, "n_clicks"),
    State(Ids.CARE_OF, "children"),
    State(Ids.REVIEW, "value"),
    prevent_initial_call=True,
)
@permission("govern-models")
def keep_review(clicks: int | None, version: Any, day: Any) -> tuple[Any, Any]:
    """Keep the day by which the version shown is reviewed."""
    if not clicks:
        return KEEP, KEEP
    try:
        ownership.set_review(here.installation(), here.actor(), str(version), _day(day))
    except (ValueError, LookupError) as refused:
        return KEEP, str(refused)
    return {"go": "/governance"}, ""


def _day(text: Any) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise ValueError(f"{str(text)[:20]!r} is no day: choose one, such as 2027-03-03.") from None


clientside_callback(ClientsideFunction("model", "done"), Input(Ids.DONE, "data"))
