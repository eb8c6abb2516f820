"""The 18 guidelines for human-AI interaction against this product, as ``config/hax.yaml`` has them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from services.guidelines.rules import RulesError

FILE = Path(__file__).resolve().parents[2] / "config" / "hax.yaml"

IDS = tuple(f"HAX-{number}" for number in range(1, 19))

CRITICAL = frozenset(f"HAX-{number}" for number in (1, 2, 4, 5, 6, 8, 10, 14, 15, 17, 18))

_PLAIN = ConfigDict(frozen=True, extra="forbid")

Words = Annotated[str, Field(min_length=1)]


class Shown(BaseModel):
    """A page, and what of it is the evidence."""

    model_config = _PLAIN

    page: str = Field(pattern="^/")
    shows: Words


class Hax(BaseModel):
    """One of them; without a page, a test or a reason it cannot stand."""

    model_config = _PLAIN

    id: str
    says: Words
    critical: bool
    here: Words
    pages: tuple[Shown, ...] = ()
    tests: tuple[Words, ...] = ()
    not_met: str = ""

    @model_validator(mode="after")
    def _is_shown(self) -> Hax:
        if not (self.pages or self.tests or self.not_met):
            raise ValueError(f"{self.id} names no page and no test, nor says why it is not met")
        if self.critical != (self.id in CRITICAL):
            raise ValueError(f"{self.id} is {'not ' * self.critical}one of those that prevent catastrophe")
        return self

    @property
    def state(self) -> str:
        """Whether it is met."""
        return "not met" if self.not_met else "met"


@cache
def load() -> tuple[Hax, ...]:
    """Give all of them in order; RulesError, naming what to mend, where the file cannot be used."""
    return load_from(FILE)


def load_from(path: Path) -> tuple[Hax, ...]:
    """Read a file of them."""
    try:
        text = path.read_text(encoding="utf-8")
        found = TypeAdapter(tuple[Hax, ...]).validate_python(yaml.safe_load(text) or ())
    except (OSError, yaml.YAMLError, ValidationError) as fault:
        raise RulesError(
            f"{path.name} cannot be read: {fault}. "
            "Mend the file, or put back the one that came with Keepsight."
        ) from fault
    if tuple(one.id for one in found) != IDS:
        raise RulesError(f"{path.name} has to name {IDS[0]} to {IDS[-1]}, each once and in order.")
    return found
