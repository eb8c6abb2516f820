"""The settings that managers may change while Keepsight runs, and what their values may be."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError

from config.settings import Settings
from config.tangible import parse_unit
from config.working_hours import parse_hours

LONGEST = 200


class BadValue(ValueError):
    """A value that a setting cannot have; the message says how to mend it, and nothing was changed."""


@dataclass(frozen=True)
class Managed:
    """How people read a setting.

    Attributes
    ----------
    unit : str
        ``share`` (0 to 1, shown as per cent), ``text``, or the word that follows its number.
    decides : str
        What it decides, in a sentence.
    """

    group: str
    label: str
    unit: str
    decides: str


LIST, CHANGES, TRIALS, WORK = "The list and its money", "Drastic changes", "Guards", "Work and people"
GUIDELINES = "Who answers for the guidelines"

MANAGED: dict[str, Managed] = {
    "at_risk_share": Managed(
        LIST,
        "Length of the at-risk list",
        "share",
        "Of the active customers, those with the highest scores; the last one's score is the threshold.",
    ),
    "value_months": Managed(
        LIST,
        "Worth of a customer",
        "months",
        "A customer's worth in months of revenue, where the data name none.",
    ),
    "hold_out_share": Managed(
        LIST,
        "Hold-out of an action",
        "share",
        "Drawn from an action's customers to get nothing, so that its effect can be told.",
    ),
    "move_limit_points": Managed(
        CHANGES,
        "Most that scores may move",
        "points",
        "Where one score in twenty moves by more, a promotion waits until working hours are over.",
    ),
    "replaced_limit_share": Managed(
        CHANGES,
        "Most of the list that may change",
        "share",
        "Where more of the at-risk list changes, a promotion waits; so does a change of the list's length.",
    ),
    "working_hours": Managed(
        CHANGES, "Working hours", "text", "Within these, nothing drastic happens: 'Mon-Fri 08:00-18:00'."
    ),
    "time_zone": Managed(CHANGES, "Time zone", "text", "The zone of the working hours: 'Europe/Berlin'."),
    "guard_error_share": Managed(
        TRIALS,
        "Failing answers of a trial",
        "share",
        "Where more of its answers fail, a trial ends by itself and a new champion is rolled back.",
    ),
    "fail_safe_error_share": Managed(
        TRIALS,
        "Failing answers of the model",
        "share",
        "Where more of its answers fail, the churn model is switched to fail-safe.",
    ),
    "guard_psi": Managed(
        TRIALS,
        "Drift of scores",
        "index",
        "Where its scores lie further from the champion's, a trial ends by itself (stability index).",
    ),
    "guard_list_move": Managed(
        TRIALS,
        "Move of the list",
        "share",
        "Where the share of customers over the line moves by more of itself, a trial ends by itself.",
    ),
    "promotion_watch_days": Managed(
        TRIALS, "Watch after a promotion", "days", "So long a new champion is watched against the one before."
    ),
    "repair_hours": Managed(
        WORK,
        "Time to mend a model",
        "hours",
        "Stands in the contingency plan that whoever signs a version agrees to.",
    ),
    "count_usage": Managed(
        WORK,
        "Counting of what is used",
        "text",
        "'yes' or 'no': pages opened and how fast they answered, a day and page, without names.",
    ),
    "feedback_days": Managed(
        WORK,
        "Time to answer feedback",
        "days",
        "Working days; one still without an answer at the end of the last is overdue.",
    ),
    "complaint_days": Managed(
        WORK,
        "Time to answer a complaint",
        "days",
        "Working days; one still without an answer at the end of the last turns guideline G7 red.",
    ),
    "contact": Managed(WORK, "Whom to turn to", "text", "Shown on every page and at the sign-in."),
    "tangible_unit": Managed(
        GUIDELINES,
        "What money is compared with",
        "text",
        'Stands beside headline figures, with its cost a year: "a sales rep\'s salary: 45,000"; or none.',
    ),
    "least_gender_share": Managed(
        GUIDELINES,
        "Least share of a gender",
        "share",
        "Where fewer of the participants of user tests are of one gender, guideline G6 is at risk.",
    ),
    "drill_days": Managed(
        GUIDELINES,
        "How long a drill counts",
        "days",
        "Where the last drill of a switch is older, guidelines G8 and G10 are at risk.",
    ),
    **{
        f"owner_g{number}": Managed(
            GUIDELINES, f"Owner of G{number}", "text", f"Stands on the page of guideline G{number}."
        )
        for number in range(1, 12)
    },
}


def checked(settings: Settings, name: str, value: Any) -> Any:
    """Give the value a setting would have, read as ``Settings`` reads it; text of a command included.

    Raises
    ------
    LookupError
        If managers change no setting of this name.
    BadValue
        If it cannot be.
    """
    if name not in MANAGED:
        raise LookupError(f"There is no setting {name!r} to change here: there are {', '.join(MANAGED)}.")
    try:
        found = _reader(name).validate_python(value.strip() if isinstance(value, str) else value)
    except ValidationError as fault:
        words = fault.errors()[0]["msg"]
        hint = " (a share: 0.1 is 10%)" if MANAGED[name].unit == "share" else ""
        raise BadValue(f"{name} cannot be {value!r}: {words[:1].lower()}{words[1:]}{hint}.") from fault
    _refuse_what_cannot_be_shown(name, found)
    if name in ("working_hours", "time_zone"):
        try:
            hours = settings.model_copy(update={name: found})
            parse_hours(hours.working_hours, hours.time_zone)
        except ValueError as fault:
            raise BadValue(str(fault)) from fault
    if name == "tangible_unit":
        try:
            parse_unit(found)
        except ValueError as fault:
            raise BadValue(str(fault)) from fault
    return found


def in_force(settings: Settings, changes: Mapping[str, Any]) -> Settings:
    """Give the settings with what managers changed; what cannot be any more is left as it was set up."""
    kept = {}
    for name, value in changes.items():
        try:
            kept[name] = checked(settings, name, value)
        except (BadValue, LookupError):
            continue
    return settings.model_copy(update=kept)


@cache
def _reader(name: str) -> TypeAdapter[Any]:
    """Make what reads a value by type and limits of its field."""
    field = Settings.model_fields[name]
    limited: Any = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    return TypeAdapter(limited)


def _refuse_what_cannot_be_shown(name: str, value: Any) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise BadValue(f"{name} cannot be {value}: give a number that ends.")
    if isinstance(value, str) and not (value and len(value) <= LONGEST and value.isprintable()):
        raise BadValue(f"{name} cannot be that: write one line of up to {LONGEST} characters.")
