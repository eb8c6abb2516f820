"""The Model page's part on mitigations: what was tried on this version, and the manager's choice."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import Input, Output, State, callback, html, no_update

from components import controls, dialog, marks
from components.card import card, cards
from components.mitigation import mitigations, options
from config.glossary import meaning
from pages._model_ids import Ids as Page
from services import mitigation
from services.model_page import ModelPage
from services.roles import permission
from web import here


class Ids(StrEnum):
    """Every id of this part."""

    OPEN = "model-mitigation"
    DIALOG = "model-mitigation-dialog"
    VERSION = "model-mitigation-version"
    REASON = "model-mitigation-reason"
    NOW = "model-mitigation-now"
    SAID = "model-mitigation-said"


def tried(found: ModelPage) -> list[Any]:
    """Lay out what was tried on the version shown, with the choice for who may make it."""
    compared = mitigation.compare(here.installation(), here.actor(), found.version)
    act = dialog.opener("Choose", Ids.DIALOG, sign="bi-check2-square", kind="second", id=Ids.OPEN)
    return [
        cards(
            [
                card(
                    "What could be done about it",
                    mitigations(compared, meaning, act=act if compared.may_choose else None),
                    model=bool(compared.tried),
                    note="before and after on the same customers set aside; ranges of 95%",
                    help_text=meaning("mitigation"),
                    width="full",
                )
            ]
        ),
        *([_choice(compared)] if compared.may_choose else []),
    ]


def _choice(compared: mitigation.Compared) -> html.Dialog:
    taken = compared.choice.version if compared.choice else compared.base
    return dialog.dialog(
        Ids.DIALOG,
        f"What was tried on version {compared.base[:8]}",
        [
            controls.radios(Ids.VERSION, options(compared), taken, label="What is taken"),
            dialog.writing(
                Ids.REASON,
                "Why",
                hint="What the difference is worth to you, and what the cost. It is kept in the log.",
            ),
        ],
        [
            html.Button(
                [marks.icon("bi-check2-square"), "Put on record"],
                id=Ids.NOW,
                type="button",
                className="ks-button",
            )
        ],
        said=Ids.SAID,
        lede=f"Chosen as {here.actor().name}. Nothing is signed by it: that is another step.",
    )


@callback(
    Output(Page.DONE, "data", allow_duplicate=True),
    Output(Ids.SAID, "children"),
    Input(Ids.NOW, "n_clicks"),
    State(Ids.VERSION, "value"),
    State(Ids.REASON, "value"),
    State(Page.SHOWN, "data"),
    prevent_initial_call=True,
)
@permission("sign-model")
def choose(
    clicks: int | None, version: str | None, reason: str | None, shown: dict[str, Any] | None
) -> tuple[Any, Any]:
    """Put the choice on record; what hinders is told in the dialog."""
    if not clicks or not isinstance(shown, dict):
        return no_update, no_update
    if not isinstance(reason, str) or not reason.strip():
        return no_update, "Say why first: it stands in the log beside your name."
    on = str(shown.get("version"))
    try:
        mitigation.choose(here.installation(), here.actor(), str(version), reason, base=on)
    except (ValueError, LookupError) as refused:
        return no_update, str(refused)
    return {"go": f"/model?version={on}"}, ""
