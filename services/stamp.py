"""The stamp of an answer: which model, which data, which entry of the log."""

from __future__ import annotations

from dataclasses import dataclass

from services.access import Actor, permitted
from services.installation import Champion, Dataset, Installation


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

    @property
    def is_draft(self) -> bool:
        """Whether the model figures carry "draft, not signed off"."""
        return self.version is not None and self.state != "champion"


def champion_for(installation: Installation, actor: Actor) -> tuple[Champion | None, str | None]:
    """Give the version whose figures this person may see, or None and why not, in words."""
    champion = installation.champion()
    if champion is None:
        return None, "No model is trained on these customers yet, so only facts are shown."
    if not permitted(actor, "see-drafts" if champion.is_draft else "see-scores"):
        return None, (
            "The churn model is a draft that nobody has signed off yet, so your role sees facts only. "
            f"Ask {installation.settings.contact} when it will be signed."
        )
    return champion, None


def stamp(
    installation: Installation,
    dataset: Dataset,
    champion: Champion | None,
    *,
    withheld: str | None = None,
    entry: int | None = None,
) -> Stamp:
    """Make the stamp of an answer from what it was made with."""
    snapshot = installation.warehouse.snapshot(dataset.snapshot)
    return Stamp(
        title=dataset.spec.title,
        synthetic=dataset.spec.synthetic,
        snapshot=dataset.snapshot,
        data_date=installation.warehouse.last_period(dataset.snapshot) or f"{snapshot.created:%Y-%m-%d}",
        currency=dataset.spec.currency,
        decimals=dataset.spec.decimals,
        horizon_months=dataset.spec.horizon_months,
        version=champion.version if champion else None,
        state=champion.state if champion else None,
        entry=entry,
        withheld=withheld,
    )
