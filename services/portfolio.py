"""The portfolio: every active customer ready for scenarios, made once and shared by all workers."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from data.arrays import Arrays
from data.warehouse import LeftOut
from models.scenario import Base, Engine, build_base
from models.scenario.leaving_out import without
from services.installation import Champion, Dataset, as_of

if TYPE_CHECKING:
    from services.installation import Installation

KEPT = 2
"""Engines a process keeps: of the present customers and model, and of those a link is pinned to."""

KEPT_ON_DISK = 3
"""Arrays of the same customers, each without others who objected."""

_engines: OrderedDict[tuple[str, str, str, float, float, str], Engine] = OrderedDict()
_making = threading.Lock()


def engine(installation: Installation, dataset: Dataset, champion: Champion) -> Engine:
    """Give what answers scenarios on these customers by this version.

    It is made at first use, once for all workers; for a million customers that takes about four seconds,
    opening it again milliseconds. Who objected to profiling is not in it; after an objection it is made of
    the one before, in a tenth of the time.
    """
    months = float(installation.settings.value_months)
    share = installation.settings.at_risk_share
    with _making, as_of(installation.objections_revision()):
        out = installation.warehouse.left_out(dataset.snapshot)
        key = (str(installation.settings.var), dataset.snapshot, champion.version, months, share, out.mark)
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
    with _making, as_of(installation.objections_revision()):
        base = now.base if months == now.base.value_months else _base(installation, dataset, champion, months)
    return Engine(base, line)


def is_ready(installation: Installation, dataset: Dataset, champion: Champion) -> bool:
    """Say whether the arrays are there, so that an answer takes no longer than it must."""
    months = float(installation.settings.value_months)
    pattern = _pattern(dataset, champion, months)
    return any(pattern.fullmatch(name) for name in _arrays(installation).names())


def _base(installation: Installation, dataset: Dataset, champion: Champion, months: float) -> Base:
    """Open the arrays of the customers who do not object, as of one revision, or make them."""
    arrays, warehouse = _arrays(installation), installation.warehouse
    out = warehouse.left_out(dataset.snapshot)
    name = _name(dataset, champion, months, out)
    expected = warehouse.count_active(dataset.snapshot, out)
    kept = _opened(arrays, name, dataset, champion)
    if kept is not None and kept.rows == expected:
        return kept
    made = _derived(arrays, dataset, champion, months, out, expected)
    if made is None:
        made = _built(installation, dataset, champion, months)
    arrays.drop(name)
    arrays.put(name, made.meta(), made.arrays)
    _clear(arrays, _pattern(dataset, champion, months))
    return _opened(arrays, name, dataset, champion) or made  # mapped, so that workers share the bytes


def _opened(arrays: Arrays, name: str, dataset: Dataset, champion: Champion) -> Base | None:
    kept = arrays.open(name)
    if kept is None:
        return None
    try:
        return Base.of(champion.scorecard, dataset.spec, *kept)
    except ValueError:
        arrays.drop(name)
        return None


def _built(installation: Installation, dataset: Dataset, champion: Champion, months: float) -> Base:
    table = installation.warehouse.current_table(dataset.snapshot)
    return build_base(champion.scorecard, dataset.spec, table[table["_active"]], value_months=months)


def _derived(
    arrays: Arrays, dataset: Dataset, champion: Champion, months: float, out: LeftOut, expected: int
) -> Base | None:
    """Leave who objects out of arrays made before; None where none hold all the others."""
    pattern = _pattern(dataset, champion, months)
    for name in filter(pattern.fullmatch, arrays.names()):
        kept = _opened(arrays, name, dataset, champion)
        if kept is not None and kept.rows >= expected and (made := without(kept, out.keys)).rows == expected:
            return made
    return None


def _clear(arrays: Arrays, pattern: re.Pattern[str]) -> None:
    """Throw away what was made before the last few objections."""
    names = sorted(filter(pattern.fullmatch, arrays.names()), key=arrays.made)
    for name in names[:-KEPT_ON_DISK]:
        arrays.drop(name)


def _name(dataset: Dataset, champion: Champion, months: float, out: LeftOut) -> str:
    return _stem(dataset, champion, months) + (f"-{out.mark}" if out.mark else "")


def _pattern(dataset: Dataset, champion: Champion, months: float) -> re.Pattern[str]:
    """Match the names of all arrays of the same customers, whoever is left out."""
    return re.compile(re.escape(_stem(dataset, champion, months)) + "(-[0-9a-f]{16})?")


def _stem(dataset: Dataset, champion: Champion, months: float) -> str:
    spoken = f"{months:g}".replace(".", "-")
    return f"{dataset.snapshot}-{champion.version[:16]}-{spoken}"


def _arrays(installation: Installation) -> Arrays:
    return Arrays(installation.settings.var / "arrays")
