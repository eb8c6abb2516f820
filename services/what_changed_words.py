"""What changed for people, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from services.control_states import MASTER, NAMES
from services.what_changed_size import Size

if TYPE_CHECKING:
    from services.installation import Installation

STATES = {
    "on": "on again",
    "paused": "paused",
    "fail-safe": "in fail-safe",
    "off": "off",
}


def sentences(
    installation: Installation, before: Mapping[str, Any], now: Mapping[str, Any]
) -> list[tuple[str, str]]:
    """Say what is other than it was, as pairs of kind and sentence; nothing where people see the same."""
    return [
        *_data(installation, before, now),
        *_model(installation, before, now),
        *_settings(before, now),
        *_rules(before, now),
        *_control(before, now),
    ]


def _data(
    installation: Installation, before: Mapping[str, Any], now: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    if before["snapshot"] == now["snapshot"]:
        return
    title = installation.warehouse.spec_of(now["snapshot"]).title
    period = installation.warehouse.last_period(now["snapshot"])
    until = f", up to {period[:7]}" if period else ""
    if before["spec"] != now["spec"]:
        yield "data", f"Other customers are shown: {title}{until}."
    else:
        yield "data", f"Customers were loaded anew: {title}{until}."


def _model(
    installation: Installation, before: Mapping[str, Any], now: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    version, former = now["version"], before["version"]
    if version == former:
        if version is not None and now["signed"] and not before["signed"]:
            yield "model", "The model was signed: its figures are no draft any more."
        return
    if version is None:
        # where it was switched, that is said by itself
        if before["control"] == now["control"]:
            yield "model", "No model answers now."
    elif former is None:
        if before["control"] == now["control"]:
            yield "model", f"A model answers now: version {version[:8]}."
    elif _answered_before(installation, now["spec"], version, former):
        yield "model", f"An earlier model version answers again: {version[:8]} instead of {former[:8]}."
    else:
        yield "model", f"A new model version answers: {version[:8]} instead of {former[:8]}."


def _answered_before(installation: Installation, spec_name: str, version: str, former: str) -> bool:
    """Say whether a version is an older one than that which it takes the place of."""
    order = {row.version: place for place, row in enumerate(installation.store.versions(spec_name))}
    return version in order and former in order and order[version] > order[former]


def _settings(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if before["share"] != now["share"]:
        yield (
            "setting",
            f"The at-risk list holds {100 * now['share']:.10g}% of the active customers instead of "
            f"{100 * before['share']:.10g}%.",
        )
    if before["months"] != now["months"]:
        yield (
            "setting",
            f"A customer is worth {now['months']} months of revenue instead of {before['months']}, where the "
            "data name no worth.",
        )


def _rules(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    was, is_now = before.get("rules"), now.get("rules")
    if was is not None and is_now is not None and was != is_now:
        yield "setting", "The rules by which titles are recommended are others."


def _control(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, state in now["control"].items():
        if before["control"].get(name) != state:
            what = "Everything" if name == MASTER else f"The {NAMES.get(name, name).lower()}"
            yield "control", f"{what} is {STATES.get(state, state)}."


def size_words(found: Size) -> str:
    """Say how large a change was; nothing where that is not known."""
    parts = []
    if found.new is not None and found.gone is not None:
        parts.append(f"{_customers(found.new)} came, {found.gone:,} went")
    if found.joined is not None and found.left is not None:
        if found.joined or found.left:
            parts.append(f"{_customers(found.joined)} joined the at-risk list, {found.left:,} left it")
        else:
            parts.append("nobody joined or left the at-risk list")
    if found.moved_points is not None:
        if found.moved_points:
            parts.append(
                f"scores moved by {_points(found.moved_points)} at most for 19 in 20 of {found.customers:,} "
                "customers"
            )
        else:
            parts.append("scores stayed as they were")
    told = "; ".join(parts)
    return f"{told[:1].upper()}{told[1:]}." if told else ""


def _customers(count: int) -> str:
    return "1 customer" if count == 1 else f"{count:,} customers"


def _points(points: float) -> str:
    """Write points as people read them: a move that is no whole tenth is not told as none."""
    return "less than 0.1 points" if points < 0.05 else f"{points:.1f} points"
