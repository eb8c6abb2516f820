"""The Actions page as plain values: the actions with how they stand, one in detail, who may do what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services import action_effect, actions
from services.action_effect import Told
from services.actions import ActionRow
from services.roles import Actor, permitted, require
from services.stamp import Stamp, stamp, standing

if TYPE_CHECKING:
    from services.installation import Installation

Line = tuple[ActionRow, Told]


@dataclass(frozen=True)
class ActionsPage:
    """What the page shows; ``detail`` is the action chosen, if any."""

    rows: tuple[Line, ...]
    detail: Line | None
    may_start: bool
    may_export: bool
    may_call_off: bool
    hold_out_share: float
    stamp: Stamp


def gather(installation: Installation, actor: Actor, chosen: str | None) -> ActionsPage:
    """Put the page together; NoSuchAction where the one chosen is none."""
    require(actor, "see-actions")
    row = actions.one(installation, actor, chosen) if chosen else None
    rows = register(installation, actor)
    detail = (row, action_effect.of(installation, row)) if row else None
    today = installation.store.clock().date()
    return ActionsPage(
        rows=rows,
        detail=detail,
        may_start=permitted(actor, "start-actions"),
        may_export=permitted(actor, "export-lists"),
        may_call_off=bool(
            permitted(actor, "start-actions") and row and row.called_off is None and today <= row.due
        ),
        hold_out_share=installation.settings.hold_out_share,
        stamp=stamp(installation, standing(installation, actor)),
    )


def register(installation: Installation, actor: Actor, search: str = "") -> tuple[Line, ...]:
    """Give the actions in which each word occurs, latest first, with how they stand."""
    rows = actions.listing(installation, actor, search)
    return tuple((row, action_effect.of(installation, row)) for row in rows)
