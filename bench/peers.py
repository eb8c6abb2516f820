"""Peers measured in environments of their own, by the scripts that lie beside the shared data."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.measure import ROOT, Unavailable

WORK = ROOT / "bench" / "tmp"


def explainerdashboard(data: Path) -> dict[str, Any]:
    """Measure explainerdashboard's what-if in its fastest form (logistic regression), by HTTP replay.

    Parameters
    ----------
    data : Path
        The Telco table.
    """
    scripts = _scripts("explainerdashboard")
    work = WORK / "explainerdashboard"
    result = work / "figures.json"
    work.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [_environment("explainerdashboard", scripts / "requirements.txt"), scripts / "measure.py",
         "--data", data, "--model", "logreg", "--work", work, "--json", result,
         "--loads", "1", "--warm-starts", "1", "--tries", "40", "--seconds", "5"],
        check=True, stdout=subprocess.DEVNULL, stderr=sys.stderr,
    )  # fmt: skip
    figures: dict[str, Any] = json.loads(result.read_text())
    return figures


def dice(task: dict[str, Any]) -> dict[str, Any]:
    """Let dice-ml look for counterfactuals; ``bench/dice_peer.py`` says what stands in a task."""
    python = _environment("dice", ROOT / "bench" / "dice_requirements.txt")
    done = subprocess.run(
        [python, ROOT / "bench" / "dice_peer.py"],
        input=json.dumps(task), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True,
    )  # fmt: skip
    answers: dict[str, Any] = json.loads(done.stdout)
    return answers


@contextmanager
def sar() -> Iterator[Callable[..., Any]]:
    """Keep SAR of Microsoft's recommenders running; ``bench/sar_peer.py`` says what it can be asked to do."""
    # Alone, as its own dependencies bring a numpy on which its fit raises: requirements.txt says more.
    python = _environment("sar", _scripts("sar") / "requirements.txt", "recommenders==1.2.1")
    peer = subprocess.Popen(
        [python, ROOT / "bench" / "sar_peer.py"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip

    def ask(do: str, **task: Any) -> Any:
        assert peer.stdin is not None and peer.stdout is not None
        print(json.dumps({"do": do, **task}), file=peer.stdin, flush=True)
        answer = peer.stdout.readline()
        if not answer:
            raise RuntimeError(f"SAR stopped at the task {do!r} with exit code {peer.wait()}.")
        return json.loads(answer)

    try:
        yield ask
    finally:
        peer.communicate()


def _scripts(name: str) -> Path:
    """Find the scripts of a peer beside the shared data."""
    shared = Path(os.environ.get("KEEPSIGHT_SHARED", ROOT.parent / "shared"))
    scripts = shared / "peers" / name
    if not scripts.is_dir():
        raise Unavailable(f"the peer's scripts are not here: {scripts.name}; set KEEPSIGHT_SHARED")
    return scripts


def _environment(name: str, requirements: Path, alone: str | None = None) -> Path:
    """Make the peer's environment once, ``alone`` last and without what it asks for; give its Python."""
    folder = WORK / f"{name}-environment"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        print(f"making the environment of {name} (once, some minutes) ...", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        install = [python, "-m", "pip", "install", "--quiet"]
        subprocess.run([*install, "-r", requirements], check=True)
        if alone:
            subprocess.run([*install, "--no-deps", alone], check=True)
        (folder / "ready").touch()
    return python
