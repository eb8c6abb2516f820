"""One item of feedback: what was said and about what, each step, what it led to, and managers' work."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from dash import dcc, html

from components import controls, dialog, frame, marks, states
from components import feedback_lists as lists
from components.card import card, cards
from config.feedback_places import verdicts
from pages import _feedback_deeds  # noqa: F401  (registers the dialogs' callbacks)
from pages._feedback_ids import Ids
from services.feedback import FeedbackItem
from services.feedback_changes import Change
from services.feedback_page import ItemPage
from services.feedback_words import title
from web import here

BACK = ("Feedback", "/feedback")
ABOUT = {"prediction": "/customer?id={}", "guideline": "/guidelines/{}", "decision": "/log?entry={}",
         "setting": "/settings"}  # fmt: skip


def missing(words: str) -> html.Main:
    """Say that there is no such item."""
    return frame.page("Feedback", states.empty("There is nothing here.", words), back=BACK)


def layout(found: ItemPage) -> html.Main:
    """Lay one item out."""
    item = found.told.item
    is_overdue = item.is_open and item.due < found.now
    members = [_said(found), _became(found), *([_work(item)] if found.told.may_answer else [])]
    kind = "Complaint" if item.kind == "complaint" else "Feedback"
    return frame.page(
        f"{kind} {item.number}",
        dcc.Store(id=Ids.DONE),
        dcc.Store(id=Ids.NUMBER, data=item.number),
        dcc.Store(id=Ids.SEEN, data=item.revision),
        cards(members),
        *(_dialogs(found) if found.told.may_answer else []),
        lede=title(item),
        badges=lists.badges(item, is_overdue=is_overdue),
        back=BACK,
    )


def _said(found: ItemPage) -> html.Section:
    item, told = found.told.item, found.told
    is_hidden = item.is_outside and not told.may_answer
    empty = "A complaint from outside: its words are for those who answer it." if is_hidden else None
    body = [
        html.P(html.Strong(f"{verdicts().get(item.verdict, item.verdict)}.")),
        lists.said(item.text, **({"empty": empty} if empty else {})),
        lists.facts(_facts(item, told.may_answer or told.is_own)),
    ]
    return card("What was said", body)


def _facts(item: FeedbackItem, may_see: bool) -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = [("Sent", lists.moment(item.time))]
    if may_see:
        rows.append(("By", lists.sender(item).removeprefix("by ")))
    rows.append(("About", _about(item)))
    if item.guideline:
        rows.append(("Guideline", dcc.Link(item.guideline, href=f"/guidelines/{item.guideline}")))
    if item.page:
        rows.append(("Sent from", html.Code(item.page)))
    if item.response_ms is not None:
        rows.append(("That page answered in", f"{item.response_ms:,} ms"))
    if item.request_id:
        rows.append(("Request", html.Code(item.request_id)))
    if item.version:
        rows.append(("Model version", html.Code(item.version[:16])))
    if item.snapshot:
        rows.append(("Data snapshot", html.Code(item.snapshot[:16])))
    if item.about == "prediction" and item.about_id and may_see:
        answers = dcc.Link("what was answered about it", href=f"/log?{urlencode({'about': item.about_id})}")
        rows.append(("In the log", answers))
    where = dcc.Link("every step in the log", href=f"/log?kind=feedback&about=feedback-{item.number}")
    return [*rows, ("On record", where)]


def _about(item: FeedbackItem) -> Any:
    pattern = ABOUT.get(item.about)
    if pattern is None or not item.about_id:
        return title(item)
    return dcc.Link(title(item), href=pattern.format(quote(item.about_id, safe="")))


def _became(found: ItemPage) -> html.Section:
    item = found.told.item
    body: list[Any] = []
    if item.answer is not None:
        hidden = "The answer is for who complained." if item.is_outside else "Nothing was written."
        body.append(html.Div([html.Strong("Answer"), lists.said(item.answer, empty=hidden)],
                             className="ks-fb-answer"))  # fmt: skip
    if found.led_to:
        body.append(lists.led_to(found.led_to))
    body.append(lists.steps(found.told.steps))
    note: Any = "answered" if not item.is_open else f"an answer is due by {item.due:%d %B %Y}"
    if item.owner_name:
        note = f"{note}; {item.owner_name} answers for it"
    return card("What became of it", html.Div(body, className="ks-fb-form"), note=note)


def _work(item: FeedbackItem) -> html.Section:
    deeds = []
    if item.is_open:
        deeds.append(
            dialog.opener(
                "Take on or hand over", Ids.TAKE_DIALOG, sign="bi-person-check", kind="second", id=Ids.TAKE
            )
        )
        deeds.append(
            dialog.opener("Set another day", Ids.DUE_DIALOG, sign="bi-calendar", kind="second", id=Ids.DUE)
        )
    words = "Answer" if item.answer is None else "Answer anew"
    deeds.append(dialog.opener(words, Ids.ANSWER_DIALOG, sign="bi-reply", id=Ids.ANSWER))
    if item.state != "closed":
        deeds.append(dialog.opener("Close", Ids.CLOSE_DIALOG, sign="bi-check2", kind="second", id=Ids.CLOSE))
    return card("Work on it", html.Div(deeds, className="ks-fb-deeds"), width="full",
                note="who sent it sees each step")  # fmt: skip


def _dialogs(found: ItemPage) -> list[html.Dialog]:
    item = found.told.item
    made = [_answer(found)]
    if item.is_open:
        made += [_take(found), _due(item)]
    if item.state != "closed":
        made.append(_close(item))
    return made


def _button(id: str, words: str, sign: str) -> html.Button:
    return html.Button([marks.icon(sign), words], id=id, type="button", className="ks-button")


def _take(found: ItemPage) -> html.Dialog:
    own = here.actor().id
    people = [(one, f"{name} (you)" if one == own else name) for one, name in found.people]
    chosen = own if own in dict(people) else None
    return dialog.dialog(
        Ids.TAKE_DIALOG,
        "Who answers for it?",
        [controls.radios(Ids.TAKE_WHO, people, chosen, label="Who answers for it?")],
        [_button(Ids.TAKE_NOW, "Hand it over", "bi-person-check")],
        said=Ids.TAKE_SAID,
        lede="It is in work from then on, under that name; who sent it sees it.",
    )


def _due(item: FeedbackItem) -> html.Dialog:
    return dialog.dialog(
        Ids.DUE_DIALOG,
        "Set another day",
        [
            controls.day(Ids.DUE_DAY, item.due.date(), label="An answer is due by"),
            dialog.writing(Ids.DUE_REASON, "Why", hint="Who sent it reads it.", rows=2),
        ],
        [_button(Ids.DUE_NOW, "Set it", "bi-calendar-check")],
        said=Ids.DUE_SAID,
        lede="It counts as overdue only after that day; the change is on record.",
    )


def _answer(found: ItemPage) -> html.Dialog:
    hint = "Who sent it reads it; so does everybody, without names."
    if found.told.item.is_outside:
        hint = "Who sent it reads it by their receipt number; others do not."
    return dialog.dialog(
        Ids.ANSWER_DIALOG,
        "Answer",
        [
            dialog.writing(Ids.ANSWER_TEXT, "What was done, or why not", hint=hint, rows=5, most=4000),
            html.Div([html.P("What changed because of it", className="ks-dialog-label"),
                      _offered(found.offered)]),
        ],
        [_button(Ids.ANSWER_NOW, "Answer", "bi-reply")],
        said=Ids.ANSWER_SAID,
    )  # fmt: skip


def _offered(changes: tuple[Change, ...]) -> html.Div:
    options = [(one.key, f"{one.words}, {one.time:%d %B, %H:%M} UTC{_by(one)}") for one in changes]
    words = "What changed since it came in: settings, versions, loads and other decisions."
    if not options:
        words = "Nothing changed since it came in that is not linked yet."
    return html.Div(
        [
            html.P(words, className="ks-card-note"),
            controls.checks(Ids.ANSWER_CHANGES, options, [], label="What changed because of it"),
        ]
    )


def _by(change: Change) -> str:
    return f", {change.by}" if change.by else ""


def _close(item: FeedbackItem) -> html.Dialog:
    hint = "It has no answer yet, so this is the one its sender reads." if item.answer is None else ""
    label = "Why" if item.answer is None else "A last word, if there is one"
    return dialog.dialog(
        Ids.CLOSE_DIALOG,
        "Close it?",
        [dialog.writing(Ids.CLOSE_TEXT, label, hint=hint, rows=3, most=4000)],
        [_button(Ids.CLOSE_NOW, "Close", "bi-check2")],
        said=Ids.CLOSE_SAID,
        lede="It waits for nothing any more. It stays on the board, with its steps.",
    )
