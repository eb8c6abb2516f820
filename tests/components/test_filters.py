import pytest

from components import filters
from tests.components.trees import kinds, text

CONTRACT = ("contract", "Contract", [("m", "Month to month"), ("y", "One year"), ("", "")])


def bar(chosen=None, **held):
    return filters.filter_bar("list", [CONTRACT], chosen or {}, **held)


def query(tree):
    return kinds(tree, "Store")[0].data


def test_the_address_is_read_back_as_it_was_written():
    assert filters.chosen_levels("contract=m&contract=y&a%26b=c%3Dd") == {
        "contract": ("m", "y"),
        "a&b": ("c=d",),
    }


@pytest.mark.parametrize("odd", ["", "&&", "=", "contract"])
def test_an_address_that_makes_no_sense_chooses_nothing_that_counts(odd):
    assert query(bar(filters.chosen_levels(odd)))["levels"] in ({}, {"contract": [""]})


def test_levels_that_are_gone_from_the_data_are_passed_over():
    """A link of last year opens this year's view."""
    assert query(bar({"contract": ("gone", "m"), "colour": ("red",)}))["levels"] == {"contract": ["m"]}


def test_what_is_chosen_is_said_on_the_closed_filter():
    shown = bar({"contract": ("m", "y")})
    assert "Month to month +1" in text(kinds(shown, "Summary"))


def test_missing_values_can_be_chosen_by_a_name():
    (boxes,) = kinds(bar(), "Checklist")
    assert boxes.options[-1] == {"label": "not known", "value": ""}


def test_clear_all_is_there_only_when_there_is_something_to_clear():
    def clear(tree):
        return next(b for b in kinds(tree, "Button") if b.id == "list-clear")

    assert clear(bar()).hidden is True
    assert clear(bar({"contract": ("m",)})).hidden is False


def test_a_period_is_offered_only_where_there_are_dates():
    assert not kinds(bar(), "RadioItems")
    dated = bar(periods=[("2026-01-01", "January 2026")], start="2026-01-01")
    assert [boxes.id for boxes in kinds(dated, "RadioItems")] == ["list-since", "list-until"]
    assert query(dated)["since"] == "2026-01-01"


def test_the_count_in_view_is_read_out():
    (count,) = [p for p in kinds(bar(), "P") if getattr(p, "id", None) == "list-count"]
    assert count.to_plotly_json()["props"]["aria-live"] == "polite"
