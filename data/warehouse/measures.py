"""Measures: figures on customers, composed as Ibis expressions; the caller executes.

Each says its grain. What comes back is a few rows, from which :mod:`data.warehouse.figures` makes lists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.warehouse.filters import level_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

OUTCOMES = ("period", "n", "known", "leavers", "revenue", "active_revenue")
"""The columns of the cube of outcomes that :func:`outcomes_by` reads."""


def standing(current: ir.Table, *, revenue: str | None, by: str | None = None) -> ir.Table:
    """Sum up active customers. Grain: one row, or one per level of ``by``.

    ``revenue`` names the revenue column of the table; figures that cannot be known come back as null.
    """
    import ibis

    unknown = ibis.null("float64")
    active = current.filter(current.active).mutate(
        money=current[revenue] if revenue else unknown,
        chance=current.probability if "probability" in current.columns else unknown,
    )
    figures = {
        "customers": active.count(),
        "scored": active.chance.count(),
        "revenue_customers": active.money.count(),
        "revenue": active.money.sum(),
        "expected_leavers": active.chance.sum(),
        "revenue_at_risk": (active.chance * active.money).sum(),
    }
    if by is None:
        return active.aggregate(**figures)
    return active.group_by(level=level_of(active[by])).aggregate(**figures)


def outcomes_by(cube: ir.Table, by: str) -> ir.Table:
    """Sum up outcomes. Grain: one row per level of ``by``, a column of the cube of outcomes."""
    return (
        cube.group_by(level=cube[by])
        .aggregate(
            n=cube.n.sum(),
            known=cube.known.sum(),
            leavers=cube.leavers.sum(),
            revenue=cube.revenue.sum(),
            active_revenue=cube.active_revenue.sum(),
        )
        .order_by("level")
    )


def survivors(begun: ir.Table) -> ir.Table:
    """Sum up customers. Grain: one row per start month and last month."""
    return begun.group_by(["start", "last"]).aggregate(n=begun.n.sum()).order_by(["start", "last"])
