"""Guessing a dataset spec from a table that has none, and saying so.

Every guess stands in a commented YAML that a person corrects; nothing here is needed once
a spec exists. Guesses follow names and values, and what is left out says why.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from config import labels
from config.dataset import DatasetSpec, Kind, LeftOut, Role
from data import cells
from data.cells import quoted, shown
from data.files import RawTable
from data.inference.features import Measures, derived_of, feature_of, segments_of, slider
from data.inference.reading import InferenceError, Reading, names
from data.spec_yaml import spec_yaml

__all__ = ["InferenceError", "Inferred", "Plausible", "infer_spec", "plausible_frame", "slider"]

CURRENCY = "USD"


@dataclass(frozen=True)
class Inferred:
    """A guessed spec, the YAML that says it with comments, and what was guessed in sentences."""

    spec: DatasetSpec
    yaml: str
    notes: list[str]


@dataclass(frozen=True)
class Plausible:
    """The table as a model would see it, before a spec exists.

    Attributes
    ----------
    frame
        Columns that may be features, rows whose outcome is known (one a customer, at the
        last known month, where a customer has a row a month): numeric ones float64, the others text.
    outcome
        Booleans of shape (n,): who left.
    kinds
        Column -> kind.
    """

    frame: pd.DataFrame
    outcome: np.ndarray
    kinds: dict[str, Kind]


def plausible_frame(table: RawTable | pd.DataFrame) -> Plausible:
    """Guess what a table's columns are, for those who look for columns that give the outcome away.

    Raises
    ------
    InferenceError
        When no outcome or no id can be told.
    """
    reading = Reading(table)
    outcome = reading.outcome
    text = reading.columns[outcome.column].text
    rows = text.notna().to_numpy()
    if reading.period is not None:
        month = cells.months(reading.columns[reading.period].text)
        rows = rows & (month == month[rows].max()).to_numpy()
    frame = pd.DataFrame(
        {
            name: column.values if column.kind is Kind.NUMERIC else column.text.array
            for name, column in reading.candidates.items()
        }
    )
    left = text.str.casefold().eq(outcome.positive.casefold()).to_numpy(dtype=bool)
    return Plausible(
        frame[rows].reset_index(drop=True),
        left[rows],
        {n: c.kind for n, c in reading.candidates.items() if c.kind},
    )


def infer_spec(
    table: RawTable | pd.DataFrame,
    name: str,
    *,
    suspects: Mapping[str, str] | None = None,
    keep: Collection[str] = (),
) -> Inferred:
    """Guess the spec of a table.

    Parameters
    ----------
    table
        As read from a file.
    name
        The spec's name: small letters, digits and dashes.
    suspects
        Column -> reason, for columns that give the outcome away or repeat another.
    keep
        Columns used although suspected.

    Raises
    ------
    InferenceError
        When no outcome, no id or no feature can be told, or ``keep`` names no column.
    """
    reading = Reading(table)
    _need_known(keep, reading)
    suspects = {c: r for c, r in (suspects or {}).items() if c in reading.candidates and c not in keep}
    chosen = {c: facts for c, facts in reading.candidates.items() if c not in suspects}
    if not chosen:
        raise InferenceError(
            "No column is left to learn from: " + _listed(reading.left_out | suspects) + ". "
            "Add columns that were known before a customer left, or keep one with --keep."
        )
    measures = Measures.of(reading)
    features = tuple(feature_of(facts, measures) for facts in chosen.values())
    spec = DatasetSpec(
        name=name,
        title=labels.label(name.replace("-", " ")),
        id=reading.id,
        grain="customer" if reading.period is None else "customer-month",
        period=reading.period,
        outcome=reading.outcome,
        revenue=measures.revenue,
        value=measures.value,
        tenure=measures.tenure,
        region=measures.region,
        segments=segments_of(chosen, measures),
        protected=tuple(reading.protected),
        currency=CURRENCY,
        features=features,
        derived=derived_of(chosen, measures),
        left_out=tuple(LeftOut(column=c, reason=r) for c, r in (reading.left_out | suspects).items()),
        keep=tuple(c for c in keep if c in chosen),
    )
    notes = _notes(spec, reading, suspects, keep)
    remarks = {c: facts.remark for c, facts in chosen.items()}
    heading = "Guessed from the table; nothing was asked. Correct what is wrong:\n" + "\n".join(
        f"- {n}" for n in notes
    )
    return Inferred(spec, spec_yaml(spec, heading=heading, remarks=remarks), notes)


def _need_known(keep: Collection[str], reading: Reading) -> None:
    for column in keep:
        if column not in reading.columns:
            near = difflib.get_close_matches(column, reading.columns, n=1)
            hint = f" Did you mean {quoted(near[0])}?" if near else ""
            raise InferenceError(
                f"There is no column {quoted(column)} to keep.{hint} {names(list(reading.columns))}."
            )


def _notes(
    spec: DatasetSpec, reading: Reading, suspects: Mapping[str, str], keep: Collection[str]
) -> list[str]:
    rows = "a customer" if spec.period is None else f"a customer in a month ({shown(spec.period)})"
    notes = [
        f"One row is {rows}; {shown(spec.id)} tells customers apart.",
        f"{shown(spec.outcome.column)} = {shown(spec.outcome.positive)} means that a customer left.",
    ]
    notes += [
        f"{shown(c)} is left out: {shown(r, 300)}." for c, r in (reading.left_out | dict(suspects)).items()
    ]
    notes += [f"{shown(c)} is kept although suspected." for c in spec.keep]
    notes += [f"{shown(c)} cannot be kept: {reading.left_out[c]}." for c in keep if c in reading.left_out]
    if spec.protected:
        notes.append(
            f"{', '.join(map(shown, spec.protected))}: protected, watched for fairness, not learned from."
        )
    if spec.revenue is None:
        notes.append("No column was taken for revenue per month; name it under revenue to see money at risk.")
    levers = [f.label for f in spec.features if f.role is Role.LEVER]
    notes.append(
        f"Levers guessed: {', '.join(map(shown, levers)) or 'none'}. Say role: lever where you can move it."
    )
    return notes


def _listed(reasons: Mapping[str, str]) -> str:
    return (
        "; ".join(f"{shown(c)} ({shown(r)})" for c, r in list(reasons.items())[:5])
        or "the table has no others"
    )
