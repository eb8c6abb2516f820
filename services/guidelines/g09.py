"""G9: what managers can adjust, what they adjusted, and which complaints led to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.managed import MANAGED
from services import feedback_figures, managers_settings
from services.feedback_figures import Counted
from services.guidelines.evidence import Evidence
from services.guidelines.gathered import Gathered
from services.guidelines.words import counted, share
from services.managers_settings import Line
from services.managers_settings_words import said
from services.recommender import settings as recommender_settings
from services.roles import SYSTEM, permission_table

if TYPE_CHECKING:
    from services.installation import Installation

SHOWN = 5


def evidence(installation: Installation) -> Evidence:
    """Gather the settings, their last changes, and complaints about them."""
    found = Gathered()
    lines = managers_settings.lines(installation, SYSTEM)
    people = sum(
        len(ids)
        for role, ids in installation.store.open_accounts().items()
        if role in permission_table()["change-settings"]
    )
    lost = [line for line in lines if _is_lost(line)]
    found.values |= {"adjustable": len(lines), "people": people, "unreadable": len(lost)}
    _recommender(installation, found)
    found.tell(
        "Who can adjust it",
        f"{counted(people, 'person', 'people')} with an open account (managers and administrators), "
        f"{counted(len(lines), 'setting')}, each after a preview of its effect",
        "/settings",
        "" if not lost else f"What stands in the store of {_labels(lost)} cannot be, so it is left out.",
    )
    complaints = feedback_figures.by_setting(installation)
    _complaints(complaints, found)
    changes = _changes(installation, found)
    found.table(
        "What managers can adjust",
        ("Setting", "Now", "Set up with", "Last changed", "Items about it", "Led to a change"),
        [_row(line, complaints.get(line.name, Counted())) for line in lines],
    )
    return found.evidence(f"{counted(len(lines), 'setting')} can be adjusted; {changes}")


def _row(line: Line, said_of: Counted) -> tuple[str, ...]:
    last = line.waits or line.holds
    when = f"{last.time:%d %B %Y}, {last.actor_name}" if last else "never"
    led = f"{said_of.changed} ({share(said_of.changed / said_of.items, 0)})" if said_of.items else ""
    now = said(line.name, line.value)
    later = f", then {said(line.name, _value(line))}" if line.waits is not None else ""
    return (
        line.about.label, f"{now}{later}", said(line.name, line.default), when,
        f"{said_of.items}" if said_of.items else "", led,
    )  # fmt: skip


def _value(line: Line) -> object:
    row = line.waits or line.holds
    return row.value.get("value") if row is not None and row.value else line.default


def _is_lost(line: Line) -> bool:
    """Say whether a change holds whose value cannot be, so that what was set up stands instead."""
    held = line.holds
    return held is not None and held.value is not None and held.value.get("value") != line.value


def _labels(lines: list[Line]) -> str:
    return ", ".join(line.about.label for line in lines)


def _recommender(installation: Installation, found: Gathered) -> None:
    try:
        _, revision = recommender_settings.current(installation)
    except LookupError:
        return  # no catalogue, so there is nothing of it to adjust
    found.tell(
        "Rules of the recommender",
        f"{counted(len(recommender_settings.LABELS), 'rule')}, at revision {revision}",
        "/recommendations",
    )


def _complaints(found_of: dict[str, Counted], found: Gathered) -> None:
    items = sum(one.items for one in found_of.values())
    overdue = sum(one.overdue for one in found_of.values())
    changed = sum(one.changed for one in found_of.values())
    found.values |= {
        "complaints": items,
        "unanswered": overdue,
        "led_share": changed / items if items else None,
    }
    if not items:
        found.missing["led_share"] = "nobody has complained about a setting yet"
        found.tell("Complaints about settings", "none yet", "/feedback")
        return
    found.tell(
        "Complaints about settings",
        f"{counted(items, 'item')}, {overdue:,} overdue; {changed:,} led to a change "
        f"({share(changed / items, 0)})",
        "/feedback",
    )


def _changes(installation: Installation, found: Gathered) -> str:
    history = managers_settings.history(installation, SYSTEM)
    cited = sum(one.row.complaint is not None for one in history)
    found.values |= {"changes": len(history), "cited": cited}
    found.table(
        f"The last {min(SHOWN, len(history))} changes",
        ("When", "Setting", "From", "To", "By", "Why", "Answers"),
        [
            (
                f"{one.row.time:%d %B %Y, %H:%M} UTC", MANAGED[one.row.name].label,
                said(one.row.name, one.before), said(one.row.name, one.after), one.row.actor_name,
                one.row.reason, one.row.complaint or "",
            )
            for one in history[:SHOWN]
        ],
    )  # fmt: skip
    if not history:
        return "none was changed yet"
    return f"{counted(len(history), 'change')}, {cited:,} of them to answer a complaint"
