"""What may be tried, on whom and how large; everything else is refused with the way to mend it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from data.artifacts import ArtifactError
from data.store import ExperimentRow, VersionRow
from data.warehouse import Filters
from models.sample_size import planned_n
from services import contingency, gates
from services.installation import Dataset

if TYPE_CHECKING:
    from services.installation import Installation

LARGEST_SHARE = 0.5
USUAL_SHARE = {"canary": 0.1, "ab": 0.5}


class ExperimentRefused(ValueError):
    """An experiment that cannot start; the message says why and how to mend it."""


class Colliding(ExperimentRefused):
    """Another experiment runs on some of the same people; wait for its end, or choose others."""


def champion(installation: Installation, spec_name: str) -> VersionRow:
    """Give the champion that a version may be tried against; a draft is none."""
    serving = installation.store.serving_version(spec_name)
    if serving is None or serving.state != "champion":
        raise ExperimentRefused(
            "Nothing is signed yet, so there is no champion to try a version against: sign one first."
        )
    return serving


def challenger(installation: Installation, dataset: Dataset, version: str) -> VersionRow:
    """Give the challenger of the current data that a version, or its first eight signs or more, names.

    Its files verify, it gives its known answers, and the data have its columns.
    """
    rows = installation.store.versions(dataset.spec.name)
    found = [row for row in rows if len(version) >= 8 and row.version.startswith(version)]
    if len(found) != 1:
        raise ExperimentRefused(
            f"There is no version {version[:16]!r} of this data: 'flask model list' names those there are."
        )
    [row] = found
    if row.state != "challenger":
        raise ExperimentRefused(
            f"Version {row.version[:8]} is {row.state}, and only a challenger is tried: train one, or choose "
            "another with 'flask model list'."
        )
    try:
        contingency.fits(installation, row, dataset)
    except ArtifactError as fault:
        raise ExperimentRefused(str(fault)) from fault
    return row


def pass_gates(installation: Installation, row: VersionRow, champion: VersionRow) -> None:
    """Pass where no gate blocks: nobody is shown scores of a version that could not be signed."""
    if row.report_sha256 is None:
        raise ExperimentRefused(
            f"Version {row.version[:8]} has no report, so nobody knows how good it is: try it as a shadow, "
            "or train again."
        )
    try:
        report = installation.shelf.report(row.version, row.report_sha256)
    except ArtifactError as fault:
        raise ExperimentRefused(str(fault)) from fault
    before = None
    if champion.report_sha256 is not None:
        try:
            before = installation.shelf.report(champion.version, champion.report_sha256)
        except ArtifactError:
            before = None  # the gates that compare are left out, as for the first champion
    red = [one.words for one in gates.judge(report, gates.load_gates(), before) if one.blocks]
    if red:
        raise ExperimentRefused(
            f"Version {row.version[:8]} does not pass: {'; '.join(red)}. Try it as a shadow, or mend it."
        )


def checked(
    installation: Installation, dataset: Dataset, who: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """Let pass who is affected: levels that there are, of segments."""
    spec, found = dataset.spec, {}
    for column, levels in who.items():
        if column not in spec.segments:
            raise ExperimentRefused(
                f"{column!r} is no segment, so nobody is chosen by it: "
                f"use {', '.join(spec.segments) or 'none'}."
            )
        known = installation.warehouse.levels(dataset.snapshot, column)
        if not levels or set(levels) - set(known):
            raise ExperimentRefused(
                f"{column} has no level {', '.join(sorted(set(levels) - set(known))) or '(none named)'}: "
                f"choose among {', '.join(known)}."
            )
        found[column] = sorted(set(levels))
    return found


def portion(kind: str, share: float | None) -> float:
    """Give the share (0 to 1) of those affected whom the version tried answers; each kind has a usual one."""
    if kind == "shadow":
        return 1.0
    found = USUAL_SHARE[kind] if share is None else share
    if not 0 < found <= LARGEST_SHARE:
        raise ExperimentRefused(
            f"A share of {found:g} cannot be: give one above 0 and at most {LARGEST_SHARE:g}."
        )
    return found


def plan(
    installation: Installation,
    dataset: Dataset,
    who: Mapping[str, Sequence[str]],
    share: float,
    least_difference: float,
) -> dict[str, Any]:
    """Plan the arms of an A/B: how many it takes, and that there are as many."""
    found = installation.warehouse.headline(dataset.snapshot, Filters(dict(who)), None)
    if found.churn_share is None:
        raise ExperimentRefused("Nobody's outcome is known, so the size of an A/B cannot be planned.")
    try:
        plan = planned_n(found.churn_share, -abs(least_difference), share=share)
    except ValueError as fault:
        raise ExperimentRefused(
            f"{least_difference:g} cannot be found: {found.churn_share:.1%} leave now. {fault}"
        ) from fault
    there = int(found.customers)
    if there * share < plan.challenger or there * (1 - share) < plan.champion:
        raise ExperimentRefused(
            f"To find a difference of {abs(least_difference) * 100:.1f} points it takes {plan.total:,} "
            f"customers ({plan.challenger:,} of them with the version tried), but {there:,} are affected: "
            "choose more of them or a greater difference, or try a canary."
        )
    return asdict(plan) | {
        "base": found.churn_share,
        "least_difference": abs(least_difference),
        "level": 0.05,
        "power": 0.8,
        "affected": there,
    }


def refuse_collision(entry: ExperimentRow, running: ExperimentRow) -> None:
    """Refuse what touches the same people as one that runs, or doubles a shadow."""
    if running.planned_end <= entry.started:
        return  # it answers nobody any more, and only waits to be ended
    shadows = (entry.kind == "shadow") + (running.kind == "shadow")
    if shadows == 1 or (shadows == 2 and entry.version != running.version):
        return
    if not all(
        set(levels) & set(running.who[column])
        for column, levels in entry.who.items()
        if column in running.who
    ):
        return
    raise Colliding(
        f"Experiment {running.id} ({running.kind}, by {running.name}, until {running.planned_end:%d %B %Y}) "
        f"runs on some of the same customers. Wait for its end, stop it with 'flask experiment stop "
        f"{running.id}', or choose other customers."
    )
