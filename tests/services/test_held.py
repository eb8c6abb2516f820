"""Promotions that wait: made after hours by the signature that waits with them, dropped, or called off."""

import json
from dataclasses import replace

import pytest

from services import held, holding, lookout, signing
from services.held import NoSuchHeld
from services.holding import HeldBack
from services.roles import Actor, NotPermitted
from tests.services.trial_town import ADA, EVENING, MAX, REPORT, settle_signed


@pytest.fixture
def town(tmp_path):
    """Let somebody with an account sign a drastic change at noon."""
    installation, named = settle_signed(tmp_path)
    user = installation.store.add_user("Mia", "manager")
    with pytest.raises(HeldBack, match="signature of Mia is kept"):
        sign(installation, named["higher"], Actor(user.id, user.name, user.role))
    return installation, named


def sign(installation, version, actor, **options):
    report = installation.store.version(version).report_sha256
    return signing.sign(installation, actor, version, report, "Read it all.", **options)


def serving(town):
    return {version: name for name, version in town[1].items()}[
        town[0].store.serving_version("trials").version
    ]


def evening(town):
    town[0].store.clock = lambda: EVENING


def outcome(town):
    row = town[0].store.held("trials")[-1]
    return row.how, row.reason


def test_before_the_end_of_working_hours_it_waits(town):
    assert held.settle_due(town[0]) == []
    assert serving(town) == "base"
    [row] = held.listing(town[0], ADA)
    assert (row.name, row.statement, row.role) == ("Mia", "Read it all.", "manager")


def test_after_hours_it_is_made_by_the_signature_that_waits(town):
    evening(town)
    [row] = lookout.look_after(town[0]).settled
    assert (row.how, serving(town)) == ("passed", "higher")
    [signature] = town[0].store.signatures(town[1]["higher"])
    assert (signature.name, signature.time, signature.statement) == ("Mia", EVENING, "Read it all.")
    kinds = [entry.header.kind for entry in town[0].store.entries(None, None, 4)]
    assert kinds == ["promotion", "sign-off", "held", "held"]
    assert held.settle_due(town[0]) == []


def test_a_waiting_change_that_was_made_is_wanted_and_stays(town):
    evening(town)
    held.settle_due(town[0])
    assert lookout.look_after(town[0]).rolled_back == ""
    assert serving(town) == "higher"


def test_gates_are_judged_anew(town, monkeypatch):
    """A gate may have been made stricter meanwhile."""
    judge = signing.gates.judge
    monkeypatch.setattr(
        signing.gates, "judge", lambda *given: [replace(one, passed=False) for one in judge(*given)]
    )
    evening(town)
    held.settle_due(town[0])
    assert serving(town) == "base"
    assert outcome(town)[0] == "dropped" and "does not pass" in outcome(town)[1]


def test_another_report_drops_it_even_within_hours(town):
    report = json.loads(json.dumps(REPORT))
    report["quality"]["roc_auc"]["value"] = 0.86
    installation, named = town
    sha256 = installation.shelf.put_report(named["higher"], report)
    installation.store.record_report(named["higher"], sha256, {})
    [row] = held.settle_due(installation)
    assert row.how == "dropped" and "read the new one" in row.reason
    [entry] = installation.store.entries(None, None, 1)
    assert (entry.header.kind, entry.header.actor, entry.payload["step"]) == ("held", "system", "dropped")


def test_another_champion_drops_it(town):
    sign(town[0], town[1]["near"], MAX)
    evening(town)
    held.settle_due(town[0])
    assert serving(town) == "near"
    assert outcome(town) == ("dropped", "Another version is champion now than the one it was to replace.")


@pytest.mark.parametrize("role", ["viewer", "analyst"])
def test_who_may_sign_no_more_has_not_signed(town, role):
    [row] = held.listing(town[0], ADA)
    town[0].store.set_role(row.actor, role)
    evening(town)
    held.settle_due(town[0])
    assert serving(town) == "base"
    assert outcome(town)[0] == "dropped" and "may not sign" in outcome(town)[1]


def test_who_has_no_account_any_more_has_not_signed(town):
    [row] = held.listing(town[0], ADA)
    town[0].store.disable_user(row.actor, EVENING)
    evening(town)
    held.settle_due(town[0])
    assert serving(town) == "base"
    assert "no account any more" in outcome(town)[1]


def test_of_two_that_wait_the_first_is_made(town):
    installation, named = town
    user = installation.store.add_user("Moe", "manager")
    with pytest.raises(HeldBack):
        sign(installation, named["reversed"], Actor(user.id, user.name, user.role))
    evening(town)
    assert {row.version: row.how for row in held.settle_due(installation)} == {
        named["higher"]: "passed",
        named["reversed"]: "dropped",
    }
    assert serving(town) == "higher"


def test_a_manager_calls_it_off_with_a_reason(town):
    [row] = held.listing(town[0], ADA)
    with pytest.raises(NotPermitted):
        held.cancel(town[0], ADA, row.number, "No.")
    with pytest.raises(ValueError, match="why it is called off"):
        held.cancel(town[0], MAX, row.number, " ")
    closed = held.cancel(town[0], MAX, row.number, "Not this month.")
    assert (closed.how, closed.settled_by, closed.reason) == ("cancelled", MAX.id, "Not this month.")
    evening(town)
    assert held.settle_due(town[0]) == []
    assert serving(town) == "base"
    with pytest.raises(NoSuchHeld, match="flask model held list"):
        held.cancel(town[0], MAX, row.number, "Again.")


def test_what_was_held_before_signatures_were_kept_waits_for_its_person(tmp_path):
    installation, named = settle_signed(tmp_path)
    user = installation.store.add_user("Mia", "manager")
    with pytest.raises(HeldBack, match="sign again"):
        holding.enforce(installation, Actor(user.id, user.name, user.role), named["higher"])
    installation.store.clock = lambda: EVENING
    assert held.settle_due(installation) == []
    assert len(held.listing(installation, ADA)) == 1
