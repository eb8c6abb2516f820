"""How long details are kept: every kind in one class, and what is past it removed on record."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services import log, log_kinds, retention
from services.roles import SYSTEM, Actor, NotPermitted

MAX = Actor("u-max", "Max", "manager")
ROOT = Actor("u-root", "Root", "administrator")
UNNAMED = "of a kind nobody named"
NOON = datetime(2030, 3, 1, 12, 0, tzinfo=UTC)


def record_at(installation, moment: datetime, kind: str, **payload) -> int:
    installation.store.clock = lambda: moment
    return log.record(installation, SYSTEM, kind, subject="K1", payload=payload).seq


@pytest.fixture
def aged(installation):
    """Entries of two classes on either side of their time, and one of a kind nobody named."""
    for kind in ("prediction", "login"):
        days = retention.class_of(kind)[1].days
        record_at(installation, NOON - timedelta(days=days, seconds=1), kind)
        record_at(installation, NOON - timedelta(days=days), kind)
    record_at(installation, NOON - timedelta(days=20_000), UNNAMED)
    installation.store.clock = lambda: NOON
    return installation


def test_every_kind_of_entry_belongs_to_one_class():
    named = [kind for one in retention.classes().values() for kind in one.kinds]
    assert sorted(named) == sorted(set(log.SENTENCES) | set(log_kinds.NAMES))


def test_the_record_of_purges_is_kept_for_ever():
    for_ever = [one.kinds for one in retention.classes().values() if one.days is None]
    assert for_ever == [["purge"]]


def test_the_page_about_the_log_tells_the_classes():
    page = (Path(__file__).resolve().parents[2] / "docs" / "log.md").read_text(encoding="utf-8")
    for name, one in retention.classes().items():
        assert f"| {name} | {'for ever' if one.days is None else f'{one.days:,} days'} |" in page


def test_what_is_past_its_time_is_found_to_the_second_and_left_alone(aged):
    found = retention.due(aged, ROOT)
    assert {one.kind: one.entries for one in found} == {"prediction": 1, "login": 1}
    assert aged.store.verify().purged == 0


def test_what_is_past_its_time_is_removed_and_that_is_on_record(aged):
    retention.purge_due(aged, ROOT)
    gone = [entry.header.seq for entry in aged.store.entries(limit=100) if entry.is_purged]
    assert gone == [3, 1]
    told = [entry for entry in log.page(aged, ROOT).entries if entry.kind == "purge"]
    assert {entry.who for entry in told} == {"Root"}
    assert any("kept for 1095 days (answers), which are over" in entry.text for entry in told)
    assert (aged.store.verify().ok, aged.store.verify().purged) == (True, 2)
    assert retention.purge_due(aged, ROOT) == []


def test_many_are_removed_in_steps_each_on_record(installation, monkeypatch):
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    for number in range(5):
        record_at(installation, NOON - timedelta(days=5000), ("login", "list")[number % 2])
    installation.store.clock = lambda: NOON
    retention.purge_due(installation, SYSTEM)
    purges = [entry for entry in log.page(installation, ROOT).entries if entry.kind == "purge"]
    assert [entry.payload["entries"] for entry in purges] == [[[5, 5]], [[1, 1], [3, 3]], [[2, 2], [4, 4]]]
    assert (installation.store.verify().ok, installation.store.verify().purged) == (True, 5)


def test_purges_themselves_keep_their_details_whatever_their_age(aged):
    retention.purge_due(aged, ROOT)
    aged.store.clock = lambda: NOON + timedelta(days=20_000)
    retention.purge_due(aged, ROOT)
    assert [e.header.kind for e in aged.store.entries(limit=100) if not e.is_purged][-1] == UNNAMED
    assert all(e.payload for e in log.page(aged, ROOT).entries if e.kind == "purge")
    assert aged.store.verify().ok


def test_only_administrators_and_the_system_may(aged):
    for use in (retention.due, retention.purge_due):
        with pytest.raises(NotPermitted, match="administrator"):
            use(aged, MAX)
    assert aged.store.verify().purged == 0


def test_many_spans_are_told_shortened(installation):
    payload = {"entries": [[n, n] for n in range(1, 40, 2)], "reason": "kept for 365 days"}
    entry = log.LogEntry(1, NOON, "purge", "system", "Keepsight", None, None, None, payload, "")
    told = "Keepsight removed the details of entries 1, 3, 5, 7, 9 and 15 other spans, because: kept for 365"
    assert log.tell(entry) == f"{told} days."


BAD = {
    "two classes with one kind": "a: {days: 1, purpose: x, kinds: [k]}\nb: {days: 2, purpose: x, kinds: [k]}",
    "no whole number of days": "a: {days: 1.5, purpose: x, kinds: [k]}",
    "no days at all": "a: {purpose: x, kinds: [k]}",
    "no day": "a: {days: 0, purpose: x, kinds: [k]}",
    "no purpose": "a: {days: 1, purpose: '', kinds: [k]}",
    "an unknown field": "a: {days: 1, purpose: x, kinds: [k], weeks: 2}",
    "no mapping": "- a",
    "no YAML": "a: [",
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_a_file_that_cannot_be_used_is_refused_with_the_remedy(tmp_path, content):
    file = tmp_path / "retention.yaml"
    file.write_text(content)
    with pytest.raises(retention.RetentionError, match=r"give each class days|leave it in one"):
        retention.read(file)
