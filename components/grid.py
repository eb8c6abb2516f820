"""The grid of long lists: paged by the server, themed by assets/grid.css."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_ag_grid as dag

ROWS_A_PAGE = 100


def column(field: str, name: str, **options: Any) -> dict[str, Any]:
    """Describe a column; it sorts only where ``sortable`` is said."""
    return {"field": field, "headerName": name, "sortable": False, **options}


def figure_column(field: str, name: str, formatter: str, **options: Any) -> dict[str, Any]:
    """Describe a column of figures; ``formatter`` is a call of assets/dashAgGridFunctions.js."""
    return column(
        field, name, valueFormatter={"function": formatter}, type="rightAligned",
        cellClass="ks-cell-figure", **options,
    )  # fmt: skip


def grid(
    id: str, columns: Sequence[dict[str, Any]], *, label: str, key: str, nothing: str, opens: str,
    row_height: int = 52, select: bool = False,
) -> dag.AgGrid:  # fmt: skip
    """Build a grid whose rows come page by page from a callback on ``getRowsRequest``.

    Parameters
    ----------
    id : str
        Id of the grid.
    label : str
        What it lists, for people who do not see it.
    key : str
        Field that identifies a row.
    nothing : str
        What stands there when there are no rows.
    opens : str
        Call of assets/dashAgGridFunctions.js on a click or Enter on a row.
    select : bool
        Whether a row stays marked once chosen.
    """
    return dag.AgGrid(
        id=id,
        className="ks-grid",
        columnDefs=list(columns),
        defaultColDef={"resizable": True, "suppressHeaderMenuButton": True, "suppressMovable": True},
        rowModelType="infinite",
        getRowId=f"params.data.{key}",
        columnSize="responsiveSizeToFit",
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
            "headerHeight": 44,
            "suppressCellFocus": False,
            "rowBuffer": 10,
            "animateRows": False,
            "enableCellTextSelection": True,
            "overlayNoRowsTemplate": f'<span class="ks-grid-empty">{nothing}</span>',
            "rowSelection": {"mode": "singleRow", "checkboxes": False, "enableClickSelection": True}
            if select
            else None,
            "ariaLabel": label,
        },
    )
