"""The shelf when something goes wrong: damage, foreign files, a full disk, a folder left half written."""

import json
import os
import pickle
import random
import time

import pytest

from data.artifacts import ESTIMATOR, GOLDEN, SCORECARD, ArtifactError, NotKept, Shelf, canonical
from data.warehouse import durable
from tests.full_disk import full_disk

VERSION = "a" * 64
CARD = json.dumps({"terms": list(range(200))})
KNOWN = {"rows": [{"price": 1.0}], "answers": [["0x1p+0"]]}


@pytest.fixture
def shelf(tmp_path) -> Shelf:
    return Shelf(tmp_path / "models")


def put(shelf: Shelf, **more):
    return shelf.put(VERSION, CARD, {"an": "estimator"}, golden=KNOWN, **more)


def test_a_scorecard_with_any_byte_turned_is_refused(shelf):
    """S35: 200 places at random."""
    sha256, path = put(shelf)[SCORECARD], shelf.folder / VERSION / SCORECARD
    whole, chance = path.read_bytes(), random.Random(35)
    for _ in range(200):
        turned, place = bytearray(whole), chance.randrange(len(whole))
        turned[place] ^= chance.randint(1, 255)
        path.write_bytes(turned)
        with pytest.raises(ArtifactError, match="not the one recorded"):
            shelf.scorecard(VERSION, sha256)
    path.write_bytes(whole)
    assert shelf.scorecard(VERSION, sha256) == CARD


@pytest.mark.parametrize("name", [SCORECARD, GOLDEN, ESTIMATOR])
def test_a_file_cut_short_or_gone_is_named(shelf, name):
    """S35."""
    recorded, path = put(shelf), shelf.folder / VERSION / name
    shelf.verify(VERSION, recorded)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ArtifactError, match=f"{name} .*not the one recorded"):
        shelf.verify(VERSION, recorded)
    path.unlink()
    with pytest.raises(ArtifactError, match=f"{name} .*not on disk.*Restore it from a backup"):
        shelf.verify(VERSION, recorded)


def test_the_files_of_two_versions_exchanged_are_refused(shelf):
    """S35."""
    first = put(shelf)
    other = shelf.put("b" * 64, json.dumps({"terms": []}), "another")
    paths = [shelf.folder / version / SCORECARD for version in (VERSION, "b" * 64)]
    texts = [path.read_bytes() for path in paths]
    for path, text in zip(paths, reversed(texts), strict=True):
        path.write_bytes(text)
    for version, recorded in ((VERSION, first), ("b" * 64, other)):
        with pytest.raises(ArtifactError, match="not the one recorded"):
            shelf.scorecard(version, recorded[SCORECARD])


def test_a_planted_estimator_is_replaced_and_never_taken_for_ours(shelf):
    """S36: to train again is no way to have a foreign file recorded."""
    recorded = put(shelf)
    (shelf.folder / VERSION / ESTIMATOR).write_bytes(pickle.dumps("planted"))
    (shelf.folder / VERSION / "more.joblib").write_bytes(pickle.dumps("planted"))
    for known in (None, recorded):
        assert put(shelf, recorded=known) == recorded
        shelf.verify(VERSION, recorded)


def test_what_is_as_recorded_stays_and_what_is_not_is_mended(shelf):
    recorded = put(shelf)
    again = shelf.put(VERSION, CARD, "dumped otherwise", golden=KNOWN, recorded=recorded)
    assert again == recorded
    (shelf.folder / VERSION / GOLDEN).write_text("{}")
    put(shelf, recorded=recorded)
    shelf.verify(VERSION, recorded)


def test_the_reports_of_a_version_outlive_the_mending_of_its_scorecard(shelf):
    """The report that was signed is still there to be read."""
    put(shelf)
    sha256 = shelf.put_report(VERSION, {"quality": 1})
    (shelf.folder / VERSION / SCORECARD).write_text("{}")
    recorded = put(shelf)
    assert shelf.scorecard(VERSION, recorded[SCORECARD]) == CARD
    assert shelf.report(VERSION, sha256) == {"quality": 1}


@pytest.mark.parametrize("limit", [0, 40, len(CARD) - 1])
def test_a_full_disk_keeps_no_part_of_a_new_version(shelf, limit):
    """S48: at the first byte of the first file, in the middle, at the end of the largest."""
    with full_disk(limit), pytest.raises(NotKept, match=r"could not be kept \(File too large\).*train again"):
        put(shelf)
    assert shelf.versions() == []
    assert list(shelf.folder.iterdir()) == []
    shelf.verify(VERSION, put(shelf))


def test_a_full_disk_leaves_the_version_that_is_there_as_it_was(shelf):
    """S48: neither a mended file nor a new report takes the place of one that is whole."""
    recorded = put(shelf)
    sha256 = shelf.put_report(VERSION, {"quality": 1})
    with full_disk(100), pytest.raises(NotKept):
        put(shelf, report={"quality": list(range(500))})
    shelf.verify(VERSION, recorded)
    assert shelf.report(VERSION, sha256) == {"quality": 1}
    assert not [path for path in (shelf.folder / VERSION).iterdir() if path.name.startswith(".")]


def test_what_a_killed_training_left_half_written_is_no_version_and_is_swept_away(shelf):
    shelf.folder.mkdir()
    left = shelf.folder / f"{durable.PREFIX}killed"
    left.mkdir()
    (left / SCORECARD).write_text(CARD[:10])
    assert shelf.versions() == []
    long_ago = time.time() - durable.STALE_SECONDS - 1
    os.utime(left, (long_ago, long_ago))
    put(shelf)
    assert not left.exists()
    assert shelf.versions() == [VERSION]


def test_the_bytes_of_a_report_are_one_form_only():
    with pytest.raises(ValueError, match="JSON"):
        canonical({"auc": float("nan")})
