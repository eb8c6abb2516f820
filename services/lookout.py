"""Lookout: what is looked after without anybody asking - the champion, trials, what waits, actions.

After each load, by ``flask experiment watch`` (cron), and when a page is opened while a promotion is due.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.store import ExperimentRow, HeldRow
from services import action_outcomes, champion_guards, guards, held, own_area

if TYPE_CHECKING:
    from services.installation import Installation

_log = logging.getLogger("keepsight")


@dataclass(frozen=True)
class Seen:
    """What came of looking after everything.

    Attributes
    ----------
    rolled_back : str
        Why the champion was rolled back, in words; "" where it was not.
    proposal : str
        Why training again is proposed, in words; "" where it is not.
    settled : tuple of HeldRow
        Promotions that were waiting, made or dropped just now.
    ended : tuple of ExperimentRow
        Trials that were ended.
    """

    rolled_back: str
    proposal: str
    settled: tuple[HeldRow, ...]
    ended: tuple[ExperimentRow, ...]


def look_after(installation: Installation) -> Seen:
    """Look after everything of the current data: the champion, what waits, who left of actions, trials.

    Raises
    ------
    services.installation.NothingLoaded
        If there are no customers.
    """
    own_area.follow(installation)
    champion = champion_guards.watch(installation)
    settled = held.settle_due(installation)
    action_outcomes.from_snapshots(installation)
    return Seen(champion.rolled_back, champion.proposal, tuple(settled), tuple(guards.watch(installation)))


def after_change(installation: Installation) -> None:
    """Look after everything when customers changed: they are there, so a failure here is only told."""
    try:
        look_after(installation)
    except Exception:
        _log.exception("nothing could be looked after; 'flask experiment watch' does it again")


def when_due(installation: Installation) -> None:
    """Look after everything where a promotion has waited long enough, as a page may that is opened then."""
    if held.is_due(installation):
        after_change(installation)
