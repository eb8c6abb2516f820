"""The person affected: what is held about somebody, as lists and tables of words that print well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from components import facts, notices
from components.format import day, month, share, share_range
from components.marks import badge, icon
from components.registry import moment

OBJECTED = "objected to profiling"


def objected_badge(objects: bool) -> html.Span | None:
    """Mark somebody of whom nothing is worked out."""
    return badge(OBJECTED, "warn", "Nothing is worked out about this customer.") if objects else None


def excluded(count: int) -> html.P | None:
    """Say how many customers are in no figure of the model; nothing where all are."""
    if not count:
        return None
    who = "1 customer is" if count == 1 else f"{count:,} customers are"
    text = f"{who} excluded: they objected to profiling, and are in no figure of the model."
    return html.P([icon("bi-person-slash"), " ", text], className="ks-card-note ks-sj-excluded")


def words_table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[Any]], *, nothing: str) -> Any:
    """Build a table of words; on a narrow screen each row becomes a block."""
    if not rows:
        return html.P(nothing, className="ks-card-note")
    head = html.Tr([html.Th(text, scope="col") for text in heads])
    body = [
        html.Tr(
            [
                html.Th(first, scope="row"),
                *(html.Td(cell, **{"data-head": name}) for name, cell in zip(heads[1:], rest, strict=True)),
            ]
        )
        for first, *rest in rows
    ]
    return html.Div(
        html.Table(
            [html.Caption(caption, className="visually-hidden"), html.Thead(head), html.Tbody(body)],
            className="ks-sj-table",
        ),
        className="ks-sj-frame",
        tabIndex="0",
        role="region",
        **{"aria-label": caption},
    )


def values(found: Any) -> Any:
    """List every value that is held, and what it is used for."""
    rows = [(one.label, one.value, one.use) for one in found.values]
    return words_table("What is held", ("Known", "Value", "Used for"), rows, nothing="Nothing is held.")


def origin(found: Any) -> list[Any]:
    """Say where the rows come from, what for, by which right, and when they were loaded."""
    listed = [
        html.Div(
            [
                html.H3(one.name),
                facts.facts(
                    [
                        _source("Purpose", one.purpose),
                        _source("Legal basis", one.legal_basis),
                        _source("Kept for", one.retention),
                    ]
                ),
            ],
            className="ks-sj-source",
        )
        for one in found.sources
    ]
    missing = None
    if not all(one.is_complete for one in found.sources):
        missing = notices.notice(
            "Not all of it is recorded. Who loads data writes it in the spec, under `sources`: purpose, "
            "legal_basis and retention.",
            kind="warn",
        )
    loads = [
        (_of_data(one.data_date), one.source, day(one.loaded), html.Code(one.snapshot),
         "in use" if one.is_current else "kept")
        for one in found.loads
    ]  # fmt: skip
    heads = ("Data of", "Came from", "Loaded", "Snapshot", "State")
    table = words_table("Loads that hold this customer", heads, loads, nothing="No load holds this customer.")
    return [*listed, *([missing] if missing is not None else []), table]


def _source(label: str, value: str) -> html.Div:
    return facts.fact(label, value, missing=value == "not recorded")


def _of_data(data_date: str) -> str:
    """Name the data: a month where there are months."""
    return month(data_date) if data_date.endswith("-01") else day(data_date)


def scores(found: Any) -> Any:
    """List scores over time, the latest first."""
    rows = [
        (
            moment(one.time),
            share(one.probability),
            share_range(one.low, one.high),
            ", ".join(one.reasons) or "no reasons kept",
            f"shown to {one.by}" if one.by else "worked out for all, and kept",
            _of_data(one.data_date) if one.data_date else "other data",
            html.Code(one.version[:8]),
            _entry(one.entry) if one.entry else "",
        )
        for one in found.scores
    ]
    heads = (
        "When", "Chance of leaving", "Range", "Mostly because of", "How", "Data of", "Version", "On record",
    )  # fmt: skip
    return words_table("Scores over time", heads, rows, nothing="No score of this customer is held.")


def ways(found: Any) -> list[Any]:
    """Say what would change the answer, in sentences; or why that is not told."""
    if found.ways is None:
        return [html.P(found.no_ways, className="ks-sentence")]
    told = found.ways
    if told.refused:
        return [html.P(told.refused, className="ks-sentence")]
    aim = f"below the at-risk line of {share(told.target)}" if told.is_line else f"to {share(told.target)}"
    lead = f"The chance of leaving is {share(told.chance)}. What is ours to move, the cheapest first, {aim}:"
    offered = [way for way in told.ways if way.changes]
    if not offered:
        nothing = "Nothing has to change." if told.ways else "No way was found."
        return [html.P(f"{nothing} {' '.join(told.why)}".strip(), className="ks-sentence")]
    lines = [html.Li(way.text) for way in offered]
    note = html.P(_NOT_CAUSES, className="ks-card-note")
    return [html.P(lead, className="ks-sentence"), html.Ol(lines), note]


_NOT_CAUSES = "These go together with staying in past customers, which does not prove that they cause it."


def actions(found: Any) -> Any:
    """List the actions that the customer is in."""
    rows = [
        (
            dcc.Link(one.name, href=f"/actions?action={one.id}", className="ks-quiet-link"),
            one.what,
            one.part,
            f"{day(one.starts)} to {day(one.ends)}",
            one.who,
            share(one.chance),
        )
        for one in found.actions
    ]
    heads = ("Action", "What", "This customer is", "When", "Decided by", "Score it stood on")
    return words_table("Actions", heads, rows, nothing="This customer is in no action.")


def deeds(found: Any) -> list[Any]:
    """List what was asked and done about the customer, each with its entry."""
    rows = [(moment(one.time), one.who, one.text, _entry(one.entry)) for one in found.deeds]
    table = words_table(
        "What was asked and done", ("When", "Who", "What", "On record"), rows, nothing="Nothing is on record."
    )
    older = f"{found.older:,} older entries are in the decision log." if found.older else ""
    return [table, *([html.P(older, className="ks-card-note")] if older else [])]


def _entry(number: int) -> dcc.Link:
    return dcc.Link(f"entry {number}", href=f"/log?entry={number}", className="ks-quiet-link")


def objections(found: Any) -> list[Any]:
    """Say whether the customer objects, and list what was recorded."""
    if found.objection is not None:
        own = found.objection
        said: list[Any] = [
            "This customer objected to profiling on ",
            moment(own.since),
            f", recorded by {own.actor_name}. Nothing is worked out about them since.",
        ]
    else:
        said = [
            "This customer does not object to profiling. Of who does, nothing is worked out: no score, no "
            "list, no offer; and the next version learns nothing from them."
        ]
    rows = [
        (moment(one.since), one.words, one.actor_name,
         [moment(one.lifted), f", {one.lifted_by}: {one.lifted_words}"] if one.lifted else "it holds")
        for one in found.objections
    ]  # fmt: skip
    heads = ("Objected", "In their words", "Recorded by", "Taken back")
    table = words_table("Objections", heads, rows, nothing="")
    return [html.P(said, className="ks-sentence"), *([table] if rows else [])]


def contest(found: Any) -> list[Any]:
    """Say how the customer, or somebody for them, contests an answer."""
    form = (
        html.Li(
            ["They can complain themselves on the ", html.A("public form", href=found.complaint),
             ", without an account, and follow it by a receipt number."]
        )
        if found.complaint
        else html.Li("The public complaint form is switched off here; a manager switches it on in Settings.")
    )  # fmt: skip
    return [
        html.Ol(
            [
                html.Li(
                    ["They turn to ", html.Strong(found.contact), ": a person looks at it, not the model."]
                ),
                form,
                html.Li(
                    "Whoever answers opens the entry of the answer, replays it, and corrects the data or the "
                    "decision. Wrong values are mended where the rows come from, and loaded again."
                ),
                html.Li("They may object to profiling at any time, without a reason; it is recorded above."),
            ],
            className="ks-sj-steps",
        )
    ]
