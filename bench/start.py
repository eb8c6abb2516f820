"""How long a start takes: the first ``make run`` on a clean clone, and every later one."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.measure import ROOT, Measure, Unavailable, shared_data

TELCO = "telco/WA_Fn-UseC_-Telco-Customer-Churn.csv"
PASSWORD = "a bench of three long words"
TILES = "return document.querySelectorAll('#overview-tiles .ks-tile-figure').length >= 4"


def measures() -> list[Measure]:
    """Clone the project, run it as a new user would, once with the demo and once with Telco."""
    found = []
    for name, data in {"demo": None, "Telco": shared_data() / TELCO}.items():
        with tempfile.TemporaryDirectory(prefix="keepsight-bench-") as folder, _browser() as browser:
            clone = Path(folder) / "keepsight"
            subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
            first = _first(clone, data, browser)
            later = sorted(_later(clone, browser) for _ in range(3))[1]
        found += [
            Measure(f"first make run, warm pip cache, {name}, to the page", first, "s", "at most", 120),
            Measure(f"second make run, {name}, to Overview tiles drawn, signed in", later, "s", "at most", 4),
        ]
    return found


def _first(clone: Path, data: Path | None, browser: Any) -> float:
    began = time.perf_counter()
    with _make_run(clone, data) as lines:
        link = _find(lines, r"(http://\S+/link/\S+)")
        browser.get(link)
        for name in ("link-password", "link-again"):
            browser.find_element("id", name).send_keys(PASSWORD)
        browser.execute_script("document.getElementById('link-form').requestSubmit()")
        _wait(browser, TILES)
        return time.perf_counter() - began


def _later(clone: Path, browser: Any) -> float:
    """Start again; the session of before still holds, since it lies in the store."""
    browser.get("about:blank")
    began = time.perf_counter()
    with _make_run(clone, None) as lines:
        browser.get(_find(lines, r"(http://[\d.:]+)"))
        _wait(browser, TILES)
        return time.perf_counter() - began


@contextmanager
def _make_run(clone: Path, data: Path | None) -> Iterator[Any]:
    """Run ``make run`` in its own process group; stop all of it at the end."""
    command = ["make", "run"] + ([f"DATA={data}"] if data else [])
    hidden = ("VIRTUAL_ENV", "PORT", "DATABASE_URL", "PYTHONDONTWRITEBYTECODE")
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in hidden and not name.startswith(("KEEPSIGHT_", "MAKE"))
    }
    with (clone / "run.log").open("w+") as output:
        process = subprocess.Popen(
            command,
            cwd=clone,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield lambda: (clone / "run.log").read_text()
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


def _find(lines: Any, pattern: str, seconds: float = 600) -> str:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if match := re.search(pattern, lines()):
            return match.group(1)
        time.sleep(0.01)
    raise RuntimeError(f"no address within {seconds} s; it said:\n{lines()}")


def _wait(browser: Any, condition: str, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if browser.execute_script(condition):
            return
        time.sleep(0.01)
    raise RuntimeError(f"the page was not drawn within {seconds} s: {browser.page_source[:500]}")


@contextmanager
def _browser() -> Iterator[Any]:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        raise Unavailable("Chromium or its driver is not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in ("headless=new", "no-sandbox", "disable-dev-shm-usage", "disable-background-networking"):
        options.add_argument(f"--{flag}")
    options.add_argument("--window-size=1440,900")
    browser = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield browser
    finally:
        browser.quit()
