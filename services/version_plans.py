"""What is planned and noted of a version: checks of days and of words."""

from __future__ import annotations

from datetime import date

from data.store import VersionRow

LONGEST = 2000


class NotRecorded(ValueError):
    """A note or a plan was refused and nothing has changed; the message says why and how to mend it."""


def checked_words(text: object, what: str) -> str:
    """Give a text that says something; NotRecorded where it says nothing or too much."""
    words = text.strip() if isinstance(text, str) else ""
    if not words or len(words) > LONGEST or "\0" in words:
        raise NotRecorded(f"Write a sentence: {what} (at most {LONGEST} characters).")
    return words


def check_plan(row: VersionRow, withdrawal: date | None, deletion: date | None, today: date) -> None:
    """Pass where a plan makes sense; NotRecorded where it does not, saying why."""
    called, gone = f"version {row.version[:8]}", row.state == "withdrawn"
    for day, known in ((withdrawal, row.planned_withdrawal), (deletion, row.planned_deletion)):
        if day is not None and day != known and day < today:
            raise NotRecorded(f"{told_day(day)} is past: plan {called} for today or a day to come.")
    if gone and withdrawal != row.planned_withdrawal and withdrawal is not None:
        raise NotRecorded(f"{called.capitalize()} is withdrawn already: plan its deletion only.")
    if deletion is not None and withdrawal is None and not gone:
        raise NotRecorded(
            f"Only a version that is withdrawn can be deleted: plan the withdrawal of {called} too."
        )
    if deletion is not None and withdrawal is not None and deletion < withdrawal:
        raise NotRecorded(
            f"The deletion ({told_day(deletion)}) would come before the withdrawal ({told_day(withdrawal)}): "
            "plan it for that day or later."
        )


def due(row: VersionRow, today: date, kept: bool) -> tuple[str, ...]:
    """Say in words what was planned for a day that has come, ``kept`` being whether its files are there."""
    told = []
    withdrawal, deletion = row.planned_withdrawal, row.planned_deletion
    if withdrawal is not None and withdrawal <= today and row.state != "withdrawn":
        told.append(
            f"It was to be withdrawn on {told_day(withdrawal)} and is not: withdraw it, or plan another day."
        )
    if deletion is not None and deletion <= today and kept:
        told.append(
            f"Its files were to be deleted on {told_day(deletion)} and are not: delete them "
            "(docs/signing.md says how), or plan another day."
        )
    if review_is_overdue(row, today) and row.review_due is not None:
        told.append(
            f"It was to be reviewed by {told_day(row.review_due)}: note a review, then set the next day."
        )
    return tuple(told)


def review_is_overdue(row: VersionRow, today: date) -> bool:
    """Say whether the day by which a version was to be reviewed is past; of a withdrawn one it never is."""
    return row.review_due is not None and row.review_due < today and row.state != "withdrawn"


def told_day(day: date) -> str:
    """Write a day as people do: "3 March 2026"."""
    return f"{day.day} {day:%B %Y}"
