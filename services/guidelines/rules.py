"""The rule of each guideline, as ``config/guidelines.yaml`` has it, and the state that it gives evidence."""

from __future__ import annotations

import math
import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from config.managed import MANAGED
from config.settings import Settings
from services.guidelines.evidence import Evidence, Value

FILE = Path(__file__).resolve().parents[2] / "config" / "guidelines.yaml"

IDS = tuple(f"G{number}" for number in range(1, 12))

State = Literal["met", "at risk", "not met", "not measured"]
STATES: tuple[State, ...] = ("met", "at risk", "not met", "not measured")

SETTING = "setting:"

_STRICT = ConfigDict(frozen=True, extra="forbid", strict=True)

Words = Annotated[str, Field(min_length=1)]


class RulesError(ValueError):
    """The file of guidelines cannot be used; the message says what to mend in it."""


class Condition(BaseModel):
    """One rule: a value of the evidence, the limit it is held against, and what is said where it holds."""

    model_config = _STRICT

    value: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    above: int | float | str | None = None
    below: int | float | str | None = None
    is_: bool | None = Field(None, alias="is")
    unit: Words | None = None
    says: Words

    @model_validator(mode="after")
    def _one_limit(self) -> Condition:
        if sum(limit is not None for limit in (self.above, self.below, self.is_)) != 1:
            raise ValueError(f"the rule of {self.value} has to name one of above, below and is")
        limit = self.above if self.above is not None else self.below
        if isinstance(limit, str) and not _is_number_setting(limit):
            raise ValueError(f"the limit of {self.value}, {limit!r}, is neither a number nor 'setting:NAME'")
        return self


class Rule(BaseModel):
    """One guideline, as in the file."""

    model_config = _STRICT

    id: str
    title: Words
    asks: Words
    does: Words
    owner: str = Field(pattern=f"^{SETTING}[a-z0-9_]+$")
    rows: str = Field(pattern="^/")
    names: Mapping[str, Words] = Field(default_factory=dict)
    needs: tuple[Words, ...] = Field(min_length=1)
    not_met: tuple[Condition, ...] = ()
    at_risk: tuple[Condition, ...] = ()

    @model_validator(mode="after")
    def _can_turn(self) -> Rule:
        if not self.not_met + self.at_risk:
            raise ValueError(f"{self.id} has no rule, so that nothing could ever turn it")
        if self.owner.removeprefix(SETTING) not in Settings.model_fields:
            raise ValueError(f"the owner of {self.id} is to be a setting: 'setting:owner_{self.id.lower()}'")
        return self

    def called(self, value: str) -> str:
        """Call a value of the evidence as people read it."""
        return self.names.get(value, value.replace("_", " "))


@dataclass(frozen=True)
class Judged:
    """The state that evidence gives, and why in words: what held, what is missing, or what is well."""

    state: State
    why: str


@cache
def load() -> Mapping[str, Rule]:
    """Give the guidelines of the shipped file, by id."""
    return load_from(FILE)


def load_from(path: Path) -> Mapping[str, Rule]:
    """Read guidelines, by id and in order; RulesError, naming what to mend, where they cannot be used."""
    try:
        text = path.read_text(encoding="utf-8")
        found = TypeAdapter(tuple[Rule, ...]).validate_python(
            tuple(_tuples(one) for one in yaml.safe_load(text) or ())
        )
    except (OSError, yaml.YAMLError, TypeError, ValidationError) as fault:
        raise RulesError(
            f"{path.name} cannot be read, so no guideline can be judged: {fault}. "
            "Mend the file, or put back the one that came with Keepsight."
        ) from fault
    if tuple(one.id for one in found) != IDS:
        raise RulesError(f"{path.name} has to name {IDS[0]} to {IDS[-1]}, each once and in order.")
    return {one.id: one for one in found}


def judge(rule: Rule, evidence: Evidence, settings: Settings) -> Judged:
    """Hold the evidence of a guideline against its rule.

    What is known to be bad comes first, then what is missing, so that missing evidence neither hides bad
    evidence nor passes for good.
    """
    if bad := _holding(rule.not_met, evidence, settings):
        return Judged("not met", bad)
    if missing := [name for name in rule.needs if _known(evidence, name) is None]:
        return Judged("not measured", " ".join(_why_missing(rule, evidence, name) for name in missing))
    if risky := _holding(rule.at_risk, evidence, settings):
        return Judged("at risk", risky)
    return Judged("met", "Nothing that would turn it is the case.")


def limit_of(condition: Condition, settings: Settings) -> str:
    """Say the limit of a rule in words, with its unit."""
    if condition.is_ is not None:
        return "yes" if condition.is_ else "no"
    limit = _limit(condition, settings)
    unit = condition.unit or _unit_of_setting(condition)
    if unit == "share":
        return f"{limit * 100:g}%"
    return f"{limit:g} {unit}" if unit else f"{limit:g}"


def in_words(rule: Rule, condition: Condition, settings: Settings) -> str:
    """Say when a rule holds: "complaints that are overdue: above 0"."""
    how = "is" if condition.is_ is not None else "above" if condition.above is not None else "below"
    return f"{rule.called(condition.value)}: {how} {limit_of(condition, settings)}"


def owner(rule: Rule, settings: Settings) -> str:
    """Name who answers for a guideline, as managers set it."""
    return str(getattr(settings, rule.owner.removeprefix(SETTING)))


def _holding(conditions: tuple[Condition, ...], evidence: Evidence, settings: Settings) -> str:
    """Say what holds of some rules; "" where nothing does."""
    said = [_says(one, evidence, settings) for one in conditions if _holds(one, evidence, settings)]
    return " ".join(said)


def _holds(condition: Condition, evidence: Evidence, settings: Settings) -> bool:
    value = _known(evidence, condition.value)
    if value is None:
        return False
    if condition.is_ is not None:
        return value is condition.is_
    limit = _limit(condition, settings)
    return value > limit if condition.above is not None else value < limit


def _known(evidence: Evidence, name: str) -> Value:
    """Give a value; None where it is missing or no number at all."""
    value = evidence.values.get(name)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _why_missing(rule: Rule, evidence: Evidence, name: str) -> str:
    why = evidence.missing.get(name, "nothing was found out about it")
    words = f"{rule.called(name)}: {why}".rstrip(".")
    return f"{words[:1].upper()}{words[1:]}."


def _limit(condition: Condition, settings: Settings) -> float:
    limit = condition.above if condition.above is not None else condition.below
    if isinstance(limit, str):
        limit = getattr(settings, limit.removeprefix(SETTING))
    return float(limit or 0)


def _unit_of_setting(condition: Condition) -> str | None:
    limit = condition.above if condition.above is not None else condition.below
    about = MANAGED.get(limit.removeprefix(SETTING)) if isinstance(limit, str) else None
    return about.unit if about else None


def _says(condition: Condition, evidence: Evidence, settings: Settings) -> str:
    return _Filled(evidence, limit_of(condition, settings)).format(condition.says)


class _Filled(string.Formatter):
    """Puts values into a sentence; one that is not known, or of another sort, is told as it is."""

    def __init__(self, evidence: Evidence, limit: str) -> None:
        self._evidence, self._limit = evidence, limit

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> tuple[Any, str]:
        """Give a value by its whole name, so that a sentence reaches nothing but values."""
        value = self._limit if field_name == "limit" else _known(self._evidence, field_name)
        return ("unknown" if value is None else value), field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        """Write a value; numbers without a form of their own with thousands marked."""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, str):
            return value
        return format(value, format_spec or (",d" if isinstance(value, int) else ",.3g"))


def _is_number_setting(limit: str) -> bool:
    field = Settings.model_fields.get(limit.removeprefix(SETTING))
    return limit.startswith(SETTING) and field is not None and field.annotation in (int, float)


def _tuples(node: Any) -> Any:
    """Make lists of a file tuples, which a strict reading asks for."""
    if isinstance(node, dict):
        return {name: _tuples(one) for name, one in node.items()}
    return tuple(_tuples(one) for one in node) if isinstance(node, list) else node
