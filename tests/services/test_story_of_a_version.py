"""The story of a version: trained, refused, mended, signed, tried, rolled back, held back, withdrawn.

Told once, with real trainings on made-up customers and a clock of our own; each test reads a chapter.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from urllib.request import Request, urlopen

import numpy as np
import pandas as pd
import pytest

import models.cross_validation
import models.training
from bench.serving import Served, served, sign_in
from config.settings import Settings
from data.store import EntryFilter
from services import (
    access,
    customers,
    datasets,
    experiments,
    holding,
    log,
    lookout,
    registry,
    signing,
    training,
)
from services.holding import HeldBack
from services.installation import Installation
from services.roles import SYSTEM, Actor, NotPermitted
from services.signing import NoWayBack, SignOffRefused
from tests.house import ROUTER
from tests.services.reviewed import answer_all

ROLES = {"Vera": "viewer", "Ada": "analyst", "Max": "manager"}
ROWS, SHARE = 1500, 0.3
CUSTOMER = "K0001"


def people_of(cause: str, rows: int, seed: int) -> pd.DataFrame:
    """Make customers of whom 3 in 10 leave, for one reason above all: "nothing", "calls" or "price"."""
    random = np.random.default_rng(seed)
    monthly = random.random(rows) < 0.5
    calls, price = random.integers(0, 9, rows), random.uniform(10, 90, rows).round(2)
    unrest = {
        "nothing": np.zeros(rows),
        "calls": 2.4 * monthly + 0.6 * calls,
        "price": 1.2 * monthly + 0.1 * price,
    }[cause] + random.logistic(size=rows)
    left = unrest > np.quantile(unrest, 1 - SHARE)  # as many each time: the data themselves pass the gates
    return pd.DataFrame(
        {
            "customer_id": [f"K{n:04d}" for n in range(rows)],
            "contract": np.where(monthly, "Monthly", "Yearly"),
            "support_calls": calls,
            "monthly_price": price,
            "churned": np.where(left, "Yes", "No"),
        }
    )


@dataclass
class Told:
    """What happened: versions by name, what each role was answered at each step, refusals in words."""

    installation: Installation
    people: dict[str, Actor] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    asked: dict[str, dict[str, tuple[str | None, str | None, bool]]] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    ended: object = None

    def at(self, day: int, hour: int) -> None:
        """Let it be an hour of a day in March 2026."""
        moment = datetime(2026, 3, day, hour, tzinfo=UTC)
        self.installation.store.clock = lambda: moment

    def learn(self, folder, name: str, cause: str, rows: int, seed: int) -> None:
        """Load customers and train on them."""
        people_of(cause, rows, seed).to_csv(folder / "customers.csv", index=False)
        datasets.load(self.installation, self.people["Ada"], folder / "customers.csv")
        self.versions[name] = training.train(self.installation, self.people["Ada"]).version
        answer_all(self.installation, self.versions[name])

    def ask(self, step: str) -> None:
        """Let everybody ask for one customer; keep the version named, its state, and whether a score came."""
        answers = {name: customers.one(self.installation, who, CUSTOMER) for name, who in self.people.items()}
        self.asked[step] = {
            name: (one.stamp.version, one.stamp.state, one.score is not None) for name, one in answers.items()
        }

    def sign(self, name: str) -> None:
        seen = signing.review(self.installation, self.people["Max"], self.versions[name])
        signing.sign(
            self.installation, self.people["Max"], self.versions[name], seen.report_sha256, "I read it all."
        )

    def refused(self, step: str, expected: type, how, *given) -> None:
        """Do what is refused; keep the words, and see that nothing answers otherwise than before."""
        before = self.installation.in_use()
        with pytest.raises(expected) as refusal:
            how(*given)
        self.words[step] = str(refusal.value)
        assert self.installation.in_use() == before


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    few = pytest.MonkeyPatch()
    for name, value in {"SEEDS": 1, "FOLDS": 2, "BAGS": 4}.items():
        few.setattr(models.cross_validation, name, value)
    few.setattr(models.training, "PAIRS_TRIED", (0,))
    folder = tmp_path_factory.mktemp("story")
    story = Told(Installation(Settings(var=folder / "var", database_url=None)))
    story.installation.store.migrate()
    story.at(2, 10)
    for name, role in ROLES.items():
        user = access.add_user(story.installation, SYSTEM, name, role)
        story.people[name] = Actor(user.id, user.name, user.role)
    tell(story, folder)
    yield story
    few.undo()


def tell(story: Told, folder) -> None:
    """Live through nine days of March."""
    installation, max_ = story.installation, story.people["Max"]
    # Monday the 2nd: too few customers who leave for no reason; the draft cannot be signed
    story.learn(folder, "first try", "nothing", 240, 3)
    story.ask("draft")
    story.refused("a gate fails", SignOffRefused, story.sign, "first try")
    # Tuesday the 3rd: better data, trained again, signed
    story.at(3, 10)
    story.learn(folder, "steady", "calls", ROWS, 4)
    story.ask("mended")
    story.refused("not a manager", NotPermitted, signing.sign, installation, story.people["Ada"],
                  story.versions["steady"], "0" * 64, "I trained it.")  # fmt: skip
    story.sign("steady")
    story.ask("signed")
    # Friday the 6th: customers leave for another reason now; the challenger is tried on a share of them
    story.at(6, 10)
    story.learn(folder, "lively", "price", ROWS, 5)
    story.ask("challenger trained")
    experiments.start(installation, max_, "canary", story.versions["lively"], share=0.4)
    stamps = [customers.one(installation, story.people["Ada"], f"K{n:04d}").stamp for n in range(400)]
    story.words["canary"] = " ".join(stamp.version for stamp in stamps)
    [story.ended] = experiments.listing(installation, max_)
    story.ask("rolled back")
    # Monday the 9th: signed in working hours it is held back, and made in the evening by the watch
    story.at(9, 11)
    story.refused("held back", HeldBack, story.sign, "lively")
    assert not lookout.look_after(installation).settled
    story.ask("held back")
    story.at(9, 20)
    lookout.look_after(installation)
    story.ask("evening")
    # Tuesday the 10th: complaints; back to the version before, and the other is withdrawn for good
    story.at(10, 9)
    signing.rollback(installation, max_, "Shops complain about the list.")
    story.ask("gone back")
    story.refused("no further", NoWayBack, signing.rollback, installation, max_, "Once more.")
    story.at(10, 15)
    signing.withdraw(installation, max_, story.versions["lively"], "It is unfair to those who pay much.")
    story.refused("for good", SignOffRefused, story.sign, "lively")
    story.ask("withdrawn")


def spec_of(told):
    return told.installation.in_use().spec_name


# --- what everybody was answered ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "name", "state"),
    [
        ("signed", "steady", "champion"),
        ("challenger trained", "steady", "champion"),
        ("rolled back", "steady", "champion"),
        ("held back", "steady", "champion"),
        ("evening", "lively", "champion"),
        ("gone back", "steady", "champion"),
        ("withdrawn", "steady", "champion"),
    ],
)
def test_everybody_is_answered_by_the_champion(told, step, name, state):
    assert told.asked[step] == dict.fromkeys(ROLES, (told.versions[name], state, True))


@pytest.mark.parametrize("step", ["draft", "mended"])
def test_until_somebody_signs_only_those_who_may_see_drafts_get_a_score(told, step):
    draft = (told.versions["first try"], "draft", True)
    assert told.asked[step] == {"Vera": (None, None, False), "Ada": draft, "Max": draft}


# --- what was refused --------------------------------------------------------------------------------


def test_the_first_version_is_refused_since_a_gate_fails_and_the_mended_one_passes(told):
    assert "It does not pass:" in told.words["a gate fails"]
    assert "ROC AUC" in told.words["a gate fails"] or "ranking" in told.words["a gate fails"]
    assert "may not sign model" in told.words["not a manager"]
    assert not told.installation.store.signatures(told.versions["first try"])
    [signature] = told.installation.store.signatures(told.versions["steady"])
    assert (signature.name, signature.role, signature.statement) == ("Max", "manager", "I read it all.")


def test_the_canary_answers_a_share_until_a_guard_is_crossed_and_nobody_has_to_see_it(told):
    answered = told.words["canary"].split()
    lively, steady = told.versions["lively"], told.versions["steady"]
    assert answered.count(lively) == 100  # at each hundredth answer the guards are looked at
    last = len(answered) - answered[::-1].index(lively)
    assert 200 < last < 300
    assert set(answered[last:]) == {steady}
    assert (told.ended.how, told.ended.ended_by) == ("rolled back", "system")
    assert "A guard was crossed: the scores drifted" in told.ended.outcome


def test_a_drastic_change_waits_until_people_have_gone_home(told):
    assert "is held back" in told.words["held back"]
    [held] = told.installation.store.held(spec_of(told))
    assert (held.version, held.name, held.how) == (told.versions["lively"], "Max", "passed")
    assert held.settled == datetime(2026, 3, 9, 20, tzinfo=UTC)
    assert holding.waiting(told.installation, told.people["Max"]) == []


def test_what_was_gone_back_from_and_withdrawn_stays_away(told):
    assert "nothing to go back to" in told.words["no further"]
    assert "for good" in told.words["for good"]
    states = {row.version: row.state for row in told.installation.store.versions()}
    assert states == {
        told.versions["first try"]: "challenger",
        told.versions["steady"]: "champion",
        told.versions["lively"]: "withdrawn",
    }


# --- what the record says of it ----------------------------------------------------------------------


def test_the_history_of_serving_tells_the_whole_story(told):
    history = registry.history(told.installation, told.people["Max"])
    named = {version: name for name, version in told.versions.items()}
    assert [(named[one.version], one.state, one.began, one.since.day, one.by) for one in history] == [
        ("first try", "draft", "trained", 2, "Ada"),
        ("steady", "champion", "sign-off", 3, "Max"),
        ("lively", "champion", "sign-off", 9, "Max"),
        ("steady", "champion", "rollback", 10, "Max"),
    ]
    assert [one.until for one in history] == [*(one.since for one in history[1:]), None]
    assert history[-1].reason == "Shops complain about the list."


@pytest.mark.parametrize(
    ("day", "names", "words"),
    [
        (1, [], "no version answered yet"),
        (2, [], "no version was champion"),
        (3, ["steady"], "was champion from 10:00 UTC on"),
        (5, ["steady"], "was champion"),
        (9, ["steady", "lively"], "from 20:00 UTC on"),
        (10, ["lively", "steady"], "from 09:00 UTC on"),
    ],
)
def test_what_was_champion_on_a_day(told, day, names, words):
    found = registry.champion_on(told.installation, told.people["Max"], date(2026, 3, day))
    assert found.champions == tuple(told.versions[name] for name in names)
    assert words in found.words


def test_what_answered_at_any_moment(told):
    moments = {
        (2, 11): "first try",
        (4, 0): "steady",
        (9, 19): "steady",
        (9, 21): "lively",
        (10, 10): "steady",
    }
    for (day, hour), name in moments.items():
        stretch = told.installation.store.served_at(spec_of(told), datetime(2026, 3, day, hour, tzinfo=UTC))
        assert stretch.version == told.versions[name]


def test_the_log_is_whole_and_says_every_step_in_words(told):
    assert log.verify(told.installation).ok
    entries, before = [], None
    while True:
        found = log.page(told.installation, told.people["Max"], before=before, limit=500)
        entries += found.entries
        if (before := found.before) is None:
            break
    for entry in entries:
        assert "made an entry of kind" not in entry.text, entry.kind
        assert entry.text.endswith("."), entry.text
    steps = ("train", "sign-off", "experiment", "held", "rollback", "withdrawal")
    assert [one.kind for one in reversed(entries) if one.kind in steps] == [
        "train", "train", "sign-off", "train", "experiment", "experiment", "held", "held", "sign-off",
        "rollback", "withdrawal",
    ]  # fmt: skip


def test_each_answer_in_the_log_names_the_version_that_gave_it(told):
    entries = told.installation.store.entries(EntryFilter(kinds=("prediction",)), None, 10_000)
    by_version = dict.fromkeys(told.versions, 0)
    named = {version: name for name, version in told.versions.items()}
    for entry in entries:
        by_version[named[entry.header.version]] += 1
    # drafts: two asked twice; the canary answered a hundred, and everybody once in the evening
    assert by_version["first try"] == 4
    assert by_version["lively"] == 100 + len(ROLES)


# --- and in the browser's terms ----------------------------------------------------------------------


def page(browser: Served, path: str, search: str = "") -> str:
    """Ask for the layout of a page as Dash's renderer does; give its JSON."""
    callbacks = json.loads(
        urlopen(Request(f"{browser.address}/_dash-dependencies", headers=browser.headers)).read()
    )
    [router] = [one for one in callbacks if one["output"] == ROUTER]
    values = {"pathname": path, "search": search}
    outputs = [
        dict(zip(("id", "property"), one.split("."), strict=True)) for one in ROUTER.strip(".").split("...")
    ]
    body = {
        "output": ROUTER,
        "outputs": outputs,
        "inputs": [{**one, "value": values.get(one["property"])} for one in router["inputs"]],
        "state": [{**one, "value": None} for one in router["state"]],
        "changedPropIds": ["_pages_location.pathname"],
    }
    asked = Request(
        f"{browser.address}/_dash-update-component", json.dumps(body).encode(), headers=browser.headers
    )
    return urlopen(asked).read().decode()


def test_two_workers_tell_the_same_story_to_everybody(told):
    """Over HTTP, from a server of its own, some of it months later."""
    var = told.installation.settings.var
    here = Installation(Settings(var=var, database_url=None))  # whose clock is the real one
    steady, lively = (told.versions[name][:8] for name in ("steady", "lively"))
    with served(var=var) as app:
        shown = {}
        for name, person in told.people.items():
            link = access.make_link(here, SYSTEM, here.store.user(person.id))
            browser = sign_in(app.address, app.pid, app.address + link)
            shown[name] = [page(browser, "/customer", f"?id={CUSTOMER}") for _ in range(4)]
            model = page(browser, "/model")
            assert (lively in model) == (name != "Vera")  # analysts and managers see what was withdrawn
    for answers in shown.values():
        for answer in answers:
            assert steady in answer
            assert lively not in answer
            assert "not signed off" not in answer
    assert log.verify(here).ok
