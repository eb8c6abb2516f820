"""The bundle of a version: whole and as it was written, or refused (S30, S35, S36)."""

import hashlib
import random
import zipfile

import pytest

from data import bundle
from data.artifacts import canonical
from data.bundle import BundleError, read_bundle, write_bundle

PARTS = {
    "scorecard.json": canonical({"format": 1}),
    "golden.json": canonical({"rows": [], "answers": []}),
    "spec.json": canonical({"name": "town"}),
    "version.json": canonical({"version": "ab"}),
    "report.json": canonical({"quality": None}),
    "audit/estimator.joblib": bytes(range(256)) * 4,
}


@pytest.fixture
def written(tmp_path):
    path = tmp_path / "version.bundle"
    write_bundle(path, PARTS)
    return path


def manifest(parts):
    files = {
        name: {"bytes": len(one), "sha256": hashlib.sha256(one).hexdigest()} for name, one in parts.items()
    }
    return canonical({"format": 1, "files": files})


def zipped(path, parts, compression=zipfile.ZIP_STORED):
    """Write a zip as an attacker would: with a list of contents that fits whatever is in it."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in {"manifest.json": manifest(parts), **parts}.items():
            archive.writestr(zipfile.ZipInfo(name), content, compression)
    return path


def test_what_was_written_is_read_back_to_the_byte(tmp_path):
    sha256 = write_bundle(tmp_path / "a", PARTS)
    found = read_bundle(tmp_path / "a")
    assert dict(found.parts) == PARTS
    assert found.sha256 == sha256 == hashlib.sha256((tmp_path / "a").read_bytes()).hexdigest()


def test_the_same_parts_give_the_same_file(tmp_path):
    assert write_bundle(tmp_path / "a", PARTS) == write_bundle(
        tmp_path / "b", dict(reversed(list(PARTS.items())))
    )


def test_a_file_that_is_there_is_never_written_over(written):
    with pytest.raises(FileExistsError, match="name another file"):
        write_bundle(written, PARTS)
    assert [path.name for path in written.parent.iterdir()] == [written.name]


def test_each_of_200_random_bytes_flipped_is_refused_or_changes_nothing(written):
    # S35; dates and the like in the zip's own directory are no part of what is carried
    content, refused = written.read_bytes(), 0
    for place in random.Random(1).sample(range(len(content)), 200):
        written.write_bytes(content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :])
        try:
            assert dict(read_bundle(written).parts) == PARTS
        except BundleError:
            refused += 1
    assert refused > 150


@pytest.mark.parametrize("place", range(0, 1024, 97))
def test_a_flipped_byte_of_the_estimator_is_refused_although_nobody_opens_it(written, place):
    content = written.read_bytes()
    start = content.index(PARTS["audit/estimator.joblib"]) + place
    written.write_bytes(content[:start] + bytes([content[start] ^ 1]) + content[start + 1 :])
    with pytest.raises(BundleError):
        read_bundle(written)


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.9, 0.999])
def test_a_bundle_cut_off_is_refused(written, share):
    content = written.read_bytes()
    written.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(BundleError, match="exported again"):
        read_bundle(written)


def test_a_part_exchanged_under_its_recorded_hash_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a", "w") as archive:
        archive.writestr("manifest.json", manifest(PARTS))
        for name, content in (PARTS | {"scorecard.json": canonical({"format": 2})}).items():
            archive.writestr(name, content)
    with pytest.raises(BundleError, match=r"scorecard\.json in the bundle is not what was exported"):
        read_bundle(tmp_path / "a")


@pytest.mark.parametrize(
    "name",
    [
        "../scorecard.json",
        "/etc/passwd",
        "audit/../../x.joblib",
        "audit\\..\\x.joblib",
        "C:\\x",
        "NUL",
        "audit/",
        "audit/x.pkl",
        "audit/X y.joblib",
        "audit/a.joblib\x00.json",
        "estimator.joblib",
        "notes.txt",
    ],
)
def test_a_name_of_no_part_of_ours_is_refused_and_nothing_is_unpacked(tmp_path, name):
    path = zipped(tmp_path / "a", PARTS | {name: b"x"})
    with pytest.raises(BundleError):
        read_bundle(path)
    assert [one.name for one in tmp_path.rglob("*")] == ["a"]


def test_a_packed_part_is_refused_before_it_is_unpacked(tmp_path):
    path = zipped(tmp_path / "a", PARTS | {"audit/bomb.joblib": bytes(50_000_000)}, zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 100_000
    with pytest.raises(BundleError, match="packed"):
        read_bundle(path)


def test_a_link_instead_of_a_file_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a", "w") as archive:
        archive.writestr("manifest.json", manifest(PARTS))
        for name, content in PARTS.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o120777 << 16
            archive.writestr(entry, content)
    with pytest.raises(BundleError, match="no plain file"):
        read_bundle(tmp_path / "a")


def test_a_part_that_stands_twice_is_refused(tmp_path):
    path = zipped(tmp_path / "a", PARTS)
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("scorecard.json", PARTS["scorecard.json"])
    with pytest.raises(BundleError, match="stands twice"):
        read_bundle(path)


def test_too_many_parts_are_refused(tmp_path):
    path = zipped(tmp_path / "a", PARTS | {f"audit/e{n}.joblib": b"" for n in range(30)})
    with pytest.raises(BundleError, match="none has more than"):
        read_bundle(path)


def test_a_file_that_is_too_large_is_refused_unread(written, monkeypatch):
    monkeypatch.setattr(bundle, "LARGEST_MB", 0)
    with pytest.raises(BundleError, match="more than 0 MB"):
        read_bundle(written)


@pytest.mark.parametrize("missing", ["scorecard.json", "golden.json", "spec.json", "version.json"])
def test_a_bundle_that_lacks_a_needed_part_is_refused(tmp_path, missing):
    parts = {name: content for name, content in PARTS.items() if name != missing}
    with pytest.raises(BundleError, match=f"lacks {missing}"):
        read_bundle(zipped(tmp_path / "a", parts))


@pytest.mark.parametrize("unknown", [0, 2, "1", None, [1]])
def test_an_unknown_format_is_refused_with_what_to_do(tmp_path, unknown):
    with zipfile.ZipFile(tmp_path / "a", "w") as archive:
        archive.writestr("manifest.json", canonical({"format": unknown, "files": {}}))
    with pytest.raises(BundleError, match="same version of Keepsight"):
        read_bundle(tmp_path / "a")


@pytest.mark.parametrize(
    "content",
    [b"[1]", b'{"a":NaN}', b'{"a":1,"a":1}', b'{"b":1, "a":2}', b"\xff", b"[" * 100_000, b'{"a":1'],
)
def test_json_that_is_not_in_the_one_form_is_refused(tmp_path, content):
    found = read_bundle(zipped(tmp_path / "a", PARTS | {"report.json": content}))
    with pytest.raises(BundleError, match="exported again"):
        found.plain("report.json")


@pytest.mark.parametrize("content", [b"", b"PK", b"\x80\x04cposix\nsystem\n", b"customer,left\n1,Yes\n"])
def test_a_file_that_is_no_bundle_is_refused_in_words(tmp_path, content):
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(BundleError, match="no whole bundle of Keepsight"):
        read_bundle(tmp_path / "a")


def test_what_lies_under_the_name_of_a_version_not_on_record_is_replaced_whole(tmp_path):
    bundle.place(tmp_path / "v", {"scorecard.json": b"half"})
    bundle.place(tmp_path / "v", {"scorecard.json": b"whole", "golden.json": b"g"})
    assert {path.name: path.read_bytes() for path in (tmp_path / "v").iterdir()} == {
        "scorecard.json": b"whole",
        "golden.json": b"g",
    }
    assert [path.name for path in tmp_path.iterdir()] == ["v"]
