"""What everything about a catalogue begins with: its number, how far it is, and texts that it can keep."""

from __future__ import annotations

import unicodedata

from sqlalchemy import Connection, bindparam, func, select, update

from data.store.tables import catalogues, choice_events

TEXT_LIMIT = 200


class UnknownCatalogue(LookupError):
    """There is no catalogue of this name: load one first."""


LAST_SEQ = func.coalesce(
    select(choice_events.c.seq)
    .where(choice_events.c.catalogue == catalogues.c.number)
    .correlate(catalogues)
    .order_by(choice_events.c.seq.desc())
    .limit(1)
    .scalar_subquery(),
    0,
).label("last")

# Asked before every recommendation, so it is built once
MARK = select(catalogues.c.number, catalogues.c.generation, LAST_SEQ).where(
    catalogues.c.name == bindparam("asked")
)


def marked(connection: Connection, name: str) -> tuple[int, int, int]:
    """Give number, generation and last event of a catalogue; UnknownCatalogue where there is none."""
    row = connection.execute(MARK, {"asked": name}).first()
    if row is None:
        raise unknown_catalogue(name)
    return row.number, row.generation, row.last


def catalogue_number(connection: Connection, name: str) -> int:
    """Give the number of a catalogue; UnknownCatalogue where there is none of this name."""
    return marked(connection, name)[0]


def unknown_catalogue(name: str) -> UnknownCatalogue:
    """Say that there is no catalogue of this name."""
    return UnknownCatalogue(
        f"There is no catalogue for {name!r}, so there is nothing to choose from: "
        "load one with 'flask recommend load'."
    )


def bump(connection: Connection, catalogue: int) -> None:
    """Tell everybody that what they worked out from a catalogue has to be built anew."""
    connection.execute(
        update(catalogues)
        .where(catalogues.c.number == catalogue)
        .values(generation=catalogues.c.generation + 1)
    )


def checked_text(text: str, what: str) -> str:
    """Give a text as it is kept; ValueError in words where nobody could read it."""
    text = unicodedata.normalize("NFC", text).strip()
    if not 0 < len(text) <= TEXT_LIMIT or not text.isprintable():
        raise ValueError(f"{text[:TEXT_LIMIT]!r} is no {what}: give 1 to {TEXT_LIMIT} visible characters.")
    return text


def is_key(text: str) -> bool:
    """Say whether a text can be kept as a key, and read: visible characters without blanks around them."""
    return 0 < len(text) <= TEXT_LIMIT and text.isprintable() and text == text.strip()


def checked_key(text: str, what: str) -> str:
    """Give a key as it is; ValueError in words where it is none."""
    if not is_key(text):
        raise ValueError(
            f"{text[:TEXT_LIMIT]!r} is no {what}: give 1 to {TEXT_LIMIT} visible characters, "
            "without blanks around them."
        )
    return text


def checked_person(person: str) -> str:
    """Give the key of a person, such as ``user:7``, as it is; ValueError in words where it is none."""
    return checked_key(person, "key of a person")
