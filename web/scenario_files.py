"""Lists of customers out of scenarios, as files: streamed, so that a million rows need no memory."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, request

from services import goal_list, scenario_export
from services.goal_list import NoSuchPlan
from services.kept_scenarios import NoSuchScenario
from services.scenario_export import NoSuchList
from services.scenario_pins import Gone
from services.scenarios import NoModel, ScenarioError
from web import here
from web.errors import answer

scenario_files = Blueprint("scenario_files", __name__)

ABSENT = (NoSuchScenario, NoSuchPlan, Gone, NoModel)
REFUSED = (NoSuchList, ScenarioError)


@scenario_files.get("/scenarios/<scenario_id>/<what>.csv")
def kept(scenario_id: str, what: str) -> Response:
    """Give a list out of a kept scenario: on what answers now, with ``?then=1`` on what it is pinned to."""
    then = request.args.get("then") == "1"
    try:
        found = scenario_export.export_kept(here.installation(), here.actor(), what, scenario_id, then=then)
    except (*ABSENT, *REFUSED) as fault:
        return _refused(fault)
    return _file(found)


@scenario_files.get("/scenarios/goal/<int:entry>.csv")
def planned(entry: int) -> Response:
    """Give who gets which offer, by a plan that this person has on record."""
    try:
        found = goal_list.export(here.installation(), here.actor(), entry)
    except (NoSuchPlan, NoModel) as fault:
        return _refused(fault)
    return _file(found)


@scenario_files.post("/scenarios/<what>.csv")
def asked(what: str) -> Response:
    """Give a list out of the scenario in the form's field ``scenario``, as JSON."""
    try:
        plain: Any = json.loads(request.form.get("scenario", ""))
    except (ValueError, RecursionError):
        return answer(400, "The scenario cannot be read.")
    try:
        found = scenario_export.export(here.installation(), here.actor(), what, plain)
    except (*ABSENT, *REFUSED) as fault:
        return _refused(fault)
    return _file(found)


def _file(found: scenario_export.Download) -> Response:
    response = Response(found.lines, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.name}"'
    return response


def _refused(fault: Exception) -> Response:
    return answer(404 if isinstance(fault, ABSENT) else 400, str(fault))
