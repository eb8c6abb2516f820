"""Commands under ``flask``: parse, call a service, print. ``--json`` prints one line for machines."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from services import access, datasets, preparation, registry, roles, shelf_check, training
from services.installation import Installation
from services.roles import SYSTEM

data_group = AppGroup("data", help="Load customers and say what their columns mean.")
model_group = AppGroup("model", help="Train churn models and list them.")
user_group = AppGroup("user", help="People who may sign in.")

GROUPS = (data_group, model_group, user_group)

as_json = click.option("--json", "as_json", is_flag=True, help="Print one line of JSON on standard output.")


def _here() -> Installation:
    installation: Installation = current_app.extensions["keepsight"]
    return installation


def _clear_errors(command: Callable[..., None]) -> Callable[..., None]:
    """Turn the errors of services, which say how to mend them, into one clear line and exit code 1."""

    @wraps(command)
    def guarded(*args: Any, **kwargs: Any) -> None:
        try:
            _here().store.migrate()
            command(*args, **kwargs)
        except (ValueError, LookupError, PermissionError, OSError, roles.NotPermitted) as fault:
            # the first argument of a system's fault is its number; of a KeyError, what str() would quote
            by_system = isinstance(fault, OSError) and fault.errno is not None
            reason = fault if by_system or not fault.args else fault.args[0]
            raise click.ClickException(str(reason)) from fault

    return guarded


def _say(text: str) -> None:
    click.echo(text, err=True)


def _answer(plain: Any, text: str, as_json: bool) -> None:
    click.echo(json.dumps(plain, ensure_ascii=False, default=str) if as_json else text)


@data_group.command("infer")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", help="Name of the spec; the file's by default.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write the spec here; standard output by default."
)
@click.option(
    "--keep", multiple=True, help="Use this column although it is suspected of giving the outcome away."
)
@as_json
@_clear_errors
def infer(file: Path, name: str | None, out: Path | None, keep: tuple[str, ...], as_json: bool) -> None:
    """Propose a commented spec for FILE, to be read and corrected.

    Example: flask data infer customers.csv --out customers.yaml
    """
    inferred = datasets.infer(_here(), SYSTEM, file, name=name, keep=keep)
    for note in inferred.notes:
        _say(note)
    if out is not None:
        out.write_text(inferred.yaml, encoding="utf-8")
        _say(f"Written to {out}. Correct it, then: flask data load {file} --spec {out}")
    plain = {
        "name": inferred.spec.name,
        "spec": inferred.spec.model_dump(mode="json"),
        "notes": inferred.notes,
    }
    if as_json or out is None:
        _answer(plain, inferred.yaml, as_json)


@data_group.command("load")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--spec", help="Name of a known spec or path of a YAML file.")
@click.option(
    "--keep", multiple=True, help="Use this column although it is suspected of giving the outcome away."
)
@as_json
@_clear_errors
def load(file: Path, spec: str | None, keep: tuple[str, ...], as_json: bool) -> None:
    """Load FILE (CSV or Parquet) as the current customers.

    Example: flask data load customers.csv --spec customers.yaml
    """
    loaded = datasets.load(_here(), SYSTEM, file, spec=spec, keep=keep)
    _tell_load(loaded, as_json)


@data_group.command("demo")
@click.option("--customers", default=5000, show_default=True, type=click.IntRange(100, 5_000_000))
@click.option("--seed", default=7, show_default=True, help="The same seed makes the same customers.")
@as_json
@_clear_errors
def demo(customers: int, seed: int, as_json: bool) -> None:
    """Make the synthetic demo and load it as the current customers.

    Example: flask data demo --customers 20000
    """
    _tell_load(datasets.load_demo(_here(), SYSTEM, customers=customers, seed=seed), as_json)


def _tell_load(loaded: datasets.Loaded, as_json: bool) -> None:
    for warning in loaded.report.get("warnings", []):
        _say(f"note: {warning}")
    plain = {
        "rows": loaded.rows,
        "refused": loaded.refused,
        "snapshot": loaded.snapshot,
        "spec": loaded.spec_name,
        "new": loaded.is_new,
    }
    already = "" if loaded.is_new else " (the same as before: nothing new was stored)"
    text = f"{loaded.rows:,} rows loaded, {loaded.refused:,} refused; snapshot {loaded.snapshot}{already}"
    _answer(plain, text, as_json)


@data_group.command("list")
@as_json
@_clear_errors
def list_data(as_json: bool) -> None:
    """List what was loaded; an asterisk marks what is in use.

    Example: flask data list
    """
    rows = datasets.listing(_here())
    lines = [
        f"{'*' if row['current'] else ' '} {row['snapshot']}  {row['spec']:<16} {row['rows']:>9,} rows  "
        f"{row['refused']:>6,} refused  {row['created'][:16]}  {row['source']}"
        for row in rows
    ]
    _answer(rows, "\n".join(lines) or "Nothing was loaded yet: flask data load FILE", as_json)


@data_group.command("use")
@click.argument("name")
@as_json
@_clear_errors
def use(name: str, as_json: bool) -> None:
    """Switch to the customers last loaded under the spec NAME.

    Example: flask data use telco
    """
    snapshot = datasets.use(_here(), SYSTEM, name)
    _answer({"spec": name, "snapshot": snapshot}, f"{name} is in use, snapshot {snapshot}", as_json)


@model_group.command("train")
@click.option("--seed", default=0, show_default=True)
@as_json
@_clear_errors
def train(seed: int, as_json: bool) -> None:
    """Train the churn model on the current customers.

    Example: flask model train --json
    """
    trained = training.train(_here(), SYSTEM, preparation.spoken(_say), seed=seed)
    plain = {
        "version": trained.version,
        "state": trained.state,
        "spec": trained.spec_name,
        "snapshot": trained.snapshot,
        "rows": trained.rows,
        "pairs": trained.pairs,
        "auc": {"mean": trained.auc_mean, "sd": trained.auc_sd},
    }
    text = (
        f"version {trained.version[:8]} ({trained.state}) on {trained.rows:,} rows: "
        f"AUC {trained.auc_mean:.3f} +- {trained.auc_sd:.3f} (3 seeds x 5 folds), {trained.pairs} pairs"
    )
    _answer(plain, text, as_json)


@model_group.command("list")
@as_json
@_clear_errors
def list_models(as_json: bool) -> None:
    """List the versions, newest first.

    Example: flask model list
    """
    rows = training.versions(_here())
    due = {one.version: one.due for one in registry.versions(_here(), SYSTEM)}
    lines = [
        f"{row['version'][:8]}  {row['state']:<10} {row['spec']:<16} "
        f"AUC {_auc(row['auc'])}  {row['created'][:16]}"
        + "".join(f"\n  ! {words}" for words in due[row["version"]])
        for row in rows
    ]
    rows = [row | {"due": due[row["version"]]} for row in rows]
    _answer(rows, "\n".join(lines) or "No version yet: flask model train", as_json)


@model_group.command("check")
@as_json
@_clear_errors
def check_models(as_json: bool) -> None:
    """Compare the files of all versions with the record; exit code 1 where one is damaged.

    Example: flask model check
    """
    found = shelf_check.check(_here(), SYSTEM)
    lines = [f"DAMAGED {fault}" for fault in found.damaged.values()]
    lines += [
        f"note: {name} is a folder of no version on record, left by a training that was interrupted: "
        "nothing uses it, and it may be deleted."
        for name in found.unrecorded
    ]
    lines.append(f"{found.checked - len(found.damaged)} of {found.checked} versions are as recorded.")
    plain = {"checked": found.checked, "damaged": found.damaged, "unrecorded": found.unrecorded}
    _answer(plain, "\n".join(lines), as_json)
    if not found.is_sound:
        raise SystemExit(1)


def _auc(found: dict[str, float] | None) -> str:
    """Write a version's AUC; one that came from elsewhere may have none."""
    return f"{found['mean']:.3f}" if found else "-"


@user_group.command("add")
@click.argument("name")
@click.option("--role", default="viewer", show_default=True, type=click.Choice(roles.ROLES))
@as_json
@_clear_errors
def add_user(name: str, role: str, as_json: bool) -> None:
    """Add a person and print the one-time link with which they choose a password.

    Example: flask user add ada --role manager
    """
    user = access.add_user(_here(), SYSTEM, name, role)
    link = access.make_link(_here(), SYSTEM, user)
    plain = {"user": name, "role": role, "link": link}
    _answer(plain, f"{name} ({role}) was added. One-time link, valid {_minutes()}: {link}", as_json)


@user_group.command("link")
@click.argument("name")
@as_json
@_clear_errors
def link_user(name: str, as_json: bool) -> None:
    """Make a new one-time link for a person.

    Example: flask user link ada
    """
    link = access.make_link(_here(), SYSTEM, access.user_named(_here(), name))
    _answer({"user": name, "link": link}, f"One-time link for {name}, valid {_minutes()}: {link}", as_json)


def _minutes() -> str:
    return f"{_here().settings.link_minutes} minutes"


@click.command("prepare")
@click.option("--data", type=click.Path(path_type=Path), help="The file of customers; the demo by default.")
@_clear_errors
def prepare(data: Path | None) -> None:
    """Prepare this installation to serve: store, customers, model. Does nothing twice.

    Example: flask prepare --data customers.csv
    """
    preparation.prepare(_here(), data, _say)
