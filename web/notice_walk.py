"""The walk for the notice: every page, file and answer that people reach, asked for through the one door.

Each is dispatched within this process in the name of Keepsight: no session is opened, so there is none to
take, and the decision log says who asked. What is new and known to nobody here counts as without the notice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dash import Dash
from flask import Response, g
from flask_login import AnonymousUserMixin

from services.installation import Installation
from services.notice_walk import Kind, Place, Shown, Walk, says
from services.roles import SYSTEM
from web import guard, notice_examples
from web.session import TOKEN_HEADER, Person, csrf_token

ROUTER = ".._pages_content.children..._pages_store.data.."
NOTICE, FACTS, TILE = "ks-foot-notice", "ks-foot-facts", "ks-tile"
SCRIPT = "/assets/notice.js"
PICTURE = "/assets/scenario_picture.js"
ENOUGH = 20_000
"""Signs of a file that are read: its head and its first rows; the rest is not made."""


def walker(
    app: Dash, pages: Mapping[str, Mapping[str, Any]], installation: Installation
) -> Callable[[], Walk]:
    """Make what walks the pages of an app."""

    def go() -> Walk:
        visit = _Visit(app)
        shell = visit.shell()
        places = [
            *_pages(visit, pages, shell),
            _foot(visit),
            *_routes(visit, installation),
            _picture(visit),
        ]
        public = visit.get("/about", stranger=True)
        return Walk(
            tuple(places),
            public=public.code == 200 and says(public.text),
            watched=SCRIPT in visit.get("/").text and visit.get(SCRIPT).code == 200,
            headlines=tuple(_headlines(visit)),
        )

    return go


class _Answer:
    """What came back: its code, and the first signs of its text."""

    def __init__(self, response: Response) -> None:
        self.code = response.status_code
        self.type = response.mimetype
        text, parts = "", iter(response.response)
        response.direct_passthrough = False
        for part in parts:
            text += part.decode("utf-8", "replace") if isinstance(part, bytes) else str(part)
            if len(text) >= ENOUGH and self.type in ("text/csv", "application/x-ndjson"):
                break
        response.close()
        self.text = text

    def plain(self) -> Any:
        """Read it as JSON; None where it is none."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None


class _Visit:
    """Asks the server as Keepsight, or as a stranger, from within."""

    def __init__(self, app: Dash) -> None:
        self.app = app
        self.server = app.server

    def get(self, path: str, *, stranger: bool = False) -> _Answer:
        """Ask for an address."""
        return self._ask(path, stranger=stranger)

    def post(self, path: str, form: Mapping[str, str]) -> _Answer:
        """Send a form."""
        return self._ask(path, method="POST", data=dict(form))

    def callback(self, key: str, values: Mapping[str, Any]) -> Any:
        """Ask a callback, its inputs by property or id; give its answer, None where it failed."""
        entry = self.app.callback_map[key]
        outputs = entry["output"]
        listed = isinstance(outputs, list | tuple)
        made = [
            {"id": one.component_id_str(), "property": one.component_property}
            for one in (outputs if listed else [outputs])
        ]
        parts = {
            kind: [
                {**part, "value": values.get(part["property"], values.get(part["id"]))}
                for part in entry[kind]
            ]
            for kind in ("inputs", "state")
        }
        changed = [f"{part['id']}.{part['property']}" for part in parts["inputs"][:1]]
        body = {"output": key, "outputs": made if listed else made[0], **parts, "changedPropIds": changed}
        answer = self._ask(guard.CALLBACKS, method="POST", json=body)
        return answer.plain() if answer.code == 200 else None

    def shell(self) -> Any:
        """Give the frame that every page is set into."""
        return self.get("/_dash-layout").plain()

    def _ask(self, path: str, *, stranger: bool = False, **asked: Any) -> _Answer:
        with self.server.test_request_context(path, headers={"Sec-Fetch-Site": "same-origin"}, **asked) as at:
            person = AnonymousUserMixin() if stranger else Person(SYSTEM, "")
            g._login_user = person
            if not stranger and asked:
                at.request.environ[f"HTTP_{TOKEN_HEADER.upper().replace('-', '_')}"] = csrf_token()
            return _Answer(self.server.full_dispatch_request())


# --- pages -------------------------------------------------------------------------------------------


def _pages(visit: _Visit, pages: Mapping[str, Mapping[str, Any]], shell: Any) -> Iterator[Place]:
    """Look at every page, in the frame that is around it."""
    carried = _carries(shell)
    for page in pages.values():
        title, path = _title(page), str(page["path"])
        drawn = visit.callback(ROUTER, {"pathname": path, "search": notice_examples.NOBODY.get(path, "")})
        if drawn is None:
            yield Place("page", title, path, None, "it could not be laid out")
        elif not carried:
            yield Place("page", title, path, False, "the frame around it has no notice")
        else:
            yield Place("page", title, path, True)


def _title(page: Mapping[str, Any]) -> str:
    """Call a page by its title; one of many by its name, since its title depends on which."""
    title = page.get("title")
    return title.removesuffix(" - Keepsight") if isinstance(title, str) else str(page["name"])


def _carries(shell: Any) -> bool:
    """Say whether the frame holds page and notice, and the notice says so and is not hidden."""
    frame = next(_of_class(shell, "ks-frame"), None)
    notice = next(_of_class(frame, NOTICE), None)
    foot = next(_of_class(frame, "ks-foot"), None)
    if frame is None or notice is None or foot is None or not says(_text(notice)):
        return False
    hidden = [part["props"].get("hidden") or part["props"].get("style") for part in (frame, notice, foot)]
    return not any(hidden) and any(_id(node) == "_pages_content" for node in _nodes(frame))


def _foot(visit: _Visit) -> Place:
    """Look whether the foot of the pages names the model that answers and the date of the data."""
    name = "Foot of every page: model and data"
    key = next((one for one in visit.app.callback_map if f"{FACTS}.children" in one), None)
    found = visit.callback(key, {"pathname": "/", "search": ""}) if key else None
    facts = (found or {}).get("response", {}).get(FACTS, {}).get("children")
    words = _text(facts)
    good = "odel" in words and "Data of" in words
    return Place("answer", name, "/", good, "" if good else "model or date are not named")


def _headlines(visit: _Visit) -> Iterator[Shown]:
    """Read the headline figures of the Overview off the page."""
    key = next((one for one in visit.app.callback_map if "overview-tiles.children" in one), None)
    found = visit.callback(key, {}) if key else None
    for tile in _of_class((found or {}).get("response", {}), TILE):
        if "ks-tile-closed" in _classes(tile):
            continue
        parts = {
            part: _text(next(_of_class(tile, f"ks-tile-{part}"), None))
            for part in ("name", "figure", "change", "tangible")
        }
        yield Shown(parts["name"], parts["figure"], parts["change"], parts["tangible"])


# --- files and answers -------------------------------------------------------------------------------


def _routes(visit: _Visit, installation: Installation) -> Iterator[Place]:
    """Look at every other address that people reach."""
    there = {rule.endpoint: rule for rule in visit.server.url_map.iter_rules()}
    for endpoint in sorted((guard.PUBLIC | guard.SIGNED_IN) & there.keys() - notice_examples.PARTS.keys()):
        kind: Kind = "public page" if endpoint in guard.PUBLIC else "file"
        asked = notice_examples.EXAMPLES.get(endpoint)
        name = notice_examples.NAMES.get(endpoint, endpoint.replace("_", " ").replace(".", ": "))
        if asked is None and there[endpoint].arguments:
            yield Place(kind, name, there[endpoint].rule, False, "nobody has said how to look at it")
            continue
        found = asked(installation) if asked else notice_examples.Example(there[endpoint].rule)
        if isinstance(found, str):
            yield Place(kind, name, there[endpoint].rule, None, found)
            continue
        for one in found if isinstance(found, tuple) else (found,):
            answer = _answer(visit, one, stranger=endpoint in guard.PUBLIC)
            yield _looked_at(kind, f"{name} ({one.sort})" if one.sort else name, one.path, answer)


def _answer(visit: _Visit, one: notice_examples.Example, *, stranger: bool) -> _Answer:
    if one.form is not None:
        return visit.post(one.path, one.form)
    return visit.get(one.path, stranger=stranger)


def _looked_at(kind: Kind, name: str, path: str, answer: _Answer) -> Place:
    if answer.code >= 400 and kind == "file":
        return Place(kind, name, path, None, f"it was not given out just now (answer {answer.code})")
    if not answer.text.strip():
        return Place(kind, name, path, None, "there is nothing in it")
    good = _file_says(answer) if answer.type == "text/csv" else says(answer.text)
    return Place(kind, name, path, good, "" if good else "it says nowhere that people decide")


def _file_says(answer: _Answer) -> bool:
    """Say whether the rows of a list carry the notice, as its first one does; without rows its head."""
    lines = answer.text.lstrip("\ufeff").splitlines()
    if not lines or "notice" not in lines[0].lower():
        return bool(lines) and says(lines[0])
    return len(lines) == 1 or says(lines[1])


def _picture(visit: _Visit) -> Place:
    """Look at the script that draws the picture of a scenario in the browser."""
    answer = visit.get(PICTURE)
    good = answer.code == 200 and says(answer.text)
    return Place("file", "Picture of a scenario (PNG)", "/scenarios", good)


# --- trees of components -----------------------------------------------------------------------------


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Give every component of a tree, as Dash writes them down."""
    if isinstance(tree, dict):
        if "props" in tree and "type" in tree:
            yield tree
        for value in tree.values():
            yield from _nodes(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _nodes(value)


def _of_class(tree: Any, name: str) -> Iterator[dict[str, Any]]:
    return (node for node in _nodes(tree) if name in _classes(node))


def _classes(node: Mapping[str, Any]) -> list[str]:
    return str(node["props"].get("className") or "").split()


def _id(node: Mapping[str, Any]) -> Any:
    return node["props"].get("id")


def _text(tree: Any) -> str:
    """Give the words of a tree."""
    if isinstance(tree, str):
        return tree
    if isinstance(tree, list):
        return " ".join(filter(None, map(_text, tree)))
    return _text(tree["props"].get("children")) if isinstance(tree, dict) and "props" in tree else ""
