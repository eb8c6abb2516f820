"""One whole app for the tests: its store, its people, clients signed in, and bodies of its callbacks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from dash import Dash
from flask.testing import FlaskClient

from services import access, first_use, roles
from services.installation import Installation

PASSWORD = "violet kettle march"
ROUTER = ".._pages_content.children..._pages_store.data.."


class Client(FlaskClient):
    """A test client that sends the token of its session along, as the browser does."""

    token: str | None = None

    def open(self, *args: Any, **kwargs: Any) -> Any:
        headers = dict(kwargs.pop("headers", None) or {})
        if self.token is not None:
            headers.setdefault("X-CSRFToken", self.token)
        return super().open(*args, headers=headers, **kwargs)


@dataclass
class House:
    """An app with one person of each role; ``people`` gives them by role."""

    app: Dash
    installation: Installation
    people: dict[str, Any] = field(default_factory=dict)

    @property
    def server(self) -> Any:
        return self.app.server

    def stranger(self) -> FlaskClient:
        """Give a client that is signed in nowhere."""
        return Client(self.server)

    def session(self, role: str) -> tuple[str, str]:
        """Open a session for a role; give its id and the token against forged requests."""
        from web.session import csrf_token

        session_id = self.installation.store.open_session(self.people[role].id, datetime.now(UTC))
        with self.server.app_context():
            return session_id, csrf_token(session_id)

    def cookies(self, role: str) -> dict[str, str]:
        """Give the cookies of a fresh session, by name."""
        session_id, token = self.session(role)
        config = self.server.config
        return {config["KEEPSIGHT_SESSION_COOKIE"]: session_id, config["KEEPSIGHT_TOKEN_COOKIE"]: token}

    def client(self, role: str) -> Client:
        """Give a client signed in with a role."""
        client = Client(self.server)
        for name, value in self.cookies(role).items():
            client.set_cookie(name, value)
        client.token = self.cookies_of(client)[self.server.config["KEEPSIGHT_TOKEN_COOKIE"]]
        return client

    def cookies_of(self, client: FlaskClient) -> dict[str, str]:
        names = ("KEEPSIGHT_SESSION_COOKIE", "KEEPSIGHT_TOKEN_COOKIE")
        found = {self.server.config[n]: client.get_cookie(self.server.config[n]) for n in names}
        return {name: cookie.value for name, cookie in found.items() if cookie is not None}

    def callbacks(self) -> dict[str, Any]:
        """Give the callbacks that run on the server, by key, Dash's own left out."""
        return {
            key: entry
            for key, entry in self.app.callback_map.items()
            if "callback" in entry and key != ROUTER
        }

    def body(self, key: str) -> dict[str, Any]:
        """Make a body that Dash's page could send for a callback, every value empty."""
        entry = self.app.callback_map[key]
        outputs = entry["output"]
        made = (
            [_part(o.component_id_str(), o.component_property) for o in outputs]
            if isinstance(outputs, list | tuple)
            else _part(outputs.component_id_str(), outputs.component_property)
        )
        inputs = [_part(part["id"], part["property"], value=None) for part in entry["inputs"]]
        state = [_part(part["id"], part["property"], value=None) for part in entry["state"]]
        body = {"output": key, "outputs": made, "inputs": inputs, "state": state, "changedPropIds": []}
        return {name: value for name, value in body.items() if name != "outputs" or not entry["no_output"]}

    def page(self, client: FlaskClient, path: str, search: str = "") -> Any:
        """Ask Dash's router for the layout of a page, as the browser does on navigation."""
        body = self.body(ROUTER)
        values = {"pathname": path, "search": search}
        for part in body["inputs"]:
            part["value"] = values.get(part["property"])
        body["changedPropIds"] = ["_pages_location.pathname"]
        return client.post("/_dash-update-component", json=body)

    @contextmanager
    def moved_to(self, installation: Installation) -> Iterator[None]:
        """Let the app serve another installation for a while."""
        own = self.server.extensions["keepsight"]
        self.server.extensions["keepsight"] = installation
        try:
            yield
        finally:
            self.server.extensions["keepsight"] = own


def settle(house: House) -> House:
    """Give the house its people, one of each role, all with the same password."""
    hashed = access.HASHER.hash(PASSWORD)
    for role in roles.ROLES:
        user = access.add_user(house.installation, roles.SYSTEM, f"{role}-of-tests", role)
        house.installation.store.set_password_hash(user.id, hashed)
        first_use.saw(house.installation, roles.Actor(user.id, user.name, role))
        house.people[role] = house.installation.store.user(user.id)
    return house


def _part(id_text: str, property_: str, **value: Any) -> Any:
    """Make a part of a body; a pattern of many is sent as an empty list, a matching one with index 0."""
    if not id_text.startswith("{"):
        return {"id": id_text, "property": property_, **value}
    pattern = json.loads(id_text)
    if any(part in (["ALL"], ["ALLSMALLER"]) for part in pattern.values()):
        return []
    filled = {key: "0" if isinstance(part, list) else part for key, part in pattern.items()}
    return {"id": filled, "property": property_, **value}
