"""Leaving out: which columns go, and what is wrong with the question where none would."""

from __future__ import annotations

from dataclasses import dataclass

from models.mitigation.asked import Asked, MitigationError
from models.mitigation.scene import Scene
from models.mitigation.telling import telling_columns


@dataclass(frozen=True)
class LeftOut:
    """A column left out; ``strength`` says how much it tells of the protected one, None where it is that."""

    column: str
    label: str
    strength: float | None


def left_out(scene: Scene, one: Asked) -> list[LeftOut]:
    """Name the columns that are left out: the protected one, and those that tell most of it.

    Raises
    ------
    MitigationError
        If that would change nothing, or leave nothing to learn from.
    """
    spec, features = scene.spec, [feature.column for feature in scene.spec.features]
    telling = telling_columns(scene.everybody.rows, spec, one.column, scene.everybody.codes)
    out = [LeftOut(one.column, spec.label(one.column), None)] if one.column in features else []
    out += [LeftOut(column, spec.label(column), strength) for column, strength in telling[: one.proxies]]
    if not out:
        more = (
            "leave out columns that tell of it as well (--proxies); "
            f"the strongest is {spec.label(telling[0][0])}."
            if telling
            else "no other column tells of it either, so try another way."
        )
        label = spec.label(one.column)
        raise MitigationError(
            f"{label} is no feature of the model, so leaving it out changes nothing: {more}"
        )
    if len(out) == len(features):
        raise MitigationError(
            f"Without {', '.join(leaving.label for leaving in out)} no feature is left to learn from: "
            "leave out fewer columns."
        )
    return out
