"""The measures of the Overview, asked by snapshot, filters and version."""

from __future__ import annotations

from config.dataset import DatasetSpec
from data.warehouse import figures, measures
from data.warehouse.figures import Headline, Row
from data.warehouse.filters import LEAST_GROUP, MISSING, Filters, GroupTooSmall, filterable, physical
from data.warehouse.opened import Opened, Scored

NO_FILTERS = Filters()


class Measured(Opened):
    """Figures on customers. A figure about a protected group is given for at least 30 people."""

    def periods(self, id: str) -> list[str]:
        """List the months of a snapshot, oldest first; empty where there are no dates."""
        return [row["level"] for row in self._by_period(id, NO_FILTERS) if row["level"] != MISSING]

    def headline(self, id: str, filters: Filters = NO_FILTERS, version: str | None = None) -> Headline:
        """Sum up the customers that the filters name; see :class:`Headline`."""
        spec, guarded = self._checked(id, filters)
        scored = self._scored(id, version)

        def make() -> Headline:
            [row] = self._standing(id, filters, scored)
            answer = figures.headline(
                row,
                self._by_period(id, filters),
                self._known_periods(id),
                filters,
                horizon_months=spec.horizon_months,
                has_revenue=spec.revenue is not None,
                has_scores=version is not None,
            )
            return figures.without_small(answer) if guarded else answer

        return self._remember(("headline", id, filters, scored and scored.key), make)

    def trend(self, id: str, filters: Filters = NO_FILTERS) -> list[Row]:
        """List customers, revenue and churn by month, oldest first; empty where there are no dates.

        Rows: period, customers, known, leavers, churn_share, revenue; the churn of months whose outcome
        is not known yet is None.
        """
        spec, guarded = self._checked(id, filters)

        def make() -> list[Row]:
            by_period = self._by_period(id, filters)
            if guarded:
                by_period = figures.large_enough(by_period, "n")
            return figures.trend(
                by_period, self._known_periods(id), filters, has_revenue=spec.revenue is not None
            )

        return self._remember(("trend", id, filters), make)

    def breakdown(
        self, id: str, column: str, filters: Filters = NO_FILTERS, version: str | None = None
    ) -> list[Row]:
        """Cut the headline by a segment, the region or a protected column.

        Rows: level (``""``: missing), customers (active), known, leavers and churn_share (of the last
        known month), revenue, expected_leavers, revenue_at_risk. In the order of the levels.
        """
        spec, guarded = self._checked(id, filters)
        _check_column(column, spec)
        scored = self._scored(id, version)

        def make() -> list[Row]:
            name = physical(spec, column)
            rows = figures.breakdown(
                self._standing(id, filters, scored, by=name),
                self._outcomes(id, filters, by=name),
                has_revenue=spec.revenue is not None,
                has_scores=version is not None,
            )
            if guarded or column in spec.protected:
                rows = figures.large_enough(rows, "customers", "known")
            return figures.in_order(rows, self.levels(id, column))

        return self._remember(("breakdown", id, column, filters, scored and scored.key), make)

    def tenure_by_outcome(self, id: str, filters: Filters = NO_FILTERS) -> list[Row]:
        """Count those who stayed and left in the last known month by tenure band, shortest first.

        Rows: band ("0-6" to "49+" months, ``""``: missing), customers, stayed, left, stayed_share.
        Empty where the spec names no tenure.
        """
        spec, guarded = self._checked(id, filters)

        def make() -> list[Row]:
            if spec.tenure is None:
                return []
            rows = self._outcomes(id, filters, by="band")
            return figures.tenure_bands(figures.large_enough(rows, "known") if guarded else rows)

        return self._remember(("tenure", id, filters), make)

    def cohorts(self, id: str, filters: Filters = NO_FILTERS) -> list[Row]:
        """Say which share of those who began together is still there.

        With dates: start (month, None: before the data began), months (since), customers, remaining,
        share. Without: the tenure bands, as band, customers, remaining, share.
        """
        spec, guarded = self._checked(id, filters)

        def make() -> list[Row]:
            if spec.period is None:
                return [
                    {
                        "band": row["band"],
                        "customers": row["customers"],
                        "remaining": row["stayed"],
                        "share": row["stayed_share"],
                    }
                    for row in self.tenure_by_outcome(id, filters)
                ]
            begun, tables = self._source(id, self._table(id, "starts"), filters, ("start", "last", "n"))
            pairs = self.engine.rows(measures.survivors(begun), tables)
            months = [figures.month_number(month) for month in self.periods(id)]
            rows = figures.retention(pairs, months[0], months[-1], filters)
            return [row for row in rows if not guarded or row["customers"] >= LEAST_GROUP]

        return self._remember(("cohorts", id, filters), make)

    def levels(self, id: str, column: str) -> list[str]:
        """List the levels of a column: in the spec's order, then the others, ``""`` (missing) last."""
        spec = self.spec_of(id)
        _check_column(column, spec)

        def make() -> list[str]:
            cube = self._table(id, "outcomes")
            there = set(cube[physical(spec, column)].unique().to_pylist())
            declared = next((f.levels for f in spec.features if f.column == column), ())
            first = [level for level in declared if level in there]
            rest = sorted(there - set(first) - {MISSING}, key=_natural)
            return [*first, *rest, *([MISSING] if MISSING in there else [])]

        return self._remember(("levels", id, column), make)

    # What the measures stand on

    def _checked(self, id: str, filters: Filters) -> tuple[DatasetSpec, bool]:
        """Check filters; say whether they touch a protected column, so that small cells are left out."""
        spec = self.spec_of(id)
        filters.check(spec)
        protected = [column for column in filters.levels if column in spec.protected]
        if not protected:
            return spec, False
        inside, around = self._heads(id, filters), self._heads(id, filters.without(protected))
        for size in ("customers", "active"):
            outside = around[size] - inside[size]
            if inside[size] < LEAST_GROUP or 0 < outside < LEAST_GROUP:
                raise GroupTooSmall(
                    f"This is about fewer than {LEAST_GROUP} people of a protected group, of whom no figure "
                    "is shown: widen the filters."
                )
        return spec, True

    def _heads(self, id: str, filters: Filters) -> Row:
        def make() -> Row:
            chosen, tables = self._source(id, self._table(id, "current"), filters, ("active",))
            counted = chosen.aggregate(customers=chosen.count(), active=chosen.active.sum().fill_null(0))
            return self.engine.rows(counted, tables)[0]

        return self._remember(("heads", id, Filters(filters.levels)), make)

    def _standing(self, id: str, filters: Filters, scored: Scored | None, by: str | None = None) -> list[Row]:
        spec = self.spec_of(id)
        revenue = physical(spec, spec.revenue) if spec.revenue else None
        columns = ("active", "probability", revenue, by)
        chosen, tables = self._source(id, self._customers(id, scored), filters, columns)
        return self.engine.rows(measures.standing(chosen, revenue=revenue, by=by), tables)

    def _by_period(self, id: str, filters: Filters) -> list[Row]:
        """Sum up outcomes by month over the whole history, whatever the filters' period."""
        levels_only = Filters(filters.levels)

        def make() -> list[Row]:
            cube, tables = self._source(id, self._table(id, "outcomes"), levels_only, measures.OUTCOMES)
            return self.engine.rows(measures.outcomes_by(cube, "period"), tables)

        return self._remember(("by period", id, levels_only), make)

    def _known_periods(self, id: str) -> list[str]:
        return figures.known_periods(self._by_period(id, NO_FILTERS))

    def _outcomes(self, id: str, filters: Filters, by: str) -> list[Row]:
        """Sum up the outcomes of the last known month in the filters' period by a column of the cube."""
        inside = [m for m in self._known_periods(id) if m == MISSING or filters.holds(m)]
        if not inside:
            return []
        cube, tables = self._source(id, self._table(id, "outcomes"), filters, (*measures.OUTCOMES, by))
        return self.engine.rows(measures.outcomes_by(cube.filter(cube.period == inside[-1]), by), tables)


def _check_column(column: str, spec: DatasetSpec) -> None:
    if column not in filterable(spec):
        raise ValueError(
            f"{column!r} is no column to break down by: choose one of "
            f"{', '.join(filterable(spec)) or 'none'}, or name it under segments in the dataset's spec."
        )


def _natural(level: str) -> tuple[float, str]:
    """Order numbers by size and before words."""
    try:
        return float(level), level
    except ValueError:
        return float("inf"), level
