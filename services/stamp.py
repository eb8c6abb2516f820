"""The stamp of an answer: which model, which data, which entry of the log."""

from __future__ import annotations

from dataclasses import dataclass

from services import contingency
from services.installation import Champion, Dataset, Installation
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

    @property
    def is_draft(self) -> bool:
        """Whether the model figures carry "draft, not signed off"."""
        return self.version is not None and self.state not in ("champion", "retired")


@dataclass(frozen=True)
class Standing:
    """What an answer to one person stands on: the customers, and the version they may see.

    ``champion`` is None where no model figure may be shown; ``withheld`` says why, in words. The rest as
    in :class:`Stamp`.
    """

    dataset: Dataset
    champion: Champion | None
    withheld: str | None = None
    notice: str | None = None
    has_averages: bool = False

    @property
    def version(self) -> str | None:
        """The version whose figures are shown, if any."""
        return self.champion.version if self.champion else None


def standing(installation: Installation, actor: Actor) -> Standing:
    """Find what an answer to this person stands on, read at once; NothingLoaded where nothing is."""
    in_use = installation.in_use()
    dataset = installation.dataset(in_use)
    found = contingency.answering(installation, in_use)
    champion = found.champion
    if champion is None:
        return Standing(dataset, None, found.notice, has_averages=True)
    if not permitted(actor, "see-drafts" if champion.is_draft else "see-scores"):
        return Standing(
            dataset,
            None,
            "The churn model is a draft that nobody has signed off yet, so your role sees facts only. "
            f"Ask {installation.settings.contact} when it will be signed.",
        )
    return Standing(dataset, champion, notice=found.notice)


def stamp(installation: Installation, on: Standing, *, entry: int | None = None) -> Stamp:
    """Make the stamp of an answer from what it stands on."""
    spec, champion = on.dataset.spec, on.champion
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
        state=champion.state if champion else None,
        entry=entry,
        withheld=on.withheld,
        notice=on.notice,
        has_averages=on.has_averages,
    )
