"""Replays of answers on all customers at once: scenarios and goals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.scenario import Engine, parse_scenario
from services import goal, portfolio, scenarios
from services.installation import Installation
from services.log import LogEntry
from services.replay.then import champion_of, dataset_of
from services.stamp import Standing, stamp


def scenario(installation: Installation, entry: LogEntry, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Carry the steps out again on everybody of then."""
    found = _engine(installation, entry, payload).run(parse_scenario(payload["scenario"]))
    return {"answer": scenarios.figures(found)}


def planned(installation: Installation, entry: LogEntry, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Share the same money out again among everybody of then."""
    engine, question = _engine(installation, entry, payload), payload["question"]
    on = Standing(dataset_of(installation, entry), champion_of(installation, entry.version))
    told = goal.tell(goal.work_out(engine, question), question, stamp(installation, on))
    return {"answer": goal.figures(told)}


def _engine(installation: Installation, entry: LogEntry, payload: Mapping[str, Any]) -> Engine:
    """Give the engine by the settings of then, which the entry holds."""
    dataset, champion = dataset_of(installation, entry), champion_of(installation, entry.version)
    months = payload.get("months", float(installation.settings.value_months))
    now = portfolio.engine(installation, dataset, champion)
    line = payload.get("line", now.threshold)
    return portfolio.engine_of(installation, dataset, champion, months, line)
