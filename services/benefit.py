"""The benefit: customers and money kept because of Keepsight, told by those held out of actions by lot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from data.store import ActionRow
from models.effect import Amount
from models.holdout import wilson
from services import action_effect
from services.action_effect import Saved
from services.roles import SYSTEM

if TYPE_CHECKING:
    from services.installation import Installation


@dataclass(frozen=True)
class CameTrue:
    """Customers who got nothing and whose outcome is known: the share expected to leave, and who left.

    ``expected`` is the mean of the scores frozen before (0 to 1), ``observed`` the share with its range.
    """

    customers: int
    left: int
    expected: float
    observed: Amount

    @property
    def is_off(self) -> bool:
        """Whether more or fewer left than chance would explain."""
        return not self.observed.low <= self.expected <= self.observed.high


@dataclass(frozen=True)
class Benefit:
    """What was kept because of it.

    Attributes
    ----------
    saved : Saved or None
        Customers and money with their ranges; None where nothing is measured, which ``why`` explains.
    contacted, held, cost : int, int, float
        Customers of all actions with a hold-out that were not called off, and what contacting cost.
    actions, measured : int
        Those actions, and those whose effect is told.
    came_true : CameTrue or None
        None before outcomes of held-out customers are known.
    """

    saved: Saved | None
    why: str
    actions: int
    measured: int
    contacted: int
    held: int
    cost: float
    currency: str
    came_true: CameTrue | None


def benefit(installation: Installation) -> Benefit:
    """Sum up all actions on the current data: few rows, each with the sums of its customers."""
    dataset = installation.dataset()
    spec_name = dataset.spec.name
    rows = [
        row
        for row in installation.store.actions(spec_name)
        if row.called_off is None and not row.is_single and row.held.customers
    ]
    saved = action_effect.saved(installation, SYSTEM, spec_name)
    return Benefit(
        saved=saved,
        why="" if saved else _why_not(installation, rows),
        actions=len(rows),
        measured=saved.actions if saved else 0,
        contacted=sum(row.contacted.customers for row in rows),
        held=sum(row.held.customers for row in rows),
        cost=sum(row.contacted.cost for row in rows),
        currency=dataset.spec.currency,
        came_true=_came_true(rows, installation.store.clock().date()),
    )


def _why_not(installation: Installation, rows: list[ActionRow]) -> str:
    if not rows:
        return (
            "no action with a hold-out was started on these data; start one on the Actions page, and its "
            "effect is told once it is over"
        )
    told = [action_effect.of(installation, row) for row in rows]
    open_ones = [row for row, one in zip(rows, told, strict=True) if one.state != "measured"]
    if not open_ones:
        return "the actions that are over had too few customers to tell what they kept"
    first = min(open_ones, key=lambda row: row.due)
    actions = "1 action" if len(rows) == 1 else f"{len(rows)} actions"
    return (
        f"of {actions} with a hold-out none is measured yet; the first is due on "
        f"{first.due:%d %B %Y}, and outcomes come with the next customers loaded"
    )


def _came_true(rows: list[ActionRow], today: date) -> CameTrue | None:
    """Hold the scores of those held out against what they did, where both look equally far ahead."""
    over = [row.held for row in rows if row.due < today and row.plan.get("fits_horizon")]
    known, left = sum(one.known for one in over), sum(one.left for one in over)
    if not known:
        return None
    seen = left / known
    return CameTrue(known, left, sum(one.chance for one in over) / known, Amount(seen, *wilson(seen, known)))
