"""What changed for people: worked out once with its size, and told until somebody takes note."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from config.dataset import parse_spec
from data.store import EntryFilter
from models.scorecard import Scorecard
from services import control, control_people, log, training, what_changed
from services.roles import Actor, NotPermitted
from services.what_changed_size import Size
from services.what_changed_words import size_words
from tests.services.small_town import ROWS, SPEC, card, settle_town

ADA = Actor("u-ada", "Ada", "analyst")
VIC = Actor("u-vic", "Vic", "viewer")
MAX = Actor("u-max", "Max", "manager")


@pytest.fixture
def town(tmp_path):
    """Five customers and a draft, looked at once; the clock goes on by an hour with each look."""
    made = settle_town(tmp_path)
    moments = [datetime.now(UTC)]
    made.store.clock = lambda: moments[-1]
    made.later = lambda: moments.append(moments[-1] + timedelta(hours=1))
    assert what_changed.note(made) is None
    return made


def look(town):
    """Look an hour later, when something else was logged."""
    town.later()
    log.record(town, MAX, "start", payload={})
    return what_changed.note(town)


def setting(town, name, value, revision=0):
    town.store.record_setting(
        name=name, value={"value": value}, reason="Fewer people at the phones.", complaint=None, actor=MAX.id,
        actor_name="Max", seen_revision=revision,
    )  # fmt: skip


def load(town, rows):
    spec = parse_spec(SPEC)
    nothing = pd.DataFrame({"row": [], "column": [], "value": [], "reason": []})
    snapshot = town.warehouse.write_snapshot(
        pd.DataFrame(rows)[list(spec.columns)], spec, source="a test", refused=nothing, report={},
        parent=None, created=town.store.clock(),
    )  # fmt: skip
    model = card(spec)
    training.score_customers(town, spec, snapshot.id, model.version, model)
    town.store.record_snapshot(snapshot)


def another_model(town):
    """Let a second version answer, by which everybody is likelier to leave."""
    spec = parse_spec(SPEC)
    plain = json.loads(card(spec).to_json()) | {"intercept": 0.0, "bag_intercepts": [0.0, 0.0]}
    made = Scorecard.from_json(json.dumps(plain))
    town.shelf.put(made.version, made.to_json(), "no estimator")
    snapshot = town.in_use().snapshot
    training.score_customers(town, spec, snapshot, made.version, made)
    town.store.record_version(
        version=made.version, spec_name=spec.name, spec_hash=spec.hash, snapshot=snapshot, state="draft",
        scorecard_sha256=made.version, metrics={},
    )  # fmt: skip
    return made.version


def test_nothing_is_told_where_nothing_changed(town):
    assert look(town) is None
    assert what_changed.notice(town, ADA) is None and not what_changed.due(town)


def test_another_length_of_the_list_is_told_with_who_joined(town):
    setting(town, "at_risk_share", 0.5)
    assert what_changed.due(town)
    line = look(town)
    assert line.kinds == ("setting",)
    assert line.words == ("The at-risk list holds 50% of the active customers instead of 10%.",)
    assert line.size == "1 customer joined the at-risk list, 0 left it; scores stayed as they were."


def test_another_model_is_told_with_how_far_scores_moved(town):
    version = another_model(town)
    line = look(town)
    assert line.kinds == ("model",)
    assert line.words[0].startswith(f"A new model version answers: {version[:8]} instead of")
    assert "points at most for 19 in 20 of 4 customers." in line.size
    town.store.set_state(version, "withdrawn")
    assert look(town).words[0].startswith("An earlier model version answers again")


def test_other_data_are_told_with_who_came_and_who_went(town):
    load(
        town, [row for row in ROWS if row["key"] != "A1"] + [ROWS[0] | {"key": "B1"}, ROWS[1] | {"key": "B2"}]
    )
    line = look(town)
    assert line.kinds == ("data",)
    assert line.words == ("Customers were loaded anew: Small town.",)
    assert line.size.startswith("2 customers came, 1 went; ")


def test_a_switch_is_told_once_and_a_drill_that_is_over_is_not(town):
    control.throw(town, MAX, "recommender", "paused", "complaints")
    line = look(town)
    assert (line.kinds, line.size) == (("control",), "")
    assert line.words == ("The recommender is paused.",)
    control.throw(town, MAX, "recommender", "off", "complaints")
    control.throw(town, MAX, "recommender", "paused", "complaints")
    assert look(town) is None


def test_other_rules_of_the_recommender_are_told_without_a_size(town, monkeypatch):
    for revision in (1, 2, 2):
        monkeypatch.setattr(what_changed, "_rules", lambda installation, now=revision: now)
        line = look(town)
        if revision == 1:  # a catalogue that came is no change of rules, and is not looked at twice
            assert line is None and not what_changed.due(town)
    assert line is None
    [told] = what_changed.listing(town, ADA)
    assert (told.text, told.kinds) == (
        "The rules by which titles are recommended are others.",
        ("setting",),
    )


def test_several_at_once_are_one_change(town):
    another_model(town)
    setting(town, "at_risk_share", 0.5)
    assert look(town).kinds == ("model", "setting")


def test_who_took_note_is_told_only_of_what_came_since(town):
    setting(town, "at_risk_share", 0.5)
    look(town)
    found = what_changed.notice(town, ADA)
    assert len(found.lines) == 1 and found.since == found.lines[0].time
    town.later()
    assert what_changed.take_note(town, ADA, found.up_to)
    assert not what_changed.take_note(town, ADA, found.up_to)
    assert what_changed.notice(town, ADA) is None
    assert what_changed.notice(town, MAX) is not None
    when = town.store.clock()
    setting(town, "at_risk_share", 0.1, revision=1)
    look(town)
    again = what_changed.notice(town, ADA)
    assert (len(again.lines), again.since) == (1, when)
    assert len(what_changed.listing(town, ADA)) == 2
    [entry] = log.page(town, ADA, EntryFilter(kinds=("reader",))).entries
    assert entry.text == f"Ada took note of what changed, up to entry {found.up_to}."


def test_the_latest_are_told_and_that_there_are_more(town):
    for number, share in enumerate((0.5, 0.25, 0.75, 0.3, 0.6)):
        setting(town, "at_risk_share", share, revision=number)
        look(town)
    found = what_changed.notice(town, ADA)
    assert (len(found.lines), found.more) == (what_changed.SHOWN, True)
    assert "60%" in found.lines[0].text
    what_changed.take_note(town, ADA, found.up_to)
    assert what_changed.notice(town, ADA) is None


@pytest.mark.parametrize("up_to", [-1, 10**9, "3", None, 2.5])
def test_nobody_takes_note_of_what_is_not_there(town, up_to):
    setting(town, "at_risk_share", 0.5)
    look(town)
    assert not what_changed.take_note(town, ADA, up_to)


def test_figures_of_a_draft_are_for_who_may_see_drafts_and_for_nobody_who_hides_them(town):
    setting(town, "at_risk_share", 0.5)
    look(town)
    assert what_changed.notice(town, VIC).lines[0].size == ""
    assert what_changed.notice(town, ADA).lines[0].size != ""
    control_people.hide(town, ADA)
    assert what_changed.notice(town, ADA).lines[0].size == ""
    with pytest.raises(NotPermitted):
        what_changed.notice(town, replace(ADA, role="nobody"))


def test_who_never_took_note_is_not_told_of_what_was_long_ago(town):
    setting(town, "at_risk_share", 0.5)
    look(town)
    for _ in range(24 * what_changed.NEWCOMERS_DAYS + 1):
        town.later()
    assert what_changed.notice(town, ADA) is None


def test_where_the_size_cannot_be_told_the_change_is(town, monkeypatch):
    def broken(*asked):
        raise RuntimeError("the file of the earlier model is gone")

    monkeypatch.setattr(what_changed, "size", broken)
    setting(town, "at_risk_share", 0.5)
    line = look(town)
    assert line.size == "" and line.words


def test_it_is_worked_out_once_however_many_look(town):
    setting(town, "at_risk_share", 0.5)
    town.later()
    threads = [
        thread for _ in range(5) if (thread := what_changed.note_beside(town, what_changed.view(town)))
    ]
    for one in threads:
        one.join()
    assert len(what_changed.listing(town, ADA)) == 1


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (Size(), ""),
        (Size(joined=187, left=12, customers=5000, moved_points=2.14),
         "187 customers joined the at-risk list, 12 left it; scores moved by 2.1 points at most for 19 in 20 "
         "of 5,000 customers."),
        (Size(new=1, gone=0, joined=0, left=0, customers=9, moved_points=0.01),
         "1 customer came, 0 went; nobody joined or left the at-risk list; scores moved by less than "
         "0.1 points at most for 19 in 20 of 9 customers."),
    ],
)  # fmt: skip
def test_the_size_in_words(size, words):
    assert size_words(size) == words
