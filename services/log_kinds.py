"""The kinds of entries in the log, each by the few words that lists and files call it."""

from __future__ import annotations

NAMES: dict[str, str] = {
    "prediction": "one customer looked at",
    "what-if": "what-if asked",
    "movement": "move of a score asked",
    "way-back": "way back looked for",
    "list": "customers listed",
    "overview": "overview looked at",
    "scenario": "scenario tried",
    "scenario-kept": "scenario kept",
    "scenario-compared": "scenarios compared",
    "goal": "goal planned",
    "action": "action on customers",
    "outcomes": "who left of actions",
    "export": "list taken out",
    "replay": "answer replayed",
    "recommendation": "titles recommended",
    "choice": "title chosen",
    "hidden": "title hidden",
    "delegation": "choosing handed over",
    "delegated-choice": "title drawn by lot",
    "setting": "setting changed",
    "catalogue": "titles loaded",
    "evaluation": "recommender measured",
    "load": "data loaded",
    "train": "model trained",
    "sign-off": "model signed",
    "promotion": "model put in use",
    "rollback": "model rolled back",
    "withdrawal": "model withdrawn",
    "contingency": "model stood in for",
    "review": "model noted",
    "plan": "end of a model planned",
    "mitigation": "mitigation tried",
    "mitigation-choice": "mitigation chosen",
    "held": "model held back",
    "override": "hold overridden",
    "experiment": "trial of a model",
    "shadow": "scored unseen",
    "failure": "model could not answer",
    "drift": "scores compared with earlier ones",
    "travel": "model moved",
    "tracking": "model published",
    "login": "signed in",
    "failed-login": "sign-in refused",
    "sign-out": "signed out",
    "account": "account changed",
    "start": "system started",
    "purge": "details removed",
}


def name(kind: str) -> str:
    """Call a kind by its words; by itself where it is a newer one."""
    return NAMES.get(kind, kind)
