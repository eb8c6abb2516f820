import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.edge_grid import EdgeGrid

FLOATS = st.floats(allow_nan=True, allow_infinity=True)


def _bins(edges, values):
    return [0 if np.isnan(x) else 1 + sum(edge <= x for edge in edges) for x in values]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=40, unique=True),
    st.lists(FLOATS, min_size=1),
)
def test_the_grid_finds_the_bin_of_every_float(edges, values):
    edges = sorted({edge + 0.0 for edge in edges})
    beside = [math.nextafter(edge, end) for edge in edges for end in (math.inf, -math.inf)]
    values = np.array([*values, *edges, *beside, math.inf, -math.inf, -0.0])
    assert EdgeGrid(edges).bins(values).tolist() == _bins(edges, values)


@pytest.mark.parametrize(
    ("edges", "exact"),
    [
        ([], True),
        ([0.1], True),
        (np.arange(1000) / 7, True),
        ([0.0, 1e-9, 2e-9, 3e-9, 1e9], False),
        ([-1.7e308, 1.7e308], False),
    ],
)
def test_edges_too_uneven_for_a_grid_are_searched(edges, exact):
    grid = EdgeGrid(list(edges))
    assert grid.exact is exact
    values = np.array([*edges, 0.05, 1e-9, 140.3, -1e300, 1e300, np.nan])
    assert grid.bins(values).tolist() == _bins(edges, values)
