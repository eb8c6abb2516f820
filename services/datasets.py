"""Datasets: from a file to the current snapshot, its spec given, known or inferred."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config.dataset import DatasetSpec, SpecError, load_spec, parse_spec, shipped_specs
from data.artifacts import ArtifactError
from data.checks import check_rows
from data.files import Limits, RawTable, read_table
from data.inference import Inferred, infer_spec, plausible_frame
from services import log, lookout, training
from services.installation import Installation
from services.roles import Actor, require


@dataclass(frozen=True)
class Loaded:
    """What one load brought."""

    snapshot: str
    spec_name: str
    rows: int
    refused: int
    is_new: bool
    report: dict[str, Any]


def infer(
    installation: Installation,
    actor: Actor,
    path: Path,
    *,
    name: str | None = None,
    keep: tuple[str, ...] = (),
) -> Inferred:
    """Propose a spec for a file: what its columns mean, what is left out and why. Changes nothing."""
    require(actor, "load-data")
    return _infer(_read(installation, path), name or _name(path), keep)


def load(
    installation: Installation,
    actor: Actor,
    path: Path,
    *,
    spec: str | None = None,
    keep: tuple[str, ...] = (),
) -> Loaded:
    """Load a file as the current snapshot.

    Parameters
    ----------
    spec : str, optional
        Name of a known spec or path of a YAML file. Without it, a known spec whose columns the
        file has is taken, else one is inferred and kept in ``var/specs`` to be corrected.
    keep : tuple of str
        Columns to use although they are suspected of giving the outcome away.

    Raises
    ------
    data.files.FileError, config.dataset.SpecError, data.checks.LoadRefused
        With what to do; nothing has changed then.
    """
    require(actor, "load-data")
    table = _read(installation, path)
    chosen = _choose_spec(installation, table, path, spec, keep)
    return _accept(installation, actor, table, chosen, source=path.name)


def load_demo(installation: Installation, actor: Actor, *, customers: int = 5000, seed: int = 7) -> Loaded:
    """Generate the demo and load it, with its titles and choices; the same numbers make the same snapshot."""
    require(actor, "load-data")
    from data.demo import generate_demo
    from services.recommender import catalogue  # late: stands on customers, who stand on what is loaded

    folder = installation.settings.var / "demo"
    files = generate_demo(folder, customers=customers, seed=seed)
    table = _read(installation, files.customers)
    loaded = _accept(
        installation,
        actor,
        table,
        shipped_specs()["demo"],
        source=f"demo generator, {customers} customers, seed {seed}",
    )
    catalogue.load(installation, actor, files.catalogue, files.choices)
    return loaded


def listing(installation: Installation) -> list[dict[str, Any]]:
    """List every snapshot, newest first, as plain values; ``current`` marks the one in use."""
    name = installation.store.current_spec()
    current = installation.store.current_snapshot(name) if name else None
    return [
        {
            "snapshot": row.id,
            "spec": row.spec_name,
            "rows": row.rows,
            "refused": row.refused,
            "created": row.created.isoformat(),
            "source": row.source,
            "current": row.id == current,
        }
        for row in installation.store.snapshots()
    ]


def use(installation: Installation, actor: Actor, name: str) -> str:
    """Switch to the customers last loaded under a spec's name; gives their snapshot.

    Raises
    ------
    LookupError
        If nothing was loaded under that name.
    """
    require(actor, "load-data")
    snapshot = installation.store.current_snapshot(name)
    if snapshot is None:
        known = sorted({row.spec_name for row in installation.store.snapshots()})
        raise LookupError(
            f"Nothing was loaded under the name {name!r}. "
            + (f"Choose one of: {', '.join(known)}." if known else "Load a file with `flask data load FILE`.")
        )
    with installation.store.transaction() as transaction:
        transaction.set_current_spec(name)
        log.record(
            installation,
            actor,
            "load",
            subject=name,
            snapshot=snapshot,
            payload={"switched": True},
            transaction=transaction,
        )
    return snapshot


def _read(installation: Installation, path: Path) -> RawTable:
    settings = installation.settings
    limits = Limits(
        file_mb=settings.file_limit_mb, cell_kb=settings.cell_limit_kb, columns=settings.column_limit
    )
    return read_table(path, limits)


def _name(path: Path) -> str:
    """Make a spec's name of a file's: ``Our Customers.csv`` gives ``our-customers``."""
    name = re.sub(r"[^a-z0-9]+", "-", path.name.split(".")[0].lower()).strip("-")[:40].rstrip("-")
    return name if name[:1].isalpha() else f"data-{name}"[:40].rstrip("-")


def _infer(table: RawTable, name: str, keep: tuple[str, ...]) -> Inferred:
    """Infer a spec; the leak rule's findings come from the models, which know how to score a column."""
    from models.leaks import suspects  # late: brings scikit-learn along

    plausible = plausible_frame(table)
    return infer_spec(
        table,
        name,
        suspects=suspects(plausible.frame, plausible.outcome, plausible.kinds),
        keep=keep,
    )


def _choose_spec(
    installation: Installation, table: RawTable, path: Path, spec: str | None, keep: tuple[str, ...]
) -> DatasetSpec:
    own = installation.settings.var / "specs"
    if spec is not None:
        return _with_keep(_spec_named(own, spec), keep)
    present = set(table.frame.columns)
    for known in (*_own_specs(own).values(), *shipped_specs().values()):
        if set(known.columns) | {out.column for out in known.left_out} >= present >= set(known.columns):
            return _with_keep(known, keep)
    inferred = _infer(table, _name(path), keep)
    _keep_spec(own / f"{inferred.spec.name}.yaml", inferred.yaml)
    return inferred.spec


def _with_keep(spec: DatasetSpec, keep: tuple[str, ...]) -> DatasetSpec:
    return spec if not keep else spec.model_copy(update={"keep": tuple(dict.fromkeys((*spec.keep, *keep)))})


def known_specs(installation: Installation) -> dict[str, DatasetSpec]:
    """Give the specs there are by name, those of this installation before those that are shipped."""
    return shipped_specs() | _own_specs(installation.settings.var / "specs")


def _own_specs(folder: Path) -> dict[str, DatasetSpec]:
    return {path.stem: load_spec(path) for path in sorted(folder.glob("*.yaml"))}


def _spec_named(own: Path, spec: str) -> DatasetSpec:
    known = shipped_specs() | _own_specs(own)
    if spec in known:
        return known[spec]
    path = Path(spec)
    if path.suffix in (".yaml", ".yml"):
        return load_spec(path)
    raise SpecError(
        f"There is no spec named {spec!r}. Known are: {', '.join(sorted(known))}. "
        "Give one of them or the path of a YAML file (`flask data infer FILE` writes one)."
    )


def _keep_spec(path: Path, text: str) -> None:
    parse_spec(text, name=path.name)  # what is kept can be read back
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, path)


def _accept(
    installation: Installation, actor: Actor, table: RawTable, spec: DatasetSpec, *, source: str
) -> Loaded:
    """Check the rows, keep them as a snapshot, make it current and put it on record: all or nothing."""
    checked = check_rows(table, spec, refused_share=installation.settings.refused_share)
    known = {row.id for row in installation.store.snapshots()}
    parent = installation.store.current_snapshot(spec.name)
    snapshot = installation.warehouse.write_snapshot(
        checked.accepted,
        spec,
        source=source,
        refused=checked.refused,
        report=checked.report,
        parent=parent,
        created=datetime.now(UTC),
    )
    _score(installation, spec, snapshot.id)
    with installation.store.transaction() as transaction:
        transaction.record_snapshot(snapshot)
        transaction.set_current_spec(spec.name)
        log.record(
            installation,
            actor,
            "load",
            subject=spec.name,
            snapshot=snapshot.id,
            payload={
                "source": source,
                "rows": snapshot.rows,
                "refused": snapshot.refused,
                "keep": list(spec.keep),
                "new": snapshot.id not in known,
            },
            transaction=transaction,
        )
    lookout.after_change(installation)
    return Loaded(
        snapshot.id, spec.name, snapshot.rows, snapshot.refused, snapshot.id not in known, checked.report
    )


def _score(installation: Installation, spec: DatasetSpec, snapshot: str) -> None:
    """Score the new rows with the version that answers and the one before it: going back then takes no time.

    One that is damaged holds no load back: another answers instead, which contingency sees to.
    """
    serving = installation.store.serving_version(spec.name)
    former = installation.store.former_champions(spec.name)[:1]
    for row in [*([serving] if serving else []), *former]:
        if row.spec_hash != spec.hash:
            continue
        try:
            card = installation.load_scorecard(row.version, row.scorecard_sha256)
        except ArtifactError:
            continue
        with suppress(training.ScoringStopped):  # facts are loaded; their scores follow once it is on again
            training.score_customers(installation, spec, snapshot, row.version, card)
