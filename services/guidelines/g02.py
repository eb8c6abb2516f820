"""G2: how well what serves was tested, in money and people, and what was kept because of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from data.store import VersionRow
from models.effect import Amount
from services import benefit, registry
from services.benefit import Benefit
from services.guidelines.evidence import Evidence, Line, Rows, Value
from services.guidelines.words import amount_of, counted, is_number, money, number, ranged, share
from services.installation import NothingLoaded
from services.recommender import quality
from services.roles import SYSTEM

if TYPE_CHECKING:
    from services.installation import Installation

NO_CHAMPION = "no signed version answers; train one and sign it on the Model page"
TITLES = "items"
POPULAR = "popularity"


@dataclass
class _Found:
    """The evidence as it is gathered."""

    values: dict[str, Value] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    tables: list[Rows] = field(default_factory=list)

    def lacks(self, why: str, *names: str) -> None:
        """Note that values could not be measured, and why."""
        self.values |= dict.fromkeys(names)
        self.missing |= dict.fromkeys(names, why)


def evidence(installation: Installation) -> Evidence:
    """Gather how the champion and the recommender were tested, and what came of it all."""
    found = _Found()
    headline = _benefit(installation, found)
    _champion(installation, found)
    _recommender(installation, found)
    return Evidence(headline, found.values, found.missing, tuple(found.lines), tuple(found.tables))


# --- what was kept -----------------------------------------------------------------------------------


def _benefit(installation: Installation, found: _Found) -> str:
    """Say what was kept because of it, and how scores of before compare with what people did since."""
    try:
        told = benefit.benefit(installation)
    except NothingLoaded as fault:
        found.lacks(str(fault), "kept", "kept_low", "came_true")
        return "Customers kept because of it: not measured"
    headline = _kept(told, found)
    _outcomes(told, found)
    return headline


def _kept(told: Benefit, found: _Found) -> str:
    if told.saved is None:
        found.lacks(told.why, "kept", "kept_low")
        found.lines.append(Line("Kept because of it", "not measured", "/actions", f"Why: {told.why}."))
        return "Customers kept because of it: not measured"
    kept = told.saved.kept
    found.values |= {"kept": kept.value, "kept_low": kept.low}
    worth = told.saved.money
    words = f"{ranged(kept)} customers kept because of it"
    cost = f"contacting {counted(told.contacted, 'customer')} cost {money(told.cost, told.currency)}"
    if worth is not None:
        words += f", worth {ranged(worth, told.saved.currency)}"
    found.lines.append(
        Line(
            "Kept because of it",
            f"{words}; {cost}",
            "/actions",
            f"Of {counted(told.actions, 'action')} with customers held out by lot, {told.measured} "
            "are measured. The range holds what chance alone would bring in 95 of 100 cases.",
        )
    )
    return words


def _outcomes(told: Benefit, found: _Found) -> None:
    since = told.came_true
    if since is None:
        found.lacks("no outcome is known yet of customers held out of an action", "came_true")
        found.lines.append(
            Line("Predictions against outcomes since", "not measured", "/actions",
                 "Those held out of actions tell it once their outcomes are loaded.")
        )  # fmt: skip
        return
    found.values["came_true"] = not since.is_off
    found.lines.append(
        Line(
            "Predictions against outcomes since",
            f"of {counted(since.customers, 'customer')} held out of actions {share(since.expected)} were "
            f"expected to leave and {share(since.observed.value)} left ({share(since.observed.low)} to "
            f"{share(since.observed.high)})",
            "/actions",
            "They got nothing, so their outcomes tell how good the scores were.",
        )
    )


# --- the champion ------------------------------------------------------------------------------------


def _champion(installation: Installation, found: _Found) -> None:
    """Say how the version that answers did on customers it never saw."""
    names = ("auc", "auc_low", "calibration_error", "reached_low_over_chance")
    row = _serving(installation)
    if row is None:
        found.lacks(NO_CHAMPION, *names)
        return
    report, damage = registry.report_of(installation, row)
    test = report.get("quality") or {}
    if row.state != "champion":
        found.lacks(f"version {row.version[:8]} answers as a draft that nobody has signed", *names)
    else:
        _tested(test, found, damage or "the report of the champion holds no such figure")
    _told(test, row, found)


def _serving(installation: Installation) -> VersionRow | None:
    try:
        return installation.store.serving_version(installation.in_use().spec_name)
    except NothingLoaded:
        return None


def _tested(test: Mapping[str, Any], found: _Found, why: str) -> None:
    auc, error = amount_of(test.get("roc_auc")), amount_of(test.get("calibration_error"))
    reached = amount_of((test.get("money") or {}).get("leavers_reached"))
    by_chance = ((test.get("money") or {}).get("leavers_reached") or {}).get("at_random")
    values: dict[str, Value] = {
        "auc": auc.value if auc else None,
        "auc_low": auc.low if auc else None,
        "calibration_error": error.value if error else None,
        "reached_low_over_chance": reached.low / by_chance if reached and by_chance else None,
    }
    found.values |= values
    found.missing |= {name: why for name, value in values.items() if value is None}


def _told(test: Mapping[str, Any], row: VersionRow, found: _Found) -> None:
    """Say the test in people and money, against calling at random."""
    link, state = f"/model?version={row.version}", "" if row.state == "champion" else " (a draft)"
    auc, error = amount_of(test.get("roc_auc")), amount_of(test.get("calibration_error"))
    if auc is not None:
        found.lines.append(
            Line(
                f"Telling leavers from stayers{state}",
                f"in {_of_100(auc)} of 100 pairs of a leaver and a stayer the leaver gets the higher score",
                link,
                f"Measured on {number(test.get('rows') or 0)} customers set aside before it learned.",
            )
        )
    if error is not None:
        found.lines.append(
            Line(
                f"Right chances{state}",
                f"what it says and what came lie {100 * error.value:.1f} points apart on average "
                f"({100 * error.low:.1f} to {100 * error.high:.1f})",
                link,
            )
        )
    table = _against_chance(test.get("money") or {})
    if table is not None:
        found.tables.append(table)


def _of_100(auc: Amount) -> str:
    return f"{100 * auc.value:.0f} ({100 * auc.low:.0f} to {100 * auc.high:.0f})"


def _against_chance(held: Mapping[str, Any]) -> Rows | None:
    currency, rows = str(held.get("currency") or ""), []
    for key, label, unit in (
        ("leavers_reached", "People who were about to leave", None),
        ("revenue_kept", "Their monthly revenue", currency),
    ):
        part = held.get(key)
        amount = amount_of(part)
        if amount is not None and is_number((part or {}).get("at_random")):
            by_chance = float((part or {})["at_random"])
            chance = number(by_chance) if unit is None else money(by_chance, unit)
            times = f"{amount.value / by_chance:.1f} times" if by_chance else "not known"
            rows.append((label, ranged(amount, unit), chance, times))
    if not rows or not is_number(held.get("n")):
        return None
    caption = f"If {number(held['n'])} of {number(held.get('of') or 0)} customers are called (test customers)"
    return Rows(caption, ("Reached", "By the list", "Calling at random", "The list is worth"), tuple(rows))


# --- the recommender ---------------------------------------------------------------------------------


def _recommender(installation: Installation, found: _Found) -> None:
    """Say how well recommendations find what people chose, against what most people choose."""
    try:
        last = quality.last(installation, SYSTEM)
    except LookupError as fault:  # no titles here, which is no fault
        found.lacks(str(fault), "recommender_gain")
        return
    split = next((one for one in last.splits if one.name == "time"), None) if last else None
    rows = {row.ranker: row for row in split.rows} if split else {}
    if split is None or last is None or not {TITLES, POPULAR} <= rows.keys():
        found.lacks("the recommender was not measured yet; measure it on its page", "recommender_gain")
        found.lines.append(
            Line("Recommendations", "not measured", "/recommendations", "Measure them on their page.")
        )
        return
    found.values["recommender_gain"] = rows[TITLES].ndcg - rows[POPULAR].ndcg
    found.lines.append(
        Line("Recommendations", split.words, "/recommendations",
             f"Measured on {last.measured:%d %B %Y} by {last.by}. nDCG: 1 is perfect, 0 finds nothing.")
    )  # fmt: skip
