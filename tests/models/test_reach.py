import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.reach import level_with_data, numbers_with_data, without_data
from models.scorecard_format import CategoricalFeature, NumericFeature

EDGES = [1.0, 2.0, 4.0, 5.0]


@given(
    counts=st.lists(st.integers(0, 1), min_size=5, max_size=5),
    ends=st.sampled_from([(0.0, 6.0), (1.0, 5.0), (1.5, 4.5), (-1.0, 3.0)]),
    value=st.floats(-2, 7).filter(lambda value: value not in (*EDGES, 0.0, 6.0, 1.5, 4.5, -1.0, 3.0)),
)
def test_a_number_has_data_where_no_stretch_without_data_covers_it(counts, ends, value):
    low, high = ends
    seen = NumericFeature(
        column="x", kind="numeric", minimum=low, maximum=high, edges=EDGES, counts=[0, *counts]
    )
    covered = any(start < value < end for start, end in without_data(seen, -2.5, 7.5))
    assert bool(numbers_with_data(seen, value)) == (not covered)


def test_a_number_on_an_edge_is_of_the_bin_that_begins_there_and_the_ends_were_seen():
    seen = NumericFeature(
        column="x", kind="numeric", minimum=0.0, maximum=5.0, edges=EDGES, counts=[0, 1, 0, 1, 0, 1]
    )
    assert numbers_with_data(seen, np.array([0.0, 1.0, 2.0, 4.0, 5.0])).tolist() == [1, 0, 1, 0, 1]


def test_what_was_never_seen_has_no_data_and_what_is_not_read_has_nothing_against_it():
    never = NumericFeature(column="x", kind="numeric", minimum=None, maximum=None, edges=[], counts=[0, 0])
    levels = CategoricalFeature(column="y", kind="categorical", levels=["a", "b"], counts=[0, 3, 0, 9])
    assert not numbers_with_data(never, np.array([0.0, 1.0])).any()
    assert numbers_with_data(None, np.array([[0.0], [1.0]])).tolist() == [[True], [True]]
    assert [level_with_data(levels, text) for text in ("a", "b", "c")] == [True, False, False]
    assert level_with_data(None, "c")
