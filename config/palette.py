"""The colours of both themes, read from the style sheet that defines them, and what is shown upon what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

SHEET = Path(__file__).resolve().parent.parent / "assets" / "theme.css"
THEMES = ("light", "dark")

SERIES = ("c1", "c2", "c3", "c4", "c5", "c6")
"""Lines and bars that stand side by side in one chart, told apart by colour."""

STATES = ("ok", "warn", "alarm")
"""Colours of states, each always beside its word and sign."""

TEXT_ON = (
    ("ink", "canvas"), ("ink", "surface"), ("ink", "sunken"), ("muted", "canvas"), ("muted", "surface"),
    ("muted", "sunken"), ("accent", "surface"), ("accent", "canvas"), ("model", "surface"),
    ("warn", "warn-soft"), ("warn", "surface"), ("alarm", "alarm-soft"), ("alarm", "surface"),
    ("ok", "surface"), ("raise", "surface"), ("lower", "surface"), ("on-accent", "accent"),
    ("on-accent", "accent-strong"), ("rail-ink", "rail"),
)  # fmt: skip
"""What is written in which colour on which ground."""

_DARK = 'html:root[data-bs-theme="dark"]'
_TOKEN = re.compile(r"--ks-([\w-]+): (#[0-9a-f]{6});")


class NoPalette(ValueError):
    """The style sheet holds no colours that can be read; the message names it."""


@cache
def palette(theme: str) -> Mapping[str, str]:
    """Give the colours of a theme by name, as six hexadecimal signs; the dark one falls back on the light.

    Raises
    ------
    NoPalette
        If the style sheet is missing, or one of the colours above is not in it.
    """
    try:
        light, _, dark = SHEET.read_text(encoding="utf-8").partition(_DARK)
    except OSError as fault:
        raise NoPalette(f"The colours cannot be read: {SHEET.name} is missing.") from fault
    found = dict(_TOKEN.findall(light)) | (dict(_TOKEN.findall(dark)) if theme == "dark" else {})
    wanted = {*SERIES, *STATES, *(name for pair in TEXT_ON for name in pair)}
    if lost := sorted(wanted - found.keys()):
        raise NoPalette(f"{SHEET.name} does not define {', '.join(lost)} as colours of six signs.")
    return MappingProxyType(found)
