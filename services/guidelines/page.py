"""What the page of one guideline shows: what is kept of it, its rule in words, history, owner, feedback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from data.store import GuidelineRow, GuidelineState, GuidelinesWork
from services import feedback_figures
from services.guidelines import history, rules
from services.guidelines.evidence import Evidence, Line, Rows
from services.guidelines.history import Point
from services.guidelines.index import Card, standing
from services.guidelines.rules import IDS, Rule
from services.guidelines.working_out import told
from services.roles import Actor, permitted, require

if TYPE_CHECKING:
    from services.installation import Installation

OWN_AREA = "G4"
"""The guideline whose page shows the reader's own area besides."""

OF_VERSION = ("G2", "G6")
"""Guidelines whose evidence holds figures of the version that answers, signed or not."""

DRAFT = "The version that answers is a draft. Its figures are for those who may see drafts: analysts and up."


class NoSuchGuideline(LookupError):
    """There is no guideline of that name; the message says which there are."""


@dataclass(frozen=True)
class RuleLine:
    """One rule in words: the state it gives, when it holds, and the value it read last, in words."""

    state: str
    when: str
    value: str


@dataclass(frozen=True)
class GuidelinePage:
    """One guideline with everything that is kept of it.

    Attributes
    ----------
    lines, tables
        The evidence of the installation as a whole.
    withheld : str
        Why evidence is not shown to this person; "" where it is.
    own : Evidence or None
        That of the reader's own area, where the guideline has it.
    own_missing : str
        Why there is none.
    needs : tuple of (str, str)
        What has to be known, and why it is not; "" where it is.
    points, rows
        The line through its states of the last months, and the rows it is made of, the latest first.
    feedback
        The count of its items (``services.feedback_figures.Counted``).
    before, after : str
        The ids of the guidelines beside it; "" where there is none.
    """

    card: Card
    lines: tuple[Line, ...]
    tables: tuple[Rows, ...]
    withheld: str
    own: Evidence | None
    own_missing: str
    needs: tuple[tuple[str, str], ...]
    rule_lines: tuple[RuleLine, ...]
    points: tuple[Point, ...]
    rows: tuple[GuidelineState, ...]
    feedback: Any
    work: GuidelinesWork | None
    may_refresh: bool
    before: str
    after: str


def named(guideline: str) -> Rule:
    """Give a guideline by its id, however it is written; NoSuchGuideline where there is none."""
    found = rules.load().get(guideline.strip().upper())
    if found is None:
        raise NoSuchGuideline(
            f"There is no guideline {guideline[:20]!r}. There are {IDS[0]} to {IDS[-1]}; "
            "the page Guidelines lists them."
        )
    return found


def gather(installation: Installation, actor: Actor, guideline: str) -> GuidelinePage:
    """Give what the page of a guideline shows to a person."""
    require(actor, "see-guidelines")
    rule = named(guideline)
    store, settings = installation.store, installation.settings
    kept = store.guideline(rule.id)
    withheld = _withheld(installation, actor, rule)
    lines, tables = evidence_of(None if withheld else kept)
    found = history.rows(installation, rule.id)
    own, own_missing = _own(installation, actor, rule)
    place = IDS.index(rule.id)
    measured = kept.measured if kept else {}
    return GuidelinePage(
        card=standing(rule, kept, store.clock(), settings),
        lines=lines,
        tables=tables,
        withheld=withheld,
        own=own,
        own_missing=own_missing,
        needs=tuple((rule.called(name), _lacking(measured, name)) for name in rule.needs),
        rule_lines=tuple(
            RuleLine(state, rules.in_words(rule, one, settings), said(measured, one.value, one.unit))
            for state, conditions in (("not met", rule.not_met), ("at risk", rule.at_risk))
            for one in conditions
        ),
        points=tuple(history.points(found)),
        rows=tuple(reversed(found)),
        feedback=feedback_figures.by_guideline(installation).get(rule.id),
        work=store.guidelines_work(),
        may_refresh=permitted(actor, "refresh-guidelines"),
        before=IDS[place - 1] if place else "",
        after=IDS[place + 1] if place + 1 < len(IDS) else "",
    )


def evidence_of(kept: GuidelineRow | None) -> tuple[tuple[Line, ...], tuple[Rows, ...]]:
    """Give the lines and tables that are kept of a guideline."""
    shown: Mapping[str, Any] = kept.shown if kept else {}
    lines = tuple(Line(**one) for one in shown.get("lines", ()))
    return lines, tuple(_rows(one) for one in shown.get("tables", ()))


def said(measured: Mapping[str, Any], name: str, unit: str | None = None) -> str:
    """Say a value that a rule read, or why it is missing."""
    value = measured.get("values", {}).get(name)
    if value is None:
        return _lacking(measured, name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if unit == "share":
        return f"{value:.1%}"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.3g}"


def _lacking(measured: Mapping[str, Any], name: str) -> str:
    if measured.get("values", {}).get(name) is not None:
        return ""
    return f"not measured: {measured.get('missing', {}).get(name, 'nothing was found out about it')}"


def _rows(one: Mapping[str, Any]) -> Rows:
    rows: Sequence[Sequence[str]] = one["rows"]
    return Rows(one["caption"], tuple(one["heads"]), tuple(tuple(row) for row in rows))


def _withheld(installation: Installation, actor: Actor, rule: Rule) -> str:
    in_use = installation.store.in_use() if rule.id in OF_VERSION else None
    if in_use is None or in_use.version is None or in_use.state in ("champion", "retired"):
        return ""
    return "" if permitted(actor, "see-drafts") else DRAFT


def _own(installation: Installation, actor: Actor, rule: Rule) -> tuple[Evidence | None, str]:
    if rule.id != OWN_AREA:
        return None, ""
    try:
        return import_module("services.guidelines.g04").for_reader(installation, actor), ""
    except Exception as fault:
        return None, told(fault, rule.id)
