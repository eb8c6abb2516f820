"""The decision log as people meet it: who may read what, and each entry in words."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest

from data.store import EntryRefused
from services import (
    action_words,
    control_words,
    goal_words,
    governance_words,
    kept_words,
    log,
    mitigation_words,
    readers_words,
    registry_words,
    replay_words,
    scenario_words,
    signing_words,
    travel_words,
    trial_words,
)
from services.recommender import log_words as recommender_words
from services.roles import SYSTEM, Actor, NotPermitted

VERA = Actor("u-vera", "Vera", "viewer")
ADA = Actor("u-ada", "Ada", "analyst")
MAX = Actor("u-max", "Max", "manager")
STRANGER = Actor("u-eve", "Eve", "nobody")


@pytest.fixture
def filled(installation):
    """Six entries: Vera's, Ada's and the system's in turn."""
    for number in range(6):
        actor = (VERA, ADA, SYSTEM)[number % 3]
        log.record(installation, actor, "prediction", subject=f"K{number}", payload={"number": number})
    return installation


# --- writing -----------------------------------------------------------------------------------------


def test_an_entry_is_in_the_store_when_record_returns(installation):
    header = log.record(installation, ADA, "list", version="v1", snapshot="s1", payload={"rows": 50})
    stored = installation.store.entry(header.seq)
    assert (stored.header, stored.actor_name, stored.payload) == (header, "Ada", {"rows": 50})
    assert (stored.header.actor, stored.header.version, stored.header.snapshot) == ("u-ada", "v1", "s1")


def test_an_entry_can_be_part_of_a_change(installation):
    """S42."""
    with pytest.raises(EntryRefused), installation.store.transaction() as transaction:
        transaction.set_current_spec("telco", ADA.id)
        log.record(installation, ADA, "load", payload={"rows": float("nan")}, transaction=transaction)
    assert installation.store.current_spec() is None


@pytest.mark.parametrize("field", ["password", "token", "secret_key"])
def test_a_secret_does_not_get_into_the_log(installation, field):
    with pytest.raises(ValueError, match="leave it out"):
        log.record(installation, ADA, "account", payload={field: "canary"})
    assert installation.store.head().seq == 0


def test_the_log_of_an_installation_verifies(filled):
    found = log.verify(filled)
    assert (found.ok, found.entries) == (True, 6)


# --- reading -----------------------------------------------------------------------------------------


def numbers(page: log.LogPage) -> list[int]:
    return [entry.payload["number"] for entry in page.entries]


@pytest.mark.parametrize(("actor", "seen"), [(MAX, [5, 4, 3, 2, 1, 0]), (VERA, [3, 0]), (ADA, [4, 1])])
def test_managers_read_all_entries_and_others_their_own(filled, actor, seen):
    assert numbers(log.page(filled, actor)) == seen


def test_asking_for_somebody_elses_entries_gives_none(filled):
    assert log.page(filled, VERA, log.EntryFilter(actor=ADA.id)).entries == ()
    assert numbers(log.page(filled, MAX, log.EntryFilter(actor=ADA.id))) == [4, 1]


def test_filters_do_not_widen_what_may_be_read(filled):
    assert log.page(filled, VERA, log.EntryFilter(subject="K1")).entries == ()
    assert numbers(log.page(filled, VERA, log.EntryFilter(subject="K3"))) == [3]


def test_pages_follow_each_other_to_the_last(filled):
    first = log.page(filled, MAX, limit=4)
    second = log.page(filled, MAX, before=first.before, limit=4)
    assert (numbers(first), numbers(second), second.before) == ([5, 4, 3, 2], [1, 0], None)


def test_a_page_that_ends_the_log_exactly_is_the_last(filled):
    assert log.page(filled, MAX, limit=6).before is None


@pytest.mark.parametrize("before", ["3", [3], {}, 3.5])
def test_a_place_that_is_no_number_is_refused(filled, before):
    with pytest.raises(ValueError, match="give a whole number"):
        log.page(filled, MAX, before=before)


def test_a_page_has_a_largest_size(filled, monkeypatch):
    monkeypatch.setattr(log, "LONGEST_PAGE", 2)
    assert len(log.page(filled, MAX, limit=10**9).entries) == 2
    assert len(log.page(filled, MAX, limit=-5).entries) == 1


def test_who_has_no_role_reads_nothing(filled):
    for ask in (lambda: log.page(filled, STRANGER), lambda: log.one(filled, STRANGER, 1)):
        with pytest.raises(NotPermitted):
            ask()


def test_an_entry_of_somebody_else_is_as_missing_as_one_that_is_not_there(filled):
    """S17: the answer tells nothing, but for the number asked for."""
    assert log.one(filled, VERA, 1).subject == "K0"
    with pytest.raises(log.NoSuchEntry) as hidden:
        log.one(filled, VERA, 2)
    with pytest.raises(log.NoSuchEntry, match="Check the number") as missing:
        log.one(filled, VERA, 99)
    assert str(hidden.value).replace("2", "N") == str(missing.value).replace("99", "N")
    assert log.one(filled, MAX, 2).subject == "K1"


def test_a_purged_entry_is_still_told(filled):
    filled.store.purge([2], actor="system", reason="asked to be forgotten", actor_name="Keepsight")
    entry = log.one(filled, MAX, 2)
    assert (entry.payload, entry.who, entry.subject) == (None, "", None)
    assert (
        entry.text == "Somebody (u-ada) made an entry of kind 'prediction' whose details were removed since."
    )
    assert log.page(filled, MAX).entries[0].text == (
        "Keepsight removed the details of entries 2, because: asked to be forgotten."
    )


# --- in words ----------------------------------------------------------------------------------------

ENTRY = log.LogEntry(
    seq=1,
    time=datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
    kind="start",
    actor="u-ada",
    who="Ada",
    subject=None,
    version=None,
    snapshot=None,
    payload={},
    hash="0" * 64,
)
LABELS = {"MonthlyCharges": "the monthly charge", "contract": "the contract"}

VERSION = "abcdef0123456789"
TOLD = [
    (
        {
            "kind": "what-if",
            "subject": "K7",
            "payload": {
                "changes": {"MonthlyCharges": 55.0, "contract": "One year", "paperless": True},
                "before": {"probability": 0.4312},
                "answer": {"probability": 0.2},
            },
        },
        "Ada asked what would happen with customer K7 if the monthly charge were 55, the contract were "
        "One year and paperless were yes; the answer was a chance of leaving of 20.0% instead of 43.1%.",
    ),
    (
        {"kind": "what-if", "subject": "K7", "payload": {"changes": {}, "answer": {"probability": 0.2}}},
        "Ada asked what would happen with customer K7 with nothing changed; "
        "the answer was a chance of leaving of 20.0%.",
    ),
    (
        {
            "kind": "prediction",
            "subject": "K7",
            "payload": {
                "answer": {"probability": 0.875, "log_odds": 1.9},
                "reasons": [["region", 0.1], ["the contract", 0.9], ["the tenure", -0.5]],
            },
        },
        "Ada looked at customer K7; the answer was a chance of leaving of 87.5%, "
        "mostly because of the contract and the tenure.",
    ),
    (
        {
            "kind": "list",
            "subject": "customers 1 to 50",
            "payload": {
                "rows": 50,
                "query": {
                    "search": "",
                    "filters": {"levels": {"contract": ["One year", "Two years"]}, "period": None},
                },
            },
        },
        "Ada listed 50 customers with their scores, filtered to the contract One year or Two years.",
    ),
    (
        {
            "kind": "overview",
            "subject": "tiles",
            "payload": {
                "query": {"levels": {}, "period": ["2026-01-01", None]},
                "answer": {"expected_leavers": 1234.4, "revenue_at_risk": 1.0},
            },
        },
        "Ada looked at the overview (tiles) from 2026-01-01; it showed 1,234 expected leavers.",
    ),
    (
        {
            "kind": "load",
            "subject": "telco",
            "payload": {"source": "customers.csv", "rows": 7043, "refused": 11, "new": True},
        },
        "Ada loaded the data 'telco' from customers.csv: 7,043 rows accepted, 11 refused.",
    ),
    ({"kind": "load", "subject": "demo", "payload": {"switched": True}}, "Ada switched to the data 'demo'."),
    (
        {
            "kind": "train",
            "version": "abcdef0123456789",
            "payload": {"rows": 7043, "auc": {"mean": 0.8503, "sd": 0.01}},
        },
        "Ada trained version abcdef012345 on 7,043 customers; its AUC is 0.850.",
    ),
    (
        {
            "kind": "movement",
            "subject": "K7",
            "payload": {
                "then": {"data": "2026-02"},
                "before": {"probability": 0.2},
                "answer": {"probability": 0.3},
            },
        },
        "Ada asked why the score of customer K7 moved since 2026-02; it went from 20.0% to 30.0%.",
    ),
    (
        {"kind": "review", "version": VERSION, "payload": {"kind": "problem", "text": "Odd in the north."}},
        "Ada noted a problem of version abcdef01: Odd in the north.",
    ),
    (
        {"kind": "plan", "version": VERSION, "payload": {"withdrawal": "2026-03-03", "deletion": None}},
        "Ada planned that version abcdef01 is withdrawn on 3 March 2026.",
    ),
    (
        {
            "kind": "contingency",
            "version": VERSION,
            "payload": {"instead": "0123456789abcdef", "reason": "Its file is gone."},
        },
        "Ada let version 01234567 answer instead of version abcdef01, because: Its file is gone.",
    ),
    (
        {
            "kind": "contingency",
            "version": VERSION,
            "payload": {"instead": None, "reason": "Its file is gone."},
        },
        "Ada showed facts and averages of groups instead of version abcdef01, because: Its file is gone.",
    ),
    (
        {"kind": "login", "payload": {"means": "password", "address": "192.0.2.1"}},
        "Ada signed in with a password from 192.0.2.1.",
    ),
    (
        {"kind": "failed-login", "actor": "system", "subject": "Ada", "payload": {"address": "192.0.2.1"}},
        "Somebody tried to sign in as Ada from 192.0.2.1 and was refused.",
    ),
    (
        {"kind": "failed-login", "actor": "system", "payload": {}},
        "Somebody tried to sign in under a name that nobody has and was refused.",
    ),
    ({"kind": "sign-out"}, "Ada signed out."),
    (
        {"kind": "ethics", "version": VERSION, "payload": {"answers": {"harms": "None.", "ability": "Yes."}}},
        "Ada answered 2 questions of the ethics review for version abcdef01: ability, harms.",
    ),
    (
        {
            "kind": "ethics",
            "version": VERSION,
            "payload": {"answers": {"harms": "None."}, "confirmed": ["harms"]},
        },
        "Ada answered a question of the ethics review for version abcdef01, with the answer of an earlier "
        "version: harms.",
    ),
    (
        {"kind": "problem", "version": VERSION, "payload": {"step": "noted", "text": "Odd in the north."}},
        "Ada noted a problem of version abcdef01: Odd in the north.",
    ),
    (
        {"kind": "problem", "version": VERSION, "payload": {"step": "resolved", "text": "Mended."}},
        "Ada noted what solved a problem of version abcdef01: Mended.",
    ),
    (
        {"kind": "ownership", "version": VERSION, "payload": {"owner": "u-1", "owner_name": "Eva"}},
        "Ada made Eva the owner of version abcdef01.",
    ),
    (
        {"kind": "ownership", "version": VERSION, "payload": {"review_due": "2027-03-01"}},
        "Ada set the review of version abcdef01 for 1 March 2027.",
    ),
    (
        {"kind": "ownership", "version": VERSION, "payload": {"review_due": None}},
        "Ada left open when version abcdef01 is reviewed.",
    ),
    (
        {"kind": "account", "subject": "Grace", "payload": {"change": "added", "role": "manager"}},
        "Ada changed the account of Grace: added as manager.",
    ),
    (
        {"kind": "refusal", "payload": {"what": "the callback x", "needs": "sign-model", "role": "viewer"}},
        "Ada (viewer) was refused the callback x: it needs the permission 'sign-model'.",
    ),
    (
        {"kind": "objection", "subject": "K7", "payload": {"step": "object", "words": "By phone."}},
        "Ada recorded that customer K7 objects to profiling: By phone.",
    ),
    (
        {"kind": "objection", "subject": "K7", "payload": {"step": "lift", "words": "By post."}},
        "Ada recorded that customer K7 takes the objection to profiling back: By post.",
    ),
    (
        {"kind": "subject", "subject": "K7", "payload": {"step": "page"}},
        "Ada looked at all that is held about customer K7.",
    ),
    (
        {"kind": "subject", "subject": "K7", "payload": {"step": "file"}},
        "Ada looked at all that is held about customer K7 and took it out as a file.",
    ),
    (
        {"kind": "first-use", "payload": {"edition": 1}},
        "Ada read what Keepsight is and what it does not do.",
    ),
    (
        {
            "kind": "notice-walk",
            "actor": "system",
            "who": "Keepsight",
            "payload": {"looked_at": 41, "without": ["Sign-in"], "public": True, "entries": [7]},
        },
        "Keepsight looked whether 41 pages, files and answers carry the notice that a model advises and "
        "people decide; without it: Sign-in. What was asked for that (entry 7) nobody saw.",
    ),
    (
        {"kind": "guidelines", "payload": {"step": "asked"}},
        "Ada asked to work out the evidence of the guidelines.",
    ),
    (
        {
            "kind": "guidelines",
            "payload": {"step": "done", "states": {"G1": "met", "G2": "not met"}, "seconds": 2.5},
        },
        "Ada worked out the evidence of the guidelines in 2.5 s: 1 met, 1 not met.",
    ),
    (
        {"kind": "guidelines", "payload": {"step": "ended", "at": "G4"}},
        "Ada ended the working out of the guidelines at G4.",
    ),
    (
        {
            "kind": "feedback",
            "payload": {
                "step": "sent",
                "number": 3,
                "kind": "complaint",
                "about": "setting",
                "about_id": "at_risk_share",
                "verdict": "unclear",
                "text": "Why a tenth?",
            },
        },
        "Ada sent complaint 3 about the setting Length of the at-risk list, not understood: Why a tenth?",
    ),
    (
        {"kind": "feedback", "payload": {"step": "asks off"}},
        "Ada does not want to be asked for feedback any more.",
    ),
    (
        {
            "kind": "feedback",
            "payload": {"step": "answered", "number": 3, "text": "A habit.", "led_to": [["setting", "7"]]},
        },
        "Ada answered feedback 3: A habit. It led to change of setting 7.",
    ),
    ({"kind": "own-drill", "payload": {"step": "begun"}}, "Ada began the two-minute drill."),
    (
        {"kind": "own-drill", "payload": {"step": "done", "seconds": 81}},
        "Ada did the two-minute drill in 81 seconds.",
    ),
    (
        {
            "kind": "user-test",
            "subject": "3",
            "payload": {
                "step": "withdrawn",
                "date": "2026-03-04",
                "task": "Find a customer.",
                "reason": "Twice.",
                "participants": {"groups": [{"people": 5}, {"people": 3}]},
            },
        },
        "Ada withdrew user test 3 of 2026-03-04 with 8 people: Find a customer, because: Twice.",
    ),
    ({"kind": "start", "who": "Keepsight"}, "Keepsight started."),
    (
        {"kind": "a-kind-to-come", "subject": "K7"},
        "Ada made an entry of kind 'a-kind-to-come' about K7.",
    ),
    (
        {"kind": "what-if", "payload": None, "who": ""},
        "Somebody (u-ada) made an entry of kind 'what-if' whose details were removed since.",
    ),
]


@pytest.mark.parametrize(("fields", "told"), TOLD, ids=[fields["kind"] for fields, _ in TOLD])
def test_an_entry_is_told_in_a_sentence(fields, told):
    assert log.tell(replace(ENTRY, **fields), lambda column: LABELS.get(column, column)) == told


def test_every_kind_that_has_a_sentence_is_tried_above():
    words = (
        action_words,
        control_words,
        goal_words,
        governance_words,
        kept_words,
        mitigation_words,
        readers_words,
        recommender_words,
        registry_words,
        replay_words,
        scenario_words,
        signing_words,
        travel_words,
        trial_words,
    )
    beside_their_commands = {"purge"}.union(*(one.SENTENCES for one in words))
    assert set(log.SENTENCES) <= {fields["kind"] for fields, _ in TOLD} | beside_their_commands


STRANGE = [
    None,
    [],
    {},
    "x",
    7,
    -1.5,
    True,
    [[]],
    {"levels": [1]},
    [["a"]],
    [["a", None]],
    {"probability": "x"},
]
FIELDS = (
    *("changes", "before", "answer", "reasons", "query", "rows", "refused", "auc", "source", "switched"),
    *("address", "means", "change", "role", "entries", "reason", "period", "levels"),
    *("then", "kind", "text", "withdrawal", "deletion", "instead"),
)


@pytest.mark.parametrize("kind", log.SENTENCES)
def test_a_payload_of_another_shape_is_still_told(kind):
    """What earlier or later versions wrote is shown as well as it can be, never as an error."""
    for field, value in product(FIELDS, STRANGE):
        told = log.tell(replace(ENTRY, kind=kind, payload={field: value}))
        assert told.endswith(".")
        assert told[0].isupper()


@pytest.mark.parametrize("filters", STRANGE)
def test_filters_of_another_shape_are_still_told(filters):
    for kind, payload in (("list", {"query": {"filters": filters}}), ("overview", {"query": filters})):
        assert log.tell(replace(ENTRY, kind=kind, payload=payload)).startswith("Ada ")


def test_columns_are_called_as_the_spec_of_that_snapshot_calls_them(installation):
    class Feature:
        label = "the monthly charge"

    class Spec:
        def feature(self, column):
            return {"MonthlyCharges": Feature}[column]

    class Warehouse:
        def spec_of(self, snapshot):
            return {"s1": Spec()}[snapshot]

    installation.__dict__["warehouse"] = Warehouse()
    for snapshot in ("s1", "gone", None):
        log.record(
            installation,
            ADA,
            "what-if",
            snapshot=snapshot,
            payload={"changes": {"MonthlyCharges": 5, "other": None}},
        )
    told = [entry.text for entry in log.page(installation, ADA).entries][::-1]
    assert told[0] == "Ada asked what would happen if the monthly charge were 5 and other were not known."
    assert (
        told[1] == told[2] == "Ada asked what would happen if MonthlyCharges were 5 and other were not known."
    )
