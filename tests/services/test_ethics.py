"""The ethics review: who answers it, what it refuses, and that nobody signs while a question is open."""

from datetime import timedelta

import pytest

from models.scorecard import Scorecard
from services import ethics, held, holding, log, signing
from services.ethics import AnswerRefused, EthicsError
from services.roles import SYSTEM, Actor, NotPermitted
from services.signing import SignOffRefused
from tests.services.reviewed import ANSWER, answer_all
from tests.services.trial_town import ADA, EVENING, MAX, NOON, REPORT, VERA, card, parse_spec, settle
from tests.services.trial_town import SPEC as TOWN

EVA = Actor("u-eva", "Eva", "administrator")
NAMES = [one.id for one in ethics.questions()]


@pytest.fixture
def town(tmp_path):
    """Settle the town, and train a version that nobody has answered for."""
    installation, named = settle(tmp_path)
    made: Scorecard = card(parse_spec(TOWN), 0.03125, -0.96875)
    installation.shelf.put(made.version, made.to_json(), "no estimator", report=REPORT)
    known = installation.store.version(named["base"])
    installation.store.clock = lambda: NOON + timedelta(hours=1)
    installation.store.record_version(
        version=made.version, spec_name=known.spec_name, spec_hash=known.spec_hash, snapshot=known.snapshot,
        state="challenger", scorecard_sha256=made.version, metrics={},
        report_sha256=installation.shelf.put_report(made.version, REPORT),
    )  # fmt: skip
    return installation, named | {"new": made.version}


def sign(installation, version, actor=MAX, **options):
    seen = signing.review(installation, actor, version)
    return signing.sign(installation, actor, version, seen.report_sha256, "Read it all.", **options)


def answers(*names):
    return {name: f"What there is to say about {name}." for name in names}


def test_there_are_ten_questions_in_the_order_of_the_requirements():
    asked = [one.asks for one in ethics.questions()]
    assert len(asked) == 10
    assert asked[0].startswith("Do accountable people") and asked[-1].startswith("Who judges the utility")
    assert all(one.good and one.such_as for one in ethics.questions())


def test_nobody_signs_while_one_question_is_open(town):
    installation, named = town
    ethics.answer(installation, MAX, named["new"], answers(*NAMES[:9]))
    seen = signing.review(installation, MAX, named["new"])
    assert not seen.may_sign and seen.waits_for_answers
    with pytest.raises(SignOffRefused, match=r"1 of the ten questions .* waits for an answer \(who judges"):
        sign(installation, named["new"])
    assert installation.store.version(named["new"]).state == "challenger"
    ethics.answer(installation, MAX, named["new"], answers(NAMES[9]))
    assert signing.review(installation, MAX, named["new"]).may_sign
    assert sign(installation, named["new"]).version == named["new"]


def test_an_answer_older_than_the_version_does_not_count(town):
    installation, named = town
    now = installation.store.clock()
    installation.store.clock = lambda: now - timedelta(minutes=1)
    answer_all(installation, named["new"])
    installation.store.clock = lambda: now
    lines = ethics.review(installation, named["new"]).lines
    assert {one.state for one in lines} == {"older"}
    assert {one.why for one in lines} == {"It is older than the version."}
    with pytest.raises(SignOffRefused, match="10 of them have an older one to confirm"):
        sign(installation, named["new"])


def test_an_answer_for_another_version_does_not_count_however_new(town):
    installation, named = town
    answer_all(installation, named["near"])
    (why,) = {one.why for one in ethics.review(installation, named["new"]).lines}
    assert why == f"It was written for version {named['near'][:8]}."
    with pytest.raises(SignOffRefused):
        sign(installation, named["new"])


def test_answers_of_the_version_before_hold_once_they_are_confirmed(town):
    installation, named = town
    found = ethics.review(installation, named["new"])
    assert {one.state for one in found.lines} == {"older"}
    assert {one.text for one in found.lines} == {ANSWER}
    with pytest.raises(SignOffRefused):
        sign(installation, named["new"])
    taken = {one.question.id: one.text for one in found.lines} | answers("harms")
    done = ethics.answer(installation, MAX, named["new"], taken)
    assert done.is_complete and not ethics.open_questions(installation, named["new"])
    rows = installation.store.ethics(named["new"])
    assert {row.name for row in rows.values()} == {"Max"}
    assert rows["harms"].taken_from is None
    assert rows["controls"].taken_from in named.values()
    assert sign(installation, named["new"])


def test_a_question_worded_anew_is_asked_again(town, monkeypatch):
    installation, named = town
    assert ethics.review(installation, named["near"]).is_complete
    first, *rest = ethics.questions()
    changed = (first.model_copy(update={"asks": "Who answers for all of it?"}), *rest)
    monkeypatch.setattr(ethics, "questions", lambda: changed)
    (waiting,) = ethics.open_questions(installation, named["near"])
    assert (waiting.question.id, waiting.state) == (first.id, "older")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"harms": "  "}, "write a sentence"),
        ({"harms": "Fine."}, "write a sentence"),
        ({"harms": "\x00\x07\x1b" * 9}, "write a sentence"),
        ({"harms": "long " * 500}, "2,000 characters"),
        ({"harms": 7}, "write a sentence"),
        ({"colour": "It is green, mostly."}, "none of the ten questions"),
        ({}, "write at least one"),
    ],
)
def test_an_answer_that_says_nothing_is_refused_and_nothing_is_kept(town, given, why):
    installation, named = town
    with pytest.raises(AnswerRefused, match=why):
        ethics.answer(installation, MAX, named["new"], answers("controls") | given if given else given)
    assert installation.store.ethics(named["new"]) == {}


def test_letters_of_every_script_are_kept_as_they_are(town):
    installation, named = town
    text = "מי אחראי: רות, טל. 責任者は田中です 🙂 <b>=1+1</b>"
    ethics.answer(installation, MAX, named["new"], {"accountability": text})
    assert installation.store.ethics(named["new"])["accountability"].text == text


@pytest.mark.parametrize("actor", [ADA, VERA])
def test_only_managers_and_administrators_answer(town, actor):
    installation, named = town
    with pytest.raises(NotPermitted):
        ethics.answer(installation, actor, named["new"], answers("harms"))
    assert ethics.show(installation, actor, named["new"]).lines


def test_keepsight_answers_for_nobody(town):
    installation, named = town
    with pytest.raises(AnswerRefused, match="A person has to answer"):
        ethics.answer(installation, SYSTEM, named["new"], answers("harms"))


def test_of_two_who_answer_what_they_both_saw_one_is_told(town):
    installation, named = town
    seen = ethics.review(installation, named["new"]).seen
    ethics.answer(installation, MAX, named["new"], answers("harms"), seen=seen)
    with pytest.raises(AnswerRefused, match="Max has just answered too"):
        ethics.answer(installation, EVA, named["new"], answers("harms"), seen=seen)
    assert installation.store.ethics(named["new"])["harms"].name == "Max"


def test_answers_and_their_entry_stand_together(town, monkeypatch):
    installation, named = town
    ethics.answer(installation, MAX, named["new"], answers("harms", "controls"))
    latest = log.page(installation, SYSTEM).entries[0]
    assert (latest.kind, latest.version) == ("ethics", named["new"])
    assert latest.payload["answers"] == answers("harms", "controls")
    assert "Max answered 2 questions of the ethics review" in latest.text

    def fail(*_, **__):
        raise OSError("the disk is full")

    monkeypatch.setattr(log, "record", fail)
    with pytest.raises(OSError, match="full"):
        ethics.answer(installation, MAX, named["new"], answers("impacts"))
    assert "impacts" not in installation.store.ethics(named["new"])


def test_the_signature_says_who_answered_what_when(town):
    installation, named = town
    ethics.answer(installation, EVA, named["new"], answers(*NAMES))
    sign(installation, named["new"])
    (entry,) = (one for one in log.page(installation, SYSTEM).entries if one.kind == "sign-off")
    assert sorted(entry.payload["ethics"]) == sorted(NAMES)
    assert entry.payload["ethics"]["harms"] == ["Eva", installation.store.clock().isoformat()]


def test_the_way_back_and_the_way_out_ask_nothing(town):
    installation, named = town
    installation.store.promote(named["new"], actor=MAX.id, began="sign-off", reason="")
    sign(installation, named["near"])
    assert signing.rollback(installation, MAX, "complaints").version == named["new"]
    assert signing.withdraw(installation, MAX, named["new"], "unfair").former == named["new"]


def test_a_promotion_that_waits_is_judged_anew(town, monkeypatch):
    installation, named = town
    sign(installation, named["base"])
    with pytest.raises(holding.HeldBack):
        sign(installation, named["reversed"])
    first, *rest = ethics.questions()
    changed = (first.model_copy(update={"asks": "Who answers for all of it?"}), *rest)
    monkeypatch.setattr(ethics, "questions", lambda: changed)
    installation.store.clock = lambda: EVENING
    held.settle_due(installation)
    assert installation.store.version(named["reversed"]).state == "challenger"


@pytest.mark.parametrize("text", ["", "- {id: one}", "[", "- just words"])
def test_a_file_that_cannot_be_used_says_how_to_mend_it(tmp_path, text):
    path = tmp_path / "ethics.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EthicsError, match="came with Keepsight"):
        ethics.questions(path)
