"""The people that before and after have in common: learned from, set aside, and their groups."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from config.dataset import DatasetSpec
from models import cross_validation
from models.evaluation import stratified_sample
from models.group_rates import Bools
from models.groups import Groups, groups_of
from models.mitigation.asked import Asked, check_column, enough_people
from models.mitigation.ways import People
from models.split import Split, could_be_listed, split_off
from models.training_table import Rows, rows_known, training_table


@dataclass(frozen=True)
class Scene:
    """Everybody with a known outcome, parted as training parts them.

    Attributes
    ----------
    development, held, everybody : People
        Learned from to measure; set aside; learned from to serve.
    sample : array of int
        Rows of ``development`` that folds are made of.
    enough : array of bool of shape (groups,)
        Groups with people enough to be acted on.
    """

    spec: DatasetSpec
    split: Split
    development: People
    sample: Rows
    held: People
    everybody: People
    groups: Groups
    enough: Bools

    def without(self, columns: Collection[str]) -> Scene:
        """Leave columns out of what is learned from; the people and their groups stay."""
        learned = [self.development.without(columns), self.held.without(columns)]
        split = replace(self.split, development=learned[0].table, held=learned[1].table)
        everybody = self.everybody.without(columns)
        return replace(self, split=split, development=learned[0], held=learned[1], everybody=everybody)

    @property
    def sampled(self) -> People:
        """The part of ``development`` that folds are made of."""
        return self.development.take(self.sample)

    @property
    def listable(self) -> Bools:
        """Who of ``sampled`` could be on a list."""
        return could_be_listed(self.sampled.table, self.spec)

    @property
    def unseen_rows(self) -> pd.DataFrame:
        """The rows that have a score by a fit that has not seen them: those of the folds, those set aside."""
        return pd.concat([self.sampled.rows, self.held.rows], ignore_index=True)

    @property
    def unseen_left(self) -> Bools:
        """Who of ``unseen_rows`` left."""
        return np.concatenate([self.sampled.table.outcome, self.held.table.outcome])

    @property
    def held_revenue(self) -> npt.NDArray[np.float64] | None:
        """What those set aside pay a month, in currency; None where the spec names no revenue."""
        return None if self.spec.revenue is None else self.held.rows[self.spec.revenue].to_numpy(np.float64)


def set_scene(
    frame: pd.DataFrame, spec: DatasetSpec, one: Asked, earlier: pd.DataFrame | None, seed: int
) -> Scene:
    """Part the people; MitigationError where the column asked for cannot be acted on."""
    check_column(frame, spec, one)
    table, known = training_table(frame, spec), rows_known(frame, spec)
    split = split_off(table, known, spec, earlier, seed)
    # cut into groups at once, so that the bands of an age are the same wherever somebody stands
    parts = [known, split.development_rows, split.held_rows]
    groups = groups_of(pd.concat(parts), spec, one.column)
    everybody, development, held = np.split(groups.codes, np.cumsum([len(part) for part in parts])[:-1])
    return Scene(
        spec,
        split,
        People(split.development, split.development_rows, development),
        stratified_sample(split.development.outcome, cross_validation.ROWS_FOR_FOLDS, seed),
        People(split.held, split.held_rows, held),
        People(table, known, everybody),
        groups,
        enough_people(groups, everybody, table.outcome, one),
    )
