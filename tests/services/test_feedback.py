"""Feedback: sent once, kept as text, followed by name or receipt, never leading to who sent it unnamed."""

import json
import secrets
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from config.settings import Settings
from data.store import EntryFilter, FeedbackFilter
from services import feedback, feedback_figures, log
from services.feedback import FeedbackRefused, NoSuchFeedback
from services.feedback_due import after
from services.installation import Installation
from services.roles import Actor, NotPermitted
from tests.services.small_town import settle_town

VIC = Actor("u-vic00", "Vic", "viewer")
MAX = Actor("u-max00", "Max", "manager")
STRANGE = {
    "script": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "formula": '=HYPERLINK("http://evil.example","click")',
    "right to left": "המודל טועה לגבי \u202eהלקוח הזה",
    "emoji": "👩🏽‍🚒 says: 🤷 ｆｕｌｌ ｗｉｄｔｈ",
    "lines": "first\nsecond\tthird",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Settle one town, to be copied: that is quicker than settling one a test."""
    folder = tmp_path_factory.mktemp("made")
    settle_town(folder).store.dispose()
    return folder / "var"


@pytest.fixture
def town(made, tmp_path):
    shutil.copytree(made, tmp_path / "var")
    return Installation(Settings(var=tmp_path / "var", database_url=None))


@pytest.fixture
def open_town(made, tmp_path):
    """Give a town whose form for people outside is open."""
    shutil.copytree(made, tmp_path / "open")
    return Installation(Settings(var=tmp_path / "open", database_url=None, public_complaints=True))


def say(installation, actor=VIC, **changes):
    values = {"text": "The figure is wrong.", "verdict": "wrong", "page": "/customer?id=A1",
              "once": secrets.token_hex(16)}  # fmt: skip
    return feedback.send(installation, actor, **values | changes)


def entries(installation):
    return installation.store.entries(EntryFilter(kinds=("feedback",)), None, 100)


def test_an_item_keeps_what_it_is_about_the_page_and_what_answered_then(town):
    sent = say(town, about="prediction", about_id="A1", request_id="0badcafe", response_ms=412.4)
    item = town.store.feedback_item(sent.number)
    in_use = town.store.in_use()
    assert (item.about, item.about_id, item.page, item.guideline) == ("prediction", "A1", "/customer", "G2")
    assert (item.request_id, item.response_ms) == ("0badcafe", 412)
    assert (item.version, item.snapshot) == (in_use.version, in_use.snapshot)
    assert (item.person, item.person_name, item.state, sent.receipt) == (VIC.id, "Vic", "new", None)
    assert [step.what for step in town.store.feedback_steps(sent.number)] == ["sent"]
    entry = log.one(town, VIC, entries(town)[0].header.seq)
    assert entry.text == (
        "Vic sent feedback 1 about the prediction for customer A1, found wrong: The figure is wrong."
    )


@pytest.mark.parametrize(
    ("page", "about", "about_id", "guideline"),
    [
        ("/settings", "page", "", "G9"),
        ("/guidelines/G10", "page", "", "G10"),
        ("/recommendations/example", "page", "", "G2"),
        ("/guidelines", "guideline", "G3", "G3"),
        ("/log", "decision", "12", "G11"),
        ("/nowhere", "page", "", None),
    ],
)
def test_the_guideline_is_that_of_the_thing_else_of_the_page(town, page, about, about_id, guideline):
    sent = say(town, page=page, about=about, about_id=about_id)
    assert town.store.feedback_item(sent.number).guideline == guideline


@pytest.mark.parametrize("words", STRANGE.values(), ids=STRANGE)
def test_scripts_formulas_and_all_writing_are_kept_as_they_were_written(town, words):
    assert town.store.feedback_item(say(town, text=words).number).text == words


def test_signs_that_no_database_keeps_are_left_out(town):
    assert town.store.feedback_item(say(town, text="a\x00b\x07c\ud800d").number).text == "abc?d"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"text": "x" * 100_000}, "100,000 characters, and 4,000 are kept. Nothing was sent: shorten"),
        ({"text": "  \n "}, "a sentence is enough"),
        ({"verdict": "bad"}, "give one of useful, wrong, unclear, other"),
        ({"about": "person"}, "give one of page, prediction"),
        ({"guideline": "G12"}, "give one of G1"),
        ({"about_id": "x" * 201}, "one line of up to 200"),
        ({"about_id": "a\nb"}, "one line of up to 200"),
        ({"once": "short"}, "open it again"),
        ({"kind": "praise"}, "give one of feedback, complaint"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_the_remedy_and_nothing_is_kept(town, changes, says):
    with pytest.raises(FeedbackRefused, match=says):
        say(town, **changes)
    assert (town.store.feedback_items(), entries(town)) == ([], [])


def test_the_longest_text_is_kept_whole(town):
    assert len(town.store.feedback_item(say(town, text="ä" * 4000).number).text) == 4000


def test_a_form_sent_twice_is_one_item_with_one_receipt_and_one_entry(town):
    """S50."""
    once = secrets.token_hex(16)
    sent = {say(town, with_name=False, once=once) for _ in range(2)}
    assert len(sent) == len(town.store.feedback_items()) == len(entries(town)) == 1


def test_five_identical_posts_at_once_are_one_item(town):
    """S50."""
    once = secrets.token_hex(16)
    with ThreadPoolExecutor(5) as many:
        sent = set(many.map(lambda _: say(town, once=once), range(5)))
    assert len(sent) == len(town.store.feedback_items()) == len(entries(town)) == 1


def test_one_persons_key_is_not_anothers(town):
    once = secrets.token_hex(16)
    assert say(town, once=once).number != say(town, MAX, once=once).number


def test_without_a_name_nothing_kept_leads_to_the_sender(town):
    sent = say(town, with_name=False, request_id="0badcafe", response_ms=432.1)
    item = town.store.feedback_item(sent.number)
    assert (item.person, item.person_name, item.request_id, item.response_ms) == (None, None, None, 400)
    entry = entries(town)[0]
    assert (entry.header.actor, entry.actor_name) == ("unnamed", "Somebody signed in")
    with town.store.reading() as connection:
        for table in ("feedback", "feedback_steps", "feedback_receipts", "feedback_asks", "log_payload",
                      "throttle"):  # fmt: skip
            kept = json.dumps([list(row) for row in connection.execute(text(f"SELECT * FROM {table}"))],
                              default=str)  # fmt: skip
            for trace in (VIC.id, "Vic", "0badcafe", sent.receipt):
                assert trace not in kept, (table, trace)
        assert connection.execute(text("SELECT count(*) FROM log WHERE actor = 'u-vic00'")).scalar() == 0


def test_a_receipt_opens_its_item_however_it_is_typed_and_tells_no_names(town):
    sent = say(town, with_name=False)
    assert len(sent.receipt.replace("-", "")) == 16
    for typed in (sent.receipt, sent.receipt.upper().replace("-", " "), sent.receipt.replace("-", "")):
        told = feedback.follow(town, typed)
        assert (told.item.number, told.item.text) == (sent.number, "The figure is wrong.")
    assert {step.who for step in told.steps} == {None}


def test_receipts_that_open_nothing_are_answered_alike(town):
    say(town, with_name=False)
    told = set()
    for wrong in ("", "1", "0000-0000-0000-0000", "x" * 5000, "' OR 1=1 --", "\x00", None):
        with pytest.raises(NoSuchFeedback) as refused:
            feedback.follow(town, wrong)
        told.add(str(refused.value))
    assert len(told) == 1


def test_receipts_of_a_thousand_forms_are_all_different():
    receipts = {feedback.receipt_of(secrets.token_hex(16)) for _ in range(1000)}
    assert len(receipts) == 1000
    assert not {"i", "l", "o", "u"} & set("".join(receipts))


def test_what_a_person_sent_is_theirs_and_the_board_is_without_names(town):
    say(town, request_id="0badcafe")
    say(town, MAX, with_name=False)
    assert [one.number for one in feedback.mine(town, VIC)] == [1]
    shown = feedback.board(town, VIC)
    assert [one.number for one in shown] == [2, 1]
    assert {(one.person, one.person_name, one.request_id) for one in shown} == {(None, None, None)}
    assert feedback.one(town, VIC, 1).item.person_name == "Vic"
    ina = feedback.one(town, Actor("u-ina00", "Ina", "analyst"), 1)
    assert (ina.item.person, ina.item.request_id, ina.steps[0].who) == (None, None, None)
    assert feedback.one(town, MAX, 1).item.person_name == "Vic"
    with pytest.raises(NoSuchFeedback, match="look it up"):
        feedback.one(town, VIC, 3)


def test_the_board_can_be_narrowed_but_never_to_a_person(town):
    say(town, page="/settings")
    say(town, MAX, page="/model")
    assert [one.guideline for one in feedback.board(town, VIC, FeedbackFilter(guideline="G9"))] == ["G9"]
    assert len(feedback.board(town, VIC, FeedbackFilter(person=VIC.id))) == 2


def test_people_outside_may_complain_only_where_the_form_is_open(town, open_town):
    with pytest.raises(FeedbackRefused, match="no form for people outside"):
        say(town, None, kind="complaint")
    with pytest.raises(FeedbackRefused, match="no form for people outside"):
        say(open_town, None, kind="feedback")
    sent = say(open_town, None, kind="complaint", about="prediction", about_id="K7", text="I am Mrs X.")
    item = open_town.store.feedback_item(sent.number)
    assert (item.kind, item.is_outside, item.person) == ("complaint", True, None)
    seen = feedback.board(open_town, VIC)[0]
    assert (seen.text, seen.about_id) == ("", "")
    assert feedback.one(open_town, VIC, sent.number).item.text == ""
    assert feedback.one(open_town, MAX, sent.number).item.text == "I am Mrs X."


def test_who_has_no_role_of_ours_sends_nothing(town):
    with pytest.raises(NotPermitted):
        say(town, Actor("u-0", "Eve", "guest"))


def test_more_than_people_write_in_an_hour_is_not_kept(town, monkeypatch):
    monkeypatch.setattr(feedback, "OWN_AN_HOUR", 2)
    monkeypatch.setattr(feedback, "UNNAMED_AN_HOUR", 2)
    for with_name in (True, False):
        for _ in range(2):
            say(town, with_name=with_name)
        with pytest.raises(FeedbackRefused, match="send it later"):
            say(town, with_name=with_name)


def test_an_answer_is_due_in_working_days_at_the_end_of_the_day(town):
    friday = datetime(2026, 3, 6, 17, 0, tzinfo=UTC)
    hours = Settings().hours
    assert after(hours, friday, 1) == datetime(2026, 3, 9, 18, 0, tzinfo=UTC)
    assert after(hours, friday, 5) == datetime(2026, 3, 13, 18, 0, tzinfo=UTC)
    town.store.clock = lambda: friday
    assert town.store.feedback_item(say(town).number).due.day == 13
    assert town.store.feedback_item(say(town, kind="complaint").number).due.day == 11


def test_items_are_counted_by_guideline_and_what_is_past_its_day_is_overdue(town):
    day = town.store.clock()
    say(town, page="/settings")
    say(town, page="/settings", kind="complaint")
    none = feedback_figures.Counted()
    assert feedback_figures.by_guideline(town)["G9"] == feedback_figures.Counted(2, 2, 0, 0, 0)
    assert feedback_figures.by_guideline(town)["G1"] == none
    town.store.clock = lambda: day + timedelta(days=60)
    assert feedback_figures.overall(town) == feedback_figures.Counted(2, 2, 2, 0, 0)
    assert feedback_figures.overall(town, "complaint") == feedback_figures.Counted(1, 1, 1, 0, 0)
    assert feedback_figures.by_setting(town) == {}


def test_patterns_name_months_pages_guidelines_and_versions(town):
    town.store.clock = lambda: datetime(2026, 1, 15, tzinfo=UTC)
    for page in ("/recommendations", "/recommendations/example", "/settings"):
        say(town, page=page)
    found = feedback_figures.patterns(town)
    assert [found.months[0][0], found.months[-1][0]] == ["2025-02", "2026-01"]
    assert found.months[-1] == ("2026-01", 3, 0)
    assert [(name, one.items) for name, one in found.pages] == [("Recommendations", 2), ("Settings", 1)]
    assert [(name, one.items) for name, one in found.things] == [("page", 3)]
    assert [(name, one.items) for name, one in found.guidelines] == [("G2", 2), ("G9", 1)]
    assert found.versions[0][0] == town.store.in_use().version
    assert found.median_days is None
