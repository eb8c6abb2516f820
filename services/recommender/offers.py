"""Offers for one customer: what they are likely to take, what each would do in the model, and what it costs.

The catalogue's items that are offers are ranked by what goes with the customer's choices. The answer is on
record before it is told. One of them becomes an action for this customer alone, of which no effect is told.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from models.values import number
from services import actions, control, customers, log, objections, routing
from services.actions import ActionRefused, ActionRow, Planned
from services.case import inputs
from services.control_states import RECOMMENDER
from services.customers import NoSuchCustomer
from services.recommender import offer_ranking, words
from services.recommender.asking import Asked, ask
from services.recommender.memory import recalled
from services.recommender.names import NoCatalogue
from services.recommender.offer_effects import Effect, cost_over, moved_by, step_of
from services.recommender.offer_ranking import Likely
from services.roles import Actor, permitted, require
from services.stamp import Stamp, Standing, stamp, standing
from services.what_if_answers import worth

if TYPE_CHECKING:
    from services.installation import Installation

__all__ = [
    "ActionRefused",
    "Effect",
    "NoSuchCustomer",
    "OfferShown",
    "Offers",
    "for_customer",
    "make_action",
    "plan_action",
]

NO_OFFERS = (
    "There are no offers for these data: no item of a catalogue says which lever it moves and what it costs. "
    "`flask recommend load` takes such a catalogue (docs/recommender.md)."
)
DRAFT = "The model is a draft that nobody has signed: for analysis, so no offer becomes an action yet."
LONGEST_NAME = 120


@dataclass(frozen=True)
class OfferShown:
    """One offer.

    Attributes
    ----------
    because : str
        Why this customer is likely to take it, in words.
    likely : bool
        Whether it goes with what this customer chose more often than chance, the whole range above it.
    moves : str
        The lever, before and after; "" where nothing moves.
    effect : Effect or None
        In the model; None where nothing is claimed, and ``why`` says why.
    is_idle : bool
        Whether it does nothing good for this customer; such ones come last.
    cost, unit : float, str
        As the catalogue has it, such as 15 and "EUR per month".
    cost_in_all : float or None
        In currency over the months of a worth; None where the unit says no such sum.
    step : dict or None
        Of a scenario, for an action; None where it can be none.
    """

    item: str
    title: str
    description: str
    because: str
    likely: bool
    moves: str
    effect: Effect | None
    why: str
    is_idle: bool
    cost: float
    unit: str
    cost_in_all: float | None
    step: dict[str, Any] | None

    @property
    def net(self) -> float | None:
        """Expected loss saved less cost, in currency; None where either is not known."""
        if self.effect is None or self.effect.saved is None or self.cost_in_all is None:
            return None
        return self.effect.saved - self.cost_in_all


@dataclass(frozen=True)
class Offers:
    """The offers for one customer, as they stand in the log.

    Attributes
    ----------
    basis : str
        What the order stands on.
    nothing : str
        Why there is none; "" where there are some.
    months : float
        Over which cost and loss are counted.
    may_act : bool
        Whether this person may make one an action; ``hindered`` says why nobody can.
    """

    id: str
    offers: tuple[OfferShown, ...]
    basis: str
    nothing: str
    months: float
    may_act: bool
    hindered: str
    stamp: Stamp


@dataclass(frozen=True)
class _Worked:
    """Offers as they were worked out, on record nowhere yet."""

    on: Standing
    asked: Asked
    row: Mapping[str, Any]
    trial: dict[str, str]
    offers: tuple[OfferShown, ...]
    basis: str
    seq: int
    generation: int


def for_customer(installation: Installation, actor: Actor, key: str) -> Offers:
    """Give the offers for a customer, those likely to be taken first; on record when this returns.

    Where no model may answer, or not firmly, no effect is told and why stands with each offer. While the
    recommender is stopped there are none.

    Raises
    ------
    services.roles.NotPermitted, NoSuchCustomer
    """
    require(actor, "explore")
    passage = control.passes(installation, actor, RECOMMENDER)
    if why := passage.why or _objected(installation, key):
        own = stamp(installation, standing(installation, actor))
        return Offers(key, (), "", why, 0.0, False, "", own)
    try:
        found = _work_out(installation, actor, key)
    except NoCatalogue:
        found = None
    if found is None or not found.offers:
        on = standing(installation, actor) if found is None else found.on
        return Offers(key, (), "", NO_OFFERS, 0.0, False, "", stamp(installation, on))
    champion = found.on.champion
    entry = log.record(
        installation,
        actor,
        "recommendation",
        subject=key,
        version=champion.version if champion is not None else None,
        snapshot=found.on.dataset.snapshot,
        payload=_payload(found, key),
    )
    return Offers(
        id=key,
        offers=found.offers,
        basis=found.basis,
        nothing="",
        months=installation.settings.value_months,
        may_act=permitted(actor, "start-actions"),
        hindered=DRAFT if champion is not None and champion.is_draft else "",
        stamp=stamp(installation, found.on, entry=entry.seq),
    )


def plan_action(installation: Installation, actor: Actor, key: str, item: str) -> tuple[str, Planned]:
    """Say what an offer would be as an action for this customer: its name and what would be on record.

    Raises as :func:`make_action`; nothing is written.
    """
    name, step = _as_action(installation, actor, key, item)
    return name, actions.planned_for_one(installation, actor, key, [step])


def make_action(installation: Installation, actor: Actor, key: str, item: str) -> ActionRow:
    """Make an offer an action for this customer alone; it is on record when this returns.

    Raises
    ------
    ActionRefused
        If there is no such offer, the model says nothing good of it, or the customer is taken.
    services.roles.NotPermitted, NoSuchCustomer
    """
    require(actor, "start-actions")
    name, step = _as_action(installation, actor, key, item)
    return actions.start_for_one(installation, actor, key, [step], name=name)


def _as_action(installation: Installation, actor: Actor, key: str, item: str) -> tuple[str, dict[str, Any]]:
    require(actor, "see-actions")
    passage = control.passes(installation, actor, RECOMMENDER)
    if why := passage.why or _objected(installation, key):
        raise ActionRefused(why)
    found = _work_out(installation, actor, key)
    offer = next((one for one in found.offers if one.item == item), None)
    if offer is None:
        raise ActionRefused(f"There is no offer {item!r} any more: look at the offers again.")
    if offer.step is None:
        raise ActionRefused(
            f"{offer.title} cannot be made an action. {offer.why or NO_SUM.format(offer.unit)}"
        )
    return f"{offer.title} for {key}"[:LONGEST_NAME], offer.step


NO_SUM = "Its cost is in {!r}, which is no amount of money over time: mend it in the catalogue."


def _objected(installation: Installation, key: str) -> str:
    """Say that a customer objected to profiling; "" where not."""
    out = installation.left_out(installation.in_use().spec_name)
    return objections.WITHHELD if key in out.keys else ""


def _work_out(installation: Installation, actor: Actor, key: str) -> _Worked:
    on = standing(installation, actor)
    row = customers.find(installation, on.dataset, key)
    asked = ask(installation, actor, key)
    on, trial = routing.stand(installation, actor, on, key, row)
    with recalled(installation, asked.name) as held:
        likely = offer_ranking.rank(held, asked)
        chosen, seq, generation = offer_ranking.chosen(held, asked), held.seq, held.row.generation
        items = {one.id: one.offer for one in held.row.items if one.offer is not None}
    shown = [_shown(installation, on, row, one, items[one.item]) for one in likely]
    shown.sort(key=lambda one: one.is_idle)  # stable: the order of likelihood stays among the others
    return _Worked(on, asked, row, trial, tuple(shown), _basis(chosen, likely), seq, generation)


def _shown(
    installation: Installation, on: Standing, row: Mapping[str, Any], one: Likely, offer: Mapping[str, Any]
) -> OfferShown:
    spec, months = on.dataset.spec, installation.settings.value_months
    of = worth(installation, spec)
    value = number(row.get(of["column"])) * of["months"] if of["column"] else math.nan
    card = on.champion.scorecard if on.champion is not None else None
    why_none = f"No effect is told. {on.withheld or 'No model answers now.'}"
    found = moved_by(offer, row, spec, card, value, why_none)
    if not row["_active"]:
        found = replace(
            found, effect=None, why=f"No effect is told: no longer active ({spec.outcome.label})."
        )
    if one.taken:
        found = replace(found, effect=None, why=one.taken, is_idle=True)
    cost = cost_over(offer, spec.currency, months)
    return OfferShown(
        item=one.item,
        title=one.title,
        description=str(offer.get("description") or ""),
        because=one.because,
        likely=one.is_clear,
        moves=found.words,
        effect=found.effect,
        why=found.why,
        is_idle=found.is_idle,
        cost=float(offer["cost"]),
        unit=str(offer.get("cost_unit") or ""),
        cost_in_all=cost,
        step=step_of(offer, cost) if found.effect is not None and cost is not None else None,
    )


def _basis(chosen: int, likely: list[Likely]) -> str:
    if not chosen:
        return "This customer has chosen nothing yet, so the offers that most people took come first."
    much = words.counted(chosen, "choice", "choices")
    if not any(one.score > 0 for one in likely):
        return (
            f"Nothing goes with the {much} of this customer yet: the offers that most people took come first."
        )
    return f"By what goes with the {much} of this customer; what does nothing here comes last."


def _payload(found: _Worked, key: str) -> dict[str, Any]:
    champion = found.on.champion
    return {
        "customer": key,
        "catalogue": found.asked.name,
        "generation": found.generation,
        "event": found.seq,
        "settings": found.asked.setting.model_dump(),
        "settings_revision": found.asked.revision,
        "input": inputs(champion.scorecard, found.row) if champion is not None else None,
        "basis": found.basis,
        "offers": [_plain(one) for one in found.offers],
        **found.trial,
    }


def _plain(one: OfferShown) -> dict[str, Any]:
    effect = one.effect
    return {
        "item": one.item,
        "title": one.title,
        "because": one.because,
        "moves": one.moves,
        "before": effect.before if effect else None,
        "after": effect.after if effect else None,
        "range": [effect.low, effect.high] if effect else None,
        "saved": effect.saved if effect else None,
        "why": one.why,
        "cost": one.cost,
        "unit": one.unit,
        "cost_in_all": one.cost_in_all,
    }
