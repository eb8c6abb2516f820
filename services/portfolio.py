"""The portfolio: every active customer ready for scenarios, made once and shared by all workers."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from data.arrays import Arrays
from models.scenario import Base, Engine, build_base
from services.installation import Champion, Dataset

if TYPE_CHECKING:
    from services.installation import Installation

KEPT = 2
"""Engines a process keeps: of the present customers and model, and of those a link is pinned to."""

_engines: OrderedDict[tuple[str, str, str, float, float], Engine] = OrderedDict()
_making = threading.Lock()


def engine(installation: Installation, dataset: Dataset, champion: Champion) -> Engine:
    """Give what answers scenarios on these customers by this version.

    It is made at first use, once for all workers; for a million customers that takes about four seconds,
    opening it again milliseconds.
    """
    months = float(installation.settings.value_months)
    share = installation.settings.at_risk_share
    key = (str(installation.settings.var), dataset.snapshot, champion.version, months, share)
    with _making:
        found = _engines.pop(key, None)
        if found is None:
            base = _base(installation, dataset, champion, months)
            found = Engine(base, base.line(share))
        _engines[key] = found
        while len(_engines) > KEPT:
            _engines.popitem(last=False)
    return found


def engine_of(
    installation: Installation, dataset: Dataset, champion: Champion, months: float, line: float | None
) -> Engine:
    """Give the engine of an answer on record: by the months of a worth and the at-risk line of then."""
    now = engine(installation, dataset, champion)
    if (months, line) == (now.base.value_months, now.threshold):
        return now
    with _making:
        base = now.base if months == now.base.value_months else _base(installation, dataset, champion, months)
    return Engine(base, line)


def is_ready(installation: Installation, dataset: Dataset, champion: Champion) -> bool:
    """Say whether the arrays are there, so that an answer takes no longer than it must."""
    months = float(installation.settings.value_months)
    return _name(dataset, champion, months) in _arrays(installation).names()


def _base(installation: Installation, dataset: Dataset, champion: Champion, months: float) -> Base:
    arrays, name = _arrays(installation), _name(dataset, champion, months)
    kept = arrays.open(name)
    if kept is not None:
        try:
            return Base.of(champion.scorecard, dataset.spec, *kept)
        except ValueError:
            arrays.drop(name)
    table = installation.warehouse.current_table(dataset.snapshot)
    made = build_base(champion.scorecard, dataset.spec, table[table["_active"]], value_months=months)
    arrays.drop(name)
    arrays.put(name, made.meta(), made.arrays)
    kept = arrays.open(name)  # mapped, so that workers share one copy of the bytes
    return made if kept is None else Base.of(champion.scorecard, dataset.spec, *kept)


def _name(dataset: Dataset, champion: Champion, months: float) -> str:
    spoken = f"{months:g}".replace(".", "-")
    return f"{dataset.snapshot}-{champion.version[:16]}-{spoken}"


def _arrays(installation: Installation) -> Arrays:
    return Arrays(installation.settings.var / "arrays")
