"""Who is responsible for this? The answer for every page, from one readable file and the record."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from config.settings import Settings
from services import loads

if TYPE_CHECKING:
    from services.installation import Installation

FILE = Path(__file__).resolve().parent.parent / "config" / "responsible.yaml"

ANY = "*"
NAMED_MOST = 3

OWNED = re.compile(r"/guidelines/[Gg]([1-9]|1[01])")

Answers = Literal["model", "data", "managers", "administrators"]


class ResponsibleError(ValueError):
    """The file that says who answers for what cannot be used; mend it, or put back the one that came."""


class Charge(BaseModel):
    """What somebody answers for on some pages, as in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    pages: list[str] = Field(min_length=1)
    what: str = Field(min_length=1, alias="for")
    answers: Answers
    guideline: str = Field(pattern=r"^G([1-9]|1[01])$")


@dataclass(frozen=True)
class Version:
    """The version in use: who owns it, who signed it and when; None where nobody does or did."""

    version: str
    state: str
    owner: str | None
    signed_by: str | None
    signed: datetime | None


@dataclass(frozen=True)
class Data:
    """The customers in use: since when, from which file, and who loaded them, where that is on record."""

    snapshot: str
    source: str
    loaded: datetime
    owner: str | None


@dataclass(frozen=True)
class Responsible:
    """Who answers for a page.

    Attributes
    ----------
    what : str
        What they answer for.
    person : str or None
        By name; None where it is a role that answers.
    role : str
        As what they answer, in words.
    people : tuple of str
        Who is in that role, a few of them by name.
    contact : str
        Whom anybody may turn to.
    guideline : str
        Such as ``G7``.
    """

    path: str
    what: str
    person: str | None
    role: str
    people: tuple[str, ...]
    contact: str
    guideline: str
    version: Version | None
    data: Data | None

    @property
    def words(self) -> str:
        """Say who answers, in a sentence."""
        if self.person is not None:
            return f"{self.person} answers for this, as {self.role}."
        named = f" ({', '.join(self.people)})" if self.people else ""
        return f"{self.role[:1].upper()}{self.role[1:]}{named} answer for this."


@cache
def charges(path: Path = FILE) -> tuple[Charge, ...]:
    """Read who answers for what; ResponsibleError where the file cannot be used."""
    try:
        found = TypeAdapter(tuple[Charge, ...]).validate_python(
            tuple(yaml.safe_load(path.read_text(encoding="utf-8")) or ())
        )
    except (OSError, yaml.YAMLError, TypeError, ValidationError) as fault:
        raise ResponsibleError(
            f"{path.name} cannot be read: {fault}. Mend it, or put back the file that came with Keepsight."
        ) from fault
    if not found or ANY not in found[-1].pages:
        raise ResponsibleError(f"{path.name} answers for no page by default: end it with `pages: ['{ANY}']`.")
    return found


def for_page(installation: Installation, path: str) -> Responsible:
    """Say who answers for a page, by its address; there is an answer for every one."""
    charge = _charge(path)
    version, data = _version(installation), _data(installation)
    person, role, people = _owner(installation, path) or _who(installation, charge.answers, version, data)
    return Responsible(
        path=path,
        what=charge.what,
        person=person,
        role=role,
        people=people,
        contact=installation.settings.contact,
        guideline=charge.guideline,
        version=version,
        data=data,
    )


def _charge(path: str) -> Charge:
    """Find the entry whose address is the longest that holds a page."""
    asked = "/" + path.strip("/")
    fitting = [(len(one), charge) for charge in charges() for one in charge.pages if _holds(one, asked)]
    return max(fitting, key=lambda one: one[0])[1] if fitting else charges()[-1]


def _holds(page: str, path: str) -> bool:
    return page == path or (page != "/" and path.startswith(f"{page}/"))


def _owner(installation: Installation, path: str) -> tuple[str, str, tuple[str, ...]] | None:
    """Give whom managers named as the owner of a guideline, on its page; None where nobody was."""
    name = OWNED.fullmatch(path.rstrip("/"))
    if name is None:
        return None
    setting = f"owner_g{name[1]}"
    owner = getattr(installation.settings, setting)
    if owner == Settings.model_fields[setting].default:
        return None
    return str(owner), f"owner of guideline G{name[1]}", ()


def _who(
    installation: Installation, answers: Answers, version: Version | None, data: Data | None
) -> tuple[str | None, str, tuple[str, ...]]:
    if answers == "model" and version is not None and version.owner is not None:
        return version.owner, f"owner of model version {version.version[:8]}", ()
    if answers == "data" and data is not None and data.owner is not None:
        return data.owner, "who loaded the customers in use", ()
    role = "administrator" if answers == "administrators" else "manager"
    people = sorted(
        one.name for one in installation.store.users() if one.role == role and one.disabled is None
    )
    if not people and role == "manager":  # a young installation has its first administrator alone
        return _who(installation, "administrators", None, None)
    return None, f"{role}s", tuple(people[:NAMED_MOST])


def _version(installation: Installation) -> Version | None:
    in_use = installation.store.in_use()
    row = installation.store.version(in_use.version) if in_use and in_use.version else None
    if row is None:
        return None
    signed = next(iter(installation.store.signatures(row.version)), None)
    owner = installation.store.user(row.owner) if row.owner else None
    return Version(
        version=row.version,
        state=row.state,
        owner=owner.name if owner else signed.name if signed else None,
        signed_by=signed.name if signed else None,
        signed=signed.time if signed else None,
    )


def _data(installation: Installation) -> Data | None:
    in_use = installation.store.in_use()
    row = installation.store.snapshot(in_use.snapshot) if in_use else None
    if row is None:
        return None
    return Data(row.id, row.source, row.created, loads.loaded_by(installation, row.id))
