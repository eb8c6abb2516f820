"""How a text file is written: what it is if it is no table, its encoding, and whether it is a bomb."""

from __future__ import annotations

import codecs
import re
from typing import IO

import numpy as np

from data.files.table import FileError, Limits

_CHUNK_BYTES = 1 << 20
_BOMB_BYTES = 64 << 20
_BOMB_RATIO = 200
_KINDS_OF_FILE = (
    (b"%PDF", "a PDF document", "export the table itself as CSV"),
    (b"PK\x03\x04", "an Excel workbook or a ZIP archive", "save the sheet as CSV (UTF-8), or unpack it"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "save the sheet as CSV (UTF-8)"),
    (b"\x89PNG", "a picture", "give the table as CSV or Parquet"),
    (b"\xff\xd8\xff", "a picture", "give the table as CSV or Parquet"),
    (b"GIF8", "a picture", "give the table as CSV or Parquet"),
    (b"SQLite format 3", "an SQLite database", "export the table as CSV or Parquet"),
    (b"{\\rtf", "an RTF document", "export the table itself as CSV"),
    (b"BZh", "packed with bzip2", "unpack it, or pack it with gzip"),
    (b"\xfd7zXZ", "packed with xz", "unpack it, or pack it with gzip"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd", "unpack it, or pack it with gzip"),
    (b"7z\xbc\xaf", "a 7-Zip archive", "unpack it"),
    (b"\x1f\x8b", "packed with gzip twice", "unpack it once"),
    (b"\xff\xfe\x00\x00", "written in UTF-32", "save it as UTF-8"),
    (b"\x00\x00\xfe\xff", "written in UTF-32", "save it as UTF-8"),
)


def refuse_other_kinds(head: bytes, name: str, packed: bool) -> None:
    """Name what a file is when it is no table."""
    for magic, what, remedy in _KINDS_OF_FILE:
        if head.startswith(magic):
            raise FileError(f"{name} is {what}, not a table that can be read: {remedy}.")
    if head.startswith(b"PAR1"):
        raise FileError(f"{name} is Parquet packed with gzip: unpack it; Parquet is packed already.")
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        what = "only zero bytes or blanks"
        raise FileError(f"{name} holds {what}, no table. Export the table again.")
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if start.startswith(b"<"):
        raise FileError(
            f"{name} is HTML or XML (a web page?), not a table. Download or export the CSV itself."
        )
    if re.match(rb'\{\s*["}]|\[\s*[\[{"\d\]-]', start):
        raise FileError(f"{name} is JSON, not a table. Export it as CSV with a header, or as Parquet.")


def detect_encoding(
    stream: IO[bytes], head: bytes, name: str, limits: Limits, *, packed_size: int | None
) -> tuple[str, str]:
    """Detect the encoding from the whole file, and measure its unpacked size on the way.

    Returns
    -------
    codec, words
        Python's name of the encoding, and how it is called on screen.
    """
    codec, words = _encoding_of_head(head, name)
    decoder = codecs.getincrementaldecoder("utf-8")() if codec == "utf-8" else None
    total = beyond_ascii = 0
    while chunk := stream.read(_CHUNK_BYTES):
        total += len(chunk)
        _refuse_bomb(total, packed_size, name, limits)
        if decoder is None or (chunk.isascii() and not decoder.getstate()[0]):
            continue
        try:
            beyond_ascii += (
                sum(character > "\x7f" for character in decoder.decode(chunk)) if not chunk.isascii() else 0
            )
        except UnicodeDecodeError as fault:
            beyond_ascii += _beyond_ascii_before(fault)
            if beyond_ascii > 2:
                where = total - len(chunk) + fault.start
                raise FileError(
                    f"{name} is UTF-8 but damaged near byte {where:,}: a character is cut or mixed from "
                    "another encoding. Export it again as UTF-8."
                ) from fault
            return "cp1252", "cp1252"
    if decoder is not None and decoder.getstate()[0]:
        return "cp1252", "cp1252"
    return codec, words


def _beyond_ascii_before(fault: UnicodeDecodeError) -> int:
    return sum(character > "\x7f" for character in fault.object[: fault.start].decode("utf-8", "ignore"))


def _encoding_of_head(head: bytes, name: str) -> tuple[str, str]:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig", "UTF-8 with BOM"
    if head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16", "UTF-16 LE"
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16", "UTF-16 BE"
    places = np.frombuffer(head[: len(head) // 2 * 2], dtype=np.uint8).reshape(-1, 2) == 0
    even, odd = places.mean(axis=0) if len(places) else (0.0, 0.0)
    if odd > 0.4 and even < 0.05:
        return "utf-16-le", "UTF-16 LE"
    if even > 0.4 and odd < 0.05:
        return "utf-16-be", "UTF-16 BE"
    codes = np.frombuffer(head, dtype=np.uint8)
    controls = (codes < 9) | ((codes > 13) & (codes < 32) & (codes != 26) & (codes != 27))
    if controls.sum() > max(3, 0.03 * len(codes)):
        raise FileError(f"{name} is binary, not a table. Give a CSV (UTF-8) or Parquet file.")
    return "utf-8", "UTF-8"


def _refuse_bomb(total: int, packed_size: int | None, name: str, limits: Limits) -> None:
    if total > limits.file_mb * 1_000_000:
        raise FileError(
            f"{name} unpacks to more than the limit of {limits.file_mb:,} MB. "
            "Split it, or raise KEEPSIGHT_FILE_LIMIT_MB."
        )
    if packed_size is not None and total > max(_BOMB_BYTES, _BOMB_RATIO * packed_size):
        raise FileError(
            f"{name} unpacks to more than {_BOMB_RATIO} times its size, which no real table does. "
            "If it is one, unpack it first."
        )
