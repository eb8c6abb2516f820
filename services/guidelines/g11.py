"""G11: whether everything is recorded and stays as it was written, replays exactly, and is read by people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services import log_checks, usage
from services.guidelines.evidence import Evidence
from services.guidelines.gathered import Gathered, ago, days_since, took
from services.guidelines.words import counted, moment, share

if TYPE_CHECKING:
    from data.store import KeptCheck
    from services.installation import Installation

FEW = 5


def evidence(installation: Installation) -> Evidence:
    """Gather how much is recorded, what the last walk and the last sample found, and who reads it."""
    found, entries = Gathered(), installation.store.head().seq
    found.values["entries"] = entries
    found.tell("Recorded", f"{counted(entries, 'entry', 'entries')} so far, the latest just now", "/log")
    if not entries:
        found.lacks("nothing is recorded yet", "chain_intact", "replayed_share")
        return found.evidence("Nothing is recorded yet")
    chain = _chain(installation, found)
    replayed = _replays(installation, found)
    _reads(installation, found)
    return found.evidence(f"{counted(entries, 'entry', 'entries')}; {chain}; {replayed}")


def _chain(installation: Installation, found: Gathered) -> str:
    kept = log_checks.chain(installation)
    held = kept.result
    found.values |= {"chain_intact": kept.passed, "chain_days": _days(installation, kept)}
    since = installation.store.head().seq - held["entries"]
    when = f"{moment(kept.began)}, in {took(held['seconds'])}"
    if kept.passed:
        gone = f", {held['purged']:,} of them without details, removed on record" if held["purged"] else ""
        told = f"{held['entries']:,} entries are as they were written{gone} (walked on {when})"
        told += f"; {since:,} came since" if since > 0 else ""
    else:
        told = f"broken at entry {held['first_bad']} ({held['what']}): {held['reason']} (walked on {when})"
    found.tell(
        "The chain",
        told,
        "/log" if kept.passed else f"/log?entry={held['first_bad']}",
        "Walked once a day, by 'flask log verify' or here. Heads kept elsewhere ('flask log seal') show "
        "also whether all of it was sealed anew.",
    )
    return "the chain is intact" if kept.passed else f"the chain is BROKEN at entry {held['first_bad']}"


def _replays(installation: Installation, found: Gathered) -> str:
    kept = log_checks.replays(installation)
    held = kept.result
    different, lost = held["different"], held["not_replayable"]
    tried = held["same"] + len(different)
    found.values |= {
        "replayed_share": held["same"] / tried if tried else None, "replay_sample": tried,
        "replayable_share": tried / (tried + len(lost)) if tried + len(lost) else None,
    }  # fmt: skip
    when = ago(_days(installation, kept))
    link = f"/log?entry={kept.entry}" if kept.entry else "/log"
    if not tried:
        why = "no answer that can be replayed is in the log yet" if not lost else _why_lost(lost)
        found.missing["replayed_share"] = why
        found.tell("Asked again", "not measured", link, f"Why: {why}.")
        return "no answer was replayed"
    told = f"{held['same']} of {tried} came out the same to the last bit ({share(held['same'] / tried, 0)})"
    told += f"; entries {', '.join(map(str, different[:FEW]))} did not" if different else ""
    told += f"; {len(lost)} more could not be asked again" if lost else ""
    note = f"A random sample of {tried + len(lost)}, drawn {when}"
    note += f"; of those that could not: {_why_lost(lost)}" if lost else ""
    found.tell("Asked again", told, link, f"{note}. A new one is drawn each day.")
    return f"{held['same']} of {tried} sampled answers replay exactly"


def _why_lost(lost: list[list[object]]) -> str:
    seq, why = lost[0]
    return f"entry {seq}: {why}".rstrip(".")


def _reads(installation: Installation, found: Gathered) -> None:
    """Tell how often people open entries about their own doings, as use is counted: without names."""
    used = usage.summary(installation)
    if not used.is_on:
        found.lacks("what is used is not counted here (the setting count_usage)", "own_reads")
        found.tell("Read by people", "not measured", "/settings", "Use is not counted here.", "Settings")
        return
    days = (used.until - used.since).days + 1
    found.values["own_reads"] = used.own_entries_read
    left = f"; {counted(used.left_out, 'person is', 'people are')} left out" if used.left_out else ""
    found.tell(
        "Read by people",
        f"entries about their own doings were opened {counted(used.own_entries_read, 'time')} in {days} days",
        "/log",
        f"Since {used.since:%d %B %Y}, counted without names{left}.",
        "read yours",
    )


def _days(installation: Installation, kept: KeptCheck) -> float:
    return days_since(installation.store.clock(), kept.ended or kept.began)
