"""Changes said as a person would say them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from config.dataset import DatasetSpec, Kind
from models.counterfactual.finder import Answer, Found
from models.reasons import amount, inside, value_in_words
from models.scorecard import logistic
from models.values import number


def told(found: Found, spec: DatasetSpec, row: Mapping[str, Any]) -> list[str]:
    """Say what was found for one customer, a sentence or two for each answer; why, where there is none."""
    if found.answers:
        return [answer_in_words(answer, spec, row) for answer in found.answers]
    least = f"No change of ours brings the predicted chance of leaving to {_share(logistic(found.target))}."
    best = found.best
    if best.changes:
        how = f"{_changes(best, spec, row)}, {_cost(best, spec)}"
        least += f" The lowest is {_share(best.chance_after)}: {how}."
    else:
        least += f" Nothing of ours brings it below {_share(best.chance_before)}."
    return [least, *_beyond(found, spec), *found.left_out.values()]


def answer_in_words(answer: Answer, spec: DatasetSpec, row: Mapping[str, Any]) -> str:
    """Say one answer: what to do, what the model then predicts, what it costs, what follows."""
    if not answer.changes:
        return f"Nothing has to be done: the predicted chance of leaving is {_share(answer.chance_before)}."
    changes = _changes(answer, spec, row)
    said = (
        f"{changes[:1].upper()}{changes[1:]}: the predicted chance of leaving goes from "
        f"{_share(answer.chance_before)} to {_share(answer.chance_after)}, {_cost(answer, spec)}."
    )
    follows = [
        f"{spec.label(column)} follows, from {amount(number(before))} "
        f"to {value_in_words(spec, column, after)}."
        for column, (before, after) in answer.followed.items()
    ]
    return " ".join([said, *follows])


def _changes(answer: Answer, spec: DatasetSpec, row: Mapping[str, Any]) -> str:
    return _and([_change(spec, column, row.get(column), new) for column, new in answer.changes.items()])


def _change(spec: DatasetSpec, column: str, old: Any, new: float | str) -> str:
    feature = spec.feature(column)
    after = value_in_words(spec, column, new)
    name = ("" if feature.kind is Kind.FLAG else "the ") + inside(feature.label)
    if feature.kind is Kind.NUMERIC:
        verb = "raise" if number(new) > number(old) else "lower"
        return f"{verb} {name} from {amount(number(old))} to {after}"
    return f"change {name} from “{value_in_words(spec, column, old)}” to “{after}”"


def _cost(answer: Answer, spec: DatasetSpec) -> str:
    if not answer.cost:
        return "at no cost"
    return f"at a cost of {answer.cost:,.{spec.decimals}f} {spec.currency} a month"


def _beyond(found: Found, spec: DatasetSpec) -> list[str]:
    if not found.beyond_data:
        return []
    labels = _and([inside(spec.label(column)) for column in found.beyond_data])
    return [
        f"It could be reached only with {labels} at a value at which the model has seen nobody; "
        "advice there would stand on no data."
    ]


def _and(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))


def _share(chance: float) -> str:
    return amount(float(chance) * 100, "%")
