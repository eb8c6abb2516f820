"""Names of columns as people read them, also of those that are no feature of the spec."""

import pytest

from config.dataset import parse_spec

SPEC = """
name: small
title: Small
id: key
outcome: {column: left, positive: "Yes"}
protected: [SeniorCitizen]
features:
  - {column: ARPU, label: Revenue of one, kind: numeric}
"""


@pytest.mark.parametrize(
    ("column", "label"),
    [
        ("SeniorCitizen", "Senior citizen"),
        ("age_band", "Age band"),
        ("SMSCount", "SMS count"),
        ("VIP", "VIP"),
        ("ARPU", "Revenue of one"),
    ],
)
def test_a_column_is_named_by_its_label_else_by_the_words_of_its_name(column, label):
    assert parse_spec(SPEC).label(column) == label
