"""MLflow, where a team has one: versions, figures, reports and who is champion, shown there as well.

Our registry is the truth and never waits for MLflow: whatever goes wrong there is a warning here. Nothing of
MLflow is imported unless a tracking server is set. Fitted estimators are not sent: a scorecard needs none.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from data.artifacts import ArtifactError, canonical
from data.store import VersionRow
from services import log
from services.installation import Installation
from services.roles import SYSTEM, Actor, require

logger = logging.getLogger(__name__)

ALIASES = ("champion", "draft", "challenger")
"""States that answer or may answer; each is an alias of its latest version."""

TAG = "keepsight.version"

# Set before MLflow is imported, unless somebody set them: a server that does not answer must not hold
# training up for minutes, and MLflow tells its makers nothing of how it is used here
PATIENCE = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}


class TrackingFailed(ValueError):
    """The MLflow server could not be brought up to date; the message says why. Ours is unharmed."""


@dataclass
class Tracked:
    """What was done on the server: versions published now, and ``(spec, alias, version)`` as they stand."""

    server: str
    published: list[str] = field(default_factory=list)
    aliases: list[tuple[str, str, str]] = field(default_factory=list)


def publish(installation: Installation, actor: Actor = SYSTEM) -> Tracked | None:
    """Bring the server up to date after a training, a signature, a rollback ...; a failure is a warning.

    Nothing happens, and None is given, where no server is set.
    """
    if not installation.settings.mlflow_tracking_uri:
        return None
    try:
        return _catch_up(installation, actor)
    except TrackingFailed as fault:
        logger.warning("%s", fault)
        return None


def publish_soon(installation: Installation, actor: Actor = SYSTEM) -> threading.Thread | None:
    """Do what :func:`publish` does beside the request that is being answered, which does not wait for it.

    A command that ends waits for it, so that a rollback by command reaches the server as well.
    """
    if not installation.settings.mlflow_tracking_uri:
        return None
    thread = threading.Thread(target=publish, args=(installation, actor), name="mlflow")
    thread.start()
    return thread


def catch_up(installation: Installation, actor: Actor) -> Tracked:
    """Publish every version that the server lacks and set the aliases; TrackingFailed where that fails."""
    require(actor, "carry-model")
    if not installation.settings.mlflow_tracking_uri:
        raise TrackingFailed(
            "No MLflow server is set, so there is none to bring up to date. Set MLFLOW_TRACKING_URI to its "
            "address, such as http://mlflow.example:5000."
        )
    return _catch_up(installation, actor)


def _catch_up(installation: Installation, actor: Actor) -> Tracked:
    uri = str(installation.settings.mlflow_tracking_uri)
    done = Tracked(_without_password(uri))
    client, fault_of_mlflow = _client(uri)
    try:
        rows = installation.store.versions()
        for spec_name in sorted({row.spec_name for row in rows}):
            own = [row for row in rows if row.spec_name == spec_name]
            _bring_up_to_date(installation, actor, client, own, done)
    except (fault_of_mlflow, OSError, KeyError, ValueError) as fault:
        reason = str(fault).replace(uri, done.server).splitlines()
        raise TrackingFailed(
            f"The MLflow server {done.server} could not be brought up to date "
            f"({reason[0][:300] if reason else type(fault).__name__}). Keepsight does not need it; catch up "
            "later with `flask model track`."
        ) from fault
    return done


def _client(uri: str) -> tuple[Any, type[Exception]]:
    """Import MLflow and make a client of a server; give the family of its errors beside it."""
    for name, value in PATIENCE.items():
        os.environ.setdefault(name, value)
    try:
        mlflow, errors = import_module("mlflow"), import_module("mlflow.exceptions")
    except ImportError as fault:
        raise TrackingFailed(
            f"MLFLOW_TRACKING_URI is set, but MLflow cannot be imported ({fault}). Install its client with "
            "`pip install -r requirements-mlflow.txt`, or take the setting away."
        ) from fault
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    return mlflow.MlflowClient(tracking_uri=uri, registry_uri=uri), errors.MlflowException


def _bring_up_to_date(
    installation: Installation, actor: Actor, client: Any, rows: list[VersionRow], done: Tracked
) -> None:
    """Publish the versions of one spec, oldest first, then say by aliases which of them is what."""
    name = f"keepsight-{rows[0].spec_name}"
    there = _registered(client, name)
    for row in reversed(rows):
        if row.version not in there:
            try:
                there[row.version] = _publish(installation, actor, client, name, row, done.server)
            except ArtifactError as fault:
                logger.warning("Not shown on MLflow: %s", fault)
                continue
            done.published.append(row.version)
        client.set_model_version_tag(name, there[row.version], "keepsight.state", row.state)
    current = client.get_registered_model(name).aliases
    for alias in ALIASES:
        latest = next((row for row in rows if row.state == alias and row.version in there), None)
        if latest is None:
            if alias in current:
                client.delete_registered_model_alias(name, alias)
            continue
        if str(current.get(alias)) != there[latest.version]:
            client.set_registered_model_alias(name, alias, there[latest.version])
        done.aliases.append((latest.spec_name, alias, latest.version))


def _registered(client: Any, name: str) -> dict[str, str]:
    """Give what the server has of a model: our version to its number; the model is made if need be."""
    if not client.search_registered_models(filter_string=f"name = '{name}'"):
        client.create_registered_model(name, description="Versions of Keepsight, which decides who serves.")
    found: dict[str, str] = {}
    page = None
    while True:
        answer = client.search_model_versions(filter_string=f"name = '{name}'", page_token=page)
        found |= {one.tags[TAG]: str(one.version) for one in answer if TAG in one.tags}
        page = answer.token
        if not page:
            return found


def _publish(
    installation: Installation, actor: Actor, client: Any, name: str, row: VersionRow, server: str
) -> str:
    """Make a run with figures and files, and register it; give the number the server gives it."""
    experiment = client.get_experiment_by_name(name)
    experiment_id = experiment.experiment_id if experiment else client.create_experiment(name)
    report = _report(installation, row)
    tags = {
        TAG: row.version,
        "keepsight.spec_hash": row.spec_hash,
        "keepsight.snapshot": row.snapshot,
        "keepsight.trained_by": row.trained_by or "",
        "keepsight.report_sha256": row.report_sha256 or "",
    }
    began = int(row.created.timestamp() * 1000)
    run = client.create_run(experiment_id, start_time=began, run_name=row.version[:12], tags=tags)
    run_id = run.info.run_id
    try:
        for key, value in _parameters(row, report):
            client.log_param(run_id, key, value)
        for key, number in figures(row.metrics, report):
            client.log_metric(run_id, key, number)
        client.log_text(
            run_id, installation.shelf.scorecard(row.version, row.scorecard_sha256), "model/scorecard.json"
        )
        if report:
            client.log_text(run_id, canonical(report).decode("utf-8"), "report.json")
    except BaseException:
        client.set_terminated(run_id, "FAILED")
        raise
    client.set_terminated(run_id, "FINISHED")
    registered = client.create_model_version(
        name, source=f"{run.info.artifact_uri}/model", run_id=run_id, tags={TAG: row.version}
    )
    log.record(
        installation,
        actor,
        "tracking",
        subject=row.spec_name,
        version=row.version,
        snapshot=row.snapshot,
        payload={"server": server, "run": run_id, "number": str(registered.version)},
    )
    return str(registered.version)


def _report(installation: Installation, row: VersionRow) -> Mapping[str, Any]:
    return installation.shelf.report(row.version, row.report_sha256) if row.report_sha256 else {}


def _parameters(row: VersionRow, report: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    environment = report.get("environment") or {}
    given = {
        "spec": row.spec_name,
        "pairs": (row.metrics.get("choice") or {}).get("pairs"),
        "rows": row.metrics.get("rows"),
        "seed": environment.get("seed"),
        "python": environment.get("python"),
        **{f"library.{name}": version for name, version in (environment.get("libraries") or {}).items()},
        **{f"parameter.{name}": one for name, one in (environment.get("parameters") or {}).items()},
    }
    return ((key, str(value)[:500]) for key, value in given.items() if value is not None)


def figures(metrics: Mapping[str, Any], report: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Give the numbers of a version by name: means over folds, and what the hold-out showed with its range.

    A measure ``{"value", "low", "high"}`` of the report becomes three.
    """
    for name, one in metrics.items():
        for part, number in one.items() if isinstance(one, dict) else ():
            if part in ("mean", "sd") and _is_number(number):
                yield f"folds.{name}.{part}", float(number)
    for name, one in (report.get("quality") or {}).items():
        if _is_number(one):
            yield f"holdout.{name}", float(one)
        elif isinstance(one, dict) and "value" in one:
            for part, ending in (("value", ""), ("low", ".low"), ("high", ".high")):
                if _is_number(one.get(part)):
                    yield f"holdout.{name}{ending}", float(one[part])


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _without_password(uri: str) -> str:
    """Leave name and password out of an address, for messages and the log."""
    parts = urlsplit(uri)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment=""))
