"""The person affected: all that is held about one customer, to read, print or take along; their objection."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import dash
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html, no_update

from components import dialog, format, frame, marks, notices, registry, states
from components import subject as parts
from components.card import card, cards
from pages import _foot  # noqa: F401  (registers the foot's callback)
from pages._subject_ids import Ids
from services import objections, subject
from services.objections import ObjectionRefused
from services.roles import permission, permitted
from services.subject import NoSuchCustomer, SubjectAnswer
from web import here

dash.register_page(__name__, path="/subject", title="The person affected - Keepsight", order=40)

LIST = ("Customers", "/customers")


@permission("see-subject")
def layout(customer: str = "", **_query: str) -> html.Main:
    """Lay the page out; ``?customer=`` names the customer. That it was looked at is on record."""
    if not customer:
        return frame.page(
            "The person affected", _choose("No customer is chosen", "Choose one from the list."), back=LIST
        )
    try:
        found = subject.of(here.installation(), here.actor(), customer)
    except NoSuchCustomer as fault:
        return frame.page("The person affected", _choose("Nothing is held", str(fault)), back=LIST)
    stamp = found.now.stamp if found.now else None
    return frame.page(
        f"What is held about {found.id}",
        dcc.Store(id=Ids.KEY, data=found.id),
        dcc.Store(id=Ids.DONE),
        notices.stand_in(stamp),
        html.Div(
            cards(
                [
                    _objection(found),
                    _now(found),
                    card("What would change it", parts.ways(found), model=found.ways is not None),
                    card("How to contest it", parts.contest(found), width="full"),
                    card("What is held", parts.values(found), note=_months(found), width="full"),
                    card("Where it comes from", parts.origin(found), width="full"),
                    card("Scores over time", parts.scores(found), note=SCORES, model=True, width="full"),
                    card("Who decided what", parts.actions(found), width="full"),
                    card("What was asked and done", parts.deeds(found), note=LATEST, width="full"),
                ]
            ),
            className="ks-sj",
        ),
        *_dialogs(found),
        *([marks.stamp_line(stamp)] if stamp else []),
        lede=_lede(found),
        badges=[
            parts.objected_badge(found.objection is not None),
            marks.synthetic_badge(bool(stamp and stamp.synthetic)),
        ],
        actions=_actions(found),
        back=(f"Customer {found.id}", f"/customer?id={quote(found.id, safe='')}") if found.now else LIST,
    )


LATEST = "the latest first"
SCORES = "those kept for all customers, and those shown to somebody; higher means more likely to leave"


def _choose(title: str, text: str) -> html.Section:
    link = dcc.Link("To the list of customers", href="/customers", className="ks-button")
    return html.Section(states.empty(title, text, sign="bi-person", action=link), className="ks-card")


def _lede(found: SubjectAnswer) -> list[Any]:
    return [
        f"All that Keepsight holds about this customer in {found.title}, and what was made of it, as of ",
        registry.moment(found.made),
        ". That you looked is on record: ",
        dcc.Link(f"entry {found.entry}", href=f"/log?entry={found.entry}"),
        ".",
    ]


def _actions(found: SubjectAnswer) -> list[Any]:
    key = quote(found.id, safe="")
    print_button = html.Button(
        [marks.icon("bi-printer"), "Print"], id=Ids.PRINT, type="button",
        className="ks-button ks-button-second",
    )  # fmt: skip
    files = [
        html.A(
            [marks.icon("bi-download"), words],
            href=f"/subject/file.{kind}?customer={key}",
            className="ks-button ks-button-second",
            title=title,
        )
        for kind, words, title in (
            ("html", "As a page", "One HTML file that stands alone, for the person concerned"),
            ("json", "As data", "The same for machines"),
        )
    ]
    return [print_button, *files]


def _objection(found: SubjectAnswer) -> html.Section:
    tools = None
    if permitted(here.actor(), "object-for-customers"):
        if found.objection is not None:
            tools = dialog.opener(
                "Take it back", Ids.LIFT_DIALOG, sign="bi-arrow-counterclockwise", kind="second", id=Ids.LIFT
            )
        elif found.loads[0].is_current:
            tools = dialog.opener(
                "Record an objection", Ids.OBJECT_DIALOG, sign="bi-person-slash", id=Ids.OBJECT
            )
    return card("Objection to profiling", parts.objections(found), tools=tools, width="full")


def _now(found: SubjectAnswer) -> html.Section:
    if found.now is None or found.now.score is None:
        why = found.no_ways if found.now is None else found.now.stamp.withheld or "There is no score."
        return card("The score of now", html.P(why, className="ks-sentence"), width="half")
    score, stamp = found.now.score, found.now.stamp
    horizon = format.count(stamp.horizon_months, "month")
    range_of = format.share_range(score.low, score.high)
    reasons = [
        html.Li(f"{one.label} ({one.value}): {format.points(one.points)} points") for one in found.now.reasons
    ]
    return card(
        "The score of now",
        [
            html.P(
                f"A chance of leaving within {horizon} of {format.share(score.probability)} ({range_of}).",
                className="ks-sentence",
            ),
            html.P(found.now.sentence),
            html.Ul(reasons, className="ks-sj-reasons"),
        ],
        note="higher means more likely to leave; the points add up, from the model's start to the score",
        model=True,
        badge=marks.draft_badge(stamp),
        width="half",
    )


def _months(found: SubjectAnswer) -> str:
    if found.months is None:
        return "the row in use; one snapshot, no history"
    first, last = (format.month(one) for one in found.months)
    return f"the latest row; rows are held from {first} to {last}" if first != last else f"the row of {last}"


def _dialogs(found: SubjectAnswer) -> list[Any]:
    if not permitted(here.actor(), "object-for-customers"):
        return []
    made = dialog.dialog(
        Ids.OBJECT_DIALOG,
        f"Record that {found.id} objects to profiling",
        [
            html.P(objections.CONSEQUENCE),
            dialog.writing(
                Ids.OBJECT_WORDS,
                "What the customer said",
                hint="In their words, and how it reached you: by phone, by letter, when.",
            ),
        ],
        [_confirm("Record the objection", Ids.OBJECT_NOW)],
        said=Ids.OBJECT_SAID,
    )
    back = dialog.dialog(
        Ids.LIFT_DIALOG,
        f"Record that {found.id} takes the objection back",
        [
            html.P(objections.LIFTED),
            dialog.writing(
                Ids.LIFT_WORDS, "What the customer said", hint="Only the customer can take it back."
            ),
        ],
        [_confirm("Record that it is taken back", Ids.LIFT_NOW)],
        said=Ids.LIFT_SAID,
    )
    return [made, back]


def _confirm(words: str, id: Ids) -> html.Button:
    return html.Button([marks.icon("bi-check-lg"), words], id=id, type="button", className="ks-button")


@callback(
    Output(Ids.DONE, "data"),
    Output(Ids.OBJECT_SAID, "children"),
    Input(Ids.OBJECT_NOW, "n_clicks"),
    State(Ids.KEY, "data"),
    State(Ids.OBJECT_WORDS, "value"),
    running=[(Output(Ids.OBJECT_NOW, "disabled"), True, False)],
    prevent_initial_call=True,
)
@permission("object-for-customers")
def record(clicks: int | None, key: Any, words: Any) -> tuple[Any, Any]:
    """Record an objection; it holds from this moment on."""
    return _do(clicks, objections.record, key, words)


@callback(
    Output(Ids.DONE, "data", allow_duplicate=True),
    Output(Ids.LIFT_SAID, "children"),
    Input(Ids.LIFT_NOW, "n_clicks"),
    State(Ids.KEY, "data"),
    State(Ids.LIFT_WORDS, "value"),
    running=[(Output(Ids.LIFT_NOW, "disabled"), True, False)],
    prevent_initial_call=True,
)
@permission("object-for-customers")
def lift(clicks: int | None, key: Any, words: Any) -> tuple[Any, Any]:
    """Record that an objection is taken back."""
    return _do(clicks, objections.lift, key, words)


def _do(clicks: int | None, deed: Any, key: Any, words: Any) -> tuple[Any, Any]:
    """Do it, then show the page anew; what hinders is told in the dialog."""
    if not clicks or not isinstance(key, str):
        return no_update, no_update
    try:
        deed(here.installation(), here.actor(), key, words if isinstance(words, str) else "")
    except ObjectionRefused as refused:
        return no_update, str(refused)
    return {"go": f"/subject?customer={quote(key, safe='')}"}, ""


clientside_callback(ClientsideFunction("model", "done"), Input(Ids.DONE, "data"), prevent_initial_call=True)
clientside_callback(
    ClientsideFunction("model", "print"), Input(Ids.PRINT, "n_clicks"), prevent_initial_call=True
)
