"""Asks the pages' callbacks as the browser does, and reads the answers."""

from __future__ import annotations

import json
from typing import Any

UPDATE = "/_dash-update-component"


def key_of(house: Any, output: str) -> str:
    """Find the key of the callback that writes an output."""
    (key,) = [key for key in house.callbacks() if output in key]
    return key


def ask(house: Any, client: Any, output: str, **values: Any) -> dict[str, Any]:
    """Post a callback with values by "id.property" (dots as __) and give its outputs."""
    key = key_of(house, output)
    body = house.body(key)
    given = {_named(name): value for name, value in values.items()}
    for part in (*body["inputs"], *body["state"]):
        part["value"] = given.get(f"{part['id']}.{part['property']}", part.get("value"))
    answer = client.post(UPDATE, json=body)
    assert answer.status_code == 200, answer.text
    return answer.get_json()["response"]


def _named(name: str) -> str:
    part, _, prop = name.partition("__")
    return f"{part.replace('_', '-')}.{prop}"


def said(part: Any) -> str:
    """Give every text in a tree of components that came as JSON."""
    if isinstance(part, str):
        return part
    if isinstance(part, list):
        return " ".join(filter(None, map(said, part)))
    if isinstance(part, dict):
        return said(part.get("props", {}).get("children")) if "props" in part else ""
    return "" if part is None else str(part)


def layout(house: Any, client: Any, path: str, search: str = "") -> Any:
    """Give the layout of a page as JSON."""
    answer = house.page(client, path, search)
    assert answer.status_code == 200
    return answer.get_json()["response"]["_pages_content"]["children"]


def whole(part: Any) -> str:
    """Give a tree as one text, ids and all."""
    return json.dumps(part, ensure_ascii=False)
