"""Writing a spec as YAML that a person reads and corrects: in sections, with comments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from config.dataset import DatasetSpec, Feature
from data.cells import shown

_SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("", ("name", "title", "synthetic")),
    ("The column that tells customers apart, and what one row is.", ("id", "grain", "period")),
    (
        "Who left: the column, and the value that means it. Blank is not known yet.",
        ("outcome", "horizon_months"),
    ),
    (
        "What the figures on screen stand on: money a month, worth, months as a customer, groups to filter.",
        ("revenue", "value", "tenure", "region", "segments", "currency", "decimals"),
    ),
    ("Protected groups: watched for fairness, and no features unless listed there as well.", ("protected",)),
)
_END = (
    (
        "Columns that follow others: when a lever moves, they move by the difference of the formula.",
        "derived",
    ),
    ("Combinations that cannot be.", "rules"),
    (
        "Columns that are not used, and why. To use one, describe it under features and remove it here.",
        "left_out",
    ),
    ("Columns used although they were suspected of giving the outcome away.", "keep"),
    ("Where the rows come from, what for, by which right, and how long they are kept.", "sources"),
)
_FEATURES = """\
# What the model learns from.
# kind: numeric, categorical or flag. role: lever (we move it), assumption (others move it), fact.
# minimum, maximum and step are the slider's; cost is per unit moved, or of another level.
# monotone: increasing or decreasing, the only direction in which risk may then move."""


def spec_yaml(spec: DatasetSpec, *, heading: str = "", remarks: Mapping[str, str] | None = None) -> str:
    """Write a spec as commented YAML that reads back to the same spec.

    Parameters
    ----------
    heading
        Lines for the top of the file.
    remarks
        Column -> remark, written above the feature.
    """
    plain = spec.model_dump(mode="json", exclude_defaults=True) | {
        "grain": spec.grain,
        "currency": spec.currency,
        "decimals": spec.decimals,
    }
    blocks = [_comment(heading)] if heading else []
    for said, fields in _SECTIONS:
        chosen = {field: plain[field] for field in fields if field in plain}
        if chosen:
            blocks.append(_comment(said) + _dump(chosen) if said else _dump(chosen))
    blocks.append(_FEATURES + "\nfeatures:\n" + "".join(_feature(f, remarks or {}) for f in spec.features))
    blocks += [_comment(said) + _dump({field: plain[field]}) for said, field in _END if field in plain]
    return "\n".join(blocks)


def _feature(feature: Feature, remarks: Mapping[str, str]) -> str:
    plain = feature.model_dump(mode="json", exclude_defaults=True)
    plain |= {"kind": feature.kind.value, "role": feature.role.value}
    ordered = {name: plain[name] for name in Feature.model_fields if name in plain}
    remark = remarks.get(feature.column)
    said = "".join(f"  {line}\n" for line in _comment(remark).splitlines()) if remark else ""
    return said + _items([ordered])


def _comment(text: str) -> str:
    return "".join(f"# {shown(line, 400)}\n" for line in text.split("\n"))


def _dump(fields: Mapping[str, Any]) -> str:
    return "".join(_field(name, value) for name, value in fields.items())


def _field(name: str, value: Any) -> str:
    if isinstance(value, dict) and name == "outcome":
        return f"{name}:\n" + "".join(f"  {k}: {_flow(v)}\n" for k, v in value.items())
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return f"{name}:\n" + _items(value)
    return f"{name}: {_flow(value)}\n"


def _items(values: list[dict[str, Any]]) -> str:
    lines = []
    for value in values:
        for place, (name, field) in enumerate(value.items()):
            lines.append(f"  {'  ' if place else '- '}{name}: {_flow(field)}\n")
    return "".join(lines)


def _flow(value: Any) -> str:
    """Write any value on one line, unseen characters escaped."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)  # 72 reads better than 72.0, and is the same number in a spec
    seen = not isinstance(value, str) or value.isprintable()
    written: str = yaml.safe_dump(
        [value],
        allow_unicode=seen,
        width=10**9,
        default_flow_style=True,
        default_style=None if seen else '"',
    )
    return written.strip().removeprefix("[").removesuffix("]")
