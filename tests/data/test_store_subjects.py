"""What the store holds about one customer: the actions that were to reach them."""

from dataclasses import replace

from tests.data.test_store_actions import ACTION, NOON, SUBJECTS


def test_the_actions_of_a_customer_come_latest_first_with_what_the_customer_is_in_them(store):
    for name, spec in (("a1", "telco"), ("a2", "telco"), ("a3", "demo")):
        store.record_action(replace(ACTION, id=name, spec_name=spec), SUBJECTS)
    store.call_off("a1", actor="u-1", reason="Too dear.")
    later, first = store.actions_of_customer("telco", "b")
    assert [later.id, first.id] == ["a2", "a1"]
    assert (later.steps, later.is_held, later.chance, later.created) == ("1 and 2", False, 0.3, NOON)
    assert later.plan == ACTION.plan and later.actor_name == "Max"
    assert later.called_off is None and first.called_off is not None
    assert store.actions_of_customer("telco", "c")[0].is_held
    assert store.actions_of_customer("telco", "nobody") == []
