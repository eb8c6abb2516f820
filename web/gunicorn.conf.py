"""Gunicorn's settings for the Procfile: ``gunicorn --config web/gunicorn.conf.py app:server``."""

import os
import sys
from pathlib import Path
from typing import Any

# gunicorn reads this file before it looks at its own folder
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
# one thread of arithmetic a worker: their number is what uses the cores
os.environ.setdefault("OMP_NUM_THREADS", "1")


def _options() -> dict[str, Any]:
    from config.settings import Settings
    from web.request_log import set_up_logs
    from web.serving import EVERYWHERE, PORTS, gunicorn_options

    settings = Settings()
    set_up_logs(settings)
    port = PORTS.start if settings.port is None else settings.port
    return gunicorn_options(settings, f"{EVERYWHERE}:{port}")


globals().update(_options())
