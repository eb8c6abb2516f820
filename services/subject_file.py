"""All that is held about one customer as plain values, for a file or a program."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from services.scenario_export import NOTICE
from services.subject import SubjectAnswer


def plain(found: SubjectAnswer) -> dict[str, Any]:
    """Give it as JSON has it: times in ISO form, shares from 0 to 1."""
    score = found.now.score if found.now else None
    return {
        "customer": found.id,
        "data": found.title,
        "made": found.made.isoformat(),
        "entry": found.entry,
        "objects_to_profiling": found.objection is not None,
        "objections": [
            {
                "since": one.since.isoformat(),
                "words": one.words,
                "recorded_by": one.actor_name,
                "taken_back": one.lifted.isoformat() if one.lifted else None,
                "taken_back_words": one.lifted_words,
            }
            for one in found.objections
        ],
        "held": [asdict(one) for one in found.values],
        "months": list(found.months) if found.months else None,
        "sources": [asdict(one) for one in found.sources],
        "loads": [asdict(one) | {"loaded": one.loaded.isoformat()} for one in found.loads],
        "now": None if score is None else {
            "probability": score.probability,
            "range": [score.low, score.high],
            "version": found.now.stamp.version if found.now else None,
            "reasons": [
                {"label": one.label, "value": one.value, "points": one.points}
                for one in (found.now.reasons if found.now else [])
            ],
        },
        "why_no_score": found.now.stamp.withheld if found.now and score is None else None,
        "scores": [asdict(one) | {"time": one.time.isoformat()} for one in found.scores],
        "what_would_change_it": [
            {"text": way.text, "cost_a_month": way.cost, "before": way.before, "after": way.after}
            for way in (found.ways.ways if found.ways else []) if way.changes
        ],
        "why_nothing_would": found.no_ways or None,
        "actions": [
            asdict(one) | {"starts": one.starts.isoformat(), "ends": one.ends.isoformat()}
            for one in found.actions
        ],
        "asked_and_done": [asdict(one) | {"time": one.time.isoformat()} for one in found.deeds],
        "older_entries": found.older,
        "to_contest": {"contact": found.contact, "complaint_form": found.complaint},
        "notice": NOTICE,
    }  # fmt: skip
