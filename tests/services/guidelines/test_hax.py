"""The 18 human-AI guidelines: each names a page and a test that there are, or says why it is not met."""

import ast
from functools import cache
from pathlib import Path

import pytest

from services.guidelines import hax
from services.guidelines.rules import RulesError

ROOT = Path(__file__).resolve().parents[3]
ALL = hax.load()


@cache
def functions(file):
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.id)
def test_each_test_it_names_is_in_the_tree(one):
    for named in one.tests:
        file, _, function = named.partition("::")
        assert (ROOT / file).is_file(), named
        assert not function or function in functions(file), named


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.id)
def test_what_is_met_has_evidence_and_what_is_not_has_a_reason(one):
    assert (one.pages and one.tests) if one.state == "met" else one.not_met


def test_the_critical_ones_are_those_that_prevent_catastrophe():
    assert [one.id for one in ALL if one.critical] == [
        f"HAX-{number}" for number in (1, 2, 4, 5, 6, 8, 10, 14, 15, 17, 18)
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("- id: HAX-18", "- id: HAX-19"),
        ("critical: true", "critical: false"),
        ("says:", "said:"),
        ("- id", "-["),
    ],
)
def test_a_file_that_cannot_be_used_says_what_to_mend(tmp_path, old, new):
    path = tmp_path / "hax.yaml"
    path.write_text(hax.FILE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(RulesError, match=r"hax\.yaml"):
        hax.load_from(path)


def test_without_evidence_or_reason_nothing_stands():
    plain = {"id": "HAX-3", "says": "S", "critical": False, "here": "H"}
    with pytest.raises(ValueError, match="nor says why"):
        hax.Hax(**plain)
    assert hax.Hax(**plain, not_met="Nobody has built it.").state == "not met"
