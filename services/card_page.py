"""The card of a version, and the data sheet, each as one HTML page that stands alone, without a script."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services import card_drawings

TEMPLATES = Path(__file__).parent / "templates"

STANDING = "<!-- standing -->"
"""Where what may change after training (signature, notes) is put when the card is shown; text is escaped, so
that nothing else of a card reads like this."""

MEASURES = (
    ("roc_auc", "ROC AUC", "how often a leaver has a higher score than a stayer; 0.5 is chance", "number"),
    ("average_precision", "Average precision", "leavers near the top; higher is better", "number"),
    ("lift_at_10", "Lift of the first tenth", "times as many leavers as in a tenth drawn at random", "times"),
    ("calibration_error", "Calibration error", "chance given against share who left; near 0", "share"),
    ("brier", "Brier score", "squared error of the chances; near 0 is good", "number"),
    ("log_loss", "Log loss", "surprise at what happened; near 0 is good", "number"),
    ("recall", "Recall", "share of the leavers whom the list reaches", "share"),
    ("precision", "Precision", "share of the list who left", "share"),
    ("accuracy", "Accuracy", "share of answers that were right", "share"),
    ("f1", "F1", "balance of recall and precision", "number"),
    ("train_test_gap", "Learned by heart", "ROC AUC in training less that on the hold-out", "number"),
)  # fmt: skip
DIFFERENCES = (
    ("statistical_parity_difference", "share put on the list"),
    ("equal_opportunity_difference", "share of leavers found"),
    ("average_odds_difference", "found rightly and wrongly"),
    ("calibration_difference", "scores against what happened"),
)
TRIALS = (
    ("noise", "Noise"),
    ("missing", "Missing fields"),
    ("shifted", "Shifted inputs"),
    ("extreme", "Extreme inputs"),
)
TRIALS_SHOWN = 3
CELLS_SHOWN = 6


def write(report: Mapping[str, Any], *, version: str, report_sha256: str, horizon_months: int) -> str:
    """Write the part of a card that training settles, with a place for what is added when it is shown."""
    return _templates().get_template("card.html").render(
        report=report,
        version=version,
        report_sha256=report_sha256,
        horizon_months=horizon_months,
        style=Markup((TEMPLATES / "card.css").read_text(encoding="utf-8")),
        standing=Markup(STANDING),
        measures=_measures(report.get("quality") or {}),
        differences=DIFFERENCES,
        trials=_trials(report.get("robustness") or {}),
        effects=_effects(report.get("explanation") or {}),
        called=_labels(report),
        draw=card_drawings,
    )  # fmt: skip


def with_standing(card: str, **standing: Any) -> str:
    """Put in who stands behind the version, its checks, the plan for failing, its notes."""
    return card.replace(STANDING, _templates().get_template("standing.html").render(**standing), 1)


def data_sheet(sheet: Any) -> str:
    """Write a data sheet (``services.data_sheet.Sheet``) in the same manner."""
    style = Markup((TEMPLATES / "card.css").read_text(encoding="utf-8"))
    return _templates().get_template("data_sheet.html").render(sheet=sheet, style=style)


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters |= {
        "share": _share, "points": _points, "number": _number, "count": _count, "spread": _spread,
        "day": _day, "moment": _moment,
    }  # fmt: skip
    return made


# --- what the template walks through -----------------------------------------------------------------


def _labels(report: Mapping[str, Any]) -> dict[str, str]:
    """Name columns as people read them, by their names in the data, as far as the report knows."""
    sections = (
        (report.get("explanation") or {}).get("importance"),
        (report.get("fairness") or {}).get("attributes"),
    )
    named = [one for rows in sections for one in rows or () if len(one.get("columns") or ()) == 1]
    return {one["columns"][0]: one["label"] for one in named}


def _measures(quality: Mapping[str, Any]) -> list[dict[str, str]]:
    found = []
    for key, name, words, unit in MEASURES:
        held = quality.get(key)
        held = held if isinstance(held, Mapping) else {"value": held}
        if _is_number(held.get("value")):
            found.append({"name": name, "words": words, "value": _written(held["value"], unit),
                          "range": _spread(held, unit)})  # fmt: skip
    return found


def _trials(robustness: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give of each kind of trial the worst few."""
    found = []
    for key, kind in TRIALS:
        rows = sorted(robustness.get(key) or (), key=lambda one: -(one["score_change"].get("p95") or 0.0))
        found += [{"kind": kind, **one} for one in rows[:TRIALS_SHOWN]]
    return found


def _effects(explanation: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the effect of every feature, the weightiest first: its words, its drawing, its figures."""
    start = explanation.get("start")
    weight = {tuple(one["columns"]): one for one in explanation.get("importance") or ()}
    shapes = sorted(
        explanation.get("shapes") or (),
        key=lambda one: -(weight.get(tuple(one["columns"]), {}).get("mean") or 0.0),
    )
    return [
        {
            "label": one["label"],
            "words": one.get("words") or "",
            "role": one.get("role") or "fact",
            "share": weight.get(tuple(one["columns"]), {}).get("share"),
            "points": [_point(bin, start) for bin in _bins(one)],
            "start": start,
        }
        for one in shapes
    ]


def _bins(shape: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Give the values of an effect in their order; of a pair the cells that move scores most."""
    if shape.get("kind") == "pair":
        cells = [cell for row in shape.get("cells") or () for cell in row]
        return sorted(cells, key=lambda cell: -abs(cell.get("effect") or 0.0))[:CELLS_SHOWN]
    if shape.get("line"):
        return [*shape["line"], *(bin for bin in shape.get("bins") or () if bin.get("count"))]
    bins = shape.get("bins") or ()
    return [bin for bin in bins if bin.get("count")] or bins


def _point(bin: Mapping[str, Any], start: float | None) -> dict[str, Any]:
    chance, low, high = (_chance(start, bin.get(part)) for part in ("effect", "low", "high"))
    return {
        "words": bin.get("words", ""),
        "count": bin.get("count"),
        "chance": chance,
        "low": low,
        "high": high,
    }


def _chance(start: float | None, effect: float | None) -> float:
    """Turn an effect in log-odds into the chance of somebody of whom nothing else counts."""
    known = start if start is not None and 0 < start < 1 else 0.5
    log_odds = math.log(known / (1 - known)) + (effect or 0.0)
    return 1 / (1 + math.exp(-log_odds)) if abs(log_odds) < 700 else float(log_odds > 0)


# --- how values are written --------------------------------------------------------------------------


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _written(value: Any, unit: str) -> str:
    if unit == "share":
        return _share(value)
    if unit == "points":
        return _number(value * 100, 1)
    return f"{_number(value, 1)} times" if unit == "times" else _number(value, 3)


def _spread(held: Any, unit: str = "share") -> str:
    low, high = (held.get("low"), held.get("high")) if isinstance(held, Mapping) else (None, None)
    return f"{_written(low, unit)} to {_written(high, unit)}" if _is_number(low) and _is_number(high) else ""


def _number(value: Any, decimals: int = 0) -> str:
    return f"{value:,.{decimals}f}".replace("-", "\N{MINUS SIGN}") if _is_number(value) else "not measured"


def _count(value: Any, one: str, many: str = "") -> str:
    return f"{_number(value)} {one if value == 1 else many or one + 's'}"


def _share(value: Any, decimals: int = 1) -> str:
    return f"{_number(value * 100, decimals)}%" if _is_number(value) else "not measured"


def _points(value: Any) -> str:
    return f"{_number(value * 100, 1)} points" if _is_number(value) else "too few"


def _day(value: Any) -> str:
    return f"{value.day} {value:%B %Y}" if value else "not planned"


def _moment(value: Any) -> str:
    return f"{value.day} {value:%B %Y, %H:%M %Z}"
