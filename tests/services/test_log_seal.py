"""Heads kept outside the database, and what the log is held against them for."""

import json

import pytest
from sqlalchemy import text

from services import log, log_seal
from services.roles import SYSTEM, Actor, NotPermitted

ADA = Actor("u-ada", "Ada", "analyst")
MAX = Actor("u-max", "Max", "manager")


@pytest.fixture
def filled(installation):
    add(installation, 5)
    return installation


def add(installation, many: int) -> None:
    for number in range(many):
        log.record(installation, ADA, "prediction", subject=f"K{number}", payload={"number": number})


def cut(installation, first: int) -> None:
    with installation.store.writing() as connection:
        for table in ("log_payload", "log"):
            connection.execute(text(f"DELETE FROM {table} WHERE seq >= {first}"))


def test_each_seal_adds_a_line_with_number_hash_and_time(filled, tmp_path):
    file = tmp_path / "heads.jsonl"
    for _ in range(2):
        log_seal.seal(filled, MAX, file)
        add(filled, 3)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line["seq"] for line in lines] == [5, 8]
    assert all(line["hash"] == filled.store.entry(line["seq"]).header.hash for line in lines)
    assert all(line["time"].endswith("+00:00") for line in lines)
    assert log_seal.verify(filled, MAX, str(file)).ok


def test_a_tail_that_was_cut_off_is_found_with_the_file_alone(filled, tmp_path):
    """S40: whoever cuts as much as was added since the last head is not found; so it is sealed often."""
    file = tmp_path / "heads.jsonl"
    log_seal.seal(filled, MAX, file)
    cut(filled, 4)
    assert log_seal.verify(filled, MAX).ok
    found = log_seal.verify(filled, MAX, str(file))
    assert (found.ok, found.what, found.first_bad) == (False, "cut off", 4)


def test_a_tail_cut_off_and_written_anew_is_found(filled, tmp_path):
    """S40: the numbers are all there again."""
    file = tmp_path / "heads.jsonl"
    for _ in range(3):
        log_seal.seal(filled, MAX, file)
        add(filled, 2)
    cut(filled, 6)
    add(filled, 10)
    found = log_seal.verify(filled, MAX, str(file))
    assert (found.what, found.first_bad) == ("rewritten", 7)
    assert "after entry 5" in found.reason


def test_a_log_that_lost_what_was_sealed_last_is_not_sealed_again(filled, tmp_path):
    """S40: the command run every hour is the first to notice."""
    file = tmp_path / "heads.jsonl"
    log_seal.seal(filled, MAX, file)
    before = file.read_bytes()
    cut(filled, 5)
    with pytest.raises(log_seal.HeadGone, match="flask log verify --heads"):
        log_seal.seal(filled, MAX, file)
    add(filled, 1)
    with pytest.raises(log_seal.HeadGone, match="cut off, or it was written anew"):
        log_seal.seal(filled, MAX, file)
    assert file.read_bytes() == before


def test_an_empty_log_is_sealed_and_grows(installation, tmp_path):
    file = tmp_path / "heads.jsonl"
    assert log_seal.seal(installation, MAX, file).seq == 0
    add(installation, 1)
    assert log_seal.seal(installation, MAX, file).seq == 1
    assert log_seal.verify(installation, MAX, str(file)).ok


def test_one_head_can_be_given_by_itself(filled):
    sealed = log_seal.head(filled, MAX)
    assert log_seal.verify(filled, MAX, f"{sealed.seq}:{sealed.hash}").ok
    assert not log_seal.verify(filled, MAX, f"{sealed.seq}:{'0' * 64}").ok


@pytest.mark.parametrize("kept", ["5", "5:abc", "no/such/file", ":", "x:" + "0" * 64])
def test_what_is_neither_a_file_nor_a_head_is_refused(filled, kept):
    with pytest.raises(log_seal.NotAHead, match="give the file"):
        log_seal.verify(filled, MAX, kept)


GOOD = json.dumps({"seq": 1, "hash": "0" * 64, "time": "2026-03-01T12:00:00+00:00"})
BAD = {
    "not JSON": "hello\n",
    "cut by a full disk": GOOD,
    "a list": "[]\n",
    "no hash": '{"seq": 1, "time": "2026-03-01T12:00:00+00:00"}\n',
    "a number for a hash": '{"seq": 1, "hash": 7, "time": "2026-03-01T12:00:00+00:00"}\n',
    "a text for a number": GOOD.replace("1,", '"1",', 1) + "\n",
    "a number below 0": GOOD.replace("1,", "-1,", 1) + "\n",
    "no time": '{"seq": 1, "hash": "' + "0" * 64 + '"}\n',
}


@pytest.mark.parametrize("line", BAD.values(), ids=BAD)
def test_a_file_with_something_else_in_it_is_refused_and_left_alone(filled, tmp_path, line):
    file = tmp_path / "heads.jsonl"
    log_seal.seal(filled, MAX, file)
    file.write_text(file.read_text() + line)
    before = file.read_bytes()
    for use in (lambda: log_seal.seal(filled, MAX, file), lambda: log_seal.verify(filled, MAX, str(file))):
        with pytest.raises(log_seal.NotAHead, match="Line 2 of"):
            use()
    assert file.read_bytes() == before


def test_an_empty_file_shows_nothing(filled, tmp_path):
    file = tmp_path / "heads.jsonl"
    file.touch()
    with pytest.raises(log_seal.NotAHead, match="is empty"):
        log_seal.verify(filled, MAX, str(file))


def test_only_who_may_read_all_entries_may_ask(filled, tmp_path):
    for use in (log_seal.head, log_seal.verify, lambda *who: log_seal.seal(*who, tmp_path / "heads.jsonl")):
        with pytest.raises(NotPermitted, match="read all log"):
            use(filled, ADA)
    assert not list(tmp_path.glob("heads*"))
    assert log_seal.head(filled, SYSTEM).seq == 5
