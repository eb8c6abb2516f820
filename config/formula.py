"""Formulas of derived columns: parsed once, evaluated alike here and in the browser.

A formula is arithmetic on columns: ``tenure * MonthlyCharges``. It is parsed to a
nested list, ``["*", "tenure", "MonthlyCharges"]``, which is plain JSON, so that the
browser evaluates the same tree with the same IEEE operations in the same order.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}

Tree = float | str | list[Any]


class FormulaError(ValueError):
    """A formula that is not arithmetic on columns; the message says how to mend it."""


@lru_cache(maxsize=256)  # asked for each chunk of customers that a scenario moves
def parse_formula(text: str) -> Tree:
    """Parse arithmetic on column names and numbers; the tree is shared, so it is not to be changed.

    A column whose name is no identifier stands in backticks: ```monthly charge` * 12``.

    Raises
    ------
    FormulaError
        If anything but numbers, columns, ``+ - * /`` and parentheses is in it.
    """
    named: dict[str, str] = {}
    source = text
    while source.count("`") >= 2:
        before, column, after = source.split("`", 2)
        stand_in = f"column_{len(named)}_"
        named[stand_in] = column
        source = f"{before} {stand_in} {after}"
    try:
        return _tree(ast.parse(source.strip(), mode="eval").body, named)
    except (SyntaxError, FormulaError) as fault:
        raise FormulaError(
            f"The formula {text!r} cannot be read: a formula is numbers and columns joined by "
            "+ - * / and parentheses, a column with blanks in `backticks`. Example: tenure * price."
        ) from fault


def _tree(node: ast.expr, named: Mapping[str, str]) -> Tree:
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        return [OPERATORS[type(node.op)], _tree(node.left, named), _tree(node.right, named)]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return ["-", 0.0, _tree(node.operand, named)]
    if isinstance(node, ast.Name):
        return named.get(node.id, node.id)
    if (
        isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
    ):
        return float(node.value)
    raise FormulaError(ast.dump(node))


def formula_columns(tree: Tree) -> tuple[str, ...]:
    """Name the columns a parsed formula reads, each once, in order of appearance."""
    if isinstance(tree, str):
        return (tree,)
    if isinstance(tree, list):
        return tuple(dict.fromkeys(formula_columns(tree[1]) + formula_columns(tree[2])))
    return ()


def evaluate_formula(tree: Tree, values: Mapping[str, Any]) -> Any:
    """Evaluate a parsed formula on numbers or arrays of shape (n,); missing (NaN) stays missing."""
    if isinstance(tree, str):
        return values[tree]
    if not isinstance(tree, list):
        return tree
    operator, left, right = tree[0], evaluate_formula(tree[1], values), evaluate_formula(tree[2], values)
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    if operator == "*":
        return left * right
    return left / right
