"""Objections in the store: said and taken back, never overwritten, and told as of any revision."""

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.store import Store

ADA = {"actor": "u-1", "actor_name": "Ada"}


def says(store, customer, step="object", spec="town", words="By phone."):
    return store.record_objection(spec, customer, step, words=words, **ADA)


def test_nobody_objects_from_the_start(store):
    assert store.objections_revision() == 0
    assert store.objectors("town") == frozenset() and store.objections("town") == []


def test_an_objection_reads_back_and_holds_until_it_is_taken_back(store):
    assert says(store, "A1") == 1
    assert store.objectors("town") == {"A1"}
    (held,) = store.objections("town", "A1")
    assert (held.customer, held.actor_name, held.words, held.lifted) == ("A1", "Ada", "By phone.", None)
    assert says(store, "A1", "lift", words="Changed my mind.") == 2
    assert store.objectors("town") == frozenset()
    (ended,) = store.objections("town")
    assert (ended.number, ended.lifted_by, ended.lifted_words) == (1, "Ada", "Changed my mind.")
    assert ended.lifted is not None


def test_what_stands_already_is_not_written_again(store):
    assert says(store, "A1", "lift") is None
    says(store, "A1")
    assert says(store, "A1") is None
    assert store.objections_revision() == 1


def test_customers_of_other_data_are_others(store):
    says(store, "A1", spec="town")
    assert store.objectors("telco") == frozenset() and store.objections("telco") == []
    assert says(store, "A1", spec="telco") == 2


def test_it_is_told_as_of_any_revision(store):
    says(store, "A1")
    says(store, "A2")
    says(store, "A1", "lift")
    told = [store.objectors("town", revision) for revision in range(4)]
    assert told == [set(), {"A1"}, {"A1", "A2"}, {"A2"}]


def test_an_objection_is_kept_together_with_what_else_its_transaction_does_or_not_at_all(store):
    with pytest.raises(RuntimeError), store.transaction() as together:
        says(together, "A1")
        assert together.objectors("town") == {"A1"}
        raise RuntimeError
    assert store.objectors("town") == frozenset()


def test_of_twenty_at_once_one_is_recorded(store):
    made = []
    threads = [threading.Thread(target=lambda: made.append(says(store, "A1"))) for _ in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [one for one in made if one is not None] == [1]


@settings(max_examples=25)
@given(steps=st.lists(st.tuples(st.sampled_from(["A1", "A2", "Ü 3"]), st.booleans()), max_size=12))
def test_any_order_of_objections_leaves_those_whose_last_word_was_no(tmp_path_factory, steps):
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('objections') / 'keepsight.db'}")
    store.migrate()
    last, told = {}, [frozenset()]
    for customer, objects in steps:
        number = says(store, customer, "object" if objects else "lift")
        if number is not None:
            last[customer] = objects
            told.append(frozenset(one for one, stands in last.items() if stands))
            assert number == len(told) - 1
    assert [store.objectors("town", revision) for revision in range(len(told))] == told
    store.dispose()
