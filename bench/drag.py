"""Drag to picture: from the slider's event to the last write of our function, on the whole What-if page.

Chromium is moved by real mouse events (CDP). What is timed is in the page: a capture listener marks the
dispatch of each pointer event, an observer of the places our function writes to marks the last write, and
the frame after it marks when it can be seen. Nothing of this is in the product.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench.measure import Measure, Unavailable, percentile
from bench.serving import Served, served

MOVES = 200
PAUSE_SECONDS = (0.025, 0.045)
STEP_PIXELS = (4, 11)
WARM_UP = 30
BAR_WRITE_MS, BAR_FRAME_MS = 16, 34
LEAST_ANSWERED = 0.9
SLIDER = "#what-if-controls .ks-slide-number .dash-slider-root"

WATCH = """
const seen = window.ksBench = {moves: [], writes: [], frames: []};
document.addEventListener("pointermove", () => seen.moves.push(performance.now()), true);
const observer = new MutationObserver(() => {
  seen.writes.push(performance.now());
  requestAnimationFrame(() => seen.frames.push(performance.now()));
});
const deep = {subtree: true, childList: true, characterData: true, attributes: true};
for (const node of document.querySelectorAll("[data-part=shift], .ks-waterfall, .ks-gauge, .ks-slide-value"))
  observer.observe(node, deep);
"""


PLACE = """
const slider = document.querySelector(arguments[0]);
slider.scrollIntoView({block: "center", behavior: "instant"});
const way = slider.getBoundingClientRect();
const thumb = slider.querySelector("[role=slider]").getBoundingClientRect();
return [way.left, way.right, thumb.left + thumb.width / 2, way.top + way.height / 2];
"""


@dataclass(frozen=True)
class Drag:
    """Milliseconds from dispatch to last write and to the next frame, and how many requests were sent."""

    write_ms: list[float]
    frame_ms: list[float]
    requests: int


def measures() -> list[Measure]:
    """Drag a numeric slider of the demo, at full speed and at a quarter of it."""
    with served() as app, chromium() as browser:
        _open(browser, app)
        _drag(browser, WARM_UP)
        full = _drag(browser, MOVES)
        browser.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": 4})
        slow = _drag(browser, MOVES)
    return [
        *_told("drag", full, BAR_WRITE_MS, BAR_FRAME_MS),
        Measure("drag: requests sent meanwhile", full.requests + slow.requests, "requests", "at most", 0),
        *_told("drag with the CPU 4 times slower", slow, None, None),
    ]


def _told(name: str, drag: Drag, write_bar: float | None, frame_bar: float | None) -> list[Measure]:
    write, frame = percentile(drag.write_ms, 0.95), percentile(drag.frame_ms, 0.95)
    return [
        Measure(f"{name}: slider's event to our last write, p95", write, "ms", "at most", write_bar),
        Measure(f"{name}: slider's event to the next frame, p95", frame, "ms", "at most", frame_bar),
    ]


@contextmanager
def chromium() -> Iterator[Any]:
    """Start a headless Chromium whose requests are on record; Unavailable where there is none."""
    try:
        from selenium import webdriver
    except ImportError as fault:
        raise Unavailable("selenium is not installed: pip install -r requirements-dev.txt") from fault
    binary, driver = shutil.which("chromium") or shutil.which("google-chrome"), shutil.which("chromedriver")
    if binary is None or driver is None:
        raise Unavailable("Chromium and chromedriver are not installed (make test installs them on Debian)")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for flag in ("--headless=new", "--disable-dev-shm-usage", "--disable-background-networking",
                 "--window-size=1440,900"):  # fmt: skip
        options.add_argument(flag)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.add_argument("--no-sandbox")
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        yield browser
    finally:
        browser.quit()


def _open(browser: Any, app: Served) -> None:
    browser.get(f"{app.address}/healthz")
    for name, value in app.cookies.items():
        browser.add_cookie({"name": name, "value": value})
    browser.get(f"{app.address}/what-if")
    until = time.monotonic() + 60
    while not browser.find_elements("css selector", f"{SLIDER}:not([data-disabled])"):
        if time.monotonic() > until:
            raise Unavailable("the sliders of the What-if page did not wake up within a minute")
        time.sleep(0.1)
    time.sleep(1)


def _drag(browser: Any, moves: int) -> Drag:
    """Press, move to and fro, release; give what was seen between press and release."""
    left, right, thumb, y = browser.execute_script(PLACE, SLIDER)
    dice, x, way = random.Random(7), thumb, 1
    _mouse(browser, "mouseMoved", x, y)
    browser.execute_script(WATCH)
    browser.get_log("performance")
    _mouse(browser, "mousePressed", x, y)
    due = time.monotonic()
    for _ in range(moves):
        step = dice.randint(*STEP_PIXELS)
        way = -way if not left + 15 < x + way * step < right - 15 else way
        x += way * step
        due += dice.uniform(*PAUSE_SECONDS)
        time.sleep(max(0.0, due - time.monotonic()))
        _mouse(browser, "mouseMoved", x, y)
    time.sleep(0.3)
    sent = _requests(browser)
    seen = browser.execute_script("return window.ksBench")
    _mouse(browser, "mouseReleased", x, y)
    time.sleep(1)
    return Drag(*_pairs(seen), sent)


def _mouse(browser: Any, kind: str, x: float, y: float) -> None:
    pressed = {"button": "left", "clickCount": 1} if kind != "mouseMoved" else {"button": "left"}
    browser.execute_cdp_cmd(
        "Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, "buttons": 1, **pressed}
    )


def _requests(browser: Any) -> int:
    events = (json.loads(entry["message"])["message"] for entry in browser.get_log("performance"))
    return sum(event["method"] == "Network.requestWillBeSent" for event in events)


def _pairs(seen: dict[str, list[float]]) -> tuple[list[float], list[float]]:
    """Pair each event with the last write, and the last frame, before the next event."""
    write_ms, frame_ms, moves = [], [], seen["moves"]
    for began, after in zip(moves, [*moves[1:], float("inf")], strict=True):
        writes = [at for at in seen["writes"] if began <= at < after]
        if writes:
            write_ms.append(writes[-1] - began)
            frame_ms.append(
                min((at for at in seen["frames"] if at >= writes[-1]), default=writes[-1]) - began
            )
    if len(write_ms) < LEAST_ANSWERED * len(moves):
        raise RuntimeError(f"only {len(write_ms)} of {len(moves)} moves were followed before the next one")
    return write_ms, frame_ms
