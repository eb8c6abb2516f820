"""Why a score moved: an exact split into what changed in the data and what changed in the model.

Between "then" and "now" stands one score more: the model of then on the data of now. The way to it
is the change of data, the way on from it the change of model. Both fall apart by term exactly.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from config.dataset import DatasetSpec
from models.reasons import secant, value_in_words
from models.scorecard import Row, Scorecard, logistic
from models.values import level, number

PARTS_TOLD = 3


class SplitError(ArithmeticError):
    """A split whose parts do not add up to the bit; show none of it."""


@dataclass(frozen=True)
class Point:
    """One of the three scores: log-odds, and the chance of leaving as a share in 0-1."""

    log_odds: float
    probability: float


@dataclass(frozen=True)
class Part:
    """What one term added to a change.

    ``change`` is in log-odds, ``points`` a difference of chances (shares in 0-1). ``columns`` are those
    the term reads, in alphabetical order, none for the model's starting point; ``before`` and ``after``
    hold their raw values then and now.
    """

    columns: tuple[str, ...]
    change: float
    points: float
    before: tuple[Any, ...] = ()
    after: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Movement:
    """A change of score and its two causes.

    Attributes
    ----------
    then, between, now : Point
        The score then; the data of now by the model of then; the score now.
    data, model : tuple of Part
        Weightiest first, parts of no weight left out. They add up to ``data_change`` and ``model_change``
        in log-odds, and these to ``change``, to the last bit.
    interplay : float
        What the change of data would weigh more (in log-odds) had it been judged by the model of now: the
        part of ``model_change`` that is there only because both changed.
    """

    then: Point
    between: Point
    now: Point
    data: tuple[Part, ...]
    model: tuple[Part, ...]
    interplay: float

    @property
    def data_change(self) -> float:
        """What the change of data made, in log-odds."""
        return self.between.log_odds - self.then.log_odds

    @property
    def model_change(self) -> float:
        """What the change of model made, in log-odds."""
        return self.now.log_odds - self.between.log_odds

    @property
    def change(self) -> float:
        """The whole change, in log-odds."""
        return self.now.log_odds - self.then.log_odds

    @property
    def data_points(self) -> float:
        """What the change of data made, a difference of chances."""
        return self.between.probability - self.then.probability

    @property
    def model_points(self) -> float:
        """What the change of model made, a difference of chances."""
        return self.now.probability - self.between.probability

    @property
    def points(self) -> float:
        """The whole change, a difference of chances."""
        return self.now.probability - self.then.probability


def split(card_then: Scorecard, row_then: Row, card_now: Scorecard, row_now: Row) -> Movement:
    """Split the change of a score into change of data and change of model, by term.

    Parameters
    ----------
    card_then, card_now : Scorecard
        The same card twice where the model did not change. A term that only one of them has counts
        nothing in the other.
    row_then, row_now : mapping
        Raw values by column; a column that is not there is missing.

    Raises
    ------
    SplitError
        If the parts do not add up to the bit, which cannot happen while scores stay within 256.
    """
    before, between = _contributions(card_then, row_then), _contributions(card_then, row_now)
    after = _contributions(card_now, row_now)
    then, middle, now = (_point(sum(each.values())) for each in (before, between, after))
    movement = Movement(
        then,
        middle,
        now,
        _parts(before, between, secant(then.log_odds, middle.log_odds), row_then, row_now),
        _parts(between, after, secant(middle.log_odds, now.log_odds), row_then, row_now),
        (now.log_odds - card_now.score(row_then).log_odds) - (middle.log_odds - then.log_odds),
    )
    _check(movement, card_then.score(row_then).log_odds, card_now.score(row_now).log_odds)
    return movement


def _contributions(card: Scorecard, row: Row) -> dict[tuple[str, ...], float]:
    """Give what each set of columns adds, in log-odds; the intercept under ``()``."""
    given: dict[tuple[str, ...], float] = defaultdict(float)
    given[()] = card.intercept
    for columns, contribution in zip(card.term_columns, card.score(row).contributions, strict=True):
        given[tuple(sorted(columns))] += contribution
    return given


def _point(log_odds: float) -> Point:
    return Point(log_odds, float(logistic(log_odds)))


def _parts(
    before: dict[tuple[str, ...], float],
    after: dict[tuple[str, ...], float],
    slope: float,
    row_then: Row,
    row_now: Row,
) -> tuple[Part, ...]:
    changes = {key: after.get(key, 0.0) - before.get(key, 0.0) for key in {**before, **after}}
    parts = [
        Part(
            columns,
            change,
            change * slope,
            tuple(row_then.get(column) for column in columns),
            tuple(row_now.get(column) for column in columns),
        )
        for columns, change in changes.items()
        if change
    ]
    return tuple(sorted(parts, key=lambda part: (-abs(part.change), part.columns)))


def _check(movement: Movement, then: float, now: float) -> None:
    """Add everything up by exact summation, and compare with the scores as the cards give them."""
    ends = (movement.then.log_odds, movement.now.log_odds)
    sums = [math.fsum(part.change for part in parts) for parts in (movement.data, movement.model)]
    changes = [movement.data_change, movement.model_change]
    if ends != (then, now) or sums != changes or math.fsum(changes) != movement.change:
        raise SplitError(
            f"The parts of a change from {then!r} to {now!r} log-odds add up to {sums!r}, which is not it; "
            "so it is not explained. Please report this with the two versions of the model."
        )


def tell(movement: Movement, spec: DatasetSpec) -> list[str]:
    """Say why a score moved: the whole, then the weightiest changes of data, then of the model."""
    told = [_whole(movement)]
    told += [_of_data(part, spec) for part in movement.data[:PARTS_TOLD]]
    told += [_of_model(part, spec) for part in movement.model[:PARTS_TOLD]]
    return told


def _whole(movement: Movement) -> str:
    data, model = bool(movement.data), bool(movement.model)
    chances = f"{movement.then.probability:.1%}", f"{movement.now.probability:.1%}"
    if not (data or model):
        return f"The chance of leaving stayed at {chances[1]}: nothing that the model reads has changed."
    verb = "rose" if movement.change > 0 else "fell"
    opening = (
        f"The chance of leaving stayed at {chances[1]}"
        if chances[0] == chances[1]
        else f"The chance of leaving {verb} from {chances[0]} to {chances[1]}"
    )
    if not model:
        return f"{opening}, all of it because the customer's data changed; the model is the same."
    if not data:
        return f"{opening}, all of it because the model changed; what it reads of the customer is the same."
    return (
        f"{opening}: the customer's data {_by(movement.data_points)}, "
        f"the new model {_by(movement.model_points)}."
    )


def _by(points: float) -> str:
    size = f"{abs(points) * 100:.1f}"
    if size == "0.0":
        return "moved it by less than 0.1 points"
    return f"{'raised' if points > 0 else 'lowered'} it by {size} points"


def labels(part: Part, spec: DatasetSpec) -> str:
    """Name the columns of a part; the model's starting point where it has none."""
    return " and ".join(spec.label(column) for column in part.columns) or "Starting point"


def values(part: Part, spec: DatasetSpec) -> str:
    """Write the values of a part then and now: "60 EUR, now 40 EUR"; one value where it stayed."""
    return " and ".join(
        _moved(_words(spec, column, before), _words(spec, column, after))
        for column, before, after in zip(part.columns, part.before, part.after, strict=True)
    )


def _of_data(part: Part, spec: DatasetSpec) -> str:
    told = [
        f"{spec.label(column)} ({_moved(_words(spec, column, before), _words(spec, column, after))})"
        for column, before, after in zip(part.columns, part.before, part.after, strict=True)
    ]
    return f"{' and '.join(told)} {_by(part.points)}."


def _moved(before: str, after: str) -> str:
    return before if before == after else f"{before}, now {after}"


def _of_model(part: Part, spec: DatasetSpec) -> str:
    if not part.columns:
        return f"The new model starts from another chance, which {_by(part.points)}."
    told = [
        f"{spec.label(column)} ({_words(spec, column, value)})"
        for column, value in zip(part.columns, part.after, strict=True)
    ]
    return f"{' and '.join(told)}: the new model's judgement {_by(part.points)}."


def _words(spec: DatasetSpec, column: str, value: Any) -> str:
    """Write a value; a column that only the model of then reads has no feature in the spec of now."""
    if any(feature.column == column for feature in spec.features):
        return value_in_words(spec, column, value)
    read = number(value)
    return "not known" if level(value) is None else str(value) if math.isnan(read) else f"{read:g}"
