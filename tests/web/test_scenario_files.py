"""Lists out of scenarios as files: streamed, named, for who may, refused in words."""

import csv
import io
import json

import pytest

from services import kept_scenarios, scenario_export
from services.roles import Actor

ADA = Actor("u-1", "Ada", "analyst")


@pytest.fixture(scope="module")
def scenario(house):
    """Give a scenario on the demo's first lever of levels that changes somebody."""
    feature = next(f for f in house.installation.dataset().spec.features if f.role == "lever" and f.levels)
    return {"steps": [{"column": feature.column, "operation": "set", "value": feature.levels[0], "cost": 5}]}


def rows(response):
    return list(csv.DictReader(io.StringIO(response.get_data(as_text=True), newline="")))


def test_a_list_out_of_a_kept_scenario_is_a_file_to_keep(house, scenario):
    kept = kept_scenarios.keep(house.installation, ADA, scenario, "For the file")
    for address in (f"/scenarios/{kept.id}/steps.csv", f"/scenarios/{kept.id}/steps.csv?then=1"):
        response = house.client("analyst").get(address)
        assert (response.status_code, response.mimetype) == (200, "text/csv")
        assert f'filename="scenario-{kept.id}-steps.csv"' in response.headers["Content-Disposition"]
        assert "no-store" in response.headers["Cache-Control"]
        assert len(rows(response)) == kept.figures["steps"][0]["changed"] > 0


def test_a_list_out_of_a_scenario_that_is_not_kept(house, scenario):
    client = house.client("manager")
    response = client.post("/scenarios/crossing.csv", data={"scenario": json.dumps(scenario)})
    assert response.status_code == 200
    assert response.get_data(as_text=True).startswith("customer,chance before,")


def test_it_is_streamed(house, scenario, monkeypatch):
    monkeypatch.setattr(scenario_export, "CHUNK", 16)
    kept = kept_scenarios.keep(house.installation, ADA, scenario, "For the file")
    response = house.client("analyst").get(f"/scenarios/{kept.id}/steps.csv")
    assert response.is_streamed
    assert "Content-Length" not in response.headers


def test_who_may_not_gets_none(house, scenario):
    kept = kept_scenarios.keep(house.installation, ADA, scenario, "For the file")
    address = f"/scenarios/{kept.id}/steps.csv"
    assert house.client("viewer").get(address).status_code == 403
    assert house.client("viewer").post("/scenarios/steps.csv", data={"scenario": "{}"}).status_code == 403
    stranger = house.stranger().get(address)
    assert stranger.status_code in (302, 303) and "/sign-in" in stranger.headers["Location"]
    forged = house.client("analyst")
    forged.token = None
    assert forged.post("/scenarios/steps.csv", data={"scenario": "{}"}).status_code == 403


@pytest.mark.parametrize(
    ("address", "form", "code", "words"),
    [
        ("/scenarios/zzzzzz/steps.csv", None, 404, "There is no scenario"),
        ("/scenarios/people.csv", "{}", 400, "There is no list"),
        ("/scenarios/steps.csv", "no json", 400, "cannot be read"),
        ("/scenarios/steps.csv", "[" * 100_000, 400, "cannot be read"),
        ("/scenarios/steps.csv", '{"steps": [{"column": "x"}]}', 400, "Step 1"),
    ],
)
def test_what_cannot_be_is_refused_in_words(house, address, form, code, words):
    client = house.client("analyst")
    response = client.get(address) if form is None else client.post(address, data={"scenario": form})
    assert response.status_code == code
    assert words in response.get_data(as_text=True)
