"""Trying a mitigation: what training chose fitted again under it, and what that changes for whom."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from config.dataset import DatasetSpec
from models import cross_validation
from models.candidates import Candidate
from models.fairness import audit
from models.holdout import threshold_of
from models.mitigation.asked import LEAVE_OUT, LINES, Asked
from models.mitigation.comparison import Scored
from models.mitigation.leaving_out import left_out
from models.mitigation.lines import lines_by_group, margin
from models.mitigation.record import choice_of, metrics_of, section_of, tried_rows
from models.mitigation.scene import Scene, set_scene
from models.mitigation.ways import Unseen, Way, unseen, way_of
from models.scorecard import Scorecard
from models.sections import Evidence, sections
from models.split import held_quality
from models.steps import Progress, Steps
from models.training import AT_RISK_SHARE, VALUE_MONTHS, Trained

Floats = npt.NDArray[np.float64]

BY_LIST = ("lift_at_10", "accuracy", "precision", "recall", "f1", "confusion", "money")
"""What a line of its own for each group changes in the section on quality: the list, and not the scores."""


@dataclass(frozen=True)
class Came:
    """How a way came out on people it has not learned from.

    Attributes
    ----------
    folds : Unseen
        On the sample that is measured by folds.
    card : Scorecard
        Fitted on all but those set aside, with ``held``, the chance it gives those.
    line : float
        From this score on a customer is on the list.
    by_group : array of float of shape (groups,), optional
        The line of each group, where each has its own; then ``folds_line`` and ``held_line`` are by row.
    """

    folds: Unseen
    card: Scorecard
    held: Floats
    line: float
    by_group: Floats | None = None
    folds_line: Floats | None = None
    held_line: Floats | None = None

    @property
    def unseen_chance(self) -> Floats:
        """The chances on the sample and on those set aside, one after the other."""
        return np.concatenate([self.folds.chance, self.held])

    @property
    def unseen_line(self) -> float | Floats:
        """The line that holds for each of those, or the one for all."""
        if self.folds_line is None or self.held_line is None:
            return self.line
        return np.concatenate([self.folds_line, self.held_line])

    @property
    def scored(self) -> Scored:
        """Those set aside, as the list calls them."""
        if self.held_line is None:
            return Scored(self.held, self.held, self.line)
        return Scored(self.held, margin(self.held, self.held_line), 0.0)


def mitigate(
    frame: pd.DataFrame,
    spec: DatasetSpec,
    chosen: Candidate,
    one: Asked,
    *,
    seed: int = 0,
    earlier: pd.DataFrame | None = None,
    at_risk_share: float = AT_RISK_SHARE,
    value_months: int = VALUE_MONTHS,
    progress: Progress | None = None,
) -> Trained:
    """Fit what training chose again under a mitigation, and measure both on the same people.

    Parameters
    ----------
    frame, spec, seed, earlier, at_risk_share, value_months
        As for :func:`models.training.train`, of the version that is compared with.
    chosen : Candidate
        The additive model or logistic regression that training chose; it is not chosen again.
    one : Asked
    progress : callable, optional
        Called as ``progress(done, total, what)``.

    Returns
    -------
    Trained
        ``report_parts["mitigation"]`` holds what was done, fairness and quality before and after, and both in
        words; ``choice["mitigation"]`` says it in short. Under ``lines`` the scorecard is that of the version
        compared with, and ``report_parts["mitigation"]["lines"]`` tells the two apart.

    Raises
    ------
    MitigationError, TrainingError
        Saying why it cannot be tried.
    """
    scene = set_scene(frame, spec, one, earlier, seed)
    out = left_out(scene, one) if one.kind == LEAVE_OUT else []
    changed = scene.without([leaving.column for leaving in out])
    steps = Steps((1 if one.kind == LINES else 2) * (cross_validation.FOLDS + 1) + 2, progress)
    jobs = cross_validation.jobs_for(len(scene.everybody.table.outcome))

    plain = Way(chosen, spec, None, scene.enough, at_risk_share)
    way = way_of(chosen, spec, one, scene.enough, at_risk_share)
    before = _came(plain, scene, seed, jobs, steps)
    after = (
        _with_lines(before, scene, one, at_risk_share)
        if one.kind == LINES
        else _came(way, changed, seed, jobs, steps)
    )
    card, estimator = way.compiled(changed.everybody, seed, jobs)
    steps.done("Fitted on all customers and compiled to a scorecard")

    parts = _parts(changed, before, after, card, at_risk_share, value_months, seed)
    parts["mitigation"] = section_of(
        scene,
        one,
        way.candidate,
        chosen,
        out=out,
        by_group=after.by_group,
        estimator=estimator,
        fairness=(_audit(scene, before, seed), parts["fairness"]),
        scored=(before.scored, after.scored),
        share=at_risk_share,
        seed=seed,
    )
    parts["candidates"] = tried_rows(chosen, before.folds, way.candidate, after.folds, parts)
    steps.done("Wrote the report")
    return Trained(
        estimator,
        card,
        metrics_of(scene, after.folds, after.line, parts["quality"], seed),
        choice_of(changed, way.candidate, card, one, seed),
        parts,
    )


def _came(way: Way, scene: Scene, seed: int, jobs: int, steps: Steps) -> Came:
    folds = unseen(way, scene.sampled, seed, jobs, lambda: steps.done("Measuring before and after"))
    card, _ = way.compiled(scene.development, seed, jobs)
    steps.done("Fitted on all customers but those set aside")
    line = threshold_of(folds.chance[scene.listable], way.share)
    return Came(folds, card, card.probability(scene.held.rows), line)


def _with_lines(before: Came, scene: Scene, one: Asked, share: float) -> Came:
    """Draw the lines on the folds; a row is held against lines that were drawn without its own fold."""
    people, listable = scene.sampled, scene.listable

    def drawn_on(rows: npt.NDArray[np.bool_]) -> Floats:
        return lines_by_group(
            before.folds.chance[rows],
            people.table.outcome[rows],
            listable[rows],
            people.codes[rows],
            scene.enough,
            share=share,
            aim=one.aim,
        )

    folds_line = np.empty(len(people.codes))
    for fold in np.unique(before.folds.fold):
        here = before.folds.fold == fold
        folds_line[here] = drawn_on(~here)[people.codes[here]]
    by_group = drawn_on(np.full(len(people.codes), True))
    return replace(before, by_group=by_group, folds_line=folds_line, held_line=by_group[scene.held.codes])


def _audit(scene: Scene, came: Came, seed: int) -> dict[str, Any]:
    return audit(
        scene.unseen_rows, scene.spec, scene.unseen_left, came.unseen_chance, came.unseen_line, seed=seed
    )


def _parts(
    scene: Scene, before: Came, after: Came, card: Scorecard, share: float, value_months: int, seed: int
) -> dict[str, Any]:
    """Make the sections of the report as training does; lines by group change what is said of the list."""
    ask = (scene.split, after.card, after.held, scene.spec, after.line, share, value_months, seed)
    measured = held_quality(*ask)
    if after.by_group is not None:
        scored = after.scored
        ask = (scene.split, after.card, scored.ranking, scene.spec, scored.line, share, value_months, seed)
        by_list = held_quality(*ask)
        measured |= {name: by_list[name] for name in BY_LIST}
    evidence = Evidence(
        spec=scene.spec,
        rows=scene.everybody.rows,
        held_rows=scene.held.rows,
        held_card=after.card,
        unseen_rows=scene.unseen_rows,
        unseen_outcome=scene.unseen_left,
        unseen_chance=after.unseen_chance,
        threshold=after.line,
        scorecard=card,
        challengers=[],
        share=share,
        seed=seed,
    )
    return {"quality": measured, **sections(evidence), "fairness": _audit(scene, after, seed)}
