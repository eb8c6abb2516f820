"""The glossary: what each figure on screen means, read from glossary.yaml."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

GLOSSARY = Path(__file__).parent / "glossary.yaml"


class Term(NamedTuple):
    """A figure's name on screen and its meaning in a sentence or two."""

    name: str
    text: str


@cache
def glossary() -> dict[str, Term]:
    """Read every term by its key."""
    plain = yaml.safe_load(GLOSSARY.read_text(encoding="utf-8"))
    return {key: Term(**entry) for key, entry in plain.items()}


def meaning(key: str) -> str:
    """Give the meaning of a term; KeyError where the glossary lacks it, so that no help is empty."""
    return glossary()[key].text
