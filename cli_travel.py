"""Commands under ``flask model`` for versions that travel, and for MLflow: parse, call a service, print."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from cli import _answer, _clear_errors, _here, _say, as_json
from services import tracking, travel
from services.roles import SYSTEM


@click.command("export")
@click.argument("version")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--reason", default="", help="Where to and why; stands in the log.")
@as_json
@_clear_errors
def export_model(version: str, file: Path, reason: str, as_json: bool) -> None:
    """Write VERSION (eight signs of it are enough) to FILE, to be imported elsewhere.

    Example: flask model export 1a2b3c4d churn.bundle --reason "to production"
    """
    done = travel.export_version(_here(), SYSTEM, version, file, reason)
    plain = {"version": done.version, "file": str(done.path), "sha256": done.sha256, "parts": done.parts}
    text = (
        f"version {done.version[:8]} is in {done.path}\nSHA-256 {done.sha256}\n"
        f"Tell that by another way than the file: flask model import {done.path.name} --sha256 {done.sha256}"
    )
    _answer(plain, text, as_json)


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--sha256", help="Of the file, as the exporting side told it.")
@click.option("--source", default="", help="Where the file came from; the file's name by default.")
@click.option(
    "--spec-to",
    type=click.Path(path_type=Path),
    help="Only write the bundle's description of the data here; import nothing.",
)
@as_json
@_clear_errors
def import_model(file: Path, sha256: str | None, source: str, spec_to: Path | None, as_json: bool) -> None:
    """Take the version in FILE over, as a challenger: it answers nobody before somebody signs it here.

    Example: flask model import churn.bundle --sha256 5f3c... --source "staging, by mail from Ada"
    """
    if spec_to is not None:
        spec_to.write_text(travel.spec_in(file), encoding="utf-8")
        _answer({"spec": str(spec_to)}, f"Written to {spec_to}; nothing was imported", as_json)
        return
    done = travel.import_version(_here(), SYSTEM, file, sha256=sha256, source=source)
    if sha256 is None:
        _say("note: without --sha256 only damage shows, not that somebody exchanged the whole file")
    plain = {
        "version": done.version,
        "state": done.state,
        "spec": done.spec_name,
        "from": done.origin,
        "sha256": done.sha256,
    }
    text = f"version {done.version[:8]} of {done.spec_name} came in from {done.origin}, as a {done.state}"
    _answer(plain, text, as_json)


@click.command("request")
@click.argument("version")
@click.option("--reason", required=True, help="Where the version is to go, and why.")
@as_json
@_clear_errors
def request_travel(version: str, reason: str, as_json: bool) -> None:
    """Ask that VERSION may leave this installation.

    Example: flask model request 1a2b3c4d --reason "to production, after the test in Bremen"
    """
    _tell(travel.request(_here(), SYSTEM, version, reason), as_json)


@click.command("approve")
@click.argument("version")
@click.option("--reason", required=True)
@as_json
@_clear_errors
def approve_travel(version: str, reason: str, as_json: bool) -> None:
    """Allow that VERSION leaves, as was requested.

    Example: flask model approve 1a2b3c4d --reason "gates are green"
    """
    _tell(travel.approve(_here(), SYSTEM, version, reason), as_json)


@click.command("reject")
@click.argument("version")
@click.option("--reason", required=True)
@as_json
@_clear_errors
def reject_travel(version: str, reason: str, as_json: bool) -> None:
    """Decide that VERSION stays here, although it was requested.

    Example: flask model reject 1a2b3c4d --reason "trained before the change of prices"
    """
    _tell(travel.reject(_here(), SYSTEM, version, reason), as_json)


@click.command("track")
@as_json
@_clear_errors
def track(as_json: bool) -> None:
    """Bring the MLflow server of MLFLOW_TRACKING_URI up to date: versions it lacks, and who is champion.

    Example: MLFLOW_TRACKING_URI=http://mlflow.example:5000 flask model track
    """
    done = tracking.catch_up(_here(), SYSTEM)
    plain = {"server": done.server, "published": done.published, "aliases": done.aliases}
    stand = [f"{spec} {alias} is {version[:8]}" for spec, alias, version in done.aliases]
    text = f"{done.server}: {len(done.published)} new; {', '.join(stand) or 'nothing answers yet'}"
    _answer(plain, text, as_json)


def _tell(found: travel.TravelRequest, as_json: bool) -> None:
    plain = {
        "version": found.version,
        "state": found.state,
        "by": found.by,
        "time": found.time.isoformat(),
        "reason": found.text,
    }
    _answer(plain, f"version {found.version[:8]}: {found.state} by {found.by}", as_json)


def add_to(group: AppGroup) -> None:
    """Put these commands beside the others of a group."""
    for command in (export_model, import_model, request_travel, approve_travel, reject_travel, track):
        group.add_command(command)
