"""How people come in: accounts, passwords, one-time links, sessions."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services import log
from services.roles import ROLES, SYSTEM, Actor, require

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.store import Session, Transaction, User
    from services.installation import Installation

FIRST_ADMINISTRATOR = "admin"

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256

# argon2-cffi's own defaults (RFC 9106, second recommended set: 64 MiB, 3 passes, 4 lanes), which move
# with the field's advice. OWASP's least (19 MiB, 2 passes) is four times cheaper for us, and for whoever
# stole the store; people sign in a few times a day, so the dearer one is affordable. What makes it
# affordable under attack too is the bound below.
HASHER = PasswordHasher()

# Verifying takes 64 MiB and all cores for a while: at most so many at once in a process, the rest is
# told to come back (S6).
VERIFIES_AT_ONCE = 2
_verifies = threading.BoundedSemaphore(VERIFIES_AT_ONCE)

# An account has the store's five free failures; an address more, since a whole office may share one.
FREE_FAILURES_OF_AN_ADDRESS = 20

# What people choose first when twelve characters are asked for. Digits and signs are dropped before
# comparing, so "Password2026!" is "password".
COMMON = frozenset({
    "abcabcabcabc", "abcdefgh", "abcdefghijkl", "admin", "adminadmin", "administrator",
    "administratoradministrator", "arsenal", "asdfghjkl", "autumn", "azerty", "azertyuiop", "baseball",
    "basketball", "batman", "changeme", "changemenow", "charlie", "chelsea", "company", "companyname",
    "computer", "correcthorsebatterystaple", "december", "default", "dragon", "february", "football",
    "guest", "iloveyou", "iloveyouiloveyou", "internet", "january", "jennifer", "jessica", "keepsight",
    "keepsightadmin", "keepsightkeepsight", "letmein", "letmeinplease", "liverpool", "login", "manchester",
    "master", "michael", "monkey", "mypassword", "password", "passwordone", "passwordpassword", "passwort",
    "pleasechangeme", "princess", "qwerty", "qwertyqwerty", "qwertyuiop", "qwertyuiopasdfghjkl",
    "qwertzuiop", "secret", "spring", "starwars", "summer", "sunshine", "superman", "test", "testtest",
    "testtesttest", "thisismypassword", "topsecret", "trustno", "user", "username", "verysecret", "welcome",
    "welcomewelcome", "winter", "zxcvbnm",
})  # fmt: skip


class SignInRefused(Exception):
    """Name or password is wrong, or the account is closed; deliberately not told apart."""

    def __init__(self) -> None:
        super().__init__(
            "That name and password do not go together. Check both and try again, or ask an "
            "administrator for a new one-time link."
        )


class TooManyTries(Exception):
    """Signing in was tried too often; wait ``seconds`` before the next try."""

    def __init__(self, seconds: float) -> None:
        self.seconds = max(1, round(seconds))
        super().__init__(
            f"There were too many tries to sign in. Wait {_spoken_seconds(self.seconds)}, then try again."
        )


class LinkRefused(Exception):
    """A one-time link that was used, has run out or never was."""

    def __init__(self) -> None:
        super().__init__(
            "This link has been used or has run out. Ask an administrator for a new one "
            "(they type: flask user link NAME)."
        )


class PasswordRefused(ValueError):
    """A password too easy to guess; the message says what a good one is."""


@dataclass(frozen=True)
class SignedIn:
    """A session that has just begun; ``token`` goes into the cookie and is stored nowhere else."""

    token: str
    actor: Actor


# --- people ------------------------------------------------------------------------------------------


def add_user(installation: Installation, actor: Actor, name: str, role: str) -> User:
    """Add a person, without a password: a one-time link lets them choose it.

    Raises
    ------
    ValueError
        If the name is taken or unusable, or the role is none.
    """
    require(actor, "manage-people")
    if role not in ROLES:
        raise ValueError(f"{role!r} is not a role: choose one of {', '.join(ROLES)}.")
    with installation.store.transaction() as together:
        user = together.add_user(name, role)
        change = {"change": "added", "role": role}
        _record(installation, actor, "account", user.name, change, together)
    return user


def user_named(installation: Installation, name: str) -> User:
    """Find a person by name; LookupError where there is none."""
    user = installation.store.user_by_name(name.strip())
    if user is None:
        raise LookupError(
            f"There is nobody called {name!r}: check the spelling, or add them with flask user add."
        )
    return user


def first_administrator(installation: Installation) -> User:
    """Give the first administrator, made without a password when there is none yet."""
    for user in installation.store.users():
        if user.role == "administrator" and user.disabled is None:
            return user
    return add_user(installation, SYSTEM, FIRST_ADMINISTRATOR, "administrator")


def make_link(installation: Installation, actor: Actor, user: User, now: datetime | None = None) -> str:
    """Make a one-time link for a person: a path such as ``/link/...``, valid ``link_minutes`` from now."""
    require(actor, "manage-people")
    now = now or datetime.now(UTC)
    minutes = installation.settings.link_minutes
    with installation.store.transaction() as together:
        token = together.make_link(user.id, now + timedelta(minutes=minutes))
        change = {"change": "one-time link made", "valid_minutes": minutes}
        _record(installation, actor, "account", user.name, change, together)
    return f"/link/{token}"


# --- coming in and going out -------------------------------------------------------------------------


def sign_in(
    installation: Installation, name: str, password: str, address: str, now: datetime | None = None
) -> SignedIn:
    """Open a session for who knows the password.

    Every try counts against the account before it is judged, so that tries in parallel cannot
    outrun the count; a success takes it back. Tries that fail count against the address too.

    Parameters
    ----------
    address : str
        Where the request comes from, as the server sees it.

    Raises
    ------
    TooManyTries
        If the account or the address has failed too often lately, or the server is busy verifying.
    SignInRefused
        If name and password do not go together; equal in words and time for unknown names (S5).
    """
    now = now or datetime.now(UTC)
    store = installation.store
    name = name.strip()[:80]
    of_account, of_address = f"account:{name.casefold()}", f"address:{address}"
    with _verify_slot():
        _wait_if_asked(store.wait_seconds(of_address, now))
        _wait_if_asked(store.attempt(of_account, now))
        user = store.user_by_name(name)
        known = user.password_hash if user is not None and user.disabled is None else None
        if not _verify(known, password[: LONGEST_PASSWORD + 1]) or user is None or known is None:
            # The name only where it is an account's: people type passwords into the wrong field.
            subject = user.name if user is not None else None
            with store.transaction() as together:
                together.failure(of_address, now, free=FREE_FAILURES_OF_AN_ADDRESS)
                _record(installation, SYSTEM, "failed-login", subject, {"address": address}, together)
            raise SignInRefused
        if HASHER.check_needs_rehash(known):
            store.set_password_hash(user.id, HASHER.hash(password))
    store.clear(of_account)
    return _open_session(installation, user, address, "password", now)


def set_password_by_link(
    installation: Installation, token: str, password: str, address: str, now: datetime | None = None
) -> SignedIn:
    """Use a one-time link up: set the password of its person and sign them in, here and nowhere else.

    Raises
    ------
    PasswordRefused
        If the password is too easy; the link stays usable.
    LinkRefused
        If the link was used, has run out or never was.
    """
    now = now or datetime.now(UTC)
    store = installation.store
    owner = store.peek_link(token, now)
    if owner is None:
        raise LinkRefused
    check_password(password, owner.name)
    with _verify_slot():
        fresh = HASHER.hash(password)
    with store.transaction() as together:
        user = together.use_link(token, now)
        if user is None:
            raise LinkRefused
        together.set_password_hash(user.id, fresh)
        together.end_sessions(user.id, now)
        together.clear(f"account:{user.name.casefold()}")
        change = {"change": "password set by link"}
        _record(installation, _actor(user), "account", user.name, change, together)
    return _open_session(installation, user, address, "one-time link", now)


def link_owner(installation: Installation, token: str, now: datetime | None = None) -> str | None:
    """Give the name of the person a one-time link is for, without using it; None where it opens nothing."""
    user = installation.store.peek_link(token, now or datetime.now(UTC))
    return None if user is None else user.name


def session_actor(installation: Installation, token: str, now: datetime | None = None) -> Actor | None:
    """Give who a session belongs to; None where it ended, ran out or never was.

    Read from the store at every request, so that signing out, closing an account or lowering a role
    counts from the next request on (S8, S10).
    """
    settings = installation.settings
    session: Session | None = installation.store.session(
        token,
        now or datetime.now(UTC),
        idle=timedelta(minutes=settings.idle_minutes),
        lifetime=timedelta(hours=settings.session_hours),
    )
    return None if session is None else _actor(session.user)


def sign_out(installation: Installation, actor: Actor, token: str, now: datetime | None = None) -> None:
    """End a session."""
    with installation.store.transaction() as together:
        together.end_session(token, now or datetime.now(UTC))
        _record(installation, actor, "sign-out", actor.name, {}, together)


def check_password(password: str, name: str = "") -> None:
    """Let a good password pass; PasswordRefused says what is wrong with any other."""
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordRefused(
            f"That password has {len(password)} characters; it needs at least {SHORTEST_PASSWORD}. "
            "Three or four unrelated words are easy to keep in mind."
        )
    if len(password) > LONGEST_PASSWORD:
        raise PasswordRefused(f"That password is longer than {LONGEST_PASSWORD} characters; shorten it.")
    plain = password.casefold()
    letters = re.sub(r"[\W\d_]+", "", plain)
    easy = letters in COMMON or len(set(plain)) < 5 or plain in _walks()
    if easy or (name and letters == re.sub(r"[\W\d_]+", "", name.casefold())):
        raise PasswordRefused(
            "That password is among the first that would be guessed. Take something nobody would "
            "think of, such as three or four unrelated words."
        )


# --- within ------------------------------------------------------------------------------------------


@cache
def _walks() -> frozenset[str]:
    """List runs of neighbouring keys, of every length that would pass, forward and backward."""
    rows = (
        "01234567890123456789",
        "abcdefghijklmnopqrstuvwxyz",
        "1q2w3e4r5t6y7u8i9o0p",
        "1qaz2wsx3edc4rfv5tgb",
    )
    runs = set()
    for row in (*rows, *(row[::-1] for row in rows)):
        for start in range(len(row)):
            runs |= {row[start:stop] for stop in range(start + SHORTEST_PASSWORD, len(row) + 1)}
    return frozenset(runs)


def _wait_if_asked(seconds: float) -> None:
    if seconds > 0:
        raise TooManyTries(seconds)


@contextmanager
def _verify_slot() -> Iterator[None]:
    """Hold one of the few places to hash a password; TooManyTries when none frees up within two seconds."""
    if not _verifies.acquire(timeout=2):
        raise TooManyTries(2)
    try:
        yield
    finally:
        _verifies.release()


def _verify(known: str | None, password: str) -> bool:
    """Verify against the hash, or against one of nobody's password, which takes as long and never fits."""
    dummy = _hash_of_nobody(HASHER)
    try:
        return HASHER.verify(known or dummy, password) and known is not None
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=4)
def _hash_of_nobody(hasher: PasswordHasher) -> str:
    return hasher.hash("nobody has this password")


def _open_session(
    installation: Installation, user: User, address: str, means: str, now: datetime
) -> SignedIn:
    """Begin a session under a new id, never one the browser brought along (S7)."""
    actor = _actor(user)
    with installation.store.transaction() as together:
        token = together.open_session(user.id, now)
        _record(installation, actor, "login", user.name, {"address": address, "means": means}, together)
    return SignedIn(token, actor)


def _actor(user: User) -> Actor:
    return Actor(str(user.id), user.name, user.role)


def _record(
    installation: Installation,
    actor: Actor,
    kind: str,
    subject: str | None,
    payload: dict[str, Any],
    transaction: Transaction,
) -> None:
    """Log a change in the transaction that makes it: both are kept, or neither."""
    # Late: the log asks this module who may read it.

    log.record(installation, actor, kind, subject=subject, payload=payload, transaction=transaction)


def _spoken_seconds(seconds: int) -> str:
    if seconds < 90:
        return f"{seconds} seconds"
    return f"{round(seconds / 60)} minutes"
