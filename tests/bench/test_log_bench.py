"""The benchmark of the log compares like with like."""

from __future__ import annotations

import json

from bench import log_million, log_rates
from data.store import Store
from data.store.tables import log, log_payload

EVIDENCE = {"payload_hash", "previous", "hash", "salt"}


def columns(table) -> dict[str, str]:
    return {column.name: str(column.type) for column in table.columns}


def indexes(table) -> set[tuple[str, ...]]:
    return {tuple(column.name for column in index.columns) for index in table.indexes}


def test_without_evidence_there_are_the_same_columns_and_indexes_but_for_the_evidence():
    assert columns(log_rates._plain).items() <= columns(log).items()
    assert columns(log_rates._plain_payload).items() <= columns(log_payload).items()
    missing = (columns(log).keys() | columns(log_payload).keys()) - columns(log_rates._plain).keys()
    assert missing - columns(log_rates._plain_payload).keys() == EVIDENCE
    assert indexes(log_rates._plain) == indexes(log)
    assert indexes(log_rates._plain_payload) == indexes(log_payload)
    assert len(log_rates._plain_payload.foreign_keys) == len(log_payload.foreign_keys) == 1


def test_what_is_written_without_evidence_is_what_is_written_with_it(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'a.db'}")
    store.migrate()
    entry = log_rates.what_if(7)
    with store.writing() as connection:
        log_rates._metadata.create_all(connection)
    log_rates.append_chained(store, entry)
    log_rates.append_plain(store, entry)
    kept = store.entry(1)
    with store.reading() as connection:
        header = connection.execute(log_rates._plain.select()).one()._asdict()
        payload = connection.execute(log_rates._plain_payload.select()).one()._asdict()
    assert {**vars(kept.header), "time": None}.items() >= {**header, "time": None}.items()
    assert (payload["actor_name"], payload["subject"]) == (kept.actor_name, kept.subject)
    assert json.loads(payload["body"]) == kept.payload
    store.dispose()


def test_a_log_made_in_large_steps_is_one_that_append_could_have_made(tmp_path, monkeypatch):
    monkeypatch.setattr(log_million, "ENTRIES", 50)
    monkeypatch.setattr(log_million, "AT_ONCE", 20)
    store = Store(f"sqlite:///{tmp_path / 'a.db'}")
    store.migrate()
    log_million.fill(store)
    log_rates.append_chained(store, log_rates.what_if(1))
    found = store.verify(store.head())
    assert (found.ok, found.entries) == (True, 51)
    asked = [told for _, _, told in log_million.asked()]
    assert len(asked) == len(set(asked)) > 200
    store.dispose()
