"""The rules of the recommender as people set them: visible, revised one at a time, each change on record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from data.store import RulesChanged
from services import log
from services.recommender.names import NoCatalogue, name_of
from services.recommender.settings_words import LABELS
from services.roles import Actor, require

if TYPE_CHECKING:
    from services.installation import Installation

__all__ = ["LABELS", "BadSetting", "RulesChanged", "Setting", "change", "current", "words"]


class BadSetting(ValueError):
    """A setting that cannot be; the message says which and how to mend it, and nothing changed."""


class Setting(BaseModel):
    """How titles are recommended.

    Attributes
    ----------
    ranker : str
        ``rule``: by the table of categories; ``items``: by which titles the same people chose.
    allow_self : bool
        Whether a category may speak for itself: the diagonal of the table.
    leave_out_same_category : bool
        Whether titles that share a category with the one picked are left out.
    least_people : int
        Distinct people that a cell needs before it counts.
    no_evidence : str
        Shown where nothing has evidence: ``popular`` titles, under a heading of their own, or ``nothing``.
    list_length : int
        Most titles in a list.
    half_life_days : float or None
        Of the second ranker: after so many days a choice counts half; None: time does not matter.
    least_support : int
        Of the second ranker: people who must have chosen both.
    damping : float
        Of the second ranker, 0 to 1: how much of a title's popularity is taken off.
    daily_delegations : int
        How often a day (UTC) Keepsight may choose for one person.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ranker: Literal["rule", "items"] = "rule"
    allow_self: bool = False
    leave_out_same_category: bool = True
    least_people: int = Field(1, ge=1, le=1000)
    no_evidence: Literal["popular", "nothing"] = "popular"
    list_length: int = Field(10, ge=1, le=50)
    half_life_days: float | None = Field(None, ge=1, le=36_500)
    least_support: int = Field(1, ge=1, le=1000)
    damping: float = Field(0.0, ge=0, le=1)
    daily_delegations: int = Field(3, ge=0, le=50)


def current(installation: Installation, name: str | None = None) -> tuple[Setting, int]:
    """Give the settings in force and their revision; NoCatalogue where there is nothing to recommend."""
    name = name or name_of(installation)
    found = installation.store.rules_of(name)
    if found is None:
        raise NoCatalogue(name)
    rules, revision = found
    return _read(rules), revision


def change(
    installation: Installation, actor: Actor, changes: Mapping[str, Any], seen_revision: int
) -> tuple[Setting, int]:
    """Change settings; they hold from the next recommendation on, in every worker.

    Parameters
    ----------
    changes : mapping
        Name of a setting to its new value; the others stay.
    seen_revision : int
        The revision that was looked at: who did not see the latest one changes nothing.

    Raises
    ------
    BadSetting
        For a name or a value that cannot be, or where nothing would change.
    RulesChanged
        If somebody else changed them first.
    """
    require(actor, "change-recommender")
    name = name_of(installation)
    with installation.store.transaction() as together:
        found = together.rules_of(name)
        if found is None:
            raise NoCatalogue(name)
        before = _read(found[0])
        after = _checked(before, changes)
        moved = [one for one in Setting.model_fields if getattr(before, one) != getattr(after, one)]
        if not moved and seen_revision == found[1]:
            raise BadSetting("These are the settings already: nothing was changed.")
        revision = together.set_rules(name, after.model_dump(), seen_revision)
        log.record(
            installation,
            actor,
            "setting",
            subject=name,
            payload={
                "about": "recommender",
                "before": {one: getattr(before, one) for one in moved},
                "after": {one: getattr(after, one) for one in moved},
                "revision": revision,
            },
            transaction=together,
        )
    return after, revision


def words(setting: Setting) -> tuple[str, ...]:
    """Say the settings in sentences, those first that decide what is in a list."""
    found = [
        "Ranked by the table of categories: which categories the same people choose."
        if setting.ranker == "rule"
        else "Ranked by titles: which titles the same people choose.",
        "Titles that share a category with the one picked are left out."
        if setting.leave_out_same_category
        else "Titles that share a category with the one picked may be in the list.",
        "Self-similarity is allowed: a category is evidence for itself."
        if setting.allow_self
        else "Self-similarity is not allowed: a category is no evidence for itself.",
        f"A pair of categories counts from {_people(setting.least_people)} on.",
        "Where there is no evidence, popular titles are shown under a heading of their own."
        if setting.no_evidence == "popular"
        else "Where there is no evidence, nothing is shown.",
    ]
    if setting.ranker == "items":
        found += _items_words(setting)
    found.append(_delegation_words(setting.daily_delegations))
    return tuple(found)


def _items_words(setting: Setting) -> list[str]:
    decay = (
        "A choice counts the same however old it is."
        if setting.half_life_days is None
        else f"A choice counts half after {setting.half_life_days:g} days."
    )
    return [
        decay,
        f"A pair of titles counts from {_people(setting.least_support)} on.",
        "Popular titles are not damped."
        if setting.damping == 0
        else f"Popular titles are damped by {setting.damping:g} (0: not at all, 1: fully).",
    ]


def _delegation_words(times: int) -> str:
    if times == 0:
        return "Keepsight chooses for nobody."
    often = "once" if times == 1 else f"{times} times"
    return f"Keepsight may choose for a person who wants that, {often} a day at most."


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"


def _read(rules: Mapping[str, Any]) -> Setting:
    """Read what is kept; what this Keepsight does not know is left aside."""
    return Setting(**{name: value for name, value in rules.items() if name in Setting.model_fields})


def _checked(before: Setting, changes: Mapping[str, Any]) -> Setting:
    if strange := sorted(changes.keys() - Setting.model_fields.keys()):
        raise BadSetting(
            f"There is no setting {strange[0]!r}: there are {', '.join(Setting.model_fields)}. "
            "Nothing was changed."
        )
    try:
        return Setting.model_validate(before.model_dump() | dict(changes))
    except ValidationError as fault:
        first = fault.errors()[0]
        name = str(first["loc"][0])
        raise BadSetting(
            f"{LABELS[name]} ({name}) cannot be {first['input']!r}: {_lower(first['msg'])}. "
            "Nothing was changed."
        ) from fault


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
