"""Consequences first: every button that alters later output says what it will alter before it does."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from importlib import import_module
from types import SimpleNamespace as Stub
from unittest.mock import patch

import pytest

from components import recommendations_settings
from tests.components.trees import text
from tests.house import ROUTER, House, settle
from tests.pages import test_actions_page, test_offers_page
from tests.pages.asking import ask, layout, said
from tests.pages.consequences import ALTERS_NO_LATER_OUTPUT, READS, SAYS_FIRST
from tests.services import scenario_town
from tests.services.offer_town import furnish

A, B = "a" * 64, "b" * 64
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_every_callback_of_the_server_is_in_the_list_once(house):
    named = {
        f"{entry['callback'].__module__.removeprefix('pages.')}.{entry['callback'].__name__}"
        for key, entry in house.callbacks().items()
        if key != ROUTER
    }
    lists = (set(SAYS_FIRST), set(ALTERS_NO_LATER_OUTPUT), set(READS))
    assert named - set.union(*lists) == set(), "say in tests/pages/consequences.py what these alter"
    assert set.union(*lists) - named == set(), "these are gone: take them out of tests/pages/consequences.py"
    assert sum(map(len, lists)) == len(named), "one is in two of the lists"


def test_what_is_named_in_the_list_has_its_reason():
    assert all(len(reason.split()) >= 2 for reason in ALTERS_NO_LATER_OUTPUT.values())
    assert set(SHOWN) == set(SAYS_FIRST)


@pytest.fixture(scope="module")
def settled(house, tmp_path_factory):
    """Make a town whose model is signed and whose catalogue has offers."""
    own = settle(House(house.app, scenario_town.settle(tmp_path_factory.mktemp("town"))))
    furnish(own.installation)
    return own


@pytest.fixture
def town(house, settled):
    """Move the app to the town."""
    with house.moved_to(settled.installation):
        yield settled


def by_page(path: str, search: str = "", role: str = "administrator"):
    """Read all that a page says, its dialogs too."""
    return lambda town: said(layout(town, town.client(role), path, search))


def by_answer(output: str, part: str, role: str = "administrator", **values):
    """Read what a callback answers beside the form, before its button is pressed."""
    return lambda town: said(ask(town, town.client(role), output, **values)[part]["children"])


def page(name: str):
    """Give a module of the pages, which only an app that exists can hold."""
    return import_module(f"pages.{name}")


def by_part(module: str, build: str, *asked):
    """Read a dialog made for a version, trial or room that a small town does not have."""
    return lambda town: text(getattr(page(module), build)(*asked))


def _account(town) -> str:
    return by_page("/people", f"?person={town.people['viewer'].id}")(town)


def _signing(town) -> str:
    review = Stub(may_sign=False, waits_for_answers=True, gates=[], plan=[],
                  ethics=Stub(is_complete=False, lines=[], open=[]))  # fmt: skip
    found = Stub(scored=40, state="challenger", version=A, review=review,
                 versions=[Stub(state="champion", version=B)])  # fmt: skip
    dialogs = page("_model_dialogs")
    with patch.object(dialogs.here, "actor", lambda: Stub(name="Mia")):
        return text(dialogs.sign_dialog(found))


def _action(town) -> str:
    row = Stub(name="Safer")
    return text(page("actions")._dialogs(Stub(may_call_off=True, detail=(row, None))))


def _plan_of_an_action(town) -> str:
    asked = ask(town, town.client("manager"), "actions-plan.children", **test_actions_page.FORM)
    assert town.installation.store.actions() == []
    return said(asked["actions-plan"]["children"])


def _offer(town) -> str:
    return said(test_offers_page.press(town, "O-3")["offers-plan"]["children"])


ROOM = Stub(
    lines=[Stub(subsystem="batch", name="Batch scoring", why_not="")], serving=A, way_back=B, notice=Stub()
)
MODEL = Stub(
    version=A, may_roll_back=True, may_withdraw=True, is_serving=True, state="champion",
    way_back=Stub(version=B, signed_by="Mia"),
)  # fmt: skip
TRIAL = Stub(challengers=[Stub(version=A, created=NOON)], segments=[], detail=Stub(row=Stub(id="t1")),
             held=[Stub(number=1, version=A, name="Mia")])  # fmt: skip

SHOWN = {
    "_model_deeds.sign": _signing,
    "_model_deeds.roll_back": by_part("_model_dialogs", "back_dialog", MODEL),
    "_model_deeds.withdraw": by_part("_model_dialogs", "withdraw_dialog", MODEL),
    "_control_deeds.roll_back": by_part("_control_forms", "_back", ROOM),
    "trials.start": by_part("_trial_forms", "_start_dialog", TRIAL),
    "trials.stop": by_part("_trial_forms", "_stop_dialog", TRIAL),
    "trials.call_off": by_part("_trial_forms", "_cancel_dialog", TRIAL),
    "_control_deeds.throw": by_answer(
        "control-preview.children", "control-preview",
        control_what__value="churn-model", control_state__value="off",
    ),
    "_control_deeds.drill": by_part("_control_forms", "_drill", ROOM),
    "_control_deeds.announce": by_part("_control_forms", "_notice", ROOM),
    "_control_deeds.take_away": by_part("_control_forms", "_notice", ROOM),
    "_control_deeds.reload": by_part("_control_forms", "_reload"),
    "_control_deeds.hide_or_show": by_page("/control", role="viewer"),
    "drill.do": by_part("drill", "_step", "hide"),
    "_settings_deeds.change": by_answer(
        "settings-effect.children", "settings-effect",
        settings_value__value="20%", settings_name__data="at_risk_share", settings_seen__data={},
    ),
    "_settings_deeds.undo": by_part("settings", "_undo_dialog"),
    "_recommendations_settings.save": by_page("/recommendations"),
    "_recommendations_deeds.do": by_page("/recommendations", role="viewer"),
    "actions.start": _plan_of_an_action,
    "actions.call_off": _action,
    "_offers.make_action": _offer,
    "subject.record": by_page("/subject", f"?customer={test_offers_page.AT_RISK}"),
    "subject.lift": by_page("/subject", f"?customer={test_offers_page.AT_RISK}"),
    "people.change": _account,
    "people.close": _account,
    "me.choose": by_page("/me", role="viewer"),
}  # fmt: skip


@pytest.mark.parametrize("deed", list(SAYS_FIRST))
def test_what_it_alters_is_said_before(town, deed):
    words = " ".join(SHOWN[deed](town).split())
    assert re.search(SAYS_FIRST[deed], words), words[:4000]


def test_the_two_buttons_of_the_order_say_whom_it_concerns():
    words = text(recommendations_settings.ranker("rule", 1, may_change=True))
    assert "another order for everybody, from the next list on" in words


def test_a_viewers_page_offers_nothing_that_only_others_may_do(town):
    words = by_page("/recommendations", role="viewer")(town)
    assert "What is saved alters the lists of everybody" not in words
    assert by_page("/people", role="viewer")(town).startswith("Not permitted")
