"""How the walk for the notice looks at each file: an address that gives one, or why there is none yet."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from services.installation import Installation, NothingLoaded
from services.notice_subjects import latest, made_up_customer
from web.guard import ASSETS, CALLBACKS


@dataclass(frozen=True)
class Example:
    """An address to ask for, with a form to send where it takes one; ``sort`` tells it from its like."""

    path: str
    form: Mapping[str, str] | None = None
    sort: str = ""


Found = Example | tuple[Example, ...] | str
"""What there is to look at, or why there is nothing."""


PARTS: Mapping[str, str] = {
    "/": "pages, looked at one by one",
    "/<path:path>": "pages, looked at one by one",
    CALLBACKS: "parts of pages",
    "/_dash-layout": "the frame of the pages, looked at first",
    "/_dash-dependencies": "parts of pages",
    "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>": "scripts",
    ASSETS: "style sheets and scripts",
    "sign_in.static": "style sheets and pictures",
    "sign_in.enter": "takes the password of a form and leads on",
    "sign_in.choose": "takes the password of a form and leads on",
    "sign_in.leave": "ends a session and leads on",
    "complaints.send": "keeps what the complaint form says; what is sent here is no complaint",
    "complaints.follow": "looks up what the form of receipts says",
    "health.healthz": "says to machines whether the process lives",
    "health.readyz": "says to machines whether the store answers",
    "health.favicon": "a picture",
    "control_state.may_go_on": "says to an open page whether it may go on",
    "scorecard_file.scorecard": "what the What-if page computes with",
    "scenario_sample.sample": "what the Scenarios page computes with",
    "scenario_sample.proof": "what the Scenarios page compares with",
    "data_sheet_file.sheet": "says what the data are, with no figure of the model",
}
"""What needs no notice of its own, and why."""

NOBODY: Mapping[str, str] = {"/what-if": "?customer=nobody"}
"""What is added to the address of a page that would else choose a customer, so that nobody is asked about."""

NAMES: Mapping[str, str] = {
    "public.about": "How predictions are used here",
    "sign_in.form": "Sign-in",
    "sign_in.link": "One-time link",
    "card_file.model_card": "Card of the model (HTML)",
    "action_files.listed": "List of an action (CSV)",
    "scenario_files.kept": "List of a kept scenario (CSV)",
    "scenario_files.asked": "List of a scenario (CSV)",
    "scenario_files.planned": "List of a plan (CSV)",
    "log_files.taken_out": "Decision log",
    "subject_file.taken_out": "All that is held about a customer",
    "data_sheet_file.sheet": "Data sheet (HTML)",
    "complaints.form": "Complaint form",
    "complaints.ask": "Following a complaint",
}


def _card(installation: Installation) -> Found:
    version = _in_use(installation)
    return Example(f"/model/card/{version}.html") if version else "no version is in use"


def _in_use(installation: Installation) -> str | None:
    try:
        return installation.in_use().version
    except NothingLoaded:
        return None


def _action(installation: Installation) -> Found:
    found = latest(installation).action
    return Example(f"/actions/{found}.csv") if found else "no action was started yet"


def _kept(installation: Installation) -> Found:
    found = latest(installation).scenario
    return Example(f"/scenarios/{found}/steps.csv") if found else "no scenario was kept yet"


def _asked(installation: Installation) -> Found:
    if not _in_use(installation):
        return "no version is in use"
    return Example("/scenarios/steps.csv", {"scenario": json.dumps({"steps": []})})


def _plan(installation: Installation) -> Found:
    found = latest(installation).plan
    return Example(f"/scenarios/goal/{found}.csv") if found else "nobody planned on these customers yet"


def _subject(installation: Installation) -> Found:
    found = made_up_customer(installation)
    if found is None:
        return "it is about one real person, so nobody's is taken out for a look; tests look at it"
    path = f"/subject/file.{{}}?{urlencode({'customer': found})}"
    return Example(path.format("html"), sort="HTML"), Example(path.format("json"), sort="JSON")


# of the log the trainings: model figures are among them, and their words do not speak of the notice
EXAMPLES: Mapping[str, Callable[[Installation], Found]] = {
    "sign_in.link": lambda _: Example("/link/of-nobody"),
    "card_file.model_card": _card,
    "action_files.listed": _action,
    "scenario_files.kept": _kept,
    "scenario_files.asked": _asked,
    "scenario_files.planned": _plan,
    "log_files.taken_out": lambda _: (
        Example("/log.csv?kind=train", sort="CSV"),
        Example("/log.jsonl?kind=train", sort="JSON lines"),
    ),
    "subject_file.taken_out": _subject,
}
