"""Versions when something goes wrong: a training killed half way, damage, foreign files, a full disk."""

import hashlib
import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from data.artifacts import NotKept, canonical
from services import control, customers, datasets, shelf_check, signing, training
from services.control import ControlRefused
from services.installation import _scorecard
from services.roles import SYSTEM, NotPermitted
from services.stamp import standing
from tests.full_disk import full_disk
from tests.services import made_up_training
from tests.services.reviewed import answer_all
from tests.services.trial_town import ADA, MAX, SPEC, VERA, hashes, settle_signed
from tests.services.trial_town import customers as people

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def town(tmp_path):
    return settle_signed(tmp_path)


@pytest.fixture
def train(monkeypatch):
    """Train in no time, in this process."""
    monkeypatch.setitem(sys.modules, "models.training", made_up_training.learned())
    return lambda installation: training.train(installation, ADA)


def sign(installation, version):
    answer_all(installation, version)
    seen = signing.review(installation, MAX, version)
    signing.sign(installation, MAX, version, seen.report_sha256, "I read it.", override="It is a test.")


def place(installation, version, name="scorecard.json"):
    _scorecard.cache_clear()
    return installation.shelf.folder / version / name


# --- a training killed half way ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """Kill a training at every point, each in an installation of its own."""
    towns = {}
    for point in made_up_training.POINTS:
        installation, named = settle_signed(tmp_path_factory.mktemp(point))
        before = installation.store.head()
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.services.made_up_training", str(installation.settings.var), point],
            cwd=ROOT,
            stderr=subprocess.PIPE,
        )
        towns[point] = (installation, named, before, process)
    for *_, process in towns.values():
        _, said = process.communicate(timeout=120)
        assert process.returncode == -signal.SIGKILL, said.decode()
    return towns


@pytest.mark.parametrize("point", made_up_training.POINTS)
def test_no_half_version_of_a_killed_training_is_ever_seen_and_the_next_one_works(killed, train, point):
    installation, named, before, _ = killed[point]
    assert {row.version for row in installation.store.versions()} == set(named.values())
    assert installation.store.head() == before
    assert standing(installation, VERA).version == named["base"]
    found = shelf_check.check(installation, SYSTEM)
    assert found.is_sound
    # before its folder was in place nothing is left that looks like a version
    assert len(found.unrecorded) == (point not in ("files", "folder"))

    made = train(installation)
    assert found.unrecorded in ((), (made.version,))
    assert made.state == "challenger"
    found = shelf_check.check(installation, SYSTEM)
    assert (found.unrecorded, found.damaged) == ((), {})
    row = installation.store.version(made.version)
    assert row.artifacts == hashes(installation, made.version)
    sign(installation, made.version)
    assert customers.one(installation, VERA, "K001").stamp.version == made.version
    assert installation.store.verify().ok


# --- files that are not what was recorded ------------------------------------------------------------


@pytest.mark.parametrize("damage", ["gone", "folder gone", "cut", "another's", "empty"])
def test_a_damaged_champion_is_refused_and_the_one_before_answers_in_every_process(town, damage):
    """S35: a registry row whose file is gone, and other harm."""
    installation, named = town
    sign(installation, named["near"])
    path = place(installation, named["near"])
    other = place(installation, named["higher"]).read_bytes()
    if damage == "folder gone":
        shutil.rmtree(path.parent)
    elif damage == "gone":
        path.unlink()
    else:
        path.write_bytes({"cut": path.read_bytes()[:-1], "another's": other, "empty": b""}[damage])
    answer = customers.one(installation, VERA, "K001")
    assert (answer.stamp.version, answer.stamp.state) == (named["base"], "retired")
    assert answer.score is not None
    assert set(shelf_check.check(installation, MAX).damaged) == {named["near"]}
    # alone, it is replaced by nothing: facts are shown, and no page fails
    place(installation, named["base"]).unlink()
    answer = customers.one(installation, VERA, "K001")
    assert answer.score is None
    assert "Restore it from a backup" in answer.stamp.withheld


def load(installation, folder):
    """Load other customers under the same spec."""
    (folder / "trials.yaml").write_text(SPEC)
    people(500).to_csv(folder / "trials.csv", index=False)
    return datasets.load(installation, ADA, folder / "trials.csv", spec=str(folder / "trials.yaml"))


def test_a_damaged_champion_keeps_no_customers_from_being_loaded(town, tmp_path):
    installation, named = town
    sign(installation, named["near"])
    place(installation, named["near"]).unlink()
    assert load(installation, tmp_path).rows == 500
    assert customers.one(installation, VERA, "K499").stamp.version == named["base"]


def test_to_go_back_nothing_has_to_be_scored_first(town, tmp_path):
    """The version before is scored when customers are loaded, or a rollback would take as long as that."""
    installation, named = town
    sign(installation, named["near"])
    loaded = load(installation, tmp_path)
    assert installation.warehouse.has_scores(loaded.snapshot, named["base"])
    assert signing.rollback(installation, MAX, "It is a test.").version == named["base"]


def test_a_version_restored_from_a_backup_answers_again_once_somebody_switches_on(town):
    installation, named = town
    sign(installation, named["near"])
    path = place(installation, named["near"])
    backup = path.read_bytes()
    path.unlink()
    assert standing(installation, VERA).version == named["base"]
    with pytest.raises(ControlRefused, match="restore its file"):
        control.throw(installation, MAX, "churn-model", "on", "It is a test.")
    path.write_bytes(backup)
    assert standing(installation, VERA).version == named["base"]
    control.throw(installation, MAX, "churn-model", "on", "The file is back.")
    assert standing(installation, VERA).version == named["near"]
    assert shelf_check.check(installation, MAX).is_sound


@pytest.mark.parametrize("damage", [b"", b"{}", b"not JSON", None])
def test_a_damaged_report_cannot_be_signed_and_takes_nothing_from_the_champion(town, damage):
    installation, named = town
    seen = signing.review(installation, MAX, named["near"])
    path = place(installation, named["near"], f"report-{seen.report_sha256[:16]}.json")
    path.unlink()
    if damage is not None:
        path.write_bytes(damage)
    with pytest.raises(signing.SignOffRefused, match=r"report of version \w+ is not"):
        sign(installation, named["near"])
    assert not signing.review(installation, MAX, named["near"]).may_sign
    assert standing(installation, VERA).version == named["base"]


def with_known_answers(installation, train, **changed):
    """Train, and let other answers be recorded than the ones the scorecard gives."""
    made = train(installation)
    path = place(installation, made.version, "golden.json")
    known = json.loads(path.read_bytes())
    path.write_bytes(canonical({**known, **changed}))
    row = installation.store.version(made.version)
    installation.store.record_report(made.version, row.report_sha256, hashes(installation, made.version))
    return made.version


def test_a_version_that_no_longer_gives_its_known_answers_is_refused(town, train):
    """S37: as where libraries changed what a scorecard means."""
    installation, named = town
    version = with_known_answers(installation, train, answers=[["0x1p+0"] * 3] * 12)
    with pytest.raises(signing.SignOffRefused, match="does not give the scores it gave when it was made"):
        sign(installation, version)
    installation.store.promote(version, actor=MAX.id, began="sign-off", reason="")
    assert standing(installation, VERA).version == named["base"]
    [problem] = installation.store.reviews(version)
    assert "go back to the Keepsight of before" in problem.text


def test_damaged_known_answers_keep_a_version_from_serving(town, train):
    """S37."""
    installation, named = town
    version = train(installation).version
    place(installation, version, "golden.json").write_bytes(b"{")
    with pytest.raises(signing.SignOffRefused, match=r"golden\.json|known answers"):
        sign(installation, version)
    installation.store.promote(version, actor=MAX.id, began="sign-off", reason="")
    assert standing(installation, VERA).version == named["base"]


def test_a_scorecard_of_another_keepsight_is_refused_like_a_damaged_one(town):
    """S37: recorded as it is, but in a format that is not read here."""
    installation, named = town
    text = json.dumps({"format": 2})
    version = hashlib.sha256(text.encode()).hexdigest()
    installation.shelf.put(version, text, "no estimator")
    row = installation.store.version(named["near"])
    installation.store.record_version(
        version=version, spec_name=row.spec_name, spec_hash=row.spec_hash, snapshot=row.snapshot,
        state="challenger", scorecard_sha256=version, metrics={},
    )  # fmt: skip
    installation.store.promote(version, actor=MAX.id, began="sign-off", reason="")
    on = standing(installation, VERA)
    assert on.version == named["base"]
    [fault] = shelf_check.check(installation, MAX).damaged.values()
    assert "cannot be read by this Keepsight" in fault


def test_who_sees_no_models_does_not_check_them(town):
    with pytest.raises(NotPermitted):
        shelf_check.check(town[0], VERA)


# --- nothing is unpickled where answers are given ----------------------------------------------------

SERVES = """
import os, sys
from pathlib import Path

unpickled = []
sys.addaudithook(
    lambda event, given: unpickled.append(given) if event == "pickle.find_class" else None
)
from app import create_app
from config.settings import Settings
from services import signing
from services.roles import Actor
from tests.house import House, settle
from tests.services.reviewed import answer_all

app = create_app(Settings(var=Path(sys.argv[1]), database_url=None))
house = settle(House(app, app.server.extensions["keepsight"]))
manager = house.client("manager")
for path in ("/", "/customers", "/customer?id=K001", "/what-if?customer=K001", "/model", "/log"):
    name, _, search = path.partition("?")
    answer = house.page(manager, name, f"?{search}" if search else "")
    assert answer.status_code == 200, (path, answer.status_code)
person = Actor("u-max", "Max", "manager")
answer_all(house.installation, sys.argv[2])
seen = signing.review(house.installation, person, sys.argv[2])
signing.sign(house.installation, person, sys.argv[2], seen.report_sha256, "I read it.", override="A test.")
assert house.page(manager, "/customer", "?id=K001").status_code == 200
signing.rollback(house.installation, person, "A test.")
print(unpickled)
print(sorted({name.partition(".")[0] for name in sys.modules} & {"joblib", "sklearn", "interpret"}))
"""


def test_the_serving_process_unpickles_nothing(town, tmp_path, train):
    """S36: each page, a sign-off and a rollback, with a pickle on the shelf that would leave a trace."""

    class Canary:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "sung"),)

    installation, named = town
    version = train(installation).version
    planted = pickle.dumps(Canary())
    for name in named.values():
        place(installation, name, "estimator.joblib").write_bytes(planted)
        place(installation, name, "planted.joblib").write_bytes(planted)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("KEEPSIGHT_")}
    done = subprocess.run(
        [sys.executable, "-c", SERVES, str(installation.settings.var), version],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["[]", "[]"]
    assert not (tmp_path / "sung").exists()


# --- a full disk -------------------------------------------------------------------------------------


def test_a_full_disk_ends_a_training_in_words_and_changes_nothing(town, train):
    """S48, for what is kept of a version."""
    installation, named = town
    before = installation.store.head()
    with full_disk(200), pytest.raises(NotKept, match="Make room"):
        train(installation)
    assert {row.version for row in installation.store.versions()} == set(named.values())
    assert installation.store.head() == before
    assert standing(installation, VERA).version == named["base"]
    assert train(installation).state == "challenger"


# --- trained again -----------------------------------------------------------------------------------


def test_a_version_trained_again_keeps_its_state_and_is_told_as_it_is(town, train):
    installation, _ = town
    made = train(installation)
    sign(installation, made.version)
    assert train(installation).state == "champion"
    signing.rollback(installation, MAX, "It is a test.")
    signing.withdraw(installation, MAX, made.version, "It is a test.")
    assert train(installation).state == "withdrawn"
