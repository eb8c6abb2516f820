"""The glossary: every figure on screen has its meaning, and each term of it is used."""

import ast
from pathlib import Path

from config.glossary import glossary, meaning

ROOT = Path(__file__).resolve().parents[2]


def asked():
    """Give the terms that pages ask for."""
    for path in sorted((ROOT / "pages").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and node.value in glossary():
                yield node.value
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "meaning":
                yield from (arg.value for arg in node.args if isinstance(arg, ast.Constant))


def test_every_term_asked_for_is_in_the_glossary():
    terms = set(asked())
    assert terms
    assert [term for term in sorted(terms) if not meaning(term)] == []


def test_meanings_are_sentences():
    for key, term in glossary().items():
        assert term.text.endswith("."), key
        assert term.name[0].isupper(), key
