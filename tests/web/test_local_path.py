"""Where one goes after signing in: nowhere but home."""

import pytest

from web.local_path import local_path

FOREIGN = [
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example",
    "http:evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "/\t/evil.example",
    "/\n/evil.example", " //evil.example", "/%2Fevil.example", "/%5Cevil.example", "%2F%2Fevil.example",
    "evil.example", "/%09/evil.example", "/x//evil.example", "/\u2028/evil", "",
]  # fmt: skip


@pytest.mark.parametrize("payload", FOREIGN)
def test_another_address_leads_to_the_first_page(payload):
    """S11."""
    assert local_path(payload) == "/"


@pytest.mark.parametrize("payload", FOREIGN)
def test_the_form_never_sends_anybody_elsewhere(payload, house):
    """S11, through the form itself."""
    client = house.stranger()
    person = {"name": "viewer-of-tests", "password": "violet kettle march", "next": payload}
    assert client.post("/sign-in", data=person).headers["Location"] == "/"


@pytest.mark.parametrize(
    "path", ["/customers", "/customer?id=7590-VHVEG", "/what-if?customer=a%20b&x=1", "/log"]
)
def test_our_own_pages_are_returned_to(path):
    assert local_path(path) == path


@pytest.mark.parametrize("path", ["/sign-out", "/_dash-layout", "/link/abc", "/assets/theme.css", "/sign-in"])
def test_what_is_no_page_is_not_returned_to(path):
    assert local_path(path) == "/"
