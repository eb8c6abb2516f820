"""Answers, problems, owner and review of versions in the store, on SQLite and on PostgreSQL."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest

from data.store import SnapshotRow

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
EVA = {"person": "u-1", "name": "Eva", "role": "manager"}


def answer(question, text="Yes, and so.", taken_from=None):
    return {"question": question, "asked": f"{question}?", "text": text, "taken_from": taken_from}


@pytest.fixture
def stocked(store):
    """Give a store with two versions of one spec and one of another."""
    store.clock = lambda: NOON
    for spec in ("telco", "bank"):
        store.record_snapshot(SnapshotRow(f"s-{spec}", spec, "5", 10, 0, "customers.csv", None, NOON))
    for version, spec in (("v1", "telco"), ("v2", "telco"), ("b1", "bank")):
        store.record_version(
            version=version, spec_name=spec, spec_hash="5", snapshot=f"s-{spec}", state="challenger",
            scorecard_sha256=version, metrics={},
        )  # fmt: skip
    return store


def test_the_latest_answer_to_a_question_counts(stocked):
    first = stocked.record_ethics("v1", [answer("owner"), answer("harm")], **EVA)
    stocked.clock = lambda: NOON + timedelta(hours=1)
    (later,) = stocked.record_ethics("v1", [answer("harm", "Weighed anew.", "v0")], **EVA)
    assert stocked.ethics("v1") == {"owner": first[0], "harm": later}
    assert (later.time, later.taken_from, later.role) == (NOON + timedelta(hours=1), "v0", "manager")
    assert stocked.ethics_number("v1") == later.number == 3
    assert stocked.all_ethics() == {"v1": stocked.ethics("v1")}
    assert stocked.ethics("v2") == {} and stocked.ethics_number("v2") == 0


def test_answers_of_other_versions_are_those_of_the_same_spec(stocked):
    stocked.record_ethics("v1", [answer("owner")], **EVA)
    stocked.record_ethics("b1", [answer("owner", "Of the bank.")], **EVA)
    assert stocked.ethics_elsewhere("telco", "v2")["owner"].version == "v1"
    assert stocked.ethics_elsewhere("telco", "v1") == {}


def test_nothing_to_answer_writes_nothing(stocked):
    assert stocked.record_ethics("v1", [], **EVA) == []
    assert stocked.ethics_number("v1") == 0


def test_a_problem_is_solved_once_and_by_name(stocked):
    north = stocked.record_problem("v1", person="u-1", name="Eva", text="Too high in the north.")
    south = stocked.record_problem("v1", person="u-1", name="Eva", text="Too low in the south.")
    solved = stocked.resolve_problem(south.number, person="u-2", name="Max", text="Trained again.")
    assert (solved.resolved, solved.resolved_by, solved.resolution) == (NOON, "Max", "Trained again.")
    assert stocked.problems() == [solved, north] == stocked.problems(["v1"])
    assert stocked.problems(["v2"]) == []
    assert stocked.resolve_problem(south.number, person="u-3", name="Ida", text="Me too.") is None
    assert stocked.resolve_problem(99, person="u-3", name="Ida", text="What?") is None


def test_a_resolution_without_a_number_answers_the_earliest_open_problem(stocked):
    first = stocked.record_review("v1", actor="u-1", name="Eva", kind="problem", text="One.")
    stocked.record_review("v1", actor="u-1", name="Eva", kind="problem", text="Two.")
    stocked.record_review("v1", actor="u-2", name="Max", kind="resolution", text="Mended.")
    later, earlier = stocked.problems(["v1"])
    assert (earlier.text, earlier.resolved_by) == (first.text, "Max")
    assert (later.text, later.resolved) == ("Two.", None)


def test_of_ten_who_solve_it_at_once_one_does(stocked):
    problem = stocked.record_problem("v1", person="u-1", name="Eva", text="It is wrong.")
    done = []

    def solve():
        done.append(stocked.resolve_problem(problem.number, person="u-2", name="Max", text="Mended."))

    threads = [threading.Thread(target=solve) for _ in range(10)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len([one for one in done if one is not None]) == 1


def test_owner_and_review_read_back(stocked):
    stocked.set_owner("v1", "u-2")
    stocked.set_review_due("v1", date(2026, 9, 1))
    row = stocked.version("v1")
    assert (row.owner, row.review_due) == ("u-2", date(2026, 9, 1))
    assert stocked.version("v2").review_due is None
    stocked.set_review_due("v1", None)
    assert stocked.version("v1").review_due is None
