"""The notice that stands: for people outside without an account, for people inside on every page."""

import pytest

from services.public_notice import public_notice
from services.roles import ROLES

WORDS = "People decide"


def test_a_stranger_reads_that_a_model_advises_and_people_decide(house):
    answer = house.server.test_client().get("/about")
    assert answer.status_code == 200
    found = public_notice(house.installation)
    for words in (WORDS, found.version[:8], found.data_date, found.contact, *found.reads[:3]):
        assert words in answer.text
    assert "a draft that nobody has" in " ".join(answer.text.split())


def test_what_is_protected_and_not_read_is_said(house):
    found = public_notice(house.installation)
    assert found.left_out
    assert not set(found.left_out) & set(found.reads)


def test_nothing_in_it_is_about_anybody(house):
    text = house.server.test_client().get("/about").text
    assert "C-0" not in text
    assert "of-tests" not in text


@pytest.mark.parametrize("role", ROLES)
def test_no_role_is_without_the_notice(house, role):
    """R60: it stands in the frame of every page; nothing in the settings takes it away."""
    shell = house.client(role).get("/_dash-layout").get_data(as_text=True)
    assert "people decide" in shell.lower()
    settings = type(house.installation.settings).model_fields
    assert not [name for name in settings if "notice" in name or "assist" in name]
