"""What is put on record of a mitigation: its section of the report, its metrics, and what was fitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from models import cross_validation
from models.candidates import Candidate, parameters
from models.evaluation import spread
from models.fairness import LEAST
from models.mitigation.asked import CONSTRAIN, LINES, REWEIGHT, STATED, Asked
from models.mitigation.comparison import Scored, fairness_changes, quality_changes, told_cost, told_effect
from models.mitigation.leaving_out import LeftOut
from models.mitigation.reweighing import reweighing, weights_by_cell
from models.mitigation.scene import Scene
from models.mitigation.ways import Unseen
from models.scorecard import Scorecard
from models.training_table import is_silent

AIM_IN_WORDS = {
    "parity": "the share put on the list",
    "opportunity": "the share of leavers who are on the list",
    "odds": "the share on the list, among leavers and among others,",
}
CAUTION = (
    "Who is on the list would depend on a protected attribute itself. In many places that is unlawful, "
    "whatever it is meant for: ask counsel before anybody acts on it."
)


def section_of(
    scene: Scene,
    one: Asked,
    after: Candidate,
    before: Candidate,
    *,
    out: Sequence[LeftOut],
    by_group: npt.NDArray[np.float64] | None,
    estimator: Any,
    fairness: tuple[Mapping[str, Any], Mapping[str, Any]],
    scored: tuple[Scored, Scored],
    share: float,
    seed: int,
) -> dict[str, Any]:
    """Make the section "mitigation" of a report, as plain values.

    Returns
    -------
    dict
        ``kind``, ``column``, ``label``, ``aim``, ``measure`` (of fairness, which the aim is about), ``words``
        (what was done), ``caution``; ``left_out``, ``weights``, ``constraint`` or ``lines``, as the kind has
        them, else None; ``left_as_they_are`` (groups too small); ``fairness`` and ``quality`` (see
        :mod:`models.mitigation.comparison`), ``effect`` and ``cost`` in words; ``rows`` set aside and how
        many of them are ``called``.
    """
    left = scene.held.table.outcome
    changes = fairness_changes(*fairness, one.column)
    quality = quality_changes(left, *scored, share=share, revenue=scene.held_revenue, seed=seed)
    called = max(1, round(share * len(left)))
    names = zip(scene.groups.names, scene.enough, strict=True)
    return {
        "kind": one.kind,
        "column": one.column,
        "label": scene.spec.label(one.column),
        "aim": one.aim,
        "measure": STATED[one.aim],
        "words": _words(scene, one, out, after != before),
        "caution": CAUTION if one.kind == LINES else None,
        "left_out": [vars(leaving) for leaving in out] or None,
        "weights": _weights(scene) if one.kind == REWEIGHT else None,
        "constraint": _constraint(estimator) if one.kind == CONSTRAIN else None,
        "lines": None if by_group is None else _lines(scene, by_group),
        "left_as_they_are": [name for name, is_enough in names if not is_enough],
        "fairness": changes,
        "quality": quality,
        "rows": len(left),
        "called": called,
        "currency": scene.spec.currency,
        "effect": told_effect(changes[STATED[one.aim]], LEAST),
        "cost": told_cost(quality, called, scene.spec.currency),
    }


def _words(scene: Scene, one: Asked, out: Sequence[LeftOut], is_another: bool) -> str:
    label, same = scene.spec.label(one.column), AIM_IN_WORDS[one.aim]
    if one.kind == REWEIGHT:
        return f"Learned from rows weighed so that {label} and leaving are independent among them."
    if one.kind == CONSTRAIN:
        instead = " Logistic regression takes the place of the additive model." if is_another else ""
        return f"Held to a constraint: {same} is to be alike by {label}.{instead}"
    if one.kind == LINES:
        return f"A line of its own for each group, so that {same} is alike by {label}; the scores stay."
    telling = [leaving.label for leaving in out if leaving.strength is not None]
    names = [leaving.label for leaving in out if leaving.strength is None]
    words = f"Learned without {' and '.join(names + ([', '.join(telling)] if telling else []))}."
    few = "tells" if len(telling) == 1 else "tell"
    return f"{words} {', '.join(telling)} {few} most of {label}." if telling else words


def _weights(scene: Scene) -> list[dict[str, Any]]:
    people = scene.everybody
    left = people.table.outcome
    return weights_by_cell(
        scene.groups, people.codes, left, reweighing(people.codes, left, scene.enough[people.codes])
    )


def _constraint(estimator: Any) -> dict[str, Any]:
    return {"tried": estimator.chosen_.points, "difference_in_training": estimator.chosen_.difference}


def _lines(scene: Scene, by_group: npt.NDArray[np.float64]) -> list[dict[str, Any]]:
    people = np.bincount(scene.everybody.codes, minlength=len(by_group))
    return [
        {"group": name, "line": float(line), "n": int(n), "own": bool(is_enough)}
        for name, line, n, is_enough in zip(scene.groups.names, by_group, people, scene.enough, strict=True)
    ]


def metrics_of(
    scene: Scene, folds: Unseen, line: float, quality: Mapping[str, Any], seed: int
) -> dict[str, Any]:
    """Give the metrics of a version as training does; measured on the folds of one seed."""
    left = scene.everybody.table.outcome
    return {
        "rows": len(left),
        "left": int(left.sum()),
        "auc": spread(folds.auc),
        "log_loss": spread(folds.log_loss),
        "brier": spread(folds.brier),
        "measured_rows": len(folds.chance),
        "seeds": [seed],
        "bags": cross_validation.BAGS,
        "holdout_rows": len(scene.held.rows),
        "holdout_auc": quality["roc_auc"],
        "threshold": line,
    }


def choice_of(scene: Scene, taken: Candidate, card: Scorecard, one: Asked, seed: int) -> dict[str, Any]:
    """Say what was fitted, as training says what it chose."""
    table = scene.everybody.table
    return {
        "name": taken.name,
        "family": taken.family,
        "pairs": taken.pairs,
        "pair_columns": [list(columns) for columns in card.term_columns if len(columns) == 2],
        "candidates": [],
        "parameters": {
            **parameters(len(table.outcome)),
            "outer_bags": cross_validation.BAGS,
            "seed": seed,
        },
        "silent": [column for column in table.inputs.columns if is_silent(table.inputs[column])],
        "mitigation": {"kind": one.kind, "column": one.column, "aim": one.aim, "proxies": one.proxies},
    }


def tried_rows(
    before: Candidate, then: Unseen, after: Candidate, now: Unseen, parts: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Give the rows of the section on candidates: what training chose, and this version."""
    section = parts["mitigation"]
    first = section["quality"]["roc_auc"]["before"]["value"]
    return [
        _row(before, then, first, "What training chose; compared with.", chosen=False),
        _row(after, now, parts["quality"]["roc_auc"]["value"], section["words"], chosen=True),
    ]


def _row(one: Candidate, folds: Unseen, held: float, why: str, *, chosen: bool) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": one.kind,
        "family": one.family,
        "pairs": one.pairs,
        "path": one.path,
        "auc": spread(folds.auc),
        "log_loss": spread(folds.log_loss),
        "seconds": folds.seconds,
        "chosen": chosen,
        "why": why,
        "holdout_auc": held,
    }
