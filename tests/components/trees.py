"""Walks through a tree of components."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def walk(tree: Any) -> Iterator[Any]:
    """Give a tree's components, outermost first, texts included."""
    if isinstance(tree, list | tuple):
        for part in tree:
            yield from walk(part)
    elif tree is not None:
        yield tree
        yield from walk(getattr(tree, "children", None))


def text(tree: Any) -> str:
    """Give everything a tree says."""
    return " ".join(part for part in walk(tree) if isinstance(part, str))


def by_class(tree: Any, name: str) -> list[Any]:
    """Find components by a class name."""
    return [part for part in walk(tree) if name in (getattr(part, "className", None) or "").split()]


def kinds(tree: Any, kind: str) -> list[Any]:
    """Find components by the name of their type."""
    return [part for part in walk(tree) if type(part).__name__ == kind]
