"""No drastic change in working hours: held back, overridden, passed; enforced, not reported."""

import pytest

from services import holding
from services.holding import HeldBack, Overtaken
from services.roles import NotPermitted
from tests.services.trial_town import ADA, EVENING, MAX, NOON, settle, settle_signed


@pytest.fixture
def town(tmp_path):
    return settle_signed(tmp_path)


def promote(installation, actor, version, override=None):
    """Promote as signing does: enforce, then settle in the transaction that promotes."""
    effect = holding.enforce(installation, actor, version, override=override)
    with installation.store.transaction() as together:
        holding.settle(installation, actor, effect, together)
        together.promote(version, actor=actor.id, began="sign-off", reason="")
    return effect


def serving(installation):
    return installation.store.serving_version("trials").version


def kinds(installation):
    return [entry.header.kind for entry in installation.store.entries(None, None, 10)]


def test_a_version_that_scores_almost_alike_passes_at_noon(town):
    installation, named = town
    effect = promote(installation, MAX, named["near"])
    assert effect.customers == 400
    # 1/64 of log-odds is at most 1/256 of probability
    assert 0 < effect.moved_points < 100 / 256
    assert effect.replaced_share == 0
    assert serving(installation) == named["near"]


LOOSE = {"move_limit_points": 100, "replaced_limit_share": 1, "guard_psi": 100, "guard_list_move": 100}


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("higher", {"move_limit_points": 10}),
        ("reversed", {"replaced_limit_share": 0.2}),
        ("higher", {"guard_psi": 0.2}),
        ("higher", {"guard_list_move": 0.2}),
    ],
)
def test_each_limit_alone_holds_a_drastic_change_back(tmp_path, name, limit):
    installation, named = settle_signed(tmp_path, **(LOOSE | limit))
    with pytest.raises(HeldBack, match="after 18:00 on 4 March"):
        promote(installation, MAX, named[name])
    assert serving(installation) == named["base"]


def test_within_all_limits_nothing_is_held_back(tmp_path):
    installation, named = settle_signed(tmp_path, **LOOSE)
    promote(installation, MAX, named["reversed"])
    assert serving(installation) == named["reversed"]
    assert not holding.was_wanted(installation.store, "trials", named["reversed"], named["base"])


@pytest.mark.parametrize(("now", "override"), [(EVENING, None), (NOON, "It leaks."), (EVENING, "So.")])
def test_a_drastic_change_that_passes_is_known_to_be_wanted(tmp_path, now, override):
    installation, named = settle_signed(tmp_path, now)
    promote(installation, MAX, named["higher"], override=override)
    assert holding.was_wanted(installation.store, "trials", named["higher"], named["base"])
    assert not holding.was_wanted(installation.store, "trials", named["base"], named["higher"])


def test_scores_that_rise_alike_replace_nobody_on_the_list(town):
    effect = holding.check(town[0], town[1]["higher"])
    assert effect.moved_points > 10
    assert effect.replaced_share == 0


def test_a_turned_list_is_replaced_as_a_whole(town):
    assert holding.check(town[0], town[1]["reversed"]).replaced_share == 1


def test_what_was_held_back_is_on_record_and_in_the_log(town):
    installation, named = town
    with pytest.raises(HeldBack):
        promote(installation, MAX, named["higher"])
    [row] = holding.waiting(installation, ADA)
    assert (row.version, row.against, row.name) == (named["higher"], named["base"], "Max")
    assert row.until == NOON.replace(hour=18)
    assert kinds(installation) == ["held"]


def test_it_passes_outside_working_hours_and_waits_no_more(town):
    installation, named = town
    with pytest.raises(HeldBack):
        promote(installation, MAX, named["higher"])
    installation.store.clock = lambda: EVENING
    promote(installation, MAX, named["higher"])
    assert serving(installation) == named["higher"]
    [row] = installation.store.held("trials")
    assert (row.how, row.settled) == ("passed", EVENING)
    [entry] = installation.store.entries(None, None, 1)
    assert (entry.payload["step"], entry.payload["signed"]) == ("passed", NOON.isoformat())
    assert holding.waiting(installation, ADA) == []


def test_a_manager_overrides_it_with_a_reason_that_is_logged(town):
    installation, named = town
    promote(installation, MAX, named["higher"], override=" The old one leaks the outcome. ")
    assert serving(installation) == named["higher"]
    [entry] = installation.store.entries(None, None, 1)
    assert (entry.header.kind, entry.payload["reason"]) == ("override", "The old one leaks the outcome.")


def test_blanks_are_no_reason(town):
    with pytest.raises(HeldBack):
        promote(town[0], MAX, town[1]["higher"], override="  ")


def test_who_may_not_override_does_not(town):
    with pytest.raises(NotPermitted):
        promote(town[0], ADA, town[1]["higher"], override="Please.")
    assert serving(town[0]) == town[1]["base"]


def test_the_first_signature_of_all_is_never_held_back(tmp_path):
    installation, named = settle(tmp_path)
    assert not promote(installation, MAX, named["reversed"]).must_wait
    assert serving(installation) == named["reversed"]


def test_a_damaged_champion_is_replaced_at_once(town):
    from services.installation import _scorecard

    installation, named = town
    (installation.shelf.folder / named["base"] / "scorecard.json").write_text("{}")
    _scorecard.cache_clear()
    promote(installation, MAX, named["reversed"])
    assert serving(installation) == named["reversed"]


def test_a_champion_that_changed_meanwhile_stops_the_promotion(town):
    """Two people sign at once: the effect worked out would not be the real one."""
    installation, named = town
    effect = holding.enforce(installation, MAX, named["near"])
    promote(installation, MAX, named["higher"], override="It is needed now.")
    with pytest.raises(Overtaken, match="repeat"), installation.store.transaction() as together:
        holding.settle(installation, MAX, effect, together)
    assert serving(installation) == named["higher"]


def test_an_unknown_version_is_said_to_be_unknown(town):
    with pytest.raises(LookupError, match="flask model list"):
        holding.check(town[0], "nothing")
