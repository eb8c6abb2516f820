"""The bundle in which a model version travels: one file, every part named and sealed by its SHA-256.

It is a zip of stored parts, so that any tool can look into it. Read strictly: only names of the list below,
nothing packed or encrypted, no path but ours, a bound on number and size. What lies under ``audit/`` is
carried as bytes; nothing here, and nothing that serves, ever opens it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.artifacts import canonical
from data.warehouse.durable import flush, write_folder

FORMAT = 1
MANIFEST = "manifest.json"
NEEDED = ("golden.json", "scorecard.json", "spec.json", "version.json")
OPTIONAL = ("report.json",)
AUDIT = re.compile(r"audit/[a-z0-9][a-z0-9-]{0,63}\.joblib")

MOST_PARTS = 24
LARGEST_MB = 512
LARGEST_JSON_MB = 64

_MB = 1024 * 1024

# What the standard library raises when it meets a damaged zip, depending on the place of the damage
_DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    NotImplementedError,
    EOFError,
    KeyError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
    zlib.error,
)
_AGAIN = "Have it exported again, and import the new file."


class BundleError(ValueError):
    """A file that is no bundle of ours, or not as it was written; show the message, take nothing over."""


@dataclass(frozen=True)
class Bundle:
    """What a bundle holds, once every hash was compared: parts by name, and the SHA-256 of the file."""

    parts: Mapping[str, bytes]
    sha256: str

    def plain(self, name: str) -> dict[str, Any]:
        """Read a part that is JSON; BundleError where it is none."""
        return _plain(self.parts[name], name)


def write_bundle(path: Path, parts: Mapping[str, bytes]) -> str:
    """Write a bundle wholly or not at all; give the SHA-256 (hex) of the file.

    Raises
    ------
    BundleError
        If a part has no place in a bundle, one that it needs is missing, or it would be too large to read.
    FileExistsError
        If there is a file at ``path`` already.
    """
    _check_parts(parts)
    if not path.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {path.parent}: make it, or name another place.")
    if path.exists():
        raise FileExistsError(f"{path} is there already: name another file, or move that one away.")
    manifest = {"format": FORMAT, "files": {name: _seal(content) for name, content in parts.items()}}
    handle, name = tempfile.mkstemp(prefix=".unfinished-", dir=path.parent)
    aside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for part, content in ((MANIFEST, canonical(manifest)), *sorted(parts.items())):
                archive.writestr(_entry(part), content)
        flush(aside)
        sha256 = _sha256_of(aside)
        os.replace(aside, path)
        flush(path.parent)
        return sha256
    finally:
        aside.unlink(missing_ok=True)


def read_bundle(path: Path) -> Bundle:
    """Read a bundle into memory, comparing every part with its recorded SHA-256.

    Raises
    ------
    BundleError
        If it is not a bundle of a format we know, exactly as it was written.
    OSError
        If the file cannot be read.
    """
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}: give the path of a bundle.")
    if path.stat().st_size > LARGEST_MB * _MB:
        raise BundleError(f"{path.name} has more than {LARGEST_MB} MB, which no bundle of a version has.")
    content = path.read_bytes()
    try:
        parts = _parts(content)
    except BundleError:
        raise
    except _DAMAGE as fault:
        raise BundleError(
            f"{path.name} is no whole bundle of Keepsight ({fault}). It may be cut off or damaged. {_AGAIN}"
        ) from fault
    manifest = _manifest(parts.pop(MANIFEST, b""))
    files = manifest["files"]
    if files.keys() != parts.keys():
        odd = ", ".join(sorted(files.keys() ^ parts.keys()))
        raise BundleError(f"The bundle does not hold what its list of contents says: {odd}. {_AGAIN}")
    for name, one in parts.items():
        if files[name] != _seal(one):
            raise BundleError(
                f"{name} in the bundle is not what was exported (its SHA-256 differs), so nothing of it is "
                f"used. {_AGAIN}"
            )
    _check_parts(parts)
    return Bundle(parts, hashlib.sha256(content).hexdigest())


def place(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put a version's files in its folder on the shelf, all or none.

    Files of another content under the same name, which a crash or somebody left there, are replaced: call
    it only for a version that is not on record.
    """

    def fill(aside: Path) -> None:
        for name, content in files.items():
            (aside / name).write_bytes(content)

    if write_folder(folder, fill) or _holds(folder, files):
        return
    shutil.rmtree(folder)
    write_folder(folder, fill)


def _holds(folder: Path, files: Mapping[str, bytes]) -> bool:
    try:
        return all((folder / name).read_bytes() == content for name, content in files.items())
    except OSError:
        return False


def _parts(content: bytes) -> dict[str, bytes]:
    """Take the parts out of the zip, by the strict rules of this module."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if len(entries) > MOST_PARTS:
            raise BundleError(f"The bundle has {len(entries)} parts; none has more than {MOST_PARTS}.")
        for entry in entries:
            _check_entry(entry)
        names = [entry.filename for entry in entries]
        if twice := {name for name in names if names.count(name) > 1}:
            raise BundleError(f"{min(twice)} stands twice in the bundle, so it is not clear which is meant.")
        if sum(entry.file_size for entry in entries) > LARGEST_MB * _MB:
            raise BundleError(f"The bundle holds more than {LARGEST_MB} MB.")
        return {entry.filename: archive.read(entry) for entry in entries}


def _check_entry(entry: zipfile.ZipInfo) -> None:
    # the name as it stands in the file: zipfile cuts it at a NUL and turns separators on some systems
    if entry.orig_filename != entry.filename or not _is_known(entry.filename):
        raise BundleError(
            f"The bundle holds {entry.orig_filename[:80]!r}, which has no place in a bundle; nothing was "
            "unpacked."
        )
    stored = entry.compress_type == zipfile.ZIP_STORED and entry.compress_size == entry.file_size
    if not stored or entry.flag_bits & 0x1 or stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
        raise BundleError(
            f"{entry.filename} is packed, encrypted or no plain file; in a bundle everything is stored as it "
            f"is. {_AGAIN}"
        )
    if entry.filename.endswith(".json") and entry.file_size > LARGEST_JSON_MB * _MB:
        raise BundleError(f"{entry.filename} has more than {LARGEST_JSON_MB} MB.")


def _is_known(name: str) -> bool:
    return name in (MANIFEST, *NEEDED, *OPTIONAL) or AUDIT.fullmatch(name) is not None


def _manifest(content: bytes) -> dict[str, Any]:
    if not content:
        raise BundleError(f"There is no {MANIFEST} in it, so this is no bundle of Keepsight.")
    manifest = _plain(content, MANIFEST)
    if manifest.get("format") != FORMAT:
        raise BundleError(
            f"The bundle has format {str(manifest.get('format'))[:20]!r}; this Keepsight reads {FORMAT}. "
            "Bring both installations to the same version of Keepsight, then export again."
        )
    if manifest.keys() != {"format", "files"} or not isinstance(manifest["files"], dict):
        raise BundleError(f"{MANIFEST} is not as an export writes it. {_AGAIN}")
    return manifest


def _plain(content: bytes, name: str) -> dict[str, Any]:
    """Read JSON strictly: it must be an object in the one canonical form."""
    try:
        plain = json.loads(content.decode("utf-8"))
        if isinstance(plain, dict) and canonical(plain) == content:
            return plain
    except (ValueError, RecursionError) as fault:
        raise BundleError(f"{name} in the bundle cannot be read: {fault}. {_AGAIN}") from fault
    raise BundleError(f"{name} in the bundle is not in the form that an export writes. {_AGAIN}")


def _check_parts(parts: Mapping[str, bytes]) -> None:
    if strange := [name for name in parts if name == MANIFEST or not _is_known(name)]:
        raise BundleError(f"{strange[0]!r} has no place in a bundle.")
    if missing := [name for name in NEEDED if name not in parts]:
        raise BundleError(f"The bundle lacks {', '.join(missing)}, so it is not whole. {_AGAIN}")
    if len(parts) >= MOST_PARTS or sum(map(len, parts.values())) > (LARGEST_MB - 1) * _MB:
        raise BundleError(f"A bundle has fewer than {MOST_PARTS} parts and {LARGEST_MB} MB; this has more.")


def _seal(content: bytes) -> dict[str, Any]:
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)  # dated 1980: the same version gives the same bytes
    entry.create_system = 3
    entry.external_attr = (stat.S_IFREG | 0o600) << 16
    return entry


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
