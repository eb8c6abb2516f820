"""The report of a version: what a person signs, as plain values with one canonical form."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

FORMAT = 1

SECTIONS = (
    "quality",
    "candidates",
    "fairness",
    "mitigation",
    "robustness",
    "cases",
    "coverage",
    "explanation",
    "data",
    "environment",
)
"""Every section, in the order of reading. One that was not made is None, never left out."""


def build_report(
    parts: Mapping[str, Any], *, data: Mapping[str, Any], environment: Mapping[str, Any]
) -> dict[str, Any]:
    """Put the sections of a report together, as plain JSON values.

    Parameters
    ----------
    parts : mapping
        Sections by name, as training made them (``Trained.report_parts``).
    data : mapping
        Snapshot, spec, rows and columns left out, with reasons.
    environment : mapping
        Versions of Python and of the libraries that were at work.

    Returns
    -------
    dict
        ``format`` and every name of ``SECTIONS``; None for a section that was not made.

    Raises
    ------
    ValueError
        If a part has a name that is no section.
    """
    given = {**parts, "data": data, "environment": environment}
    unknown = set(given) - set(SECTIONS)
    if unknown:
        raise ValueError(
            f"{', '.join(sorted(unknown))} is no section of a report: give some of {', '.join(SECTIONS)}."
        )
    return {"format": FORMAT, **{name: plain(given.get(name)) for name in SECTIONS}}


def report_json(report: Mapping[str, Any]) -> str:
    """Write a report in its one canonical form: sorted keys, no spaces, letters as they are."""
    return json.dumps(report, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def report_sha256(report: Mapping[str, Any]) -> str:
    """Give the SHA-256 (hex) of a report's canonical form, which a signature is bound to."""
    return hashlib.sha256(report_json(report).encode("utf-8")).hexdigest()


def plain(value: Any) -> Any:
    """Turn values of numpy and the like into JSON's own; what is not a number becomes None.

    Raises
    ------
    TypeError
        For anything that has no plain form.
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) + 0.0 if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(one) for one in value]
    raise TypeError(
        f"A {type(value).__name__} has no place in a report: "
        "turn it into text, numbers, lists or dictionaries."
    )
