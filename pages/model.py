"""Model: what the model is worth, what it does, whether anybody stands behind it; here it is signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html, no_update

from components import (
    controls,
    dialog,
    facts,
    fairness,
    format,
    frame,
    gates,
    marks,
    registry,
    report,
    robustness,
    shapes,
    states,
    version_card,
)
from components.card import card, cards
from config.glossary import meaning
from pages import _foot  # noqa: F401  (registers the foot's callback)
from services import model_page, signing
from services.model_page import ModelPage, NoSuchVersion
from services.roles import permission
from web import here

dash.register_page(__name__, path="/model", title="Model - Keepsight", order=7)


class Ids(StrEnum):
    """Every id of this page."""

    SHOWN = "model-shown"
    SIGN = "model-sign"
    SIGN_DIALOG = "model-sign-dialog"
    STATEMENT = "model-statement"
    OVERRIDE = "model-override"
    SIGN_NOW = "model-sign-now"
    SIGN_SAID = "model-sign-said"
    BACK = "model-back"
    BACK_DIALOG = "model-back-dialog"
    REASON = "model-reason"
    BACK_NOW = "model-back-now"
    BACK_SAID = "model-back-said"
    DONE = "model-done"
    FEATURE = "model-feature"
    SHAPE = "model-shape"
    PRINT = "model-print"
    DOWNLOAD = "model-download"
    FILE = "model-file"


@permission("see-model")
def layout(version: str = "", compare: str = "") -> html.Main:
    """Lay the page out; ``?version=`` chooses one, ``&compare=`` sets another beside it."""
    try:
        found = model_page.gather(here.installation(), here.actor(), version or None, compare or None)
    except NoSuchVersion as fault:
        nothing = states.empty("No such model", str(fault), sign="bi-clipboard-x")
        return frame.page("Model", html.Section(nothing, className="ks-card"))
    return frame.page(
        "Model",
        dcc.Store(id=Ids.SHOWN, data={"version": found.version, "report": found.report_sha256}),
        dcc.Store(id=Ids.DONE),
        dcc.Download(id=Ids.FILE),
        _ways(found),
        cards([part for part in (_standing(found), _compared(found)) if part is not None]),
        *_body(found),
        _sign_dialog(found),
        *([_back_dialog(found)] if found.may_roll_back else []),
        lede=_lede(found),
        badges=[registry.state_badge(found.state), marks.synthetic_badge(found.stamp.synthetic)],
        actions=_actions(found),
    )


def _lede(found: ModelPage) -> list[Any]:
    answers = "It answers now." if found.is_serving else "It does not answer now."
    return [_about(found), " Version ", html.Code(found.version[:8]), f". {answers}"]


def _about(found: ModelPage) -> str:
    horizon = format.count(found.stamp.horizon_months, "month")
    return f"{found.stamp.title}: who will leave within {horizon}."


def _actions(found: ModelPage) -> list[Any]:
    def button(id: str, sign: str, words: str) -> html.Button:
        return html.Button(
            [marks.icon(sign), words], id=id, type="button", className="ks-button ks-button-second"
        )

    back = (
        [
            dialog.opener(
                "Roll back", Ids.BACK_DIALOG, sign="bi-arrow-counterclockwise", kind="second", id=Ids.BACK
            )
        ]
        if found.may_roll_back
        else []
    )
    return [
        button(Ids.PRINT, "bi-printer", "Print"),
        button(Ids.DOWNLOAD, "bi-download", "Model card"),
        *back,
    ]


PLACES = (
    ("quality", "Quality"),
    ("effects", "What drives it"),
    ("groups", "Groups"),
    ("strain", "Robustness"),
    ("candidates", "Candidates"),
    ("versions", "Versions"),
)


def _ways(found: ModelPage) -> html.Nav:
    links = [html.Li(html.A(words, href=f"#{name}", className="ks-md-way")) for name, words in PLACES]
    return html.Nav(html.Ul(links), className="ks-md-nav", **{"aria-label": "Parts of this page"})


# --- who stands behind it ----------------------------------------------------------------------------


def _badge(found: ModelPage) -> Any:
    """Mark a figure of this version as a draft's until somebody signed it."""
    signed = found.signature is not None
    return None if signed else marks.badge("draft, not signed off", "draft", meaning("draft"))


def _standing(found: ModelPage) -> html.Section:
    title, words = _verdict(found)
    left = html.Div(
        [
            html.P(title, className="ks-md-verdict"),
            *(
                [html.Blockquote(found.signature.statement, className="ks-md-statement")]
                if found.signature
                else []
            ),
            *([html.P(words, className="ks-card-note")] if words else []),
            _sign_button(found),
            facts.facts(_facts(found)),
        ],
        className="ks-md-standing",
    )
    damage = (
        [states.error("The report cannot be shown", found.damage, "Nothing can be signed meanwhile.")]
        if found.damage
        else []
    )
    right = html.Div([*damage, html.H3("Checks", className="ks-part-title"), gates.gates(found.lines)])
    return card(
        "Does anybody stand behind it?",
        html.Div([left, right], className="ks-md-two"),
        help_text=f"{meaning('sign-off')} {meaning('gate')}",
        width="full",
    )


def _verdict(found: ModelPage) -> tuple[Any, str]:
    checks = gates.verdict(found.lines)
    if found.signature is not None:
        signed = found.signature
        when = registry.moment(signed.time)
        return [f"Signed by {signed.name} ({signed.role}), ", when, "."], checks
    if found.may_sign:
        return f"Ready to be signed. {checks}", ""
    return f"Not signed. {checks}", found.why_not


def _sign_button(found: ModelPage) -> Any:
    if not found.may_sign:
        return html.Div(id=Ids.SIGN, hidden=True)
    return html.Div(
        dialog.opener("Review and sign", Ids.SIGN_DIALOG, sign="bi-pen", id=Ids.SIGN),
        className="ks-on-screen",
    )


def _facts(found: ModelPage) -> list[Any]:
    data = found.report.get("data") or {}
    rows = data.get("rows") if isinstance(data, Mapping) else None
    left = data.get("left") if isinstance(data, Mapping) else None
    learned = [facts.fact("Learned from", _learned(rows, left))] if isinstance(rows, int) else []
    seal = found.report_sha256
    return [
        *learned,
        facts.fact("Trained", registry.moment(found.created)),
        *([facts.fact("By", found.trained_by)] if found.trained_by else []),
        facts.fact("Scores", format.count(found.scored, "active customer")),
        facts.fact("Version", html.Code(found.version[:16])),
        facts.fact("Report", html.Code(seal[:16]) if seal else "none kept", missing=not seal),
    ]


def _learned(rows: int, left: Any) -> str:
    gone = f", {format.number(left)} of whom left" if isinstance(left, int) else ""
    return f"{format.count(rows, 'customer')}{gone}"


def _compared(found: ModelPage) -> html.Section | None:
    if found.compared is None:
        return None
    body = report.comparison(
        found.report.get("quality"),
        found.compared_report.get("quality"),
        (f"This ({found.version[:8]})", f"Other ({found.compared.version[:8]})"),
        meaning,
    )
    return card(
        f"Beside version {found.compared.version[:8]}",
        body,
        note="each measured on its own customers set aside; differences inside the range count as none",
        help_text=f"{meaning('champion')} {meaning('challenger')}",
        model=True,
        width="full",
    )


# --- the report --------------------------------------------------------------------------------------


def _body(found: ModelPage) -> list[Any]:
    return [
        *_part("quality", "Quality", "How good are its answers?", _quality(found)),
        *_part("effects", "What drives it", "Patterns in past customers, not causes.", _effects(found)),
        *_part("groups", "Groups of people", "Is everybody served alike?", _groups(found)),
        *_part("strain", "Robustness", "What if the input is wrong?", _strain(found)),
        *_part("candidates", "Candidates", "What else was tried?", _candidates(found)),
        *_part("versions", "Versions", "What answered before, and what might next?", _versions(found)),
    ]


def _part(name: str, title: str, lede: str, members: list[Any]) -> list[Any]:
    heading = html.Div(
        [html.H2(title, className="ks-md-title"), html.P(lede, className="ks-lede")],
        id=name,
        className="ks-md-head",
    )
    return [heading, *members]


def _quality(found: ModelPage) -> list[Any]:
    quality, badge = found.report.get("quality"), _badge(found)
    tiles = report.tiles(quality, meaning, lambda: _badge(found))
    note = report.stands_on(quality)
    return [
        tiles,
        cards(
            [
                card(
                    "Every measure",
                    report.measures(quality, meaning),
                    note=note,
                    model=True,
                    badge=badge,
                    help_text=f"{meaning('hold-out')} {meaning('range-of-a-measure')}",
                    width="full",
                ),
                card(
                    "Are the chances right?",
                    report.calibration(quality),
                    help_text=meaning("calibration"),
                    model=True,
                    badge=badge,
                ),
                html.Div(
                    [
                        card(
                            "Right and wrong on the list",
                            report.confusion(quality),
                            note=note,
                            model=True,
                            help_text=meaning("confusion"),
                            badge=badge,
                            width="full",
                        ),
                        card(
                            "What the list is worth",
                            report.money(quality, found.stamp.currency),
                            model=True,
                            help_text=meaning("value-of-the-list"),
                            badge=badge,
                            width="full",
                        ),
                    ],
                    className="ks-md-column",
                ),
            ]
        ),
    ]


def _effects(found: ModelPage) -> list[Any]:
    section, badge = found.report.get("explanation"), _badge(found)
    offered = shapes.offered(section)
    chosen = offered[0][0] if offered else None
    body = html.Div(
        shapes.shape(section, int(chosen or 0)),
        id=Ids.SHAPE,
        className="ks-refresh",
        **{"aria-live": "polite"},
    )
    picker = controls.choice(Ids.FEATURE, offered, chosen, label="Feature") if offered else None
    return [
        cards(
            [
                card(
                    "Weight of each feature",
                    shapes.importance(section),
                    help_text=meaning("importance"),
                    model=True,
                    badge=badge,
                    width="third",
                ),
                card(
                    "Effect of a feature",
                    [*([picker] if picker is not None else []), body],
                    help_text=meaning("shape"),
                    model=True,
                    badge=badge,
                    width="two-thirds",
                ),
                card(
                    "What sets segments apart",
                    shapes.segments(section),
                    help_text=meaning("reason"),
                    model=True,
                    badge=badge,
                    width="full",
                ),
            ]
        )
    ]


def _groups(found: ModelPage) -> list[Any]:
    body = fairness.fairness(found.report.get("fairness"), meaning)
    return [
        cards(
            [
                card(
                    "Between groups of people",
                    body,
                    model=True,
                    badge=_badge(found),
                    width="full",
                    note="95% ranges; a group under 30 customers is too few",
                    help_text=meaning("too-few"),
                )
            ]
        )
    ]


def _strain(found: ModelPage) -> list[Any]:
    sections, badge = found.report, _badge(found)
    return [
        cards(
            [
                card(
                    "Wrong, missing and strange input",
                    robustness.robustness(sections.get("robustness"), meaning),
                    help_text=f"{meaning('robustness')} {meaning('list-kept')}",
                    model=True,
                    badge=badge,
                    width="full",
                ),
                card(
                    "Made-up cases",
                    robustness.cases(sections.get("cases")),
                    help_text=meaning("model-test"),
                    model=True,
                    badge=badge,
                ),
                card(
                    "How often the range holds",
                    robustness.coverage(sections.get("coverage"), meaning),
                    help_text=meaning("coverage"),
                    model=True,
                    badge=badge,
                ),
            ]
        )
    ]


def _candidates(found: ModelPage) -> list[Any]:
    made = robustness.environment(found.report.get("data"), found.report.get("environment"))
    return [
        cards(
            [
                card(
                    "Tried beside it",
                    report.candidates(found.report.get("candidates")),
                    model=True,
                    help_text=meaning("candidate"),
                    badge=_badge(found),
                    width="full",
                    note="on the same customers, in the same splits",
                ),
                card("Made from and with", made, width="full"),
            ]
        )
    ]


def _versions(found: ModelPage) -> list[Any]:
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
                card("Which version answered when", registry.history(found.served), width="full"),
                card("Reviews and problems", registry.reviews(found.notes), width="full"),
            ]
        )
    ]


# --- what asks before it changes something -----------------------------------------------------------


def _sign_dialog(found: ModelPage) -> Any:
    if not found.may_sign:
        return None
    return dialog.dialog(
        Ids.SIGN_DIALOG,
        f"Sign version {found.version[:8]}",
        [
            html.P(gates.verdict(found.lines), className="ks-md-verdict"),
            gates.gates(found.lines),
            html.H3("What follows", className="ks-part-title"),
            html.Ul([html.Li(words) for words in _consequences(found)], className="ks-dialog-list"),
            dialog.writing(
                Ids.STATEMENT,
                "Your statement",
                hint="In a sentence: what you looked at, and why you agree. It is kept with your name.",
            ),
            _override(found),
        ],
        [html.Button([marks.icon("bi-pen"), "Sign"], id=Ids.SIGN_NOW, type="button", className="ks-button")],
        said=Ids.SIGN_SAID,
        lede=f"Signing as {here.actor().name}. The signature fits exactly this report.",
    )


def _override(found: ModelPage) -> html.Div:
    """Ask why a drastic change may not wait; a first version replaces none, so nothing is held back."""
    asked = dialog.writing(
        Ids.OVERRIDE,
        "Why it may not wait",
        hint="Only if it is held back, because it would change very much within working hours.",
        rows=2,
    )
    return html.Div(asked, hidden=all(one.state != "champion" for one in found.versions))


def _consequences(found: ModelPage) -> list[str]:
    whose = format.count(found.scored, "customer's score", "customers' scores")
    told = []
    if found.state == "draft":
        told.append(f"{whose} will no longer be marked draft, and viewers will see them too.")
    elif found.scored:
        told.append(f"{whose} will come from this version from the next request on.")
    champion = next((one for one in found.versions if one.state == "champion"), None)
    if champion is not None and champion.version != found.version:
        told.append(f"Version {champion.version[:8]} retires. It is kept: you can roll back to it.")
    told.append("Your name, the time and your statement stand in the log and on the model card.")
    return told


def _back_dialog(found: ModelPage) -> Any:
    back = found.way_back
    assert back is not None
    signed = f", signed by {back.signed_by}," if back.signed_by else ""
    return dialog.dialog(
        Ids.BACK_DIALOG,
        f"Roll back to version {back.version[:8]}?",
        [
            html.Ul(
                [
                    html.Li(f"Version {back.version[:8]}{signed} answers again from the next request on."),
                    html.Li("The version that answers now retires; it can be signed again."),
                    html.Li("Scores, lists and reasons change for everybody at once."),
                ],
                className="ks-dialog-list",
            ),
            dialog.writing(Ids.REASON, "Why", hint="It is kept in the log and in the history of versions."),
        ],
        [
            html.Button(
                [marks.icon("bi-arrow-counterclockwise"), "Roll back"],
                id=Ids.BACK_NOW,
                type="button",
                className="ks-button ks-button-alarm",
            ),
        ],
        said=Ids.BACK_SAID,
    )


# --- callbacks ---------------------------------------------------------------------------------------


@callback(
    Output(Ids.DONE, "data"),
    Output(Ids.SIGN_SAID, "children"),
    Input(Ids.SIGN_NOW, "n_clicks"),
    State(Ids.STATEMENT, "value"),
    State(Ids.OVERRIDE, "value"),
    State(Ids.SHOWN, "data"),
    prevent_initial_call=True,
)
@permission("sign-model")
def sign(
    clicks: int | None, statement: str | None, override: str | None, shown: dict[str, Any] | None
) -> tuple[Any, Any]:
    """Sign exactly the report that was shown; what hinders is told in the dialog."""
    if not clicks or not isinstance(shown, dict):
        return no_update, no_update
    if not isinstance(statement, str) or not statement.strip():
        return no_update, "Write a sentence first: what you looked at, and why you agree."
    try:
        signing.sign(
            here.installation(),
            here.actor(),
            str(shown.get("version")),
            str(shown.get("report")),
            statement.strip(),
            override=override.strip() or None if isinstance(override, str) else None,
        )
    except (ValueError, LookupError) as refused:
        return no_update, str(refused)
    return {"go": "/model"}, ""


@callback(
    Output(Ids.DONE, "data", allow_duplicate=True),
    Output(Ids.BACK_SAID, "children"),
    Input(Ids.BACK_NOW, "n_clicks"),
    State(Ids.REASON, "value"),
    prevent_initial_call=True,
)
@permission("withdraw-model")
def roll_back(clicks: int | None, reason: str | None) -> tuple[Any, Any]:
    """Go back to the version signed before; what hinders is told in the dialog."""
    if not clicks:
        return no_update, no_update
    if not isinstance(reason, str) or not reason.strip():
        return no_update, "Say why first: the next person will want to know."
    try:
        signing.rollback(here.installation(), here.actor(), reason.strip())
    except (ValueError, LookupError) as refused:
        return no_update, str(refused)
    return {"go": "/model"}, ""


@callback(
    Output(Ids.SHAPE, "children"),
    Input(Ids.FEATURE, "value"),
    State(Ids.SHOWN, "data"),
    prevent_initial_call=True,
)
@permission("see-model")
def show_shape(place: str | None, shown: dict[str, Any] | None) -> Any:
    """Draw the effect of the feature chosen."""
    if not isinstance(shown, dict) or not str(place or "").isdecimal():
        return no_update
    held = model_page.report(here.installation(), here.actor(), str(shown.get("version")))
    return shapes.shape(held.get("explanation"), int(str(place)))


@callback(
    Output(Ids.FILE, "data"),
    Input(Ids.DOWNLOAD, "n_clicks"),
    State(Ids.SHOWN, "data"),
    prevent_initial_call=True,
)
@permission("see-model")
def download(clicks: int | None, shown: dict[str, Any] | None) -> Any:
    """Hand out the card of the version shown, as one HTML file."""
    if not clicks or not isinstance(shown, dict):
        return no_update
    found = model_page.gather(here.installation(), here.actor(), str(shown.get("version")))
    name = f"model-card-{found.version[:12]}.html"
    return {"content": card_of(found), "filename": name, "type": "text/html"}


def card_of(found: ModelPage) -> str:
    """Write the card of a version: everything the page says of it, every effect; nothing of the reader."""
    found = replace(found, may_sign=False, why_not="")
    section = found.report.get("explanation")
    effects = [
        card(words, shapes.shape(section, int(place)), width="full")
        for place, words in shapes.offered(section)
    ]
    title = f"Model card: {found.stamp.title}"
    seal = f"Version {found.version}. Report {found.report_sha256 or 'none kept'} (SHA-256)."
    tree = [
        html.H1(title),
        html.P([registry.state_badge(found.state), _badge(found)]),
        html.P(_about(found)),
        html.P(seal, className="ks-md-seal"),
        _standing(found),
        *_body(found),
        html.H2("The effect of each feature"),
        *effects,
        html.P(frame.NOTICE),
    ]
    return version_card.card_file(title, tree)


clientside_callback(ClientsideFunction("model", "done"), Input(Ids.DONE, "data"))
clientside_callback(
    ClientsideFunction("model", "print"), Input(Ids.PRINT, "n_clicks"), prevent_initial_call=True
)
