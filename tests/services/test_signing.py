"""Sign-off, rollback and withdrawal: who may, what stands against it, and what answers afterwards."""

import itertools
import threading
from datetime import timedelta

import pytest

from config.settings import Settings
from data.warehouse import Filters
from services import customers, signing
from services.installation import Installation
from services.roles import SYSTEM, Actor, NotPermitted
from services.signing import NoWayBack, SignOffRefused
from services.stamp import standing
from tests.services.trial_town import ADA, EVENING, MAX, REPORT, VERA, hashes, settle_signed

MIA = Actor("u-mia", "Mia", "administrator")


@pytest.fixture
def town(tmp_path):
    return settle_signed(tmp_path)


def sign(installation, version, actor=MAX):
    seen = signing.review(installation, actor, version)
    return signing.sign(installation, actor, version, seen.report_sha256, "Read it all.")


def elsewhere(installation) -> Installation:
    """Open the same installation as another worker does."""
    return Installation(Settings(var=installation.settings.var, database_url=None))


def test_a_signed_version_answers_at_the_next_request_of_another_worker(town):
    installation, named = town
    other = elsewhere(installation)
    before = standing(other, VERA).version
    assert sign(installation, named["near"]).former == before
    assert standing(other, VERA).version == named["near"]
    rows = customers.page(other, VERA, Filters()).rows
    assert rows[0]["probability"] is not None
    assert signing.rollback(installation, MAX, "complaints").version == before
    assert standing(other, VERA).version == before


def test_one_does_not_go_back_to_what_one_went_back_from(town):
    installation, named = town
    first = standing(installation, MAX).version
    sign(installation, named["near"])
    signing.rollback(installation, MAX, "complaints")
    with pytest.raises(NoWayBack, match="Withdraw the version"):
        signing.rollback(installation, MAX, "again")
    assert standing(installation, MAX).version == first


def test_what_is_withdrawn_is_followed_by_the_one_before_and_then_by_facts(town):
    installation, named = town
    first = standing(installation, MAX).version
    sign(installation, named["near"])
    assert signing.withdraw(installation, MAX, named["near"], "unfair").version == first
    assert signing.withdraw(installation, MAX, first, "unfair too").version is None
    on = standing(installation, MAX)
    assert on.version is None
    assert "withdrawn" in on.withheld
    with pytest.raises(SignOffRefused, match="for good"):
        sign(installation, first)


def test_the_history_says_who_was_champion_at_any_time(town):
    installation, named = town
    hours = itertools.count(1)
    installation.store.clock = lambda: EVENING + timedelta(hours=next(hours))
    first = standing(installation, MAX).version
    sign(installation, named["near"])
    signing.rollback(installation, MAX, "complaints")
    stretches = installation.store.serving_history("trials")
    assert [one.version for one in stretches][-3:] == [first, named["near"], first]
    for one in stretches[-3:-1]:
        assert one.since < one.until
        assert installation.store.served_at("trials", one.since).version == one.version


def test_a_failing_gate_is_named_and_a_mended_report_can_be_signed(town):
    installation, named = town
    version = named["near"]
    bad = {**REPORT, "cases": [{"name": "dearer", "passed": False}]}
    installation.store.record_report(version, installation.shelf.put_report(version, bad), {})
    with pytest.raises(SignOffRefused, match=r"cases \(no"):
        sign(installation, version)
    assert installation.store.version(version).state == "challenger"
    installation.store.record_report(version, installation.shelf.put_report(version, REPORT), {})
    sign(installation, version)
    assert installation.store.version(version).state == "champion"
    assert installation.store.version(version).owner == MAX.id


def test_a_signature_is_bound_to_the_report_that_was_read(town):
    installation, named = town
    with pytest.raises(SignOffRefused, match="changed since you read it"):
        signing.sign(installation, MAX, named["near"], "0" * 64, "Read it all.")
    assert not installation.store.signatures(named["near"])


def test_who_may_not_sign_does_not(town):
    installation, named = town
    for actor in (ADA, VERA):
        with pytest.raises(NotPermitted):
            signing.sign(installation, actor, named["near"], "0" * 64, "Read it all.")
    with pytest.raises(SignOffRefused, match="A person has to sign"):
        sign(installation, named["near"], SYSTEM)
    with pytest.raises(SignOffRefused, match="Write a sentence"):
        signing.sign(installation, MAX, named["near"], "0" * 64, "  ")


def test_of_two_who_sign_at_once_one_is_told(town):
    installation, named = town
    start, signed, told = threading.Barrier(2), [], []

    def run(actor):
        mine = elsewhere(installation)
        seen = signing.review(mine, actor, named["near"])
        start.wait()
        try:
            signed.append(signing.sign(mine, actor, named["near"], seen.report_sha256, "Read it."))
        except SignOffRefused as refused:
            told.append(str(refused))

    threads = [threading.Thread(target=run, args=(actor,)) for actor in (MAX, MIA)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(signed), len(told)) == (1, 1)
    assert len(installation.store.signatures(named["near"])) == 1
    assert [row.state for row in installation.store.versions("trials")].count("champion") == 1


def test_signature_state_and_log_are_kept_together_or_not_at_all(town, monkeypatch):
    """S42."""
    installation, named = town
    before, head = standing(installation, MAX).version, installation.store.head()

    def fail(*given, **named_too):
        raise RuntimeError("the power went out")

    monkeypatch.setattr(signing, "_log", fail)
    with pytest.raises(RuntimeError, match="power"):
        sign(installation, named["near"])
    assert standing(installation, MAX).version == before
    assert not installation.store.signatures(named["near"])
    assert installation.store.head() == head


def test_a_planted_pickle_is_never_run_and_keeps_the_version_from_being_signed(town, tmp_path):
    """S36."""
    import os
    import pickle

    class Canary:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "sung"),)

    installation, named = town
    version = named["near"]
    artifacts = hashes(installation, version)
    row = installation.store.version(version)
    installation.store.record_report(version, row.report_sha256, artifacts)
    (installation.shelf.folder / version / "estimator.joblib").write_bytes(pickle.dumps(Canary()))
    with pytest.raises(SignOffRefused, match="not the one recorded"):
        sign(installation, version)
    assert not (tmp_path / "sung").exists()


def test_a_damaged_champion_is_stood_in_for_by_the_one_signed_before(town):
    """S35."""
    from services.installation import _scorecard

    installation, named = town
    first = standing(installation, VERA).version
    sign(installation, named["near"])
    (installation.shelf.folder / named["near"] / "scorecard.json").write_text("{}")
    _scorecard.cache_clear()
    on = standing(installation, VERA)
    assert on.version == first
    assert not on.champion.is_draft
    standing(installation, VERA)
    problems = installation.store.reviews(named["near"])
    assert [one.kind for one in problems] == ["problem"]
