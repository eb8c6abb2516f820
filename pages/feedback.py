"""Feedback: say something, follow it, see what others said and what became of it; managers answer."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlencode

import dash
import dash_bootstrap_components as dbc
from dash import dcc, html

from components import feedback as sheet
from components import feedback_charts as charts
from components import feedback_lists as lists
from components import format, frame, kpi, marks
from components import usage as usage_parts
from components.card import card, cards
from config.feedback_places import pages, verdicts
from pages import (
    _feedback_item,
    _feedback_own,  # noqa: F401  (registers the callbacks of the forms)
    _foot,  # noqa: F401  (registers the foot's callback)
)
from pages._feedback_ids import WHOLE, Ids
from services import feedback_page, usage
from services.feedback import LONGEST, FeedbackItem, NoSuchFeedback
from services.feedback_page import FeedbackPage
from services.feedback_words import title
from services.roles import permission
from web import here

dash.register_page(__name__, path="/feedback", title="Feedback - Keepsight", order=9)

LEDE = "What people say about Keepsight, and what became of it. Everybody reads it, without names."


@permission("see-feedback")
def layout(
    item: str | None = None, guideline: str | None = None, state: str | None = None, shown: str = "", **_: str
) -> html.Main:
    """Lay the page out; ``?item=`` shows one, ``?guideline=`` and ``?state=`` narrow the board."""
    installation, actor = here.installation(), here.actor()
    if item is not None:
        return _one(item)
    many = int(shown) if shown.isdecimal() and len(shown) < 5 else feedback_page.SHOWN
    found = feedback_page.gather(installation, actor, guideline=guideline, state=state, shown=many)
    members = [_work(found)] if found.work is not None else []
    return frame.page(
        "Feedback",
        dcc.Store(id=Ids.ONCE, data=secrets.token_hex(16)),
        _tiles(found),
        cards([*members, _mine(found), _form(), _follow(found), _board(found), *_patterns(found), _used()]),
        lede=LEDE,
    )


def _one(item: str) -> html.Main:
    try:
        if not item.isdecimal() or len(item) > 9:
            raise NoSuchFeedback(f"{item[:40]!r} is no number of feedback: look it up in the list.")
        found = feedback_page.gather_item(here.installation(), here.actor(), int(item))
    except NoSuchFeedback as fault:
        return _feedback_item.missing(str(fault))
    return _feedback_item.layout(found)


def _tiles(found: FeedbackPage) -> html.Div:
    counted, days = found.counted, found.patterns.median_days
    half = (
        "no answers in the last 12 months" if days is None else f"half of the answers within {days:.1f} days"
    )
    changed = f"of {format.count(counted.answered, 'answer')}"
    return kpi.tiles(
        [
            kpi.tile(
                "Wait for an answer", str(counted.open), note=f"of {format.count(counted.items, 'item')}"
            ),
            kpi.tile("Overdue", str(counted.overdue), note="their day is past"),
            kpi.tile("Answered", str(counted.answered), note=half),
            kpi.tile("Led to a change", str(counted.changed), note=changed),
        ]
    )


def _listed(found: FeedbackPage, rows: tuple[FeedbackItem, ...], none: str, *, with_names: bool) -> Any:
    return lists.items(
        rows,
        title=title,
        verdict=lambda one: verdicts().get(one.verdict, one.verdict),
        overdue=lambda one: one.is_open and one.due < found.now,
        changes=lambda one: found.led_to.get(one.number, []),
        none=none,
        with_names=with_names,
    )


def _work(found: FeedbackPage) -> html.Section:
    rows = found.work or ()
    first = f"the first {len(rows)} of " if len(rows) < found.counted.open else ""
    note = f"{first}{found.counted.open} open, {found.counted.overdue} overdue, those first"
    return card(
        "To be answered", _listed(found, rows, "Nothing waits for an answer.", with_names=True), note=note,
        width="full",
    )  # fmt: skip


def _mine(found: FeedbackPage) -> html.Section:
    none = "You have sent nothing with your name yet. Every page has a button at its foot for it."
    return card(
        "Yours", _listed(found, found.mine, none, with_names=False),
        note="with your name; what you send without it opens by its receipt number", width="full",
    )  # fmt: skip


def _form() -> html.Section:
    options = [{"label": "Keepsight as a whole", "value": WHOLE}]
    options += [{"label": one.name, "value": path} for path, one in pages().items() if path != "/complaint"]
    words = f"From any page: the button at its foot, or {sheet.SHORTCUT}."
    body = html.Div(
        [
            html.Div(
                [html.Label("What is it about?", htmlFor=Ids.PLACE, className="ks-dialog-label"),
                 dbc.Select(id=Ids.PLACE, options=options, value=WHOLE)]
            ),
            html.Div(
                [html.Label("In your words", htmlFor=Ids.TEXT, className="ks-dialog-label"),
                 html.P(f"Up to {LONGEST:,} characters.", className="ks-card-note"),
                 dcc.Textarea(id=Ids.TEXT, value="", rows=4, className="ks-writing")]
            ),
            dbc.Checkbox(id=Ids.NAMED, label="Send with my name", value=True),
            html.Div(html.Button([marks.icon("bi-send"), "Send"], id=Ids.SEND, type="button",
                                 className="ks-button")),
            html.P(id=Ids.SAID, role="alert", className="ks-fb-refused"),
            html.Div(id=Ids.SENT, role="status", className="ks-fb-result"),
        ],
        className="ks-fb-form",
    )  # fmt: skip
    return card("Say something", body, note=words)


def _follow(found: FeedbackPage) -> html.Section:
    body = html.Div(
        [
            html.Div(
                [html.Label("Receipt number", htmlFor=Ids.RECEIPT, className="ks-dialog-label"),
                 dbc.Input(id=Ids.RECEIPT, type="text", value="", maxLength=60, autoComplete="off")]
            ),
            html.Div(
                html.Button([marks.icon("bi-search"), "Follow"], id=Ids.FOLLOW, type="button",
                            className="ks-button ks-button-second")
            ),
            html.Div(id=Ids.FOLLOWED, role="status"),
            html.Hr(),
            dbc.Checkbox(id=Ids.ASKED, label="Keepsight may ask me now and then", value=found.is_asked),
            html.P("At most once a week, after something you did; never when you sign in.",
                   className="ks-card-note"),
            html.P(id=Ids.ASKED_SAID, role="status", className="ks-card-note"),
        ],
        className="ks-fb-form",
    )  # fmt: skip
    return card("Follow what you sent without a name", body, note="by the number you were given")


def _board(found: FeedbackPage) -> html.Section:
    rows = found.board
    body: list[Any] = [
        lists.chips(_states(found), "Narrow by state"),
        lists.chips(_guidelines(found), "Narrow by guideline"),
        _listed(found, rows, "Nothing here yet.", with_names=False),
    ]
    if len(rows) < found.of_board:
        href = _address(found, shown=str(len(rows) + 3 * feedback_page.SHOWN))
        body.append(dcc.Link("Show more", href=href, className="ks-quiet-link"))
    note = f"{len(rows)} of {found.of_board}, latest first; words of complaints from outside are left out"
    return card("What everybody said", body, note=note, width="full")


def _states(found: FeedbackPage) -> list[tuple[str, str, bool]]:
    rows = (("All", None), ("Open", "open"), ("Answered", "answered"))
    return [(words, _address(found, state=value), found.state == value) for words, value in rows]


def _guidelines(found: FeedbackPage) -> list[tuple[str, str, bool]]:
    named = [
        (key, one.items) for key, one in found.by_guideline.items() if one.items or key == found.guideline
    ]
    rows = [("All guidelines", _address(found, guideline=None), found.guideline is None)]
    return rows + [
        (f"{key} ({items})", _address(found, guideline=key), found.guideline == key) for key, items in named
    ]


def _address(found: FeedbackPage, **changes: str | None) -> str:
    query = {"guideline": found.guideline, "state": found.state} | changes
    plain = {name: value for name, value in query.items() if value}
    return f"/feedback?{urlencode(plain)}" if plain else "/feedback"


def _used() -> html.Section:
    """Show beside what people say what they use, and how fast it answered."""
    body = usage_parts.usage(usage.summary(here.installation()))
    note = "pages opened and the time until they answered, by everybody who is counted"
    return card("What is used, and how fast", html.Div(body, className="ks-usage"), note=note, width="full")


def _patterns(found: FeedbackPage) -> list[html.Section]:
    if not found.counted.items:
        return []
    told = found.patterns
    cuts = (
        ("page", "Page", list(told.pages)),
        ("thing", "Thing", [(name.capitalize(), one) for name, one in told.things]),
        ("guideline", "Guideline", list(told.guidelines)),
        ("model version", "Version", [(name[:8], one) for name, one in told.versions]),
    )
    note = "items that came and items answered"
    months = card("By month", charts.months(told.months), note=note, width="full")
    return [months, *(_cut(*one) for one in cuts)]


def _cut(name: str, head: str, rows: list[Any]) -> html.Section:
    title = f"Feedback by {name}"
    drawn = charts.counts(rows, id=f"feedback-by-{name.replace(' ', '-')}", title=title, head=head)
    return card(f"By {name}", drawn, note="the last 12 months, by items sent")
