"""The key that signs: given in production, made and kept beside the data in development."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from config.settings import Settings

SHORTEST = 32
FILE = "secret.key"

# Fragments of the keys that tutorials, examples and other products ship with.
WELL_KNOWN = ("change", "default", "example", "insert", "placeholder", "your-", "your_", "thisismy")


class KeyRefused(RuntimeError):
    """The signing key is missing or easy to guess, so nothing is served; the message names the setting."""


def signing_key(settings: Settings) -> str:
    """Give the key of this installation.

    Raises
    ------
    KeyRefused
        In production without a key, and anywhere with a key that is short or well known (S1).
    """
    given = settings.secret_key.get_secret_value() if settings.secret_key is not None else None
    if given is not None:
        _check(given)
        return given
    if settings.env == "production":
        raise KeyRefused(
            f"KEEPSIGHT_SECRET_KEY is not set, and production does not start without it. {_REMEDY}"
        )
    return _kept(settings.var / FILE)


_REMEDY = (
    f"Set it to at least {SHORTEST} random characters, for example the output of: "
    'python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
)


def _check(key: str) -> None:
    if len(key.encode()) < SHORTEST:
        fault = f"has {len(key.encode())} characters"
    elif len(set(key)) < 10:
        fault = "repeats the same few characters"
    elif any(known in key.casefold() for known in WELL_KNOWN):
        fault = "looks like the placeholder of an example"
    else:
        return
    raise KeyRefused(f"KEEPSIGHT_SECRET_KEY {fault}, so sessions could be forged. {_REMEDY}")


def _kept(path: Path) -> str:
    """Read the key file, or make it, readable for its owner alone; safe when two processes start at once."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    if not path.exists():
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(fresh, path)  # who comes second keeps the first one's key
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    path.chmod(0o600)
    key = path.read_text().strip()
    if len(key) < SHORTEST:
        raise KeyRefused(f"The key in {path} is damaged. Delete the file; everybody signs in again.")
    return key
