"""What every test may ask for: the shared example data, and Chromium with its driver."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no fault of the code: tests never assert times. In CI the same examples every time.
settings.register_profile(
    "keepsight",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=os.environ.get("CI", "").lower() == "true",
)
settings.load_profile("keepsight")

ROOT = Path(__file__).resolve().parent.parent

# Selenium's own manager would look for drivers on the network, and report that it did.
os.environ |= {"SE_OFFLINE": "true", "SE_AVOID_STATS": "true"}

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW_TO = "install Chromium and its driver: apt-get install chromium chromium-driver fonts-noto-color-emoji"


def missing(what: str) -> None:
    """Skip with one line; with CI=true a missing part is a failure, so that nothing hides there."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Give the folder of example data (telco, churn2020 ...), which the project may not carry along."""
    folder = Path(os.environ.get("KEEPSIGHT_SHARED", ROOT.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip(f"no example data at {folder}: set KEEPSIGHT_SHARED to the folder that holds data/")
    return folder


def chromium_options():
    """Make Chromium's options: headless, quiet, and no request but those of the page."""
    from selenium.webdriver.chrome.options import Options

    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None or shutil.which("chromedriver") is None:
        missing(f"browser tests wait for Chromium; {HOW_TO}")
    options = Options()
    options.binary_location = found
    for flag in (
        "--headless=new",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--no-default-browser-check",
        "--window-size=1440,900",
    ):
        options.add_argument(flag)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.add_argument("--no-sandbox")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return options


@pytest.fixture(scope="session")
def chrome_options():
    """Give the options of Chromium, or skip where it is not installed."""
    return chromium_options()


def pytest_setup_options():
    """Hand dash_duo the same Chromium (a hook of Dash's pytest plugin)."""
    return chromium_options()


@pytest.fixture
def browser(chrome_options) -> Iterator:
    """Give a fresh Chromium (a Selenium driver), signed in nowhere."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    driver = webdriver.Chrome(options=chrome_options, service=Service(shutil.which("chromedriver")))
    try:
        yield driver
    finally:
        driver.quit()


@pytest.fixture(scope="session", autouse=True)
def fast_argon2() -> Iterator:
    """Hash passwords cheaply in tests; give the product's own hasher, to be tested itself."""
    from argon2 import PasswordHasher

    from services import access

    real, access.HASHER = access.HASHER, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield real
    access.HASHER = real


@pytest.fixture(scope="session")
def house(tmp_path_factory):
    """Give the one app of this process, with a person of each role and a small trained demo."""
    from app import create_app
    from config.settings import Settings
    from services import datasets, training
    from services.roles import SYSTEM
    from tests.house import House, settle

    settings = Settings(var=tmp_path_factory.mktemp("house") / "var", database_url=None, env="development")
    app = create_app(settings)
    installation = app.server.extensions["keepsight"]
    installation.store.migrate()
    house = settle(House(app, installation))
    datasets.load_demo(installation, SYSTEM, customers=200, seed=7)
    training.train(installation, SYSTEM, lambda done, total, what: None)
    return house


@pytest.fixture(scope="session")
def address(house) -> Iterator[str]:
    """Serve the house on a free port of this machine; give its address."""
    from threading import Thread

    from werkzeug.serving import WSGIRequestHandler, make_server

    quiet = type("Quiet", (WSGIRequestHandler,), {"log": lambda *args: None})
    served = make_server("127.0.0.1", 0, house.server, threaded=True, request_handler=quiet)
    thread = Thread(target=served.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{served.server_port}"
    served.shutdown()
    thread.join()


@pytest.fixture
def visit(browser, house, address):
    """Give a function: sign Chromium in with a role and open a path; it returns the driver."""

    def go(path: str = "/", role: str = "administrator"):
        browser.get(f"{address}/healthz")
        for name, value in house.cookies(role).items():
            browser.add_cookie({"name": name, "value": value})
        browser.get(f"{address}{path}")
        return browser

    return go
