"""G6: groups that differ, too few of one gender, colours alike, pages that fail; and what is not measured."""

from datetime import date

import pytest
import yaml

from config import palette
from services import user_tests
from services.guidelines import access_checks, colours
from services.user_tests import Group
from tests.services.guidelines.evidence_town import fairness, judged, reported, settled
from tests.services.trial_town import MAX

CHECKS = [
    {"name": name, "looks_for": "what it looks for", "test": "a test", "checked": date(2026, 3, 1),
     "pages": 9, "failed": []}
    for name in access_checks.NAMES
]  # fmt: skip


@pytest.fixture
def walked(tmp_path, monkeypatch):
    """Keep what a walk through the pages found where a test can change it."""
    file = tmp_path / "access.yaml"

    def keep(**more):
        file.write_text(yaml.safe_dump([one | more for one in CHECKS]), encoding="utf-8")

    monkeypatch.setattr(access_checks.read, "__defaults__", (file,))
    keep()
    return keep


@pytest.fixture
def town(tmp_path, walked):
    installation, named, clock = settled(tmp_path)
    reported(installation, named["near"], fairness=fairness())
    return installation, named, clock


def tried(installation, women=5, men=5, more=0):
    groups = (Group("women", "under 30", women), Group("men", "45 to 59", men),
              Group("another gender", "30 to 44", more))  # fmt: skip
    return user_tests.record(installation, MAX, day=date(2026, 3, 1), task="Find who is at risk.",
                             groups=groups, findings="All found it.")  # fmt: skip


def test_with_all_of_it_well_it_is_met_and_told_with_ranges_and_numbers(town):
    tried(town[0])
    found, how = judged(town[0], "G6")
    assert how.state == "met", how.why
    groups, differences, *_ = found.tables
    assert groups.rows[0] == ("North", "100", "20.0% (10.0% to 30.0%)", "20.0% (10.0% to 30.0%)", "too few",
                              "20.0% (10.0% to 30.0%)")  # fmt: skip
    assert differences.rows[0][2:] == ("8.0 (\u22121.0 to 20.0)", "5.0", "North and South")
    assert "200 customers set aside" in found.lines[0].text
    assert found.headline == "Groups differ by 3.0 points beyond chance; 1 user test with 10 people"


@pytest.mark.parametrize(("beyond", "state"), [(0.11, "not met"), (0.06, "at risk"), (0.05, "met")])
def test_groups_that_differ_beyond_chance_turn_it(town, beyond, state):
    installation, named, _ = town
    tried(installation)
    reported(installation, named["near"], fairness=fairness(beyond))
    assert judged(installation, "G6")[1].state == state


def test_without_a_user_test_it_is_not_measured_whatever_else_is_well(town):
    found, how = judged(town[0], "G6")
    assert how.state == "not measured" and "no user test is registered" in how.why
    assert found.values["gender_share"] is None


def test_a_user_test_that_was_withdrawn_is_none(town):
    tried(town[0])
    user_tests.withdraw(town[0], MAX, 1, "It was a rehearsal.", seen=1)
    assert judged(town[0], "G6")[1].state == "not measured"


@pytest.mark.parametrize(
    ("women", "men", "more", "state"),
    [(4, 6, 0, "met"), (3, 7, 0, "at risk"), (0, 9, 0, "at risk"), (3, 3, 3, "met"), (9, 9, 1, "at risk")],
)
def test_a_gender_below_the_share_is_a_risk(town, women, men, more, state):
    tried(town[0], women, men, more)
    assert judged(town[0], "G6")[1].state == state


def test_the_least_share_is_a_setting(town, monkeypatch):
    installation, _, _ = town
    tried(installation, 3, 7)
    relaxed = installation.settings.model_copy(update={"least_gender_share": 0.25})
    monkeypatch.setattr(type(installation), "settings", relaxed)
    assert judged(installation, "G6")[1].state == "met"


def test_nobody_who_said_their_gender_is_not_measured(town):
    user_tests.record(town[0], MAX, day=date(2026, 3, 1), task="Find it.", findings="Found.",
                      groups=[Group("not said", "not said", 5)])  # fmt: skip
    assert judged(town[0], "G6")[1].state == "not measured"


def test_a_draft_proves_nothing_and_its_groups_are_shown(tmp_path, walked):
    from tests.services.trial_town import settle

    installation, named = settle(tmp_path)
    reported(installation, named["base"], fairness=fairness())
    tried(installation)
    found, how = judged(installation, "G6")
    assert how.state == "not measured" and "a draft that nobody has signed" in how.why
    assert any(one.caption.startswith("Groups by area") for one in found.tables)


@pytest.mark.parametrize("held", [{}, {"attributes": []}, fairness(None), None])
def test_no_comparison_of_groups_is_not_measured(town, held):
    installation, named, _ = town
    tried(installation)
    reported(installation, named["near"], **({} if held is None else {"fairness": held}))
    assert judged(installation, "G6")[1].state == "not measured"


def test_a_damaged_report_is_not_measured_with_what_is_wrong(town):
    installation, named, _ = town
    tried(installation)
    for file in (installation.shelf.folder / named["near"]).glob("report-*"):
        file.write_text("{}")
    assert judged(installation, "G6")[1].state == "not measured"


def test_colours_that_some_eyes_cannot_tell_apart_are_a_risk(town, monkeypatch, tmp_path):
    tried(town[0])
    changed(monkeypatch, tmp_path, "--ks-c4: #7c8096;", "--ks-c4: #0b6b60;")
    how = judged(town[0], "G6")[1]
    assert how.state == "at risk" and "to some eyes" in how.why


def test_text_that_cannot_be_read_turns_it(town, monkeypatch, tmp_path):
    tried(town[0])
    changed(monkeypatch, tmp_path, "--ks-muted: #535e73;", "--ks-muted: #9aa3b5;")
    assert judged(town[0], "G6")[1].state == "not met"


def test_without_the_style_sheet_it_is_not_measured(town, monkeypatch, tmp_path):
    tried(town[0])
    monkeypatch.setattr(palette, "SHEET", tmp_path / "gone.css")
    monkeypatch.setattr("services.guidelines.g06.palette", palette.palette.__wrapped__)
    assert judged(town[0], "G6")[1].state == "not measured"


def changed(monkeypatch, folder, old, new):
    """Let the evidence read a style sheet with another colour."""
    sheet = palette.SHEET.read_text(encoding="utf-8")
    assert old in sheet
    other = folder / "theme.css"
    other.write_text(sheet.replace(old, new), encoding="utf-8")
    monkeypatch.setattr(palette, "SHEET", other)
    monkeypatch.setattr("services.guidelines.g06.palette", palette.palette.__wrapped__)


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({"failed": ["/log"]}, "not met"),
        ({"checked": date(2024, 1, 1)}, "at risk"),
        ({"pages": 0}, "not measured"),
    ],
)
def test_pages_that_fail_were_walked_long_ago_or_never_turn_it(town, walked, more, state):
    tried(town[0])
    walked(**more)
    assert judged(town[0], "G6")[1].state == state


def test_black_and_white_lie_furthest_apart_and_red_and_green_meet_for_deuteranopes():
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colours.distance("#000000", "#ffffff") == pytest.approx(100, abs=0.1)
    usual, other = (
        colours.distance("#aa6600", "#6a7a00", eyes) for eyes in ("usual colour vision", "deuteranopia")
    )
    assert usual > 30 > 12 > other


def test_the_colours_that_ship_can_be_told_apart_by_all_eyes():
    for theme in palette.THEMES:
        assert colours.closest(palette.palette(theme), palette.SERIES)[0] >= 10
