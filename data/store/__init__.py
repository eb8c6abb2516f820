"""The store: users, sessions, the log, snapshots and versions. The only place that knows SQLAlchemy."""

from data.store.actions import ActionRow, Subject, Tally
from data.store.chain import Header
from data.store.errors import (
    EntryRefused,
    NameTaken,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreNotPrepared,
    StoreReadOnly,
    StoreTooNew,
    StoreUnreachable,
)
from data.store.experiments import ExperimentRow, HeldRow
from data.store.installation import InUse, SnapshotRow, VersionRow
from data.store.log import Entry, EntryFilter, Head, Logged, Verification
from data.store.people import User
from data.store.registry import ReviewRow, SignatureRow
from data.store.scenarios import ScenarioRow
from data.store.serving import ServingRow
from data.store.sessions import Session
from data.store.store import Store, Transaction

__all__ = [
    "ActionRow",
    "Entry",
    "EntryFilter",
    "EntryRefused",
    "ExperimentRow",
    "Head",
    "Header",
    "HeldRow",
    "InUse",
    "Logged",
    "NameTaken",
    "ReviewRow",
    "ScenarioRow",
    "ServingRow",
    "Session",
    "SignatureRow",
    "SnapshotRow",
    "Store",
    "StoreBusy",
    "StoreDamaged",
    "StoreError",
    "StoreFull",
    "StoreNotPrepared",
    "StoreReadOnly",
    "StoreTooNew",
    "StoreUnreachable",
    "Subject",
    "Tally",
    "Transaction",
    "User",
    "Verification",
    "VersionRow",
]
