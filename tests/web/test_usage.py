"""What is used is noted by page: each callback counts for the page that it belongs to."""

from services import usage
from tests.pages.asking import ask, layout
from web.usage import FRAME, _page_of_module, _page_of_path


def test_callbacks_count_for_the_page_of_their_module(house):
    pages = {
        "pages.overview": "/",
        "pages._overview_levers": "/",
        "pages._control_deeds": "/control",
        "pages._model_deeds": "/model",
        "pages._log_entry": "/log",
        "pages._trial_forms": "/trials",
        "pages._foot": FRAME,
        "pages._first_use": FRAME,
    }
    assert {module: _page_of_module(module) for module in pages} == pages


def test_a_page_counts_by_its_path_in_the_code_and_by_no_name_in_an_address(house):
    assert _page_of_path("/customers") == "/customers"
    assert _page_of_path("/customers/C-1") == "other"
    assert _page_of_path("/guidelines/G4").startswith("/guidelines/<")


def test_answers_are_noted_with_their_time_and_what_is_refused_is_not(house, monkeypatch):
    noted = []
    monkeypatch.setattr(
        usage, "note_answer", lambda installation, person, page, took: noted.append((page, took))
    )
    monkeypatch.setattr(usage, "note_visit", lambda installation, person, page: noted.append((page, None)))
    client = house.client("viewer")
    layout(house, client, "/log")
    ask(house, client, "log-detail.children")
    refused = house.body(next(key for key in house.callbacks() if "people-added" in key))
    assert client.post("/_dash-update-component", json=refused).status_code == 403
    assert [page for page, _ in noted] == ["/log", "/log", "/log"]
    assert noted[0][1] is None and all(took > 0 for _, took in noted[1:])
