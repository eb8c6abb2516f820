"""Files that are no tables (RELIABILITY S26 to S28): one clear error each, or a row in quarantine."""

import gzip
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings

from data.files import FileError, Limits, read_table

ROOT = Path(__file__).resolve().parents[2]
LIMITS = Limits(file_mb=50, cell_kb=64, columns=2000)
GOOD = "".join(f"{n},x\n" for n in range(2, 40))


@pytest.fixture
def refusal(tmp_path):
    """Write content to a file, expect it to be refused, and give the message."""

    def refuse(content, name="customers.csv", limits=LIMITS):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        with pytest.raises(FileError) as fault:
            read_table(path, limits)
        message = str(fault.value)
        assert message.isprintable(), "a message is one line of seen characters"
        assert len(message) < 700
        return message

    return refuse


@pytest.fixture
def quarantine(tmp_path):
    """Write content to a file and give the refused rows as row -> reason."""

    def read(content):
        path = tmp_path / "customers.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        table = read_table(path, LIMITS)
        assert table.rows == len(table.frame) + len(table.refused)
        return dict(zip(table.refused["row"], table.refused["reason"], strict=True))

    return read


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"%PDF-1.7\n1 0 obj", "PDF"),
        (b"PK\x03\x04rest", "Excel workbook or a ZIP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"SQLite format 3\x00", "SQLite"),
        (b"<!DOCTYPE html><html><body>a,b</body></html>", "HTML"),
        (b"\n  <?xml version='1.0'?><a/>", "HTML or XML"),
        (json.dumps([{"id": 1, "churn": "Yes"}]).encode(), "JSON"),
        (json.dumps({"id": [1, 2]}, indent=1).encode(), "JSON"),
        (bytes(range(256)) * 40, "binary"),
        (b"\x00" * 5000, "zero bytes"),
        ("id,a\n1,2\n".encode("utf-32"), "UTF-32"),
        (b"BZh91AY", "bzip2"),
    ],
)
def test_what_is_no_table_is_named_and_refused(refusal, content, what):
    assert what in refusal(content)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"   \n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(refusal, content):
    assert "Export the table again" in refusal(content)


def test_a_header_without_rows_is_refused(refusal):
    assert "a header and no rows" in refusal("id,tenure,churn\n\n")


@pytest.mark.parametrize("content", ["id\n1\n2\n", "id:tenure:churn\n1:2:Yes\n", "one long sentence\n"])
def test_one_column_only_names_the_delimiters_that_are_known(refusal, content):
    assert "comma, semicolon, tab or bar" in refusal(content)


def test_rows_under_another_delimiter_than_the_header_are_refused(refusal):
    assert "Check the delimiter" in refusal("id,churn\n1;Yes\n2;No\n3;No\n")


def test_a_column_named_twice_is_refused_with_its_places(refusal):
    assert "'churn' 2 times (columns 2, 4)" in refusal("id,churn,age, churn \n1,2,3,4\n")


def test_a_column_without_a_name_is_refused_with_its_place(refusal):
    assert "Column 1 of customers.csv has no name" in refusal(",id,churn\n0,a,Yes\n")


@pytest.mark.parametrize("sign", ["\u200b", "\u202e", "\u2066", "\ufeff", "\x07", "\x00"])
def test_a_name_with_unseen_characters_is_shown_escaped_and_refused(refusal, sign):
    message = refusal(f"id,na{sign}me\n1,2\n")
    assert sign.encode("unicode_escape").decode() in message
    assert "Type the name again" in message


def test_a_header_that_stands_again_in_the_body_is_a_refused_row(quarantine):
    refused = quarantine("id,churn\n1,Yes\nid,churn\n" + GOOD)
    assert list(refused) == [3]
    assert "the header again" in refused[3]


def test_a_ragged_row_is_refused_and_the_others_stay(quarantine):
    refused = quarantine("id,churn\n1,Yes,No\nx\n" + GOOD)
    assert refused == {2: "has 3 cells where the header has 2", 3: "has 1 cells where the header has 2"}


def test_a_nul_byte_is_a_refused_row(quarantine):
    assert "NUL" in quarantine("id,churn\n1,Y\0es\n" + GOOD)[2]


def test_mixed_line_ends_make_the_same_rows(quarantine):
    assert quarantine("id,churn\r\n1,Yes\n2,No\r3,No\r\n" + GOOD) == {}


def test_a_quote_left_open_costs_its_own_line_and_no_other(quarantine, tmp_path):
    refused = quarantine('id,churn\n1,"Yes\n' + GOOD)
    assert list(refused) == [2]
    assert "not closed" in refused[2]


def test_a_quote_left_open_and_closed_by_chance_costs_its_own_line_and_no_other(quarantine):
    refused = quarantine('id,churn\n1,"Yes\n2,No\n3,"No"\n' + GOOD)
    assert list(refused) == [2]


def test_rows_swallowed_into_a_ragged_one_are_read_again(quarantine):
    refused = quarantine('id,churn\n1,"Yes\n2,No\n3,x",No\n' + GOOD)
    assert list(refused) == [2, 4]
    assert "a quote may be left open" in refused[2]


def test_text_after_a_closing_quote_is_a_refused_row(quarantine):
    assert "after a closing quote" in quarantine('id,churn\n1,"Ye"s\n' + GOOD)[2]


def test_mostly_ragged_rows_refuse_the_file(refusal):
    assert "do not fit its header" in refusal("id,churn\n" + "1\n" * 30 + "1,2\n")


def test_a_cell_above_the_limit_is_refused_with_row_and_column(refusal):
    message = refusal("id,note\n1,b\n2," + "x" * 70_000 + "\n")
    assert "Row 3, column 'note'" in message
    assert "KEEPSIGHT_CELL_LIMIT_KB" in message


def test_too_many_columns_are_counted_and_refused(refusal):
    assert "2,001 columns, the limit is 2,000" in refusal(",".join(f"c{n}" for n in range(2001)) + "\n")


def test_a_file_above_the_limit_is_refused_unread(refusal):
    message = refusal("a,b\n" + "1,2\n" * 300_000, limits=Limits(1, 64, 10))
    assert "KEEPSIGHT_FILE_LIMIT_MB" in message


def test_a_packed_file_is_measured_unpacked(refusal):
    message = refusal(gzip.compress(b"a,b\n" + b"1,2\n" * 300_000), "a.csv.gz", limits=Limits(1, 64, 10))
    assert "unpacks to more than the limit of 1 MB" in message


def test_damaged_packing_is_refused(refusal):
    packed = gzip.compress(os.urandom(4000).hex().encode())
    assert "cannot be unpacked" in refusal(packed[:3000], "a.csv.gz")


def test_utf_8_with_a_damaged_letter_is_no_other_encoding(refusal):
    assert "UTF-8 but damaged" in refusal("id,name\n1,Zoë\n2,Ötzi\n3,Åsa\n".encode() + b"4,\xff\n")


def test_bytes_of_no_known_encoding_are_refused(refusal):
    assert "Save it as UTF-8" in refusal(b"id,name\n1,\x81\x8d\n")


def test_half_a_utf_16_letter_is_refused(refusal):
    assert "UTF-16" in refusal("id,name\n1,a\n".encode("utf-16") + b"x")


def test_a_missing_file_a_folder_and_a_device_are_told_apart(tmp_path):
    for path, what in (
        (tmp_path / "no.csv", "no file"),
        (tmp_path, "a folder"),
        (Path(os.devnull), "a device"),
    ):
        with pytest.raises(FileError, match=what):
            read_table(path, LIMITS)


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(FileError, match="a device or a pipe"):
        read_table(tmp_path / "pipe.csv", LIMITS)


def test_a_path_that_is_none_is_refused():
    with pytest.raises(FileError, match="cannot be opened"):
        read_table(Path("a\0b.csv"), LIMITS)


@pytest.fixture
def nobody():
    """Be somebody who may not read everything, for the length of a test."""
    me = os.geteuid()
    if me == 0:
        os.seteuid(65534)
    yield
    os.seteuid(me)


def test_a_file_that_may_not_be_read_is_refused(tmp_path, nobody):
    path = tmp_path / "locked.csv"
    if os.access(tmp_path, os.W_OK, effective_ids=True):
        path.write_text("id,a\n1,2\n")
        path.chmod(0)
    with pytest.raises(FileError, match="permissions"):
        read_table(path, LIMITS)


def test_a_damaged_parquet_file_is_refused(refusal, tmp_path):
    pq.write_table(pa.table({"id": ["a"] * 99, "b": range(99)}), tmp_path / "good.parquet")
    content = (tmp_path / "good.parquet").read_bytes()
    assert "damaged Parquet" in refusal(content[:-20], "a.parquet")
    assert "damaged Parquet" in refusal(b"PAR1" + b"\0" * 40 + b"PAR1", "b.parquet")


def test_nested_parquet_columns_are_refused_by_name(refusal, tmp_path):
    pq.write_table(pa.table({"id": ["a"], "list": [[1, 2]]}), tmp_path / "nested.parquet")
    assert "Column 'list'" in refusal((tmp_path / "nested.parquet").read_bytes(), "a.parquet")


def test_a_small_parquet_file_of_too_many_cells_is_refused_by_its_own_account(refusal, tmp_path):
    table = pa.table(
        {"id": pa.array(np.zeros(3_000_000, dtype=np.int8)), "b": pa.nulls(3_000_000, pa.string())}
    )
    pq.write_table(table, tmp_path / "bomb.parquet")
    content = (tmp_path / "bomb.parquet").read_bytes()
    assert len(content) < 100_000
    assert "6,000,000 cells" in refusal(content, "a.parquet", limits=Limits(4, 64, 10))


def test_a_long_text_in_parquet_is_refused(refusal, tmp_path):
    pq.write_table(pa.table({"id": ["a"], "note": ["x" * 70_000]}), tmp_path / "long.parquet")
    assert "Column 'note'" in refusal((tmp_path / "long.parquet").read_bytes(), "a.parquet")


def test_a_workbook_is_refused(refusal, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    assert "save the sheet as CSV" in refusal((tmp_path / "a.zip").read_bytes(), "a.xlsx")


IN_A_CAGE = """
import resource, sys
from pathlib import Path
from data.files import FileError, Limits, read_table
limit = 1_500_000_000
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_table(Path(sys.argv[1]), Limits(file_mb=2000, cell_kb=64, columns=2000))
except FileError as fault:
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024, fault)
"""


def bombs(folder):
    """Write the files that would fill a machine."""
    (folder / "one-cell.csv").write_bytes(b"id,note\n1," + b"x" * 100_000_000 + b"\n")
    (folder / "one-quoted-cell.csv").write_bytes(b'id,note\n1,"' + b"x\n" * 50_000_000 + b'"\n')
    (folder / "one-column.csv").write_bytes(b"value\n" + b"123456789\n" * 10_000_000)
    (folder / "columns.csv").write_bytes(b",".join(b"c%d" % n for n in range(1_000_000)) + b"\n1\n")
    with gzip.open(folder / "zeros.csv.gz", "wb", compresslevel=1) as packed:
        packed.write(b"id,a\n")
        for _ in range(300):
            packed.write(b"\0" * 1_000_000)
    with gzip.open(folder / "rows.csv.gz", "wb", compresslevel=9) as packed:
        packed.write(b"id,a\n")
        for _ in range(300):
            packed.write(b"11111111,22222222222\n" * 47_619)
    return folder


@pytest.fixture(scope="module")
def bomb_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bombs")
    return bombs(folder)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("one-cell.csv", "16 million characters"),
        ("one-quoted-cell.csv", "do not fit"),
        ("one-column.csv", "one column only"),
        ("columns.csv", "1,000,000 columns"),
        ("zeros.csv.gz", "binary"),
        ("rows.csv.gz", "unpacks to more than 200 times"),
    ],
)
def test_a_file_made_to_fill_the_memory_is_refused_in_little_of_it(bomb_folder, name, what):
    """S27: in a process that may use 20 seconds of CPU and no more memory than stated."""
    ran = subprocess.run(
        [sys.executable, "-c", IN_A_CAGE, str(bomb_folder / name)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    megabytes, message = ran.stdout.split(" ", 1)
    assert what in message
    assert int(megabytes) < 250


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.text('ab,;"\n\r\t|\0 é', max_size=120).map(lambda text: b"id,churn\n" + text.encode()),
        st.text('ab,;"\n\r', max_size=60).map(lambda text: ("id;x\n" + text).encode("utf-16")),
    ),
    st.booleans(),
)
def test_whatever_the_bytes_a_table_or_one_clear_error_comes_out(tmp_path, content, packed):
    path = tmp_path / "any.csv"
    path.write_bytes(gzip.compress(content) if packed else content)
    try:
        table = read_table(path, LIMITS)
    except FileError as fault:
        assert str(fault).isprintable()
    else:
        assert table.rows == len(table.frame) + len(table.refused)
        assert table.frame.index.is_unique
