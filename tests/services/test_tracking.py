"""MLflow: shown there where a server is set, never needed, never imported otherwise."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from urllib.request import Request, urlopen

import pytest

from config.settings import Settings
from services import log, signing, tracking, training
from services.installation import Installation
from services.roles import SYSTEM, Actor, NotPermitted
from tests.services.small_town import card, settle_town

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENTS = ROOT / "bench" / "tmp" / "mlflow"
REPORT = {
    "quality": {
        "roc_auc": {"value": 0.8, "low": 0.75, "high": 0.85},
        "train_test_gap": 0.01,
        "lift_at_10": {"value": None, "low": None, "high": None},
        "confusion": {"tn": 1},
    },
    "environment": {"seed": 7, "python": "3.11.7", "libraries": {"numpy": "2.5"}},
}


def track(town, uri, python=sys.executable, path=None, **environment):
    """Publish in a process of its own; give what it said and which libraries it had."""
    code = (
        "import json, sys\n"
        "from config.settings import Settings\n"
        "from services import customers, tracking, travel, training, what_if\n"
        "from services.installation import Installation\n"
        "done = tracking.publish(Installation(Settings()))\n"
        "print(json.dumps([done and vars(done), 'mlflow' in sys.modules]))"
    )
    own = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW")}
    own |= {"KEEPSIGHT_VAR": str(town.settings.var), **environment}
    own |= {"MLFLOW_TRACKING_URI": uri} if uri else {}
    own |= {"PYTHONPATH": os.pathsep.join(filter(None, [str(path or ""), str(ROOT)]))}
    done = subprocess.run([python, "-c", code], env=own, capture_output=True, text=True, check=True)
    (line,) = done.stdout.splitlines()  # a command with --json prints one line: MLflow must not add its own
    found, imported = json.loads(line)
    return SimpleNamespace(done=found, imported=imported, said=done.stderr)


@pytest.fixture
def town(tmp_path):
    made = settle_town(tmp_path)
    version = made.store.versions()[0].version
    sha256 = made.shelf.put_report(version, REPORT)
    made.store.record_report(version, sha256, {})
    return made


def test_nothing_of_mlflow_is_imported_without_a_server_and_it_is_with_one(town, tmp_path):
    (tmp_path / "fake" / "mlflow").mkdir(parents=True)
    (tmp_path / "fake" / "mlflow" / "__init__.py").touch()
    without = track(town, None, path=tmp_path / "fake")
    assert (without.done, without.imported, without.said) == (None, False, "")
    assert track(town, "http://127.0.0.1:9", path=tmp_path / "fake").imported  # the fake would be found


def test_a_server_without_the_client_installed_is_a_warning_that_says_what_to_install(
    town, monkeypatch, caplog
):
    monkeypatch.setitem(sys.modules, "mlflow", None)
    assert tracking.publish(served_by(town, "http://127.0.0.1:9")) is None
    assert "requirements-mlflow.txt" in caplog.text


def test_whatever_the_client_does_a_training_is_kept(town, monkeypatch, caplog):
    def unreachable(_uri):
        raise tracking.TrackingFailed("the server is away")

    trained = SimpleNamespace(
        scorecard=card(town.dataset().spec), estimator="none", challengers=(), report_parts={},
        metrics={"auc": {"mean": 0.8, "sd": 0.01}, "rows": 5, "left": 1},
        choice={"pairs": 0, "silent": [], "parameters": {}},
    )  # fmt: skip
    monkeypatch.setattr("models.training.train", lambda *_args, **_given: trained)
    monkeypatch.setattr(tracking, "_client", unreachable)
    done = training.train(served_by(town, "http://127.0.0.1:9"), SYSTEM)
    assert town.store.version(done.version) is not None
    assert "the server is away" in caplog.text


def test_asking_for_it_without_a_server_says_how_to_set_one(town):
    with pytest.raises(tracking.TrackingFailed, match="Set MLFLOW_TRACKING_URI"):
        tracking.catch_up(town, SYSTEM)


def test_a_viewer_may_not_send_anything_out(town):
    with pytest.raises(NotPermitted):
        tracking.catch_up(town, Actor("u-2", "Vic", "viewer"))


def test_beside_a_request_it_is_done_by_a_thread_that_the_process_waits_for(town, monkeypatch):
    asked = []
    monkeypatch.setattr(tracking, "publish", lambda *given: asked.append(given))
    assert tracking.publish_soon(town) is None
    served = served_by(town, "http://127.0.0.1:9")
    thread = tracking.publish_soon(served)
    thread.join()
    assert asked == [(served, SYSTEM)] and not thread.daemon


def test_a_withdrawal_reaches_the_server_without_being_waited_for(town, monkeypatch):
    asked = []
    monkeypatch.setattr(tracking, "publish_soon", lambda *given: asked.append(given))
    manager = Actor("u-5", "Mia", "manager")
    version = town.store.versions()[0].version
    signing.withdraw(town, manager, version, "It was trained on the wrong file.")
    assert asked == [(town, manager)]


def test_figures_are_numbers_only_and_ranges_come_along():
    metrics = {"auc": {"mean": 0.85, "sd": 0.01}, "rows": 7, "choice": {"pairs": 5}}
    assert dict(tracking.figures(metrics, REPORT)) == {
        "folds.auc.mean": 0.85,
        "folds.auc.sd": 0.01,
        "holdout.roc_auc": 0.8,
        "holdout.roc_auc.low": 0.75,
        "holdout.roc_auc.high": 0.85,
        "holdout.train_test_gap": 0.01,
    }


def served_by(town, uri):
    return Installation(town.settings.model_copy(update={"mlflow_tracking_uri": uri}))


def test_the_setting_is_read_under_the_name_that_mlflow_itself_uses(monkeypatch, tmp_path):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://mlflow.example:5000")
    assert Settings(var=tmp_path).mlflow_tracking_uri == "http://mlflow.example:5000"


# --- against a real server, started in an environment of its own -------------------------------------


@pytest.fixture(scope="module")
def client():
    python = ENVIRONMENTS / "client" / "bin" / "python"
    if not (python.exists() and (ENVIRONMENTS / "server" / "bin" / "python").exists()):
        pytest.skip("MLflow has no environment here: `make mlflow-test` makes it (about two minutes)")
    return str(python)


@pytest.fixture(scope="module")
def server(client, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mlflow")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        ENVIRONMENTS / "server" / "bin" / "python", "-m", "mlflow", "server", "--host", "127.0.0.1",
        "--port", str(port), "--workers", "1", "--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}",
        "--artifacts-destination", folder / "artifacts",
    ]  # fmt: skip
    quiet = os.environ | {"MLFLOW_DISABLE_TELEMETRY": "true", "PYTHONPATH": ""}
    with (folder / "log").open("w") as said:
        process = subprocess.Popen(
            command, cwd=folder, env=quiet, stdout=said, stderr=said, start_new_session=True
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(process, address, folder / "log")
        yield address
    finally:
        os.killpg(process.pid, signal.SIGTERM)  # the group of this server only: it has children
        process.wait(30)


def _wait_for(process, address, said):
    until = time.monotonic() + 180
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(f"{address}/health", timeout=2):
                return
        except OSError:
            time.sleep(0.5)
    pytest.fail(f"the MLflow server did not start: {said.read_text()[-2000:]}", pytrace=False)


def asked(server, path, **body):
    """Ask the server's own interface, without the client that wrote to it."""
    data = json.dumps(body).encode() if body else None
    request = Request(f"{server}/api/2.0/mlflow/{path}", data, {"Content-Type": "application/json"})
    with urlopen(request, timeout=20) as answer:
        return json.load(answer)


def test_a_version_its_figures_and_files_appear_on_the_server_and_aliases_follow(client, server, town):
    version = town.store.versions()[0].version
    found = track(town, server.replace("http://", "http://ada:violet@"), client)
    assert found.done["published"] == [version] and found.imported
    model = asked(server, "registered-models/get?name=keepsight-town")["registered_model"]
    (there,) = model["latest_versions"]
    tags = {tag["key"]: tag["value"] for tag in there["tags"]}
    assert (tags["keepsight.version"], tags["keepsight.state"]) == (version, "draft")
    assert model["aliases"] == [{"alias": "draft", "version": there["version"]}]
    run = asked(server, f"runs/get?run_id={there['run_id']}")["run"]
    figures = {one["key"]: one["value"] for one in run["data"]["metrics"]}
    assert (figures["holdout.roc_auc"], figures["holdout.roc_auc.low"]) == (0.8, 0.75)
    assert {one["key"]: one["value"] for one in run["data"]["params"]}["library.numpy"] == "2.5"
    with urlopen(f"{server}/get-artifact?path=model/scorecard.json&run_id={there['run_id']}") as answer:
        assert answer.read().decode() == town.shelf.scorecard(version, version)
    listed = asked(server, f"artifacts/list?run_id={there['run_id']}")["files"]
    assert sorted(one["path"] for one in listed) == ["model", "report.json"]
    (entry,) = (one for one in log.page(town, SYSTEM).entries if one.kind == "tracking")
    assert entry.payload["server"] == server  # no password
    assert "on the MLflow server" in entry.text

    town.store.promote(version, actor="u-9", began="sign-off", reason="")
    assert track(town, server, client).done["published"] == []  # nothing is sent twice
    model = asked(server, "registered-models/get?name=keepsight-town")["registered_model"]
    assert [one["alias"] for one in model["aliases"]] == ["champion"]

    town.store.withdraw(version, successor=None, actor="u-9", reason="wrong")
    track(town, server, client)
    model = asked(server, "registered-models/get?name=keepsight-town")["registered_model"]
    assert model.get("aliases", []) == []
    (there,) = model["latest_versions"]
    assert {"key": "keepsight.state", "value": "withdrawn"} in there["tags"]


def test_a_server_that_is_away_is_a_warning_without_its_password(client, town):
    found = track(town, "http://ada:violet@127.0.0.1:9", client)
    assert found.done is None
    assert "Keepsight does not need it" in found.said and "violet" not in found.said
