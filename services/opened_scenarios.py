"""Kept scenarios opened by their link, then and now, and several of them side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.store import ScenarioRow
from services import kept_scenarios, log, scenarios
from services.objections import are_as_then
from services.roles import Actor, require
from services.scenario_answers import Answer
from services.scenario_figures import Figures, Line, side_by_side
from services.scenario_pins import Gone, shown, standing_of
from services.stamp import Standing

if TYPE_CHECKING:
    from services.installation import Installation

__all__ = ["Compared", "Opened", "compare", "open_kept"]

MOST_COMPARED = 4


@dataclass(frozen=True)
class Opened:
    """A kept scenario as its link shows it.

    Attributes
    ----------
    then : Answer or None
        By the version and on the customers it is pinned to; None where they are gone. The figures kept
        (``kept.figures``, ``kept.basis``) stand in any case.
    now : Answer or None
        By what answers now; the same answer as ``then`` where that is what it is pinned to.
    is_current : bool
        Whether it is pinned to what answers now.
    notices : tuple of str
        What a reader must know: no longer current, gone, not to be carried out any more.
    strayed : tuple of Line
        Kept figures beside those worked out again, where they are not equal to the last bit: a fault, or
        settings that changed.
    moved : tuple of Line
        Kept figures beside those of now; empty where there is no answer of now.
    """

    kept: ScenarioRow
    then: Answer | None
    now: Answer | None
    is_current: bool
    notices: tuple[str, ...]
    strayed: tuple[Line, ...] = ()
    moved: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Compared:
    """Up to four kept scenarios side by side.

    ``lines`` hold a value a scenario, in the order of ``kept``; ``notices`` say why they hardly compare.
    """

    kept: tuple[ScenarioRow, ...]
    lines: tuple[Line, ...]
    notices: tuple[str, ...]


def open_kept(
    installation: Installation, actor: Actor, scenario_id: str, revision: int | None = None
) -> Opened:
    """Open a scenario as it was kept and as it would be now; what is shown is on record when this returns.

    Raises
    ------
    services.kept_scenarios.NoSuchScenario
        If there is none with this id.
    services.scenarios.NoModel
        If the model is off: what was kept of it is not shown either.
    """
    row = kept_scenarios.one(installation, actor, scenario_id, revision)
    shown(installation, actor)
    on, refused = _present(installation, actor, row)
    is_current = on is not None and (on.version, on.dataset.snapshot) == (row.version, row.snapshot)
    then, again, notices = _then(installation, actor, row)
    if on is not None and not is_current:
        notices.insert(0, _no_longer_current(row, on))
    strayed: tuple[Line, ...] = ()
    if again is not None and again != row.figures:
        strayed = tuple(line for line in _lines([row], [row.figures, again]) if line.differs)
        notices.append(_strayed(installation, row))
    if is_current:
        return Opened(row, then, then, True, tuple(notices), strayed)
    now, moved = None, ()
    worked = refused or _worked_now(installation, on, row)
    if isinstance(worked, str):
        notices.append(worked)
    else:
        now = scenarios.told(installation, actor, on, worked)
        moved = tuple(_lines([row], [row.figures, scenarios.figures(worked.outcome)]))
    return Opened(row, then, now, False, tuple(notices), strayed, moved)


def compare(
    installation: Installation, actor: Actor, ids: Sequence[str], *, on_present: bool = False
) -> Compared:
    """Put two to four kept scenarios side by side, by the figures kept of them.

    Parameters
    ----------
    on_present : bool
        Whether to work all of them out on what answers now instead, so that they are alike in that.

    Raises
    ------
    services.kept_scenarios.KeepRefused
        For fewer than two different ones, or more than four.
    services.kept_scenarios.NoSuchScenario
        If one of them is none.
    services.scenarios.NoModel
        If the model is off.
    """
    require(actor, "explore")
    shown(installation, actor)
    rows = list(
        {row.id: row for row in (kept_scenarios.one(installation, actor, one) for one in ids)}.values()
    )
    if not 2 <= len(rows) <= MOST_COMPARED:
        raise kept_scenarios.KeepRefused(
            f"{len(rows)} different scenarios cannot be compared: choose two to {MOST_COMPARED}."
        )
    several: list[Figures | None] = [row.figures for row in rows]
    notices = _unlike(rows)
    stood = {(row.version, row.snapshot) for row in rows}
    if on_present:
        several, notices, stood = [], [], set()
        for row in rows:
            on, refused = _present(installation, actor, row)
            worked = refused or _worked_now(installation, on, row)
            several.append(None if isinstance(worked, str) else scenarios.figures(worked.outcome))
            notices += [f"{row.name}: {worked}"] if isinstance(worked, str) else []
            stood |= {(on.version, on.dataset.snapshot)} if on else set()
    version, snapshot = stood.pop() if len(stood) == 1 else (None, None)  # an entry names one, or none
    log.record(
        installation,
        actor,
        "scenario-compared",
        version=version,
        snapshot=snapshot,
        payload={"scenarios": [row.id for row in rows], "on_present": on_present, "answers": several},
    )
    return Compared(tuple(rows), tuple(_lines(rows, several)), tuple(notices))


def _present(
    installation: Installation, actor: Actor, row: ScenarioRow
) -> tuple[Standing | None, str | None]:
    """Find what answers now, if it can answer this scenario; else say in words why not."""
    try:
        on, _ = scenarios.allowed(installation, actor)
    except scenarios.NoModel as fault:
        return None, str(fault)
    if on.dataset.spec.name == row.spec_name:
        return on, None
    return on, (
        f"It was kept for the data {row.spec_name!r}, and {on.dataset.spec.name!r} are in use now, so "
        f"there is no answer of now: switch with `flask data use {row.spec_name}`."
    )


def _worked_now(installation: Installation, on: Standing, row: ScenarioRow) -> scenarios.Worked | str:
    """Work a kept scenario out on what answers now; say in words where it cannot be."""
    try:
        return scenarios.work_out(installation, on.dataset, on.champion, row.scenario)
    except scenarios.ScenarioError as fault:
        return f"It cannot be carried out on the present customers. {fault}"


def _then(
    installation: Installation, actor: Actor, row: ScenarioRow
) -> tuple[Answer | None, Figures | None, list[str]]:
    """Answer on what a scenario is pinned to; in words why not, where that is gone."""
    try:
        on = standing_of(installation, actor, row)
        assert on.champion is not None
        worked = scenarios.work_out(installation, on.dataset, on.champion, row.scenario)
    except (Gone, scenarios.ScenarioError) as fault:
        kept_scenarios.record(installation, actor, "opened", row)
        return None, None, [f"{fault} The figures kept on {row.kept:%d %B %Y} are shown instead."]
    return scenarios.told(installation, actor, on, worked), scenarios.figures(worked.outcome), []


def _no_longer_current(row: ScenarioRow, on: Standing) -> str:
    was, parts = f"Kept on {row.kept:%d %B %Y}", []
    if on.version != row.version:
        parts.append(f"version {str(on.version)[:8]} answers now instead of {row.version[:8]}")
    if on.dataset.snapshot != row.snapshot:
        parts.append(f"other customers were loaded since (then: data of {row.basis['data_date']})")
    return f"{was} and no longer current: {' and '.join(parts)}."


def _strayed(installation: Installation, row: ScenarioRow) -> str:
    settings, basis = installation.settings, row.basis
    because = []
    if settings.value_months != basis["months"]:
        because.append(
            f"a customer's worth is counted over {settings.value_months} months now, then {basis['months']:g}"
        )
    if settings.at_risk_share != basis["share"]:
        because.append(f"the at-risk list holds {settings.at_risk_share:.0%} now, then {basis['share']:.0%}")
    if not are_as_then(installation, row.spec_name, basis):
        because.append("others object to profiling now, who are left out")
    why = " and ".join(because) or "this Keepsight works it out otherwise; tell whoever runs it"
    return f"Worked out again, it does not give the figures that were kept: {why}."


def _unlike(rows: Sequence[ScenarioRow]) -> list[str]:
    """Say in words what kept scenarios do not have in common."""
    words = []
    if len({row.spec_name for row in rows}) > 1:
        words.append("They were kept for different data, so their figures do not compare.")
    elif len({row.snapshot for row in rows}) > 1:
        words.append("They were kept on different customers: compare them on those of now.")
    if len({row.version for row in rows}) > 1:
        words.append("They were kept with different versions of the model: compare them with that of now.")
    return words


def _lines(rows: Sequence[ScenarioRow], several: Sequence[Figures | None]) -> list[Line]:
    return side_by_side(
        several,
        has_revenue=all(row.basis["has_revenue"] for row in rows),
        has_worth=all(row.basis["has_worth"] for row in rows),
    )
