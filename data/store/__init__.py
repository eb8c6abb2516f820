"""The store: users, sessions, the log, snapshots and versions. The only place that knows SQLAlchemy."""

from data.store.actions import ActionRow, Subject, Tally
from data.store.catalogue_heads import UnknownCatalogue
from data.store.catalogues import CatalogueRow, ItemRow, RulesChanged
from data.store.categories import UnknownCategory
from data.store.chain import Head, Header
from data.store.choice_arrays import ChoiceArrays, LoadCount
from data.store.choices import (
    ChoiceEvent,
    FutureChoice,
    KeyReused,
    NothingChosen,
    UnknownItemRow,
)
from data.store.control import ControlRow, Maintenance, StopRequest, Switches
from data.store.delegations import DelegationRow, Hidden, TooManyDelegations
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
from data.store.feedback import FeedbackCount, FeedbackFilter, FeedbackItem, FeedbackStep
from data.store.governance import EthicsRow, ProblemRow
from data.store.installation import InUse, SnapshotRow, VersionRow
from data.store.log import Logged
from data.store.log_append import Entry
from data.store.log_search import EntryFilter
from data.store.log_verify import Verification
from data.store.managers_settings import SettingRow, SettingTaken
from data.store.people import User
from data.store.registry import ReviewRow, SignatureRow
from data.store.scenarios import ScenarioRow
from data.store.serving import ServingRow
from data.store.sessions import OpenSession, Session
from data.store.store import Store, Transaction

__all__ = [
    "ActionRow",
    "CatalogueRow",
    "ChoiceArrays",
    "ChoiceEvent",
    "ControlRow",
    "DelegationRow",
    "Entry",
    "EntryFilter",
    "EntryRefused",
    "EthicsRow",
    "ExperimentRow",
    "FeedbackCount",
    "FeedbackFilter",
    "FeedbackItem",
    "FeedbackStep",
    "FutureChoice",
    "Head",
    "Header",
    "HeldRow",
    "Hidden",
    "InUse",
    "ItemRow",
    "KeyReused",
    "LoadCount",
    "Logged",
    "Maintenance",
    "NameTaken",
    "NothingChosen",
    "OpenSession",
    "ProblemRow",
    "ReviewRow",
    "RulesChanged",
    "ScenarioRow",
    "ServingRow",
    "Session",
    "SettingRow",
    "SettingTaken",
    "SignatureRow",
    "SnapshotRow",
    "StopRequest",
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
    "Switches",
    "Tally",
    "TooManyDelegations",
    "Transaction",
    "UnknownCatalogue",
    "UnknownCategory",
    "UnknownItemRow",
    "User",
    "Verification",
    "VersionRow",
]
