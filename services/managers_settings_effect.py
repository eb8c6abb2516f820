"""What a change of a setting would do, told before it is confirmed: on the data, model and record of now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from config.managed import MANAGED
from config.settings import Settings
from data.artifacts import ArtifactError
from data.store import EntryFilter
from services import champion_guards, control, control_rules, guards, shift
from services.control_states import CHURN
from services.installation import NothingLoaded
from services.managers_settings_words import moment, said
from services.roles import SYSTEM
from services.stamp import standing

if TYPE_CHECKING:
    from services.installation import Installation

LOOKED_AT = 100
"""Entries of the record that are looked through, the latest first."""


@dataclass(frozen=True)
class Effect:
    """What a change would do.

    Attributes
    ----------
    words : tuple of str
        In sentences.
    figures : dict
        The same for machines.
    replaced_share : float
        Share (0 to 1) of the at-risk list that would change, by a signed model; 0 where it stays.
    """

    words: tuple[str, ...]
    figures: dict[str, Any] = field(default_factory=dict)
    replaced_share: float = 0.0


def of(installation: Installation, name: str, before: Settings, after: Settings) -> Effect:
    """Say what it would do if the settings went from ``before`` to ``after``, which differ in one."""
    return _EFFECTS[name](installation, before, after)


# --- the list and its money --------------------------------------------------------------------------


def _list(installation: Installation, before: Settings, after: Settings) -> Effect:
    scored = _scored(installation)
    if scored is None:
        return _unseen(installation)
    active, chances, state = scored
    if not len(chances):
        return Effect(("There are no active customers, so no list changes.",))
    lines = [shift.line(chances, settings.at_risk_share) for settings in (before, after)]
    was, becomes = (chances >= line for line in lines)
    join, leave = int((becomes & ~was).sum()), int((was & ~becomes).sum())
    figures = {
        "joined": join,
        "left": leave,
        "listed_before": int(was.sum()),
        "listed_after": int(becomes.sum()),
        "threshold_before": lines[0],
        "threshold_after": lines[1],
    }
    told = [
        f"{_customers(join)} {'joins' if join == 1 else 'join'} the list, {leave:,} "
        f"{'leaves' if leave == 1 else 'leave'}: it has {int(becomes.sum()):,} of {len(chances):,} active "
        f"customers instead of {int(was.sum()):,}.",
        f"The threshold goes from {lines[0]:.1%} to {lines[1]:.1%} chance of leaving.",
    ]
    spec = installation.dataset().spec
    if spec.revenue:
        moved = float(pd.to_numeric(active[spec.revenue])[becomes != was].sum())
        figures["monthly_revenue_moved"] = moved
        told.append(f"Those who join or leave pay {moved:,.0f} {spec.currency} a month.")
    if state != "champion":
        told.append("The model is a draft that nobody signed, so nobody acts on this list yet.")
    replaced = (join + leave) / int(was.sum()) if state == "champion" else 0.0
    return Effect(tuple(told), figures | {"replaced_share": replaced}, replaced)


def _unseen(installation: Installation) -> Effect:
    """Tell of a list that nobody sees now; one behind a switch comes back changed, nobody knows how much."""
    in_use = installation.store.in_use()
    if in_use is None or in_use.state != "champion":
        return Effect(("No model scores customers now, so no list changes.",))
    state = control.passes(installation, SYSTEM, CHURN).state
    return Effect(
        (
            f"The churn model is switched to {state}: how much of its list would change is not known.",
            "That counts as drastic. To see it first, change it when the model is on again.",
        ),
        {"replaced_share": 1.0},
        1.0,
    )


def _worth(installation: Installation, before: Settings, after: Settings) -> Effect:
    scored = _scored(installation)
    if scored is None:
        return Effect(("No model scores customers now, so no figure changes.",))
    active, chances, _ = scored
    spec = installation.dataset().spec
    if spec.value:
        return Effect((f"The data name a customer's worth ({spec.value}), so no figure changes.",))
    if not spec.revenue:
        return Effect(("The data hold no revenue, so no figure changes.",))
    monthly = float(np.nansum(chances * pd.to_numeric(active[spec.revenue]).to_numpy()))
    losses = [monthly * settings.value_months for settings in (before, after)]
    return Effect(
        (
            f"The expected loss of all active customers together becomes {losses[1]:,.0f} {spec.currency} "
            f"instead of {losses[0]:,.0f}.",
            "Order and length of the list stay. Net gains of scenarios and offers grow or shrink with the "
            "worth; what was kept before says so.",
        ),
        {"expected_loss_before": losses[0], "expected_loss_after": losses[1]},
    )


def _hold_out(installation: Installation, before: Settings, after: Settings) -> Effect:
    told = ["It holds for actions planned from now on; those there are keep theirs."]
    spec = installation.store.current_spec()
    last = next((row for row in installation.store.actions(spec) if not row.is_single), None)
    if last is None:
        return Effect(tuple(told))
    customers = last.contacted.customers + last.held.customers
    held = [round(customers * settings.hold_out_share) for settings in (before, after)]
    told.append(
        f"Of the {customers:,} customers of the last action, {last.name!r}, about {held[1]:,} would get "
        f"nothing instead of {held[0]:,}."
    )
    return Effect(tuple(told), {"customers": customers, "held_before": held[0], "held_after": held[1]})


def _scored(installation: Installation) -> tuple[pd.DataFrame, np.ndarray, str] | None:
    """Give active customers, their chances of leaving and the state of the model; None where none answers.

    In fail-safe it is a version signed before that answers: its lists are acted on as a champion's are.
    """
    try:
        on = standing(installation, SYSTEM)
    except NothingLoaded:
        return None
    if on.champion is None:
        return None
    active = shift.active_customers(installation, on.dataset.snapshot)
    chances = np.asarray(on.champion.scorecard.probability(active), dtype=float)
    return active, chances, on.champion.state if on.champion.is_draft else "champion"


def _customers(count: int) -> str:
    return "1 customer" if count == 1 else f"{count:,} customers"


# --- drastic changes ---------------------------------------------------------------------------------


def _limit(measured: str, name: str) -> Callable[[Installation, Settings, Settings], Effect]:
    """Tell of a limit which promotions on record it would have held back."""

    def told(installation: Installation, before: Settings, after: Settings) -> Effect:
        spec = installation.store.current_spec()
        rows = installation.store.held(spec)[:LOOKED_AT] if spec else []
        found = [row.effect[measured] for row in rows if isinstance(row.effect.get(measured), int | float)]
        return _over(
            found,
            getattr(before, name),
            getattr(after, name),
            "promotions held back, made drastically or overridden",
            "held back",
        )

    return told


def _hours(installation: Installation, before: Settings, after: Settings) -> Effect:
    now = installation.store.clock()
    is_in, over = after.hours.hold(now), after.hours.over_at(now)
    if not is_in:
        told = ["It is outside them now, so nothing waits."]
    elif over is None:
        told = ["They never end: what is drastic then needs a reason why it may not wait."]
    else:
        told = [f"It is within them now; what is drastic waits until {moment(over)}."]
    entries = installation.store.entries(EntryFilter(kinds=("promotion",)), None, LOOKED_AT)
    times = [one.header.time for one in entries]
    within = [sum(settings.hours.hold(one) for one in times) for settings in (before, after)]
    if times:
        told.append(
            f"Of {_promotions(len(times))} on record {within[1]:,} fell within them; by the hours of now "
            f"{within[0]:,}."
        )
    return Effect(tuple(told), {"is_within": is_in, "within_before": within[0], "within_after": within[1]})


def _promotions(count: int) -> str:
    return "1 promotion" if count == 1 else f"{count:,} promotions"


# --- guards ------------------------------------------------------------------------------------------


def _errors(installation: Installation, before: Settings, after: Settings) -> Effect:
    spec = installation.store.current_spec()
    rows = installation.store.experiments(spec)[:LOOKED_AT] if spec else []
    shares = [row.errors / row.answers for row in rows if row.answers >= guards.LEAST_ANSWERS]
    limits = (before.guard_error_share, after.guard_error_share)
    told = _over(shares, *limits, "trials that were asked enough", "ended")
    found = _champion(installation, with_scores=False)
    if found is None:
        return told
    return _with(told, _failing(found.errors, found.answers, limits[1], "it would be rolled back"))


def _fail_safe(installation: Installation, before: Settings, after: Settings) -> Effect:
    champion, switch = _champion(installation, with_scores=False), control.state(installation, CHURN)
    if champion is None or switch.since is None:
        return Effect(("No signed model answers now; it holds for the next that is signed.",))
    errors, answers = control_rules.failing(installation, champion.version, switch.since)
    words = _failing(errors, answers, after.fail_safe_error_share, "it would go to fail-safe")
    return Effect((words,), {"errors": errors, "answers": answers})


def _failing(errors: int, answers: int, limit: float, then: str) -> str:
    """Say how the champion's answers fare against a limit."""
    words = f"Of the champion's last {answers:,} answers {errors:,} failed"
    over = answers >= guards.LEAST_ANSWERS and errors / answers > limit
    return f"{words}, so {then} with the next that fails." if over else f"{words}: it stays."


def _guard(measured: str, name: str) -> Callable[[Installation, Settings, Settings], Effect]:
    """Tell of a guard what it would have said of what was measured of trials, and of the champion."""

    def told(installation: Installation, before: Settings, after: Settings) -> Effect:
        entries = installation.store.entries(EntryFilter(kinds=("shadow",)), None, LOOKED_AT)
        found = [one.payload.get(measured) for one in entries if one.payload]
        found += _running(installation, measured)
        known = [value for value in found if isinstance(value, int | float)]
        limits = (getattr(before, name), getattr(after, name))
        effect = _over(known, *limits, "trials measured, shadows among them", "over it")
        champion = _champion(installation)
        now = getattr(champion.shift, measured) if champion and champion.shift else None
        if champion is None or now is None:
            return effect
        goes = now > limits[1] and not champion.is_wanted
        then = "so it would be rolled back at the next watch." if goes else "so it stays."
        return _with(effect, f"The champion stands at {now:.2f} against the version before, {then}")

    return told


def _running(installation: Installation, measured: str) -> list[Any]:
    spec = installation.store.current_spec()
    rows = installation.store.experiments(spec, running=True) if spec else []
    found = []
    for row in rows:
        if row.kind != "shadow":  # those are on record
            try:
                found.append(getattr(guards.measure(installation, row), measured))
            except ArtifactError:
                continue  # the watch ends it for that
    return found


def _watch(installation: Installation, before: Settings, after: Settings) -> Effect:
    found = _champion(installation, with_scores=False)
    if found is None or not found.is_promotion:
        return Effect(("No champion is watched now; it holds for the next that is signed.",))
    until, now = found.since + timedelta(days=after.promotion_watch_days), installation.store.clock()
    words = f"is watched until {moment(until)}" if now < until else "is watched no more"
    return Effect((f"The champion, signed on {moment(found.since)}, {words}.",), {"until": until.isoformat()})


def _champion(installation: Installation, *, with_scores: bool = True) -> champion_guards.Watched | None:
    try:
        return champion_guards.measure(installation, with_scores=with_scores)
    except NothingLoaded:
        return None


def _over(found: list[float], before: float, after: float, what: str, verdict: str) -> Effect:
    """Count what was measured over a limit: by the limit of now, and by the one asked about."""
    if not found:
        return Effect(
            (f"There are no {what} on record, so it cannot be told from the past.",), {"measured": 0}
        )
    counts = [sum(value > limit for value in found) for limit in (before, after)]
    words = f"Of {len(found):,} {what}, {counts[1]:,} would be {verdict}; by the limit of now {counts[0]:,}."
    return Effect((words,), {"measured": len(found), "over_before": counts[0], "over_after": counts[1]})


def _with(effect: Effect, words: str) -> Effect:
    return Effect((*effect.words, words), effect.figures, effect.replaced_share)


# --- work and people ---------------------------------------------------------------------------------


def _plain(name: str, words: str) -> Callable[[Installation, Settings, Settings], Effect]:
    """Tell of a setting that counts nothing what changes."""

    def told(installation: Installation, before: Settings, after: Settings) -> Effect:
        old, new = (said(name, getattr(settings, name)) for settings in (before, after))
        return Effect((words.format(old=old, new=new),))

    return told


_EFFECTS: Mapping[str, Callable[[Installation, Settings, Settings], Effect]] = {
    "at_risk_share": _list,
    "value_months": _worth,
    "hold_out_share": _hold_out,
    "move_limit_points": _limit("moved_points", "move_limit_points"),
    "replaced_limit_share": _limit("replaced_share", "replaced_limit_share"),
    "working_hours": _hours,
    "time_zone": _hours,
    "guard_error_share": _errors,
    "fail_safe_error_share": _fail_safe,
    "guard_psi": _guard("psi", "guard_psi"),
    "guard_list_move": _guard("list_move", "guard_list_move"),
    "promotion_watch_days": _watch,
    "repair_hours": _plain(
        "repair_hours",
        "The contingency plan of the next version that is signed says {new} instead of {old}; plans signed "
        "before stay as they are.",
    ),
    "count_usage": _plain(
        "count_usage",
        "Whether pages opened and their times are counted: {new} instead of {old}. What was counted stays; "
        "guideline G11 tells how often people read their entries from these counts.",
    ),
    "feedback_days": _plain(
        "feedback_days",
        "Feedback sent from now on is to be answered within {new} of work instead of {old}; what was sent "
        "before keeps its day.",
    ),
    "complaint_days": _plain(
        "complaint_days",
        "Complaints sent from now on are to be answered within {new} of work instead of {old}; those sent "
        "before keep their day.",
    ),
    "contact": _plain("contact", "Every page and the sign-in name {new!r} instead of {old!r}."),
    "tangible_unit": _plain(
        "tangible_unit", "Money on the Overview is compared with {new!r} instead of {old!r}."
    ),
    "least_gender_share": _plain(
        "least_gender_share",
        "Guideline G6 is at risk where under {new} of the participants of user tests are of one gender, "
        "instead of under {old}, from the next time its evidence is worked out.",
    ),
    "drill_days": _plain(
        "drill_days",
        "Guidelines G8 and G10 are at risk where the last drill is older than {new}, instead of {old}, from "
        "the next time their evidence is worked out.",
    ),
    **{
        name: _plain(name, f"The page of guideline {name[6:].upper()} names {{new!r}} instead of {{old!r}}.")
        for name in MANAGED
        if name.startswith("owner_g")
    },
}
