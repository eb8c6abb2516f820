"""The town of scenarios with a catalogue: titles and offers, and who chose and took what."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from data.store import ItemRow
from services.installation import Installation

DAY = datetime(2026, 1, 15, tzinfo=UTC).timestamp()
SHARES = 20


def offer(lever: str, *, change: float | None = None, level: str | None = None, unit: str = "EUR per month"):
    """Describe an offer as a catalogue does; it costs 10."""
    return {
        "lever": lever, "change": change, "level": level, "cost": 10.0, "cost_unit": unit, "description": "",
    }  # fmt: skip


ITEMS = (
    ItemRow("T-1", "Alien", ("Space",)),
    ItemRow("T-2", "Planet Earth", ("Nature",)),
    ItemRow("O-1", "Discount", ("Discounts",), offer("price", change=-10.0)),
    ItemRow("O-2", "Security", ("Support",), offer("security", level="Yes", unit="EUR once")),
    ItemRow("O-3", "Year", ("Contracts",), offer("contract", level="Year")),
    ItemRow("O-4", "Two years", ("Contracts",), offer("contract", level="Two years")),
    ItemRow("O-5", "Calls", ("Support",), offer("contact", change=8.0, unit="points")),
    ItemRow("O-6", "Stamps", ("Discounts",), offer("stamps", change=1.0)),
)


def furnish(installation: Installation, own: dict[str, Any] | None = None) -> None:
    """Load the catalogue; of 20 who chose Alien 15 took Year, of 20 of Planet Earth 5, and 8 Two years.

    ``own`` is more that was chosen: customer to items.
    """
    categories = list(dict.fromkeys(name for item in ITEMS for name in item.categories))
    installation.store.put_catalogue("town", categories, ITEMS)
    rows = [(f"user:{number}", "T-1" if number < SHARES else "T-2", DAY) for number in range(2 * SHARES)]
    rows += [(f"user:{number}", "O-3", DAY) for number in range(15)]
    rows += [(f"user:{number}", "O-3", DAY) for number in range(SHARES, SHARES + 5)]
    rows += [(f"user:{number}", "O-4", DAY) for number in range(SHARES, SHARES + 8)]
    rows += [(f"user:{number}", "O-1", DAY) for number in range(2)]
    rows += [(f"customer:{key}", item, DAY) for key, items in (own or {}).items() for item in items]
    installation.store.load_choices("town", rows)
