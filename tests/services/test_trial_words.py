"""Entries about experiments and held promotions, in words; whatever they hold, a sentence comes out."""

from datetime import UTC, datetime

import pytest

from services import log, trial_words
from services.log import LogEntry

V1, V2 = "a" * 64, "b" * 64


def entry(kind, payload):
    return LogEntry(
        1, datetime(2026, 3, 4, tzinfo=UTC), kind, "u-max", "Max", "9f86d081", V2, "s1", payload, "h"
    )  # fmt: skip


TOLD = [
    (
        "experiment",
        {"step": "started", "kind": "canary", "against": V1, "share": 0.1, "days": 14},
        "Max started the canary 9f86d081 of version bbbbbbbb against version aaaaaaaa, for 10% of the "
        "customers affected, for 14 days.",
    ),
    (
        "experiment",
        {"step": "rolled back", "kind": "ab", "outcome": "A guard was crossed."},
        "Max rolled back the A/B comparison 9f86d081 of version bbbbbbbb: A guard was crossed.",
    ),
    (
        "shadow",
        {"customers": 400, "moved_points": 2.34},
        "Max scored 400 customers in the shadow 9f86d081 with version bbbbbbbb, shown to nobody; one in "
        "twenty lies 2.3 points or more from the champion's.",
    ),
    (
        "held",
        {"moved_points": 12.0, "replaced_share": 0.3},
        "Max would have made version bbbbbbbb champion, but it was held back (one score in twenty moves by "
        "12.0 points or more, 30% of the at-risk list changes).",
    ),
    (
        "held",
        {"step": "passed", "moved_points": 12.0, "replaced_share": 0.3},
        "Max made version bbbbbbbb champion after it was held back (one score in twenty moves by 12.0 points "
        "or more, 30% of the at-risk list changes).",
    ),
    (
        "held",
        {"step": "cancelled", "reason": "Not this month."},
        "Max called off that version bbbbbbbb becomes champion, because: Not this month.",
    ),
    (
        "held",
        {"step": "dropped", "reason": "Its report has changed."},
        "Max did not make version bbbbbbbb champion, which was held back until then, because: Its report has "
        "changed.",
    ),
    (
        "failure",
        {"reason": "The score is no finite number."},
        "Max asked for customer 9f86d081, and version bbbbbbbb could not answer: The score is no finite "
        "number; facts were shown.",
    ),
    (
        "drift",
        {"psi": 0.314, "limit": 0.2},
        "Max compared the scores of version bbbbbbbb on these customers with those on the customers it "
        "learned from: an index of 0.31 (limit 0.2), so training again is proposed.",
    ),
    (
        "drift",
        {"psi": 0.1, "limit": 0.2},
        "Max compared the scores of version bbbbbbbb on these customers with those on the customers it "
        "learned from: an index of 0.10 (limit 0.2).",
    ),
    (
        "override",
        {"moved_points": 12.0, "replaced_share": 0.3, "reason": "The old one leaks."},
        "Max did not let version bbbbbbbb wait until after working hours (one score in twenty moves by "
        "12.0 points or more, 30% of the at-risk list changes), because: The old one leaks.",
    ),
]


@pytest.mark.parametrize(("kind", "payload", "told"), TOLD)
def test_an_entry_is_told_in_a_sentence(kind, payload, told):
    assert log.tell(entry(kind, payload)) == told


def test_every_kind_is_tried_above():
    assert set(trial_words.SENTENCES) == {kind for kind, _, _ in TOLD}


@pytest.mark.parametrize("kind", trial_words.SENTENCES)
@pytest.mark.parametrize("odd", [None, [], {}, "x", True])
def test_a_strange_payload_is_told_all_the_same(kind, odd):
    fields = ("step", "kind", "against", "share", "days", "outcome", "customers", "moved_points", "reason")
    told = log.tell(entry(kind, dict.fromkeys((*fields, "psi", "limit"), odd)))
    assert told.startswith("Max ") and told.endswith(".")
