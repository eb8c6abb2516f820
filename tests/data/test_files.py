"""Files that are tables: every way of writing one comes in as the text it holds."""

import csv
import gzip
import io

import hypothesis.strategies as st
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings

from data.files import Limits, read_table

LIMITS = Limits(file_mb=50, cell_kb=64, columns=2000)
ROWS = [["a1", "Zoë – €", "1.50", ""], ["a2", "Müller", "007", "x"], ["a3", " blank ", "NA", "Yes"]]
HEADER = ["id", "name", "amount", "left"]


@pytest.fixture
def written(tmp_path):
    """Write a file and give its path."""

    def write(content, name="customers.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def as_csv(rows, delimiter=",", end="\r\n"):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(rows)
    return text.getvalue()


def cells(table):
    return [list(row) for row in table.frame.itertuples(index=False)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("delimiter", "word"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "bar")]
)
def test_every_delimiter_and_line_end_is_told_from_the_file(written, delimiter, word, end):
    table = read_table(written(as_csv([HEADER, *ROWS], delimiter, end)), LIMITS)
    assert (table.format, table.delimiter, table.rows) == ("csv", word, 3)
    assert cells(table) == ROWS


@pytest.mark.parametrize(
    ("codec", "mark", "word"),
    [
        ("utf-8", b"", "UTF-8"),
        ("utf-8", b"\xef\xbb\xbf", "UTF-8 with BOM"),
        ("utf-16-le", b"\xff\xfe", "UTF-16 LE"),
        ("utf-16-be", b"\xfe\xff", "UTF-16 BE"),
        ("utf-16-le", b"", "UTF-16 LE"),
        ("utf-16-be", b"", "UTF-16 BE"),
        ("cp1252", b"", "cp1252"),
    ],
)
def test_every_encoding_is_told_from_the_file(written, codec, mark, word):
    table = read_table(written(mark + as_csv([HEADER, *ROWS]).encode(codec)), LIMITS)
    assert (table.encoding, list(table.frame.columns), cells(table)) == (word, HEADER, ROWS)


def test_a_letter_beyond_ascii_far_into_the_file_still_decides_the_encoding(written):
    plain = as_csv([HEADER, *([ROWS[1][:1] + ["x"] * 3] * 120_000)])
    table = read_table(written(plain.encode() + "a9,Ä,1,2\r\n".encode("cp1252")), LIMITS)
    assert (table.encoding, table.frame["name"].iloc[-1]) == ("cp1252", "Ä")


def test_a_gzip_packed_file_is_read_like_the_file_in_it(written):
    table = read_table(written(gzip.compress(as_csv([HEADER, *ROWS]).encode()), "customers.csv.gz"), LIMITS)
    assert table.compressed
    assert cells(table) == ROWS


def test_nothing_in_a_csv_is_taken_for_a_number_a_date_or_missing(written):
    rows = [["1", "1.0", "2026-01-02"], ["NaN", "TRUE", "1e400"], ["", "inf", "00501"]]
    assert cells(read_table(written(as_csv([["a", "b", "c"], *rows])), LIMITS)) == rows


def test_rows_are_numbered_as_a_spreadsheet_does(written):
    table = read_table(written('id,note\n1,"two\nlines"\n\n2,b\n3,too,many\n , \n4,d\n'), LIMITS)
    assert list(table.frame.index) == [2, 4, 7]
    assert table.refused[["row", "reason"]].values.tolist() == [[5, "has 3 cells where the header has 2"]]
    assert (table.rows, table.frame.index.name) == (4, "row")


def test_the_line_by_which_excel_names_the_delimiter_is_heeded(written):
    table = read_table(written("sep=;\nid;a,b\n1;x\n2;y\n"), LIMITS)
    assert (list(table.frame.columns), table.delimiter) == (["id", "a,b"], "semicolon")
    assert list(table.frame.index) == [3, 4]


def test_names_are_trimmed_and_may_be_of_any_script(written):
    assert list(read_table(written(" id ,שם,名前\n1,a,b\n"), LIMITS).frame.columns) == ["id", "שם", "名前"]


def test_a_long_file_keeps_every_row_in_its_order(written):
    rows = [[str(n), f"name {n}", str(n % 7)] for n in range(2501)]
    table = read_table(written(as_csv([["id", "name", "week"], *rows])), LIMITS)
    assert cells(table) == rows
    assert list(table.frame.index) == list(range(2, 2503))


def test_a_parquet_file_keeps_its_types_and_writes_dates_as_iso_text(written, tmp_path):
    stamp = pd.Timestamp("2026-03-01 12:30:00")
    table = pa.table(
        {
            "id": pa.array(["a", "b", None]),
            "whole": pa.array([1, None, 3], pa.int32()),
            "price": pa.array([1.5, None, 2.0], pa.float32()),
            "yes": pa.array([True, False, None]),
            "level": pa.array(["x", "y", "x"]).dictionary_encode(),
            "day": pa.array([stamp.date(), None, stamp.date()]),
            "moment": pa.array([stamp, None, stamp]),
            "exact": pa.array([1, 2, 3], pa.decimal128(5, 2)),
            "none": pa.nulls(3),
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    read = read_table(tmp_path / "t.parquet", LIMITS)
    assert (read.format, read.delimiter, read.encoding, list(read.frame.index)) == (
        "parquet",
        None,
        None,
        [2, 3, 4],
    )
    first = read.frame.iloc[0].tolist()[:-1]
    assert first == ["a", 1, 1.5, True, "x", "2026-03-01", "2026-03-01T12:30:00", 1.0]
    assert read.frame.iloc[1].isna().tolist() == [False, True, True, False, False, True, True, False, True]


SIGNS = st.characters(codec="utf-8", exclude_categories=["Cc"], include_characters="\t\r\n")
TEXT = st.text(SIGNS, max_size=8)
NAMES = st.lists(
    st.text("abcdefghij ÄÖé_", min_size=1, max_size=8).map(str.strip).filter(bool),
    min_size=2,
    max_size=5,
    unique=True,
)


@st.composite
def tables(draw):
    """Draw a header and rows of any text, in no row the header again and none wholly blank."""
    header = draw(NAMES)
    row = st.lists(TEXT, min_size=len(header), max_size=len(header))
    kept = row.filter(lambda cells: any(c.strip() for c in cells) and [c.strip() for c in cells] != header)
    return header, draw(st.lists(kept, min_size=1, max_size=8))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    tables(),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.booleans(),
)
def test_any_table_that_is_written_is_read_back_to_the_letter(tmp_path, table, delimiter, end, codec, packed):
    header, rows = table
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(
        [header, *rows]
    )
    content = text.getvalue().encode(codec)
    path = tmp_path / "any.csv"
    path.write_bytes(gzip.compress(content) if packed else content)
    read = read_table(path, LIMITS)
    assert (list(read.frame.columns), cells(read), len(read.refused)) == (header, rows, 0)
