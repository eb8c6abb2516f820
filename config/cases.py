"""Made-up cases with a known answer, and what they are held against: the unit tests of a model, in YAML.

Beside :mod:`config.dataset`: a spec says what columns mean, its cases say what any sensible model of
them must answer.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from config.dataset import DatasetSpec, Text

SHIPPED_CASES = Path(__file__).parent / "cases"
LEAST_AUC, LEAST_AUC_OF_A_SLICE = 0.60, 0.55

Value = str | float | None
Customer = dict[str, Value]


class CaseError(ValueError):
    """A file of cases that cannot be used; the message names the case and how to mend it."""


class _Case(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Text
    where: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="only customers with one of these levels"
    )
    between: dict[str, tuple[float, float]] = Field(
        default_factory=dict, description="only customers with numbers in this range, ends included"
    )

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the case names."""
        return (*self.where, *self.between)


class _Change(_Case):
    column: Text
    to: tuple[Value, ...] = Field((), description="values to set; every level there is, when empty")
    by: float | None = Field(None, description="what a number is moved by, instead of 'to'")
    customer: Customer | None = Field(
        None, description="try it on this made-up customer; on customers held out, when absent"
    )
    follow: bool = Field(True, description="columns derived in the spec follow, as in a what-if")

    @model_validator(mode="after")
    def _one_change(self) -> _Change:
        if self.by is not None and self.to:
            raise ValueError("give 'to' or 'by', not both")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the case names."""
        return (self.column, *(self.customer or {}), *super().columns)


class Invariance(_Change):
    """A change that must make no difference, or hardly one."""

    kind: Literal["invariance"]
    within: float = Field(0.0, ge=0, lt=1, description="most that a score may move, a share in 0-1")


class Direction(_Change):
    """A change that must not move the score the wrong way."""

    kind: Literal["direction"]
    expect: Literal["lower", "higher"]
    share: float = Field(1.0, gt=0, le=1, description="for at least this share of customers")

    @model_validator(mode="after")
    def _moves_somewhere(self) -> Direction:
        if self.by is None and len(self.to) != 1:
            raise ValueError("a direction needs one change: give 'by', or one value under 'to'")
        return self


class Answer(_Case):
    """A made-up customer whose chance of leaving must lie within bounds."""

    kind: Literal["answer"]
    customer: Customer
    at_least: float = Field(0.0, ge=0, le=1)
    at_most: float = Field(1.0, ge=0, le=1)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the case names."""
        return (*self.customer, *super().columns)


class MadeUp(BaseModel):
    """One row of a made-up table with its outcome."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    customer: Customer
    left: bool


class Quality(_Case):
    """A least quality: on everybody, on a named slice, on each level of a column, or on made-up customers."""

    kind: Literal["quality"]
    measure: Literal["roc_auc", "brier", "average_score_error"] = "roc_auc"
    at_least: float | None = None
    at_most: float | None = None
    each: str | None = Field(None, description="on the customers of each level of this column")
    made_up: tuple[MadeUp, ...] = ()

    @model_validator(mode="after")
    def _one_bar(self) -> Quality:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("a quality needs one bar: give 'at_least' or 'at_most'")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the case names."""
        made_up = (column for row in self.made_up for column in row.customer)
        return (*([self.each] if self.each else []), *made_up, *super().columns)


Case = Annotated[Invariance | Direction | Answer | Quality, Field(discriminator="kind")]


class Cases(BaseModel):
    """A file of cases; ``base`` is the made-up customer whose values hold where a case names no other."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base: Customer = Field(default_factory=dict)
    cases: tuple[Case, ...] = ()

    @property
    def columns(self) -> frozenset[str]:
        """Every column that is named."""
        return frozenset(self.base).union(*(case.columns for case in self.cases))


def parse_cases(text: str, *, name: str = "the file of cases") -> Cases:
    """Read cases from YAML; CaseError with every fault, a line each."""
    try:
        return Cases.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as fault:
        raise CaseError(f"{name} is not YAML: {fault}. Correct the line named.") from fault
    except ValidationError as fault:
        lines = [f"  {'.'.join(map(str, e['loc'])) or 'cases'}: {e['msg']}" for e in fault.errors()]
        raise CaseError(f"{name} cannot be used; correct these fields:\n" + "\n".join(lines)) from fault


def cases_for(spec: DatasetSpec, folder: Path = SHIPPED_CASES) -> Cases:
    """Give the cases of a spec: those of its file, and the general ones of any spec.

    A file of the same name that speaks of other columns belongs to another table and is passed over.

    Raises
    ------
    CaseError
        If the file cannot be read as cases.
    """
    path = folder / f"{spec.name}.yaml"
    general = general_cases(spec)
    if not path.is_file():
        return general
    own = parse_cases(path.read_text(encoding="utf-8"), name=path.name)
    if not own.columns <= set(spec.columns):
        return general
    named = {case.name for case in own.cases}
    return Cases(
        base=own.base, cases=(*own.cases, *(case for case in general.cases if case.name not in named))
    )


def general_cases(spec: DatasetSpec) -> Cases:
    """Make the cases that any model of a spec must pass.

    Who a customer is (the key, protected columns that are no features) makes no difference; a feature
    with a limit keeps its direction; the model ranks better than chance, in every segment too.
    """
    features = {feature.column for feature in spec.features}
    cases: list[Case] = [
        Invariance(kind="invariance", name=f"{_who(spec, column)} makes no difference", column=column)
        for column in dict.fromkeys((spec.id, *spec.protected))
        if column not in features
    ]
    for feature in spec.features:
        if feature.monotone is not None:
            span = (feature.maximum or 0.0) - (feature.minimum or 0.0)
            word, expect = ("raises", "lower") if feature.monotone == "decreasing" else ("lowers", "higher")
            cases.append(
                Direction(
                    kind="direction",
                    name=f"More of {feature.label} never {word} the chance of leaving",
                    column=feature.column,
                    by=span / 10 if span > 0 else feature.step or 1.0,
                    expect="lower" if expect == "lower" else "higher",
                    follow=False,
                )
            )
    cases.append(Quality(kind="quality", name="Ranks better than chance", at_least=LEAST_AUC))
    cases += [
        Quality(
            kind="quality",
            name=f"Ranks better than chance by {spec.label(column)}",
            each=column,
            at_least=LEAST_AUC_OF_A_SLICE,
        )
        for column in spec.segments
    ]
    return Cases(cases=tuple(cases))


def _who(spec: DatasetSpec, column: str) -> str:
    return "The customer's number" if column == spec.id else spec.label(column)
