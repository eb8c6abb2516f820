"""The dataset spec: what the columns of a customer table mean, declared in YAML.

Everything that differs between one company's customers and another's stands in a
spec and nowhere in code.
"""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from config import labels
from config.formula import Tree, formula_columns, parse_formula

SHIPPED = Path(__file__).parent / "specs"

NOT_RECORDED = "not recorded"
"""What is said of a source where the spec says nothing."""

_PURPOSE = "Predicting and preventing that customers leave"

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Text = Annotated[str, Field(min_length=1, max_length=2000)]


class SpecError(ValueError):
    """A spec that cannot be used; the message names the field and how to mend it."""


class Kind(StrEnum):
    """What a feature's values are: numbers, levels, or a yes and a no."""

    NUMERIC = "numeric"
    CATEGORICAL = "categorical"
    FLAG = "flag"


class Role(StrEnum):
    """Who moves a feature: we (lever), others (assumption), nobody (fact)."""

    LEVER = "lever"
    ASSUMPTION = "assumption"
    FACT = "fact"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Outcome(_Strict):
    """The column that says who left, and the value that means it."""

    column: Text
    positive: Text
    label: Text = "left"


class Feature(_Strict):
    """One input of the model, with what people may do with it."""

    column: Text
    label: Text
    kind: Kind
    role: Role = Role.FACT
    description: str = ""
    unit: str | None = None
    minimum: float | None = Field(None, description="least value accepted, and the slider's left end")
    maximum: float | None = None
    step: float | None = Field(None, gt=0)
    levels: tuple[str, ...] = Field((), description="levels in the order of the screen")
    level_labels: dict[str, str] = Field(default_factory=dict)
    cost: float | None = Field(
        None, ge=0, description="cost a month per unit moved, or of another level, in currency"
    )
    monotone: Literal["increasing", "decreasing"] | None = Field(
        None, description="direction in which the chance of leaving may move with the value"
    )
    evidence: str = Field("predictive", description="'predictive', or the experiment that measured it")

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Feature:
        numeric = self.kind is Kind.NUMERIC
        if numeric and self.levels:
            raise ValueError(f"{self.column}: a numeric feature has no levels; remove them or its kind")
        if not numeric and (self.minimum, self.maximum, self.step, self.monotone) != (None,) * 4:
            raise ValueError(
                f"{self.column}: minimum, maximum, step and monotone are for numeric features; "
                f"remove them or set kind: numeric"
            )
        if self.minimum is not None and self.maximum is not None and self.minimum >= self.maximum:
            raise ValueError(f"{self.column}: minimum is not below maximum; swap them")
        return self

    def level_label(self, level: str) -> str:
        """Say a level as people read it."""
        return self.level_labels.get(level, level)


class Derived(_Strict):
    """A column that follows others: it moves by the difference of its formula."""

    column: Text
    formula: Text

    @model_validator(mode="after")
    def _can_be_read(self) -> Derived:
        parse_formula(self.formula)
        return self

    @property
    def tree(self) -> Tree:
        """The formula parsed, as plain JSON."""
        return parse_formula(self.formula)


class Rule(_Strict):
    """A combination that cannot be: when these columns hold these levels, then those must hold those."""

    when: dict[str, tuple[str, ...]] = Field(min_length=1)
    then: dict[str, tuple[str, ...]] = Field(min_length=1)
    text: Text


class LeftOut(_Strict):
    """A column that is not used, and why."""

    column: Text
    reason: Text


class Source(_Strict):
    """Where rows come from, what they are used for, by which right, and how long they are kept.

    What is not said is None, and shown as "not recorded".
    """

    name: Text
    purpose: Text | None = None
    legal_basis: Text | None = Field(
        None, description="such as a contract with the customer, their consent, or a legitimate interest"
    )
    retention: Text | None = Field(None, description="how long the rows are kept, and from when on")

    @field_validator("*")
    @classmethod
    def _says_something(cls, value: str | None) -> str | None:
        if value is not None and not value.strip():
            raise ValueError("is blank; write what holds, or leave it out")
        return value


class DatasetSpec(_Strict):
    """What a customer table means. Fields: see the comments of the shipped specs."""

    name: Name
    title: Text
    synthetic: bool = False
    id: Text
    outcome: Outcome
    grain: Literal["customer", "customer-month"] = "customer"
    period: str | None = Field(None, description="date column; required for the grain customer-month")
    horizon_months: int = Field(1, ge=1, le=36, description="within how many months leaving is meant")
    revenue: str | None = Field(None, description="numeric column: revenue per month, in currency")
    value: str | None = Field(None, description="numeric column: what a customer is worth")
    tenure: str | None = Field(None, description="numeric column: months as a customer")
    region: str | None = None
    segments: tuple[str, ...] = Field((), description="columns to filter and break down by")
    protected: tuple[str, ...] = Field((), description="columns of protected groups")
    currency: str = Field("USD", pattern=r"^[A-Z]{3}$")
    decimals: int = Field(2, ge=0, le=4)
    features: tuple[Feature, ...] = Field(min_length=1)
    derived: tuple[Derived, ...] = ()
    rules: tuple[Rule, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    keep: tuple[str, ...] = Field(
        (), description="columns used although suspected of giving the outcome away"
    )
    sources: tuple[Source, ...] = ()

    @model_validator(mode="after")
    def _holds_together(self) -> DatasetSpec:
        columns = [f.column for f in self.features]
        twice = {c for c in columns if columns.count(c) > 1}
        if twice:
            raise ValueError(f"features: {', '.join(sorted(twice))} named twice; keep one")
        if {self.outcome.column, self.id} & set(columns):
            raise ValueError("features: the id and the outcome are not features; remove them")
        if (self.grain == "customer-month") != (self.period is not None):
            raise ValueError("grain customer-month needs a period column, and only that grain has one")
        named = [source.name for source in self.sources]
        if len(set(named)) < len(named):
            raise ValueError("sources: one is named twice; say all of it in one place")
        known = self.columns
        for derived in self.derived:
            for column in (derived.column, *formula_columns(derived.tree)):
                if column not in columns:
                    raise ValueError(f"derived: {column!r} is not a feature; add it or correct the formula")
        for rule in self.rules:
            for column in (*rule.when, *rule.then):
                if column not in known:
                    raise ValueError(f"rules: {column!r} is not a column of the spec; correct the rule")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of the table that is read, each once: key, period, outcome, features, the rest."""
        asked = (
            self.id,
            self.period,
            self.outcome.column,
            *(f.column for f in self.features),
            self.revenue,
            self.value,
            self.tenure,
            self.region,
            *self.segments,
            *self.protected,
        )
        return tuple(dict.fromkeys(c for c in asked if c is not None))

    @property
    def numeric_columns(self) -> frozenset[str]:
        """The columns kept as numbers (float64); every other is kept as text."""
        measured = {c for c in (self.revenue, self.value, self.tenure) if c is not None}
        return frozenset({f.column for f in self.features if f.kind is Kind.NUMERIC} | measured)

    def feature(self, column: str) -> Feature:
        """Give the feature of a column; KeyError where the column is none."""
        for feature in self.features:
            if feature.column == column:
                return feature
        raise KeyError(column)

    def label(self, column: str) -> str:
        """Name a column as people read it; one that is no feature by the words of its name."""
        for feature in self.features:
            if feature.column == column:
                return feature.label
        return labels.label(column)

    def level_label(self, column: str, level: str) -> str:
        """Say a level of a column as people read it."""
        for feature in self.features:
            if feature.column == column:
                return feature.level_label(level)
        return level

    @property
    def hash(self) -> str:
        """SHA-256 of the spec's meaning (hex), the same however its YAML is laid out.

        How long rows are kept is no part of it: a model does not learn otherwise for it.
        """
        plain = self.model_dump(mode="json")
        for source in plain["sources"]:
            del source["retention"]
            source["purpose"] = source["purpose"] or _PURPOSE  # as it was hashed when that was the default
        text = json.dumps(plain, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def parse_spec(text: str, *, name: str = "the spec") -> DatasetSpec:
    """Read a spec from YAML.

    Raises
    ------
    SpecError
        With every fault of the spec, a line each: field, what is wrong.
    """
    try:
        return DatasetSpec.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as fault:
        raise SpecError(f"{name} is not YAML: {fault}. Correct the line named.") from fault
    except ValidationError as fault:
        lines = [f"  {'.'.join(map(str, e['loc'])) or 'spec'}: {e['msg']}" for e in fault.errors()]
        raise SpecError(f"{name} cannot be used; correct these fields:\n" + "\n".join(lines)) from fault


def load_spec(path: Path) -> DatasetSpec:
    """Read a spec file; SpecError where it is missing or cannot be used."""
    try:
        return parse_spec(path.read_text(encoding="utf-8"), name=path.name)
    except OSError as fault:
        raise SpecError(f"There is no spec at {path}: give the path of a YAML file.") from fault


def shipped_specs() -> dict[str, DatasetSpec]:
    """Read the specs that come with the product, by name."""
    return {path.stem: load_spec(path) for path in sorted(SHIPPED.glob("*.yaml"))}
