"""Robustness: how far scores and the list move when inputs are noisy, missing, shifted, extreme or picked.

Nothing here asks whether a change makes sense for a customer; it asks what the model makes of it. A
scorecard is a table, so that the worst change of one field is found by looking, not by searching.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from config.dataset import DatasetSpec
from models.adversary import SMALL, anything, nearby, picked
from models.scorecard import Codes, Floats, Scorecard
from models.scorecard_format import NumericFeature
from models.stress_bench import Bench, bench_of, limits, points, trial_of

ROWS = 2_000
"""Larger tables are sampled: the figures are medians and shares, which more rows would not sharpen much."""

LISTED = 0.10
NOISE = (0.01, 0.05, 0.10)
MISSING = (0.05, 0.10, 0.20)
SHIFT = 0.5
"""Standard deviations that a number is shifted by, up and down."""

CROWDED = 0.20
"""Share of customers who are moved to a column's commonest level."""
UNSEEN = "a level never seen before"


def stress(
    scorecard: Scorecard,
    frame: pd.DataFrame,
    spec: DatasetSpec,
    *,
    seed: int = 0,
    rows: int = ROWS,
    share: float = LISTED,
) -> dict[str, Any]:
    """Try what can go wrong with inputs, and say how far scores and ranks move.

    Parameters
    ----------
    scorecard : Scorecard
        The model under stress.
    frame : DataFrame
        Canonical rows that the model has not learned from. Where outcomes are known, the loss of AUC is told.
    spec : DatasetSpec
        Labels, limits and steps of the features.
    seed : int, default=0
        Of the sample and of all noise; the same table and seed give the same figures.
    rows : int, default=2000
        Most rows tried.
    share : float, default=0.10
        Share of customers on the list whose turnover is told.

    Returns
    -------
    dict
        Plain values. ``noise``, ``missing``, ``shifted`` and ``extreme`` are lists of trials, each with
        ``name``, ``words`` and its effect: ``score_change`` (``median``, ``p95``, ``largest``: differences of
        shares in 0-1), ``rank`` (Spearman), ``list_kept`` (share of the list that stays on it) and
        ``auc_loss``. ``adversarial`` tells what one field, picked to do most, can do: ``small`` (a number
        moved by little) and ``any`` (to any value seen in training). ``summary`` holds what gates ask for.

    Raises
    ------
    ValueError
        If there is no row to try.
    """
    bench = bench_of(scorecard, frame, spec, seed, rows, share)
    random = np.random.default_rng(seed)
    trials = {
        "noise": [_noise(bench, amount, random) for amount in NOISE],
        "missing": [*(_missing(bench, amount, random) for amount in MISSING), *_worst_first(_lost(bench))],
        "shifted": _worst_first(_shifted(bench, random)),
        "extreme": _worst_first(_extremes(bench)),
    }
    adversarial = {"small": picked(bench, nearby(bench)), "any": picked(bench, anything(bench))}
    return {
        "rows": bench.codes.rows,
        "listed": share,
        "seed": seed,
        **trials,
        "adversarial": adversarial,
        "summary": _summary(trials, adversarial),
    }


def _worst_first(trials: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(trials, key=lambda trial: -trial["score_change"]["p95"])


# --- noise, missing, shifted, extreme -------------------------------------------------------------------


def _noise(bench: Bench, amount: float, random: np.random.Generator) -> dict[str, Any]:
    """Blur every number by a share of its standard deviation, and swap that share of levels."""
    changed = {
        place: _blurred(bench, place, amount, random)
        if bench.is_numeric(place)
        else _swapped(bench.inputs[bench.card.columns[place]], amount, random)
        for place in bench.places
    }
    what = (
        f"Every number blurred by {amount:.0%} of its standard deviation and {amount:.0%} of the levels wrong"
    )
    return trial_of(bench, f"noise of {amount:.0%}", what, bench.with_columns(changed), amount=amount)


def _blurred(bench: Bench, place: int, amount: float, random: np.random.Generator) -> Floats:
    values = bench.inputs[bench.card.columns[place]]
    finite = values[np.isfinite(values)]
    if len(finite) < 2:
        return values
    noisy = values + random.normal(size=len(values)) * (amount * finite.std())
    if (finite == np.round(finite)).all():
        noisy = np.round(noisy)
    return np.clip(noisy, *limits(bench, place))


def _swapped(values: npt.NDArray[Any], amount: float, random: np.random.Generator) -> npt.NDArray[Any]:
    """Give a share of rows the value of another row, drawn at random."""
    hit = random.random(len(values)) < amount
    return np.where(hit, values[random.permutation(len(values))], values)


def _blank(values: npt.NDArray[Any], hit: npt.NDArray[np.bool_]) -> npt.NDArray[Any]:
    blanked = values.copy()
    blanked[hit] = np.nan if values.dtype.kind == "f" else None
    return blanked


def _missing(bench: Bench, amount: float, random: np.random.Generator) -> dict[str, Any]:
    changed = {
        place: _blank(bench.inputs[column], random.random(bench.codes.rows) < amount)
        for place, column in enumerate(bench.card.columns)
    }
    what = f"{amount:.0%} of all fields lost at random"
    return trial_of(bench, f"{amount:.0%} missing", what, bench.with_columns(changed), amount=amount)


def _lost(bench: Bench) -> Iterator[dict[str, Any]]:
    """Lose each column in turn, as when a source fails."""
    everyone = np.ones(bench.codes.rows, dtype=bool)
    for place, column in enumerate(bench.card.columns):
        label = bench.spec.label(column)
        codes = bench.with_column(place, _blank(bench.inputs[column], everyone))
        yield trial_of(bench, f"{label} missing", f"{label} missing for everybody", codes, column=column)


def _shifted(bench: Bench, random: np.random.Generator) -> Iterator[dict[str, Any]]:
    for place, column in enumerate(bench.card.columns):
        label, values = bench.spec.label(column), bench.inputs[column]
        if not bench.is_numeric(place):
            if (common := _commonest(values)) is not None:
                moved = np.where(random.random(len(values)) < CROWDED, common, values)
                what = (
                    f"{label}: {CROWDED:.0%} of customers moved to {bench.spec.level_label(column, common)}"
                )
                yield trial_of(bench, what, what, bench.with_column(place, moved), column=column)
            continue
        finite = values[np.isfinite(values)]
        for direction, word in ((1, "up"), (-1, "down")) if len(finite) and finite.std() else ():
            what = f"{label} shifted {word} by {SHIFT:g} standard deviations"
            moved = np.clip(values + direction * SHIFT * finite.std(), *limits(bench, place))
            yield trial_of(bench, what, what, bench.with_column(place, moved), column=column)


def _commonest(values: npt.NDArray[Any]) -> str | None:
    codes, uniques = pd.factorize(values)
    known = codes[codes >= 0]
    return str(uniques[np.bincount(known).argmax()]) if len(known) else None


def _extremes(bench: Bench) -> Iterator[dict[str, Any]]:
    """Give everybody one absurd value, column by column, then nothing known at all."""
    for place, column in enumerate(bench.card.columns):
        label = bench.spec.label(column)
        for word, value in _absurd(bench, place):
            values = np.full(bench.codes.rows, value, dtype=np.float64 if bench.is_numeric(place) else object)
            yield _held(bench, f"{label} {word}", bench.with_column(place, values), column)
    for word, numeric, text in (("Nothing known", np.nan, None), ("Everything unseen", np.inf, UNSEEN)):
        changed = {
            place: np.full(bench.codes.rows, numeric)
            if bench.is_numeric(place)
            else np.full(bench.codes.rows, text, dtype=object)
            for place in bench.places
        }
        yield _held(bench, word, bench.with_columns(changed), None)


def _absurd(bench: Bench, place: int) -> list[tuple[str, Any]]:
    feature = bench.card.features[place]
    if not isinstance(feature, NumericFeature):
        return [("never seen before", UNSEEN)]
    low, high = feature.minimum or 0.0, feature.maximum or 0.0
    reach = 10 * max(high - low, 1.0)
    return [
        ("far below what was seen", low - reach),
        ("far above what was seen", high + reach),
        ("infinite", np.inf),
        ("minus infinite", -np.inf),
    ]


def _held(bench: Bench, name: str, codes: Codes, column: str | None) -> dict[str, Any]:
    """Try an extreme, and say whether every answer is a chance in 0-1 inside a range in 0-1."""
    score, (low, high) = bench.card.probability(codes), bench.card.interval(codes)
    answers = np.stack([score, low, high])
    holds = bool(np.isfinite(answers).all() and (answers >= 0).all() and (answers <= 1).all())
    return trial_of(bench, name, name, codes, column=column, holds=holds and bool((low <= high).all()))


# --- what gates ask for -------------------------------------------------------------------------------


def _summary(trials: dict[str, list[dict[str, Any]]], adversarial: dict[str, Any]) -> dict[str, Any]:
    noise = next(trial for trial in trials["noise"] if trial["amount"] == 0.05)
    missing = next(trial for trial in trials["missing"] if trial.get("amount") == 0.10)
    shifted = trials["shifted"][0] if trials["shifted"] else None
    small = adversarial["small"]["score_change"]
    return {
        "noise_score_change": noise["score_change"]["p95"],
        "noise_list_kept": noise["list_kept"],
        "noise_auc_loss": noise["auc_loss"],
        "missing_score_change": missing["score_change"]["p95"],
        "missing_list_kept": missing["list_kept"],
        "missing_auc_loss": missing["auc_loss"],
        "shift_score_change": shifted["score_change"]["p95"] if shifted else 0.0,
        "small_change_score_change": small["p95"],
        "answers_hold": all(trial["holds"] for trial in trials["extreme"]),
        "words": (
            f"{noise['words']} {missing['words']} One number moved by {SMALL:.0%} of its range, picked to do "
            f"most, moves one score in twenty by more than {points(small['p95'])}."
        ),
    }
