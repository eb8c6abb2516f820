import math

import numpy as np
import pandas as pd
import pytest

from models.values import UNSEEN, level, number


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("29.85", 29.85),
        (" -1e3\n", -1000.0),
        ("+1.", 1.0),
        (".5", 0.5),
        ("1e400", math.inf),
        (True, 1.0),
        (np.int64(3), 3.0),
        (np.float32(0.5), 0.5),
        (10**400, math.inf),
        (-(10**400), -math.inf),
    ],
)
def test_a_plain_decimal_is_a_number(value, read):
    assert number(value) == read


@pytest.mark.parametrize(
    "value",
    [None, "", " ", "1,5", "0x10", "1_0", "inf", "nan", "١", "12 months", math.nan, pd.NA, pd.NaT, b"1", []],
)
def test_anything_else_is_missing(value):
    assert math.isnan(number(value))


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (" One year ", "One year"),
        ("\u00a0One year", "\u00a0One year"),
        ("", None),
        (" ", None),
        (None, None),
        (math.nan, None),
        (pd.NA, None),
        (1, "1"),
        (1.0, "1"),
        (-0.0, "0"),
        (True, "1"),
        (0.5, UNSEEN),
        (math.inf, UNSEEN),
        (1e300, UNSEEN),
    ],
)
def test_a_level_is_trimmed_text_and_a_whole_number_its_digits(value, read):
    assert level(value) == read
