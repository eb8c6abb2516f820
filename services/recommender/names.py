"""Which catalogue, and which person of it: the names that choices are kept under."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services import customers
from services.installation import NothingLoaded
from services.roles import Actor, require

if TYPE_CHECKING:
    from services.installation import Installation


class NoCatalogue(LookupError):
    """There are no titles to recommend; the message says how to load some."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is no catalogue for the data {name!r} yet, so nothing can be recommended. Load one with "
            "`flask recommend load CATALOGUE --choices CHOICES`, or the demo with `flask data demo`."
        )


def name_of(installation: Installation) -> str:
    """Name the catalogue in use, which is called like the data; NothingLoaded where there are none."""
    name = installation.store.current_spec()
    if name is None:
        raise NothingLoaded
    return name


def person_of(installation: Installation, actor: Actor, customer: str | None = None) -> str:
    """Give the key that somebody's choices are kept under: the actor's own, or those of a customer.

    Raises
    ------
    services.roles.NotPermitted
        If the actor may not choose for customers.
    services.customers.NoSuchCustomer
        If no current customer has this key.
    """
    if customer is None:
        return f"user:{actor.id}"
    require(actor, "choose-for-customers")
    customers.find(installation, installation.dataset(), customer)
    return of_customer(customer)


def of_customer(key: str) -> str:
    """Give the key that a customer's choices are kept under."""
    return f"customer:{key}"
