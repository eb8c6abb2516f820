"""G6: whether groups of customers are served alike, who took part in user tests, who can use the pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

from config.palette import SERIES, STATES, TEXT_ON, THEMES, NoPalette, palette
from data.store import VersionRow
from services import registry, user_tests
from services.guidelines import access_checks, colours
from services.guidelines.evidence import Evidence
from services.guidelines.gathered import Gathered, ago, days_since
from services.guidelines.words import amount_of, counted, is_number, number, points, share
from services.installation import NothingLoaded
from services.roles import SYSTEM
from services.user_tests import Balance

if TYPE_CHECKING:
    from services.installation import Installation

# key in the report, as people read it
DIFFERENCES = (
    ("equal_opportunity_difference", "leavers who are on the list"),
    ("average_odds_difference", "people rightly and wrongly on the list"),
    ("calibration_difference", "distance of chances and outcomes"),
)
RATES = (
    ("selection_rate", "On the list"),
    ("true_positive_rate", "Leavers on the list"),
    ("false_positive_rate", "Stayers on the list"),
    ("observed_rate", "Left"),
)
MOST_TABLES = 6
NO_TESTS = "no user test is registered; a manager registers one on the page User tests"
TOO_FEW = "too few"


def evidence(installation: Installation) -> Evidence:
    """Gather results by group, user tests, and checks for eyes and hands."""
    found = Gathered()
    groups = _groups(installation, found)
    tests = _tests(installation, found)
    _colours(found)
    _pages(installation, found)
    return found.evidence(f"{groups}; {tests}")


# --- customers, by group -----------------------------------------------------------------------------


def _groups(installation: Installation, found: Gathered) -> str:
    """Tell the results by group of the version that answers; its draft is told and proves nothing."""
    row = _serving(installation)
    if row is None:
        found.lacks("no version answers; train one and sign it on the Model page", "beyond_chance")
        return "Results by group: not measured"
    report, damage = registry.report_of(installation, row)
    held = report.get("fairness")
    if not isinstance(held, Mapping) or not held.get("attributes"):
        why = damage or "the data name no protected column, so there are no groups to compare"
        found.lacks(why if held or damage else "its report holds no comparison of groups", "beyond_chance")
        return "Results by group: not measured"
    _tables(held, found)
    worst = _worst(held)
    link = f"/model?version={row.version}"
    told = _told(worst, held)
    found.tell("Groups of customers", told, link, "What chance alone brings is taken off; 0 is alike.")
    if row.state != "champion":
        found.lacks(f"version {row.version[:8]} answers as a draft that nobody has signed", "beyond_chance")
        return "Results by group: of a draft only"
    if worst is None:
        found.lacks("every group is too small to be compared", "beyond_chance")
        return "Results by group: too few people"
    found.values["beyond_chance"] = worst[0]
    return f"Groups differ by {points(100 * worst[0])} beyond chance"


def _serving(installation: Installation) -> VersionRow | None:
    try:
        return installation.store.serving_version(installation.in_use().spec_name)
    except NothingLoaded:
        return None


def _worst(held: Mapping[str, Any]) -> tuple[float, str] | None:
    beyond = held.get("beyond_chance")
    beyond = beyond if isinstance(beyond, Mapping) else {}
    sizes = [(float(beyond[key]), words) for key, words in DIFFERENCES if is_number(beyond.get(key))]
    return max(sizes, default=None)


def _told(worst: tuple[float, str] | None, held: Mapping[str, Any]) -> str:
    on = f"measured on {number(held.get('n') or 0)} customers set aside before it learned"
    if worst is None:
        return f"too few people in every group, {on}"
    return f"at most {points(100 * worst[0])} apart beyond chance ({worst[1]}), {on}"


def _tables(held: Mapping[str, Any], found: Gathered) -> None:
    single = [one for one in held["attributes"] if len(one.get("columns") or ()) < 2]
    for one in single[:MOST_TABLES]:
        label = str(one.get("label") or "")
        found.table(
            f"Groups by {label.lower()}: shares with 95% ranges",
            (label, "Customers", *(words for _, words in RATES)),
            [_group(group) for group in one.get("groups") or ()],
        )
    found.table(
        "Differences between groups, in percentage points",
        ("Of", "In", "Difference", "By chance alone up to", "Between"),
        [row for one in single for row in _differences(one)],
    )


def _group(group: Mapping[str, Any]) -> tuple[str, ...]:
    return str(group.get("name")), number(group.get("n") or 0), *(_ranged(group.get(key)) for key, _ in RATES)


def _ranged(section: Any) -> str:
    amount = amount_of(section)
    if amount is None:
        return TOO_FEW
    return f"{share(amount.value)} ({share(amount.low)} to {share(amount.high)})"


def _differences(one: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for key, words in DIFFERENCES:
        held, amount = one.get(key), amount_of(one.get(key))
        if amount is None or not isinstance(held, Mapping):
            yield str(one.get("label")), words, TOO_FEW, "", ""
            continue
        difference = f"{100 * amount.value:.1f} ({100 * amount.low:.1f} to {100 * amount.high:.1f})"
        chance = f"{100 * held['chance']:.1f}" if is_number(held.get("chance")) else "not known"
        between = f"{held.get('highest')} and {held.get('lowest')}"
        yield str(one.get("label")), words, difference.replace("-", "\u2212"), chance, between


# --- people who tried it -----------------------------------------------------------------------------


def _tests(installation: Installation, found: Gathered) -> str:
    held = user_tests.balance(user_tests.listing(installation, SYSTEM))
    if not held.tests:
        found.lacks(NO_TESTS, "user_tests", "gender_share")
        found.tell("User tests", "none is registered", "/guidelines/tests", opens="register one")
        return "no user test"
    found.values |= {"user_tests": held.tests, "gender_share": held.least_share}
    if held.least_share is None:
        found.missing["gender_share"] = "no participant of a user test said their gender"
    who = f"{counted(held.tests, 'user test')} with {counted(held.people, 'person', 'people')}"
    found.tell("User tests", f"{who}, the latest on {held.latest:%d %B %Y}", "/guidelines/tests")
    if held.fewest is not None:
        name, part = held.fewest
        told = f"fewest are {name}: {share(part)} of {number(sum(held.said.values()))} who said theirs"
        found.tell("Participants by gender", told, "/guidelines/tests", _of_more(held))
    found.table("Participants of user tests by gender", ("Gender", "People"), _rows(held.genders))
    found.table("Participants of user tests by age", ("Age", "People"), _rows(held.bands))
    return who


def _of_more(held: Balance) -> str:
    many = len(held.said)
    if many < 3 or held.least_share is None:
        return ""
    return (
        f"With {many} genders none can make up as much as with two: held against the limit it counts as "
        f"{share(held.least_share)}."
    )


def _rows(parts: Mapping[str, int]) -> list[tuple[str, str]]:
    return [(name, number(people)) for name, people in parts.items()]


# --- eyes and hands ----------------------------------------------------------------------------------


def _colours(found: Gathered) -> None:
    """Work out from the colours themselves whether they can be told apart and read."""
    try:
        themes = {theme: palette(theme) for theme in THEMES}
    except NoPalette as fault:
        found.lacks(f"{fault}".rstrip("."), "colour_distance", "contrast")
        return
    series = [(*colours.closest(held, SERIES), theme) for theme, held in themes.items()]
    near, eyes, _, theme = min(series)
    states = min((*colours.closest(held, STATES), theme) for theme, held in themes.items())
    lowest = min((colours.contrast(held[a], held[b]), a, b) for held in themes.values() for a, b in TEXT_ON)
    found.values |= {"colour_distance": near, "contrast": lowest[0]}
    found.tell(
        "Colour vision",
        f"the {len(SERIES)} colours of charts lie at least {near:.0f} apart ({eyes}, {theme} theme); 2.3 is "
        "just seen, 10 is told apart",
        note="Worked out just now for protanopia, deuteranopia, tritanopia and usual colour vision, in both "
        f"themes. Colours of states come as near as {states[0]:.0f} ({states[1]}), and always stand beside a "
        "word and a sign.",
    )
    found.tell(
        "Eyesight: contrast of text",
        f"at least {lowest[0]:.1f} to 1 on every ground, in both themes ({lowest[1]} on {lowest[2]})",
        note="Worked out just now from the style sheet; 4.5 to 1 is asked for (WCAG 2.2).",
    )


def _pages(installation: Installation, found: Gathered) -> None:
    """Tell what the last walk through the pages found."""
    try:
        checks = access_checks.read()
    except access_checks.NoRecord as fault:
        found.lacks(str(fault), "pages_failed", "pages_days")
        found.tell("Eyesight and motor ability", "not measured", note=f"Why: {fault}.")
        return
    now = installation.store.clock()
    days = [days_since(now, datetime.combine(one.checked, time(), UTC)) for one in checks]
    found.values |= {"pages_failed": sum(len(one.failed) for one in checks), "pages_days": max(days)}
    for one, age in zip(checks, days, strict=True):
        where = f"fails on {', '.join(one.failed)}" if one.failed else "holds on all"
        found.tell(
            f"{one.name.capitalize()}: pages in the browser",
            f"{one.looks_for}: {where} {'of ' if one.failed else ''}{counted(one.pages, 'page')}",
            note=f"Checked on {one.checked:%d %B %Y} ({ago(age)}) by {one.test}, before this Keepsight was "
            "released.",
        )
