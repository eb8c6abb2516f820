"""Another process on the same installation: it answers customers named on its input, as a worker would.

Usage: python -m tests.services.answerer FOLDER; a line is a customer's key, the answer a line of JSON.
"""

import json
import sys
from pathlib import Path

from config.settings import Settings
from services import customers
from services.installation import Installation
from tests.services.trial_town import ADA, NOON


def main(folder: str) -> None:
    installation = Installation(Settings(var=Path(folder), database_url=None))
    installation.store.clock = lambda: NOON
    for line in sys.stdin:
        answer = customers.one(installation, ADA, line.strip())
        plain = {"version": answer.stamp.version, "is_draft": answer.stamp.is_draft}
        print(json.dumps(plain), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
