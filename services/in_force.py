"""Which settings hold: those an installation was set up with, and what managers changed since."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from config.managed import in_force
from config.settings import Settings
from data.store import SettingRow, Store, StoreError

_log = logging.getLogger("keepsight")


class InForce:
    """Reads the settings in force: one small read, which asks whether anything was changed at all."""

    def __init__(self, settings: Settings) -> None:
        self._set_up = settings
        self._rows: tuple[SettingRow, ...] = ()
        self._made: tuple[tuple[int, ...], Settings] = ((), settings)

    def read(self, store: Store) -> Settings:
        """Give the settings in force now.

        Without its store nothing is answered, since nothing can be logged; what tells so goes by the
        settings that were known.
        """
        try:
            if store.last_setting() != (self._rows[0].number if self._rows else 0):
                self._rows = tuple(store.settings_history())
        except StoreError:
            pass
        except ValueError:  # a row written by hand; SQLite keeps any
            _log.exception("the managers' settings cannot be read, so those known before hold")
        holding = holding_now(self._rows, store.clock()) if self._rows else {}
        numbers = tuple(sorted(row.number for row in holding.values()))
        if numbers != self._made[0]:
            changes = {name: row.value.get("value") for name, row in holding.items() if row.value}
            self._made = (numbers, in_force(self._set_up, changes))
        return self._made[1]


def holding_now(rows: Sequence[SettingRow], now: datetime) -> dict[str, SettingRow]:
    """Give the change that holds of each setting, of rows latest first."""
    found: dict[str, SettingRow] = {}
    for row in rows:
        if row.begins is None or row.begins <= now:
            found.setdefault(row.name, row)
    return found
