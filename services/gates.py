"""The gates: what a report must show before a person may sign, as ``config/gates.yaml`` says."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

FILE = Path(__file__).resolve().parent.parent / "config" / "gates.yaml"

Direction = Literal["at least", "at most", "within", "all"]


class GatesError(ValueError):
    """The file of gates cannot be used; nothing can be signed until it is mended."""


class Gate(BaseModel):
    """One gate, as in the file: ``why`` says where its bar comes from, ``mend`` what helps."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    words: str
    value: str
    direction: Direction
    bar: bool | int | float
    why: str = Field(min_length=1)
    mend: str = ""
    against: Literal["champion"] | None = None
    unit: Literal["number", "share", "points", "yes"] = "number"
    needed: bool = False


@dataclass(frozen=True)
class GateResult:
    """How one gate came out.

    Attributes
    ----------
    value, bar : float, bool or None
        What was found and what was asked for; None where it was not measured.
    passed : bool or None
        None where it was not measured.
    shown, bar_shown : str
        Both in words, with their unit; of several answers how many hold, and how many could not be measured.
    needed : bool
        Whether a missing figure blocks too.
    why : str
        Where the bar comes from.
    mend : str
        What helps where it does not pass.
    """

    name: str
    words: str
    value: float | bool | None
    bar: float | bool
    passed: bool | None
    shown: str
    bar_shown: str
    needed: bool
    why: str = ""
    mend: str = ""

    @property
    def blocks(self) -> bool:
        """Whether nobody may sign because of it."""
        return self.passed is False or (self.passed is None and self.needed)


def load_gates(path: Path = FILE) -> tuple[Gate, ...]:
    """Read the gates; GatesError, naming the line to mend, where they cannot be used."""
    try:
        found = TypeAdapter(tuple[Gate, ...]).validate_python(
            tuple(yaml.safe_load(path.read_text(encoding="utf-8")) or ())
        )
    except (OSError, yaml.YAMLError, TypeError, ValidationError) as fault:
        raise GatesError(
            f"{path.name} cannot be read, so no version can be signed: {fault}. "
            "Mend the file, or put back the one that came with Keepsight."
        ) from fault
    names = [gate.name for gate in found]
    if not names or len(set(names)) < len(names):
        raise GatesError(
            f"{path.name} names no gate, or one of them twice, so no version can be signed: "
            "give every gate a name of its own."
        )
    return found


def judge(
    report: Mapping[str, Any], gates: Sequence[Gate], champion: Mapping[str, Any] | None = None
) -> list[GateResult]:
    """Hold a report against the gates.

    Parameters
    ----------
    champion : mapping, optional
        The report of the version now signed. Without it gates ``against: champion`` are left out.
    """
    return [
        _judged_answers(gate, _answers(gate, report))
        if gate.direction == "all"
        else _judged(gate, _measured(gate, report, champion))
        for gate in gates
        if gate.against is None or champion is not None
    ]


def _answers(gate: Gate, report: Mapping[str, Any]) -> list[bool | None]:
    """Read every yes and no that a gate asks for; None is an answer that could not be measured."""
    return [one for one in _at(report, gate.value.split(".")) if one is None or isinstance(one, bool)]


def _measured(gate: Gate, report: Mapping[str, Any], champion: Mapping[str, Any] | None) -> float | None:
    found = _figure(gate, report)
    if gate.against is None or found is None:
        return found
    before = _figure(gate, champion or {})
    return None if before is None else found - before


def _figure(gate: Gate, report: Mapping[str, Any]) -> float | None:
    """Read a gate's figure out of a report; the worst one where there are several."""
    over, _, under = (part.strip() for part in gate.value.partition("/"))
    numbers = [float(one) for one in _at(report, over.split(".")) if _is_number(one)]
    if under:
        [divisor] = [float(one) for one in _at(report, under.split(".")) if _is_number(one)] or [0.0]
        numbers = [number / divisor for number in numbers if divisor]
    if not numbers:
        return None
    if gate.direction == "within":
        return max(numbers, key=abs)
    return min(numbers) if gate.direction == "at least" else max(numbers)


def _at(node: Any, path: Sequence[str]) -> Iterator[Any]:
    """Give everything that stands at a path; ``**`` is any depth, none included."""
    if not path:
        yield node
        return
    first, rest = path[0], path[1:]
    inner = (
        list(node.values()) if isinstance(node, Mapping) else node if isinstance(node, list | tuple) else []
    )
    if first == "**":
        yield from _at(node, rest)
        for one in inner:
            yield from _at(one, path)
    elif isinstance(node, Mapping) and first in node:
        yield from _at(node[first], rest)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _judged_answers(gate: Gate, answers: Sequence[bool | None]) -> GateResult:
    known = [one for one in answers if one is not None]
    value = all(known) if known else None
    return _result(gate, value, value, _count_answers(answers), "yes, every one")


def _count_answers(answers: Sequence[bool | None]) -> str:
    """Say how many answers hold; those not measured are named, so that they cannot pass unseen."""
    right, wrong, unknown = (sum(one is kind for one in answers) for kind in (True, False, None))
    if not right + wrong:
        return "not measured"
    unmeasured = f"; {unknown} not measured" if unknown else ""
    if len(answers) == 1:
        return "no" if wrong else "yes"
    held = f"no, {wrong} of {len(answers)} wrong" if wrong else f"yes, {right} of {len(answers)}"
    return held + unmeasured


def _judged(gate: Gate, value: float | None) -> GateResult:
    shown = "not measured" if value is None else _say(value, gate.unit)
    passed = None if value is None else _passes(gate, value)
    return _result(gate, value, passed, shown, f"{gate.direction} {_say(gate.bar, gate.unit)}")


def _result(
    gate: Gate, value: float | bool | None, passed: bool | None, shown: str, bar_shown: str
) -> GateResult:
    return GateResult(
        gate.name, gate.words, value, gate.bar, passed, shown, bar_shown, gate.needed, gate.why, gate.mend
    )


def _passes(gate: Gate, value: float) -> bool:
    if gate.direction == "within":
        return abs(value) <= gate.bar
    return value >= gate.bar if gate.direction == "at least" else value <= gate.bar


def _say(value: float, unit: str) -> str:
    if unit == "share":
        return f"{value * 100:.1f} %"
    if unit == "points":
        return f"{value * 100:.1f} points"
    return f"{value:.3f}"
