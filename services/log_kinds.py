"""The kinds of entries in the log, each by the few words that lists and files call it."""

from __future__ import annotations

# What somebody chose for themselves as a reader (services.readers_words)
READER = "reader"

# Read by who has the customer, or the group of them, in their own area (services.own_area)
ABOUT_A_CUSTOMER = ("prediction", "what-if", "movement", "way-back", "recommendation", "kept-score")
ABOUT_A_GROUP = ("list", "overview")

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
    "control": "control room used",
    "guidelines": "guidelines worked out",
    "feedback": "feedback step",
    "kept-score": "kept score shown",
    "own-drill": "drill of one's own",
    "user-test": "user test registered",
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
    "ethics": "ethics review answered",
    "problem": "problem of a model",
    "ownership": "owner or review of a model set",
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
    "refusal": "refused for want of a permission",
    "account": "account changed",
    READER: "chosen as a reader",
    "first-use": "first-use note read",
    "notice-walk": "looked for the notice",
    "objection": "objection to profiling",
    "subject": "all about a customer looked at",
    "start": "system started",
    "purge": "details removed",
}


def name(kind: str) -> str:
    """Call a kind by its words; by itself where it is a newer one."""
    return NAMES.get(kind, kind)
