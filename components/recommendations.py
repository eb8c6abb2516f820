"""Recommendations in words: the field that picks, the list with its reasons, what was chosen and hidden."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html

from components import marks, notices, states
from components.format import count, number

PAGE = "/recommendations"
OPEN_QUESTION = (
    "What to show without evidence is an open question of design: it could be nothing, or what everybody "
    "likes. Here it is a setting, further down."
)
DRAWN = "chosen by Keepsight, not by you"
KEPT = "chosen by Keepsight, kept by you"


def address(item: str | None, customer: str | None = None) -> str:
    """Give the address of the page on a title, for oneself or for a customer."""
    held = {name: value for name, value in (("item", item), ("customer", customer)) if value}
    return PAGE + (f"?{urlencode(held)}" if held else "")


def picker(id: str, options: str, label: str, *, hint: str) -> html.Div:
    """Ask for a title: type, choose with the arrows, take with Enter (assets/recommendations.js)."""
    return html.Div(
        [
            html.Label(label, htmlFor=id, className="ks-rec-label"),
            html.Div(
                [
                    marks.icon("bi-search"),
                    dcc.Input(
                        id=id, type="text", value="", debounce=0.2, placeholder=hint, autoComplete="off",
                        maxLength=200,
                    ),
                ],
                className="ks-search",
            ),
            html.Ul(id=options, className="ks-rec-options", role="listbox", hidden=True,
                    **{"aria-label": label}),
            html.P(className="visually-hidden", role="status"),
        ],
        className="ks-rec-picker",
        **{"data-picks": id, "data-options": options},
    )  # fmt: skip


def options(list_id: str, found: Sequence[Any]) -> list[Any]:
    """List the titles that fit what was typed (``item, title, categories``)."""
    if not found:
        return [html.Li("No title fits. Try fewer letters.", className="ks-rec-none", role="presentation")]
    return [
        html.Li(
            [html.Span(one.title), html.Span(_of(one.categories), className="ks-card-note")],
            id=f"{list_id}-{place}", className="ks-rec-option", role="option",
            **{"data-item": one.item, "data-title": one.title, "aria-selected": "false"},
        )
        for place, one in enumerate(found)
    ]  # fmt: skip


def listed(answer: Any, *, may_choose: bool) -> list[Any]:
    """List what goes with the title that was picked, each with its reason."""
    parts: list[Any] = []
    if answer.items:
        rows = [_row(one, reason(one, answer.ranker), answer.customer, may_choose) for one in answer.items]
        parts.append(html.Ol(rows, className="ks-rec-list"))
    if answer.nothing:
        parts += [
            notices.notice(answer.nothing, sign="bi-search"),
            html.P(OPEN_QUESTION, className="ks-card-note"),
        ]
    if answer.popular:
        parts += [
            html.H3("Popular with everybody", className="ks-part-title"),
            popular(answer.popular, answer.customer, may_choose=may_choose),
        ]
    if answer.absent:
        parts.append(html.P(answer.absent, className="ks-rec-absent"))
    return parts


def popular(found: Sequence[Any], customer: str | None, *, may_choose: bool) -> Any:
    """List titles that many chose; that is no reason, so none is given."""
    if not found:
        return states.empty(
            "Nobody has chosen anything yet",
            "Look for a title above and choose it: the first choices make the table.",
            sign="bi-collection",
        )
    rows = [_row(one, [f"{_chosen_by(one.chosen_by)}."], customer, may_choose) for one in found]
    return html.Ol(rows, className="ks-rec-list ks-rec-popular")


def reason(one: Any, ranker: str) -> list[Any]:
    """Give the reason of a line; by the rule, what ranks it inside its category too."""
    if ranker != "rule":
        return [one.because]
    both = f"{count(one.together, 'person', 'people')} chose both; {number(one.chosen_by)} chose it in all."
    return [one.because, html.Small(both)]


def _row(one: Any, words: list[Any], customer: str | None, may_choose: bool) -> html.Li:
    link = html.A(
        one.title, href=address(one.item, customer), className="ks-rec-title", **{"data-pick": one.item}
    )
    acts = html.Div([_hide(one), choose(one.item, one.title)], className="ks-rec-acts")
    return html.Li(
        [
            html.Div(
                [link, html.Span(_of(one.categories), className="ks-card-note")], className="ks-rec-head"
            ),
            *([acts] if may_choose else []),
            html.P(words, className="ks-rec-because"),
        ],
        className="ks-rec-row",
    )


def choose(item: str, title: str, words: str = "Choose", *, second: bool = True) -> html.Button:
    """Build the button that chooses a title."""
    return deed("choose", [marks.icon("bi-plus-lg"), words], f"Choose {title}", second=second, item=item)


def _hide(one: Any) -> html.Details:
    offers = [
        deed(
            "hide",
            f"The title {one.title}",
            f"Hide the title {one.title}",
            quiet=True,
            item=one.item,
            name=one.title,
        )
    ]
    offers += [
        deed("hide", f"All of {name}", f"Hide all of {name}", quiet=True, category=name, name=name)
        for name in one.categories
    ]
    return html.Details(
        [
            html.Summary([marks.icon("bi-eye-slash"), "Hide"], **{"aria-label": f"Hide {one.title} ..."}),
            html.Div(offers, className="ks-popover ks-rec-hide"),
        ],
        className="ks-pill ks-rec-menu",
    )  # fmt: skip


def before(customer: str) -> str:
    """Say what the buttons of a list will alter; ``customer`` is whom it is for, "" for oneself."""
    whose = f"the lists of customer {customer}" if customer else "your own lists"
    return (
        "A choice counts at once, and moves the table and the lists of everybody. What is hidden is left out "
        f"of {whose} only. Both can be undone here."
    )


def deed(
    what: str,
    words: Any,
    label: str | None = None,
    *,
    second: bool = False,
    quiet: bool = False,
    **about: str,
) -> html.Button:
    """Build a button whose deed the browser sends with a key of its own, so that it is done once."""
    look = "ks-button" + (" ks-button-second" if second else "") + (" ks-button-quiet" if quiet else "")
    named = {"aria-label": label} if label else {}
    held = {f"data-{name}": value for name, value in about.items()}
    return html.Button(words, type="button", className=look, **{"data-deed": what}, **held, **named)


# --- what a person has: choices, what is hidden, what was drawn for them ---------------------------------


def own(found: Sequence[Any], *, may_choose: bool) -> Any:
    """List a person's choices, latest first (``item, title, categories, moment, source``)."""
    if not found:
        words = "Nothing yet. A choice counts at once, and can be undone here."
        return html.P(words, className="ks-card-note")
    return html.Ul([_chosen(one, may_choose) for one in found], className="ks-rec-own")


def _chosen(one: Any, may_choose: bool) -> html.Li:
    link = html.A(one.title, href=address(one.item), className="ks-rec-title", **{"data-pick": one.item})
    mark = [marks.badge(KEPT)] if one.source == "kept" else []
    words = html.Span(_of(one.categories), className="ks-card-note")
    back = [undo(one.item, one.title)] if may_choose else []
    return html.Li([html.Div([link, words, *mark]), *back])


def undo(item: str, title: str) -> html.Button:
    """Build the button that takes a choice back."""
    words = [marks.icon("bi-arrow-counterclockwise"), "Undo"]
    return deed("undo", words, f"Undo the choice of {title}", second=True, item=item)


def hidden(items: Sequence[Any], categories: Sequence[str]) -> Any:
    """List what is hidden, each with the way back."""
    if not (items or categories):
        return html.P("Nothing is hidden.", className="ks-card-note")
    rows = [(one.title, "title", {"item": one.item}) for one in items]
    rows += [(name, "category", {"category": name}) for name in categories]
    return html.Ul(
        [
            html.Li(
                [
                    html.Div([html.Span(name), html.Span(kind, className="ks-card-note")]),
                    deed("show", "Show again", f"Show {name} again", second=True, name=name, **about),
                ]
            )
            for name, kind, about in rows
        ],
        className="ks-rec-own",
    )


def delegation(*, is_on: bool, left: int, a_day: int, can_draw: bool) -> list[Any]:
    """Say what "choose for me" is, whether it is on, and what is left of today."""
    switch = html.Button(
        [html.Span(className="ks-rec-knob", **{"aria-hidden": "true"}), "Let Keepsight choose for me"],
        type="button", role="switch", className="ks-rec-switch",
        **{"aria-checked": "true" if is_on else "false", "data-deed": "switch",
           "data-value": "off" if is_on else "on"},
    )  # fmt: skip
    parts: list[Any] = [switch]
    note = "One title of the list, drawn by lot; it counts for nothing until you keep it."
    if is_on:
        draw = deed("draw", [marks.icon("bi-dice-5"), "Choose for me"])
        draw.disabled = left == 0 or not can_draw
        parts.append(draw)
        note = f"{left} of {a_day} left today. " + (
            note if can_draw else "Pick a title that has a list first."
        )
    return [html.Div(parts, className="ks-rec-draw"), html.P(note, className="ks-card-note")]


def waiting(found: Sequence[Any]) -> list[Any]:
    """List what was drawn for a person and waits to be kept or undone (``id, title, of, seed``)."""
    return [_waiting(one) for one in found]


def _waiting(one: Any) -> html.Div:
    words = html.P([html.Strong(one.title), marks.badge(DRAWN, "warn")], className="ks-rec-head")
    how = html.Details(
        [html.Summary(f"Drawn by lot out of {count(one.of, 'title')}: how"), html.P(one.seed)],
        className="ks-twin",
    )
    acts = html.Div(
        [
            deed("keep", [marks.icon("bi-check-lg"), "Keep"], f"Keep {one.title}", id=one.id),
            deed("refuse", [marks.icon("bi-arrow-counterclockwise"), "Undo"],
                 f"Undo the draw of {one.title}", second=True, id=one.id),
        ],
        className="ks-rec-acts",
    )  # fmt: skip
    return html.Section(
        [html.Div([words, how]), acts], className="ks-rec-waiting", **{"aria-label": f"Drawn: {one.title}"}
    )


# --- what was done -------------------------------------------------------------------------------------


def done(words: str, moved: Sequence[Any], *, back: Any = None, entry: int | None = None) -> list[Any]:
    """Tell what was done, with the cells that moved, the way back and the entry of the log."""
    parts: list[Any] = [html.P([html.Strong(words), *(f" {moved_words(one)}." for one in moved)])]
    acts = [back] if back is not None else []
    if entry is not None:
        acts.append(log_link(entry))
    close = html.Button(
        marks.icon("bi-x-lg"), type="button", className="ks-icon-button ks-rec-close",
        **{"aria-label": "Close this message"},
    )  # fmt: skip
    return [*parts, html.Div([*acts, close], className="ks-rec-acts")]


def log_link(entry: int) -> dcc.Link:
    """Lead to an entry of the log."""
    return dcc.Link(f"log entry {entry}", href=f"/log?entry={entry}", className="ks-quiet-link")


def moved_words(one: Any) -> str:
    """Say how a cell moved: "Space horror x Science fiction reboots: 1 to 2"."""
    return f"{one.row} x {one.column}: {number(one.before)} to {number(one.after)}"


def _of(categories: Sequence[str]) -> str:
    return ", ".join(categories) or "no category"


def _chosen_by(people: int) -> str:
    return f"Chosen by {count(people, 'person', 'people')}"
