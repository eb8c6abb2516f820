"""People: who may sign in, in which role, from where they are signed in, and how that is taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from data.store import OpenSession, Transaction, User
from services import access, log
from services.roles import ROLES, Actor, require

if TYPE_CHECKING:
    from services.installation import Installation

ADMINISTRATOR = "administrator"


class NobodyThere(LookupError):
    """There is no such person; show the message."""


class ChangeRefused(ValueError):
    """A change that would lock people out, or changes nothing; the message says what to do instead."""


@dataclass(frozen=True)
class Person:
    """A person with an account.

    Attributes
    ----------
    has_password : bool
        Whether they chose one; until then only a one-time link lets them in.
    disabled : datetime or None
        Since when the account is closed.
    sessions : tuple of OpenSession
        Where they are signed in, last seen first.
    """

    id: str
    name: str
    role: str
    created: datetime
    disabled: datetime | None
    has_password: bool
    sessions: tuple[OpenSession, ...] = ()

    @property
    def seen(self) -> datetime | None:
        """When they were last seen in a session that is open; None where they are signed in nowhere."""
        return max((one.seen for one in self.sessions), default=None)


def listing(installation: Installation, actor: Actor) -> list[Person]:
    """Give everybody by name, with the sessions they have open."""
    require(actor, "manage-people")
    sessions: dict[str, list[OpenSession]] = {}
    for one in _open_sessions(installation):
        sessions.setdefault(one.user_id, []).append(one)
    return [_person(user, sessions.get(user.id, ())) for user in installation.store.users()]


def add(installation: Installation, actor: Actor, name: str, role: str) -> tuple[Person, str]:
    """Add a person; give them with the path of the one-time link by which they choose a password.

    Raises
    ------
    ValueError
        If the name is taken or unusable, or the role is none.
    """
    user = access.add_user(installation, actor, name, role)
    return _person(user, ()), access.make_link(installation, actor, user)


def link(installation: Installation, actor: Actor, person_id: str) -> str:
    """Make a one-time link for a person, and give its path; it is shown once and kept nowhere.

    Raises
    ------
    NobodyThere, ChangeRefused
        If there is none, or the account is closed.
    """
    require(actor, "manage-people")
    user = _user(installation, person_id)
    if user.disabled is not None:
        raise ChangeRefused(f"The account of {user.name} is closed: open it again first.")
    return access.make_link(installation, actor, user)


def set_role(installation: Installation, actor: Actor, person_id: str, role: str) -> Person:
    """Give a person another role; it holds from their next request on (S10).

    Raises
    ------
    NobodyThere, ChangeRefused
        If there is none, the role is none or theirs already, it is one's own, or nobody would be left to
        administer.
    """
    require(actor, "manage-people")
    if role not in ROLES:
        raise ChangeRefused(f"{role!r} is not a role: choose one of {', '.join(ROLES)}.")
    with installation.store.transaction() as together:
        user = _changeable(together, actor, person_id)
        if user.role == role:
            raise ChangeRefused(f"{user.name} is {role} already.")
        if role != ADMINISTRATOR:
            _leaves_somebody(together, user)
        together.set_role(user.id, role)
        _record(
            installation, actor, user, {"change": "role changed", "before": user.role, "role": role}, together
        )
    return _one(installation, person_id)


def disable(installation: Installation, actor: Actor, person_id: str) -> Person:
    """Close an account: its sessions and links open nothing any more (S8).

    Raises
    ------
    NobodyThere, ChangeRefused
        If there is none, it is one's own or closed already, or nobody would be left to administer.
    """
    require(actor, "manage-people")
    now = installation.store.clock()
    with installation.store.transaction() as together:
        user = _changeable(together, actor, person_id)
        if user.disabled is not None:
            raise ChangeRefused(f"The account of {user.name} is closed already.")
        _leaves_somebody(together, user)
        together.disable_user(user.id, now)
        together.end_sessions(user.id, now)
        _record(installation, actor, user, {"change": "closed"}, together)
    return _one(installation, person_id)


def enable(installation: Installation, actor: Actor, person_id: str) -> Person:
    """Open a closed account again; NobodyThere or ChangeRefused where there is none, or it is open."""
    require(actor, "manage-people")
    with installation.store.transaction() as together:
        user = _user(together, person_id)
        if user.disabled is None:
            raise ChangeRefused(f"The account of {user.name} is open already.")
        together.enable_user(user.id)
        _record(installation, actor, user, {"change": "opened again"}, together)
    return _one(installation, person_id)


def end_sessions(
    installation: Installation, actor: Actor, person_id: str, handle: str | None = None
) -> Person:
    """Sign a person out everywhere, or of the one session a handle names.

    Raises
    ------
    NobodyThere, ChangeRefused
        If there is no such person, or they are signed in nowhere of that name.
    """
    require(actor, "manage-people")
    person, now = _one(installation, person_id), installation.store.clock()
    with installation.store.transaction() as together:
        user = _user(together, person_id)
        if handle is None:
            if not person.sessions:
                raise ChangeRefused(f"{user.name} is signed in nowhere.")
            together.end_sessions(user.id, now)
        elif not together.end_session_called(user.id, handle, now):
            raise ChangeRefused(f"{user.name} has no session {handle!r} open: it may have ended meanwhile.")
        change = "signed out everywhere" if handle is None else f"signed out of session {handle}"
        _record(installation, actor, user, {"change": change}, together)
    return _one(installation, person_id)


def _one(installation: Installation, person_id: str) -> Person:
    open_ones = [one for one in _open_sessions(installation) if one.user_id == person_id]
    return _person(_user(installation, person_id), open_ones)


def _open_sessions(installation: Installation) -> list[OpenSession]:
    settings, store = installation.settings, installation.store
    return store.open_sessions(
        store.clock(),
        idle=timedelta(minutes=settings.idle_minutes),
        lifetime=timedelta(hours=settings.session_hours),
    )


def _user(where: Installation | Transaction, person_id: str) -> User:
    store = where if isinstance(where, Transaction) else where.store
    user = store.user(person_id)
    if user is None:
        raise NobodyThere(f"There is nobody with the id {person_id!r}: look them up in the list.")
    return user


def _changeable(together: Transaction, actor: Actor, person_id: str) -> User:
    user = _user(together, person_id)
    if user.id == actor.id:
        raise ChangeRefused("This is your own account: ask another administrator to change it.")
    return user


def _leaves_somebody(together: Transaction, user: User) -> None:
    """Refuse to take the last administrator who can sign in away."""
    able = user.role == ADMINISTRATOR and user.password_hash is not None and user.disabled is None
    if able and together.administrators_with_password() == 1:
        raise ChangeRefused(
            f"{user.name} is the only administrator who can sign in: make another one first, or nobody "
            "could let people in."
        )


def _person(user: User, sessions: Sequence[OpenSession]) -> Person:
    return Person(
        id=user.id,
        name=user.name,
        role=user.role,
        created=user.created,
        disabled=user.disabled,
        has_password=user.password_hash is not None,
        sessions=tuple(sessions),
    )


def _record(
    installation: Installation,
    actor: Actor,
    user: User,
    payload: Mapping[str, Any],
    transaction: Transaction,
) -> None:
    log.record(installation, actor, "account", subject=user.name, payload=payload, transaction=transaction)
