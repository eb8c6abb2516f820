"""What is known of a lever beyond prediction: the latest action that moved it alone and was measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services import action_effect

if TYPE_CHECKING:
    from services.installation import Installation


@dataclass(frozen=True)
class Evidence:
    """An action that measured a lever; ``words`` tell the effect."""

    action: str
    name: str
    words: str

    @property
    def source(self) -> str:
        """The action by name and id, as it stands behind "measured in"."""
        return f"action {self.name} ({self.action})"


def of(installation: Installation, spec_name: str, column: str) -> Evidence | None:
    """Give what measured a lever; None where nothing did.

    An action that moved several levers at once tells nothing of any one of them.
    """
    return everything(installation, spec_name).get(column)


def everything(installation: Installation, spec_name: str) -> dict[str, Evidence]:
    """Give what measured each lever, by column, read at once."""
    found: dict[str, Evidence] = {}
    for row in installation.store.actions(spec_name):
        columns = row.plan["columns"]
        if len(columns) != 1 or columns[0] in found:
            continue
        told = action_effect.of(installation, row)
        if told.effect is not None:
            found[columns[0]] = Evidence(row.id, row.name, told.words)
    return found
