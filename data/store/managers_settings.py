"""What managers changed of the settings: a row a change, added and never overwritten."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select

from data.store.engine import LOG_LOCK, Reach, take_turn
from data.store.installation import next_number
from data.store.tables import managers_settings

# Asked at every answer, so it is built once
_LAST = select(func.coalesce(func.max(managers_settings.c.number), 0))


@dataclass(frozen=True)
class SettingRow:
    """One change of one setting.

    Attributes
    ----------
    number : int
        Order of all changes; given by the store.
    value : dict or None
        ``{"value": ...}``; None: as the installation was set up.
    complaint : str or None
        The complaint that it answers.
    actor, actor_name : str
        By whom: id and name.
    revision : int
        Which change of this setting it is, from 1: who changes it says which one they saw.
    begins : datetime or None
        From when it holds; None: at once.
    undoes : int or None
        The number of the change that this takes back.
    """

    number: int
    name: str
    value: dict[str, Any] | None
    reason: str
    complaint: str | None
    actor: str
    actor_name: str
    time: datetime
    revision: int
    begins: datetime | None = None
    undoes: int | None = None


class SettingTaken(ValueError):
    """Somebody changed the setting in between; ``now`` is their row, None where it has none."""

    def __init__(self, now: SettingRow | None) -> None:
        super().__init__("The setting was changed in between: look at it, then ask again.")
        self.now = now


_ROW = select(*(managers_settings.c[one.name] for one in fields(SettingRow)))


class ManagersSettings(Reach):
    """Changes of settings."""

    def last_setting(self) -> int:
        """Give the number of the last change, which tells whether anything is new; 0 before the first."""
        with self.reading() as connection:
            return int(connection.execute(_LAST).scalar_one())

    def settings_history(self, name: str | None = None) -> list[SettingRow]:
        """Give the changes, latest first, of one setting or of all."""
        query = _ROW.order_by(managers_settings.c.number.desc())
        if name is not None:
            query = query.where(managers_settings.c.name == name)
        with self.reading() as connection:
            return [SettingRow(*row) for row in connection.execute(query)]

    def record_setting(
        self,
        *,
        name: str,
        value: dict[str, Any] | None,
        reason: str,
        complaint: str | None,
        actor: str,
        actor_name: str,
        seen_revision: int,
        begins: datetime | None = None,
        undoes: int | None = None,
    ) -> SettingRow:
        """Add a change, which holds from ``begins`` on, at once where that is absent.

        Raises
        ------
        SettingTaken
            If the setting is not at the revision that was seen any more (0: never changed).
        """
        query = _ROW.where(managers_settings.c.name == name).order_by(managers_settings.c.number.desc())
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            found = connection.execute(query.limit(1)).first()
            now = SettingRow(*found) if found else None
            if (now.revision if now else 0) != seen_revision:
                raise SettingTaken(now)
            row = SettingRow(
                number=next_number(connection, managers_settings),
                name=name,
                value=value,
                reason=reason,
                complaint=complaint,
                actor=actor,
                actor_name=actor_name,
                time=self.clock(),
                revision=seen_revision + 1,
                begins=begins,
                undoes=undoes,
            )
            connection.execute(insert(managers_settings), vars(row))
        return row
