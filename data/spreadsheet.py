"""Text as a spreadsheet may read it: never as a formula."""

from __future__ import annotations

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_text(value: object) -> str:
    """Say a cell so that no spreadsheet takes it for a formula: a leading quote, as OWASP advises."""
    if value is None or value != value:
        return ""
    text = str(value)
    return "'" + text if text.lstrip(" ").startswith(FORMULA_STARTS) else text
