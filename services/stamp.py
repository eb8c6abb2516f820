"""The stamp of an answer: which model, which data, which entry of the log."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from services import contingency, control
from services.control import Passage
from services.control_states import CHURN
from services.installation import Champion, Dataset, Installation
from services.kept_scores import Kept, kept
from services.roles import Actor, permitted


@dataclass(frozen=True)
class Stamp:
    """What stands under every figure.

    Attributes
    ----------
    version, state : str or None
        The model version that answered and its state; None where facts only are shown.
    data_date : str
        Last period of the data (ISO month), else the day the rows were loaded.
    entry : int or None
        Number of the log entry that holds this answer; None for facts, which are not logged.
    withheld : str or None
        Why no model figure is shown, in words; None where one is.
    notice : str or None
        What the reader must know of the version that answers: that a former one stands in, why, since when.
    has_averages : bool
        Whether no version can answer anybody, so that averages of groups stand instead.
    control : str
        How model output passes to this person: on, paused, fail-safe or off.
    is_hidden : bool
        Whether this person hides it for themselves.
    objects : bool
        Whether the customer it is about objected to profiling, so that facts only are shown.
    """

    title: str
    synthetic: bool
    snapshot: str
    data_date: str
    currency: str
    decimals: int
    horizon_months: int
    version: str | None = None
    state: str | None = None
    entry: int | None = None
    withheld: str | None = None
    notice: str | None = None
    has_averages: bool = False
    control: str = "on"
    is_hidden: bool = False
    objects: bool = False

    @property
    def is_draft(self) -> bool:
        """Whether the model figures carry "draft, not signed off"."""
        return self.version is not None and self.state not in ("champion", "retired")


@dataclass(frozen=True)
class Standing:
    """What an answer to one person stands on: the customers, and the version they may see.

    ``champion`` is None where no scorecard may answer; ``withheld`` says why, in words. While the model is
    paused ``kept`` names whose scores of before may be shown. The rest as in :class:`Stamp`.
    """

    dataset: Dataset
    champion: Champion | None
    withheld: str | None = None
    notice: str | None = None
    has_averages: bool = False
    kept: Kept | None = None
    passage: Passage | None = None
    objects: bool = False

    @property
    def version(self) -> str | None:
        """The version whose figures are shown, if any."""
        shown = self.champion or self.kept
        return shown.version if shown else None

    @property
    def state(self) -> str | None:
        """The state of that version."""
        shown = self.champion or self.kept
        return shown.state if shown else None


DRAFT = (
    "The churn model is a draft that nobody has signed off yet, so your role sees facts only. "
    "Ask {contact} when it will be signed."
)


def standing(installation: Installation, actor: Actor) -> Standing:
    """Find what an answer to this person stands on, read at once; NothingLoaded where nothing is.

    Every answer with a figure of the churn model passes here, and so the control room's switch.
    """
    in_use = installation.in_use()
    dataset = installation.dataset(in_use)
    passage = control.passes(installation, actor, CHURN)
    if passage.state == "off":
        return Standing(dataset, None, passage.why, passage=passage)
    if passage.state == "paused":
        return _as_before(installation, actor, dataset, passage)
    find = contingency.answering if passage.is_open else partial(contingency.steady, passage=passage)
    found = find(installation, in_use)
    champion = found.champion
    if champion is None:
        return Standing(dataset, None, found.notice, has_averages=True, passage=passage)
    if not may_see(actor, champion):
        return Standing(dataset, None, _draft(installation), passage=passage)
    return Standing(dataset, champion, notice=found.notice, passage=passage)


def _as_before(installation: Installation, actor: Actor, dataset: Dataset, passage: Passage) -> Standing:
    """Give the scores of before a pause; facts where there are none that this person may see."""
    found = kept(installation, dataset, passage.holds.version)
    if found is None:
        none = f"{passage.why} These customers have no scores from before."
        return Standing(dataset, None, none, passage=passage)
    if not may_see(actor, found):
        return Standing(dataset, None, _draft(installation), passage=passage)
    told = f"{passage.why} The scores shown are those of {found.made:%d %B %Y}; nothing new is worked out."
    return Standing(dataset, None, told, notice=told, kept=found, passage=passage)


def may_see(actor: Actor, shown: Champion | Kept) -> bool:
    """Say whether a person's role sees figures of a version: of a draft fewer do."""
    return permitted(actor, "see-drafts" if shown.is_draft else "see-scores")


def _draft(installation: Installation) -> str:
    return DRAFT.format(contact=installation.settings.contact)


def stamp(installation: Installation, on: Standing, *, entry: int | None = None) -> Stamp:
    """Make the stamp of an answer from what it stands on."""
    spec = on.dataset.spec
    snapshot = installation.warehouse.snapshot(on.dataset.snapshot)
    return Stamp(
        title=spec.title,
        synthetic=spec.synthetic,
        snapshot=snapshot.id,
        data_date=installation.warehouse.last_period(snapshot.id) or f"{snapshot.created:%Y-%m-%d}",
        currency=spec.currency,
        decimals=spec.decimals,
        horizon_months=spec.horizon_months,
        version=on.version,
        state=on.state,
        entry=entry,
        withheld=None if on.kept else on.withheld,
        notice=on.notice,
        has_averages=on.has_averages,
        control=on.passage.state if on.passage else "on",
        is_hidden=on.passage is not None and on.passage.hidden is not None,
        objects=on.objects,
    )
