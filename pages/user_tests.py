"""User tests: who tried these pages, by gender and age, what was found and what was changed because of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import dash
from dash import ALL, ClientsideFunction, Input, Output, State, callback, clientside_callback, ctx, dcc, html
from dash import no_update as KEEP

from components import controls, dialog, frame, marks
from components import user_tests as parts
from components.card import card, cards
from pages import _foot  # noqa: F401  (registers the foot's callback)
from pages._user_tests_ids import Ids, correct_id, people_id, withdraw_id
from services import user_tests
from services.roles import permission
from services.user_tests import BANDS, GENDERS, Group, UserTest
from web import here

dash.register_page(__name__, path="/guidelines/tests", title="User tests - Keepsight", order=41)

LEDE = "Who tried these pages, by gender and age, what was found, and what was changed because of it."
COUNTS = (
    "It counts in guideline G6 from the next time that is worked out, and everybody signed in reads it: "
    "write numbers of people, and no names."
)
WITHDRAWN = "It counts in guideline G6 no more. That there was one, and why it was withdrawn, stays readable."
AGAIN = {"go": "/guidelines/tests"}


@permission("see-facts")
def layout(**_query: str) -> html.Main:
    """Lay the page out."""
    installation, actor = here.installation(), here.actor()
    tests, may = user_tests.listing(installation, actor), user_tests.may_record(actor)
    limit = installation.settings.least_gender_share
    add = dialog.opener("Register a test", Ids.DIALOG, sign="bi-plus-lg", id=Ids.ADD)
    return frame.page(
        "User tests",
        dcc.Store(id=Ids.DONE),
        cards(
            [
                card(
                    "Who took part",
                    parts.balance(user_tests.balance(tests), limit),
                    note="in all tests that stand",
                    width="full",
                ),
                card(
                    "Tests",
                    parts.listed(tests, _deeds if may else _none),
                    note="latest first" if may else "latest first; managers and administrators register them",
                    width="full",
                ),
            ]
        ),
        *([_form(), _withdrawing()] if may else []),
        lede=LEDE,
        actions=[add] if may else [],
        back=("G6", "/guidelines/G6"),
    )


def _none(one: UserTest) -> None:
    """Give no buttons, to who may not change anything."""


def _deeds(one: UserTest) -> list[Any] | None:
    if one.is_withdrawn:
        return None
    return [
        _opener("Correct", "bi-pencil", correct_id(one.number), Ids.DIALOG, one.number),
        _opener("Withdraw", "bi-x-circle", withdraw_id(one.number), Ids.WITHDRAW_DIALOG, one.number),
    ]


def _opener(words: str, sign: str, id: Any, opens: str, number: int) -> html.Button:
    return html.Button(
        [marks.icon(sign), words], id=id, type="button", className="ks-button ks-button-second",
        **{"data-opens": opens, "aria-label": f"{words} test {number}"},
    )  # fmt: skip


def _form() -> html.Dialog:
    return dialog.dialog(
        Ids.DIALOG,
        "A user test",
        [
            dcc.Store(id=Ids.ABOUT),
            controls.day(Ids.DAY, None, label="Day of the test", most=_today()),
            dialog.line(Ids.TASK, "What they were asked to do", most=user_tests.LONGEST_TASK),
            html.Div(
                [
                    html.P("How many took part", className="ks-dialog-label"),
                    html.Div(_people({}), id=Ids.PEOPLE),
                ]
            ),
            dialog.writing(Ids.FINDINGS, "What was found", most=user_tests.LONGEST),
            dialog.writing(Ids.CHANGED, "What was changed because of it", rows=2, most=user_tests.LONGEST,
                           hint="Leave it empty while nothing is, and correct the test later."),
            html.Div(dialog.line(Ids.REASON, "Why it is corrected", most=user_tests.LONGEST_TASK), id=Ids.WHY,
                     hidden=True),
        ],
        [_button(Ids.SAVE, "Keep it", "bi-check-lg")],
        said=Ids.SAID,
        lede=COUNTS,
    )  # fmt: skip


def _withdrawing() -> html.Dialog:
    return dialog.dialog(
        Ids.WITHDRAW_DIALOG,
        "Withdraw a test?",
        [
            dcc.Store(id=Ids.WITHDRAW_ABOUT),
            html.P(id=Ids.WITHDRAW_WHAT, className="ks-sentence"),
            html.P(WITHDRAWN),
            dialog.line(Ids.WITHDRAW_REASON, "Why", most=user_tests.LONGEST_TASK),
        ],
        [_button(Ids.WITHDRAW_NOW, "Withdraw", "bi-x-circle", "ks-button-alarm")],
        said=Ids.WITHDRAW_SAID,
    )


def _button(id: str, words: str, sign: str, kind: str = "") -> html.Button:
    look = f"ks-button {kind}".strip()
    return html.Button([marks.icon(sign), words], id=id, type="button", className=look)


def _people(chosen: dict[tuple[str, str], int]) -> html.Div:
    return parts.people(people_id, GENDERS, BANDS, chosen)


def _today() -> date:
    return here.installation().store.clock().date()


@callback(
    Output(Ids.ABOUT, "data"),
    Output(Ids.DAY, "value"),
    Output(Ids.TASK, "value"),
    Output(Ids.PEOPLE, "children"),
    Output(Ids.FINDINGS, "value"),
    Output(Ids.CHANGED, "value"),
    Output(Ids.WHY, "hidden"),
    Input(Ids.ADD, "n_clicks"),
    Input(correct_id(ALL), "n_clicks"),
    prevent_initial_call=True,
)
@permission("record-user-tests")
def open_form(add: int | None, clicks: list[int | None]) -> tuple[Any, ...]:
    """Let the form begin empty, or with the test whose button was pressed."""
    pressed = ctx.triggered_id
    if isinstance(pressed, dict) and any(clicks):
        one = _standing(pressed.get("number"))
        if one is not None:
            chosen = {(group.gender, group.band): group.people for group in one.groups}
            seen = {"number": one.number, "states": one.states}
            return seen, one.date.isoformat(), one.task, _people(chosen), one.findings, one.changed, False
    if not add:
        return (KEEP,) * 7
    return None, _today().isoformat(), "", _people({}), "", "", True


@callback(
    Output(Ids.DONE, "data"),
    Output(Ids.SAID, "children"),
    Input(Ids.SAVE, "n_clicks"),
    State(Ids.ABOUT, "data"),
    State(Ids.DAY, "value"),
    State(Ids.TASK, "value"),
    State(people_id(ALL, ALL), "value"),
    State(people_id(ALL, ALL), "id"),
    State(Ids.FINDINGS, "value"),
    State(Ids.CHANGED, "value"),
    State(Ids.REASON, "value"),
    prevent_initial_call=True,
)
@permission("record-user-tests")
def save(
    clicks: int | None,
    about: Any,
    day: Any,
    task: Any,
    people: list[Any],
    ids: list[Any],
    findings: Any,
    changed: Any,
    reason: Any,
) -> tuple[Any, Any]:
    """Register the test, or correct the one that was opened as it was seen."""
    given = {
        "day": _day(day), "task": _text(task), "groups": _groups(people, ids), "findings": _text(findings),
        "changed": _text(changed),
    }  # fmt: skip
    where, who = here.installation(), here.actor()
    if not isinstance(about, dict):
        return _do(clicks, lambda: user_tests.record(where, who, **given))
    number, seen = _whole(about.get("number")), _whole(about.get("states"))
    return _do(
        clicks,
        lambda: user_tests.correct(where, who, number, **given, reason=_text(reason), seen=seen),
    )


@callback(
    Output(Ids.WITHDRAW_ABOUT, "data"),
    Output(Ids.WITHDRAW_WHAT, "children"),
    Input(withdraw_id(ALL), "n_clicks"),
    prevent_initial_call=True,
)
@permission("record-user-tests")
def open_withdrawal(clicks: list[int | None]) -> tuple[Any, Any]:
    """Name the test whose button was pressed."""
    if not any(clicks) or not isinstance(ctx.triggered_id, dict):
        return KEEP, KEEP
    one = _standing(ctx.triggered_id.get("number"))
    return (
        (KEEP, KEEP)
        if one is None
        else ({"number": one.number, "states": one.states}, f"Test {one.number}: {one.task}")
    )


@callback(
    Output(Ids.DONE, "data", allow_duplicate=True),
    Output(Ids.WITHDRAW_SAID, "children"),
    Input(Ids.WITHDRAW_NOW, "n_clicks"),
    State(Ids.WITHDRAW_ABOUT, "data"),
    State(Ids.WITHDRAW_REASON, "value"),
    prevent_initial_call=True,
)
@permission("record-user-tests")
def withdraw(clicks: int | None, about: Any, reason: Any) -> tuple[Any, Any]:
    """Withdraw the test that was opened, as it was seen."""
    about = about if isinstance(about, dict) else {}
    number, seen = _whole(about.get("number")), _whole(about.get("states"))
    return _do(
        clicks,
        lambda: user_tests.withdraw(here.installation(), here.actor(), number, _text(reason), seen=seen),
    )


clientside_callback(ClientsideFunction("model", "done"), Input(Ids.DONE, "data"))


def _do(clicks: int | None, deed: Callable[[], object]) -> tuple[Any, Any]:
    """Do something, then show the page anew; what hinders is told in the dialog."""
    if not clicks:
        return KEEP, KEEP
    try:
        deed()
    except ValueError as refused:
        return KEEP, str(refused)
    return AGAIN, ""


def _standing(number: Any) -> UserTest | None:
    tests = user_tests.listing(here.installation(), here.actor())
    return next((one for one in tests if one.number == number and not one.is_withdrawn), None)


def _groups(people: Any, ids: Any) -> list[Group]:
    """Read the fields; one that is empty is nobody, and what is no whole number is refused by the service."""
    pairs = zip(people, ids, strict=True) if isinstance(people, list) and isinstance(ids, list) else ()
    return [
        Group(str(id.get("gender")), str(id.get("band")), value)
        for value, id in pairs
        if value not in (None, "") and isinstance(id, dict)
    ]


def _day(value: Any) -> Any:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
