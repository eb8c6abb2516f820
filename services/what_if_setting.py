"""The setting of a what-if page: everything its script computes and writes with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from config.dataset import DatasetSpec
from models import reasons as words
from services import customers, evidence, moves
from services.customers import Fact
from services.installation import Champion, Dataset, Installation
from services.moves import ChangeRefused, Control
from services.what_if_answers import Answer, Routed, plain, worth


@dataclass(frozen=True)
class Column:
    """How a feature is read out in the browser: its words, and those of each of its levels."""

    label: str
    kind: str
    role: str
    unit: str | None
    unit_of_one: str | None
    is_place: bool
    levels: dict[str, str]


@dataclass(frozen=True)
class Setting:
    """Everything a what-if page starts from.

    Attributes
    ----------
    row : dict
        What the model and the rules read of the customer, raw; None is missing.
    columns : dict of Column
        By column.
    derived : list of (column, tree)
        What follows the levers (config.formula).
    rules : list of dict
        ``when``, ``then`` and ``text`` of combinations that cannot be.
    left_out : list of str
        Why changes that were asked for were not made.
    worth : dict
        ``column`` and ``months``: a customer is worth so many times that column; ``revenue``: its column.
    start : float
        The chance that the model starts from, a share in 0 to 1.
    threshold : float or None
        The score of the last customer on the at-risk list.
    """

    id: str
    is_active: bool
    controls: list[Control]
    facts: list[Fact]
    row: dict[str, Any]
    columns: dict[str, Column]
    derived: list[tuple[str, Any]]
    rules: list[dict[str, Any]]
    left_out: list[str]
    worth: dict[str, Any]
    start: float
    threshold: float | None
    answer: Answer


def setting(
    installation: Installation,
    routed: Routed,
    key: str,
    row: Mapping[str, Any],
    left_out: list[str],
    answer: Answer,
) -> Setting:
    """Set a page up around its first answer; ``left_out`` are the changes that could not be made."""
    dataset, champion = routed.on.dataset, routed.champion
    spec, card = dataset.spec, champion.scorecard
    return Setting(
        id=key,
        is_active=bool(row["_active"]),
        controls=moves.controls(spec, card, row, evidence.everything(installation, spec.name)),
        facts=[fact for fact in customers.facts(dataset, dict(row)) if fact.role == "fact"],
        row={column: row.get(column) for column in _columns_read(spec)},
        columns=_columns(dataset, champion, row),
        derived=[(derived.column, derived.tree) for derived in spec.derived],
        rules=[rule.model_dump(mode="json") for rule in spec.rules],
        left_out=left_out,
        worth=worth(installation, spec),
        start=card.start,
        threshold=installation.warehouse.threshold(
            dataset.snapshot, champion.version, installation.settings.at_risk_share
        ),
        answer=answer,
    )


def possible(
    dataset: Dataset, champion: Champion, row: Mapping[str, Any], changes: Mapping[str, Any]
) -> tuple[dict[str, float | str], list[str]]:
    """Keep the changes that can be made; say why not of the others."""
    possible: dict[str, float | str] = {}
    left_out = []
    for column, new in changes.items():
        try:
            possible |= moves.checked(dataset.spec, champion.scorecard, row, {column: new})
        except ChangeRefused as refused:
            left_out.append(str(refused))
    return possible, left_out


def _columns_read(spec: DatasetSpec) -> list[str]:
    """Name what the browser computes with; nothing else of a customer leaves for this page."""
    ruled = [column for rule in spec.rules for column in (*rule.when, *rule.then)]
    money = [column for column in (spec.value, spec.revenue) if column is not None]
    return list(dict.fromkeys([*(feature.column for feature in spec.features), *ruled, *money]))


def _columns(dataset: Dataset, champion: Champion, row: Mapping[str, Any]) -> dict[str, Column]:
    spec, card = dataset.spec, champion.scorecard
    return {
        feature.column: Column(
            label=feature.label,
            kind=str(feature.kind),
            role=str(feature.role),
            unit=feature.unit,
            unit_of_one=words.amount(1.0, feature.unit).removeprefix("1 ") if feature.unit else None,
            is_place=feature.column == spec.region,
            levels={
                text: words.value_in_words(spec, feature.column, text)
                for text in moves.levels(card, feature, row.get(feature.column))
            },
        )
        for feature in spec.features
    }


def plain_setting(setting: Setting) -> dict[str, Any]:
    """Give a setting as JSON has it: what the page's script computes and writes with."""
    stamp = setting.answer.stamp
    return {
        "id": setting.id,
        "version": stamp.version,
        "controls": [
            {
                "column": one.column,
                "value": one.value,
                "minimum": one.minimum,
                "maximum": one.maximum,
                "levels": [value for value, _ in one.levels],
                "no_data": one.no_data,
            }
            for one in setting.controls
        ],
        "row": setting.row,
        "columns": {column: asdict(one) for column, one in setting.columns.items()},
        "derived": setting.derived,
        "rules": setting.rules,
        "left_out": setting.left_out,
        "worth": setting.worth,
        "start": setting.start,
        "threshold": setting.threshold,
        "currency": stamp.currency,
        "decimals": stamp.decimals,
        "horizon_months": stamp.horizon_months,
        "answer": plain(setting.answer),
    }
