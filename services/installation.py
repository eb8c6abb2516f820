"""One installation: its settings, store, warehouse and the model that answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property, lru_cache

from config.dataset import DatasetSpec
from config.settings import Settings
from data.artifacts import ArtifactError, Shelf
from data.store import InUse, Store
from data.warehouse import LeftOut, Warehouse
from models.scorecard import Scorecard, ScorecardError
from services.in_force import InForce
from services.objecting import Objecting

_of_this_answer: ContextVar[dict[Installation, Settings] | None] = ContextVar("settings", default=None)
_objections: ContextVar[dict[Installation, int] | None] = ContextVar("objections", default=None)
_as_of: ContextVar[int | None] = ContextVar("objections as of", default=None)


class NothingLoaded(LookupError):
    """There are no customers yet; the message says how to load some."""

    def __init__(self) -> None:
        super().__init__(
            "There are no customers here yet. Load a file with `make run DATA=path/to.csv`, "
            "or the demo with `make run`."
        )


@dataclass(frozen=True)
class Champion:
    """The version that answers, and what it was made from.

    Attributes
    ----------
    state : str
        ``champion`` once signed, ``draft`` until then.
    trained_on : str
        The snapshot it learned from.
    """

    version: str
    state: str
    scorecard: Scorecard
    trained_on: str

    @property
    def is_draft(self) -> bool:
        """Whether nobody has signed it yet."""
        return self.state not in ("champion", "retired")  # a retired one was signed, and may stand in


@dataclass(frozen=True)
class Dataset:
    """The current customers: the spec they came with and the snapshot that holds them."""

    spec: DatasetSpec
    snapshot: str


class Installation:
    """Everything one installation consists of; connections open at first use, per process."""

    def __init__(self, settings: Settings) -> None:
        self.set_up = settings
        self._in_force = InForce(settings)
        self._objecting = Objecting()

    @property
    def settings(self) -> Settings:
        """The settings in force: those it was set up with, but for what managers changed since.

        They are read from the store each time, within ``one_answer`` once.
        """
        answer = _of_this_answer.get()
        if answer is None:
            return self._in_force.read(self.store)
        if self not in answer:
            answer[self] = self._in_force.read(self.store)
        return answer[self]

    def read_settings_anew(self) -> None:
        """Let the answer that is being made go by what was changed within it."""
        (_of_this_answer.get() or {}).pop(self, None)

    def objections_revision(self, *, anew: bool = False) -> int:
        """Give the revision of the objections that hold: read each time, within ``one_answer`` once.

        A replay goes by those of then (``as_of``).
        """
        if (then := _as_of.get()) is not None:
            return then
        answer = _objections.get()
        if answer is None or anew:
            return self.store.objections_revision()
        if self not in answer:
            answer[self] = self.store.objections_revision()
        return answer[self]

    def read_objections_anew(self) -> None:
        """Let the answer that is being made go by an objection recorded within it."""
        (_objections.get() or {}).pop(self, None)

    def left_out(self, spec_name: str, *, anew: bool = False) -> LeftOut:
        """Say which customers of a spec object to profiling; ``anew`` asks as of this moment."""
        return self._objecting.read(self.store, spec_name, self.objections_revision(anew=anew))

    @cached_property
    def store(self) -> Store:
        """Users, versions, the log."""
        if self.set_up.database_url is None:
            self.set_up.var.mkdir(parents=True, exist_ok=True)
        return Store(self.set_up.store_url)

    @cached_property
    def warehouse(self) -> Warehouse:
        """Customers, in immutable snapshots."""
        return Warehouse(self.set_up.var / "warehouse", self.left_out)

    @cached_property
    def shelf(self) -> Shelf:
        """Files of the model versions."""
        return Shelf(self.set_up.var / "models")

    def in_use(self) -> InUse:
        """Say what answers right now, read together so that it fits; NothingLoaded where nothing is."""
        found = self.store.in_use()
        if found is None:
            raise NothingLoaded
        answer = _objections.get()
        if answer is not None:
            answer.setdefault(self, found.objections)
        return found

    def dataset(self, in_use: InUse | None = None) -> Dataset:
        """Find the current customers; NothingLoaded where there are none."""
        snapshot = (in_use or self.in_use()).snapshot
        return Dataset(self.warehouse.spec_of(snapshot), snapshot)

    def champion(self, in_use: InUse | None = None) -> Champion | None:
        """Load the version that answers for the current spec; None where nothing is trained.

        Raises
        ------
        data.artifacts.ArtifactError
            If its file is missing or not the one recorded.
        """
        found = in_use or self.in_use()
        if found.version is None:
            return None
        card = self.load_scorecard(found.version, found.scorecard_sha256)
        return Champion(found.version, found.state, card, found.trained_on)

    def load_scorecard(self, version: str, sha256: str) -> Scorecard:
        """Read a version's scorecard, verified against its recorded hash; ArtifactError where it fails.

        It is read once a process, and again when its file was touched: damage is found while serving.
        """
        return _scorecard(self.shelf, version, sha256, self.shelf.state_of_scorecard(version))

    def reset_after_fork(self) -> None:
        """Forget connections inherited from the parent process; new ones open at first use."""
        for part in ("store", "warehouse"):
            if part in self.__dict__:
                if part == "store":
                    self.store.dispose()
                del self.__dict__[part]


@contextmanager
def one_answer() -> Iterator[None]:
    """Let what is done within be of one mind about settings and objections, whatever changes meanwhile."""
    before, objecting = _of_this_answer.set({}), _objections.set({})
    try:
        yield
    finally:
        _of_this_answer.reset(before)
        _objections.reset(objecting)


@contextmanager
def as_of(revision: int) -> Iterator[None]:
    """Let what is done within keep to the objections as of a revision, as an answer of then did."""
    before = _as_of.set(revision)
    try:
        yield
    finally:
        _as_of.reset(before)


@lru_cache(maxsize=8)
def _scorecard(shelf: Shelf, version: str, sha256: str, _state: tuple[int, int, int] | None) -> Scorecard:
    """Read and verify a scorecard once for each state of its file."""
    try:
        return Scorecard.from_json(shelf.scorecard(version, sha256))
    except ScorecardError as fault:  # as recorded, but of another Keepsight
        raise ArtifactError(
            f"The scorecard of version {version[:8]} cannot be read by this Keepsight, so it cannot serve: "
            f"{fault} Go back to the Keepsight it was trained with, or train again with `flask model train`."
        ) from fault
