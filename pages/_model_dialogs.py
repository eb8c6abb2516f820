"""The Model page's dialogs: what asks before something is signed, taken back, withdrawn, planned or noted."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from components import controls, dialog, format, gates, governance, marks
from pages._model_ids import Ids
from services.model_page import ModelPage
from web import here


def dialogs(found: ModelPage) -> list[Any]:
    """Make the dialogs of what this person may do with this version."""
    made = (
        sign_dialog(found), back_dialog(found), withdraw_dialog(found), plan_dialog(found), note_dialog(found)
    )  # fmt: skip
    return [one for one in made if one is not None]


def sign_dialog(found: ModelPage) -> Any:
    """Show what is signed, what follows and what happens if it fails; ask for the statement.

    While a question of the ethics review is open it leads to the questions instead.
    """
    if not (found.review.may_sign or found.review.waits_for_answers):
        return None
    return dialog.dialog(
        Ids.SIGN_DIALOG,
        f"Sign version {found.version[:8]}",
        [
            html.P(gates.verdict(found.review.gates), className="ks-md-verdict"),
            gates.gates(found.review.gates),
            html.H3("What follows", className="ks-part-title"),
            html.Ul([html.Li(words) for words in _consequences(found)], className="ks-dialog-list"),
            html.H3("If it fails", className="ks-part-title"),
            html.Ul([html.Li(words) for words in found.review.plan], className="ks-dialog-list"),
            html.H3("Ethics review", className="ks-part-title"),
            *_ethics(found),
            *(_statement(found) if found.review.may_sign else []),
        ],
        [_sign_now() if found.review.may_sign else _to_the_questions(found)],
        said=Ids.SIGN_SAID,
        lede=f"Signing as {here.actor().name}. The signature fits exactly this report.",
    )


def _ethics(found: ModelPage) -> list[Any]:
    """Say how the ten questions stand: who answered them, or that signing waits for answers."""
    review = found.review.ethics
    if not review.is_complete:
        older = any(line.state == "older" for line in review.open)
        also = " Answers of an earlier version can be confirmed." if older else ""
        return [
            governance.progress(len(review.lines) - len(review.open), len(review.lines)),
            html.P(f"It can be signed once all are answered; a sentence or two each will do.{also}"),
        ]
    names = " and ".join(sorted({line.name for line in review.lines}))
    link = dcc.Link("read them", href=f"/governance/ethics?version={found.version}")
    return [html.P([f"All {len(review.lines)} questions are answered, by {names}: ", link, "."])]


def _statement(found: ModelPage) -> list[Any]:
    statement = dialog.writing(
        Ids.STATEMENT,
        "Your statement",
        hint="In a sentence: what you looked at, and why you agree. It is kept with your name.",
    )
    return [statement, _override(found)]


def _sign_now() -> html.Button:
    return html.Button([marks.icon("bi-pen"), "Sign"], id=Ids.SIGN_NOW, type="button", className="ks-button")


def _to_the_questions(found: ModelPage) -> dcc.Link:
    return dcc.Link(
        [marks.icon("bi-list-check"), "Answer the ten questions"],
        id=Ids.QUESTIONS,
        href=f"/governance/ethics?version={found.version}",
        className="ks-button",
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


def back_dialog(found: ModelPage) -> Any:
    """Ask why one goes back to the version before."""
    back = found.way_back
    if back is None or not found.may_roll_back:
        return None
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


def withdraw_dialog(found: ModelPage) -> Any:
    """Ask why the version is withdrawn, and say what that means."""
    if not found.may_withdraw:
        return None
    return dialog.dialog(
        Ids.WITHDRAW_DIALOG,
        f"Withdraw version {found.version[:8]} for good?",
        [
            html.Ul([html.Li(words) for words in _withdrawn(found)], className="ks-dialog-list"),
            dialog.writing(
                Ids.WITHDRAW_REASON, "Why", hint="It is kept in the log and in the history of versions."
            ),
        ],
        [_do("bi-slash-circle", "Withdraw", Ids.WITHDRAW_NOW, alarm=True)],
        said=Ids.WITHDRAW_SAID,
    )


def _withdrawn(found: ModelPage) -> list[str]:
    told = ["It never answers again and cannot be signed again. Its files and its record are kept."]
    if not found.is_serving:
        return [*told, "It does not answer now, so no score changes."]
    back = found.way_back if found.state == "champion" else None
    if back is None:
        return [*told, "No version answers then: facts and averages of groups are shown instead of scores."]
    return [*told, f"Version {back.version[:8]}, signed before it, answers from the next request on."]


def plan_dialog(found: ModelPage) -> Any:
    """Ask on which days the version is meant to be withdrawn and deleted."""
    if not found.may_decide:
        return None
    known = found.known
    return dialog.dialog(
        Ids.PLAN_DIALOG,
        f"Plan the end of version {found.version[:8]}",
        [
            html.P("Nothing happens by itself: on that day this page asks for a decision."),
            html.Div(
                [
                    controls.day(
                        Ids.PLAN_WITHDRAWAL, known.planned_withdrawal, label="To be withdrawn on",
                        least=found.today,
                    ),
                    controls.day(
                        Ids.PLAN_DELETION, known.planned_deletion, label="Files to be deleted on",
                        least=found.today,
                    ),
                ],
                className="ks-md-days",
            ),
            html.P("An empty day is left open.", className="ks-card-note"),
        ],
        [_do("bi-calendar-event", "Keep the plan", Ids.PLAN_NOW)],
        said=Ids.PLAN_SAID,
    )  # fmt: skip


def note_dialog(found: ModelPage) -> Any:
    """Ask for a review, a problem or what solved one."""
    kinds = [("review", "A review"), ("problem", "A problem")]
    kinds += [("resolution", "What solved a problem")] if found.known.open_problems else []
    return dialog.dialog(
        Ids.NOTE_DIALOG,
        f"Note something of version {found.version[:8]}",
        [
            controls.radios(Ids.NOTE_KIND, kinds, "review", label="Kind of note"),
            dialog.writing(
                Ids.NOTE_TEXT, "What you found", hint="It is kept with your name, here and in the log."
            ),
        ],
        [_do("bi-chat-left-text", "Keep the note", Ids.NOTE_NOW)],
        said=Ids.NOTE_SAID,
        lede=f"As {here.actor().name}.",
    )


def _do(sign: str, words: str, id: str, *, alarm: bool = False) -> html.Button:
    look = "ks-button ks-button-alarm" if alarm else "ks-button"
    return html.Button([marks.icon(sign), words], id=id, type="button", className=look)
