"""The body of a callback request, checked against the callback it names before Dash sees it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any


class MalformedBody(ValueError):
    """A body that Dash's own page would never send: answer 400."""


def check_body(body: object, callbacks: Mapping[str, Mapping[str, Any]]) -> str:
    """Check a callback's body and give the key of its callback.

    Dash trusts this body: a wrong shape raises somewhere inside it (500). So everything it will
    touch is compared with what the callback declared (S25).

    Raises
    ------
    MalformedBody
        If anything is missing, of another type or not what was declared.
    """
    if not isinstance(body, dict):
        raise MalformedBody("the body is no object")
    output = body.get("output")
    if not isinstance(output, str) or output not in callbacks:
        raise MalformedBody("there is no such callback")
    declared = callbacks[output]
    if "callback" not in declared:
        raise MalformedBody("that callback runs in the browser")
    _check_values(body.get("inputs", []), declared["inputs"], "inputs")
    _check_values(body.get("state", []), declared["state"], "state")
    changed = body.get("changedPropIds", [])
    if not isinstance(changed, list) or not all(isinstance(item, str) for item in changed):
        raise MalformedBody("changedPropIds is no list of texts")
    if not declared.get("no_output"):
        _check_outputs(body.get("outputs"), declared["output"])
    return output


def _check_values(given: object, declared: Sequence[Mapping[str, Any]], what: str) -> None:
    if not isinstance(given, list) or len(given) != len(declared):
        raise MalformedBody(f"{what} are not those of the callback")
    for value, wanted in zip(given, declared, strict=True):
        _check_part(value, wanted["id"], wanted["property"], what)


def _check_outputs(given: object, declared: Any) -> None:
    if isinstance(declared, list | tuple):
        if not isinstance(given, list) or len(given) != len(declared):
            raise MalformedBody("outputs are not those of the callback")
        for value, wanted in zip(given, declared, strict=True):
            _check_part(value, wanted.component_id_str(), wanted.component_property, "outputs")
    else:
        _check_part(given, declared.component_id_str(), declared.component_property, "outputs")


def _check_part(given: object, wanted_id: str, wanted_property: str, what: str) -> None:
    """Check one value, or a list of them where the declared id is a pattern of many."""
    pattern = json.loads(wanted_id) if wanted_id.startswith("{") else None
    many = pattern is not None and any(part in (["ALL"], ["ALLSMALLER"]) for part in pattern.values())
    if many and not isinstance(given, list):
        raise MalformedBody(f"{what}: a pattern of many wants a list")
    for one in given if many and isinstance(given, list) else [given]:
        _check_one(one, wanted_id, pattern, wanted_property, what)


def _check_one(
    given: object, wanted_id: str, pattern: Mapping[str, Any] | None, wanted_property: str, what: str
) -> None:
    if not isinstance(given, dict) or not isinstance(given.get("property"), str):
        raise MalformedBody(f"{what}: not a property of the callback")
    # What writes to an output that others write to as well carries a mark after an @.
    if given["property"].split("@")[0] != wanted_property.split("@")[0]:
        raise MalformedBody(f"{what}: not a property of the callback")
    given_id = given.get("id")
    if given_id == wanted_id and (pattern is None or given.get("value") is None):
        return  # a pattern as it was declared stands for an optional part that is not on the page
    if pattern is None or not isinstance(given_id, dict) or given_id.keys() != pattern.keys():
        raise MalformedBody(f"{what}: not an id of the callback")
    for key, part in pattern.items():
        fits = isinstance(part, list) or given_id[key] == part
        if not fits or not isinstance(given_id[key], str | int | float | bool):
            raise MalformedBody(f"{what}: the id does not fit the pattern")
