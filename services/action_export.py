"""The list of an action as CSV: who is contacted, with what, until when. Who is held out is never in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from data.spreadsheet import as_text
from services import actions, control, log
from services.actions import ActionRefused, ActionRow
from services.control_states import CHURN
from services.objections import passing
from services.roles import Actor, require
from services.scenario_export import NOTICE, Download, written

if TYPE_CHECKING:
    from services.installation import Installation

HEADER = ["customer", "steps", "what", "cost", "from", "until", "action", "model version", "data", "notice"]


def export(installation: Installation, actor: Actor, action_id: str) -> Download:
    """Give the list of an action; it is on record when this returns, before the first byte leaves.

    Who objected to profiling since it was made is not in it.

    Raises
    ------
    services.actions.NoSuchAction, services.actions.ActionRefused
        If there is none, it was called off, or the model that chose its customers is off.
    """
    require(actor, "export-lists")
    row = actions.one(installation, actor, action_id)
    if row.called_off is not None:
        raise ActionRefused(
            f"Action {row.id} was called off on {row.called_off:%d %B %Y}: nobody is contacted for it."
        )
    passage = control.passes(installation, actor, CHURN)
    if passage.state == "off":
        raise ActionRefused(f"{passage.why} The customers of this action were chosen by the model.")
    objecting = installation.left_out(row.spec_name).keys
    left = (
        sum(one.key in objecting for one in installation.store.subjects(row.id, is_held=False))
        if (objecting)
        else 0
    )
    rows = row.contacted.customers - left
    entry = log.record(
        installation,
        actor,
        "action",
        subject=row.id,
        version=row.version,
        snapshot=row.snapshot,
        payload={"step": "exported", "name": row.name, "rows": rows, "columns": HEADER, "objected": left},
    )
    name = f"action-{row.id}.csv"
    cells = passing(installation, row.spec_name, _cells(installation, row))
    return Download(name, rows, entry.seq, written(HEADER, cells, []))


def _cells(installation: Installation, row: ActionRow) -> Iterator[list[str]]:
    words = {str(number): text for number, text in enumerate(row.plan["words"], start=1)}
    same = [
        row.starts.isoformat(), row.ends.isoformat(), as_text(f"{row.name} ({row.id})"), row.version,
        f"snapshot {row.snapshot}", NOTICE,
    ]  # fmt: skip
    for one in installation.store.subjects(row.id, is_held=False):
        what = "; ".join(words[number] for number in one.steps.split(" and "))
        yield [as_text(one.key), one.steps, as_text(what), f"{one.cost:.10g}", *same]
