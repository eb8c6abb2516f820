"""Scenarios kept, changed by two, branched, archived, found again, opened by their link and compared."""

import shutil
import threading

import pytest

from data.store import EntryFilter
from services import kept_scenarios, log, managers_settings, opened_scenarios, portfolio, scenarios, training
from services.kept_scenarios import ChangedMeanwhile, KeepRefused, NoSuchScenario
from services.roles import SYSTEM, Actor, NotPermitted
from tests.models import scenario_town
from tests.services.scenario_town import load, settle

BEA = Actor("u-3", "Bea", "analyst")
MIA = Actor("u-5", "Mia", "manager")
DEARER = {"steps": [{"column": "price", "operation": "multiply", "value": 1.1}]}
CHEAPER = {"steps": [{"column": "price", "operation": "multiply", "value": 0.9}]}
WEEKLY = {"steps": [{"column": "contract", "operation": "move", "level": "Weekly", "value": "Year"}]}


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return settle(tmp_path_factory.mktemp("town"))


@pytest.fixture
def own_town(tmp_path, monkeypatch):
    monkeypatch.setattr(portfolio, "_engines", type(portfolio._engines)())
    return settle(tmp_path, rows=120)


def retrain(installation, spec_name="town", seed=1):
    """Let another version be champion."""
    model = scenario_town.card(seed)
    snapshot = installation.dataset().snapshot
    installation.shelf.put(model.version, model.to_json(), "no estimator")
    training.score_customers(installation, scenario_town.SPEC, snapshot, model.version, model)
    with installation.store.transaction() as together:
        together.record_version(
            version=model.version, spec_name=spec_name, spec_hash=scenario_town.SPEC.hash, snapshot=snapshot,
            state="challenger", scorecard_sha256=model.version, metrics={},
        )  # fmt: skip
        together.promote(model.version, actor="u-9", began="sign-off", reason="It was looked at.")
    return model.version


def forget(installation):
    """Let a process begin anew: nothing is open."""
    portfolio._engines.clear()
    del installation.__dict__["warehouse"]


def entries(installation, kind="scenario-kept"):
    return installation.store.entries(EntryFilter(kinds=(kind,)), None, 100)


# --- keeping -----------------------------------------------------------------------------------------


def test_what_is_kept_is_found_by_its_id_with_its_figures_and_pins(town, analyst):
    answer = scenarios.answer(town, analyst, DEARER)
    kept = kept_scenarios.keep(town, analyst, DEARER, "  Ten  percent ", "asked by the board")
    found = kept_scenarios.one(town, BEA, f"{kept.id[:3]} {kept.id[3:].upper()}")
    assert found == kept
    assert (found.name, found.note, found.author_name) == ("Ten percent", "asked by the board", "Ada")
    assert (found.version, found.snapshot) == (answer.stamp.version, answer.stamp.snapshot)
    assert found.figures["leavers_after"].hex() == answer.leavers.after.hex()
    assert found.scenario == DEARER
    assert found.basis["sentences"] == list(answer.sentences)


def test_keeping_stands_in_the_log_in_words(town, analyst):
    kept = kept_scenarios.keep(town, analyst, DEARER, "Ten percent")
    [latest, *_] = entries(town)
    assert (latest.subject, latest.header.version) == (kept.id, kept.version)
    assert latest.payload["answer"] == kept.figures
    told = log.one(town, analyst, latest.header.seq).text
    assert told == f"Ada kept the scenario Ten percent ({kept.id}): Price up by 10% for everybody."


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "a\u202eb"])
def test_a_name_that_is_none_is_refused_and_nothing_is_kept(town, analyst, name):
    before = len(entries(town))
    with pytest.raises(KeepRefused, match="Give a name"):
        kept_scenarios.keep(town, analyst, DEARER, name)
    with pytest.raises(KeepRefused, match="2,000 are kept"):
        kept_scenarios.keep(town, analyst, DEARER, "A name", "x" * 2001)
    assert len(entries(town)) == before


def test_a_scenario_that_cannot_be_is_not_kept(town, analyst):
    before = len(town.store.scenarios())
    with pytest.raises(scenarios.ScenarioError, match="Tenure is a fact"):
        kept_scenarios.keep(
            town, analyst, {"steps": [{"column": "tenure", "operation": "set", "value": 1}]}, "No"
        )
    assert len(town.store.scenarios()) == before


def test_a_viewer_neither_keeps_nor_sees_any(town, analyst, viewer):
    kept = kept_scenarios.keep(town, analyst, DEARER, "Ten percent")
    for ask in (
        lambda: kept_scenarios.keep(town, viewer, DEARER, "Mine"),
        lambda: kept_scenarios.one(town, viewer, kept.id),
        lambda: kept_scenarios.listing(town, viewer),
        lambda: kept_scenarios.branch(town, viewer, kept.id),
        lambda: kept_scenarios.archive(town, viewer, kept.id, seen=1),
        lambda: opened_scenarios.open_kept(town, viewer, kept.id),
        lambda: opened_scenarios.compare(town, viewer, [kept.id, kept.id]),
    ):
        with pytest.raises(NotPermitted):
            ask()
    assert town.store.scenario(kept.id) == kept


def test_an_id_that_is_none_says_where_to_look(town, analyst):
    with pytest.raises(NoSuchScenario, match="flask scenario list"):
        kept_scenarios.one(town, analyst, "zzzzzz")


# --- changing ----------------------------------------------------------------------------------------


def test_saving_again_makes_a_revision_and_the_first_stays(town, analyst):
    kept = kept_scenarios.keep(town, analyst, DEARER, "Prices", "a note")
    again = kept_scenarios.save(town, analyst, kept.id, CHEAPER, seen=1)
    assert (again.revision, again.scenario, again.note) == (2, CHEAPER, "a note")
    assert again.figures != kept.figures
    assert kept_scenarios.one(town, analyst, kept.id, revision=1) == kept
    assert (again.created, again.author) == (kept.created, kept.author)


def test_the_later_of_two_editors_is_told_who_when_and_what_and_may_branch(town, analyst):
    kept = kept_scenarios.keep(town, analyst, DEARER, "Prices")
    theirs = kept_scenarios.save(town, MIA, kept.id, CHEAPER, seen=1, name="Lower prices")
    with pytest.raises(ChangedMeanwhile) as caught:
        kept_scenarios.save(town, analyst, kept.id, WEEKLY, seen=1, note="mine")
    told = str(caught.value)
    assert told.startswith(f"Mia changed Lower prices ({kept.id}) on {theirs.changed:%d %B %Y, %H:%M} UTC")
    assert "you saw revision 1, it has revision 2" in told
    assert caught.value.current == theirs
    by = {one.what: (one.theirs, one.yours) for one in caught.value.differences}
    assert by["Step 1"] == ("Price down by 10% for everybody", "Contract from Weekly to Year for everybody")
    assert by["Note"] == ("", "mine")
    assert "Name" not in by
    assert kept_scenarios.one(town, analyst, kept.id) == theirs
    mine = kept_scenarios.branch(town, analyst, kept.id, plain=WEEKLY, name="Mine")
    assert (mine.parent, mine.scenario, mine.author) == (kept.id, WEEKLY, analyst.id)


def test_renaming_keeps_steps_figures_and_pins(town, analyst):
    kept = kept_scenarios.keep(town, analyst, DEARER, "Prices")
    named = kept_scenarios.rename(town, analyst, kept.id, seen=1, note="why")
    assert (named.name, named.note, named.figures, named.kept) == ("Prices", "why", kept.figures, kept.kept)
    with pytest.raises(ChangedMeanwhile):
        kept_scenarios.rename(town, analyst, kept.id, seen=1, name="Another")


def test_others_may_branch_but_only_author_or_manager_change(town, analyst):
    kept = kept_scenarios.keep(town, analyst, DEARER, "Prices")
    with pytest.raises(NotPermitted, match=r"kept by Ada.*save yours as a branch"):
        kept_scenarios.save(town, BEA, kept.id, CHEAPER, seen=1)
    with pytest.raises(NotPermitted):
        kept_scenarios.archive(town, BEA, kept.id, seen=1)
    branch = kept_scenarios.branch(town, BEA, kept.id)
    assert (branch.name, branch.parent, branch.figures) == ("Branch of Prices", kept.id, kept.figures)
    assert kept_scenarios.rename(town, MIA, kept.id, seen=1, name="Looked at").changed_by_name == "Mia"


def test_a_duplicate_stands_alone(town, analyst):
    kept = kept_scenarios.keep(town, analyst, DEARER, "x" * 120, "why")
    copy = kept_scenarios.duplicate(town, BEA, kept.id)
    assert copy.id != kept.id
    assert (copy.parent, copy.author, copy.revision) == (None, "u-3", 1)
    assert (copy.scenario, copy.version, copy.figures, copy.note) == (
        kept.scenario, kept.version, kept.figures, "why",
    )  # fmt: skip
    assert copy.name.startswith("Copy of x") and len(copy.name) == 120
    assert entries(town)[0].payload["source"] == kept.id


def test_what_is_archived_is_out_of_the_way_and_comes_back(town, analyst):
    kept = kept_scenarios.keep(town, analyst, DEARER, "For the archive")
    away = kept_scenarios.archive(town, analyst, kept.id, seen=1)
    assert away.archived is not None
    assert kept.id not in {row.id for row in kept_scenarios.listing(town, analyst)}
    assert kept.id in {row.id for row in kept_scenarios.listing(town, analyst, archived=True)}
    with pytest.raises(KeepRefused, match="bring it back first"):
        kept_scenarios.save(town, analyst, kept.id, CHEAPER, seen=2)
    assert opened_scenarios.open_kept(town, BEA, kept.id).then is not None
    back = kept_scenarios.bring_back(town, analyst, kept.id, seen=2)
    assert (back.archived, back.revision) == (None, 3)


def test_each_change_is_told_in_the_log(town, analyst):
    kept = kept_scenarios.keep(town, analyst, DEARER, "Prices")
    kept_scenarios.rename(town, analyst, kept.id, seen=1, note="why")
    kept_scenarios.archive(town, analyst, kept.id, seen=2)
    kept_scenarios.bring_back(town, analyst, kept.id, seen=3)
    branch = kept_scenarios.branch(town, analyst, kept.id)
    kept_scenarios.duplicate(town, analyst, kept.id)
    told = [log.one(town, analyst, entry.header.seq).text for entry in entries(town)[:5]][::-1]
    it = f"the scenario Prices ({kept.id})"
    assert told[:3] == [
        f"Ada renamed {it}, or changed its note.",
        f"Ada put {it} into the archive.",
        f"Ada brought {it} back from the archive.",
    ]
    assert told[3] == f"Ada made the scenario Branch of Prices ({branch.id}), a branch of {kept.id}."
    assert told[4].endswith(f"a copy of {kept.id}.")


def test_the_list_is_searched_and_narrowed(town, analyst):
    mine = kept_scenarios.keep(town, BEA, WEEKLY, "Yearly offer", "for the Hamburg meeting")
    found = kept_scenarios.listing(town, analyst, "hamburg OFFER")
    assert [row.id for row in found] == [mine.id]
    assert [row.id for row in kept_scenarios.listing(town, analyst, "weekly")][:1] == [mine.id]
    assert {row.author for row in kept_scenarios.listing(town, analyst, author="u-3")} == {"u-3"}
    assert kept_scenarios.listing(town, analyst, spec_name="another") == []
    assert kept_scenarios.listing(town, analyst)[0].id == mine.id


# --- opening a link ----------------------------------------------------------------------------------


def test_a_link_gives_the_same_figures_to_the_last_bit(town, analyst):
    kept = kept_scenarios.keep(town, analyst, DEARER, "Prices")
    before = len(entries(town, "scenario"))
    opened = opened_scenarios.open_kept(town, BEA, kept.id)
    assert opened.is_current and opened.then is opened.now
    assert opened.then.leavers.after.hex() == kept.figures["leavers_after"].hex()
    assert (opened.notices, opened.strayed, opened.moved) == ((), (), ())
    assert len(entries(town, "scenario")) == before + 1


def test_then_and_now_stand_side_by_side_when_model_and_data_moved_on(own_town, analyst):
    kept = kept_scenarios.keep(own_town, analyst, DEARER, "Prices")
    load(own_town, scenario_town.customers(150, seed=2))
    version = retrain(own_town)
    forget(own_town)
    opened = opened_scenarios.open_kept(own_town, BEA, kept.id)
    assert not opened.is_current
    assert opened.then.leavers.after.hex() == kept.figures["leavers_after"].hex()
    assert (opened.then.stamp.version, opened.then.stamp.snapshot) == (kept.version, kept.snapshot)
    assert (opened.now.stamp.version, opened.now.customers) == (version, opened.moved[0].values[1])
    assert opened.strayed == ()
    [words] = opened.notices
    assert f"version {version[:8]} answers now instead of {kept.version[:8]}" in words
    assert "other customers were loaded since" in words
    leavers = next(line for line in opened.moved if line.name == "leavers_after")
    assert leavers.differs
    assert leavers.values == (kept.figures["leavers_after"], opened.now.leavers.after)
    assert [entry.header.version for entry in entries(own_town, "scenario")[:2]] == [version, kept.version]


def test_a_link_to_purged_customers_shows_what_was_kept_and_offers_now(own_town, analyst):
    kept = kept_scenarios.keep(own_town, analyst, DEARER, "Prices")
    load(own_town, scenario_town.customers(150, seed=2))
    shutil.rmtree(own_town.settings.var / "warehouse" / "snapshots" / kept.snapshot)
    opened = opened_scenarios.open_kept(own_town, BEA, kept.id)  # although the engine is still in memory
    assert opened.then is None
    assert opened.kept.figures == kept.figures
    assert opened.now is not None
    assert f"snapshot {kept.snapshot}" in opened.notices[1]
    assert "were removed since" in opened.notices[1]
    assert f"The figures kept on {kept.kept:%d %B %Y} are shown instead." in opened.notices[1]
    [latest, *_] = entries(own_town)
    assert log.one(own_town, BEA, latest.header.seq).text == (
        f"Bea looked at the figures kept of the scenario Prices ({kept.id})."
    )


def test_a_withdrawn_version_answers_no_more_but_its_figures_are_shown(own_town, analyst):
    kept = kept_scenarios.keep(own_town, analyst, DEARER, "Prices")
    retrain(own_town)
    own_town.store.set_state(kept.version, "withdrawn")
    opened = opened_scenarios.open_kept(own_town, analyst, kept.id)
    assert opened.then is None and opened.now is not None
    assert f"Version {kept.version[:8]}, which it was kept with, was withdrawn since." in opened.notices[1]


def test_a_version_whose_file_is_damaged_is_not_believed(own_town, analyst):
    kept = kept_scenarios.keep(own_town, analyst, DEARER, "Prices")
    retrain(own_town)
    from services.installation import _scorecard

    _scorecard.cache_clear()
    path = own_town.settings.var / "models" / kept.version / "scorecard.json"
    path.write_text(path.read_text().replace("-1.0", "-2.0", 1))
    opened = opened_scenarios.open_kept(own_town, analyst, kept.id)
    assert opened.then is None and opened.now is not None
    assert "cannot answer" in opened.notices[1]


def test_a_level_that_is_gone_is_told_and_then_still_answers(own_town, analyst):
    kept = kept_scenarios.keep(own_town, analyst, WEEKLY, "No more weekly")
    frame = scenario_town.customers(120)
    load(own_town, frame[frame["contract"] != "Weekly"])
    opened = opened_scenarios.open_kept(own_town, analyst, kept.id)
    assert opened.now is None and opened.moved == ()
    assert opened.then.leavers.after == kept.figures["leavers_after"]
    assert "Contract has no level 'Weekly' any more" in opened.notices[-1]
    assert "cannot be carried out on the present customers" in opened.notices[-1]


def test_where_no_model_answers_any_more_the_kept_figures_are_left(own_town, analyst):
    kept = kept_scenarios.keep(own_town, analyst, DEARER, "Prices")
    own_town.store.set_state(kept.version, "withdrawn")
    opened = opened_scenarios.open_kept(own_town, analyst, kept.id)
    assert (opened.then, opened.now, opened.is_current) == (None, None, False)
    assert opened.kept.figures == kept.figures
    assert len(opened.notices) == 2


def test_a_scenario_of_other_data_answers_then_and_says_how_to_switch(own_town, analyst, monkeypatch):
    kept = kept_scenarios.keep(own_town, analyst, DEARER, "Prices")
    monkeypatch.setattr(scenario_town, "SPEC", scenario_town.SPEC.model_copy(update={"name": "village"}))
    load(own_town, scenario_town.customers(80))
    retrain(own_town, "village", seed=2)
    opened = opened_scenarios.open_kept(own_town, analyst, kept.id)
    assert opened.now is None
    assert opened.then.leavers.after == kept.figures["leavers_after"]
    assert "switch with `flask data use town`" in opened.notices[-1]
    assert kept_scenarios.listing(own_town, analyst, spec_name="village") == []


def test_figures_that_are_not_the_kept_ones_are_told_with_the_reason(own_town, analyst):
    kept = kept_scenarios.keep(own_town, analyst, DEARER, "Prices")
    managers_settings.change(own_town, SYSTEM, "value_months", 24, "Two years.", seen_revision=0)
    opened = opened_scenarios.open_kept(own_town, analyst, kept.id)
    assert {line.name for line in opened.strayed} == {"net"}
    assert "counted over 24 months now, then 12" in opened.notices[0]
    assert opened.then is not None


def test_what_cannot_be_explained_is_told_as_a_fault(own_town, analyst, monkeypatch):
    kept = kept_scenarios.keep(own_town, analyst, DEARER, "Prices")
    figures = scenarios.figures

    def slightly_off(found):
        given = figures(found)
        return given | {"leavers_after": given["leavers_after"] + 1e-12}

    monkeypatch.setattr(scenarios, "figures", slightly_off)
    opened = opened_scenarios.open_kept(own_town, analyst, kept.id)
    assert "leavers_after" in {line.name for line in opened.strayed}
    assert "this Keepsight works it out otherwise" in opened.notices[0]


def test_an_earlier_revision_is_opened_by_its_number(town, analyst):
    kept = kept_scenarios.keep(town, analyst, DEARER, "Prices")
    kept_scenarios.save(town, analyst, kept.id, CHEAPER, seen=1)
    assert opened_scenarios.open_kept(town, analyst, kept.id, 1).then.scenario == DEARER
    with pytest.raises(NoSuchScenario, match="revision 7"):
        opened_scenarios.open_kept(town, analyst, kept.id, 7)


# --- side by side ------------------------------------------------------------------------------------


def test_up_to_four_stand_side_by_side_and_what_differs_is_marked(town, analyst):
    ids = [kept_scenarios.keep(town, analyst, one, "One").id for one in (DEARER, CHEAPER, DEARER)]
    found = opened_scenarios.compare(town, BEA, ids)
    by = {line.name: line for line in found.lines}
    assert [row.id for row in found.kept] == ids
    assert by["leavers_after"].differs and not by["leavers_before"].differs
    assert by["leavers_after"].values[0] == by["leavers_after"].values[2]
    net = scenarios.answer(town, analyst, CHEAPER).net
    assert by["net"].values[1] == pytest.approx(net.change)
    assert found.notices == ()
    [latest, *_] = entries(town, "scenario-compared")
    assert log.one(town, BEA, latest.header.seq).text == (
        f"Bea compared the scenarios {ids[0]} and {ids[1]} and {ids[2]}."
    )


@pytest.mark.parametrize("count", [1, 5])
def test_one_alone_or_five_are_not_compared(town, analyst, count):
    ids = [kept_scenarios.keep(town, analyst, DEARER, "One").id for _ in range(count)]
    with pytest.raises(KeepRefused, match="choose two to 4"):
        opened_scenarios.compare(town, analyst, ids)


def test_what_stands_on_other_data_or_model_is_said_and_can_be_worked_out_anew(own_town, analyst):
    old = kept_scenarios.keep(own_town, analyst, WEEKLY, "Old")
    frame = scenario_town.customers(150, seed=2)
    load(own_town, frame[frame["contract"] != "Weekly"])
    retrain(own_town)
    new = kept_scenarios.keep(own_town, analyst, DEARER, "New")
    found = opened_scenarios.compare(own_town, analyst, [old.id, new.id])
    assert len(found.notices) == 2
    assert found.lines[0].differs  # so many customers
    fresh = opened_scenarios.compare(own_town, analyst, [old.id, new.id], on_present=True)
    assert fresh.lines[0].values == (None, new.figures["customers"])
    [words] = fresh.notices
    assert words.startswith("Old: It cannot be carried out")


# --- at once -----------------------------------------------------------------------------------------


def test_of_two_editors_at_once_one_wins_and_nothing_is_lost(town, analyst):
    for _ in range(5):
        kept = kept_scenarios.keep(town, analyst, DEARER, "Prices")
        saved, told, start = [], [], threading.Barrier(2)

        def edit(actor, plain, kept=kept, saved=saved, told=told, start=start):
            start.wait()
            try:
                saved.append(kept_scenarios.save(town, actor, kept.id, plain, seen=1))
            except ChangedMeanwhile as fault:
                told.append(fault.current)

        threads = [threading.Thread(target=edit, args=one) for one in ((analyst, CHEAPER), (MIA, WEEKLY))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert saved == told == [kept_scenarios.one(town, analyst, kept.id)]
        assert kept_scenarios.one(town, analyst, kept.id, revision=1) == kept
