"""What-if: levers and assumptions of one customer moved, answered exactly, on record before it is told."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from data.warehouse import Filters
from models.scorecard import Scorecard
from services import customers, moves, objections, routing
from services.customers import NoSuchCustomer
from services.installation import Champion, Dataset, Installation
from services.moves import ChangeRefused
from services.roles import Actor, permitted, require
from services.stamp import Standing, standing
from services.what_if_answers import Answer, Routed, answered, plain
from services.what_if_setting import Setting, plain_setting, possible, setting

__all__ = [
    "Answer",
    "ChangeRefused",
    "NoModel",
    "NoSuchCustomer",
    "Setting",
    "answer",
    "matches",
    "plain",
    "plain_setting",
    "scorecard",
    "start",
]

IDS_OFFERED = 12


class NoModel(LookupError):
    """No model may answer this person; the message says why and whom to ask."""


def start(
    installation: Installation, actor: Actor, key: str | None, changes: Mapping[str, Any] | None = None
) -> Setting:
    """Set a what-if up and answer it once, so that its first figures are on record too.

    Parameters
    ----------
    key : str or None
        The customer; the active one with the highest expected loss where None.
    changes : mapping, optional
        What is moved from the start (out of a link). What cannot be is left out and said.

    Raises
    ------
    NoModel
        If no model may answer this person.
    NoSuchCustomer
        If there is no such current customer, or no active one at all.
    """
    on, champion = _standing(installation, actor)
    key = key or _highest_loss(installation, on.dataset, champion)
    row = customers.find(installation, on.dataset, key)
    routed = _routed(installation, actor, on, key, row)
    wanted, left_out = possible(on.dataset, routed.champion, row, changes or {})
    first = answered(installation, actor, routed, key, row, wanted, None)
    return setting(installation, routed, key, row, left_out, first)


def answer(
    installation: Installation,
    actor: Actor,
    key: str,
    changes: Mapping[str, Any],
    claimed_log_odds: str | None = None,
) -> Answer:
    """Answer a what-if exactly; it is committed to the log when this returns.

    Parameters
    ----------
    changes : mapping of column to value
        Levers and assumptions only.
    claimed_log_odds : str, optional
        What the browser computed, as a decimal that reads back to the same bits.

    Raises
    ------
    ChangeRefused
        If a change cannot be made.
    NoModel, NoSuchCustomer
        As :func:`start`.
    """
    on, _ = _standing(installation, actor)
    row = customers.find(installation, on.dataset, key)
    routed = _routed(installation, actor, on, key, row)
    wanted = moves.checked(on.dataset.spec, routed.champion.scorecard, row, changes)
    return answered(installation, actor, routed, key, row, wanted, claimed_log_odds)


def matches(installation: Installation, actor: Actor, text: str) -> list[str]:
    """Offer ids of active customers that contain a text, in order; facts, so nothing is logged."""
    require(actor, "explore")
    dataset = installation.dataset()
    page = installation.warehouse.customers_page(
        dataset.snapshot, None, Filters(), [], 0, IDS_OFFERED, text.strip()[:80]
    )
    return [row[dataset.spec.id] for row in page.rows]


def scorecard(installation: Installation, actor: Actor, version: str) -> str:
    """Give the scorecard of a version that answers as its canonical JSON, for the browser's engine.

    Besides the version in use that is the one on trial, for who may see it.

    Raises
    ------
    NoModel
        If it is no version that answers, or none may answer this person.
    """
    on, champion = _standing(installation, actor)
    if champion.version == version:
        return _text(champion.scorecard)
    if permitted(actor, "see-drafts"):
        running = installation.store.experiments(on.dataset.spec.name, running=True)
        tried = installation.store.version(version)
        if tried and any(row.version == version and row.kind != "shadow" for row in running):
            return _text(installation.load_scorecard(version, tried.scorecard_sha256))
    raise NoModel("Another version of the model answers by now. Reload the page.")


def goes_on(
    installation: Installation, actor: Actor, version: str, customer: str | None, left_out: str | None
) -> None:
    """Pass a page that is open and computes with a version; NoModel, saying why, where it must let go of it.

    Parameters
    ----------
    customer : str or None
        Whom the page is about.
    left_out : str or None
        The mark of who was left out of the sample that the page holds.
    """
    scorecard(installation, actor, version)
    out = installation.left_out(installation.in_use().spec_name)
    if customer is not None and customer in out.keys:
        raise NoModel(objections.WITHHELD)
    if left_out is not None and left_out != out.mark:
        raise NoModel(
            "Others object to profiling now than when this page was opened. Reload it: it then stands on all "
            "the others."
        )


@lru_cache(maxsize=4)
def _text(card: Scorecard) -> str:
    return card.to_json()


def _standing(installation: Installation, actor: Actor) -> tuple[Standing, Champion]:
    require(actor, "explore")
    on = standing(installation, actor)
    if on.champion is None:
        raise NoModel(on.withheld)
    return on, on.champion


def _routed(
    installation: Installation, actor: Actor, on: Standing, key: str, row: Mapping[str, Any]
) -> Routed:
    own, trial = routing.stand(installation, actor, on, key, row)
    if own.champion is None:
        raise NoModel(own.withheld)
    return Routed(own, own.champion, trial)


def _highest_loss(installation: Installation, dataset: Dataset, champion: Champion) -> str:
    page = installation.warehouse.customers_page(
        dataset.snapshot, champion.version, Filters(), [("expected_loss", "desc")], 0, 1
    )
    if not page.rows:
        raise NoSuchCustomer("There is no active customer in these data. Load newer data to ask what if.")
    return str(page.rows[0][dataset.spec.id])
