"""docs/reliability.md: the tests it names are there, and no fault of its table is without one."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@cache
def functions(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_test_named_is_there():
    named = NAMED.findall(TEXT)
    assert len(named) > 30
    assert [f"{file}::{name}" for file, name in named if name not in functions(file)] == []


def test_every_fault_of_versions_has_a_test():
    rows = dict(re.findall(r"^\| (S\d+) \|(.*)$", TEXT, re.MULTILINE))
    assert set(rows) >= {f"S{number}" for number in range(35, 45)}
    assert [number for number, row in rows.items() if not NAMED.search(row)] == []
