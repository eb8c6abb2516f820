"""Looking through the log: what can be asked for, what followed an entry, and the log as a file."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest

from services import log, log_export, log_kinds, log_view
from services.log_view import NoSuchView
from services.roles import Actor
from services.scenario_export import NOTICE

MANAGER = Actor("m", "Mara", "manager")
VIEWER = Actor("v", "Vic", "viewer")


@pytest.fixture
def kept(installation):
    """Keep three entries of two people on two days; the clock can be turned."""
    moments = iter([datetime(2026, 3, day, 12, tzinfo=UTC) for day in (1, 2, 3, 4, 5, 6, 7, 8)])
    installation.store.clock = lambda: next(moments)
    log.record(installation, VIEWER, "prediction", subject="K1", version="v1", payload={"answer": 0.25})
    log.record(installation, MANAGER, "what-if", subject="K1", payload={"answer": 0.5})
    log.record(installation, MANAGER, "review", subject="=1+1", payload={"text": "=cmd()"})
    return installation


def seqs(installation, actor, **query):
    return [one.seq for one in log.page(installation, actor, log_view.asked(query)).entries]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [3, 2, 1]),
        ({"kind": "what-if"}, [2]),
        ({"who": "v"}, [1]),
        ({"about": "K1"}, [2, 1]),
        ({"version": "v1"}, [1]),
        ({"since": "2026-03-02"}, [3, 2]),
        ({"until": "2026-03-02"}, [2, 1]),
        ({"since": "2026-03-02", "until": "2026-03-02"}, [2]),
        ({"kind": None, "who": "", "until": "9999-12-31"}, [3, 2, 1]),
    ],
)
def test_the_log_is_narrowed_by_who_what_when_version_and_subject(kept, query, found):
    assert seqs(kept, MANAGER, **query) == found


@pytest.mark.parametrize(
    ("query", "reason"),
    [({"kind": "gossip"}, "no kind of entry"), ({"since": "2026-02-31"}, "'2026-02-31' is no day")],
)
def test_a_view_that_cannot_be_says_what_is_wrong(query, reason):
    with pytest.raises(NoSuchView, match=reason):
        log_view.asked(query)


def test_who_reads_only_own_entries_is_offered_no_people(kept):
    assert log_view.choices(kept, VIEWER).people == []
    assert ("system", "Keepsight") in log_view.choices(kept, MANAGER).people
    assert seqs(kept, VIEWER) == [1]
    assert seqs(kept, VIEWER, who="m") == []


def test_what_followed_about_the_same_is_told_first_things_first(kept):
    first = log.one(kept, MANAGER, 1)
    assert [one.seq for one in log_view.followed(kept, MANAGER, first)] == [2]
    assert log_view.followed(kept, VIEWER, first) == []


def test_the_file_holds_what_the_page_holds_and_is_on_record(kept):
    found = log_export.export(kept, MANAGER, "jsonl", {"about": "K1", "kind": ""})
    assert kept.store.head().seq == found.entry == 4  # before the first line leaves
    lines = [json.loads(line) for line in "".join(found.lines).splitlines()]
    assert [line["entry"] for line in lines] == [2, 1]
    assert lines[1]["payload"] == {"answer": 0.25}
    assert lines[0]["previous"] == lines[1]["hash"]
    told = log.one(kept, MANAGER, 4)
    assert told.text == "Mara took 2 entries of this log out as a file."
    assert told.payload["query"] == {"about": "K1"}


def test_an_answer_of_a_model_carries_the_notice_in_the_file_too(kept):
    """R60: entries of no model carry none, so that the notice means something."""
    rows = csv.DictReader(io.StringIO("".join(log_export.export(kept, MANAGER, "csv", {}).lines)))
    assert [row["notice"] for row in rows] == ["", "", NOTICE]
    lines = log_export.export(kept, MANAGER, "jsonl", {"version": "v1"}).lines
    assert [json.loads(line)["notice"] for line in lines] == [NOTICE]


def test_no_cell_is_a_formula(kept):
    """S31."""
    rows = list(csv.DictReader(io.StringIO("".join(log_export.export(kept, MANAGER, "csv", {}).lines))))
    assert [row["entry"] for row in rows] == ["3", "2", "1"]
    assert rows[0]["about"] == "'=1+1"
    assert json.loads(rows[0]["payload"]) == {"text": "=cmd()"}


def test_the_file_of_who_reads_own_entries_holds_those_only(kept):
    lines = [json.loads(line) for line in log_export.export(kept, VIEWER, "jsonl", {}).lines]
    assert [line["entry"] for line in lines] == [1]


def test_every_page_of_a_long_log_is_in_the_file(kept, monkeypatch):
    monkeypatch.setattr(log_export, "PAGE", 2)
    assert len(list(log_export.export(kept, MANAGER, "jsonl", {}).lines)) == 3


def test_a_form_that_is_none_is_refused_and_nothing_is_on_record(kept):
    before = kept.store.head().seq
    with pytest.raises(NoSuchView, match="take csv or jsonl"):
        log_export.export(kept, MANAGER, "xlsx", {})
    assert kept.store.head().seq == before


def test_every_kind_with_a_sentence_has_a_name():
    assert set(log.SENTENCES) <= set(log_kinds.NAMES)
