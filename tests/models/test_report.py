"""The report that is signed: plain values, every section, one canonical form."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from models.report import SECTIONS, build_report, plain, report_json, report_sha256


def test_every_section_is_there_and_none_where_it_was_not_made():
    report = build_report({"quality": {"rows": np.int64(3)}}, data={"snapshot": "a"}, environment={})
    assert set(report) == {"format", *SECTIONS}
    assert report["quality"] == {"rows": 3}
    assert report["fairness"] is None


def test_a_name_that_is_no_section_is_refused():
    with pytest.raises(ValueError, match="qualty is no section of a report"):
        build_report({"qualty": {}}, data={}, environment={})


def test_values_become_those_of_json_and_what_is_no_number_becomes_none():
    given = {"a": np.float64(0.1), "b": (np.True_, None), 3: np.array([1, 2])}
    given["c"] = [math.nan, -math.inf, -0.0]
    made = plain(given)
    assert made == {"a": 0.1, "b": [True, None], "3": [1, 2], "c": [None, None, 0.0]}
    assert type(made["a"]) is float
    assert type(made["b"][0]) is bool
    assert math.copysign(1, made["c"][2]) == 1
    with pytest.raises(TypeError, match="turn it into text"):
        plain({"a": object()})


def test_the_hash_is_that_of_the_canonical_form_whatever_the_order():
    # printf '{"a":[1,0.5],"b":"Zürich"}' | sha256sum
    expected = "357c237d234c52f028a9535b747cee38bc0d1024b4e7ae728fafb44be3d2c430"
    report = {"b": "Zürich", "a": [1, 0.5]}
    assert report_json(report) == '{"a":[1,0.5],"b":"Zürich"}'
    assert report_sha256(report) == report_sha256(dict(reversed(report.items()))) == expected


def test_a_report_read_back_has_the_same_hash_and_a_changed_one_another():
    report = build_report({"quality": {"auc": 0.1 + 0.2}}, data={}, environment={})
    assert report_sha256(json.loads(report_json(report))) == report_sha256(report)
    report["quality"]["auc"] = 0.3
    assert report_sha256(json.loads(report_json(report))) != report_sha256(
        build_report({"quality": {"auc": 0.1 + 0.2}}, data={}, environment={})
    )


def test_the_shelf_hashes_a_report_alike(tmp_path):
    from data.artifacts import Shelf

    (tmp_path / "v").mkdir()
    report = build_report({"quality": {"name": "Zürich", "auc": 0.1}}, data={}, environment={})
    assert Shelf(tmp_path).put_report("v", report) == report_sha256(report)
