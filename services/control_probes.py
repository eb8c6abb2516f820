"""What comes out of each subsystem right now, asked as a person would ask it; and why one cannot be asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from data.artifacts import ArtifactError
from data.warehouse import Filters
from services import customers, training, what_if
from services.control_states import BATCH, CHURN, DELEGATION, RECOMMENDER
from services.recommender import answers, delegation, settings, starting
from services.recommender.delegation import DelegationRefused
from services.roles import SYSTEM

if TYPE_CHECKING:
    from services.installation import Installation

BATCH_ROWS = 100
LOOKED_THROUGH = 100

Came = Mapping[str, str]
"""What came out, in words, by what was asked."""


def probe(installation: Installation, subsystem: str) -> Came:
    """Ask a subsystem; its answers are on record as the system's."""
    return PROBES[subsystem](installation)


def why_not(installation: Installation, subsystem: str) -> str:
    """Say why a subsystem has nothing to answer with, so that its switch would be a show; "" where it has."""
    return UNAVAILABLE[subsystem](installation)


# --- the churn model, and scoring by batch -----------------------------------------------------------


def _churn(installation: Installation) -> Came:
    key = somebody(installation)
    found = customers.one(installation, SYSTEM, key)
    if found.score is None:
        shown = "no score, the average of the group" if found.average else "no score, facts only"
    else:
        reasons = "with reasons" if found.reasons else "no reasons"
        shown = f"{found.score.probability:.1%} by version {str(found.stamp.version)[:8]}, {reasons}"
    try:
        answered = what_if.answer(installation, SYSTEM, key, {})
        moved = f"answers by version {str(answered.stamp.version)[:8]}"
    except what_if.NoModel:
        moved = "does not answer"
    return {"Score of a customer": shown, "What-if": moved}


def _batch(installation: Installation) -> Came:
    """Score a hundred customers as a load does, and keep nothing of it."""
    dataset, in_use = installation.dataset(), installation.in_use()
    row = installation.store.version(str(in_use.version))
    assert row is not None
    table = installation.warehouse.current_table(dataset.snapshot).head(BATCH_ROWS)
    try:
        card = installation.load_scorecard(row.version, row.scorecard_sha256)
        scored = training.scores(installation, dataset.spec, table, row.version, card)
    except (training.ScoringStopped, ArtifactError):
        return {"Scoring by batch": "no customer is scored"}
    return {"Scoring by batch": f"{len(scored)} customers are scored by version {row.version[:8]}"}


def somebody(installation: Installation) -> str:
    """Name a customer to ask about: the first of the list of facts who does not object to profiling."""
    dataset = installation.dataset()
    page = installation.warehouse.customers_page(dataset.snapshot, None, Filters(), [], 0, LOOKED_THROUGH)
    keys, out = [str(row[dataset.spec.id]) for row in page.rows], installation.left_out(dataset.spec.name)
    return next((key for key in keys if key not in out.keys), keys[0])


def _no_model(installation: Installation) -> str:
    in_use = installation.store.in_use()
    if in_use is None:
        return "There are no customers yet: load some with `flask data load`."
    if in_use.version is None:
        return "No model is trained on these customers: train one with `flask model train`."
    return ""


# --- the recommender, and what it chooses for people -------------------------------------------------


def _recommender(installation: Installation) -> Came:
    item = _popular(installation)
    found = answers.recommend(installation, SYSTEM, item)
    titles = ", ".join(one.title for one in found.items[:3])
    return {"What goes with a title": titles or f"no recommendation ({len(found.popular)} popular titles)"}


def _delegation(installation: Installation) -> Came:
    item = _popular(installation)
    switched = delegation.switch(installation, SYSTEM, True)
    try:
        drawn = delegation.choose_for_me(installation, SYSTEM, item)
        came = f"one of {drawn.of} titles is drawn"
    except DelegationRefused:
        came = "nothing is drawn"
    finally:
        if switched:
            delegation.switch(installation, SYSTEM, False)
    return {"Choose for me": came}


def _popular(installation: Installation) -> str:
    return starting.start(installation, SYSTEM).popular[0].item


def _no_catalogue(installation: Installation) -> str:
    try:
        settings.current(installation)
    except LookupError as nothing:
        return str(nothing)
    return ""


def _no_delegation(installation: Installation) -> str:
    if nothing := _no_catalogue(installation):
        return nothing
    is_allowed = settings.current(installation)[0].daily_delegations > 0
    return "" if is_allowed else "Keepsight chooses for nobody here (a setting of the recommender)."


PROBES: Mapping[str, Callable[[Installation], Came]] = MappingProxyType(
    {CHURN: _churn, BATCH: _batch, RECOMMENDER: _recommender, DELEGATION: _delegation}
)
UNAVAILABLE: Mapping[str, Callable[[Installation], str]] = MappingProxyType(
    {CHURN: _no_model, BATCH: _no_model, RECOMMENDER: _no_catalogue, DELEGATION: _no_delegation}
)
