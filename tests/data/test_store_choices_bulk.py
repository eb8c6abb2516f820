"""Choices by the million: put in place at once or not at all, and read as arrays in one consistent state."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from data.store import (
    FutureChoice,
    ItemRow,
    LoadCount,
    Store,
    StoreFull,
    UnknownCatalogue,
    UnknownItemRow,
)
from data.store import choice_arrays as module
from tests.full_disk import full_disk

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NOW = NOON.timestamp()


@pytest.fixture
def films(store):
    store.clock = lambda: NOON
    store.put_catalogue("films", ["Horror"], [ItemRow(f"i{n}", f"Item {n}") for n in range(5)])
    return store


def triples(found):
    """The choices as people would write them."""
    assert (found.person.dtype, found.item.dtype, found.moment.dtype) == (np.int32, np.int32, np.float64)
    columns = (found.person.tolist(), found.item.tolist(), found.moment.tolist())
    return [(found.people[person], f"i{item}", moment) for person, item, moment in zip(*columns, strict=True)]


def choose(store, person, item, key, moment=NOON):
    return store.record_choice("films", person, item, key=key, moment=moment, actor="u-1")


def test_a_catalogue_without_choices_gives_empty_arrays(films):
    found = films.all_choices("films")
    assert (found.people, triples(found), found.seq, found.generation) == ([], [], 0, 1)


def test_choices_loaded_and_made_are_read_together(films):
    count = films.load_choices("films", [("cem", "i3", 5.25), ("bea", "i1", -1.5), ("bea", "i0", 7.0)])
    assert count == LoadCount(3, 0)
    choose(films, "user:dee", "i4", "k1")
    choose(films, "bea", "i4", "k2", NOON - timedelta(microseconds=1))
    films.undo_choice("films", "bea", "i0", key="k3", actor="u-1")
    found = films.all_choices("films")
    assert sorted(triples(found)) == [
        ("bea", "i1", -1.5), ("bea", "i4", NOW - 1e-6), ("cem", "i3", 5.25), ("user:dee", "i4", NOW),
    ]  # fmt: skip
    assert (found.seq, found.generation) == (films.catalogue_mark("films")[1], 2) == (3, 2)
    assert films.history("films", "cem") == [("i3", datetime(1970, 1, 1, 0, 0, 5, 250_000, UTC), "load")]


def test_a_load_is_told_by_the_generation_and_by_no_events(films):
    films.load_choices("films", [("bea", "i0", 1.0)])
    assert films.catalogue_mark("films") == (2, 0)
    assert films.events_since("films", 0) == []


def test_the_same_load_again_counts_nothing_and_disturbs_nobody(films):
    rows = [("bea", "i0", 1.0), ("bea", "i1", 2.0)]
    films.load_choices("films", rows)
    mark = films.catalogue_mark("films")
    assert films.load_choices("films", rows) == LoadCount(0, 2)
    assert films.catalogue_mark("films") == mark
    assert films.load_choices("films", [*rows, ("bea", "i2", 3.0)]) == LoadCount(1, 2)
    assert films.catalogue_mark("films") == (mark[0] + 1, 0)


def test_of_a_choice_that_comes_more_than_once_the_first_in_time_counts(films):
    rows = [("bea", "i0", 9.0), ("cem", "i0", 1.0), ("bea", "i0", 3.0), ("bea", "i0", 4.0)]
    assert films.load_choices("films", rows) == LoadCount(2, 2)
    assert sorted(triples(films.all_choices("films"))) == [("bea", "i0", 3.0), ("cem", "i0", 1.0)]


def test_a_choice_that_is_there_stays_as_it_is(films):
    choose(films, "bea", "i0", "k1")
    assert films.load_choices("films", [("bea", "i0", 1.0)]) == LoadCount(0, 1)
    assert films.history("films", "bea") == [("i0", NOON, "person")]


def test_more_rows_than_a_batch_are_all_there(films, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 3)
    rows = [(f"p{person}", f"i{item}", float(item)) for item in range(5) for person in range(4)]
    assert films.load_choices("films", rows) == LoadCount(20, 0)
    assert sorted(triples(films.all_choices("films"))) == sorted(rows)


def test_people_keep_their_numbers(films):
    films.load_choices("films", [("cem", "i0", 1.0), ("bea", "i0", 1.0)])
    first = films.all_choices("films").people
    choose(films, "user:dee", "i1", "k1")
    films.load_choices("films", [("abe", "i0", 1.0), ("bea", "i2", 1.0), ("user:dee", "i3", 2.0)])
    assert films.all_choices("films").people == [*first, "user:dee", "abe"]


def test_a_load_of_nothing_is_nothing(films):
    assert films.load_choices("films", []) == LoadCount(0, 0)
    assert films.catalogue_mark("films") == (1, 0)


GOOD = [("bea", "i0", 1.0), ("cem", "i1", 2.0)]


@pytest.mark.parametrize(
    ("bad", "fault", "words"),
    [
        (("bea", "solaris", 1.0), UnknownItemRow, "no item 'solaris'"),
        (("bea", "i2", NOW + 301), FutureChoice, "Choice 3 .* check the unit"),
        (("bea", "i2", NOW * 1000), FutureChoice, "seconds, not milliseconds"),
        (("bea", "i2", float("inf")), FutureChoice, "Choice 3"),
        (("bea", "i2", float("nan")), ValueError, "Choice 3 has the moment nan"),
        (("bea", "i2", -1e12), ValueError, "give seconds since 1970"),
        (("", "i2", 1.0), ValueError, "is no key of a person"),
        (("be\x00a", "i2", 1.0), ValueError, "is no key of a person"),
    ],
)
def test_one_bad_row_refuses_the_load_and_nothing_changes(films, bad, fault, words):
    with pytest.raises(fault, match=words):
        films.load_choices("films", [*GOOD, bad])
    found = films.all_choices("films")
    assert (len(found.item), found.people, found.generation) == (0, [], 1)


def test_a_moment_a_little_ahead_counts_as_now(films):
    films.load_choices("films", [("bea", "i0", NOW + 299)])
    assert films.all_choices("films").moment.tolist() == [NOW]


def test_a_catalogue_that_is_not_there_is_refused(films):
    with pytest.raises(UnknownCatalogue):
        films.load_choices("books", GOOD)


def test_what_goes_wrong_after_a_load_takes_it_back(films):
    with pytest.raises(RuntimeError, match="stopped"), films.transaction() as together:
        assert together.load_choices("films", GOOD) == LoadCount(2, 0)
        raise RuntimeError("stopped")
    assert films.all_choices("films").people == []


def test_catalogues_do_not_mix(films):
    films.put_catalogue("books", [], [ItemRow("i0", "Zero")])
    films.load_choices("films", GOOD)
    films.load_choices("books", [("dee", "i0", 4.0)])
    assert triples(films.all_choices("books")) == [("dee", "i0", 4.0)]
    assert len(films.all_choices("films").item) == 2


def test_all_choices_are_read_in_one_state_while_others_write(films, monkeypatch):
    """What is written between the reads belongs to none of them."""
    url = films._engines.url.render_as_string(hide_password=False)
    other = Store(url, clock=lambda: NOON)
    films.load_choices("films", GOOD)
    marked = module.marked

    def write_after(connection, name):
        found = marked(connection, name)
        choose(other, "user:dee", "i4", "k1")
        other.load_choices("films", [("eli", "i3", 3.0)])
        return found

    monkeypatch.setattr(module, "marked", write_after)
    found = films.all_choices("films")
    assert (found.seq, found.generation, sorted(triples(found))) == (0, 2, GOOD)
    assert sorted(found.people) == ["bea", "cem"]
    other.dispose()


def test_many_choices_of_one_person_and_of_many(tmp_path):
    """More than one batch, and one person who chose everything."""
    store = Store(f"sqlite:///{tmp_path / 'keepsight.db'}")
    store.migrate()
    store.put_catalogue("films", [], [ItemRow(f"i{n}", f"Item {n}") for n in range(1000)])
    rows = [(f"p{n % 100}", f"i{n // 100}", float(n)) for n in range(100_000)]
    rows += [("all", f"i{n}", float(n)) for n in range(1000)]
    assert store.load_choices("films", rows) == LoadCount(101_000, 0)
    found = store.all_choices("films")
    assert len(found.item) == 101_000
    person = found.people.index("all")
    assert found.item[found.person == person].tolist() == list(range(1000))
    assert len(store.history("films", "all")) == 1000
    store.dispose()


def test_a_full_disk_takes_a_load_back_and_there_is_a_next_time(tmp_path):
    """S48."""
    store = Store(f"sqlite:///{tmp_path / 'keepsight.db'}")
    store.migrate()
    store.put_catalogue("films", [], [ItemRow(f"i{n}", f"Item {n}") for n in range(100)])
    rows = [(f"p{n % 1000}", f"i{n // 1000}", float(n)) for n in range(100_000)]
    with full_disk(1_000_000), pytest.raises(StoreFull, match="Free some space"):
        store.load_choices("films", rows)
    found = store.all_choices("films")
    assert (len(found.item), found.people, found.generation) == (0, [], 1)
    assert store.load_choices("films", rows) == LoadCount(100_000, 0)
    store.dispose()
