"""Versions that travel: what leaves, what comes in, and that nothing comes in that should not (S35-S37)."""

import hashlib
import json
import pickle
import shutil
import zipfile
from datetime import UTC, datetime

import pandas as pd
import pytest

from config.dataset import parse_spec
from config.settings import Settings
from data.artifacts import ArtifactError, canonical
from data.bundle import BundleError, read_bundle
from models.scorecard import Scorecard
from services import ethics, log, signing, travel
from services.installation import Installation
from services.roles import SYSTEM, Actor, NotPermitted
from tests.services.reviewed import answer_all
from tests.services.small_town import ROWS, SPEC, settle_town
from tests.services.trial_town import hashes

MANAGER = Actor("u-3", "Mia", "manager")
ANALYST = Actor("u-1", "Ada", "analyst")
REPORT = {"quality": {"roc_auc": {"value": 0.8, "low": 0.7, "high": 0.9}}}


@pytest.fixture(scope="module")
def towns(tmp_path_factory):
    """Two towns made once, to be copied: one with a version and its report, one with other customers only."""
    folder = tmp_path_factory.mktemp("towns")
    town = settle_town(folder / "sender")
    version = town.store.versions()[0].version
    sha256 = town.shelf.put_report(version, REPORT)
    assert town.store.record_report(version, sha256, hashes(town, version))
    made = {"sender": town, "receiver": settle_customers(folder / "receiver", SPEC)}
    travel.export_version(made["sender"], SYSTEM, version, folder / "town.bundle", "a test")
    for town in made.values():
        town.reset_after_fork()
    return folder


@pytest.fixture
def sender(towns, tmp_path):
    return copied(towns, tmp_path, "sender")


@pytest.fixture
def receiver(towns, tmp_path):
    return copied(towns, tmp_path, "receiver")


def copied(towns, folder, name):
    shutil.copytree(towns / name, folder / name)
    return Installation(Settings(var=folder / name / "var", database_url=None, installation=name))


def settle_customers(folder, text):
    town = Installation(Settings(var=folder / "var", database_url=None))
    town.store.migrate()
    spec = parse_spec(text)
    snapshot = town.warehouse.write_snapshot(
        pd.DataFrame(ROWS[1:])[list(spec.columns)], spec, source="a test",
        refused=pd.DataFrame({"row": [], "column": [], "value": [], "reason": []}), report={}, parent=None,
        created=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    with town.store.transaction() as together:
        together.record_snapshot(snapshot)
        together.set_current_spec(spec.name)
    return town


@pytest.fixture
def version(sender):
    return sender.store.versions()[0].version


@pytest.fixture
def bundle(towns, tmp_path):
    return shutil.copy(towns / "town.bundle", tmp_path / "town.bundle")


def rewritten(path, **parts):
    """Write a bundle anew with other parts, sealed as an attacker would seal it."""
    held = dict(read_bundle(path).parts) | {name.replace("__", "/"): one for name, one in parts.items()}
    files = {
        name: {"bytes": len(one), "sha256": hashlib.sha256(one).hexdigest()} for name, one in held.items()
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, one in {"manifest.json": canonical({"format": 1, "files": files}), **held}.items():
            archive.writestr(name, one)
    return path


def changed(path, part, change):
    plain = read_bundle(path).plain(part)
    change(plain)
    return rewritten(path, **{part: canonical(plain)})


def state_of(town):
    """Everything an import could have changed."""
    entries = [(one.header.seq, one.header.kind) for one in town.store.entries(log.EntryFilter(), None, 50)]
    folder = town.shelf.folder
    files = sorted(path.name for path in folder.rglob("*")) if folder.exists() else []
    return town.store.versions(), town.store.snapshots(), entries, files


# --- the way from one to the other -------------------------------------------------------------------


def test_a_version_arrives_with_the_same_bits_as_a_challenger(sender, receiver, version, bundle):
    done = travel.import_version(receiver, MANAGER, bundle, source="by mail")
    row = receiver.store.version(version)
    assert (done.state, row.state, row.report_sha256) == ("challenger", "challenger", row.report_sha256)
    card = receiver.load_scorecard(version, row.scorecard_sha256)
    frame = pd.DataFrame(ROWS)
    original = sender.load_scorecard(version, version)
    assert card.log_odds(frame).tobytes() == original.log_odds(frame).tobytes()
    assert receiver.shelf.report(version, row.report_sha256) == REPORT
    receiver.shelf.verify(version, row.artifacts)
    assert receiver.warehouse.has_scores(receiver.dataset().snapshot, version)


def test_it_is_on_record_who_brought_it_from_where(receiver, version, bundle):
    sha256 = hashlib.sha256(bundle.read_bytes()).hexdigest()
    travel.import_version(receiver, MANAGER, bundle, source="by mail from Ada")
    came = receiver.store.version(version).metrics["imported"]
    assert (came["by"], came["source"], came["bundle"]) == ("Mia", "by mail from Ada", sha256)
    entry = log.page(receiver, MANAGER).entries[0]
    assert (entry.kind, entry.who, entry.version) == ("travel", "Mia", version)
    assert entry.payload["bundle"] == sha256
    assert entry.text.startswith("Mia imported version")


def test_importing_never_makes_a_champion_or_a_draft_even_where_nothing_answers(
    sender, receiver, version, tmp_path
):
    sender.store.promote(version, actor="u-9", began="sign-off", reason="")
    path = travel.export_version(sender, SYSTEM, version, tmp_path / "b").path
    travel.import_version(receiver, SYSTEM, path)
    assert receiver.store.version(version).state == "challenger"
    assert receiver.in_use().version is None
    assert receiver.store.serving_history("town") == []


def test_signatures_of_elsewhere_are_read_and_count_for_nothing(sender, receiver, version, tmp_path):
    row = sender.store.version(version)
    sender.store.record_signature(
        version=version, person="u-9", name="Max", role="manager", report_sha256=row.report_sha256,
        statement="I agree.",
    )  # fmt: skip
    travel.import_version(
        receiver, SYSTEM, travel.export_version(sender, SYSTEM, version, tmp_path / "b").path
    )
    assert receiver.store.signatures(version) == []
    assert receiver.store.version(version).owner is None
    there = receiver.store.version(version).metrics["imported"]["signatures_there"]
    assert [one["name"] for one in there] == ["Max"]


def test_answers_of_elsewhere_open_no_way_to_a_signature_here(sender, receiver, version, tmp_path):
    """R51: an imported version is answered for where it is to serve."""
    answer_all(sender, version)
    path = travel.export_version(sender, SYSTEM, version, tmp_path / "b").path
    travel.import_version(receiver, SYSTEM, path)
    assert len(ethics.open_questions(receiver, version)) == 10
    report = receiver.store.version(version).report_sha256
    with pytest.raises(signing.SignOffRefused, match="10 of the ten questions of the ethics review"):
        signing.sign(receiver, MANAGER, version, report, "I read it elsewhere.")


def test_the_snapshot_of_elsewhere_is_on_record_and_never_current(sender, receiver, version, bundle):
    own = receiver.dataset().snapshot
    travel.import_version(receiver, SYSTEM, bundle)
    learned_from = receiver.store.version(version).snapshot
    assert learned_from == sender.dataset().snapshot != own
    assert receiver.dataset().snapshot == own
    assert receiver.store.snapshot(learned_from).source.startswith("not here")


def test_a_version_that_is_here_already_is_refused_and_nothing_changes(receiver, version, bundle):
    travel.import_version(receiver, MANAGER, bundle)
    receiver.store.promote(version, actor="u-9", began="sign-off", reason="")
    before = state_of(receiver)
    with pytest.raises(travel.AlreadyHere, match=r"champion, imported by Mia.*nothing was changed"):
        travel.import_version(receiver, SYSTEM, bundle)
    assert state_of(receiver) == before


def test_a_version_goes_home_again_after_a_journey(sender, receiver, version, bundle, tmp_path):
    travel.import_version(receiver, SYSTEM, bundle)
    onward = travel.export_version(receiver, SYSTEM, version, tmp_path / "onward")
    one, two = read_bundle(bundle).parts, read_bundle(onward.path).parts
    assert one.keys() == two.keys() and "audit/estimator.joblib" in one
    assert [name for name in one if one[name] != two[name]] == ["version.json"]


# --- what is refused ---------------------------------------------------------------------------------


def refused(town, path, match, kind=ValueError, **given):
    before = state_of(town)
    with pytest.raises(kind, match=match):
        travel.import_version(town, SYSTEM, path, **given)
    assert state_of(town) == before


def test_another_file_than_the_one_announced_is_refused(receiver, bundle):
    refused(receiver, bundle, "not the file that was exported", travel.TravelRefused, sha256="ab" * 32)
    own = hashlib.sha256(bundle.read_bytes()).hexdigest()
    assert travel.import_version(receiver, SYSTEM, bundle, sha256=own.upper()).state == "challenger"


def test_a_bundle_with_a_flipped_byte_changes_nothing(receiver, bundle):
    content = bundle.read_bytes()
    place = content.index(b'"intercept"') + 14
    bundle.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    refused(receiver, bundle, "exported again", BundleError)


def test_another_scorecard_under_the_name_of_a_version_is_refused(receiver, version, bundle):
    card = json.loads(read_bundle(bundle).parts["scorecard.json"])
    card["intercept"] = 5.0
    other = Scorecard.from_json(json.dumps(card)).to_json().encode()
    refused(receiver, rewritten(bundle, **{"scorecard.json": other}), f"is not version {version[:8]}")


def test_answers_that_differ_in_one_bit_are_refused(receiver, bundle):
    # S37: as if this program scored otherwise than the one the version was trained with
    def change(golden):
        first = float.fromhex(golden["answers"][0][0])
        golden["answers"][0][0] = (first + 2.0**-44).hex()

    changed(bundle, "golden.json", change)
    refused(receiver, bundle, "does not give the scores here that it gave", travel.TravelRefused)


@pytest.mark.parametrize(
    "golden",
    [
        {},
        {"rows": [], "answers": []},
        {"rows": [1], "answers": [1]},
        {"rows": [{"price": [1]}], "answers": [0]},
    ],
)
def test_a_bundle_without_known_answers_is_refused(receiver, bundle, golden):
    refused(receiver, rewritten(bundle, **{"golden.json": canonical(golden)}), "golden|scores")


def test_another_report_than_the_one_of_the_version_is_refused(receiver, bundle):
    rewritten(bundle, **{"report.json": canonical({"quality": {"roc_auc": {"value": 0.99}}})})
    refused(receiver, bundle, "report in the bundle is not the one", BundleError)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", "../../etc"),
        ("version", "ab"),
        ("spec_name", "other"),
        ("spec_hash", "0" * 64),
        ("state", None),
        ("created", "2026-01-01T00:00:00"),
        ("metrics", {"auc": {"mean": "best"}}),
        ("snapshot", {"id": "../x", "rows": 1, "refused": 0, "created": "2026-01-01T00:00:00Z"}),
        ("signatures", [{"name": "Max"}]),
        ("owner", "u-1"),
    ],
)
def test_what_a_bundle_says_of_itself_is_checked_field_by_field(receiver, bundle, field, value):
    changed(bundle, "version.json", lambda says: says.update({field: value}))
    refused(receiver, bundle, "in the bundle", BundleError)


def test_a_malicious_pickle_travels_as_bytes_and_is_never_run(receiver, version, bundle, tmp_path):
    # S36: a canary that writes a file as soon as anything unpickles it
    canary = tmp_path / "canary"

    class Canary:
        def __reduce__(self):
            return (exec, (f"open({str(canary)!r}, 'w').close()",))

    content = pickle.dumps(Canary())
    rewritten(bundle, **{"audit/estimator.joblib": content})
    travel.import_version(receiver, SYSTEM, bundle)
    receiver.champion()
    place = receiver.shelf.folder / version
    assert not list(place.glob("*.joblib")) and not list(place.glob("*.pkl"))
    assert (place / "estimator.foreign").read_bytes() == content
    assert not canary.exists()
    pickle.loads(content)
    assert canary.exists()  # the canary works


def test_where_there_are_no_such_customers_the_remedy_works(tmp_path, version, bundle):
    empty = Installation(Settings(var=tmp_path / "empty", database_url=None))
    empty.store.migrate()
    refused(empty, bundle, "--spec-to", travel.TravelRefused)
    assert parse_spec(travel.spec_in(bundle)).hash == parse_spec(SPEC).hash


def test_customers_described_otherwise_are_no_place_for_it(tmp_path, bundle):
    other = settle_customers(tmp_path / "other", SPEC.replace("minimum: 10, maximum: 100", "minimum: 10"))
    refused(other, bundle, r"described otherwise .*\(features\)", travel.TravelRefused)


def test_an_import_killed_before_its_entry_leaves_no_version_and_can_be_repeated(
    receiver, version, bundle, monkeypatch
):
    def killed(*_args, **_kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(travel.log, "record", killed)
        with pytest.raises(KeyboardInterrupt):
            travel.import_version(receiver, SYSTEM, bundle)
    assert receiver.store.versions() == []
    assert travel.import_version(receiver, SYSTEM, bundle).version == version


def test_a_damaged_version_does_not_travel(sender, version, tmp_path):
    path = sender.shelf.folder / version / "estimator.joblib"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(ArtifactError, match=r"estimator\.joblib"):
        travel.export_version(sender, SYSTEM, version, tmp_path / "b")
    assert not (tmp_path / "b").exists()


def test_an_export_that_cannot_be_put_on_record_leaves_no_file(sender, version, tmp_path, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError("no space left on device")

    monkeypatch.setattr(travel.log, "record", full)
    with pytest.raises(OSError, match="no space"):
        travel.export_version(sender, SYSTEM, version, tmp_path / "b")
    assert not (tmp_path / "b").exists()


# --- asked, allowed, refused -------------------------------------------------------------------------


def test_a_person_exports_only_what_was_allowed(sender, version, tmp_path):
    with pytest.raises(travel.TravelRefused, match="Nobody asked yet"):
        travel.export_version(sender, ANALYST, version, tmp_path / "b")
    travel.request(sender, ANALYST, version, "To production.")
    for actor in (ANALYST, SYSTEM):
        with pytest.raises(travel.TravelRefused, match="nobody decided yet"):
            travel.export_version(sender, actor, version, tmp_path / "b")
    travel.approve(sender, MANAGER, version, "Gates are green.")
    assert travel.export_version(sender, ANALYST, version[:8], tmp_path / "b").path.exists()


def test_a_rejection_holds_and_says_why_until_it_is_asked_again(sender, version, tmp_path):
    travel.request(sender, ANALYST, version, "To production.")
    travel.reject(sender, MANAGER, version, "Prices have changed.")
    for actor in (ANALYST, SYSTEM):
        with pytest.raises(travel.TravelRefused, match=r"Mia decided.*Prices have changed\."):
            travel.export_version(sender, actor, version, tmp_path / "b")
    assert travel.request(sender, ANALYST, version, "With the new prices.").state == "requested"


def test_each_step_is_an_entry_in_words_with_its_reason(sender, version):
    travel.request(sender, ANALYST, version, "To production.")
    travel.approve(sender, MANAGER, version, "Gates are green.")
    said = [entry.text for entry in log.page(sender, MANAGER).entries if entry.kind == "travel"]
    assert said[:2] == [
        f"Mia allowed version {version[:12]} to leave this installation, because: Gates are green.",
        f"Ada asked that version {version[:12]} may leave this installation, because: To production.",
    ]
    found = travel.latest_request(sender, MANAGER, version)
    assert (found.state, found.by, found.text) == ("approved", "Mia", "Gates are green.")


def test_a_request_is_decided_once(sender, version):
    with pytest.raises(travel.TravelRefused, match="Nobody waits"):
        travel.approve(sender, MANAGER, version, "Yes.")
    travel.request(sender, ANALYST, version, "To production.")
    travel.reject(sender, MANAGER, version, "No.")
    with pytest.raises(travel.TravelRefused, match="Nobody waits"):
        travel.approve(sender, MANAGER, version, "Yes after all.")


def test_who_asked_does_not_decide_under_the_two_person_rule(sender, version):
    strict = Installation(sender.settings.model_copy(update={"two_person_rule": True}))
    travel.request(strict, MANAGER, version, "To production.")
    with pytest.raises(travel.TravelRefused, match="somebody else has to decide"):
        travel.approve(strict, MANAGER, version, "Yes.")


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 2001])
def test_a_step_without_a_reason_is_refused(sender, version, reason):
    with pytest.raises(travel.TravelRefused, match="Give a reason"):
        travel.request(sender, ANALYST, version, reason)


def test_only_the_right_roles_take_part(sender, receiver, version, bundle, viewer, tmp_path):
    travel.request(sender, ANALYST, version, "To production.")
    for step in (travel.approve, travel.reject):
        with pytest.raises(NotPermitted):
            step(sender, ANALYST, version, "Yes.")
    with pytest.raises(NotPermitted):
        travel.request(sender, viewer, version, "Please.")
    with pytest.raises(NotPermitted):
        travel.export_version(sender, viewer, version, tmp_path / "b")
    with pytest.raises(NotPermitted):
        travel.import_version(receiver, viewer, bundle)


def test_a_withdrawn_version_travels_nowhere(sender, version, tmp_path):
    sender.store.withdraw(version, successor=None, actor="u-9", reason="wrong")
    with pytest.raises(travel.TravelRefused, match="was withdrawn"):
        travel.export_version(sender, SYSTEM, version, tmp_path / "b")


def test_a_version_is_named_by_eight_signs_or_more(sender, version):
    assert travel.named(sender, version[:8]).version == version
    for wrong in (version[:7], "0" * 8, ""):
        with pytest.raises(LookupError, match="flask model list"):
            travel.named(sender, wrong)
