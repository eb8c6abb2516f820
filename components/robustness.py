"""What wrong, missing and strange input does to scores; made-up cases; how often ranges hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from components import marks, model_charts
from components.card import sub
from components.format import NOT_KNOWN, count, number, share
from components.graph import graph
from components.report import Section, figure, named, not_measured
from components.table import table

TRIALS = (
    ("noise", "Noise"),
    ("missing", "Missing fields"),
    ("shifted", "Shifted inputs"),
    ("extreme", "Extreme inputs"),
)
SHOWN = 3


def robustness(section: Section | None, meaning: Any) -> Any:
    """Say how far scores and the list move, kind by kind, the worst of each first."""
    if not section:
        return not_measured("Robustness")
    summary = section.get("summary") if isinstance(section.get("summary"), Mapping) else {}
    words = str(summary.get("words") or section.get("words") or "")
    parts = [html.P(words, className="ks-md-words")] if words else []
    rows, rest = [], []
    for key, kind in TRIALS:
        trials = [_row(kind, trial) for trial in section.get(key) or () if isinstance(trial, Mapping)]
        rows += trials[:SHOWN]
        rest += trials[SHOWN:]
    adversarial = section.get("adversarial")
    for key, name in (
        ("small", "One number moved a little, picked to do most"),
        ("any", "One field set to anything, picked to do most"),
    ):
        if isinstance(adversarial, Mapping) and isinstance(adversarial.get(key), Mapping):
            rows.append(_row("Adversarial", adversarial[key] | {"name": name}))
    if not rows:
        return [*parts, not_measured("Robustness")]
    heads = ("Trial", "Half move by less than", "1 in 20 by more than", "Order kept", "List kept", "AUC lost")
    listed = table("What wrong input does", heads, rows)
    folded = (
        [
            html.Details(
                [html.Summary(f"{count(len(rest), 'more trial')}"), table("More trials", heads, rest)],
                className="ks-md-fold",
            )
        ]
        if rest
        else []
    )
    return [*parts, listed, *folded]


def _row(kind: str, trial: Section) -> tuple[Any, ...]:
    change = trial.get("score_change") if isinstance(trial.get("score_change"), Mapping) else {}
    name = html.Span(
        [html.Span(str(trial.get("name", ""))), html.Small(kind, className="ks-md-technical")],
        className="ks-md-named",
    )
    return (
        name,
        _points(change.get("median")),
        _points(change.get("p95")),
        number(trial.get("rank"), 2) if "rank" in trial else "",
        share(trial.get("list_kept"), 0) if "list_kept" in trial else "",
        number(trial.get("auc_loss"), 3) if "auc_loss" in trial else "",
    )


def _points(value: float | None) -> str:
    return NOT_KNOWN if value is None else f"{value * 100:.1f} points"


STATES = {True: ("passes", "ok"), False: ("fails", "alarm"), None: ("not measured", "warn")}


def cases(section: Any) -> Any:
    """List the made-up cases with their known answer: failing first."""
    found = section.get("cases", section.get("results")) if isinstance(section, Mapping) else section
    rows = [one for one in found or () if isinstance(one, Mapping)]
    if not rows:
        return not_measured("The set of made-up cases")
    order = {False: 0, None: 1, True: 2}
    lines = [
        (
            html.Span(
                [
                    html.Span(str(one.get("name", ""))),
                    html.Small(str(one.get("kind", "")), className="ks-md-technical"),
                ],
                className="ks-md-named",
            ),
            marks.badge(*STATES[_passed(one)]),
            html.Span(str(one.get("words") or one.get("detail") or ""), className="ks-md-why"),
        )
        for one in sorted(rows, key=lambda one: order[_passed(one)])
    ]
    return table("Made-up cases", ("Case", "Result", "What was found"), lines)


def _passed(one: Section) -> bool | None:
    passed = one.get("passed")
    return passed if isinstance(passed, bool) else None


def coverage(section: Section | None, meaning: Any) -> Any:
    """Say how often what happened lay in the range that the model gave."""
    if not section or section.get("share") is None:
        return not_measured("How often the range holds")
    held, _, _ = figure(section, "share")
    bins = [b for b in section.get("bins") or () if isinstance(b, Mapping)]
    words = str(section.get("words") or "")
    parts: list[Any] = [html.P(words, className="ks-md-words")] if words else []
    if not bins:
        return [*parts, named("Share of groups", share(held), meaning("coverage"))]
    title = "Range given and share who left, by groups of like scores"
    lines = [
        (
            share(b["mean_score"]),
            f"{share(b['low'])} to {share(b['high'])}",
            share(b["observed"]),
            number(b["n"]),
            "yes" if b["inside"] else "no",
        )
        for b in bins
    ]
    twin = table(title, ("Chance given", "Range given", "Left", "Customers", "Inside"), lines)
    return [*parts, sub(title), graph(model_charts.coverage(bins), id="coverage", title=title, table=twin)]


def environment(data: Section | None, libraries: Section | None) -> Any:
    """Say what the version was made from and with."""
    rows = [
        (words, html.Span(value, className="ks-md-why")) for words, value in (*_flat(data), *_flat(libraries))
    ]
    if not rows:
        return not_measured("What the version was made from")
    return table("Made from and with", ("What", "Value"), rows)


def _flat(held: Section | None, before: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in (held or {}).items():
        words = f"{before}{str(name).replace('_', ' ')}"
        if isinstance(value, Mapping):
            found += _flat(value, f"{words}: ")
        elif isinstance(value, Sequence) and not isinstance(value, str):
            found.append((words, "; ".join(_one(part) for part in value) or "none"))
        elif value is not None:
            found.append(
                (
                    words,
                    f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value),
                )
            )
    return found


def _one(part: Any) -> str:
    return ", ".join(str(value) for value in part.values()) if isinstance(part, Mapping) else str(part)
