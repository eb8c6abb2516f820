"""The canonical form and the hashes of the log."""

import hashlib
import json
import math
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.store import EntryRefused
from data.store.chain import canonical, header_hash, payload_hash

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)

HEADER = {
    "seq": 7,
    "time": datetime(2026, 3, 1, 12, 0, 0, 5, tzinfo=UTC),
    "kind": "what-if",
    "actor": "k3v9",
    "version": "a1",
    "snapshot": None,
    "payload_hash": "b2",
    "previous": "c3",
}


def same(a, b) -> bool:
    """Equal to the bit: 0.0 is not -0.0, 1 is not 1.0, True is not 1."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float):
        return a == b and math.copysign(1, a) == math.copysign(1, b)
    return a == b


@given(PLAIN)
def test_what_is_written_down_reads_back_to_the_bit(value):
    assert same(json.loads(canonical(value)), value)


def test_the_order_of_keys_does_not_change_the_form():
    assert canonical({"b": 1, "a": [1.5, None, "é"]}) == '{"a":[1.5,null,"é"],"b":1}'


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, {1, 2}, b"x", datetime.now(UTC), "\ud800"])
def test_what_has_no_exact_form_is_refused_with_the_remedy(value):
    with pytest.raises(EntryRefused, match=r"give dictionaries with text keys|replace it before logging"):
        canonical({"x": value})


def test_the_hashes_can_be_recomputed_by_hand():
    about, body = '{"actor_name":"Ada","subject":"7590"}', '{"x":1}'
    by_hand = hashlib.sha256(f"salt\n{about}\n{body}".encode()).hexdigest()
    assert payload_hash("salt", "Ada", "7590", body) == by_hand
    written = (
        '{"actor":"k3v9","kind":"what-if","payload_hash":"b2","previous":"c3","seq":7,'
        '"snapshot":null,"time":"2026-03-01T12:00:00.000005+00:00","version":"a1"}'
    )
    assert header_hash(HEADER) == hashlib.sha256(written.encode()).hexdigest()


@pytest.mark.parametrize("field", HEADER)
def test_every_field_of_the_header_is_in_its_hash(field):
    other = (
        HEADER["time"] + timedelta(microseconds=1) if field == "time" else 8 if field == "seq" else "other"
    )
    assert header_hash({**HEADER, field: other}) != header_hash(HEADER)


def test_the_same_moment_in_another_time_zone_has_the_same_hash():
    elsewhere = HEADER["time"].astimezone(timezone(timedelta(hours=-7)))
    assert header_hash({**HEADER, "time": elsewhere}) == header_hash(HEADER)


@given(TEXT, TEXT, TEXT, TEXT)
def test_no_other_payload_has_the_same_text_to_hash(name, subject, other_name, other_subject):
    if (name, subject) != (other_name, other_subject):
        assert payload_hash("s", name, subject, "{}") != payload_hash("s", other_name, other_subject, "{}")
