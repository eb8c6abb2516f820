"""The warehouse: snapshots of customers, their scores, and the measures on them (Ibis on DuckDB).

The only place that knows which engine holds the data.
"""

from data.warehouse.content import ContentError
from data.warehouse.engine import QueryTooSlow
from data.warehouse.figures import Headline
from data.warehouse.filters import MISSING, Filters, GroupTooSmall
from data.warehouse.left_out import LeftOut
from data.warehouse.snapshots import Snapshot
from data.warehouse.warehouse import Page, Warehouse

__all__ = [
    "MISSING",
    "ContentError",
    "Filters",
    "GroupTooSmall",
    "Headline",
    "LeftOut",
    "Page",
    "QueryTooSlow",
    "Snapshot",
    "Warehouse",
]
