"""Scenarios in words: a step, the whole in two sentences a board would understand, an entry of the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from config.dataset import DatasetSpec, Feature, Kind
from models.reasons import amount, value_in_words
from models.scenario import Step, Who

if TYPE_CHECKING:
    from services.log import LogEntry
    from services.scenario_answers import Answer


def step(one: Step, spec: DatasetSpec) -> str:
    """Say a step: "Monthly price up by 5% for customers whose contract is Month to month, half of them"."""
    feature = spec.feature(one.column)
    share = "" if one.coverage == 1 else f", {_percent(one.coverage)} of them"
    return f"{_move(one, feature, spec)} for {who(one.who, spec)}{share}"


def _move(one: Step, feature: Feature, spec: DatasetSpec) -> str:
    if feature.kind is not Kind.NUMERIC:
        to = value_in_words(spec, one.column, one.value)
        if one.operation == "move":
            return f"{feature.label} from {value_in_words(spec, one.column, one.level)} to {to}"
        return f"{feature.label} set to {to}"
    value = float(one.value)
    if one.operation == "set":
        return f"{feature.label} set to {amount(value, feature.unit)}"
    way = "up" if value >= (0 if one.operation == "add" else 1) else "down"
    if one.operation == "add":
        return f"{feature.label} {way} by {amount(abs(value), feature.unit)}"
    return f"{feature.label} {way} by {_percent(abs(value - 1))}"


def who(one: Who, spec: DatasetSpec) -> str:
    """Say whom a step is for."""
    if one.key is not None:
        return f"customer {one.key}"
    conditions = [
        f"{_inside(spec.label(column))} is {_or([spec.level_label(column, level) for level in levels])}"
        for column, levels in one.levels.items()
    ]
    conditions += [
        f"{_inside(spec.label(column))} is {_range(low, high)}" for column, (low, high) in one.ranges.items()
    ]
    all_of_them = f"customers whose {_and(conditions)}" if conditions else "customers"
    if one.first is not None:
        return f"the {one.first:,} {all_of_them} with the highest expected loss"
    return all_of_them if conditions else "everybody"


def steps(all_steps: Sequence[Step], spec: DatasetSpec) -> str:
    """Say all steps, in their order."""
    return _and([_inside(step(one, spec)) for one in all_steps])


def sentences(answer: Answer, spec: DatasetSpec, money: Callable[[float], str]) -> tuple[str, str]:
    """Say what a scenario brings in two sentences.

    Parameters
    ----------
    money : callable
        Writes an amount with its currency.
    """
    months = spec.horizon_months
    within = "within a month" if months == 1 else f"within {months} months"
    leavers = answer.leavers
    change = leavers.after - leavers.before
    moved = _and([_inside(one.text) for one in answer.steps]) if answer.steps else "nothing moved"
    if round(abs(change)) == 0:
        first = (
            f"With {moved}, about {leavers.after:,.0f} of {answer.customers:,} customers are expected to "
            f"leave {within}, as many as without it."
        )
    else:
        way = "fewer" if change < 0 else "more"
        low, high = sorted((abs(leavers.low), abs(leavers.high)))
        spread = (
            f"the model's spread is {low:,.0f} to {high:,.0f}"
            if leavers.low * leavers.high > 0
            else "though within the model's spread it may be none"
        )
        first = (
            f"With {moved}, about {leavers.after:,.0f} instead of {leavers.before:,.0f} of "
            f"{answer.customers:,} customers are expected to leave {within}: {abs(change):,.0f} {way} "
            f"({spread})."
        )
    if answer.net is None:
        return first, f"It would cost {money(answer.cost)}; the data do not say what a customer pays."
    net = answer.net.change
    result = f"{money(net)} is gained" if net >= 0 else f"{money(-net)} is lost"
    paid = _signed(net + answer.cost, money)
    second = (
        f"Counted over {answer.months:g} months, it changes what customers pay by {paid} and costs "
        f"{money(answer.cost)}, so {result} in all"
    )
    return first, f"{second}{_doubt(answer)}."


def _doubt(answer: Answer) -> str:
    if not any(one.changed for one in answer.steps):
        return ""
    if all(one.is_measured for one in answer.steps if one.role == "lever"):
        return ""
    return (
        "; the model has seen these things go together, which does not prove that one causes the other, "
        "so try it on a part of the customers first"
    )


def told(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Callable[[str], str]) -> str:
    """Tell an entry of kind ``scenario``."""
    answer = payload.get("answer")
    found = answer if isinstance(answer, Mapping) else {}
    words = payload.get("words")
    before, after = found.get("leavers_before"), found.get("leavers_after")
    asked = (
        f"{who} asked what happens if {_inside(str(words))}"
        if words
        else f"{who} looked at the base as it is"
    )
    if not isinstance(before, int | float) or not isinstance(after, int | float):
        return f"{asked}."
    return f"{asked}: {after:,.0f} instead of {before:,.0f} expected leavers."


SENTENCES = {"scenario": told}


def _percent(share: float) -> str:
    return f"{100 * share:.4g}%"


def _range(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return f"at most {amount(high)}" if high is not None else f"at least {amount(low or 0.0)}"
    return f"{amount(low)} to {amount(high)}"


def _signed(value: float, money: Callable[[float], str]) -> str:
    return f"{'+' if value >= 0 else '−'}{money(abs(value))}"


def _inside(text: str) -> str:
    """Begin with a small letter, as inside a sentence; names in capitals stay."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def _and(parts: Sequence[str]) -> str:
    return " and ".join(parts)


def _or(parts: Sequence[str]) -> str:
    return " or ".join(parts)
