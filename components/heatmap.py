"""A heat map that is a table: read by eye as colours, by a screen reader as figures."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html

from components.format import share

STEPS = 10


def heatmap(
    caption: str,
    corner: str,
    rows: Sequence[str],
    columns: Sequence[str],
    shares: Sequence[Sequence[float | None]],
    *,
    titles: Sequence[Sequence[str]],
) -> html.Div:
    """Build the map.

    Parameters
    ----------
    caption, corner : str
        What it shows; what the rows and columns are.
    rows, columns : sequence of str
        Their names.
    shares : sequence of rows of float or None
        Values in 0-1; None where there is none yet.
    titles : sequence of rows of str
        The sentence shown on hover of each cell.
    """
    head = html.Tr([html.Th(corner, scope="col"), *(html.Th(name, scope="col") for name in columns)])
    body = [
        html.Tr([html.Th(name, scope="row"), *map(_cell, cells, words)])
        for name, cells, words in zip(rows, shares, titles, strict=True)
    ]
    return html.Div(
        [
            html.Div(
                html.Table(
                    [html.Caption(caption, className="visually-hidden"), html.Thead(head), html.Tbody(body)],
                    className="ks-heat",
                ),
                className="ks-heat-frame",
                tabIndex="0",
                role="region",
                **{"aria-label": caption},
            ),
            _key(),
        ],
        className="ks-heat-box",
    )


def _cell(part: float | None, words: str) -> html.Td:
    if part is None:
        return html.Td()
    # Whole per cent in the cell, the sign in the key: the cells are small.
    return html.Td(f"{part * 100:.0f}", title=words, className=f"ks-heat-{step(part)}")


def step(part: float) -> int:
    """Give the colour's step of a share, 0 to 10."""
    return min(STEPS, max(0, round(part * STEPS)))


def _key() -> html.Div:
    swatches = [html.Span(className=f"ks-heat-swatch ks-heat-{i}") for i in range(STEPS + 1)]
    return html.Div(
        [html.Span(share(0, 0)), *swatches, html.Span(share(1, 0))],
        className="ks-heat-key",
        **{"aria-hidden": "true"},
    )  # fmt: skip
