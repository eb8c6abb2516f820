"""What the last walk through all pages found for eyesight and motor ability, as kept with this Keepsight.

The walk is a test in the browser (tests/pages/test_everybody_can_use_it.py), which keeps what it found in
``config/access.yaml``: an installation has no browser to look at itself with.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

FILE = Path(__file__).resolve().parents[2] / "config" / "access.yaml"

NAMES = ("eyesight", "motor ability", "keyboard")


class NoRecord(ValueError):
    """There is no record of such a walk that can be read; the message says how one comes to be."""


class AccessCheck(BaseModel):
    """One check: what was looked for, by which test, when, on how many pages, and where it failed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    looks_for: str = Field(min_length=1)
    test: str = Field(min_length=1)
    checked: date
    pages: int = Field(ge=1)
    failed: list[str]


def read(file: Path = FILE) -> tuple[AccessCheck, ...]:
    """Give the checks of the last walk; NoRecord where there is none, or one of them is not in it."""
    how = "the tests of Keepsight keep one: see docs/drills.md"
    try:
        found = TypeAdapter(tuple[AccessCheck, ...]).validate_python(yaml.safe_load(file.read_text("utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as fault:
        raise NoRecord(f"{file.name} holds no walk through the pages that can be read; {how}") from fault
    if sorted(one.name for one in found) != sorted(NAMES):
        raise NoRecord(f"{file.name} does not hold each of {', '.join(NAMES)} once; {how}")
    return found
