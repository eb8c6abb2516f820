import pytest

from models.scenario import ScenarioError, check, parse_scenario
from tests.models.scenario_town import SPEC

LEVELS = {
    "contract": ["Month", "Year", "Two years"],
    "security": ["No", "Yes", "None here"],
    "internet": ["No", "Yes"],
    "channel": ["Online", "Shop"],
    "gender": ["Female", "Male"],
}
NUMBERS = ["price", "contact", "tenure"]
DEARER = {"column": "price", "operation": "multiply", "value": 1.05}
YEARLY = {"column": "contract", "operation": "move", "level": "Month", "value": "Year"}


def _checked(*steps):
    check(parse_scenario({"steps": list(steps)}), SPEC, LEVELS, NUMBERS)


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([DEARER | {"coverage": 1.5}], "Step 1: the share who get it must be above 0"),
        ([DEARER | {"coverage": 0}], "above 0 and at most 1"),
        ([YEARLY, DEARER | {"cost": -1}], "Step 2: the cost is an amount"),
        ([DEARER | {"operation": "square"}], "choose one of: set, add, multiply, move"),
        ([DEARER | {"who": {"first": 0}}], "the number of customers must be 1 or more"),
        ([DEARER | {"who": {"levels": {"contract": []}}}], "no level of contract is chosen"),
        ([DEARER | {"who": {"ranges": {"tenure": [9, 3]}}}], "ends before it begins"),
        ([DEARER | {"value": float("nan")}], "Step 1: value"),
        ([{"operation": "set", "value": 3}], "Step 1: column: Field required"),
        ([DEARER] * 13, "at most 12 steps"),
        ([{"column": "tenure", "operation": "add", "value": 3}], "Tenure is a fact: nobody moves it"),
        ([{"column": "shoe", "operation": "add", "value": 3}], "is nothing that can be moved"),
        ([YEARLY | {"value": "Weekly"}], "has no level 'Weekly' any more or yet. Choose one of: Month"),
        ([YEARLY | {"value": "Month"}], "would move from Month to itself"),
        ([YEARLY | {"level": None}], "say which level is moved"),
        ([YEARLY | {"operation": "add"}], "has levels"),
        ([DEARER | {"operation": "move", "level": "Month"}], "is a number: set it"),
        ([DEARER | {"value": -1}], "cannot be multiplied by less than 0"),
        ([DEARER | {"operation": "set", "value": 1000}], "cannot be 1000: it lies between 10 and 100"),
        ([DEARER | {"who": {"levels": {"gender": ["Male"]}}}], "which is protected"),
        ([DEARER | {"who": {"levels": {"contract": ["Weekly"]}}}], "No customer has Contract 'Weekly'"),
        ([DEARER | {"who": {"levels": {"shoe": ["41"]}}}], "cannot be chosen by 'shoe'"),
        ([DEARER | {"who": {"ranges": {"contract": [1, 2]}}}], "Contract is no number"),
        (
            [{"column": "price", "operation": "set", "value": one} for one in (50, 60)],
            "Steps 1 and 2 contradict each other: each sets Price",
        ),
        ([YEARLY, YEARLY | {"level": "Year", "value": "Month"}], "the second moves Contract back"),
    ],
)
def test_what_cannot_be_is_refused_in_words(steps, words):
    with pytest.raises(ScenarioError) as refused:
        _checked(*steps)
    assert words in str(refused.value)


@pytest.mark.parametrize("plain", [None, [], "much", {"steps": None}, {"steps": "much"}])
def test_what_is_no_scenario_is_refused_in_words(plain):
    with pytest.raises(ScenarioError, match="are a list, and this is none"):
        parse_scenario(plain)


def test_what_can_be_passes():
    _checked(DEARER, YEARLY | {"who": {"levels": {"channel": ["Shop"]}, "ranges": {"tenure": [None, 12]}}})


def test_a_scenario_is_written_in_one_form_and_read_back():
    scenario = parse_scenario({"steps": [DEARER | {"coverage": 1, "who": {}}]})
    assert scenario.plain() == {"steps": [DEARER]}
    assert parse_scenario(scenario.plain()) == scenario
    assert scenario.canonical() == parse_scenario({"steps": [DEARER]}).canonical()
