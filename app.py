"""Keepsight's web app: ``create_app`` wires it, ``app:server`` serves it, ``python app.py`` does it all."""

from __future__ import annotations

import argparse
import logging
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from dash import Dash, html, no_update, page_container, page_registry, set_props
from flask import Flask
from pydantic import ValidationError
from werkzeug.middleware.proxy_fix import ProxyFix

import cli
import cli_actions
import cli_control
import cli_experiments
import cli_feedback
import cli_governance
import cli_guidelines
import cli_log
import cli_mitigation
import cli_recommender
import cli_registry
import cli_replay
import cli_scenarios
import cli_settings
import cli_signing
import cli_subject
import cli_travel
from components import frame, states
from config.settings import Settings
from services import preparation
from services.installation import Installation
from services.notice_walk import hand_in
from services.readiness import NotPrepared
from services.roles import NotPermitted
from web import here, serving
from web.action_files import action_files
from web.card_file import card_file
from web.complaints import complaints
from web.control_state import control_state
from web.data_sheet_file import data_sheet_file
from web.errors import answer_errors
from web.guard import guard
from web.headers import add_headers
from web.health import health
from web.key import KeyRefused, signing_key
from web.log_files import log_files
from web.notice_walk import walker
from web.one_answer import of_one_mind
from web.pages_guard import guard_pages, may_see
from web.public_notice import public
from web.request_log import log_requests
from web.scenario_files import scenario_files
from web.scenario_sample import scenario_sample
from web.scorecard_file import scorecard_file
from web.serving import PortTaken
from web.session import csrf_token, open_sessions
from web.sign_in import sign_in
from web.subject_file import subject_file
from web.usage import note_usage

ROOT = Path(__file__).resolve().parent
ASSETS = ROOT / "assets"
BODY_LIMIT_BYTES = 1_000_000  # callbacks and forms are small; files are loaded by command

# Dash's own index with our mark, and with the theme set before anything is painted.
INDEX = """<!DOCTYPE html>
<html lang="en">
<head>
{%metas%}
<title>{%title%}</title>
<link rel="icon" type="image/svg+xml" href="/sign-in/static/mark.svg">
<script src="/assets/theme.js"></script>
{%css%}
</head>
<body>
{%app_entry%}
<footer>
{%config%}
{%scripts%}
{%renderer%}
</footer>
</body>
</html>"""

log = logging.getLogger("keepsight")


def create_app(settings: Settings | None = None, installation: Installation | None = None) -> Dash:
    """Wire settings, installation, guard, pages and commands into one app; train and load nothing.

    One app a process: Dash gives callbacks of modules to the first one.

    Raises
    ------
    KeyRefused
        If the signing key is missing in production, or easy to guess anywhere.
    """
    settings = settings or (installation.set_up if installation else Settings())
    installation = installation or Installation(settings)
    server = Flask("keepsight", static_folder=None)
    server.extensions[here.EXTENSION] = installation
    server.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT_BYTES
    if settings.proxies:
        server.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            server.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
    server.wsgi_app = of_one_mind(server.wsgi_app)  # type: ignore[method-assign]
    secure = settings.env == "production"
    open_sessions(server, signing_key(settings), secure=secure)
    log_requests(server)
    guard(server, lambda: app.callback_map)
    note_usage(server, lambda: app.callback_map)
    answer_errors(server)
    server.register_blueprint(sign_in)
    server.register_blueprint(health)
    server.register_blueprint(scorecard_file)
    server.register_blueprint(control_state)
    server.register_blueprint(card_file)
    server.register_blueprint(data_sheet_file)
    server.register_blueprint(scenario_sample)
    server.register_blueprint(scenario_files)
    server.register_blueprint(action_files)
    server.register_blueprint(log_files)
    server.register_blueprint(subject_file)
    server.register_blueprint(public)
    server.register_blueprint(complaints)
    server.jinja_env.globals["vendor_version"] = _vendor_version()
    app = _dash(server)
    add_headers(server, app.csp_hashes, secure=secure)
    guard_pages(page_registry, _not_permitted, _failed)
    hand_in(installation, walker(app, page_registry, installation))
    cli_actions.add_to(cli.data_group)
    cli_travel.add_to(cli.model_group)
    cli_signing.add_to(cli.model_group)
    cli_experiments.add_to(cli.model_group)
    cli_registry.add_to(cli.model_group)
    cli_replay.add_to(cli_log.log_group)
    cli_mitigation.add_to(cli.model_group)
    cli_governance.add_to(cli.model_group, cli.data_group)
    groups = (
        *cli.GROUPS,
        cli_experiments.experiment_group,
        cli_scenarios.scenario_group,
        cli_actions.action_group,
        cli_control.control_group,
        cli_feedback.feedback_group,
        cli_governance.ethics_group,
        cli_guidelines.guidelines_group,
        cli_log.log_group,
        cli_recommender.recommend_group,
        cli_settings.setting_group,
        cli_subject.subject_group,
    )
    for command in (*groups, cli.prepare):
        server.cli.add_command(command)
    # Dash finishes its set-up at the first request; done here, it is done once, before workers fork.
    server.test_client().get("/healthz")
    return app


def _dash(server: Flask) -> Dash:
    sheets = [f"/assets/vendor/{name}?v={_vendor_version()}" for name in
              ("bootstrap.min.css", "bootstrap-icons.min.css")]  # fmt: skip
    app = Dash(
        "keepsight",
        server=server,
        assets_folder=str(ASSETS),
        # linked first, so that our own style sheets come after Bootstrap's
        assets_path_ignore=["vendor"],
        external_stylesheets=sheets,
        use_pages=True,
        pages_folder=str(ROOT / "pages"),
        include_pages_meta=False,  # titles of pages belong to those who may see them
        suppress_callback_exceptions=True,  # or every page's layout stands in everybody's index (S16)
        serve_locally=True,
        index_string=INDEX,
        title="Keepsight",
        update_title=None,
        csrf_token_name=server.config["KEEPSIGHT_TOKEN_COOKIE"],
        meta_tags=[
            {"name": "viewport", "content": "width=device-width, initial-scale=1"},
            {"name": "color-scheme", "content": "light dark"},
            {"name": "keepsight-token-cookie", "content": server.config["KEEPSIGHT_TOKEN_COOKIE"]},
        ],
        on_error=_tell,
        enable_mcp=False,
        add_log_handler=False,
    )
    app.layout = _layout
    return app


def _vendor_version() -> str:
    """Name the versions of the vendored files, so that browsers may keep them until they change."""
    versions = (ASSETS / "vendor" / "VERSIONS.txt").read_text(encoding="utf-8")
    return "-".join(re.findall(r"\d+(?:\.\d+)+", versions))


def _layout() -> Any:
    """Lay the frame out for who asks; for nobody (Dash's own check at start) just the place of the page."""
    actor = here.signed_in()
    if actor is None:
        return html.Div(page_container)
    # with the pages, which only an app that exists can hold
    from pages import _feedback_send, _first_use, _foot

    settings = here.installation().settings
    return frame.shell(
        page_container,
        person=actor.name,
        role=actor.role,
        paths=[page["path"] for page in page_registry.values() if may_see(actor, page)],
        contact=settings.contact,
        csrf=("csrf_token", csrf_token()),
        notice=_foot.banner(_foot.current_stamp()),
        note=_first_use.note(),
        feedback=_feedback_send.sheet(),
    )


def _not_permitted() -> Any:
    return frame.page(
        "Not permitted",
        states.not_permitted("Your role does not see this page.", here.installation().settings.contact),
    )


def _failed(fault: Exception) -> Any:
    """Show a page that could not be laid out: what is known to be mendable in words, the rest by number."""
    if isinstance(fault, LookupError) and type(fault) is not KeyError and type(fault) is not IndexError:
        return frame.page("Nothing to show yet", states.empty("There is nothing here yet.", str(fault)))
    log.error("%s page failed", here.request_id(), exc_info=fault)
    return frame.page("This page cannot be shown", states.error(*_apology()))


def _tell(fault: Exception) -> Any:
    """Tell about an error in a callback in the corner of the page; leave everything else as it was."""
    if isinstance(fault, NotPermitted):
        words = ("Not permitted", str(fault), "")
    elif getattr(fault, "retry_after", None) is not None:
        log.error("%s not available: %s", here.request_id(), fault)
        words = ("Not available just now", str(fault), "")
    else:
        log.error("%s callback failed", here.request_id(), exc_info=fault)
        words = _apology()
    set_props("ks-toast", {"children": states.error(*words)})
    return no_update


def _apology() -> tuple[str, str, str]:
    return (
        "Something went wrong",
        "This is our fault, not yours.",
        f"Try again; if it stays, tell your administrator the number {here.request_id()}.",
    )


def __getattr__(name: str) -> Any:
    """Make ``app:server`` when gunicorn or flask first asks for it, so that tests can import this module."""
    if name == "server":
        globals()["server"] = create_app().server
        return globals()["server"]
    raise AttributeError(f"app has no {name}: it has create_app and server.")


def main(arguments: Sequence[str]) -> int:
    """Prepare what is missing, say where to go, serve until stopped; give the exit code."""
    parser = argparse.ArgumentParser(prog="python app.py", description="Prepare Keepsight and serve it here.")
    parser.add_argument("--data", type=Path, metavar="FILE", help="a CSV or Parquet file of customers")
    data = parser.parse_args(arguments).data
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # of the workers; their number is what uses the cores
    try:
        settings = Settings()
        port = serving.choose_port(settings.port)
        server = create_app(settings).server
    except (ValidationError, PortTaken, KeyRefused) as fault:
        return _give_up(fault)
    installation: Installation = server.extensions[here.EXTENSION]
    if (data is not None or not _is_prepared(installation)) and not _prepare(data):
        return 1
    address = f"http://{serving.LOOPBACK}:{port}"
    with server.app_context():
        link = preparation.first_link(installation) if settings.env == "development" else None
    installation.reset_after_fork()  # the workers open connections of their own

    def announce() -> None:
        """Say where it is, once it is there."""
        say(f"\nKeepsight is at {address}  (stop it with Ctrl+C)")
        if link is not None:
            say(
                "Sign in as the first administrator with this link; it works once, for "
                f"{settings.link_minutes} minutes:\n\n    {address}{link}\n"
            )

    serving.serve(server, settings, port, announce)
    return 0


def _is_prepared(installation: Installation) -> bool:
    try:
        return preparation.is_prepared(installation)
    except NotPrepared:
        return False


def _prepare(data: Path | None) -> bool:
    """Prepare in a process of its own, so that what training imports is not carried along by the workers."""
    command = [sys.executable, "-m", "flask", "--app", "app:server", "prepare"]
    if data is not None:
        command += ["--data", str(data.resolve())]
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0


def _give_up(fault: Exception) -> int:
    say(f"Keepsight cannot start: {fault}", sys.stderr)
    return 1


def say(text: str, where: TextIO | None = None) -> None:
    """Print a line for people at once."""
    (where or sys.stdout).write(f"{text}\n")
    (where or sys.stdout).flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
