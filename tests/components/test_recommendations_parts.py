"""The parts of the Recommendations page: reasons, the table of categories in words, what a person has."""

from __future__ import annotations

from types import SimpleNamespace as Made

import pytest

from components import recommendations as parts
from components.recommendations_map import short, table_map
from components.recommendations_quality import RANKERS, quality
from components.recommendations_settings import CHOICES, EFFECTS, NUMBERS, form, ranker
from services.recommender.settings import LABELS, Setting
from tests.components.trees import by_class, kinds, text

TREK = Made(
    item="t2",
    title="Star Trek",
    categories=("Reboots",),
    because="2 co-choices, 1 person.",
    together=3,
    chosen_by=7,
)
AIRPLANE = Made(
    item="c1",
    title="Airplane!",
    categories=("Comedy", "Classics"),
    because="1 co-choice, 1 person.",
    together=0,
    chosen_by=1,
)


def answer(**held):
    usual = {
        "items": (TREK, AIRPLANE),
        "popular": (),
        "nothing": "",
        "absent": "",
        "customer": None,
        "ranker": "rule",
    }
    return Made(**(usual | held))


def table(**held):
    usual = {
        "categories": ("Horror", "Reboots", "Nature"),
        "counts": ((None, 2, 0), (2, None, 40), (0, 40, None)),
        "people": ((None, 1, 0), (1, None, 9), (0, 9, None)),
    }
    return Made(**(usual | held))


def cells(tree):
    return {
        (one.to_plotly_json()["props"]["data-row"], one.to_plotly_json()["props"]["data-column"]): one
        for one in kinds(tree, "Td")
        if "data-row" in one.to_plotly_json()["props"]
    }


def deeds(tree):
    found = [one.to_plotly_json()["props"] for one in kinds(tree, "Button")]
    return [
        (one["data-deed"], one.get("data-item") or one.get("data-category"))
        for one in found
        if "data-deed" in one
    ]


# --- the list ----------------------------------------------------------------------------------------


def test_each_line_gives_its_reason_and_can_be_chosen_or_hidden():
    [listed] = parts.listed(answer(), may_choose=True)
    words = text(listed)
    assert words.index("Star Trek") < words.index("2 co-choices, 1 person.") < words.index("Airplane!")
    assert ("choose", "t2") in deeds(listed)
    hiding = [about for what, about in deeds(listed) if what == "hide"]
    assert hiding == ["t2", "Reboots", "c1", "Comedy", "Classics"]


def test_by_the_rule_it_is_said_what_ranks_inside_a_category():
    assert "3 people chose both; 7 chose it in all." in text(parts.listed(answer(), may_choose=False))
    assert "chose both" not in text(parts.listed(answer(ranker="items"), may_choose=False))


def test_who_may_not_choose_reads_the_list_without_buttons():
    [listed] = parts.listed(answer(), may_choose=False)
    assert "2 co-choices" in text(listed)
    assert deeds(listed) == []


def test_without_evidence_popular_titles_stand_under_their_own_heading_without_a_because():
    known = Made(item="c1", title="Airplane!", categories=(), chosen_by=3)
    shown = parts.listed(answer(items=(), popular=(known,), nothing="No evidence."), may_choose=True)
    words = text(shown)
    assert words.index("No evidence.") < words.index("Popular with everybody") < words.index("Airplane!")
    assert "Chosen by 3 people." in words
    assert "open question" in words and "setting" in words
    assert "ecause" not in words


def test_what_is_left_out_is_said_in_one_line():
    assert text(parts.listed(answer(absent="Left out: Alien."), may_choose=True)[-1]) == "Left out: Alien."


def test_the_address_names_title_and_customer():
    assert parts.address("a b&c") == "/recommendations?item=a+b%26c"
    assert parts.address("x", "C-1") == "/recommendations?item=x&customer=C-1"
    assert parts.address(None) == "/recommendations"


def test_options_are_numbered_for_the_keyboard_and_nothing_found_is_said():
    found = parts.options("list", [TREK, AIRPLANE])
    assert [one.id for one in found] == ["list-0", "list-1"]
    assert {one.role for one in found} == {"option"}
    assert "No title fits" in text(parts.options("list", []))


# --- the table of categories ---------------------------------------------------------------------------


def test_the_diagonal_is_a_dash_and_never_a_zero():
    found = cells(table_map(table()))
    assert text(found["Horror", "Horror"]) == "–"
    assert "not allowed" in found["Horror", "Horror"].title
    assert text(found["Horror", "Nature"]) == "0"


def test_a_cell_can_be_read_with_its_count_and_people():
    found = cells(table_map(table()))["Reboots", "Nature"]
    assert found.title == "Reboots and Nature: 40 co-choices, 9 people"
    assert cells(table_map(table()))["Horror", "Reboots"].title.endswith("2 co-choices, 1 person")


def test_an_allowed_diagonal_has_figures():
    made = table(counts=((5, 2, 0), (2, 1, 40), (0, 40, 0)), people=((2, 1, 0), (1, 1, 9), (0, 9, 0)))
    assert text(cells(table_map(made))["Horror", "Horror"]) == "5"


def test_cells_of_the_list_light_up_on_both_sides():
    found = cells(table_map(table(), lit={frozenset(("Horror", "Reboots"))}))
    lit = {pair for pair, cell in found.items() if "ks-rec-lit" in cell.className}
    assert lit == {("Horror", "Reboots"), ("Reboots", "Horror")}
    assert "used by the list" in found["Horror", "Reboots"].title


def test_a_cell_that_moved_shows_before_and_after():
    moved = [Made(row="Horror", column="Reboots", before=1, after=2)]
    found = cells(table_map(table(), moved=moved))
    assert text(by_class(found["Reboots", "Horror"], "ks-rec-before")) == "1"
    assert text(by_class(found["Reboots", "Horror"], "ks-rec-now")) == "2"
    assert "1 before" in found["Horror", "Reboots"].title
    assert "ks-rec-moved" not in found["Nature", "Horror"].className


def test_an_empty_table_is_drawn_too():
    assert cells(table_map(table(categories=(), counts=(), people=()))) == {}
    blank = ((None, 0), (0, None))
    assert len(cells(table_map(table(categories=("A", "B"), counts=blank, people=blank)))) == 4


@pytest.mark.parametrize(
    ("figure", "shown"),
    [(0, "0"), (9_999, "9,999"), (10_000, "10k"), (12_345, "12k"), (999_499, "999k"), (999_500, "1.0M"),
     (9_960_000, "10M")],
)  # fmt: skip
def test_large_counts_are_written_short(figure, shown):
    assert short(figure) == shown


# --- what a person has ---------------------------------------------------------------------------------


def test_a_choice_that_keepsight_drew_is_marked_and_each_can_be_undone():
    mine = Made(item="t2", title="Star Trek", categories=("Reboots",), source="person")
    drawn = Made(item="c1", title="Airplane!", categories=(), source="kept")
    shown = parts.own([mine, drawn], may_choose=True)
    assert deeds(shown) == [("undo", "t2"), ("undo", "c1")]
    assert text(shown).count(parts.KEPT) == 1
    assert "no category" in text(shown)


def test_what_is_hidden_can_be_shown_again():
    shown = parts.hidden([TREK], ["Comedy"])
    assert deeds(shown) == [("show", "t2"), ("show", "Comedy")]
    assert "Nothing is hidden" in text(parts.hidden([], []))


def drawing(**held):
    usual = {"is_on": True, "left": 2, "a_day": 3, "can_draw": True}
    return parts.delegation(**(usual | held))


def button(tree, deed):
    [found] = [one for one in kinds(tree, "Button") if one.to_plotly_json()["props"].get("data-deed") == deed]
    return found


def test_choose_for_me_is_offered_only_once_it_is_switched_on():
    assert "draw" not in [what for what, _ in deeds(drawing(is_on=False))]
    assert "2 of 3 left today" in text(drawing())
    assert not button(drawing(), "draw").disabled


@pytest.mark.parametrize("held", [{"left": 0}, {"can_draw": False}])
def test_it_cannot_be_asked_for_without_a_list_or_once_the_day_is_used_up(held):
    assert button(drawing(**held), "draw").disabled


def test_what_was_drawn_says_who_chose_and_waits_to_be_kept_or_undone():
    shown = parts.waiting([Made(id="d1", title="Dune", of=4, seed="Place 2 of 4.")])
    assert parts.DRAWN in text(shown)
    assert "Place 2 of 4." in text(shown)
    assert {"keep", "refuse"} <= {what for what, _ in deeds(shown)}


def test_what_was_done_is_told_with_the_cells_that_moved_and_its_entry():
    moved = [Made(row="Space horror", column="Reboots", before=1, after=2)]
    told = parts.done("Chosen: Star Trek.", moved, back=parts.undo("t2", "Star Trek"), entry=7)
    assert "Space horror x Reboots: 1 to 2." in text(told)
    assert "log entry 7" in text(told)
    assert deeds(told) == [("undo", "t2")]


# --- settings ------------------------------------------------------------------------------------------


def test_every_setting_has_a_field_with_its_effect():
    names = set(Setting.model_fields)
    assert {*CHOICES, *NUMBERS} == set(EFFECTS) == set(LABELS) == names
    made = form(Setting(), LABELS, lambda name: {"type": "f", "name": name}, None)
    assert {one["name"] for one in ids(made)} == names
    assert all(EFFECTS[name] in text(made) for name in names)


def ids(tree):
    return [one.id for kind in ("RadioItems", "Input") for one in kinds(tree, kind)]


def test_the_ranker_is_switched_only_by_who_may():
    assert ranker("rule", 3, may_change=False) is None
    switch = ranker("rule", 3, may_change=True)
    pressed = {one.to_plotly_json()["props"]["aria-pressed"]: one for one in kinds(switch, "Button")}
    assert pressed["true"].disabled
    assert pressed["false"].to_plotly_json()["props"]["data-revision"] == "3"


# --- quality -----------------------------------------------------------------------------------------


def measured():
    group = Made(name="few", least=2, most=4, people=9, ndcg=0.25)
    figures = {
        "precision": 0.1,
        "recall": 0.2,
        "map": 0.05,
        "coverage": 0.5,
        "diversity": None,
        "novelty": 3.21,
    }
    rows = [Made(ranker=name, ndcg=0.4, groups=(group,), **figures) for name in RANKERS]
    split = Made(name="time", count=10, rows=tuple(rows))
    return Made(words=("Measured on a day.", "nDCG 0.400 by titles."), splits=(split,))


def test_quality_stands_beside_popularity_and_chance_and_by_activity():
    shown = text(quality(measured()))
    for part in (
        "Measured on a day.",
        "nDCG@10",
        "The most popular titles",
        "By lot",
        "few: 2 to 4",
        "50.0%",
    ):
        assert part in shown
    assert "–" in shown


def test_every_ranker_that_is_measured_has_a_name():
    from models.cooccurrence import evaluation

    assert set(RANKERS) == set(evaluation.RANKERS)
