"""The card of a version: kept with it since its training, shown with who stands behind it now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from data.artifacts import ArtifactError, card_name
from services import card_page, registry, signing
from services.installation import Installation
from services.registry import Version
from services.roles import SYSTEM, Actor, require


@dataclass(frozen=True)
class Card:
    """A card as one HTML page; ``kept_sha256`` is that of the part kept since the training, None without."""

    version: str
    html: str
    kept_sha256: str | None


def show(installation: Installation, actor: Actor, version: str) -> Card:
    """Give the card of a version, the same for everybody who may see models.

    Of a version from before cards were kept, and where the kept one is damaged, it is made of the report.

    Raises
    ------
    LookupError
        Where there is no such version.
    """
    require(actor, "see-model")
    known = registry.one(installation, actor, version)
    kept, sha256, damage = _kept(installation, known)
    review = signing.review(installation, SYSTEM, known.line.version)  # says nothing of the reader
    html = card_page.with_standing(
        kept or _made(installation, known),
        known=known, gates=_failing_first(review.gates), ethics=review.ethics, plan=review.plan,
        damage=known.damage or damage, today=registry.today(installation),
    )  # fmt: skip
    return Card(known.line.version, html, sha256)


def _kept(installation: Installation, known: Version) -> tuple[str | None, str | None, str | None]:
    """Read the kept part, verified; its hash; and what is wrong where it is damaged."""
    name = card_name(known.report_sha256 or "")
    sha256 = known.artifacts.get(name)
    if sha256 is None:
        return None, None, None
    try:
        return installation.shelf.card(known.line.version, name, sha256), sha256, None
    except ArtifactError as fault:
        return None, None, f"{fault} This card was made of the report again."


def _made(installation: Installation, known: Version) -> str:
    return card_page.write(
        known.report,
        version=known.line.version,
        report_sha256=known.report_sha256 or "none kept",
        horizon_months=_horizon(installation, known),
    )


def _horizon(installation: Installation, known: Version) -> int:
    """Give the months within which leaving is meant; of data that are not here the usual one."""
    try:
        return installation.warehouse.spec_of(known.data["snapshot"]).horizon_months
    except LookupError:
        return 1


def _failing_first(gates: tuple[Any, ...]) -> list[Any]:
    return sorted(gates, key=lambda one: {False: 0, None: 1, True: 2}[one.passed])
