"""People who decide about versions at the same moment, each in a process of their own."""

import itertools
import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from services import signing
from services.roles import Actor
from tests.services.trial_town import MAX, settle_signed

PROGRAM = Path(__file__).with_name("deciders.py")
PEOPLE = ("Mia", "Noa")
ROUNDS = 6
LEAD_SECONDS = 0.15


class Deciders:
    """Two processes that are given their orders for the same moment."""

    def __init__(self, var: Path) -> None:
        self.processes = [
            subprocess.Popen(
                [sys.executable, str(PROGRAM), str(var)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in PEOPLE
        ]

    def decide(self, *orders: tuple[str, str]) -> list[dict]:
        """Let each do one thing, an action and a version, in one moment; give what each was answered."""
        at = time.time() + LEAD_SECONDS
        for process, by, (action, version) in zip(self.processes, PEOPLE, orders, strict=True):
            process.stdin.write(json.dumps({"action": action, "version": version, "by": by, "at": at}) + "\n")
            process.stdin.flush()
        return [json.loads(process.stdout.readline()) for process in self.processes]

    def kill_while_signing(self, version: str) -> None:
        """Let the first of them die between the change of champion and the signature."""
        order = {"action": "sign", "version": version, "by": PEOPLE[0], "at": 0, "killed": True}
        process = self.processes[0]
        process.communicate(json.dumps(order) + "\n", timeout=60)
        assert process.returncode == -signal.SIGKILL

    def close(self) -> None:
        for process in self.processes:
            process.__exit__(None, None, None)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return settle_signed(tmp_path_factory.mktemp("deciding"))


@pytest.fixture(scope="module")
def deciders(town):
    made = Deciders(town[0].settings.var)
    made.decide(("rollback", town[1]["base"]), ("rollback", town[1]["base"]))  # imports done, caches warm
    yield made
    made.close()


@pytest.fixture(autouse=True)
def base_is_champion(town):
    installation, named = town
    for name in ("near", "higher", "base"):  # in this order, so that nothing is below base in the end
        installation.store.set_state(named[name], "challenger" if name != "base" else "champion")
    with installation.store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM serving_history")
    installation.store.promote(named["base"], actor=MAX.id, began="sign-off", reason="")
    yield


@pytest.fixture
def watched(town):
    """Ask all the time which version answers; what was seen, and that it was always a champion."""
    installation, seen, over = town[0], [], threading.Event()

    def watch() -> None:
        while not over.is_set():
            found = installation.in_use()
            seen.append((found.version, found.state))

    thread = threading.Thread(target=watch)
    thread.start()
    yield seen
    over.set()
    thread.join()


def champions(installation):
    return [row.version for row in installation.store.versions("trials") if row.state == "champion"]


def check_history(installation):
    """Each stretch begins where the one before ends, the last one lasts and is the champion's."""
    history = installation.store.serving_history("trials")
    for one, following in itertools.pairwise(history):
        assert one.until == following.since
        assert (one.version, one.state) != (following.version, following.state)
    assert history[-1].until is None
    assert [history[-1].version] == champions(installation)
    assert installation.store.verify().ok


def told_and_done(answers):
    return (
        [one["told"] for one in answers if "told" in one],
        [(name, one["done"]) for name, one in zip(PEOPLE, answers, strict=True) if "done" in one],
    )


def back_to_base(installation, named):
    if champions(installation) != [named["base"]]:
        signing.rollback(installation, MAX, "for the next round")


def test_of_two_who_sign_one_version_one_wins_and_the_other_is_told_who(town, deciders, watched):
    installation, named = town
    for number in range(1, ROUNDS + 1):
        told, done = told_and_done(deciders.decide(*[("sign", named["near"])] * 2))
        [(winner, change)] = done
        assert change == [named["near"], named["base"]]
        [words] = told
        assert f"{winner} has just signed version {named['near'][:8]}" in words or f"by {winner} on" in words
        assert len(installation.store.signatures(named["near"])) == number
        assert installation.store.signatures(named["near"])[0].name == winner
        check_history(installation)
        back_to_base(installation, named)
    assert {state for _, state in watched} == {"champion"}


def test_of_two_who_sign_different_versions_one_wins_and_one_champion_is_left(town, deciders, watched):
    installation, named = town
    for _ in range(ROUNDS):
        told, done = told_and_done(deciders.decide(("sign", named["near"]), ("sign", named["higher"])))
        [(winner, change)] = done
        assert champions(installation) == change[:1]
        [words] = told
        assert f"{winner} has just signed" in words or "Another version became champion" in words
        check_history(installation)
        back_to_base(installation, named)
    assert {state for _, state in watched} == {"champion"}


def test_a_rollback_during_a_promotion_leaves_one_champion_and_never_none(town, deciders, watched):
    installation, named = town
    for _ in range(ROUNDS):
        signing.sign(
            installation, MAX, named["near"], installation.store.version(named["near"]).report_sha256, "Read."
        )
        deciders.decide(("rollback", named["near"]), ("sign", named["higher"]))
        assert len(champions(installation)) == 1
        assert champions(installation)[0] in (named["base"], named["near"], named["higher"])
        check_history(installation)
        installation.store.promote(named["base"], actor=MAX.id, began="sign-off", reason="")
    assert {state for _, state in watched} == {"champion"}


def test_two_who_go_back_at_once_go_back_one_step(town, deciders):
    """The second is told; it does not take away the version gone back to."""
    installation, named = town
    for name in ("near", "higher"):
        installation.store.promote(named[name], actor=MAX.id, began="sign-off", reason="")
    told, done = told_and_done(deciders.decide(*[("rollback", named["higher"])] * 2))
    assert champions(installation) == [named["near"]]
    [(winner, change)] = done
    assert change == [named["near"], named["higher"]]
    [words] = told
    assert f"{winner} has just gone back to version {named['near'][:8]}" in words
    check_history(installation)


def test_a_version_withdrawn_while_somebody_signs_it_never_leaves_nobody_to_answer(town, deciders, watched):
    installation, named = town
    told, done = told_and_done(deciders.decide(("sign", named["near"]), ("withdraw", named["near"])))
    # whoever was second is told, or, where they were not at once after all, takes effect as well
    assert len(done) + len(told) == 2
    assert done
    is_withdrawn = installation.store.version(named["near"]).state == "withdrawn"
    assert champions(installation) == [named["base" if is_withdrawn else "near"]]
    check_history(installation)
    assert {state for _, state in watched} == {"champion"}


def test_who_withdraws_what_was_signed_meanwhile_is_told(town, monkeypatch):
    """What to go back to was looked up before: without this, nothing would answer."""
    installation, named = town
    look_up, signed = signing._sound_former, []

    def slow(*given):
        found = look_up(*given)
        if not signed:
            signed.append(True)
            report = installation.store.version(named["near"]).report_sha256
            signing.sign(installation, MAX, named["near"], report, "I read it.")
        return found

    monkeypatch.setattr(signing, "_sound_former", slow)
    with pytest.raises(signing.SignOffRefused, match=f"{MAX.id} has just signed version {named['near'][:8]}"):
        signing.withdraw(installation, MAX, named["near"], "It was wrong.")
    assert champions(installation) == [named["near"]]
    signing.withdraw(installation, MAX, named["near"], "It was wrong.")
    assert champions(installation) == [named["base"]]


def test_a_signing_process_killed_half_way_changes_nothing_and_holds_nobody_up(tmp_path):
    """S42, S45."""
    installation, named = settle_signed(tmp_path)
    before = installation.store.head()
    deciders = Deciders(installation.settings.var)
    try:
        deciders.kill_while_signing(named["near"])
    finally:
        deciders.close()
    assert champions(installation) == [named["base"]]
    assert (installation.store.signatures(), installation.store.head()) == ([], before)
    report = installation.store.version(named["near"]).report_sha256
    signing.sign(installation, MAX, named["near"], report, "I read it.")
    check_history(installation)


def test_who_trained_a_version_does_not_sign_it_where_two_are_asked_for(tmp_path):
    installation, named = settle_signed(tmp_path, two_person_rule=True)
    trainer = Actor("u-tom", "Tom", "administrator")
    with installation.store.writing() as connection:
        connection.exec_driver_sql("UPDATE versions SET trained_by = 'u-tom'")
    seen = signing.review(installation, trainer, named["near"])
    assert not seen.may_sign
    assert "somebody else has to sign" in seen.why_not
    with pytest.raises(signing.SignOffRefused, match="somebody else has to sign"):
        signing.sign(installation, trainer, named["near"], seen.report_sha256, "I read it.")
    assert signing.sign(installation, MAX, named["near"], seen.report_sha256, "I read it.").version
