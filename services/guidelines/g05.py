"""G5: whether headline figures can be related to: beside an earlier period, and as something to picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from services import earlier_risk, notice_walk, relatable
from services.guidelines.evidence import Evidence, Line, Rows, Value
from services.guidelines.words import share
from services.installation import NothingLoaded
from services.notice_walk import NO_WALKER, Walk
from services.relatable import Checked

if TYPE_CHECKING:
    from config.settings import Settings
    from services.installation import Installation

NOTHING_SHOWN = "the Overview shows no headline figure now"
ONE_DATE = (
    "the data hold one date and were loaded once, so there is no earlier period; it comes with the next load"
)


def evidence(installation: Installation) -> Evidence:
    """Read the headline figures off the Overview and look what stands beside each."""
    try:
        has_earlier = earlier_risk.is_possible(installation, installation.dataset())
    except NothingLoaded as fault:
        return _nothing(str(fault), installation.settings)
    found = notice_walk.lately(installation)
    if found is None or not found.headlines:
        return _nothing(NOTHING_SHOWN if found else NO_WALKER, installation.settings)
    return _told(found, installation.settings, has_earlier)


def _told(found: Walk, settings: Settings, has_earlier: bool) -> Evidence:
    figures = relatable.checked(found.headlines, settings.unit)
    both = sum(one.is_relatable for one in figures)
    values: dict[str, Value] = {
        "relatable_share": both / len(figures) if has_earlier else None,
        "tangible_share": sum(one.has_tangible for one in figures) / len(figures),
        "earlier_share": sum(one.has_earlier for one in figures) / len(figures),
    }
    return Evidence(
        f"{both} of {len(figures)} headline figures show an earlier period and something tangible",
        values,
        {} if has_earlier else {"relatable_share": ONE_DATE},
        (_line(figures), _unit(settings)),
        (_table(figures),),
    )


def _nothing(why: str, settings: Settings) -> Evidence:
    names = ("relatable_share", "tangible_share", "earlier_share")
    return Evidence(
        "Headline figures: not looked at", dict.fromkeys(names), dict.fromkeys(names, why), (_unit(settings),)
    )


def _line(figures: Sequence[Checked]) -> Line:
    lacking = [f"{one.shown.name} ({' and '.join(_lacks(one))})" for one in figures if not one.is_relatable]
    words = f"{share(sum(one.is_relatable for one in figures) / len(figures), 0)} of {len(figures)} show both"
    note = f"Lacking: {', '.join(lacking)}." if lacking else "Read off the page as it is shown."
    return Line("Headline figures of the Overview", words, "/", note)


def _lacks(one: Checked) -> list[str]:
    return [
        *([] if one.has_earlier else ["no earlier period"]),
        *([] if one.has_tangible else ["nothing tangible"]),
    ]


def _unit(settings: Settings) -> Line:
    unit = settings.unit
    words = f"{unit.name}, {unit.amount:,.0f} a year" if unit else "none: people and shares do without"
    return Line("What money is compared with", words, "/settings", "Managers choose it.")


def _table(figures: Sequence[Checked]) -> Rows:
    heads = ("Figure", "Now", "Against an earlier period", "As something one can picture")
    rows = [
        (one.shown.name, one.shown.figure, one.shown.earlier or "nothing", one.shown.tangible or "nothing")
        for one in figures
    ]
    return Rows("What stands beside each headline figure", heads, tuple(rows))
