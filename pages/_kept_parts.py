"""The parts of the Scenarios page about keeping: banner, dialog, what goes out, the list, side by side."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from components import controls, dialog, kept, marks, notices
from components.card import card
from components.format import day
from pages._kept_ids import Kept
from services import kept_scenarios
from services.kept_scenarios import ScenarioRow
from services.opened_scenarios import Opened
from services.roles import Actor, permitted
from services.scenario_figures import side_by_side


def opener(row: ScenarioRow | None) -> html.Button:
    """Build the button that asks for a name, or for what becomes of a scenario that has one."""
    words = "Keep" if row is None else "Save or branch"
    return dialog.opener(words, Kept.DIALOG, sign="bi-bookmark-plus", id=Kept.OPEN)


def ask(actor: Actor, row: ScenarioRow | None) -> html.Dialog:
    """Ask for name and note; say what becomes of a scenario that is kept already."""
    body = [
        dialog.line(Kept.NAME, "Name", row.name if row else "", most=kept_scenarios.LONGEST_NAME),
        dialog.writing(
            Kept.NOTE, "Note", hint="What it is for, so that others know.", value=row.note if row else "",
            most=kept_scenarios.LONGEST_NOTE,
        ),
        html.Div(id=Kept.DIFFERENT),
    ]  # fmt: skip
    if row is None:
        return dialog.dialog(
            Kept.DIALOG, "Keep this scenario", body, [_deed(Kept.KEEP, "bi-bookmark-plus", "Keep")],
            said=Kept.SAID,
            lede="Steps and figures are kept with the version and the customers they stand on.",
        )  # fmt: skip
    actions = [_deed(Kept.BRANCH, "bi-signpost-split", "Save as a branch", second=True)]
    if may := kept_scenarios.may_change(actor, row):
        actions.insert(0, _deed(Kept.RENAME, "bi-pencil", "Name and note only", second=True))
        actions.append(_deed(Kept.SAVE, "bi-bookmark-check", "Save"))
    lede = (
        "Save works the steps on screen out on the model and customers of now, as a new revision; the "
        "earlier ones stay. A branch is a scenario of your own."
        if may
        else f"{row.author_name} kept this one, so only they or a manager may change it; yours is a branch."
    )
    return dialog.dialog(Kept.DIALOG, f"Save {row.name}", body, actions, said=Kept.SAID, lede=lede)


def banner(actor: Actor, found: Opened) -> html.Div:
    """Show what was opened: whose it is, what it stands on, and figures then and now."""
    row = found.kept
    tools = html.Div(
        [
            html.Span("Changed, not saved", id=Kept.UNSAVED, hidden=True, className="ks-badge ks-badge-warn"),
            html.Button(
                [marks.icon("bi-link-45deg"), "Copy link"], id=Kept.COPY, type="button",
                className="ks-button ks-button-second ks-on-screen", **{"data-link": kept.address(row.id)},
            ),
        ],
        className="ks-sc-tools",
    )  # fmt: skip
    about: list[Any] = [html.P(row.note, className="ks-kept-note")] if row.note else []
    about.append(html.P([kept.by_line(row), *_came_from(row)]))
    about.append(html.P(kept.pinned_line(row)))
    about += [notices.notice(text, kind="warn") for text in found.notices]
    whole = card(
        row.name, [*about, *_then(actor, found)], tools=tools, width="full",
        badge=_in_archive(row) if row.archived else None,
    )  # fmt: skip
    return html.Div(whole, className="ks-kept-banner")


def _came_from(row: ScenarioRow) -> list[Any]:
    made: list[Any] = []
    if row.parent:
        made += [" Branch of ", dcc.Link(row.parent, href=kept.address(row.parent)), "."]
    if row.revision > 1:
        before = f"{kept.address(row.id)}&revision={row.revision - 1}"
        made += [" ", dcc.Link(f"See revision {row.revision - 1}", href=before, className="ks-on-screen")]
    return made


def _in_archive(row: ScenarioRow) -> html.Span:
    return marks.badge(f"in the archive since {day(row.archived)}", "warn")


def _then(actor: Actor, found: Opened) -> list[Any]:
    """Set then beside now where they are not the same; give what was kept where there is no now."""
    row, made = found.kept, []
    currency, when = row.basis["currency"], f"Then ({day(row.kept)})"
    if found.moved:
        made.append(kept.figures("Then and now", [when, "Now"], found.moved, currency, difference=True))
    elif not found.is_current or found.then is None:
        lines = side_by_side(
            [row.figures], has_revenue=row.basis["has_revenue"], has_worth=row.basis["has_worth"]
        )
        made += [kept.steps(row), kept.figures("As it was kept", [when], lines, currency)]
    if found.strayed:
        made.append(
            kept.figures("Worked out again", ["Kept", "Again"], found.strayed, currency, difference=True)
        )
    if not found.is_current and found.then is not None and permitted(actor, "export-lists"):
        links = [
            html.A(words, href=f"/scenarios/{row.id}/{what}.csv?then=1", download="")
            for what, words in (("steps", "who got what then"), ("crossing", "who crossed the line then"))
        ]
        made.append(html.P(["As CSV: ", links[0], ", ", links[1]], className="ks-on-screen"))
    return made


def going_out(actor: Actor) -> html.Section:
    """Offer lists, a picture and the printer."""
    lists = []
    if permitted(actor, "export-lists"):
        lists = [
            _deed(Kept.STEPS_CSV, "bi-filetype-csv", "Who gets what", second=True),
            _deed(Kept.CROSSING_CSV, "bi-filetype-csv", "Who crosses the line", second=True),
        ]
    return card(
        "Take it along",
        [
            html.Div(
                [
                    dcc.Link(
                        [marks.icon("bi-send"), "Turn into an action"],
                        href="/actions",
                        id=Kept.ACT,
                        className="ks-button ks-button-second",
                    ),
                    *lists,
                    _deed(Kept.PICTURE, "bi-filetype-png", "Picture", second=True),
                    _deed(Kept.PRINT, "bi-printer", "Print or PDF", second=True),
                ],
                className="ks-kept-out",
            ),
            html.P(id=Kept.TOLD, className="ks-kept-told", role="status"),
        ],
        note="Lists name customers: who took which is in the decision log" if lists else "",
        width="full",
    )


def kept_card() -> html.Div:
    """Lay out the list of kept scenarios and where several are set side by side."""
    tools = html.Div(
        [
            controls.search(Kept.SEARCH, "", label="Find a kept scenario"),
            controls.choice(Kept.WHOSE, [("all", "All"), ("mine", "Mine")], "all", label="Whose"),
            controls.checks(Kept.ARCHIVED, [("archived", "Archive")], [], label="In the archive"),
        ],
        className="ks-kept-tools",
    )
    chosen = html.Div(
        [
            html.Button(
                [marks.icon("bi-layout-three-columns"), "Compare"], id=Kept.COMPARE, type="button",
                disabled=True, className="ks-button ks-button-second",
            ),
            html.Span(id=Kept.TICKED, className="ks-card-note", role="status"),
            controls.choice(
                Kept.BASIS, [("kept", "As kept"), ("now", "On what answers now")], "kept", label="Figures"
            ),
        ],
        className="ks-kept-tools",
    )  # fmt: skip
    return html.Div(
        card(
            "Kept scenarios",
            [
                tools,
                html.P(id=Kept.LIST_SAID, className="ks-kept-told", role="status"),
                html.Div(id=Kept.LIST),
                chosen,
                html.Div(id=Kept.COMPARED, **{"aria-live": "polite"}),
            ],
            note="Everybody who may explore sees them; tick two to four to compare",
            width="full",
        ),
        className="ks-on-screen ks-kept",
    )


def _deed(id: str, sign: str, words: str, *, second: bool = False) -> html.Button:
    look = "ks-button ks-button-second" if second else "ks-button"
    return html.Button([marks.icon(sign), words], id=id, type="button", className=look)
