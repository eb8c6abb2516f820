"""Peers measured in environments of their own, by the scripts that lie beside the shared data."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
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
    shared = Path(os.environ.get("KEEPSIGHT_SHARED", ROOT.parent / "shared"))
    scripts = shared / "peers" / "explainerdashboard"
    if not scripts.is_dir():
        raise Unavailable(f"the peer's scripts are not here: {scripts.name}; set KEEPSIGHT_SHARED")
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


def _environment(name: str, requirements: Path) -> Path:
    """Make the peer's environment once; give its Python."""
    folder = WORK / f"{name}-environment"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        print(f"making the environment of {name} (once, some minutes) ...", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", requirements], check=True)
        (folder / "ready").touch()
    return python
