"""The grid of long lists: paged by the server, themed by assets/grid.css."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_ag_grid as dag
from dash import html

ROWS_A_PAGE = 100
CHOOSE_ONE = {"mode": "singleRow", "checkboxes": False, "enableClickSelection": True}


def column(field: str, name: str, *, shown_from: int = 0, **options: Any) -> dict[str, Any]:
    """Describe a column; it sorts only where ``sortable`` is said.

    ``shown_from`` is the least width of the grid, in pixels, at which it is shown.
    """
    context = {"context": {"from": shown_from}} if shown_from else {}
    return {"field": field, "headerName": name, "sortable": False, "flex": 1, **context, **options}


def figure_column(field: str, name: str, formatter: str, **options: Any) -> dict[str, Any]:
    """Describe a column of figures; ``formatter`` is a call of assets/dashAgGridFunctions.js."""
    return column(
        field, name, valueFormatter={"function": formatter}, type="rightAligned",
        cellClass="ks-cell-figure", **options,
    )  # fmt: skip


def grid(
    id: str, columns: Sequence[dict[str, Any]], *, label: str, key: str, nothing: str, opens: str,
    row_height: int = 52, select: bool = False,
) -> html.Div:  # fmt: skip
    """Build a grid whose rows come page by page from a callback on ``getRowsRequest``.

    Parameters
    ----------
    id : str
        Id of the grid.
    label : str
        What it lists, for people who do not see it.
    key : str
        Field that identifies a row, a text.
    nothing : str
        What stands there when there are no rows.
    opens : str
        Call of assets/dashAgGridFunctions.js on a click or Enter on a row.
    select : bool
        Whether a row stays marked once chosen.
    """
    listed = dag.AgGrid(
        id=id,
        className="ks-grid",
        columnDefs=list(columns),
        defaultColDef={
            "resizable": True,
            "suppressHeaderMenuButton": True,
            "suppressMovable": True,
            "wrapHeaderText": True,
        },
        rowModelType="infinite",
        getRowId=f"params.data.{key}",
        eventListeners={
            "rowClicked": [opens],
            "cellKeyDown": [opens],
            "gridSizeChanged": ["KsFit(params)"],
            "firstDataRendered": ["KsFit(params)"],
        },
        dashGridOptions={
            "cacheBlockSize": ROWS_A_PAGE,
            "maxConcurrentDatasourceRequests": 1,
            "infiniteInitialRowCount": 1,
            "rowHeight": row_height,
            "headerHeight": 48,
            "suppressCellFocus": False,
            "tabToNextCell": {"function": "KsLeaveGrid()"},
            "rowBuffer": 10,
            "animateRows": False,
            "enableCellTextSelection": True,
            "localeText": {"noRowsToShow": nothing, "loadingOoo": "Loading"},
            **({"rowSelection": CHOOSE_ONE} if select else {}),
        },
    )
    return html.Div(listed, role="region", **{"aria-label": label})
