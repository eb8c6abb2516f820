"""The states of the control room and the subsystems that have them, in words."""

from __future__ import annotations

from types import MappingProxyType

# From the laxest to the strictest: of two that hold, the stricter one does
STATES = ("on", "paused", "fail-safe", "off")

MASTER = "all"
CHURN, RECOMMENDER, DELEGATION, BATCH = "churn-model", "recommender", "delegation", "batch"
SUBSYSTEMS = (CHURN, RECOMMENDER, DELEGATION, BATCH)

NAMES = MappingProxyType(
    {
        MASTER: "Everything",
        CHURN: "Churn model",
        RECOMMENDER: "Recommender",
        DELEGATION: "Delegated choices",
        BATCH: "Batch scoring",
    }
)

# What each stands on: it is never laxer than these
STANDS_ON = MappingProxyType(
    {CHURN: (MASTER,), RECOMMENDER: (MASTER,), DELEGATION: (MASTER, RECOMMENDER), BATCH: (MASTER, CHURN)}
)

SEEN = MappingProxyType(
    {
        (CHURN, "on"): "Scores, reasons, what-if, scenarios and lists by the version in use.",
        (CHURN, "paused"): "The last scores with their date, in lists, tiles and on customers' pages. "
        "No reasons, no what-if, no scenarios, no new scores.",
        (
            CHURN,
            "fail-safe",
        ): "The last signed version that verifies, besides the one in use when it was thrown; else "
        "averages of groups; else facts.",
        (CHURN, "off"): "Facts only: no score, no reason, no what-if, no scenario, no list by risk.",
        (RECOMMENDER, "on"): "Recommendations with the cells they come from.",
        (RECOMMENDER, "paused"): "No new recommendations; what was chosen stays in sight.",
        (RECOMMENDER, "fail-safe"): "The titles that most people chose, said so, instead of recommendations; "
        "the table of choices, which are facts, stays.",
        (RECOMMENDER, "off"): "No recommendations; the table of choices, which are facts, stays.",
        (DELEGATION, "on"): "Keepsight chooses for those who asked it to.",
        (DELEGATION, "paused"): "Nobody is chosen for; people choose by themselves.",
        (DELEGATION, "fail-safe"): "Nobody is chosen for; people choose by themselves.",
        (DELEGATION, "off"): "Nobody is chosen for; people choose by themselves.",
        (BATCH, "on"): "Customers that are loaded are scored.",
        (BATCH, "paused"): "Customers loaded from now on have no scores, until it is on again.",
        (BATCH, "fail-safe"): "Customers that are loaded are scored by other versions than that in use now.",
        (BATCH, "off"): "Customers loaded from now on have no scores, until it is on again.",
    }
)


def stricter(one: str, other: str) -> str:
    """Give the stricter of two states.

    >>> stricter("paused", "off"), stricter("fail-safe", "paused")
    ('off', 'fail-safe')
    """
    return max(one, other, key=STATES.index)


def reaches(subsystem: str) -> tuple[str, ...]:
    """Name the subsystems whose answers a switch reaches.

    >>> reaches("churn-model"), reaches("batch")
    (('churn-model', 'batch'), ('batch',))
    """
    return tuple(one for one in SUBSYSTEMS if subsystem == one or subsystem in STANDS_ON[one])
