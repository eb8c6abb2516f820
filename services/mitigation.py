"""Fairness mitigations: each tried is a version with its cost; which is taken, or none, a manager says."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from data.artifacts import ArtifactError, canonical
from data.store import EntryFilter, VersionRow
from models.candidates import Candidate
from models.mitigation.asked import LINES, MitigationError, asked
from services import log, registry
from services.installation import Dataset, Installation
from services.learning_rows import rows_to_learn_from
from services.roles import Actor, permitted, require
from services.training import Progress, keep

__all__ = ["Choice", "Compared", "MitigationError", "Tried", "choose", "compare", "try_out"]

LONGEST = 2000
LOOKED_BACK = 500
"""Entries of choices that are looked through for the latest about one version."""


@dataclass(frozen=True)
class Tried:
    """A mitigation that was tried: a version, and what it changed against the one it was tried on.

    Attributes
    ----------
    section : mapping
        The section "mitigation" of its report (:func:`models.mitigation.record.section_of`).
    can_serve : bool
        False for lines by group: no list follows them yet, so it cannot be signed.
    """

    version: str
    base: str
    state: str
    created: datetime
    section: Mapping[str, Any]
    can_serve: bool


@dataclass(frozen=True)
class Choice:
    """What a manager decided: the version taken, which is ``base`` where it is kept as it is, and why."""

    base: str
    version: str
    reason: str
    by: str
    time: datetime

    @property
    def kept(self) -> bool:
        """Whether everything stays as it is."""
        return self.version == self.base


@dataclass(frozen=True)
class Compared:
    """A version and what was tried on it, in the order of trying.

    Attributes
    ----------
    columns : tuple of (column, label)
        Protected ones, which a mitigation can be tried for.
    damaged : tuple of str
        Versions whose report cannot be read, in words.
    """

    base: str
    state: str
    columns: tuple[tuple[str, str], ...]
    tried: tuple[Tried, ...]
    damaged: tuple[str, ...]
    choice: Choice | None
    may_choose: bool


def try_out(
    installation: Installation,
    actor: Actor,
    kind: str,
    column: str,
    *,
    aim: str | None = None,
    proxies: int = 0,
    version: str | None = None,
    progress: Progress | None = None,
) -> Tried:
    """Try a mitigation on a version; what comes of it is a version of its own, a challenger.

    Parameters
    ----------
    kind, column, aim, proxies
        See :class:`models.mitigation.asked.Asked`; the first aim of the kind where none is named.
    version : str, optional
        What it is tried on, by its hash or the first eight signs of it; the one that answers by default.

    Raises
    ------
    MitigationError
        Saying why it cannot be tried; nothing has changed.
    LookupError
        If there is no such version.
    """
    require(actor, "train-model")
    from models.mitigation.trying import mitigate  # late: brings scikit-learn along

    one, settings = asked(kind, column, aim, proxies), installation.settings
    if one.kind == LINES and not settings.lines_by_group:
        raise MitigationError(
            "A line of its own for each group decides by a protected attribute, which is unlawful in many "
            "places. Ask counsel first; where it is lawful, an administrator sets "
            "KEEPSIGHT_LINES_BY_GROUP=true."
        )
    dataset = installation.dataset()
    base = _base(installation, dataset, version)
    chosen, seed = _what_was_fitted(base)
    learned = rows_to_learn_from(installation, dataset)
    made = mitigate(
        learned.table,
        dataset.spec,
        chosen,
        one,
        seed=seed,
        earlier=learned.earlier,
        at_risk_share=settings.at_risk_share,
        value_months=settings.value_months,
        progress=progress,
    )
    section = made.report_parts["mitigation"] | {"base": base.version}
    made = replace(
        made,
        choice=made.choice | {"mitigation": made.choice["mitigation"] | {"base": base.version}},
        report_parts=made.report_parts | {"mitigation": section},
    )
    name = _name(made.scorecard.version, section)
    if name == base.version:
        raise MitigationError(f"This changes nothing: what was fitted is version {name[:8]} itself.")
    told = {field: section[field] for field in ("base", "kind", "column", "aim", "effect", "cost")}
    row = keep(
        installation,
        actor,
        dataset,
        made,
        learned,
        seed=seed,
        told=told | {"label": section["label"], "rows": made.metrics["rows"]},
        state=lambda together: "challenger",  # whatever answers, nothing tried takes its place unsigned
        kind="mitigation",
        version=name,
    )
    return _tried(row, section)


def compare(installation: Installation, actor: Actor, version: str | None = None) -> Compared:
    """Set a version beside what was tried on it; one that was tried leads to the one it was tried on."""
    require(actor, "see-model")
    dataset = installation.dataset()
    row = _named(installation, dataset, version)
    base = _base_of(installation, row)
    tried, damaged = [], []
    for other in reversed(installation.store.versions(base.spec_name)):
        if (_on_record(other) or {}).get("base") != base.version or other.report_sha256 is None:
            continue
        try:
            report = installation.shelf.report(other.version, other.report_sha256)
        except ArtifactError as fault:
            damaged.append(str(fault))
            continue
        if report["mitigation"] is not None:
            tried.append(_tried(other, report["mitigation"]))
    protected = [(column, dataset.spec.label(column)) for column in dataset.spec.protected]
    return Compared(
        base=base.version,
        state=base.state,
        columns=tuple(protected),
        tried=tuple(tried),
        damaged=tuple(damaged),
        choice=_latest_choice(installation, base),
        may_choose=permitted(actor, "sign-model") and bool(tried),
    )


def choose(
    installation: Installation, actor: Actor, version: str, reason: str, *, base: str | None = None
) -> Choice:
    """Put on record which version a manager takes, and why; it is no signature.

    Parameters
    ----------
    version : str
        One that was tried, or ``base`` itself: everything stays as it is.
    base : str, optional
        What was tried on; where ``version`` was tried itself, that says it.

    Raises
    ------
    MitigationError
        If there is nothing to choose from, no reason, or the version is not among what was tried.
    """
    require(actor, "sign-model")
    words = reason.strip() if isinstance(reason, str) else ""
    if not words or len(words) > LONGEST:
        raise MitigationError(
            f"Write a sentence: why you take it, or keep it (at most {LONGEST} characters)."
        )
    taken = registry.find(installation, version)
    compared = compare(installation, actor, base or taken.version)
    offered = {one.version: one for one in compared.tried}
    if not offered:
        raise MitigationError(
            f"Nothing was tried on version {compared.base[:8]} yet, so there is nothing to choose from: "
            "`flask model mitigate` tries one."
        )
    if taken.version not in (compared.base, *offered):
        raise MitigationError(
            f"Version {taken.version[:8]} was not tried on version {compared.base[:8]}: choose one of "
            f"{', '.join(name[:8] for name in (compared.base, *offered))}."
        )
    payload = {
        "base": compared.base,
        "reason": words,
        "offered": sorted(offered),
        **_said(offered.get(taken.version)),
    }
    with installation.store.transaction() as together:
        now = together.version(taken.version)
        if now is None or now.state == "withdrawn":
            raise MitigationError(f"Version {taken.version[:8]} is withdrawn: choose another.")
        header = log.record(
            installation,
            actor,
            "mitigation-choice",
            subject=taken.spec_name,
            version=taken.version,
            snapshot=taken.snapshot,
            payload=payload,
            transaction=together,
        )
    return Choice(compared.base, taken.version, words, actor.name, header.time)


def _said(one: Tried | None) -> dict[str, Any]:
    """Say what was known of the version taken, so that the entry stands by itself."""
    if one is None:
        return {}
    return {name: one.section[name] for name in ("kind", "column", "label", "aim", "effect", "cost")}


def _named(installation: Installation, dataset: Dataset, version: str | None) -> VersionRow:
    """Find a version of the current data: the one that answers where none is named."""
    found = (
        registry.find(installation, version)
        if version
        else installation.store.serving_version(dataset.spec.name)
    )
    if found is None:
        raise LookupError("No version answers now, so name one: 'flask model list' says which there are.")
    return found


def _base(installation: Installation, dataset: Dataset, version: str | None) -> VersionRow:
    """Find what a mitigation is tried on; MitigationError where it would compare unlike things."""
    row = _named(installation, dataset, version)
    if (row.snapshot, row.spec_hash) != (dataset.snapshot, dataset.spec.hash):
        raise MitigationError(
            f"Version {row.version[:8]} learned from other data than are in use now, so before and after "
            "would not be of the same people: train on these with `flask model train`, then try it on that."
        )
    if tried := _on_record(row):
        raise MitigationError(
            f"Version {row.version[:8]} is itself a mitigation of version {tried['base'][:8]}: "
            "try it on that one."
        )
    return row


def _base_of(installation: Installation, row: VersionRow) -> VersionRow:
    tried = _on_record(row)
    found = installation.store.version(tried["base"]) if tried else None
    return found or row


def _what_was_fitted(row: VersionRow) -> tuple[Candidate, int]:
    """Read from a version's record what was chosen when it was trained, and by which seed."""
    choice = row.metrics.get("choice") or {}
    family, seeds = choice.get("family"), row.metrics.get("seeds")
    if family not in ("ebm", "logistic") or not seeds:
        raise MitigationError(
            f"It is not on record how version {row.version[:8]} was fitted, so it cannot be fitted again: "
            "train here with `flask model train`, then try it on that version."
        )
    return Candidate(str(choice["name"]), family, pairs=int(choice["pairs"])), int(seeds[0])


def _on_record(row: VersionRow) -> dict[str, Any] | None:
    """Give what a version's record says of the mitigation it came of; None where it came of none."""
    tried = (row.metrics.get("choice") or {}).get("mitigation")
    return tried if isinstance(tried, dict) and tried.get("base") else None


def _tried(row: VersionRow, section: Mapping[str, Any]) -> Tried:
    return Tried(row.version, str(section["base"]), row.state, row.created, section, section["lines"] is None)


def _name(scorecard: str, section: Mapping[str, Any]) -> str:
    """Name a version: its scorecard's hash; with lines by group the hash of both, since they belong to it."""
    if section["lines"] is None:
        return scorecard
    lines = [[one["group"], one["line"]] for one in section["lines"]]
    return hashlib.sha256(
        canonical({"scorecard": scorecard, "column": section["column"], "lines": lines})
    ).hexdigest()


def _latest_choice(installation: Installation, base: VersionRow) -> Choice | None:
    wanted = EntryFilter(kinds=("mitigation-choice",), subject=base.spec_name)
    for entry in installation.store.entries(wanted, None, LOOKED_BACK):
        if entry.payload is not None and entry.payload.get("base") == base.version:
            return Choice(
                base.version,
                str(entry.header.version),
                str(entry.payload.get("reason")),
                entry.actor_name,
                entry.header.time,
            )
    return None
