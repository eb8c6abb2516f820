"""A log of six entries to read, verify and tamper with."""

from data.store import Entry, Store

LENGTH = 6
PAYLOAD = {"changes": {"tenure": 12.5}, "reasons": [["Contract", -0.25]], "note": "größer"}


def fill(store: Store) -> Store:
    """Append six entries, each about a customer of its own."""
    for number in range(1, LENGTH + 1):
        store.append(Entry("what-if", "k3v9", "v1", "s1", f"customer {number}", PAYLOAD, actor_name="Ada"))
    return store
