"""Who asks, for whom, by which settings, and what must not be shown to them: read once for each answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services import control, objections
from services.control_states import RECOMMENDER
from services.recommender import settings
from services.recommender.names import name_of, person_of
from services.recommender.settings import Setting
from services.roles import Actor, require

if TYPE_CHECKING:
    from collections.abc import Iterable

    from models.cooccurrence.rule import Rules
    from services.installation import Installation
    from services.recommender.memory import Remembered
    from services.recommender.shown import Item


OBJECTED = "objected"


@dataclass(frozen=True)
class Asked:
    """What a list is made for.

    Attributes
    ----------
    person : str
        Key of whose choices count; ``customer`` where they are a customer's.
    revision : int
        Of the settings.
    hidden_items, hidden_categories : frozenset of str
        Ids of items and names of categories that the person does not want to see.
    now : float
        Seconds since 1970, by the store's clock.
    control, stopped : str
        How the control room lets recommendations pass (``on``, ``paused`` ...), or ``objected`` where the
        customer objected to profiling; and why not.
    """

    name: str
    person: str
    customer: str | None
    setting: Setting
    revision: int
    hidden_items: frozenset[str]
    hidden_categories: frozenset[str]
    now: float
    control: str = "on"
    stopped: str = ""

    @property
    def rules(self) -> Rules:
        """The settings as the rule takes them."""
        return rules(self.setting)


def ask(installation: Installation, actor: Actor, customer: str | None = None) -> Asked:
    """Read what an answer for a person depends on, but for choices.

    Raises
    ------
    services.roles.NotPermitted, services.customers.NoSuchCustomer, services.recommender.names.NoCatalogue
    """
    require(actor, "see-recommendations")
    name, person = name_of(installation), person_of(installation, actor, customer)
    setting, revision = settings.current(installation, name)
    hidden = installation.store.hidden(name, person)
    passage = control.passes(installation, actor, RECOMMENDER)
    objects = customer is not None and customer in installation.left_out(name).keys
    return Asked(
        name=name,
        person=person,
        customer=customer,
        setting=setting,
        revision=revision,
        hidden_items=frozenset(hidden.items),
        hidden_categories=frozenset(hidden.categories),
        now=installation.store.clock().timestamp(),
        control=OBJECTED if objects else passage.state,
        stopped=objections.WITHHELD if objects else passage.why,
    )


def rules(setting: Setting) -> Rules:
    """Give the settings as the rule takes them."""
    from models.cooccurrence.rule import Rules  # late: brings scipy along

    return Rules(
        allow_self=setting.allow_self,
        leave_out_same_category=setting.leave_out_same_category,
        least_people=setting.least_people,
    )


def item_numbers(held: Remembered, ids: Iterable[str]) -> frozenset[int]:
    """Give the places of items in memory."""
    return frozenset(map(held.memory.catalogue.number, ids))


def category_numbers(held: Remembered, names: Iterable[str]) -> frozenset[int]:
    """Give the places of categories in memory."""
    place = {name: place for place, name in enumerate(held.memory.catalogue.categories)}
    return frozenset(place[name] for name in names if name in place)


def item_at(held: Remembered, number: int) -> Item:
    """Give an item of the memory as it is shown."""
    from services.recommender.shown import Item

    catalogue = held.memory.catalogue
    names = tuple(catalogue.categories[one] for one in catalogue.membership[number])
    return Item(catalogue.items[number], catalogue.titles[number], names)
