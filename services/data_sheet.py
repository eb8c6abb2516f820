"""The data sheet: what the customers in use are, from where, by which right, and what is amiss with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from config.dataset import NOT_RECORDED, DatasetSpec
from services import card_page, loads
from services.roles import Actor, require

if TYPE_CHECKING:
    from services.installation import Installation

MANY_MISSING = 0.05
"""Share of rows above which a column's missing values are named as a gap."""

USE = (
    "Saying who is likely to leave, why, and what could be offered, so that people can decide.",
    "Not for refusing anybody a service, for judging staff, or for anything that no source below names.",
)


@dataclass(frozen=True)
class Column:
    """One column: its name and label, kind, who moves it, unit, and the share (0 to 1) of rows without it."""

    column: str
    label: str
    kind: str
    role: str
    unit: str
    missing: float
    is_protected: bool


@dataclass(frozen=True)
class Sheet:
    """All that the sheet says.

    Attributes
    ----------
    loaded, loaded_by : datetime, str or None
        When these rows were loaded, and by whom, where that is still on record.
    sources : tuple of (name, purpose, legal basis, how long it is kept)
        As the spec declares them.
    left_out : tuple of (column, reason)
        Columns of the file that are not used, and why.
    refused_for : tuple of (words, rows)
        Why rows were refused, the most frequent first.
    gaps : tuple of str
        What is known to be missing or amiss, in sentences.
    """

    title: str
    spec_name: str
    spec_hash: str
    is_synthetic: bool
    snapshot: str
    source: str
    loaded: datetime
    loaded_by: str | None
    rows: int
    customers: int
    refused: int
    grain: str
    last_period: str | None
    horizon_months: int
    outcome: str
    left: int | None
    stayed: int | None
    unknown: int | None
    columns: tuple[Column, ...]
    sources: tuple[tuple[str, str, str, str], ...]
    left_out: tuple[tuple[str, str], ...]
    refused_for: tuple[tuple[str, int], ...]
    gaps: tuple[str, ...]
    use: tuple[str, ...] = USE


def make(installation: Installation, actor: Actor) -> Sheet:
    """Make the sheet of the customers in use; NothingLoaded, a LookupError, where there are none."""
    require(actor, "see-governance")
    dataset = installation.dataset()
    spec, snapshot = dataset.spec, installation.warehouse.snapshot(dataset.snapshot)
    report = snapshot.report
    outcome = report.get("outcome") or {}
    columns = _columns(spec, report, snapshot.rows)
    return Sheet(
        title=spec.title,
        spec_name=spec.name,
        spec_hash=spec.hash,
        is_synthetic=spec.synthetic,
        snapshot=snapshot.id,
        source=snapshot.source,
        loaded=snapshot.created,
        loaded_by=loads.loaded_by(installation, snapshot.id),
        rows=snapshot.rows,
        customers=snapshot.customers,
        refused=snapshot.refused,
        grain=spec.grain,
        last_period=snapshot.last_period,
        horizon_months=spec.horizon_months,
        outcome=f"{spec.outcome.label}: {spec.outcome.column} is {spec.outcome.positive}",
        left=outcome.get("positive"),
        stayed=outcome.get("negative"),
        unknown=outcome.get("unknown"),
        columns=columns,
        sources=tuple(
            (one.name, *(said or NOT_RECORDED for said in (one.purpose, one.legal_basis, one.retention)))
            for one in spec.sources
        ),
        left_out=tuple((one.column, one.reason) for one in spec.left_out),
        refused_for=tuple(_refused(one) for one in report.get("reasons") or ()),
        gaps=tuple(_gaps(spec, report, columns, snapshot.rows, snapshot.refused)),
    )


def page(sheet: Sheet) -> str:
    """Write the sheet as one HTML page that stands alone: no script, nothing loaded from anywhere."""
    return card_page.data_sheet(sheet)


def _columns(spec: DatasetSpec, report: Mapping[str, Any], rows: int) -> tuple[Column, ...]:
    missing = report.get("missing") or {}
    return tuple(
        Column(
            one.column, one.label, one.kind.value, one.role.value, one.unit or "",
            missing.get(one.column, 0) / rows if rows else 0.0, one.column in spec.protected,
        )
        for one in spec.features
    )  # fmt: skip


def _refused(reason: Mapping[str, Any]) -> tuple[str, int]:
    column = reason.get("column")
    return f"{f'{column}: ' if column else ''}{reason.get('reason')}", int(reason.get("rows") or 0)


def _gaps(
    spec: DatasetSpec, report: Mapping[str, Any], columns: tuple[Column, ...], rows: int, refused: int
) -> list[str]:
    told = []
    if not spec.sources:
        told.append(
            "No source is declared, so neither purpose nor legal basis is known: add `sources` to the spec."
        )
    if not spec.protected:
        told.append(
            "No column is declared as a protected group, so how groups of people fare is not measured."
        )
    told += [
        f"{one.label} is missing in {_share(one.missing)} of the rows."
        for one in columns
        if one.missing > MANY_MISSING
    ]
    unknown = (report.get("outcome") or {}).get("unknown")
    if unknown:
        told.append(f"Of {unknown:,} of {rows:,} rows it is not known whether they left.")
    if refused:
        told.append(f"{refused:,} rows were refused and are not in it.")
    ignored = report.get("ignored") or []
    if ignored:
        told.append(
            f"The file holds columns that the spec does not name: {', '.join(map(str, ignored[:20]))}."
        )
    return [*told, *map(str, report.get("warnings") or ())]


def _share(value: float) -> str:
    return f"{value * 100:.1f}%"
