"""A town whose evidence can be turned bad for real, and how a guideline is judged in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from importlib import import_module
from typing import Any

from sqlalchemy import text

from data.store import VersionRow
from services import access
from services.guidelines.evidence import Evidence
from services.guidelines.rules import Judged, judge, load
from services.guidelines.working_out import tidied
from services.installation import Installation
from services.roles import SYSTEM, Actor
from tests.services.trial_town import EVENING, MAX, REPORT, settle_signed

RATE = {"value": 0.2, "low": 0.1, "high": 0.3, "n": 100}
GROUP = {"name": "North", "n": 100, "selection_rate": RATE, "true_positive_rate": RATE,
         "false_positive_rate": None, "observed_rate": RATE}  # fmt: skip
DIFFERENCE = {"value": 0.08, "low": -0.01, "high": 0.2, "n": 100, "chance": 0.05, "excess": 0.03,
              "highest": "North", "lowest": "South"}  # fmt: skip
MEASURES = ("equal_opportunity_difference", "average_odds_difference", "calibration_difference")


class Clock:
    """The installation's time, which a test moves."""

    def __init__(self) -> None:
        self.now = EVENING

    def __call__(self):
        return self.now

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)


def settled(folder) -> tuple[Installation, dict[str, str], Clock]:
    """Settle a town with two champions, one after the other, a clock to move and people to sign in."""
    installation, named = settle_signed(folder)
    installation.store.promote(named["near"], actor=MAX.id, began="sign-off", reason="")
    clock = Clock()
    installation.store.clock = clock
    return installation, named, clock


def person(installation: Installation, name: str, role: str) -> Actor:
    """Add somebody who may sign in."""
    user = access.add_user(installation, SYSTEM, name, role)
    return Actor(user.id, user.name, user.role)


def judged(installation: Installation, guideline: str) -> tuple[Evidence, Judged]:
    """Gather the evidence of a guideline and judge it by the shipped rules."""
    module = import_module(f"services.guidelines.g{int(guideline[1:]):02d}")
    found = tidied(module.evidence(installation))
    return found, judge(load()[guideline], found, installation.settings)


def reported(installation: Installation, version: str, **sections: Any) -> VersionRow:
    """Give a version a report with sections of its own."""
    sha256 = installation.shelf.put_report(version, {**REPORT, **sections})
    with installation.store.writing() as connection:
        change = text("UPDATE versions SET report_sha256 = :sha256 WHERE version = :version")
        connection.execute(change, {"sha256": sha256, "version": version})
    row = installation.store.version(version)
    assert row is not None
    return row


def fairness(beyond: float | None = 0.03) -> Mapping[str, Any]:
    """Make a comparison of two groups, so far apart beyond chance."""
    attribute = {"label": "Area", "columns": ["area"], "groups": [GROUP, {**GROUP, "name": "South"}]}
    attribute |= dict.fromkeys(MEASURES, DIFFERENCE)
    return {"n": 200, "attributes": [attribute], "beyond_chance": dict.fromkeys(MEASURES, beyond)}
