"""What came of an action, once it is over: how many it kept, what they are worth, how the scores held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from data.store import ActionRow, Tally
from models.effect import LEAST, LEAST_LEFT, Amount, Arm, Effect, effect
from services.roles import Actor, require

if TYPE_CHECKING:
    from services.installation import Installation

__all__ = ["Amount", "Effect", "Saved", "Told", "of", "saved", "told"]

DAYS_A_MONTH = 30

KNOWN_SHARE = 0.9
"""Share of each arm whose outcome must be known: who is heard of is not always like who is not."""

ONE = "For one customer, with nobody held out: whether one stays tells nothing of what was done."


@dataclass(frozen=True)
class Told:
    """How an action stands.

    Attributes
    ----------
    state : str
        ``planned``, ``running``, ``waiting`` (for outcomes), ``measured`` or ``called off``; of one for a
        single customer ``over``, since it measures nothing.
    effect : Effect or None
        Only of a measured one, and None where there are too few to tell.
    fits_horizon : bool
        Whether who left was counted over the horizon of the scores, so that both can be compared.
    words : str
        The same in words.
    """

    state: str
    effect: Effect | None
    fits_horizon: bool
    words: str


@dataclass(frozen=True)
class Saved:
    """All measured actions together: customers kept, and their worth in currency where it is known."""

    actions: int
    kept: Amount
    money: Amount | None
    currency: str


def of(installation: Installation, row: ActionRow) -> Told:
    """Tell how an action stands today."""
    return told(row, installation.store.clock().date())


def told(row: ActionRow, today: date) -> Told:
    """Tell how an action stands on a day."""
    state, fits = _state(row, today), bool(row.plan.get("fits_horizon"))
    if row.is_single and state != "called off":
        return Told(state, None, fits, f"{ONE} {_of_one(row, state)}")
    if state != "measured":
        return Told(state, None, fits, _not_yet(row, state))
    found = effect(_arm(row.contacted), _arm(row.held), row.contacted.customers)
    return Told(state, found, fits, _too_few(row) if found is None else _measured(row, found))


def saved(installation: Installation, actor: Actor, spec_name: str, *, months_ago: int = 0) -> Saved | None:
    """Sum up what measured actions on these data kept; None before there are any.

    Ranges add by squares, since each action has other customers or other days.

    Parameters
    ----------
    months_ago : int
        Counts only those that were over so many times 30 days ago.
    """
    require(actor, "see-facts")
    day = installation.store.clock().date() - timedelta(days=DAYS_A_MONTH * months_ago)
    rows = [(row, told(row, day).effect) for row in installation.store.actions(spec_name)]
    found = [(row, one) for row, one in rows if one is not None]
    if not found:
        return None
    money = [one.money for _, one in found if one.money is not None]
    currency = str(found[0][0].plan["currency"])
    return Saved(len(found), _sum([one.kept for _, one in found]), _sum(money) if money else None, currency)


def _state(row: ActionRow, today: date) -> str:
    if row.called_off is not None:
        return "called off"
    if today < row.starts:
        return "planned"
    arms = (row.contacted, row.held)
    if today > row.due and all(arm.known >= KNOWN_SHARE * arm.customers for arm in arms):
        return "over" if row.is_single else "measured"
    return "running" if today <= row.ends else "waiting"


def _not_yet(row: ActionRow, state: str) -> str:
    if state == "called off":
        return f"Called off on {row.called_off:%d %B %Y}: {row.reason}"
    known, all_of_them = (
        row.contacted.known + row.held.known,
        row.contacted.customers + row.held.customers,
    )
    return (
        f"Not yet: outcomes of {known:,} of {all_of_them:,} customers are known, due on {row.due:%d %B %Y}."
    )


def _of_one(row: ActionRow, state: str) -> str:
    if state == "over":
        return f"The customer {'left' if row.contacted.left else 'stayed'}."
    return f"Whether the customer stays is counted on {row.due:%d %B %Y}."


def _too_few(row: ActionRow) -> str:
    left = row.contacted.left + row.held.left
    return (
        f"Too few to tell: the outcomes of {row.contacted.known:,} customers it was for and of "
        f"{row.held.known:,} held out are known, and {left:,} of them left. It takes {LEAST} in each and "
        f"{LEAST_LEFT} who left."
    )


def _measured(row: ActionRow, found: Effect) -> str:
    shares = (
        f"{found.contacted.observed.value:.1%} left of those it was for, "
        f"{found.held.observed.value:.1%} of those held out"
    )
    doubt = "" if found.is_clear else "; chance alone explains that"
    sentences = [f"Kept because of it: {_ranged(found.kept)}: {shares}{doubt}."]
    if found.money is not None:
        currency = row.plan["currency"]
        sentences.append(
            f"Their worth: {currency} {_ranged(found.money)}; it cost {currency} {row.contacted.cost:,.0f}."
        )
    unknown = sum(arm.customers - arm.known for arm in (row.contacted, row.held))
    if unknown:
        sentences.append(f"The {unknown:,} whose outcome is not known are left out.")
    return " ".join(sentences)


def _ranged(amount: Amount) -> str:
    return f"{amount.value:,.0f} ({amount.low:,.0f} to {amount.high:,.0f})".replace("-", "−")


def _arm(tally: Tally) -> Arm:
    return Arm(tally.known, tally.left, tally.chance, tally.valued, tally.lost, tally.lost_squares)


def _sum(amounts: list[Amount]) -> Amount:
    value = sum(one.value for one in amounts)
    below = sum((one.value - one.low) ** 2 for one in amounts) ** 0.5
    above = sum((one.high - one.value) ** 2 for one in amounts) ** 0.5
    return Amount(value, value - below, value + above)
