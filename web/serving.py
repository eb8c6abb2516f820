"""How gunicorn serves Keepsight: the same in development and in production."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from typing import Any

from flask import Flask

from config.settings import Settings
from services import server_process
from services.guidelines import background
from web.request_log import set_up_logs

PORTS = range(8050, 8060)
LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"


class PortTaken(RuntimeError):
    """Nothing can be served on the port; the message says how to choose another."""


def gunicorn_options(settings: Settings, bind: str) -> dict[str, Any]:
    """Give gunicorn's options.

    Preloading imports everything once, before the fork: workers start at once and share its memory.
    What must not cross a fork (connections) is reset in each worker.
    """
    return {
        "bind": bind,
        "workers": settings.workers,
        "worker_class": "gthread",
        "threads": settings.threads,
        "preload_app": True,
        "on_starting": lambda _arbiter: server_process.hold(settings.var),
        "post_fork": _post_fork,
        "timeout": 120,
        "graceful_timeout": 10,
        "keepalive": 75,
        "loglevel": "warning",
        "accesslog": None,  # ours says the route, not the address, so that no one-time link is written down
        "control_socket_disable": True,
        # Heartbeats on a disk would block a worker when it is slow.
        "worker_tmp_dir": "/dev/shm" if os.path.isdir("/dev/shm") else None,
    }


def serve(server: Flask, settings: Settings, port: int, announce: Callable[[], None]) -> None:
    """Serve an app on this machine alone, with gunicorn in this very process, until it is stopped.

    ``announce`` is called once the port is open: who is told an address can go there at once.
    """
    from gunicorn.app.base import BaseApplication

    set_up_logs(settings)
    options = gunicorn_options(settings, f"{LOOPBACK}:{port}")
    options["when_ready"] = lambda _arbiter: announce()

    class InProcess(BaseApplication):
        """Gunicorn without its command line."""

        def load_config(self) -> None:
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> Flask:
            return server

    InProcess().run()


def _post_fork(arbiter: Any, _worker: Any) -> None:
    """Let a new worker open connections of its own, and look after what is done beside the answers."""
    installation = arbiter.app.wsgi().extensions["keepsight"]
    installation.reset_after_fork()
    background.watch(installation)


def choose_port(asked: int | None) -> int:
    """Give a port that is free: the one asked for (0: any), else the first free of 8050 to 8059.

    Raises
    ------
    PortTaken
        If the port asked for, or all ten, are in use.
    """
    if asked is not None:
        free = _free(asked)
        if free is None:
            raise PortTaken(
                f"Port {asked} is in use by another program. Stop that, or choose another port: "
                "PORT=8080 make run (without PORT the next free one of 8050 to 8059 is taken)."
            )
        return free
    for port in PORTS:
        if _free(port) is not None:
            return port
    raise PortTaken("The ports 8050 to 8059 are all in use. Choose another one: PORT=8080 make run.")


def _free(port: int) -> int | None:
    """Give the port when it can be listened on (a free one for 0); None where it cannot."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As gunicorn does: a port whose last connections still linger is free, one listened on is not.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return None
        found: int = probe.getsockname()[1]
        return found
