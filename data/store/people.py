"""People: accounts and one-time links. Of a link only its SHA-256 is kept, and it opens once."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from data.store.engine import Reach, insert_unless_there
from data.store.errors import NameTaken
from data.store.tables import links, users

# no i, l, o, u: an id can be read aloud and typed
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
NAME_LIMIT = 80
KEPT = timedelta(days=30)


@dataclass(frozen=True)
class User:
    """A person with an account; ``password_hash`` is None until a password was set."""

    id: str
    name: str
    role: str
    created: datetime
    disabled: datetime | None = None
    password_hash: str | None = field(default=None, repr=False)


class People(Reach):
    """Accounts and their one-time links."""

    def add_user(self, name: str, role: str) -> User:
        """Add a person without a password.

        Raises
        ------
        NameTaken
            If the name is taken, whatever its capitals.
        ValueError
            If the name is blank, longer than 80 characters, or holds control characters.
        """
        name = unicodedata.normalize("NFC", name).strip()
        if not name or len(name) > NAME_LIMIT or not name.isprintable():
            raise ValueError(f"{name!r} is no name: give 1 to {NAME_LIMIT} visible characters.")
        user = User(_short_id(), name, role, self.clock())
        values = {"id": user.id, "name": name, "name_key": _name_key(name), "role": role}
        with self.writing() as connection:
            if not insert_unless_there(connection, users, {**values, "created": user.created}):
                raise NameTaken(f"There is a person called {name!r} already: choose another name.")
        return user

    def user(self, user_id: str) -> User | None:
        """Give a person by id, disabled ones too; None where there is none."""
        with self.reading() as connection:
            return _user(connection, users.c.id == user_id)

    def user_by_name(self, name: str) -> User | None:
        """Give a person by name, whatever its capitals; None where there is none."""
        with self.reading() as connection:
            return _user(connection, users.c.name_key == _name_key(name))

    def users(self) -> list[User]:
        """Give everybody, by name."""
        with self.reading() as connection:
            return [as_user(row) for row in connection.execute(select(users).order_by(users.c.name_key))]

    def set_password_hash(self, user_id: str, password_hash: str) -> None:
        """Keep the hash of a new password; LookupError for an unknown id."""
        self._change_user(user_id, password_hash=password_hash)

    def set_role(self, user_id: str, role: str) -> None:
        """Give a person another role; it holds from the next request on. LookupError for an unknown id."""
        self._change_user(user_id, role=role)

    def disable_user(self, user_id: str, now: datetime) -> None:
        """Close an account; its sessions and links open nothing any more. LookupError for an unknown id."""
        self._change_user(user_id, disabled=now)

    def enable_user(self, user_id: str) -> None:
        """Open a closed account again; LookupError for an unknown id."""
        self._change_user(user_id, disabled=None)

    def _change_user(self, user_id: str, **values: Any) -> None:
        with self.writing() as connection:
            changed = connection.execute(update(users).where(users.c.id == user_id).values(**values))
            if changed.rowcount == 0:
                raise LookupError(f"There is no person with the id {user_id!r}: look it up in the list.")

    def administrators_with_password(self) -> int:
        """Count the administrators who can sign in."""
        able = (
            users.c.role == "administrator",
            users.c.password_hash.is_not(None),
            users.c.disabled.is_(None),
        )
        with self.reading() as connection:
            return int(connection.execute(select(func.count()).where(*able)).scalar_one())

    def make_link(self, user_id: str, expires: datetime) -> str:
        """Make a one-time link and give its token, which is kept nowhere; LookupError for an unknown id."""
        token = secrets.token_urlsafe(32)
        with self.writing() as connection:
            if _user(connection, users.c.id == user_id) is None:
                raise LookupError(f"There is no person with the id {user_id!r}: look it up in the list.")
            connection.execute(delete(links).where(links.c.expires < expires - KEPT))
            connection.execute(
                insert(links),
                {
                    "token_hash": digest(token),
                    "user_id": user_id,
                    "created": self.clock(),
                    "expires": expires,
                },
            )
        return token

    def peek_link(self, token: str, now: datetime) -> User | None:
        """Tell whom a link would open for, without using it; None where it opens nothing (any more)."""
        with self.reading() as connection:
            row = connection.execute(
                select(users)
                .join(links, links.c.user_id == users.c.id)
                .where(*_opens(token, now), users.c.disabled.is_(None))
            ).first()
        return None if row is None else as_user(row)

    def use_link(self, token: str, now: datetime) -> User | None:
        """Open a link, once: of any number of tries at the same time one gets the person, the others None.

        The person's other links are void from then on.
        """
        with self.writing() as connection:
            opened = connection.execute(update(links).where(*_opens(token, now)).values(used=now))
            if opened.rowcount != 1:
                return None
            user_id = connection.execute(
                select(links.c.user_id).where(links.c.token_hash == digest(token))
            ).scalar_one()
            others = (links.c.user_id == user_id, links.c.used.is_(None))
            connection.execute(update(links).where(*others).values(used=now))
            user = _user(connection, users.c.id == user_id)
        return user if user is not None and user.disabled is None else None


def digest(secret: str) -> str:
    """Give the SHA-256 of a token, hex: tokens are long and random, so no salt is needed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _opens(token: str, now: datetime) -> tuple[Any, ...]:
    return links.c.token_hash == digest(token), links.c.used.is_(None), links.c.expires > now


def _name_key(name: str) -> str:
    """Write a name so that people who read the same name get the same key."""
    folded = unicodedata.normalize("NFKC", name).strip().casefold()
    return folded.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def _short_id() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(8))


def _user(connection: Connection, condition: Any) -> User | None:
    row = connection.execute(select(users).where(condition)).first()
    return None if row is None else as_user(row)


def as_user(row: Row[Any]) -> User:
    """Read a person from a row of the table."""
    return User(row.id, row.name, row.role, row.created, row.disabled, row.password_hash)
