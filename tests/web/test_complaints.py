"""The complaint form for people outside: closed unless set, sent once, counted, followed by receipt alone."""

import re
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

from config.settings import Settings
from services import complaints, feedback_receipts
from services.installation import Installation
from tests.house import House
from tests.house import settle as people_in

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    fresh = Installation(Settings(var=folder / "var", database_url=None))
    fresh.store.migrate()
    fresh.store.dispose()
    return folder / "var"


@pytest.fixture
def town(house, made, tmp_path):
    """Move the app to an installation whose form is open."""
    shutil.copytree(made, tmp_path / "var")
    settings = Settings(var=tmp_path / "var", database_url=None, public_complaints=True)
    installation = Installation(settings)
    own = people_in(House(house.app, installation))
    with house.moved_to(installation):
        yield own


def once(client):
    return re.search(r'name="once" value="(\w+)"', client.get("/complaint").text)[1]


def send(client, key=None, **changes):
    form = {"about": "prediction", "customer": "K7", "text": "I asked not to be called.",
            "once": key or once(client)}  # fmt: skip
    return client.post("/complaint", data=form | changes)


def receipt(answer):
    assert answer.status_code == 200, answer.text
    return re.search(r'id="complaint-receipt">([\w-]+)<', answer.text)[1]


def test_the_form_is_closed_unless_the_setting_opens_it(house):
    client = house.server.test_client()
    for path in ("/complaint", "/complaint/follow"):
        assert client.get(path).status_code == 404
        assert client.post(path, data={"receipt": "x", "text": "x"}).status_code == 404
    assert "/complaint" not in client.get("/about").text
    assert house.installation.store.feedback_items() == []


def test_the_public_notice_leads_to_the_form_where_it_is_open(town):
    assert 'href="/complaint"' in town.stranger().get("/about").text


def test_somebody_outside_complains_follows_it_and_reads_the_answer(town):
    client = town.stranger()
    answer = send(client, text=f"I asked. {SCRIPT}")
    number = receipt(answer)
    assert "A person answers it by" in answer.text
    item = town.installation.store.feedback_items()[0]
    assert (item.kind, item.is_outside, item.guideline, item.about_id) == ("complaint", True, "G7", "K7")
    town.installation.store.change_feedback(
        item.number, seen=1, what="answered", who="Max", text="We took you off.", state="answered",
        answer="We took you off.", answered=town.installation.store.clock(), answered_by="Max",
    )  # fmt: skip
    told = client.post("/complaint/follow", data={"receipt": number})
    assert told.status_code == 200
    for words in ("We took you off.", "answered", "I asked. &lt;script&gt;"):
        assert words in told.text
    assert "Max" not in told.text and SCRIPT not in told.text


def test_a_form_sent_twice_is_one_complaint_and_gives_the_same_receipt(town):
    """S50."""
    client = town.stranger()
    key = once(client)
    with ThreadPoolExecutor(5) as many:
        found = set(many.map(lambda _: receipt(send(town.stranger(), key)), range(5)))
    assert len(found) == len(town.installation.store.feedback_items()) == 1


def test_what_cannot_be_kept_is_told_and_the_text_stays_in_the_form(town):
    client = town.stranger()
    for changes, says in (
        ({"text": "x" * 100_000}, "100,000 characters"),
        ({"text": " "}, "a sentence is enough"),
        ({"about": "me"}, "Choose what it is about"),
        ({"customer": "x" * 201}, "up to 200 characters"),
        ({"once": "short"}, "open it again"),
    ):
        answer = send(client, **changes)
        assert answer.status_code == 400 and says in answer.text
    assert "x" * 100_000 in send(client, text="x" * 100_000).text
    assert town.installation.store.feedback_items() == []


def test_receipts_guessed_are_answered_alike_and_soon_have_to_wait(town, monkeypatch):
    monkeypatch.setattr(feedback_receipts, "FREE_GUESSES", 4)
    client = town.stranger()
    real = receipt(send(client))
    wrong = ["0000-0000-0000-0000", real[:-1] + ("0" if real[-1] != "0" else "1"), "' OR 1=1 --", "x" * 900]
    answers = [client.post("/complaint/follow", data={"receipt": one}) for one in wrong]
    assert {one.status_code for one in answers} == {404}
    assert len({one.text for one in answers}) == 1
    late = client.post("/complaint/follow", data={"receipt": real})
    assert late.status_code == 429 and int(late.headers["Retry-After"]) >= 1


def test_more_complaints_of_one_address_than_people_send_have_to_wait(town, monkeypatch):
    """S4: counted in the store, so by all workers together."""
    monkeypatch.setattr(complaints, "FREE_OF_AN_ADDRESS", 2)
    client = town.stranger()
    assert [send(client).status_code for _ in range(4)] == [200, 200, 429, 429]
    assert len(town.installation.store.feedback_items()) == 2


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"},
     {"Origin": "null"}],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/complaint", "/complaint/follow"])
def test_another_site_sends_nothing(town, path, headers):
    """S20."""
    client = town.stranger()
    data = {"about": "page", "text": "x", "once": once(client), "receipt": "x"}
    assert client.post(path, data=data, headers=headers).status_code == 403
    assert town.installation.store.feedback_items() == []


def test_the_words_of_a_complaint_are_read_by_who_answers_alone(town):
    from tests.pages.asking import layout, whole

    send(town.stranger())
    for role, sees in (("viewer", False), ("analyst", False), ("manager", True)):
        shown = whole(layout(town, town.client(role), "/feedback", "?item=1"))
        assert ("I asked not to be called." in shown) is sees
        assert ("K7" in shown) is sees
