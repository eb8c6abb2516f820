"""How well the recommender finds what people chose: measured on choices set aside, and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from services import log
from services.recommender import lists, words
from services.recommender.asking import rules
from services.recommender.learned import choices_of
from services.recommender.memory import recalled
from services.recommender.names import NoCatalogue, name_of
from services.recommender.settings import current
from services.roles import Actor, require

if TYPE_CHECKING:
    from services.installation import Installation

__all__ = ["NoCatalogue", "NotEnough", "Quality", "Row", "Split", "evaluate", "last"]

SplitName = Literal["time", "random"]
SPLITS: dict[SplitName, str] = {
    "time": "each person's newest choices set aside",
    "random": "choices drawn by lot set aside, which flatters: neighbours on one screen give each other away",
}
BEST = "items"


class NotEnough(ValueError):
    """Too little was chosen to measure anything; the message says what it takes."""


@dataclass(frozen=True)
class Group:
    """A third of the people, by how many choices were learnt from."""

    name: str
    least: int
    most: int
    people: int
    ndcg: float


@dataclass(frozen=True)
class Row:
    """The figures of one ranker; see ``models.cooccurrence.evaluation`` for what each means."""

    ranker: str
    precision: float
    recall: float
    ndcg: float
    map: float
    coverage: float
    diversity: float | None
    novelty: float | None
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Split:
    """All rankers on the choices set aside in one way.

    Attributes
    ----------
    name : str
        ``time`` or ``random``; ``said`` tells which choices were set aside.
    count : int
        Length of the lists.
    people, learnt, set_aside : int
        People asked for lists; choices learnt from, and those looked for.
    """

    name: str
    said: str
    seed: int
    count: int
    people: int
    learnt: int
    set_aside: int
    rows: tuple[Row, ...]

    @property
    def words(self) -> str:
        """The figures that matter most, in a sentence."""
        by = {row.ranker: row for row in self.rows}
        others = [f"{by[one].ndcg:.3f} {said}" for one, said in AGAINST.items() if one in by]
        return (
            f"Lists of {self.count} for {words.people(self.people)}, {self.said}: nDCG "
            f"{by[BEST].ndcg:.3f} by titles, against {words.joined(others)}."
        )


AGAINST = {
    "rule, by the last choice": "by the table of categories",
    "popularity": "by popularity",
    "random": "by lot",
}


@dataclass(frozen=True)
class Quality:
    """The last measurement: when, by whom, and on how many choices of how many people."""

    measured: datetime
    by: str
    choices: int
    persons: int
    splits: tuple[Split, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The measurement in sentences."""
        on = f"{words.counted(self.choices, 'choice', 'choices')} of {words.people(self.persons)}"
        head = f"Measured on {self.measured:%d %B %Y} by {self.by}, on {on}."
        return head, *(one.words for one in self.splits)


def evaluate(
    installation: Installation,
    actor: Actor,
    *,
    splits: Sequence[SplitName] = ("time", "random"),
    count: int = 10,
    seed: int | None = None,
) -> Quality:
    """Measure the rankers on the choices there are, and keep the figures in place of the last ones.

    Raises
    ------
    NotEnough
        Where nobody chose enough.
    """
    from models.cooccurrence.evaluation import Choices
    from models.cooccurrence.evaluation import evaluate as measured
    from models.cooccurrence.split import SEED

    require(actor, "evaluate-recommender")
    name = name_of(installation)
    setting, revision = current(installation, name)
    with recalled(installation, name) as held:
        catalogue = held.memory.catalogue
    found = choices_of(installation.store, name, installation.left_out(name))
    choices = Choices(found.people, found.person, found.item, found.moment)
    done = []
    for split in splits:
        try:
            evaluation = measured(
                catalogue,
                choices,
                split=split,
                seed=SEED if seed is None else seed,
                count=count,
                weights=lists.weights(setting),
                rules=rules(setting),
            )
        except ValueError as fault:
            raise NotEnough(str(fault)) from fault
        done.append(_plain(asdict(evaluation)))
    result = {
        "by": actor.name,
        "choices": len(found.item),
        "persons": len(set(found.person.tolist())),
        "event": found.seq,
        "settings_revision": revision,
        "splits": done,
    }
    with installation.store.transaction() as together:
        together.record_evaluation(name, result)
        log.record(
            installation,
            actor,
            "evaluation",
            subject=name,
            payload=result | {"people": max(one["people"] for one in done)},
            transaction=together,
        )
        kept = together.evaluation(name)
    assert kept is not None
    return _read(*kept)


def last(installation: Installation, actor: Actor) -> Quality | None:
    """Give the last measurement; None where there was none yet."""
    require(actor, "see-recommendations")
    kept = installation.store.evaluation(name_of(installation))
    return None if kept is None else _read(*kept)


def _plain(evaluation: Mapping[str, Any]) -> dict[str, Any]:
    """Write an evaluation down as it is kept: figures of a ranker side by side."""
    rows = [
        {"ranker": one["ranker"]}
        | {name: one["figures"][name] for name in ("precision", "recall", "ndcg", "map")}
        | {name: one[name] for name in ("coverage", "diversity", "novelty")}
        | {
            "groups": [
                {name: group[name] for name in ("name", "least", "most")}
                | {name: group["figures"][name] for name in ("people", "ndcg")}
                for group in one["groups"]
            ]
        }
        for one in evaluation["rankers"]
    ]
    sizes = {name: evaluation[name] for name in ("seed", "count", "people", "learnt", "set_aside")}
    return {"name": evaluation["split"], "said": SPLITS[evaluation["split"]], **sizes, "rows": rows}


def _read(result: Mapping[str, Any], measured: datetime) -> Quality:
    splits = tuple(Split(**{**one, "rows": tuple(map(_row, one["rows"]))}) for one in result["splits"])
    return Quality(measured, result["by"], result["choices"], result["persons"], splits)


def _row(plain: Mapping[str, Any]) -> Row:
    return Row(**{**plain, "groups": tuple(Group(**group) for group in plain["groups"])})
