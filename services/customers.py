"""Customers: who is at risk, and one customer with the reasons."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from data.warehouse import Filters
from models import reasons as words
from models.familiarity import familiarity
from models.reasons import Reason
from services import contingency, log, routing
from services.case import Case, inputs, judge
from services.contingency import Averages, GroupAverage
from services.installation import Champion, Dataset, Installation
from services.kept_scores import last_answer
from services.roles import Actor, require
from services.stamp import Stamp, Standing, may_see, stamp, standing

REASONS_SHOWN = 3

NO_SCORE: dict[str, Any] = {
    **dict.fromkeys(("probability", "low", "high", "expected_loss", "log_odds")),
    "is_firm": True,
    "reasons": [],
}
"""What a row of the list has of the model's figures where the customer objected to profiling."""


class NoSuchCustomer(LookupError):
    """There is no current customer with this key; the message says what to do."""


@dataclass(frozen=True)
class CustomerPage:
    """One page of the list: plain rows, and how many there are in all.

    ``averages`` stand where no model can answer; each row then has its group's under ``average``.
    """

    rows: list[dict[str, Any]]
    total: int
    stamp: Stamp
    averages: Averages | None = None


@dataclass(frozen=True)
class Fact:
    """One thing known of a customer, in words, and who moves it (lever, assumption, fact)."""

    column: str
    label: str
    value: str
    role: str


@dataclass(frozen=True)
class Score:
    """A chance of leaving within the horizon (0 to 1), its range, and the line of the list.

    ``low`` and ``high`` are the model's spread, not chance (CONTRACTS: range of a score);
    ``start`` is the chance the model starts from before it knows anything of the customer. It is not firm
    where the customer is unlike anything the model has seen; ``doubt`` says why, "" where usual.
    """

    probability: float
    low: float
    high: float
    start: float
    log_odds: float
    threshold: float | None
    is_firm: bool = True
    doubt: str = ""


@dataclass(frozen=True)
class CustomerAnswer:
    """Everything the page of one customer shows.

    ``average`` is the group's, where no model answers, counted in the month ``period`` (None: over all data).
    """

    id: str
    active: bool
    facts: list[Fact]
    score: Score | None
    reasons: list[Reason]
    sentence: str
    history: list[dict[str, Any]]
    warnings: list[str]
    stamp: Stamp
    average: GroupAverage | None = None
    period: str | None = None


def page(
    installation: Installation,
    actor: Actor,
    filters: Filters,
    *,
    sort: list[tuple[str, str]] | None = None,
    start: int = 0,
    stop: int = 100,
    search: str = "",
) -> CustomerPage:
    """Answer rows ``start`` to ``stop`` of the active customers, highest expected loss first by default.

    Each row has the key, the score with its range, expected loss, revenue, segments and the reasons in
    words; of customers who objected to profiling (``objects``) facts only, last where scores are the order.
    The entry in the log holds the query and a hash of keys and scores, so that it replays.
    """
    require(actor, "see-facts")
    on = standing(installation, actor)
    dataset = on.dataset
    found = installation.warehouse.customers_page(
        dataset.snapshot, on.version, filters, sort or [], start, stop, search
    )
    months = None if dataset.spec.value else installation.settings.value_months
    objecting = installation.left_out(dataset.spec.name).keys
    rows = [
        _row(on, row, values, months, objects=str(row[dataset.spec.id]) in objecting)
        for row, values in zip(found.rows, found.values, strict=True)
    ]
    averages = contingency.averages(installation, actor, on.withheld) if on.has_averages else None
    if averages is not None:
        rows = [
            row if row["objects"] else row | {"average": averages.of(row.get(averages.column) or "unknown")}
            for row in rows
        ]
    entry = None
    if on.version is not None:
        query = {
            "filters": filters.plain(),
            "sort": sort or [],
            "start": start,
            "stop": stop,
            "search": search,
        }
        entry = log.record(
            installation,
            actor,
            "list",
            subject=f"customers {start + 1} to {start + len(rows)}",
            version=on.version,
            snapshot=dataset.snapshot,
            payload={"query": query, "rows": len(rows), "sha256": fingerprint(rows)},
        ).seq
    return CustomerPage(rows, found.total, stamp(installation, on, entry=entry), averages)


def one(installation: Installation, actor: Actor, key: str) -> CustomerAnswer:
    """Answer one customer: facts, score with range, reasons that add up to it, warnings, history.

    Raises
    ------
    NoSuchCustomer
        If no current customer has this key.
    """
    require(actor, "see-facts")
    on = standing(installation, actor)
    dataset = on.dataset
    row = find(installation, dataset, key)
    on, trial = routing.stand(installation, actor, on, key, row)
    champion = on.champion
    score, found, warnings, entry = None, [], [], None
    if champion is not None:
        judged = judge(champion.scorecard, row, dataset.spec)
        score = _score(installation, dataset, champion, judged)
        found, warnings = judged.reasons, judged.warnings
        entry = log.record(
            installation,
            actor,
            "prediction",
            subject=key,
            version=champion.version,
            snapshot=dataset.snapshot,
            payload={
                "input": inputs(champion.scorecard, row),
                **judged.plain(),
                "warnings": warnings,
                **trial,
            },
        ).seq
    elif not on.objects and on.passage is not None and on.passage.state == "paused":
        on, score, entry = _as_before(installation, actor, on, key)
    averages = contingency.averages(installation, actor, on.withheld) if on.has_averages else None
    return CustomerAnswer(
        id=key,
        active=bool(row["_active"]),
        facts=facts(dataset, row),
        score=score,
        reasons=found,
        sentence=words.headline(found) if found else "",
        history=installation.warehouse.history(dataset.snapshot, key),
        warnings=warnings,
        stamp=stamp(installation, on, entry=entry),
        average=averages.of(contingency.group_of(dataset.spec, averages.column, row)) if averages else None,
        period=averages.period if averages else None,
    )


def find(installation: Installation, dataset: Dataset, key: str) -> dict[str, Any]:
    """Read the current row of a customer; NoSuchCustomer where there is none."""
    row = installation.warehouse.customer(dataset.snapshot, key)
    if row is None:
        raise NoSuchCustomer(
            f"There is no customer {key!r} among the current customers. "
            "Check the id, or look the customer up on the Customers page."
        )
    return row


def _score(installation: Installation, dataset: Dataset, champion: Champion, judged: Case) -> Score:
    """Give the score of a customer; ``threshold`` is that of the last one on the at-risk list."""
    answer, familiar = judged.score, judged.familiar
    return Score(
        probability=answer.probability,
        low=answer.low,
        high=answer.high,
        start=champion.scorecard.start,
        log_odds=answer.log_odds,
        threshold=installation.warehouse.threshold(
            dataset.snapshot, champion.version, installation.settings.at_risk_share
        ),
        is_firm=familiar.is_firm,
        doubt=familiar.text,
    )


def _as_before(
    installation: Installation, actor: Actor, on: Standing, key: str
) -> tuple[Standing, Score | None, int | None]:
    """Give a customer's last score while the model is paused, on record, and what it stands on.

    It is the one kept beside these data, else the last answer in the log; no scorecard runs.
    """
    warehouse, snapshot = installation.warehouse, on.dataset.snapshot
    found, line = on.kept, None
    own = warehouse.score(snapshot, found.version, key) if found else None
    if found is not None and own is not None:
        line = warehouse.threshold(snapshot, found.version, installation.settings.at_risk_share)
    elif (last := last_answer(installation, key)) is not None and may_see(actor, last[0]):
        found, payload = last
        own = dict(payload["answer"]) | dict(zip(("low", "high"), payload["range"], strict=True))
    if found is None or own is None:
        return replace(on, kept=None), None, None
    answer = {name: own[name] for name in ("probability", "low", "high", "log_odds")}
    entry = log.record(
        installation,
        actor,
        "kept-score",
        subject=key,
        version=found.version,
        snapshot=snapshot,
        payload={"answer": answer, "made": found.made.isoformat()},
    )
    told = f"{on.passage.why if on.passage else ''} This score is that of {found.made:%d %B %Y}."
    score = Score(**answer, start=answer["probability"], threshold=line)
    return replace(on, kept=found, notice=told), score, entry.seq


def facts(dataset: Dataset, row: dict[str, Any]) -> list[Fact]:
    """Tell what is known of a customer, in the order of the spec."""
    spec = dataset.spec
    return [
        Fact(
            feature.column,
            feature.label,
            words.value_in_words(spec, feature.column, row.get(feature.column)),
            feature.role,
        )
        for feature in spec.features
    ]


def _row(
    on: Standing, row: dict[str, Any], values: dict[str, Any], months: int | None, *, objects: bool
) -> dict[str, Any]:
    """Make a row of the list from its scores and from what the model read.

    ``months`` of revenue are the worth of a customer, where the data name none; they may have been others
    when the scores were kept.
    """
    spec = on.dataset.spec
    plain = {"id": row[spec.id]} | {
        column: spec.level_label(column, row[column]) if row[column] is not None else None
        for column in spec.segments
    }
    plain["monthly_revenue"] = row.get(spec.revenue) if spec.revenue else None
    plain["objects"] = objects
    if on.version is None:
        return plain
    if objects:
        return plain | NO_SCORE
    card = on.champion.scorecard if on.champion else on.kept.card if on.kept else None
    loss = row["expected_loss"]
    if months is not None and loss is not None:
        loss = row["probability"] * row["monthly_revenue"] * months
    return plain | {
        "probability": row["probability"],
        "low": row["low"],
        "high": row["high"],
        "expected_loss": loss,
        "log_odds": row["log_odds"],
        "is_firm": card is not None and familiarity(card, values, spec).is_firm,
        "reasons": _raising(on, values),
    }


def _raising(on: Standing, values: dict[str, Any]) -> list[str]:
    """Name what raises a customer's score most; nothing while the model is paused."""
    if on.champion is None:
        return []
    found = words.reasons(on.champion.scorecard, values, on.dataset.spec)
    return [f"{one.label} ({one.value})" for one in found if one.contribution > 0][:REASONS_SHOWN]


def fingerprint(rows: Sequence[Mapping[str, Any]]) -> str:
    """Hash the keys and log-odds of a page, in order; floats by their exact hexadecimal form.

    Who has no score, as after an objection, counts by the key alone.
    """
    scores = [None if row["log_odds"] is None else float(row["log_odds"]).hex() for row in rows]
    plain = [[row["id"], score] for row, score in zip(rows, scores, strict=True)]
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode()).hexdigest()


def segments(dataset: Dataset) -> list[tuple[str, str]]:
    """Name the segment columns of the list as (column, label)."""
    return [(column, dataset.spec.label(column)) for column in dataset.spec.segments]
