"""Somebody who decides about versions in a process of their own; run as a program by tests of faults.

    python deciders.py VAR

Reads one order a line, JSON: ``action`` (sign, rollback, withdraw), ``by``, ``version``, ``at`` (seconds of
the clock of the machine, so that two of them begin in one moment), ``killed`` (where true, the process is
killed when the version is champion already, but not yet signed). Answers each with a line: ``done`` (what
answers now and before) or ``told`` (why not).
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from config.settings import Settings
from data.store import Transaction
from services import signing
from services.holding import Overtaken
from services.installation import Installation
from services.roles import Actor
from services.signing import NoWayBack, SignOffRefused


def decide(installation: Installation, order: dict) -> dict:
    actor = Actor(order["by"], order["by"], "manager")
    seen = signing.review(installation, actor, order["version"]).report_sha256
    if order.get("killed"):
        Transaction.record_signature = _die
    while time.time() < order["at"]:
        pass
    try:
        if order["action"] == "sign":
            done = signing.sign(
                installation, actor, order["version"], seen, "I read it.", override="It is a test."
            )
        elif order["action"] == "rollback":
            done = signing.rollback(installation, actor, "It is a test.")
        else:
            done = signing.withdraw(installation, actor, order["version"], "It is a test.")
    except (SignOffRefused, NoWayBack, Overtaken) as refused:
        return {"told": str(refused)}
    return {"done": [done.version, done.former]}


def _die(*_given: object, **_named: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(var: Path) -> None:
    installation = Installation(Settings(var=var, database_url=None))
    for line in sys.stdin:
        sys.stdout.write(json.dumps(decide(installation, json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
