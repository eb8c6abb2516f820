"""Replays of answers on single customers and lists of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.warehouse import Filters
from models import derivation, movement
from services import customers, overview, way_back
from services.case import inputs, judge
from services.installation import Champion, Dataset, Installation
from services.log import LogEntry
from services.replay.then import NotReplayable, champion_of, dataset_of
from services.training import score_customers


def prediction(installation: Installation, entry: LogEntry, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Judge the customer's row of then by the version of then."""
    dataset, champion = _stood_on(installation, entry)
    row = _row(installation, dataset, entry)
    return _of_then(
        {
            "input": inputs(champion.scorecard, row),
            **judge(champion.scorecard, row, dataset.spec).plain(),
        },
        payload,
    )


def what_if(installation: Installation, entry: LogEntry, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Move the customer's row of then as was asked, and judge it."""
    dataset, champion = _stood_on(installation, entry)
    card, spec = champion.scorecard, dataset.spec
    row = _row(installation, dataset, entry)
    moved = derivation.move(row, payload["changes"], spec)
    before = card.score(row)
    return {
        "input": inputs(card, row),
        "followed": {one.column: moved[one.column] for one in spec.derived
                     if moved[one.column] != row.get(one.column)},
        "before": {"log_odds": before.log_odds, "probability": before.probability},
        **judge(card, moved, spec).plain(),
    }  # fmt: skip


def way_back_of(installation: Installation, entry: LogEntry, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Look for the ways again that bring the customer of then to the same chance."""
    dataset, champion = _stood_on(installation, entry)
    row = _row(installation, dataset, entry)
    return way_back.figures(champion, dataset.spec, row, payload["target"], is_line=payload["is_line"])


def moved(installation: Installation, entry: LogEntry, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Split the move of a score again, from the rows on record."""
    then, now = payload["then"], payload["input"]
    card = champion_of(installation, then["version"]).scorecard
    champion = champion_of(installation, entry.version)
    split = movement.split(card, then["input"], champion.scorecard, {**then["input_now"], **now})
    return {
        "answer": {"log_odds": split.now.log_odds, "probability": split.now.probability},
        "before": {"probability": split.then.probability},
        "data_change": split.data_change,
        "model_change": split.model_change,
    }


def listed(installation: Installation, entry: LogEntry, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Ask for the same page of the list again; keys and log-odds are held by their hash."""
    dataset, champion = _scored(installation, entry)
    query = payload["query"]
    found = installation.warehouse.customers_page(
        dataset.snapshot, champion.version, _filters(query["filters"]),
        [(column, way) for column, way in query["sort"]], query["start"], query["stop"], query["search"],
    )  # fmt: skip
    rows = [{"id": row[dataset.spec.id], "log_odds": row["log_odds"]} for row in found.rows]
    return {"rows": len(rows), "sha256": customers.fingerprint(rows)}


def overviewed(installation: Installation, entry: LogEntry, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Sum the model figures of the Overview up again."""
    dataset, champion = _scored(installation, entry)
    filters, answer = _filters(payload["query"]), payload["answer"]
    if "expected_leavers" in answer:
        found = installation.warehouse.headline(dataset.snapshot, filters, champion.version)
        return {"answer": overview.model_figures(found)}
    by = answer["by"]
    rows = installation.warehouse.breakdown(dataset.snapshot, by, filters, champion.version) if by else []
    return {"answer": overview.at_risk(by, rows)}


def _stood_on(installation: Installation, entry: LogEntry) -> tuple[Dataset, Champion]:
    return dataset_of(installation, entry), champion_of(installation, entry.version)


def _scored(installation: Installation, entry: LogEntry) -> tuple[Dataset, Champion]:
    """Give what a list or sum stood on; its scores are worked out anew where they were cleared away."""
    dataset, champion = _stood_on(installation, entry)
    score_customers(installation, dataset.spec, dataset.snapshot, champion.version, champion.scorecard)
    return dataset, champion


def _row(installation: Installation, dataset: Dataset, entry: LogEntry) -> dict[str, Any]:
    row = installation.warehouse.customer(dataset.snapshot, entry.subject or "")
    if row is None:
        raise NotReplayable(f"Customer {entry.subject!r} is not in the data of then any more.")
    return row


def _filters(plain: Mapping[str, Any]) -> Filters:
    period = plain.get("period")
    return Filters(plain.get("levels") or {}, tuple(period) if period else None)


def _of_then(figures: dict[str, Any], payload: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out of an answer what entries of then did not hold."""
    answer = {name: value for name, value in figures["answer"].items() if name in payload["answer"]}
    return figures | {"answer": answer}
