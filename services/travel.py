"""Versions travel between installations: asked for, allowed or not, exported, imported as challengers.

A version leaves in a bundle (``data/bundle.py``) and arrives beside the others. It answers nobody until
somebody here signs it; signatures of elsewhere come along to be read, and count for nothing.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, ValidationError

from config.dataset import DatasetSpec
from data.artifacts import GOLDEN, SCORECARD, canonical
from data.bundle import Bundle, BundleError, place, read_bundle, write_bundle
from data.store import ReviewRow, SnapshotRow, Transaction, VersionRow
from data.store.foreign import record_foreign_snapshot
from models.scorecard import Scorecard, ScorecardError
from services import log, training
from services.installation import Installation
from services.roles import SYSTEM, Actor, require

REQUEST, APPROVAL, REJECTION = "travel-request", "travel-approval", "travel-rejection"
STEPS = {REQUEST: "requested", APPROVAL: "approved", REJECTION: "rejected"}

FOREIGN = ".foreign"
"""Ends the names of estimators from elsewhere: nothing looks for it, so nothing opens what is in them."""

Sha256 = Field(pattern="^[0-9a-f]{64}$")


class TravelRefused(ValueError):
    """A version may not leave or not come in; the message says why, and nothing was changed."""


class AlreadyHere(TravelRefused):
    """The version is on record already, so an import has nothing to do."""


@dataclass(frozen=True)
class TravelRequest:
    """The latest request that a version may leave, and what became of it.

    Attributes
    ----------
    state : str
        ``requested``, ``approved`` or ``rejected``.
    text : str
        Where to and why; or the reason of the decision.
    """

    version: str
    state: str
    by: str
    time: datetime
    text: str


@dataclass(frozen=True)
class Exported:
    """A bundle that was written; whoever imports it compares ``sha256`` of the file."""

    version: str
    path: Path
    sha256: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Imported:
    """A version that came in: always a challenger."""

    version: str
    state: str
    spec_name: str
    origin: str
    sha256: str


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Snapshot(_Strict):
    id: str = Field(pattern="^[0-9a-f]{12,64}$")
    rows: int = Field(ge=0, lt=2**53)
    refused: int = Field(ge=0, lt=2**53)
    created: AwareDatetime


class _Signature(_Strict):
    name: str = Field(max_length=200)
    role: str = Field(max_length=40)
    time: AwareDatetime
    statement: str = Field(max_length=10_000)
    report_sha256: str = Sha256


class _Auc(BaseModel):
    mean: float = Field(ge=0, le=1)
    sd: float = Field(ge=0, le=1)


class _Metrics(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)

    auc: _Auc | None = None


class _Travelled(_Strict):
    """What ``version.json`` of a bundle says of the version and of its way."""

    version: str = Sha256
    spec_name: str
    spec_hash: str = Sha256
    snapshot: _Snapshot
    created: AwareDatetime
    state: str = Field(max_length=40)
    trained_by: str | None = Field(max_length=200)
    report_sha256: str | None = Field(pattern="^[0-9a-f]{64}$")
    metrics: dict[str, JsonValue]
    signatures: list[_Signature] = Field(max_length=1000)
    origin: str = Field(min_length=1, max_length=200)
    exported_by: str = Field(max_length=200)
    exported: AwareDatetime
    reason: str = Field(max_length=10_000)


# --- may it leave? -----------------------------------------------------------------------------------


def request(installation: Installation, actor: Actor, version: str, reason: str) -> TravelRequest:
    """Ask that a version may leave; ``reason`` says where to and why."""
    require(actor, "carry-model")
    return _step(installation, actor, version, REQUEST, reason)


def approve(installation: Installation, actor: Actor, version: str, reason: str) -> TravelRequest:
    """Allow what was asked for; TravelRefused where nothing waits for a decision."""
    return _decide(installation, actor, version, APPROVAL, reason)


def reject(installation: Installation, actor: Actor, version: str, reason: str) -> TravelRequest:
    """Refuse what was asked for, with a reason; TravelRefused where nothing waits for a decision."""
    return _decide(installation, actor, version, REJECTION, reason)


def latest_request(installation: Installation, actor: Actor, version: str) -> TravelRequest | None:
    """Give the latest request for a version with its decision; None where nobody ever asked."""
    require(actor, "see-model")
    row = _latest(installation, named(installation, version).version)
    return None if row is None else _as_request(row)


def _decide(installation: Installation, actor: Actor, version: str, step: str, reason: str) -> TravelRequest:
    require(actor, "approve-travel")
    asked = _latest(installation, named(installation, version).version)
    if asked is None or asked.kind != REQUEST:
        raise TravelRefused(
            f"Nobody waits for a decision on version {version[:8]}: a request is decided once. Ask again "
            "with `flask model request`."
        )
    if installation.settings.two_person_rule and asked.actor == actor.id:
        raise TravelRefused(
            f"{actor.name} asked for this, so somebody else has to decide: the two-person rule is on."
        )
    return _step(installation, actor, version, step, reason)


def _step(installation: Installation, actor: Actor, version: str, step: str, reason: str) -> TravelRequest:
    row, reason = named(installation, version), reason.strip()
    if not reason or len(reason) > 2000:
        raise TravelRefused("Give a reason of at most 2,000 letters: it stands in the log.")
    with installation.store.transaction() as together:
        kept = together.record_review(row.version, actor=actor.id, name=actor.name, kind=step, text=reason)
        _record(installation, actor, row, {"step": STEPS[step], "reason": reason}, together)
    return _as_request(kept)


def _latest(installation: Installation, version: str) -> ReviewRow | None:
    return next((row for row in installation.store.reviews(version) if row.kind in STEPS), None)


def _as_request(row: ReviewRow) -> TravelRequest:
    return TravelRequest(row.version, STEPS[row.kind], row.name, row.time, row.text)


# --- out ---------------------------------------------------------------------------------------------


def export_version(
    installation: Installation, actor: Actor, version: str, path: Path, reason: str = ""
) -> Exported:
    """Write a version as a bundle.

    A person needs an approved request. Who works on the machine itself could copy the files anyhow, so
    ``flask model export`` needs one only where somebody asked; either way it is on record.

    Raises
    ------
    TravelRefused
        If it may not leave.
    data.artifacts.ArtifactError
        If a file of the version is not the one recorded: nothing damaged travels.
    """
    require(actor, "carry-model")
    row = named(installation, version)
    allowed = _require_leave(installation, actor, row)
    reason = reason.strip() or (allowed.text if allowed else "")
    parts = _parts_of(installation, actor, row, reason)
    sha256 = write_bundle(path, parts)
    try:
        with installation.store.transaction() as together:
            facts = {"step": "exported", "reason": reason, "bundle": sha256, "parts": sorted(parts)}
            _record(installation, actor, row, facts, together)
    except BaseException:
        path.unlink(missing_ok=True)  # what is not on record has not left
        raise
    return Exported(row.version, path, sha256, tuple(sorted(parts)))


def _require_leave(installation: Installation, actor: Actor, row: VersionRow) -> ReviewRow | None:
    if row.state == "withdrawn":
        raise TravelRefused(f"Version {row.version[:8]} was withdrawn, so it travels nowhere.")
    latest = _latest(installation, row.version)
    if latest is None:
        if actor == SYSTEM:
            return None
        raise TravelRefused(
            f"Nobody asked yet that version {row.version[:8]} may leave: request it; a manager decides."
        )
    if latest.kind == REQUEST:
        raise TravelRefused(
            f"{latest.name} asked that version {row.version[:8]} may leave, and nobody decided yet: "
            "`flask model approve` or `flask model reject`."
        )
    if latest.kind == REJECTION:
        raise TravelRefused(
            f"{latest.name} decided that version {row.version[:8]} stays here: {latest.text} "
            "Request it again if that has changed."
        )
    return latest


def _parts_of(installation: Installation, actor: Actor, row: VersionRow, reason: str) -> dict[str, bytes]:
    """Gather what travels, every file compared with its recorded hash first."""
    shelf = installation.shelf
    shelf.verify(row.version, row.artifacts)
    scorecard = shelf.scorecard(row.version, row.scorecard_sha256)
    card = Scorecard.from_json(scorecard)
    known = row.artifacts.get(GOLDEN)
    answers = shelf.golden(row.version, known) if known else _fresh_answers(card)
    parts = {
        "scorecard.json": scorecard.encode("utf-8"),
        "golden.json": canonical(answers),
        "spec.json": canonical(_spec_of(installation, row).model_dump(mode="json")),
        "version.json": canonical(_says(installation, actor, row, reason)),
    }
    if row.report_sha256 is not None:
        parts["report.json"] = canonical(shelf.report(row.version, row.report_sha256))
    for name in row.artifacts:
        stem, dot, ending = name.rpartition(".")
        if dot + ending in (".joblib", FOREIGN):
            parts[f"audit/{stem}.joblib"] = (shelf.folder / row.version / name).read_bytes()
    return parts


def _fresh_answers(card: Scorecard) -> dict[str, Any]:
    """Make known answers for a version from before they were kept."""
    from services.golden import known_answers

    return known_answers(card)


def _spec_of(installation: Installation, row: VersionRow) -> DatasetSpec:
    """Find the spec a version was trained under, by its hash, in any snapshot that is here."""
    spec_name = row.spec_name
    current = installation.store.current_snapshot(spec_name)
    others = [one.id for one in installation.store.snapshots(spec_name)]
    for snapshot in filter(None, (row.snapshot, current, *others)):
        try:
            spec = installation.warehouse.spec_of(snapshot)
        except LookupError:
            continue
        if spec.hash == row.spec_hash:
            return spec
    raise TravelRefused(
        f"The description of the data that version {row.version[:8]} learned from is not here any more, so "
        "nobody could tell what its columns mean. Load the data it was trained on, then export again."
    )


def _says(installation: Installation, actor: Actor, row: VersionRow, reason: str) -> dict[str, Any]:
    snapshot = installation.store.snapshot(row.snapshot)
    if snapshot is None:
        raise LookupError(f"The snapshot {row.snapshot} of version {row.version[:8]} is not on record.")
    return _Travelled(
        version=row.version,
        spec_name=row.spec_name,
        spec_hash=row.spec_hash,
        snapshot=_Snapshot(
            id=snapshot.id, rows=snapshot.rows, refused=snapshot.refused, created=snapshot.created
        ),
        created=row.created,
        state=row.state,
        trained_by=row.trained_by,
        report_sha256=row.report_sha256,
        metrics=row.metrics,
        signatures=[
            _Signature(
                name=one.name,
                role=one.role,
                time=one.time,
                statement=one.statement,
                report_sha256=one.report_sha256,
            )
            for one in installation.store.signatures(row.version)
        ],
        origin=installation.settings.installation or platform.node() or "an installation without a name",
        exported_by=actor.name,
        exported=installation.store.clock(),
        reason=reason,
    ).model_dump(mode="json")


# --- in ----------------------------------------------------------------------------------------------


def import_version(
    installation: Installation, actor: Actor, path: Path, *, sha256: str | None = None, source: str = ""
) -> Imported:
    """Take a version over from a bundle, as a challenger, whatever it was elsewhere.

    Parameters
    ----------
    sha256 : str, optional
        Of the bundle, as the exporting side told it by another way than the file itself: only that shows
        that nobody exchanged the whole file.
    source : str, optional
        Where the file came from, in the importer's words.

    Raises
    ------
    data.bundle.BundleError, TravelRefused, AlreadyHere
        If it is not taken over; nothing was changed.
    """
    require(actor, "carry-model")
    bundle = read_bundle(path)
    if sha256 is not None and sha256.strip().lower() != bundle.sha256:
        raise TravelRefused(
            f"The SHA-256 of {path.name} is {bundle.sha256}, not {sha256.strip()[:64]}: this is not the file "
            "that was exported. Have it sent again."
        )
    says = _read_says(bundle)
    if (there := installation.store.version(says.version)) is not None:
        raise _already_here(there)
    card = _checked_card(bundle, says)
    spec, snapshot = _checked_spec(installation, bundle, says, card)
    files = _files(bundle, says)
    place(installation.shelf.folder / says.version, files)
    with suppress(training.ScoringStopped):  # it is scored at its first answer, once that is on again
        training.score_customers(installation, spec, snapshot, says.version, card)
    way = {
        "by": actor.name,
        "from": says.origin,
        "source": source.strip() or path.name,
        "bundle": bundle.sha256,
        "time": installation.store.clock().isoformat(),
        "exported_by": says.exported_by,
        "state_there": says.state,
        "signatures_there": [one.model_dump(mode="json") for one in says.signatures],
    }
    with installation.store.transaction() as together:
        if (there := together.version(says.version)) is not None:
            raise _already_here(there)
        record_foreign_snapshot(together, _foreign(says))
        row = together.record_version(
            version=says.version,
            spec_name=spec.name,
            spec_hash=spec.hash,
            snapshot=says.snapshot.id,
            state="challenger",
            scorecard_sha256=says.version,
            metrics={**says.metrics, "imported": way},
            created=says.created,
            trained_by=says.trained_by,
            report_sha256=says.report_sha256,
            artifacts={
                name: hashlib.sha256(content).hexdigest()
                for name, content in files.items()
                if not name.startswith("report-")
            },
        )
        facts = {"step": "imported", **{name: way[name] for name in ("from", "source", "bundle")}}
        _record(installation, actor, row, facts, together)
    return Imported(row.version, row.state, spec.name, says.origin, bundle.sha256)


def spec_in(path: Path) -> str:
    """Give the description of the data in a bundle as a spec file (JSON is YAML); import nothing."""
    spec = _spec(read_bundle(path))
    return json.dumps(spec.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"


def named(installation: Installation, version: str) -> VersionRow:
    """Find a version by its hash or by the first eight signs or more of it; LookupError where none fits."""
    found = [
        row for row in installation.store.versions() if len(version) >= 8 and row.version.startswith(version)
    ]
    if len(found) != 1:
        raise LookupError(
            f"There is no one version {version[:16]!r}: give at least eight signs of one that "
            "`flask model list` names."
        )
    return found[0]


def _read_says(bundle: Bundle) -> _Travelled:
    try:
        says = _Travelled.model_validate(bundle.plain("version.json"))
        _Metrics.model_validate(says.metrics)
    except ValidationError as fault:
        first = fault.errors()[0]
        where = ".".join(map(str, first["loc"])) or "version.json"
        raise BundleError(
            f"version.json in the bundle cannot be used: {where}: {first['msg']}. Have it exported again."
        ) from fault
    return says


def _checked_card(bundle: Bundle, says: _Travelled) -> Scorecard:
    """Read the scorecard, and see that it is the version named and gives the known answers, to the bit."""
    content = bundle.parts["scorecard.json"]
    if hashlib.sha256(content).hexdigest() != says.version:
        raise BundleError(
            f"The scorecard in the bundle is not version {says.version[:8]}: a version is named by the "
            "SHA-256 of its scorecard. Have it exported again."
        )
    try:
        card = Scorecard.from_json(content.decode("utf-8"))
    except (ScorecardError, UnicodeDecodeError) as fault:
        raise BundleError(f"The scorecard in the bundle cannot be used: {fault}") from fault
    if card.version != says.version:
        raise BundleError("The scorecard in the bundle is not in its one canonical form, so it is not used.")
    _check_answers(card, says, bundle.plain("golden.json"))
    report = bundle.parts.get("report.json")
    found = None if report is None else hashlib.sha256(report).hexdigest()
    if found != says.report_sha256:
        raise BundleError("The report in the bundle is not the one of this version. Have it exported again.")
    if report is not None:
        bundle.plain("report.json")
    return card


def _check_answers(card: Scorecard, says: _Travelled, kept: Mapping[str, Any]) -> None:
    """Score the rows that came along; every log-odds, of the card and of each bag, must have equal bits."""
    rows, answers = kept.get("rows"), kept.get("answers")
    if not (isinstance(rows, list) and isinstance(answers, list) and rows and len(rows) == len(answers)):
        raise BundleError("golden.json in the bundle holds no rows with answers. Have it exported again.")
    for row, answer in zip(rows, answers, strict=True):
        plain = isinstance(row, dict) and not any(isinstance(value, dict | list) for value in row.values())
        if not plain or _answer(card, row) != answer:
            raise TravelRefused(
                f"Version {says.version[:8]} does not give the scores here that it gave where it was "
                "exported, so it is not taken over. Bring both installations to one version of Keepsight."
            )


def _answer(card: Scorecard, row: Mapping[str, Any]) -> list[str]:
    found = card.score(row)
    return [found.log_odds.hex(), *(bag.hex() for bag in found.bag_log_odds)]


def _checked_spec(
    installation: Installation, bundle: Bundle, says: _Travelled, card: Scorecard
) -> tuple[DatasetSpec, str]:
    """Compare the description of the data with the one here; give it and the current snapshot."""
    spec = _spec(bundle)
    if (spec.name, spec.hash) != (says.spec_name, says.spec_hash):
        raise BundleError(
            "spec.json in the bundle is not the description that its version was trained under."
        )
    if card.document.spec != spec.hash:
        raise BundleError("The scorecard in the bundle was made for another description of the data.")
    remedy = (
        "Write the bundle's own with `flask model import FILE --spec-to spec.yaml`, then "
        "`flask data load CUSTOMERS --spec spec.yaml`, then import again."
    )
    snapshot = installation.store.current_snapshot(spec.name)
    if snapshot is None:
        raise TravelRefused(
            f"There are no customers here under the description {spec.name!r}, so the version would have "
            f"nobody to score. {remedy}"
        )
    own = installation.warehouse.spec_of(snapshot)
    if own.hash != spec.hash:
        ours, theirs = own.model_dump(), spec.model_dump()
        other = ", ".join(name for name in ours if ours[name] != theirs[name])
        raise TravelRefused(
            f"The customers here are described otherwise than those the version learned from ({other}), so "
            f"its columns may not mean the same. {remedy}"
        )
    return spec, snapshot


def _spec(bundle: Bundle) -> DatasetSpec:
    try:
        return DatasetSpec.model_validate(bundle.plain("spec.json"))
    except ValidationError as fault:
        raise BundleError(
            f"spec.json in the bundle cannot be used ({fault.error_count()} faults). Have it exported by the "
            "same version of Keepsight."
        ) from fault


def _files(bundle: Bundle, says: _Travelled) -> dict[str, bytes]:
    """Name the files as they lie on the shelf; what was an estimator gets a name that nothing opens."""
    files = {SCORECARD: bundle.parts["scorecard.json"], GOLDEN: bundle.parts["golden.json"]}
    if says.report_sha256 is not None:
        files[f"report-{says.report_sha256[:16]}.json"] = bundle.parts["report.json"]
    for name, content in bundle.parts.items():
        if name.startswith("audit/"):
            files[name.removeprefix("audit/").removesuffix(".joblib") + FOREIGN] = content
    return files


def _foreign(says: _Travelled) -> SnapshotRow:
    return SnapshotRow(
        says.snapshot.id,
        says.spec_name,
        says.spec_hash,
        says.snapshot.rows,
        says.snapshot.refused,
        f"not here: {says.origin} trained version {says.version[:8]} on it",
        None,
        says.snapshot.created.astimezone(UTC),
    )


def _already_here(row: VersionRow) -> AlreadyHere:
    came = row.metrics.get("imported")
    how = f"imported by {came['by']} from {came['from']}" if isinstance(came, dict) else "trained here"
    return AlreadyHere(
        f"Version {row.version[:8]} is here already ({row.state}, {how}); nothing was changed."
    )


def _record(
    installation: Installation,
    actor: Actor,
    row: VersionRow,
    facts: Mapping[str, Any],
    together: Transaction,
) -> None:
    log.record(
        installation,
        actor,
        "travel",
        subject=row.spec_name,
        version=row.version,
        snapshot=row.snapshot,
        payload=facts,
        transaction=together,
    )
