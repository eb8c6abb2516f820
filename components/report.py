"""A model's report in words: quality with ranges, right and wrong on the list, money, candidates."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from components import kpi, marks, model_charts, states
from components.card import sub
from components.format import MINUS, NOT_KNOWN, count, number, share, short_money
from components.graph import graph
from components.table import table

Section = Mapping[str, Any]
Meaning = Callable[[str], str]


@dataclass(frozen=True)
class Measure:
    """How a measure is written: its key in the report, its name for people and for analysts, its unit."""

    key: str
    term: str
    name: str
    technical: str
    unit: str
    better: str

    def written(self, value: float | None) -> str:
        """Write a value in the measure's unit."""
        return written(value, self.unit)


HIGHER, LOWER, NEARER = "higher is better", "lower is better", "closer to 0 is better"

MEASURES = (
    Measure("roc_auc", "roc-auc", "Telling leavers from stayers", "ROC AUC", "number", HIGHER),
    Measure(
        "average_precision",
        "average-precision",
        "Leavers near the top of the list",
        "Average precision",
        "number",
        HIGHER,
    ),
    Measure("lift_at_10", "lift-at-10", "Gain of the first tenth", "Lift at 10%", "times", HIGHER),
    Measure("calibration_error", "calibration-error", "Error of the chances", "ECE", "share", LOWER),
    Measure("brier", "brier", "Squared error of the chances", "Brier score", "number", LOWER),
    Measure("log_loss", "log-loss", "Surprise at what happened", "Log loss", "number", LOWER),
    Measure("recall", "recall", "Leavers that the list reaches", "Recall", "share", HIGHER),
    Measure("precision", "precision", "Leavers among those on the list", "Precision", "share", HIGHER),
    Measure("f1", "f1", "Balance of the two", "F1", "number", HIGHER),
    Measure("accuracy", "accuracy", "Answers that were right", "Accuracy", "share", HIGHER),
    Measure(
        "train_test_gap",
        "train-test-gap",
        "Learned by heart",
        "Train AUC less hold-out AUC",
        "number",
        NEARER,
    ),
)


def written(value: float | None, unit: str) -> str:
    """Write a value by its unit: number (three decimals), share, times or count."""
    if not _is_number(value):
        return NOT_KNOWN
    if unit == "share":
        return share(abs(value)) if value >= 0 else MINUS + share(-value)
    if unit == "times":
        return f"{number(value, 1)} times"
    return number(value) if unit == "count" else number(value, 3)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def not_measured(what: str) -> html.Div:
    """Stand where a version's report lacks a section: nothing is made up."""
    return states.empty(
        "Not measured for this version",
        f"{what} is not in the report of this version. Train a new version to have it measured.",
        sign="bi-dash-circle",
    )


def figure(section: Section | None, key: str) -> tuple[float | None, float | None, float | None]:
    """Read a measure: value, low, high; what is missing is None."""
    held = (section or {}).get(key)
    parts = held if isinstance(held, Mapping) else {"value": held}
    return _number(parts.get("value")), _number(parts.get("low")), _number(parts.get("high"))


def _number(value: Any) -> float | None:
    return value if _is_number(value) else None


def spread(low: float | None, high: float | None, unit: str) -> str:
    """Write a range: "0.831 to 0.862"; nothing where there is none."""
    return "" if low is None or high is None else f"{written(low, unit)} to {written(high, unit)}"


def tiles(quality: Section | None, meaning: Meaning, badge: Callable[[], Any]) -> html.Div | None:
    """Say in four tiles what the model is worth."""
    shown = [
        _tile(quality, measure, name, sentence, meaning, badge())
        for measure, name, sentence in (
            ("roc_auc", "Telling leavers from stayers", _told_apart),
            ("lift_at_10", "Gain of the first tenth", _lift),
            ("recall", "Leavers the list reaches", _reached),
            ("calibration_error", "Error of the chances", _calibrated),
        )
    ]
    return kpi.tiles(shown) if any(shown) else None


def _tile(
    quality: Section | None,
    key: str,
    name: str,
    sentence: Callable[[float], str],
    meaning: Meaning,
    badge: Any,
) -> html.Article:
    measure = next(m for m in MEASURES if m.key == key)
    value, low, high = figure(quality, key)
    if value is None:
        return kpi.closed_tile(name, "Not measured for this version.")
    unit = "share" if key == "roc_auc" else measure.unit
    between = spread(low, high, unit)
    return kpi.tile(
        name,
        written(value, unit),
        note=sentence(value),
        change=f"range {between}" if between else None,
        help_text=meaning(measure.term),
        model=True,
        badge=badge,
    )


def _told_apart(value: float) -> str:
    return f"of a leaver and a stayer, the leaver has the higher score {round(value * 100)} times in 100"


def _lift(value: float) -> str:
    return "as many leavers in the top tenth as in a tenth drawn at random"


def _reached(value: float) -> str:
    return "of all who left were on the at-risk list"


def _calibrated(value: float) -> str:
    return "between the chance given and the share who left, on average"


def measures(quality: Section | None, meaning: Meaning) -> Any:
    """List every measure with its range and which way is good."""
    rows = []
    for measure in MEASURES:
        value, low, high = figure(quality, measure.key)
        if value is not None:
            rows.append(
                (
                    _named(measure, meaning),
                    measure.written(value),
                    spread(low, high, measure.unit),
                    measure.better,
                )
            )
    if not rows:
        return not_measured("The quality of the model")
    crossed = _cross_validated(quality or {}, meaning)
    listed = table("Every measure", ("Measure", "Value", "Range", "Which way is good"), rows)
    return [listed, *([crossed] if crossed is not None else [])]


def _named(measure: Measure, meaning: Meaning) -> html.Span:
    return named(measure.name, measure.technical, meaning(measure.term))


def named(name: str, technical: str, help_text: str) -> html.Span:
    """Name a measure for people, and small for analysts, with its meaning one hover away."""
    return html.Span(
        [html.Span(name), marks.hint(name, help_text), html.Small(technical, className="ks-md-technical")],
        className="ks-md-named",
    )


def _cross_validated(quality: Section, meaning: Meaning) -> html.P | None:
    held = quality.get("cross_validation")
    held = held.get("auc", held) if isinstance(held, Mapping) else {}
    mean, sd = (held.get("mean"), held.get("sd")) if isinstance(held, Mapping) else (None, None)
    if not _is_number(mean):
        return None
    spread_words = f", give or take {number(sd, 3)}" if _is_number(sd) else ""
    words = f"Learned and tried on different splits, its ROC AUC is {number(mean, 3)}{spread_words}."
    return html.P(
        [words, marks.hint("learned and tried on different splits", meaning("cross-validation"))],
        className="ks-md-aside",
    )


def stands_on(quality: Section | None) -> str:
    """Say how many customers the quality was measured on."""
    held = quality or {}
    rows = held.get("rows")
    if not _is_number(rows):
        return "measured on customers set aside"
    return f"measured on {count(int(rows), 'customer')} set aside before anything was learned"


def calibration(quality: Section | None) -> Any:
    """Draw whether chances come true."""
    bins = [
        b
        for b in (quality or {}).get("calibration") or ()
        if isinstance(b, Mapping) and _is_number(b.get("mean_score")) and _is_number(b.get("observed"))
    ]
    if not bins:
        return not_measured("Calibration")
    title = "Share who left, by the chance that the model gave"
    lines = [(share(b["mean_score"]), share(b["observed"]), number(b.get("n"))) for b in bins]
    twin = table(title, ("Chance given", "Left", "Customers"), lines)
    return [sub(title), graph(model_charts.calibration(bins), id="calibration", title=title, table=twin)]


def confusion(quality: Section | None) -> Any:
    """Say how many leavers the list caught and missed."""
    held = (quality or {}).get("confusion")
    if not isinstance(held, Mapping) or not all(_is_number(held.get(k)) for k in ("tn", "fp", "fn", "tp")):
        return not_measured("The confusion matrix")
    tn, fp, fn, tp = (int(held[k]) for k in ("tn", "fp", "fn", "tp"))
    words = (
        f"Of {count(tp + fn, 'leaver')}, the list held {number(tp)} and missed {number(fn)}. "
        f"Of {number(tp + fp)} on the list, {number(fp)} stayed."
    )
    cells = table(
        "Right and wrong on the list",
        ("What they did", "On the list", "Not on the list"),
        [("Left", number(tp), number(fn)), ("Stayed", number(fp), number(tn))],
    )
    return [html.P(words, className="ks-md-words"), cells]


def money(quality: Section | None, currency: str) -> Any:
    """Say whom a list of that length reaches, against calling as many at random."""
    held = (quality or {}).get("money")
    if not isinstance(held, Mapping) or not _is_number(held.get("n")):
        return not_measured("The worth of the list")
    by_loss = held.get("by_expected_loss")
    orders = [
        ("By chance of leaving", held),
        *([("By expected loss", by_loss)] if isinstance(by_loss, Mapping) else []),
    ]
    rows = []
    for label, key, write in (
        ("Leavers reached", "leavers_reached", number),
        ("Their monthly revenue", "revenue_kept", lambda amount: short_money(amount, currency)),
    ):
        cells = [_reached_by(order, key, write) for _, order in orders]
        if any(cells):
            rows.append((label, *(cell or NOT_KNOWN for cell in cells), _at_random(held, key, write)))
    if not rows:
        return not_measured("The worth of the list")
    of = f" of {number(held['of'])}" if _is_number(held.get("of")) else ""
    words = f"If the first {count(int(held['n']), 'customer')}{of} are called:"
    listed = table("What the list is worth", ("If called", *(name for name, _ in orders), "At random"), rows)
    return [html.P(words, className="ks-md-words"), listed]


def _reached_by(order: Section, key: str, write: Callable[[float], str]) -> Any:
    value, low, high = figure(order, key)
    if value is None:
        return None
    return stacked(write(value), "" if low is None or high is None else f"{write(low)} to {write(high)}")


def _at_random(held: Section, key: str, write: Callable[[float], str]) -> str:
    one = held.get(key)
    by_chance = one.get("at_random") if isinstance(one, Mapping) else None
    return write(by_chance) if _is_number(by_chance) else NOT_KNOWN


def stacked(value: str, under: str) -> html.Span:
    """Write a value with its range small under it."""
    parts = [html.Span(value), *([html.Small(under, className="ks-md-technical")] if under else [])]
    return html.Span(parts, className="ks-md-stacked")


def candidates(rows: Sequence[Section] | None) -> Any:
    """List what was tried beside it, and why this one was taken."""
    if not rows:
        return not_measured("The comparison with other kinds of models")
    lines = [
        (
            html.Span(
                [str(row.get("name", "")), *([marks.badge("taken", "ok")] if row.get("chosen") else [])],
                className="ks-md-named",
            ),
            *_auc(row),
            NOT_KNOWN if not _is_number(row.get("seconds")) else f"{number(row['seconds'], 1)} s",
            "answers at once" if row.get("kind") == "scorecard" else "in batches only",
            html.Span(str(row.get("why") or ""), className="ks-md-why"),
        )
        for row in rows
    ]
    heads = ("Candidate", "ROC AUC", "Spread", "Time to learn", "How it answers", "Why")
    return table("Candidates", heads, lines)


def _auc(row: Section) -> tuple[str, str]:
    held = row.get("auc")
    mean, sd = (held.get("mean"), held.get("sd")) if isinstance(held, Mapping) else (held, row.get("auc_sd"))
    return written(row.get("auc_mean") if mean is None else mean, "number"), written(sd, "number")


def comparison(this: Section | None, other: Section | None, names: tuple[str, str], meaning: Meaning) -> Any:
    """Set two versions' measures side by side; each was measured on its own hold-out."""
    rows = []
    for measure in MEASURES:
        (mine, *mine_range), (theirs, *_) = figure(this, measure.key), figure(other, measure.key)
        if mine is None and theirs is None:
            continue
        moved = None if mine is None or theirs is None else mine - theirs
        rows.append(
            (
                _named(measure, meaning),
                measure.written(mine),
                measure.written(theirs),
                _moved(moved, measure, mine_range),
            )
        )
    if not rows:
        return not_measured("The quality of these two versions")
    return table("Two versions compared", ("Measure", *names, "Which is better"), rows)


def _moved(moved: float | None, measure: Measure, between: Sequence[float | None]) -> str:
    if moved is None:
        return "not known"
    low, high = between
    wide = None if low is None or high is None else (high - low) / 2
    if moved == 0 or (wide is not None and abs(moved) <= wide):
        return "about the same"
    if measure.better == NEARER:
        return "see the values"
    return "this one" if (moved > 0) is (measure.better == HIGHER) else "the other"
