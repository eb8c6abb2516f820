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
from data.store.drills import KeptCheck, OwnDrillRow
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
from data.store.guidelines import GuidelineRow, GuidelineState, GuidelinesWork
from data.store.installation import InUse, SnapshotRow, VersionRow
from data.store.log import Logged
from data.store.log_append import Entry
from data.store.log_search import EntryFilter, Reader
from data.store.log_verify import Verification
from data.store.managers_settings import SettingRow, SettingTaken
from data.store.objections import Objection
from data.store.people import User
from data.store.readers import AreaRow
from data.store.registry import ReviewRow, SignatureRow
from data.store.scenarios import ScenarioRow
from data.store.serving import ServingRow
from data.store.sessions import OpenSession, Session
from data.store.store import Store, Transaction
from data.store.subjects import ActionOfOne
from data.store.user_tests import UserTestRow, UserTestTaken

__all__ = [
    "ActionOfOne",
    "ActionRow",
    "AreaRow",
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
    "GuidelineRow",
    "GuidelineState",
    "GuidelinesWork",
    "Head",
    "Header",
    "HeldRow",
    "Hidden",
    "InUse",
    "ItemRow",
    "KeptCheck",
    "KeyReused",
    "LoadCount",
    "Logged",
    "Maintenance",
    "NameTaken",
    "NothingChosen",
    "Objection",
    "OpenSession",
    "OwnDrillRow",
    "ProblemRow",
    "Reader",
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
    "UserTestRow",
    "UserTestTaken",
    "Verification",
    "VersionRow",
]
