"""Counts of what is used in the store: added up whoever adds, and who is left out of them."""

import threading
from datetime import UTC, date, datetime

from data.store.usage import UsageKey

DAY = date(2026, 3, 1)


def test_counts_of_several_processes_add_up(store):
    keys = [UsageKey(DAY, page, bucket) for page in ("/", "/log") for bucket in (-1, 0, 3)]

    def add():
        for _ in range(5):
            store.add_usage(dict.fromkeys(keys, 2), patience_seconds=20)

    threads = [threading.Thread(target=add) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert store.usage(DAY) == dict.fromkeys(keys, 40)
    assert store.usage(date(2026, 3, 2)) == {}


def test_nothing_to_add_writes_nothing_and_old_days_are_removed(store):
    store.add_usage({})
    store.add_usage({UsageKey(DAY, "/", -1): 1, UsageKey(date(2026, 3, 2), "/", -1): 1})
    assert store.remove_usage(date(2026, 3, 2)) == 1
    assert list(store.usage(DAY)) == [UsageKey(date(2026, 3, 2), "/", -1)]


def test_who_is_left_out_is_so_until_counted_again(store):
    store.clock = lambda: datetime(2026, 3, 1, tzinfo=UTC)
    assert store.leave_out("ada") and not store.leave_out("ada")
    assert store.left_out() == {"ada"}
    assert store.count_in("ada") and not store.count_in("ada")
    assert store.left_out() == frozenset()
