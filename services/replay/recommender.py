"""Replays of recommendations, from the choices there were then, and of draws by lot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.installation import Installation
from services.log import LogEntry
from services.recommender import delegation, lists
from services.recommender.asking import OBJECTED, Asked
from services.recommender.learned import is_left_out
from services.recommender.memory import Remembered, rebuilt
from services.recommender.names import NoCatalogue
from services.recommender.settings import Setting
from services.replay.then import NotReplayable


def listed(installation: Installation, entry: LogEntry, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Rank again by the settings of then, over the choices of then."""
    if "why_not" in payload:
        raise NotReplayable("It says why a title was not in a list; the list itself can be replayed.")
    if payload.get("control") == OBJECTED:
        raise NotReplayable("No list was made: the customer objected to profiling.")
    if "control" in payload:
        raise NotReplayable(f"No list was made: the control room had it {payload['control']}.")
    if "items" not in payload or "event" not in payload:
        raise NotReplayable("It is no list of titles.")
    return lists.figures(lists.make(_of_then(installation, payload), _asked(payload), payload["item"]))


def drawn(installation: Installation, entry: LogEntry, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Draw again from the list on record, by the id of the decision."""
    place = delegation.draw(payload["id"], len(payload["offered"]))
    return {"place": place, "drawn": payload["offered"][place]}


def _asked(payload: Mapping[str, Any]) -> Asked:
    items, categories = payload["hidden"]
    return Asked(
        name=payload["catalogue"],
        person=payload["person"],
        customer=payload["customer"],
        setting=Setting(**payload["settings"]),
        revision=payload["settings_revision"],
        hidden_items=frozenset(items),
        hidden_categories=frozenset(categories),
        now=payload["now"],
    )


def _of_then(installation: Installation, payload: Mapping[str, Any]) -> Remembered:
    """Rebuild the memory and take back what was chosen since; NotReplayable where more than that changed."""
    name, store = payload["catalogue"], installation.store
    try:
        held = rebuilt(store, name, installation.left_out(name))
    except NoCatalogue as gone:
        raise NotReplayable(f"The catalogue {name!r} it stood on is gone.") from gone
    if held.row.generation != payload["generation"]:
        raise NotReplayable("Choices were loaded or categories changed since, which no event tells of.")
    since = [event for event in store.events_since(name, payload["event"]) if event.seq <= held.seq]
    for event in reversed([event for event in since if not is_left_out(event.person, held.out)]):
        item = held.memory.catalogue.number(event.item)
        if event.kind == "choose":
            held.memory.undo(event.person, item)
        elif event.kind == "undo":
            # when it was chosen is not kept once it is undone: only a half-life would tell the difference
            held.memory.choose(event.person, item, event.moment.timestamp())
    held.seq = payload["event"]
    return held
