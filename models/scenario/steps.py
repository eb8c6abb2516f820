"""The steps of a scenario: which column moves, how, for whom, for how many of them, and at what cost."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from config.dataset import DatasetSpec, Feature, Kind, Role

MOST_STEPS = 12

Name = Annotated[str, Field(min_length=1, max_length=200)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Range = tuple[Finite | None, Finite | None]


class ScenarioError(ValueError):
    """A scenario that cannot be; the message says which step, why, and how to mend it."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Who(_Strict):
    """Whom a step is for, by what holds today: earlier steps do not change it.

    Attributes
    ----------
    levels : dict
        Column to the levels of which one must hold.
    ranges : dict
        Numeric column to (low, high), both included; None is open. A missing value lies in no range.
    first : int, optional
        Of those, only so many with the highest expected loss.
    key : str, optional
        One customer alone.
    """

    levels: dict[Name, tuple[str, ...]] = Field(default_factory=dict)
    ranges: dict[Name, Range] = Field(default_factory=dict)
    first: int | None = Field(None, ge=1)
    key: Name | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Who:
        for column, levels in self.levels.items():
            if not levels:
                raise ValueError(f"no level of {column} is chosen: choose one, or leave {column} out")
        for column, (low, high) in self.ranges.items():
            if low is not None and high is not None and low > high:
                raise ValueError(f"the range of {column} ends before it begins: swap {low:g} and {high:g}")
        return self

    @property
    def is_everybody(self) -> bool:
        """Whether nobody is left out."""
        return not (self.levels or self.ranges or self.first or self.key)


class Step(_Strict):
    """One move.

    Attributes
    ----------
    operation : str
        Of a number: ``set``, ``add`` or ``multiply`` (by ``value``). Of a level: ``set`` to ``value``, or
        ``move`` those at ``level`` to ``value``.
    coverage : float
        Share (0 to 1) of them who get it: always the same ones, and more of them as it grows.
    cost : float, optional
        In currency, for each customer changed; None takes the spec's (:class:`config.dataset.Feature`) times
        what is moved times the months of the worth of a customer.
    """

    column: Name
    operation: Literal["set", "add", "multiply", "move"]
    value: Finite | str
    level: str | None = None
    who: Who = Who()
    coverage: float = Field(1.0, gt=0, le=1)
    cost: float | None = Field(None, ge=0, allow_inf_nan=False)


class Scenario(_Strict):
    """Steps, carried out in their order."""

    steps: tuple[Step, ...] = Field((), max_length=MOST_STEPS)

    def plain(self) -> dict[str, Any]:
        """Give it as plain JSON, without what is not said; :func:`parse_scenario` reads it back."""
        found: dict[str, Any] = self.model_dump(mode="json", exclude_defaults=True)
        return found

    def canonical(self) -> str:
        """Write it in the one form that names it."""
        return json.dumps(self.plain(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


_WORDS = {
    "coverage": "the share who get it must be above 0 and at most 1 (0.8 is 80 %)",
    "cost": "the cost is an amount for each customer, and not below 0",
    "first": "the number of customers must be 1 or more",
    "operation": "choose one of: set, add, multiply, move",
}


def parse_scenario(plain: Any) -> Scenario:
    """Read a scenario from plain JSON; ScenarioError names the step and what to mend."""
    try:
        return Scenario.model_validate(plain)
    except ValidationError as fault:
        raise ScenarioError(" ".join(dict.fromkeys(map(_told, fault.errors())))) from fault


def _told(error: Mapping[str, Any]) -> str:
    where = [part for part in error["loc"] if part not in ("steps", "function-after[_says_something(), Who]")]
    step = f"Step {where[0] + 1}: " if where and isinstance(where[0], int) else ""
    if error["loc"] in ((), ("steps",)) and error["type"] != "too_long":
        return "The steps of a scenario are a list, and this is none: build the scenario anew."
    if error["type"] == "too_long":
        return f"A scenario has at most {MOST_STEPS} steps: leave some out."
    field = next((str(part) for part in reversed(where) if part in _WORDS), None)
    words = _WORDS.get(field or "") or str(error["msg"]).removeprefix("Value error, ")
    name = "" if field or error["type"] == "value_error" else ".".join(str(part) for part in where[1:])
    return f"{step}{name + ': ' if name else ''}{words}."


def check(
    scenario: Scenario,
    spec: DatasetSpec,
    levels: Mapping[str, Collection[str]],
    numeric: Collection[str],
) -> None:
    """Pass a scenario whose steps can all be carried out on these customers.

    Parameters
    ----------
    levels : mapping
        Column to the levels that the customers have, or the model or spec knows.
    numeric : collection of str
        Columns of numbers.

    Raises
    ------
    ScenarioError
        For a fact, a column or level that there is not, a number where a level belongs, two steps that
        contradict each other.
    """
    for place, step in enumerate(scenario.steps, start=1):
        try:
            _check_column(step, spec, levels)
            _check_who(step.who, spec, levels, numeric)
        except ScenarioError as fault:
            raise ScenarioError(f"Step {place}: {fault}") from None
    _check_agreement(scenario.steps, spec)


def movable(spec: DatasetSpec) -> list[Feature]:
    """List levers, then assumptions."""
    found = [feature for feature in spec.features if feature.role is not Role.FACT]
    return sorted(found, key=lambda feature: list(Role).index(feature.role))


def _check_column(step: Step, spec: DatasetSpec, levels: Mapping[str, Collection[str]]) -> None:
    try:
        feature = spec.feature(step.column)
    except KeyError:
        raise ScenarioError(f"{step.column!r} is nothing that can be moved. {_offer(spec)}") from None
    if feature.role is Role.FACT:
        raise ScenarioError(f"{feature.label} is a fact: nobody moves it. {_offer(spec)}")
    if feature.kind is Kind.NUMERIC:
        _check_number(step, feature)
    else:
        _check_level(step, feature, levels.get(step.column, ()))


def _check_number(step: Step, feature: Feature) -> None:
    if step.operation == "move" or step.level is not None or isinstance(step.value, str):
        raise ScenarioError(f"{feature.label} is a number: set it, add to it or multiply it.")
    if step.operation == "multiply" and step.value < 0:
        raise ScenarioError(f"{feature.label} cannot be multiplied by less than 0.")
    low, high = feature.minimum, feature.maximum
    if step.operation == "set" and (
        (low is not None and step.value < low) or (high is not None and step.value > high)
    ):
        raise ScenarioError(
            f"{feature.label} cannot be {step.value:g}: it lies between {_end(low)} and {_end(high)}."
        )


def _check_level(step: Step, feature: Feature, levels: Collection[str]) -> None:
    if step.operation not in ("set", "move"):
        raise ScenarioError(f"{feature.label} has levels: set one, or move those at one to another.")
    if step.operation == "set" and step.level is not None:
        raise ScenarioError(f"{feature.label}: to move only those at {step.level}, choose move.")
    if step.operation == "move" and step.level is None:
        raise ScenarioError(f"{feature.label}: say which level is moved to {step.value}.")
    for one in filter(None, (step.level, step.value)):
        if one not in levels:
            raise ScenarioError(
                f"{feature.label} has no level {one!r} any more or yet. Choose one of: {', '.join(levels)}."
            )
    if step.level == step.value:
        raise ScenarioError(f"{feature.label} would move from {step.value} to itself: choose another level.")


def _check_who(
    who: Who, spec: DatasetSpec, levels: Mapping[str, Collection[str]], numeric: Collection[str]
) -> None:
    for column, chosen in who.levels.items():
        if column not in levels:
            raise ScenarioError(f"Customers cannot be chosen by {column!r}: choose {', '.join(levels)}.")
        if column in spec.protected and column not in spec.segments:
            raise ScenarioError(
                f"Customers are not chosen by {spec.label(column)}, which is protected: leave it out."
            )
        for one in chosen:
            if one not in levels[column]:
                raise ScenarioError(
                    f"No customer has {spec.label(column)} {one!r}: choose {', '.join(levels[column])}."
                )
    for column in who.ranges:
        if column not in numeric:
            raise ScenarioError(f"{spec.label(column)} is no number: choose one of its levels.")


def _check_agreement(steps: Sequence[Step], spec: DatasetSpec) -> None:
    """Refuse two steps of which the later leaves nothing of the earlier, or undoes it."""
    for (first, one), (second, two) in combinations(enumerate(steps, start=1), 2):
        if one.column != two.column or one.who != two.who or one.coverage != two.coverage:
            continue
        both = f"Steps {first} and {second} contradict each other"
        if two.operation == "set" and one.operation == "set":
            raise ScenarioError(
                f"{both}: each sets {spec.label(one.column)} for the same customers. Keep one."
            )
        if two.operation == one.operation == "move" and (one.level, one.value) == (two.value, two.level):
            raise ScenarioError(f"{both}: the second moves {spec.label(one.column)} back. Keep one.")


def _offer(spec: DatasetSpec) -> str:
    labels = [feature.label for feature in movable(spec)]
    return f"Move one of: {', '.join(labels)}." if labels else "The data name nothing that can be moved."


def _end(limit: float | None) -> str:
    return "anything" if limit is None else f"{limit:g}"
