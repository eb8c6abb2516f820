"""What buttons of the Recommendations page do: choose, undo, hide, draw, change the ranker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dash import Input, Output, State, callback, no_update

from components import recommendations
from pages._recommendations_ids import Ids
from services.recommender import choosing, delegation, settings
from services.recommender.shown import Chosen
from services.roles import NotPermitted, permission
from web import here

NOT_DONE = (LookupError, ValueError, NotPermitted)
Asked = Mapping[str, str]


@dataclass(frozen=True)
class Told:
    """What a deed did: words to be read out, cells that moved, the way back, and the entry of the log."""

    words: str
    moved: tuple[Any, ...] = ()
    back: Any = None
    entry: int | None = None


@dataclass(frozen=True)
class Moved:
    """A cell that moved, as the page holds it."""

    row: str
    column: str
    before: int
    after: int


@callback(
    Output(Ids.DONE, "data"),
    Output(Ids.SAID, "children"),
    Input(Ids.DEED, "data"),
    State(Ids.PICKED, "data"),
    State(Ids.CUSTOMER, "data"),
    prevent_initial_call=True,
)
@permission("choose")
def do(asked: Any, picked: Any, customer: Any) -> tuple[Any, Any]:
    """Do what a button says, and tell it; what hinders is told too, and nothing changed."""
    deed = DEEDS.get(str(asked.get("deed"))) if isinstance(asked, dict) else None
    if deed is None:
        return no_update, no_update
    held = {str(name): str(value) for name, value in asked.items()}
    try:
        told = deed(held | {"picked": str(picked or ""), "customer": str(customer or "")})
    except NOT_DONE as fault:
        return no_update, recommendations.done(str(fault), ())
    done = {
        "picked": picked,
        "moved": [[one.row, one.column, one.before, one.after] for one in told.moved],
        "settings": held["deed"] == "ranker",
    }
    return done, recommendations.done(told.words, told.moved, back=told.back, entry=told.entry)


def moved_by(done: Any, picked: Any) -> list[Moved]:
    """Give the cells that the last deed moved; none once another title is picked."""
    if not isinstance(done, dict) or done.get("picked") != picked:
        return []
    return [Moved(str(row), str(column), int(before), int(after))
            for row, column, before, after in done.get("moved") or []]  # fmt: skip


# --- the deeds -----------------------------------------------------------------------------------------


def _choose(asked: Asked) -> Told:
    made = choosing.choose(
        here.installation(), here.actor(), asked.get("item", ""), key=asked.get("key", ""),
        customer=asked["customer"] or None,
    )  # fmt: skip
    if made.is_repeat:
        return Told(f"{made.title} was chosen before: it is on record, and counts nothing.", entry=made.entry)
    return Told(f"Chosen: {made.title}. {_stood(made)}", made.cells, _back(made), made.entry)


def _undo(asked: Asked) -> Told:
    made = choosing.undo(
        here.installation(), here.actor(), asked.get("item", ""), key=asked.get("key", ""),
        customer=asked["customer"] or None,
    )  # fmt: skip
    again = recommendations.choose(made.item, made.title, "Choose again")
    return Told(f"Undone: {made.title}. {_stood(made)}", made.cells, again, made.entry)


def _stood(made: Chosen) -> str:
    """Say why no cell moved, where none did."""
    if made.cells or made.is_again:
        return ""
    return "No cell moved: a pair counts once titles of two categories are chosen by the same person."


def _back(made: Chosen) -> Any:
    return recommendations.undo(made.item, made.title)


def _hide(asked: Asked) -> Told:
    what = _what(asked)
    choosing.hide(here.installation(), here.actor(), **what, customer=asked["customer"] or None)
    back = recommendations.deed("show", "Show again", second=True, name=_name(asked), **_given(what))
    return Told(
        f"{_name(asked)} is hidden from {_whose(asked)} lists; under Hidden it comes back.", back=back
    )


def _show(asked: Asked) -> Told:
    choosing.show(here.installation(), here.actor(), **_what(asked), customer=asked["customer"] or None)
    return Told(f"{_name(asked)} is in {_whose(asked)} lists again.")


def _what(asked: Asked) -> dict[str, str | None]:
    return {"item": asked.get("item"), "category": asked.get("category")}


def _given(what: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in what.items() if value is not None}


def _name(asked: Asked) -> str:
    return asked.get("name") or "It"


def _whose(asked: Asked) -> str:
    return f"the customer {asked['customer']}'s" if asked["customer"] else "your"


def _switch(asked: Asked) -> Told:
    is_on = asked.get("value") == "on"
    delegation.switch(here.installation(), here.actor(), is_on)
    if is_on:
        return Told("Keepsight may choose for you now, when you ask it to; nothing counts until you keep it.")
    return Told("Keepsight does not choose for you any more.")


def _draw(asked: Asked) -> Told:
    drawn = delegation.choose_for_me(here.installation(), here.actor(), asked["picked"])
    return Told(f"Keepsight drew {drawn.title} for you: keep it or undo it, below.")


def _keep(asked: Asked) -> Told:
    made = delegation.keep(here.installation(), here.actor(), asked.get("id", ""))
    return Told(f"Kept: {made.title}. {_stood(made)}", made.cells, _back(made), made.entry)


def _refuse(asked: Asked) -> Told:
    delegation.undo(here.installation(), here.actor(), asked.get("id", ""))
    return Told("Undone: what Keepsight drew was not kept, and counted nothing.")


def _ranker(asked: Asked) -> Told:
    seen = asked.get("revision", "")
    settings.change(
        here.installation(), here.actor(), {"ranker": asked.get("value")}, int(seen) if seen.isdigit() else -1
    )
    return Told("The order changed, for everybody; the change is in the log.")


DEEDS: dict[str, Callable[[Asked], Told]] = {
    "choose": _choose,
    "undo": _undo,
    "hide": _hide,
    "show": _show,
    "switch": _switch,
    "draw": _draw,
    "keep": _keep,
    "refuse": _refuse,
    "ranker": _ranker,
}
