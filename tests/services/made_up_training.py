"""A training that learns nothing and takes no time, for tests of what happens around it.

As a program, it is killed half way: ``python made_up_training.py VAR POINT`` trains in the folder VAR and
kills itself (SIGKILL) at POINT, one of ``POINTS``.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from config.settings import Settings
from data.warehouse import durable
from services import log, training
from services.installation import Installation
from services.roles import SYSTEM
from tests.services.trial_town import REPORT, card

POINTS = ("files", "folder", "report", "scores", "record", "entry")
"""With half the files written; all of them, but not in place; in place, but without a report; before the
scores; with nothing on record; with the version on record, but not its entry."""


def learned(slope: float = 0.0625) -> ModuleType:
    """Make a module that stands in for ``models.training``: its ``train`` gives the same model each time."""

    def train(frame, spec, **_how):
        model = card(spec, slope)
        return SimpleNamespace(
            scorecard=model,
            estimator={"slope": slope},
            challengers=[SimpleNamespace(name="Gradient boosting", estimator="another")],
            report_parts=REPORT,
            metrics={"auc": {"mean": 0.8, "sd": 0.01}, "rows": len(frame), "left": 50},
            choice={"pairs": 0, "silent": [], "parameters": {}},
        )

    module = ModuleType("models.training")
    module.train = train  # type: ignore[attr-defined]
    return module


def _die(*_given: object, **_named: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _set_trap(point: str) -> None:
    """Let the process die where ``point`` says."""
    if point == "files":
        write, written = Path.write_bytes, []

        def half(path: Path, content: bytes) -> int:
            if written:
                write(path, content[: len(content) // 2])
                _die()
            written.append(path)
            return write(path, content)

        Path.write_bytes = half  # type: ignore[method-assign, assignment]
    elif point == "folder":
        durable.os = SimpleNamespace(**{**vars(os), "rename": _die})  # type: ignore[assignment]
    elif point == "report":
        from data.artifacts import Shelf

        Shelf.put_report = _die  # type: ignore[method-assign, assignment]
    elif point == "scores":
        training.score_customers = _die
    elif point == "record":
        from data.store import Transaction

        Transaction.record_version = _die  # type: ignore[method-assign, assignment]
    else:
        log.record = _die  # type: ignore[assignment]


if __name__ == "__main__":
    sys.modules["models.training"] = learned()
    _set_trap(sys.argv[2])
    training.train(Installation(Settings(var=Path(sys.argv[1]), database_url=None)), SYSTEM)
