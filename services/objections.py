"""Objections to profiling: recorded, taken back, and in force everywhere from the same moment.

A customer who objects is shown with facts only. It takes effect in two places: the warehouse asks
``Installation.left_out`` at each question about scores, or rows to score or to learn from, and
``services.routing`` for every answer about one customer. The revision is read with the request, so no worker
answers by an older one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from data.artifacts import ArtifactError
from data.spreadsheet import as_text
from data.store import Objection, Store, Transaction
from services import log
from services.installation import as_of
from services.roles import Actor, require

if TYPE_CHECKING:
    from services.installation import Installation

LONGEST = 2000
ROWS_AT_ONCE = 1000

WITHHELD = (
    "This customer objected to profiling, so nothing is worked out about them: no score, no reason, no offer."
)

CONSEQUENCE = (
    "From this moment on this customer has no score and no reasons, gets no offers and no what-if, and is "
    "left out of lists, scenarios, actions, exports and sums, and of what the next version learns from. "
    "Facts stay. What was answered before stays on record."
)

LIFTED = (
    "From this moment on this customer is scored again, and stands on lists, in scenarios and sums like "
    "others. That they objected stays on record."
)


class ObjectionRefused(ValueError):
    """Nothing was recorded; the message says why and what to do."""


def excluded(installation: Installation) -> frozenset[str]:
    """Give the ids of the customers in use who object to profiling now."""
    name = installation.store.current_spec()
    return installation.left_out(name).keys if name else frozenset()


def counted(installation: Installation) -> int:
    """Count the customers in use who object to profiling now, those who left too."""
    return len(excluded(installation))


def listed(installation: Installation, actor: Actor) -> list[Objection]:
    """Give the objections of customers in use, those taken back too, the latest first."""
    require(actor, "see-subject")
    return installation.store.objections(installation.in_use().spec_name)


def standing_of(installation: Installation, customer: str) -> Objection | None:
    """Give the objection of a customer that holds now; None where there is none."""
    name = installation.in_use().spec_name
    found = installation.store.objections(name, customer)
    return found[0] if found and found[0].lifted is None else None


def record(installation: Installation, actor: Actor, customer: str, words: str) -> Objection:
    """Record that a customer objects to profiling; it holds in every worker when this returns.

    Parameters
    ----------
    words : str
        How and why, as the customer said it.

    Raises
    ------
    ObjectionRefused
        Without words, for somebody who is no customer in these data, or who objects already.
    """
    return _write(installation, actor, customer, "object", words)


def lift(installation: Installation, actor: Actor, customer: str, words: str) -> Objection:
    """Record that a customer takes the objection back, and score them again.

    Raises
    ------
    ObjectionRefused
        Without words, or where the customer does not object.
    """
    ended = _write(installation, actor, customer, "lift", words)
    _score_again(installation)
    return ended


def _write(installation: Installation, actor: Actor, customer: str, step: str, words: str) -> Objection:
    require(actor, "object-for-customers")
    said, key = _sentence(words, step), customer.strip() if isinstance(customer, str) else ""
    in_use = installation.in_use()
    if step == "object" and not is_held(installation, in_use.snapshot, key):
        raise ObjectionRefused(
            f"There is no customer {key!r} in these data, so there is nothing to object to. Check the id."
        )
    with installation.store.transaction() as together:
        number = together.record_objection(
            in_use.spec_name, key, step, actor=actor.id, actor_name=actor.name, words=said
        )
        if number is None:
            stands = "objects to profiling already" if step == "object" else "does not object to profiling"
            raise ObjectionRefused(f"Nothing was recorded: customer {key} {stands}.")
        log.record(
            installation,
            actor,
            "objection",
            subject=key,
            snapshot=in_use.snapshot,
            payload={"step": step, "words": said, "spec": in_use.spec_name, "revision": number},
            transaction=together,
        )
        found = together.objections(in_use.spec_name, key)[0]
    installation.read_objections_anew()
    return found


def is_held(installation: Installation, snapshot: str, key: str) -> bool:
    """Say whether a load holds rows of a customer, be it of months before they left."""
    warehouse = installation.warehouse
    return warehouse.customer(snapshot, key) is not None or bool(warehouse.history(snapshot, key))


def _sentence(words: str, step: str) -> str:
    said = words.strip() if isinstance(words, str) else ""
    if not said or len(said) > LONGEST:
        what = "how and why the customer objected" if step == "object" else "how the customer took it back"
        raise ObjectionRefused(f"Write a sentence: {what} (at most {LONGEST:,} characters).")
    return said


def _score_again(installation: Installation) -> None:
    """Give who takes an objection back a score by what answers now; another is scored when it answers."""
    from services import training  # late: training asks here who objected meanwhile

    in_use = installation.in_use()
    try:
        champion, dataset = installation.champion(in_use), installation.dataset(in_use)
        if champion is not None:
            training.score_customers(
                installation, dataset.spec, dataset.snapshot, champion.version, champion.scorecard
            )
    except (ArtifactError, training.ScoringStopped):
        pass  # another version answers, or none: they are scored once it is on again


class ObjectedMeanwhile(ValueError):
    """Somebody objected while something was made that holds them: it is not kept; start again."""


def are_as_then(installation: Installation, spec_name: str, payload: Mapping[str, Any]) -> bool:
    """Say whether the same customers object now as when an entry, or a kept scenario, was made."""
    with as_of(int(payload.get("objections") or 0)):
        then = installation.left_out(spec_name)
    return installation.left_out(spec_name).mark == then.mark


def passing(installation: Installation, spec_name: str, cells: Iterator[list[str]]) -> Iterator[list[str]]:
    """Let the rows of a list leave but those of who objects, asked anew every thousand rows.

    The first cell of a row is the customer, as a cell of a spreadsheet has it.
    """
    objecting: frozenset[str] = frozenset()
    for number, row in enumerate(cells):
        if number % ROWS_AT_ONCE == 0:
            objecting = frozenset(map(as_text, installation.left_out(spec_name, anew=True).keys))
        if row[0] not in objecting:
            yield row


def check_nobody_new(together: Store | Transaction, spec_name: str, known: frozenset[str]) -> None:
    """Pass what was made without those known, seen in the transaction that keeps it.

    Raises
    ------
    ObjectedMeanwhile
        If somebody objected since.
    """
    if together.objectors(spec_name) - known:
        raise ObjectedMeanwhile(
            "A customer objected to profiling while this was made, so it was not kept. Start again: it is "
            "made without that customer."
        )
