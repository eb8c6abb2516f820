"""The card of a version as one HTML file: the page's own cards, charts as tables, no script."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from dash.development.base_component import Component

VOID = {"Br", "Hr", "Img"}
ATTRIBUTES = {
    "className": "class", "htmlFor": "for", "dateTime": "datetime", "id": "id", "role": "role",
    "title": "title", "scope": "scope",
}  # fmt: skip
LEFT_OUT = {"Button", "Textarea", "Store", "Graph", "Input", "Dialog", "I"}
LEFT_OUT_CLASSES = {"ks-graph", "ks-hint", "ks-actions", "ks-md-nav", "ks-on-screen"}

STYLE = Path(__file__).with_suffix(".css")


def card_file(title: str, tree: Any) -> str:
    """Write a tree of components as one HTML file that stands alone and runs nothing."""
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>
{STYLE.read_text(encoding="utf-8")}</style>
</head>
<body>
{markup(tree)}
</body>
</html>
"""


def markup(part: Any) -> str:
    """Write a component as HTML: text escaped; links, and what needs a script, left out."""
    if part is None or part is False:
        return ""
    if isinstance(part, list | tuple):
        return "".join(markup(one) for one in part)
    if not isinstance(part, Component):
        return escape(str(part))
    kind, classes = type(part).__name__, set((getattr(part, "className", None) or "").split())
    if kind in LEFT_OUT or classes & LEFT_OUT_CLASSES:
        return ""
    inner = markup(getattr(part, "children", None))
    if kind in ("Link", "A"):
        return inner  # the file is read far from the app
    tag = kind.lower()
    held = {written: getattr(part, name, None) for name, written in ATTRIBUTES.items()}
    attributes = "".join(
        f' {written}="{escape(value)}"' for written, value in held.items() if isinstance(value, str)
    )
    opened = " open" if tag == "details" else ""
    return f"<{tag}{attributes}{opened}>" + ("" if kind in VOID else f"{inner}</{tag}>")
