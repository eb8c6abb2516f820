"""Choices as a file: every way of writing them is read, and what cannot be used is set aside in words."""

import gzip
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.choices_file import read_choices
from data.files import FileError, Limits

LIMITS = Limits(file_mb=50, cell_kb=64, columns=2000)
ITEMS = ("alien", "dune")
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MOMENT = datetime(2026, 2, 1, 18, 30, tzinfo=UTC).timestamp()


@pytest.fixture
def read(tmp_path):
    def written(content, **options):
        path = tmp_path / "choices.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_choices(path, LIMITS, items=ITEMS, now=NOW, **options)

    return written


def rows(*times, user="bea", item="alien"):
    return "user,item,time\n" + "".join(f"{user},{item},{time}\n" for time in times)


def test_choices_are_read_in_the_order_of_the_file(read):
    found = read("user,item,time\nbea,dune,2026-02-01T18:30:00Z\n0071,alien,1970-01-01T00:00:01Z\n")
    assert list(found) == [("bea", "dune", MOMENT), ("0071", "alien", 1.0)]
    assert (found.rows, found.without_zone, len(found.refused)) == (2, 0, 0)
    assert found.manner["delimiter"] == "comma"


@pytest.mark.parametrize(
    ("time", "moment"),
    [
        ("2026-02-01T18:30:00Z", MOMENT),
        ("2026-02-01 18:30Z", MOMENT),
        ("2026-02-01T20:30:00+02:00", MOMENT),
        ("2026-02-01T13:00:00-0530", MOMENT),
        ("2026-02-01T18:30:00.250Z", MOMENT + 0.25),
        (f"{MOMENT:.0f}", MOMENT),
        (f"{MOMENT + 0.5}", MOMENT + 0.5),
        ("0800-01-01T00:00:00Z", datetime(800, 1, 1, tzinfo=UTC).timestamp()),
    ],
)
def test_a_moment_is_iso_with_its_zone_or_seconds_since_1970(read, time, moment):
    found = read(rows(time))
    assert found.moments == [moment]
    assert found.without_zone == 0


@pytest.mark.parametrize(
    ("time", "moment"),
    [("2026-02-01T18:30:00", MOMENT), ("2026-02-01 18:30", MOMENT), ("2026-02-01", MOMENT - 18.5 * 3600)],
)
def test_a_moment_without_a_zone_is_utc_and_counted(read, time, moment):
    found = read(rows(time, "2026-02-01T18:30:00Z"))
    assert found.moments == [moment, MOMENT]
    assert found.without_zone == 1


@pytest.mark.parametrize(
    ("row", "column", "value", "reason"),
    [
        (",alien,2026-02-01", "user", None, "give 1 to 160 visible characters"),
        ("be\u200ba,alien,2026-02-01", "user", "be\\u200ba", "give 1 to 160 visible characters"),
        ("b" * 161 + ",alien,2026-02-01", "user", "b" * 80 + "…", "give 1 to 160 visible characters"),
        ("bea,,2026-02-01", "item", None, "load it there first"),
        ("bea,aliens,2026-02-01", "item", "aliens", "load it there first"),
        ("bea,alien,", "time", None, "give one such as 2026-03-01T18:30:00Z"),
        ("bea,alien,yesterday", "time", "yesterday", "give one such as"),
        ("bea,alien,2026-02-30", "time", "2026-02-30", "give one such as"),
        ("bea,alien,01/02/2026", "time", "01/02/2026", "give one such as"),
        ("bea,alien,2026", "time", "2026", "give one such as"),
        ("bea,alien,20260201", "time", "20260201", "give one such as"),
        ("bea,alien,1e400", "time", "1e400", "check the unit"),
        ("bea,alien,1769970600000", "time", "1769970600000", "check the unit"),
        ("bea,alien,2026-03-01T12:05:01Z", "time", "2026-03-01T12:05:01Z", "check the unit"),
        ("bea,alien", None, "bea,alien", "has 2 cells where the header has 3"),
        ("bea,aliens,yesterday", "item", "aliens", "load it there first"),
    ],
)
def test_a_row_that_cannot_be_used_is_set_aside_with_its_reason(read, row, column, value, reason):
    good = rows(*["2026-02-01T18:30:00Z"] * 3)
    found = read(good + row + "\ncem,dune,2026-02-01\n", refused_share=0.2)
    assert [user for user, _, _ in found] == ["bea", "bea", "bea", "cem"]
    (told,) = found.refused.astype(object).where(found.refused.notna(), None).to_dict("records")
    assert reason in told.pop("reason")
    assert told == {"row": 5, "column": column, "value": value}


def test_a_moment_a_little_ahead_is_read(read):
    ahead = NOW + timedelta(minutes=5)
    assert read(rows(ahead.isoformat())).moments == [ahead.timestamp()]


def test_too_many_bad_rows_refuse_the_file_and_say_the_first(read):
    good = rows(*["2026-02-01T18:30:00Z"] * 18)
    assert len(read(good + "bea,solaris,2026-02-01\n" + good.splitlines()[1] + "\n").refused) == 1
    with pytest.raises(FileError, match=r"2 of 20 rows .* more than 5%.*row 20, column 'item': 'solaris'"):
        read(good + "bea,solaris,2026-02-01\n" * 2)


def test_a_file_of_bad_rows_alone_is_refused_whatever_the_share(read):
    with pytest.raises(FileError, match="1 of 1 rows"):
        read(rows("soon"), refused_share=1.0)


def test_a_missing_column_is_named_with_those_there_are(read):
    with pytest.raises(FileError, match=r"no column 'item' \(it has user, movie, time\).*user, item, time"):
        read("user,movie,time\nbea,alien,2026-02-01\n")


def test_other_ways_of_writing_a_table_are_read_alike(read):
    text = "user;item;time\nZoë;alien;2026-02-01T18:30:00Z\n"
    expected = [("Zoë", "alien", MOMENT)]
    assert list(read(text.encode("utf-16"))) == expected
    assert list(read(gzip.compress(text.encode()))) == expected


@pytest.mark.parametrize(
    ("times", "without_zone"),
    [
        (pa.array([1_769_970_600]), 0),
        (pa.array([1_769_970_600.0]), 0),
        (pa.array([datetime(2026, 2, 1, 18, 30)], pa.timestamp("us")), 1),
        (pa.array([1_769_970_600_000_000], pa.timestamp("us", tz="UTC")), 0),
        (pa.array([1_769_970_600_000], pa.timestamp("ms", tz="Europe/Berlin")), 0),
    ],
)
def test_parquet_is_read_with_its_own_kinds_of_times(tmp_path, times, without_zone):
    table = pa.table({"user": pa.array([71]), "item": pa.array(["alien"]), "time": times})
    pq.write_table(table, tmp_path / "choices.parquet")
    found = read_choices(tmp_path / "choices.parquet", LIMITS, items=ITEMS, now=NOW)
    assert list(found) == [("71", "alien", MOMENT)]
    assert found.without_zone == without_zone
