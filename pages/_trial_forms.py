"""The forms of the Trials page: start a trial, end one, call off a promotion that waits."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import html

from components import controls, dialog, format, marks, trials
from services.trials_page import TrialsPage


class Ids(StrEnum):
    """Every id of this page."""

    SHOWN = "trials-shown"
    SEARCH = "trials-search"
    REGISTER = "trials-register"
    START = "trials-start"
    START_DIALOG = "trials-start-dialog"
    KIND = "trials-kind"
    VERSION = "trials-version"
    SHARE = "trials-share"
    DAYS = "trials-days"
    DIFFERENCE = "trials-difference"
    WHAT = "trials-what"
    PLANNED = "trials-planned"
    START_NOW = "trials-start-now"
    START_SAID = "trials-start-said"
    STOP = "trials-stop"
    STOP_DIALOG = "trials-stop-dialog"
    OUTCOME = "trials-outcome"
    STOP_NOW = "trials-stop-now"
    STOP_SAID = "trials-stop-said"
    CANCEL = "trials-cancel"
    CANCEL_DIALOG = "trials-cancel-dialog"
    CANCELLED = "trials-cancelled"
    REASON = "trials-reason"
    CANCEL_NOW = "trials-cancel-now"
    CANCEL_SAID = "trials-cancel-said"
    DONE = "trials-done"


def who_id(column: str) -> dict[str, str]:
    """Give the id of the boxes of one column."""
    return {"type": "trials-who", "column": column}


def dialogs(found: TrialsPage) -> list[Any]:
    """Build the dialogs that this person may open now."""
    made = []
    if found.may_run and not found.why_not:
        made.append(_start_dialog(found))
    if found.may_run and found.detail and found.detail.row.ended is None:
        made.append(_stop_dialog(found))
    if found.may_sign and found.held:
        made.append(_cancel_dialog(found))
    return made


def _start_dialog(found: TrialsPage) -> html.Dialog:
    versions = [
        (one.version, f"{one.version[:8]}, trained {format.day(one.created)}") for one in found.challengers
    ]
    return dialog.dialog(
        Ids.START_DIALOG,
        "Start a trial",
        [
            html.Div(
                [html.P("How", className="ks-dialog-label"),
                 controls.radios(Ids.KIND, trials.EXPLAINED, "canary", label="How")]
            ),
            html.Div(
                [html.P("Which version", className="ks-dialog-label"),
                 controls.radios(Ids.VERSION, versions, versions[0][0], label="Which version")]
            ),
            html.Div(
                [
                    trials.amount(Ids.SHARE, "Share", 10, "% of those affected", least=1, most=50, step=1),
                    trials.amount(Ids.DAYS, "For", 14, "days", least=1, most=365, step=1),
                    trials.amount(
                        Ids.DIFFERENCE, "Least difference (A/B)", 5, "points", least=0.1, most=50, step=0.1
                    ),
                ],
                className="ks-amounts",
            ),
            trials.people(found.segments, who_id),
            dialog.writing(Ids.WHAT, "What about them", hint="In a sentence; kept in the register.", rows=2),
            html.P(id=Ids.PLANNED, className="ks-trial-planned", role="status"),
        ],
        [html.Button([marks.icon("bi-play"), "Start"], id=Ids.START_NOW, type="button",
                     className="ks-button")],
        said=Ids.START_SAID,
        lede="Customers in it are marked as a trial, and viewers are answered by the champion.",
    )  # fmt: skip


def _stop_dialog(found: TrialsPage) -> html.Dialog:
    assert found.detail is not None
    return dialog.dialog(
        Ids.STOP_DIALOG,
        f"End trial {found.detail.row.id}?",
        [
            html.P("From the next request on the champion answers for everybody."),
            dialog.writing(Ids.OUTCOME, "What came of it", hint="A sentence; others find it by its words."),
        ],
        [html.Button([marks.icon("bi-stop-circle"), "End it"], id=Ids.STOP_NOW, type="button",
                     className="ks-button")],
        said=Ids.STOP_SAID,
    )  # fmt: skip


def _cancel_dialog(found: TrialsPage) -> html.Dialog:
    waiting = [(str(row.number), f"Version {row.version[:8]}, signed by {row.name}") for row in found.held]
    return dialog.dialog(
        Ids.CANCEL_DIALOG,
        "Call off a promotion that waits?",
        [
            html.P("The version that answers now goes on; what was signed is not put in its place."),
            controls.radios(Ids.CANCELLED, waiting, waiting[0][0], label="Which promotion"),
            dialog.writing(Ids.REASON, "Why", hint="It is kept in the log."),
        ],
        [html.Button([marks.icon("bi-x-lg"), "Call it off"], id=Ids.CANCEL_NOW, type="button",
                     className="ks-button ks-button-alarm")],
        said=Ids.CANCEL_SAID,
    )  # fmt: skip


def part(percent: Any) -> float | None:
    """Read a percentage as a share (0 to 1); None where it is no number."""
    is_number = isinstance(percent, int | float) and not isinstance(percent, bool)
    return percent / 100 if is_number else None


def chosen(levels: list[Any], ids: list[Any]) -> dict[str, list[str]]:
    """Join the boxes: column to its levels, those without any left out."""
    pairs = zip(ids or [], levels or [], strict=False)
    return {
        str(one.get("column")): [str(level) for level in wanted]
        for one, wanted in pairs
        if isinstance(one, dict) and isinstance(wanted, list) and wanted
    }
