"""Plans in words, and the log's entries about ways back: of one customer, and of many under a budget."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from config.dataset import DatasetSpec
from config.formula import formula_columns

if TYPE_CHECKING:
    from services.goal import GoalAnswer
    from services.log import Label, LogEntry


PREDICTIVE = "predictive"


def asked(found: GoalAnswer) -> str:
    """Say what was asked, as part of a sentence's end."""
    money = "" if found.budget is None else f" for {_money(found.budget, found)}"
    if found.aim == "value":
        return f"Keep the most value{money}."
    return f"Keep {_more(found)}{money}."


def sentences(found: GoalAnswer, spec: DatasetSpec) -> tuple[str, ...]:
    """Say a plan: whether the goal can be met, who gets what, and what it keeps."""
    return tuple(filter(None, (_verdict(found), _who_gets(found), _keeps(found, spec))))


def _verdict(found: GoalAnswer) -> str:
    if found.aim == "value":
        return ""
    goal = f"keeping {_more(found)}"
    if found.needed is None:
        return f"It cannot be done: whoever gets these offers, {goal} is out of their reach."
    needed = _money(found.needed, found)
    if found.budget is None:
        return f"It can be done: {goal} takes about {needed}."
    if found.can_be_done:
        return f"It can be done: {goal} takes about {needed} of the {_money(found.budget, found)}."
    return f"It cannot be done for {_money(found.budget, found)}: {goal} takes about {needed}."


def _more(found: GoalAnswer) -> str:
    return "1 more customer" if found.wanted == 1 else f"{found.wanted:,.10g} more customers"


def _who_gets(found: GoalAnswer) -> str:
    if not found.given:
        return "Nobody would get an offer."
    used = sorted((one for one in found.offers if one.customers), key=lambda one: -one.customers)
    parts = [f"{_inside(one.words)} for {one.customers:,}" for one in used]
    listed = " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
    return f"{found.given:,} of {found.customers:,} customers would get an offer: {listed}."


def _keeps(found: GoalAnswer, spec: DatasetSpec) -> str:
    if not found.given:
        return ""
    months = "a month" if spec.horizon_months == 1 else f"{spec.horizon_months} months"
    cost = _money(found.cost, found)
    first = f"About {found.fewer:,.0f} fewer are expected to leave within {months}, for {cost}"
    if not found.has_money:
        return f"{first}."
    net = f"{_money(abs(found.net), found)} {'more' if found.net >= 0 else 'less'} than it costs"
    value = _money(found.value, found)
    return f"{first}; what they pay over {found.months:g} months is {value}, which is {net}."


def warnings(found: GoalAnswer, spec: DatasetSpec) -> tuple[str, ...]:
    """Say what to know before trusting a plan."""
    columns = {step["column"] for one in found.question["offers"] for step in one["steps"]}
    said = []
    if any(spec.feature(column).evidence == PREDICTIVE for column in columns):
        said.append(
            "The model has seen these things go together with staying, which does not prove that they cause "
            "it: try the plan on a part of the customers first."
        )
    for one in found.offers:
        name = _named(one.words)
        if one.outside:
            said.append(
                f"{name}: {_people(one.outside)} not get it, since it would move them to where the model has "
                "seen nobody."
            )
        if one.astray:
            said.append(
                f"{name}: {_people(one.astray)} not get it, since their present value is not known, or would "
                "move the way that raises the chance."
            )
        if not one.could:
            said.append(f"{name}: nobody can have it.")
    if moves_revenue(columns, spec):
        said.append(
            f"{spec.label(str(spec.revenue))} moves with some of these offers. What that takes away counts "
            "here only as far as it is in the cost of the offer."
        )
    return tuple(said)


def moves_revenue(columns: set[str], spec: DatasetSpec) -> bool:
    """Say whether moving some columns changes what customers pay."""
    followed = {one.column for one in spec.derived if not columns.isdisjoint(formula_columns(one.tree))}
    return spec.revenue is not None and spec.revenue in columns | followed


def _people(count: int) -> str:
    return f"{count:,} customer does" if count == 1 else f"{count:,} customers do"


def _named(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


def _money(amount: float, found: GoalAnswer) -> str:
    return f"{found.stamp.currency} {amount:,.0f}"


def _way_back(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    target, ways = payload.get("target"), payload.get("ways")
    goal = f" to {target:.1%} or below" if _is_share(target) else " down"
    asked = f"{who} asked what would bring customer {entry.subject or 'unknown'}{goal}"
    if refused := payload.get("refused"):
        return f"{asked}; no advice was given: {_inside(str(refused)).rstrip('.')}."
    if not isinstance(ways, list):
        return f"{asked}."
    if not ways:
        best = payload.get("best")
        reached = best.get("probability") if isinstance(best, dict) else None
        return f"{asked}; no levers do" + (
            f", the lowest is {reached:.1%}." if _is_share(reached) else ", and none lowers it."
        )
    first = ways[0].get("words") if isinstance(ways[0], dict) else None
    much = "one way was" if len(ways) == 1 else f"{len(ways)} ways were"
    cheapest = f", the cheapest: {_inside(str(first)).rstrip('.')}" if first else ""
    return f"{asked}; {much} found{cheapest}."


def _goal(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    words = payload.get("words")
    told = f": {_inside(str(words)).rstrip('.')}" if words else ""
    return f"{who} asked for a plan{told}."


def _is_share(value: Any) -> bool:
    return isinstance(value, float) and 0 <= value <= 1


def _inside(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


SENTENCES: dict[str, Callable[[str, LogEntry, Mapping[str, Any], Label], str]] = {
    "way-back": _way_back,
    "goal": _goal,
}
