"""Problems of versions on the pages that show them: the list, and the dialogs that note one and solve one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

from dash import (
    ALL,
    ClientsideFunction,
    Input,
    Output,
    State,
    callback,
    clientside_callback,
    ctx,
    dcc,
    html,
    no_update,
)

from components import dialog, governance, marks
from services import problems
from services.problems import ProblemRow
from services.roles import permission
from web import here


class Ids(StrEnum):
    """Every id of this part."""

    DONE = "problems-done"
    BACK = "problems-back"
    NOTE = "problems-note"
    NOTE_DIALOG = "problems-note-dialog"
    NOTE_VERSION = "problems-note-version"
    NOTE_TEXT = "problems-note-text"
    NOTE_NOW = "problems-note-now"
    NOTE_SAID = "problems-note-said"
    SOLVE_DIALOG = "problems-solve-dialog"
    SOLVED = "problems-solved"
    SOLVE_TEXT = "problems-solve-text"
    SOLVE_NOW = "problems-solve-now"
    SOLVE_SAID = "problems-solve-said"


def solve_id(number: int | Any) -> dict[str, Any]:
    """Give the id of the button that solves one problem."""
    return {"type": "problems-solve", "number": number}


def listed(rows: Sequence[ProblemRow], *, may_note: bool, with_version: bool = True) -> list[Any]:
    """List problems, each open one with its button, and lead to noting another."""

    def solve(row: ProblemRow) -> Any:
        if not may_note or row.resolved is not None:
            return None
        return html.Button(
            [marks.icon("bi-check2-circle"), "Note what solved it"],
            id=solve_id(row.number), type="button", className="ks-button ks-button-second ks-on-screen",
            **{"data-opens": Ids.SOLVE_DIALOG, "aria-label": f"Note what solved problem {row.number}"},
        )  # fmt: skip

    note = dialog.opener(
        "Note a problem", Ids.NOTE_DIALOG, sign="bi-exclamation-diamond", kind="second", id=Ids.NOTE
    )
    return [
        governance.problems(rows, solve, with_version=with_version),
        *([html.Div(note, className="ks-on-screen ks-md-act")] if may_note else []),
    ]


def dialogs(versions: Sequence[tuple[str, str]], back: str) -> list[Any]:
    """Make both dialogs; ``versions`` are pairs of version and words, ``back`` the page shown afterwards."""
    if not versions:
        return []
    return [dcc.Store(id=Ids.DONE), dcc.Store(id=Ids.BACK, data=back), _noting(versions), _solving()]


def _noting(versions: Sequence[tuple[str, str]]) -> html.Dialog:
    chosen = dcc.Dropdown(
        options=[{"value": version, "label": words} for version, words in versions],
        value=versions[0][0],
        id=Ids.NOTE_VERSION,
        clearable=False,
    )
    return dialog.dialog(
        Ids.NOTE_DIALOG,
        "Note a problem of a version",
        [
            html.P("No answer changes. It stands on the Model and Governance pages until it is solved."),
            html.Div(
                [html.Label("Version", htmlFor=Ids.NOTE_VERSION, className="ks-dialog-label"), chosen],
                className="ks-dialog-field",
            ),
            dialog.writing(
                Ids.NOTE_TEXT, "What is wrong", hint="It is kept with your name, here and in the log."
            ),
        ],
        [_button(Ids.NOTE_NOW, "Note it", "bi-exclamation-diamond")],
        said=Ids.NOTE_SAID,
    )


def _solving() -> html.Dialog:
    return dialog.dialog(
        Ids.SOLVE_DIALOG,
        "What solved it?",
        [
            html.P(id=Ids.SOLVED, className="ks-sentence"),
            dialog.writing(
                Ids.SOLVE_TEXT, "What was done", hint="A problem is solved once; it stays on record."
            ),
        ],
        [_button(Ids.SOLVE_NOW, "It is solved", "bi-check2-circle")],
        said=Ids.SOLVE_SAID,
    )


def _button(id: str, words: str, sign: str) -> html.Button:
    return html.Button([marks.icon(sign), words], id=id, type="button", className="ks-button")


@callback(Output(Ids.SOLVED, "children"), Input(solve_id(ALL), "n_clicks"), prevent_initial_call=True)
@permission("see-model")
def open_solving(clicks: list[int | None]) -> Any:
    """Show the problem whose button was pressed, by its number first."""
    if not any(clicks) or not isinstance(ctx.triggered_id, dict):
        return no_update
    number = ctx.triggered_id.get("number")
    rows = problems.listing(here.installation(), here.actor())
    row = next((one for one in rows if one.number == number), None)
    return f"{row.number}: {row.text}" if row else no_update


@callback(
    Output(Ids.DONE, "data"),
    Output(Ids.NOTE_SAID, "children"),
    Input(Ids.NOTE_NOW, "n_clicks"),
    State(Ids.NOTE_VERSION, "value"),
    State(Ids.NOTE_TEXT, "value"),
    State(Ids.BACK, "data"),
    prevent_initial_call=True,
)
@permission("see-model")
def note(clicks: int | None, version: Any, text: Any, back: Any) -> tuple[Any, Any]:
    """Note a problem of the version chosen."""
    return _do(
        clicks, back, lambda: problems.record(here.installation(), here.actor(), str(version), _text(text))
    )


@callback(
    Output(Ids.DONE, "data", allow_duplicate=True),
    Output(Ids.SOLVE_SAID, "children"),
    Input(Ids.SOLVE_NOW, "n_clicks"),
    State(Ids.SOLVED, "children"),
    State(Ids.SOLVE_TEXT, "value"),
    State(Ids.BACK, "data"),
    prevent_initial_call=True,
)
@permission("see-model")
def solve(clicks: int | None, shown: Any, text: Any, back: Any) -> tuple[Any, Any]:
    """Note what solved the problem that is shown."""
    number = str(shown or "").partition(":")[0]
    if not number.isdecimal() or len(number) > 9:
        return no_update, "Choose a problem first." if clicks else no_update
    return _do(
        clicks, back, lambda: problems.resolve(here.installation(), here.actor(), int(number), _text(text))
    )


def _do(clicks: int | None, back: Any, deed: Callable[[], object]) -> tuple[Any, Any]:
    """Do it and show the page anew; say in the dialog why not where it is refused."""
    if not clicks:
        return no_update, no_update
    try:
        deed()
    except (ValueError, LookupError) as refused:
        return no_update, str(refused)
    # only ways back that these pages gave themselves
    known = isinstance(back, str) and back.startswith(("/model", "/governance"))
    return {"go": back if known else "/governance"}, ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


clientside_callback(ClientsideFunction("model", "done"), Input(Ids.DONE, "data"))
