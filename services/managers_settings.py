"""The settings that managers change while Keepsight runs: effect first, on record, taken back in a step."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from config.managed import MANAGED, BadValue, Managed, checked, in_force
from config.settings import Settings
from data.store import SettingRow, SettingTaken
from services import feedback_work, log, managers_settings_effect
from services.in_force import holding_now
from services.managers_settings_effect import Effect
from services.managers_settings_words import ABOUT, moment, said
from services.roles import Actor, permitted, require

if TYPE_CHECKING:
    from services.installation import Installation

__all__ = ["BadValue", "Effect", "Line", "SettingChanged", "change", "history", "lines", "preview", "undo"]

LONGEST = 2000


class SettingChanged(ValueError):
    """Somebody else changed the setting first; the message says what to, and nothing of ours was kept."""


class MustWait(ValueError):
    """A change that may not hold within working hours, which never end; say why it may not wait."""


@dataclass(frozen=True)
class Line:
    """One setting as it stands.

    Attributes
    ----------
    value, default : object
        What holds, and what the installation was set up with.
    holds : SettingRow or None
        The change by which it holds; None where nobody changed it.
    waits : SettingRow or None
        The latest change, where it holds later.
    revision : int
        To change it as it was seen; 0 where nobody changed it.
    """

    name: str
    about: Managed
    value: Any
    default: Any
    holds: SettingRow | None
    waits: SettingRow | None
    revision: int


@dataclass(frozen=True)
class Change:
    """A change on record, the values before and after it, and ``held``: the change that held until then."""

    row: SettingRow
    held: SettingRow | None
    before: Any
    after: Any
    is_latest: bool


def lines(installation: Installation, actor: Actor) -> list[Line]:
    """Give every setting that managers change, as it stands."""
    require(actor, "see-facts")
    rows = installation.store.settings_history()
    holding = holding_now(rows, installation.store.clock())
    now = in_force(installation.set_up, {name: _value(row) for name, row in holding.items() if row.value})
    latest: dict[str, SettingRow] = {}
    for row in rows:
        latest.setdefault(row.name, row)
    return [
        Line(
            name=name,
            about=about,
            value=getattr(now, name),
            default=getattr(installation.set_up, name),
            holds=holding.get(name),
            waits=latest[name] if name in latest and latest[name] is not holding.get(name) else None,
            revision=latest[name].revision if name in latest else 0,
        )
        for name, about in MANAGED.items()
    ]


def line(installation: Installation, actor: Actor, name: str) -> Line:
    """Give one of them; LookupError where there is none of this name."""
    _known(name)
    return next(one for one in lines(installation, actor) if one.name == name)


def history(installation: Installation, actor: Actor, name: str | None = None) -> list[Change]:
    """Give the changes, latest first, of one setting or of all."""
    require(actor, "see-facts")
    if name is not None:
        _known(name)
    found, earlier = [], defaultdict[str, list[SettingRow]](list)
    for row in reversed(installation.store.settings_history(name)):
        if row.name in MANAGED:
            rows = earlier[row.name]
            held = next((one for one in reversed(rows) if not one.begins or one.begins <= row.time), None)
            values = (_or_default(installation, row.name, one) for one in (held, row))
            found.append(Change(row, held, *values, is_latest=False))
            rows.append(row)
    latest = {rows[-1].number for rows in earlier.values()}
    return [replace(one, is_latest=one.row.number in latest) for one in reversed(found)]


def _or_default(installation: Installation, name: str, row: SettingRow | None) -> Any:
    return _value(row) if row and row.value else getattr(installation.set_up, name)


def preview(installation: Installation, actor: Actor, name: str, value: Any) -> Effect:
    """Say what a change would do on the data, model and record of now; change nothing.

    Raises
    ------
    LookupError
        For a name that is none.
    BadValue
        For a value that cannot be.
    """
    require(actor, "change-settings")
    before = installation.settings
    effect = _effect(installation, name, checked(before, name, value))
    if _is_drastic(before, effect):
        until = _until(installation, before)
        limit = f"More than {before.replaced_limit_share:.0%} of the list would change at once"
        told = (
            f"{limit}, so it waits until {moment(until)}, unless you say why it may not."
            if until
            else f"{limit}, and working hours never end: say why it may not wait."
        )
        if before.hours.hold(installation.store.clock()):
            return replace(effect, words=(*effect.words, told))
    return effect


def change(
    installation: Installation,
    actor: Actor,
    name: str,
    value: Any,
    reason: str,
    complaint: str | None = None,
    *,
    seen_revision: int,
    override: str | None = None,
) -> SettingRow:
    """Change a setting; it holds in every worker at its next answer, or waits until working hours are over.

    It waits where more of the at-risk list would change than ``replaced_limit_share``, by a signed model.

    Parameters
    ----------
    complaint : str, optional
        The complaint that it answers: the number of an item of feedback, which is linked to the change, or
        words.
    seen_revision : int
        The revision that was looked at: who did not see the latest one changes nothing.
    override : str, optional
        Why it may not wait, by somebody who may ``override-hold``.

    Raises
    ------
    LookupError
        For a name that is none.
    BadValue
        For a value that cannot be or holds already, or without a reason.
    SettingChanged
        If somebody else changed it first.
    MustWait
        If it would have to wait for an end of working hours, and there is none.
    """
    require(actor, "change-settings")
    why, forced = _sentence(reason, "why it is changed"), (override or "").strip()
    before = installation.settings
    found = checked(before, name, value)
    _seen(installation, name, found, seen_revision)
    effect, begins = _effect(installation, name, found), None
    if _is_drastic(before, effect) and before.hours.hold(installation.store.clock()):
        if forced:
            require(actor, "override-hold")
        else:
            begins = _until(installation, before)
            if begins is None:
                raise MustWait(
                    f"{' '.join(effect.words)} That is more than {before.replaced_limit_share:.0%} of the "
                    "list, and working hours never end: say why it may not wait."
                )
    return _record(
        installation,
        actor,
        name,
        found,
        seen_revision,
        {"reason": why, "complaint": (complaint or "").strip()[:LONGEST] or None},
        {"before": getattr(before, name), "after": found, "override": forced or None},
        effect,
        begins=begins,
    )


def undo(
    installation: Installation, actor: Actor, name: str, reason: str, *, seen_revision: int
) -> SettingRow:
    """Take back the last change of a setting: what held before it holds again, at once.

    It is a change of its own, so it can be taken back too. Going back never waits.

    Raises
    ------
    LookupError
        For a name that is none.
    BadValue
        If nobody changed it, or without a reason.
    SettingChanged
        If somebody else changed it first.
    """
    require(actor, "change-settings")
    why = _sentence(reason, "why it is taken back")
    found = history(installation, actor, name)
    if not found:
        raise BadValue(f"{MANAGED[name].label} is as it was set up: there is nothing to take back.")
    last = found[0]
    if last.row.revision != seen_revision:
        raise _told(name, last.row, None)
    before = installation.settings
    effect = managers_settings_effect.of(
        installation, name, before, before.model_copy(update={name: last.before})
    )
    return _record(
        installation,
        actor,
        name,
        _value(last.held) if last.held else None,
        seen_revision,
        {"reason": why, "complaint": None},
        {"before": last.after, "after": last.before, "undoes": last.row.number},
        effect,
        undoes=last.row.number,
    )


def _record(
    installation: Installation,
    actor: Actor,
    name: str,
    value: Any,
    seen_revision: int,
    why: dict[str, str | None],
    told: dict[str, Any],
    effect: Effect,
    *,
    begins: datetime | None = None,
    undoes: int | None = None,
) -> SettingRow:
    """Add the change and its entry, both or neither."""
    try:
        with installation.store.transaction() as together:
            row = together.record_setting(
                name=name,
                value=None if value is None else {"value": value},
                reason=str(why["reason"]),
                complaint=why["complaint"],
                actor=actor.id,
                actor_name=actor.name,
                seen_revision=seen_revision,
                begins=begins,
                undoes=undoes,
            )
            feedback_work.cite(installation, together, actor, why["complaint"], str(row.number))
            log.record(
                installation,
                actor,
                "setting",
                subject=name,
                payload={
                    "about": ABOUT,
                    "name": name,
                    "effect": {"words": list(effect.words), "figures": effect.figures},
                    "revision": row.revision,
                    "begins": moment(begins) if begins else None,
                    **why,
                    **told,
                },
                transaction=together,
            )
    except SettingTaken as fault:
        raise _told(name, fault.now, told["after"]) from fault
    installation.read_settings_anew()
    return row


def _effect(installation: Installation, name: str, value: Any) -> Effect:
    before = installation.settings
    return managers_settings_effect.of(installation, name, before, before.model_copy(update={name: value}))


def _seen(installation: Installation, name: str, value: Any, seen_revision: int) -> None:
    """Refuse what changes nothing, and who did not see the latest change, before anything is worked out."""
    rows = installation.store.settings_history(name)
    now = rows[0] if rows else None
    if (now.revision if now else 0) != seen_revision:
        raise _told(name, now, value)
    if _or_default(installation, name, now) == value:
        raise BadValue(f"{MANAGED[name].label} is {said(name, value)} already: nothing was changed.")


def _told(name: str, now: SettingRow | None, wanted: Any) -> SettingChanged:
    label = MANAGED[name].label
    if now is None:
        return SettingChanged(f"{label} was never changed, and you saw a change. Look again, then decide.")
    value = f"to {said(name, _value(now))}" if now.value else "back to what was set up"
    yours = f" You asked for {said(name, wanted)}." if wanted is not None else ""
    return SettingChanged(
        f"Nothing of yours was kept: {now.actor_name} changed {label.lower()} {value} at {moment(now.time)}, "
        f"because: {now.reason}{'' if now.reason.endswith('.') else '.'}{yours} Look again, then decide."
    )


def _is_drastic(settings: Settings, effect: Effect) -> bool:
    return effect.replaced_share > settings.replaced_limit_share


def _until(installation: Installation, settings: Settings) -> datetime | None:
    return settings.hours.over_at(installation.store.clock())


def _value(row: SettingRow) -> Any:
    return row.value.get("value") if row.value else None


def _known(name: str) -> None:
    if name not in MANAGED:
        raise LookupError(f"There is no setting {name!r} to change here: there are {', '.join(MANAGED)}.")


def _sentence(text: str, what: str) -> str:
    words = text.strip() if isinstance(text, str) else ""
    if not words or len(words) > LONGEST:
        raise BadValue(f"Write a sentence: {what} (at most {LONGEST} characters).")
    return words


def may_change(actor: Actor) -> bool:
    """Say whether a person may change them."""
    return permitted(actor, "change-settings")
