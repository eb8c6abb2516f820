"""G7: whom to contact, what happens then and by when, and whether complaints are answered in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.settings import Settings
from services import feedback_figures
from services.feedback_figures import Counted
from services.guidelines.evidence import Evidence
from services.guidelines.gathered import Gathered
from services.guidelines.words import counted

if TYPE_CHECKING:
    from services.installation import Installation

NOTHING_SAID = "nobody has complained or said anything yet, so nothing shows whether answers come in time"


def evidence(installation: Installation) -> Evidence:
    """Gather where complaints go and what became of them."""
    found, settings = Gathered(), installation.settings
    complaints = feedback_figures.overall(installation, "complaint")
    others = feedback_figures.overall(installation, "feedback")
    _way(settings, found)
    _counts(complaints, others, found)
    return found.evidence(_headline(complaints, others))


def _way(settings: Settings, found: Gathered) -> None:
    """Tell whom to contact, what happens then, and by when."""
    is_named = settings.contact != Settings.model_fields["contact"].default
    found.values["contact_named"] = is_named
    found.tell(
        "Whom to contact",
        f"{settings.contact}, or the button at the foot of every page",
        None if is_named else "/settings",
        "" if is_named else "This is what it is set up with: name a person or an address.",
        opens="Settings",
    )
    outside = (
        "a public form gives them a number to follow it by"
        if settings.public_complaints
        else "they write to the contact; the public form is not switched on (setting public_complaints)"
    )
    found.tell("People outside", outside, "/complaint" if settings.public_complaints else None)
    found.tell(
        "What happens then",
        "a manager takes it on, answers it and links what was changed for it; the sender sees each step",
        "/feedback",
    )
    found.tell(
        "By when",
        f"a complaint within {counted(settings.complaint_days, 'working day')}, other feedback within "
        f"{counted(settings.feedback_days, 'working day')}",
        "/feedback",
        f"Working hours: {settings.working_hours} ({settings.time_zone}).",
    )


def _counts(complaints: Counted, others: Counted, found: Gathered) -> None:
    said = complaints.items + others.items
    found.values |= {
        "said": said or None, "overdue": complaints.overdue, "open": complaints.open,
        "feedback_overdue": others.overdue,
    }  # fmt: skip
    if not said:
        found.missing["said"] = NOTHING_SAID
    found.table(
        "What came in and what became of it",
        ("Sort", "In all", "Open", "Overdue", "Answered", "Led to a change"),
        [
            (name, *(f"{part:,}" for part in (one.items, one.open, one.overdue, one.answered, one.changed)))
            for name, one in (("Complaints", complaints), ("Other feedback", others))
        ],
    )


def _headline(complaints: Counted, others: Counted) -> str:
    if not complaints.items + others.items:
        return "Nobody has complained or said anything yet"
    told = f"{counted(complaints.open, 'complaint')} open, {complaints.overdue:,} overdue"
    return f"{told}, {complaints.answered:,} answered; {counted(others.open, 'other item')} open"
