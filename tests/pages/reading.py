"""How a page is looked at: in both themes at three widths, by axe, and by what the console says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

WIDTHS = {"desk": (1440, 900), "tablet": (768, 1024), "phone": (390, 844)}
THEMES = ("light", "dark")


def looked_over(
    driver: Any,
    of: str = "page",
    *,
    themes: Sequence[str] = THEMES,
    widths: Mapping[str, tuple[int, int]] = WIDTHS,
    first: str = "",
) -> int:
    """Look at a page in each view; give how many there were. ``first`` is a script to run in each before."""
    looked = 0
    for view in views(driver, themes, widths):
        driver.execute_script(first)
        reads_well(driver, f"{of}, {view}")
        looked += 1
    return looked


def views(
    driver: Any, themes: Sequence[str] = THEMES, widths: Mapping[str, tuple[int, int]] = WIDTHS
) -> Iterator[str]:
    """Show the page in each theme at each width, and name the view; the window has its own width at last."""
    for theme in themes:
        choose_theme(driver, theme)
        for name, size in widths.items():
            resize(driver, *size)
            yield f"{theme}, {name}"
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def reads_well(driver: Any, view: str) -> None:
    """Find no violation of accessibility, and nothing wider than the window."""
    found = violations(driver)
    assert not found, f"{view}: {found}"
    wide = driver.execute_script("return [document.documentElement.scrollWidth, window.innerWidth]")
    assert wide[0] <= wide[1], view


def violations(driver: Any) -> list[str]:
    """Ask axe what is wrong with the page as it stands."""
    driver.execute_script(_axe())
    found: list[str] = driver.execute_async_script(
        "axe.run(document, {resultTypes: ['violations']}).then((r) => arguments[0](r.violations.map("
        "(v) => v.id + ': ' + v.nodes.map((n) => n.target + ' ' + n.failureSummary).join('; '))))"
    )
    return found


def resize(driver: Any, width: int, height: int) -> None:
    """Give the window another size."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def choose_theme(driver: Any, theme: str) -> None:
    """Choose light or dark, as the switch does."""
    driver.execute_script("keepsight.theme.choose(arguments[0])", theme)


def console(driver: Any) -> list[str]:
    """Give what the console complains of since it was read last."""
    return [line["message"] for line in driver.get_log("browser") if line["level"] in ("SEVERE", "WARNING")]


@cache
def _axe() -> str:
    import axe_playwright_python  # late: only tests in the browser need it

    folder = Path(axe_playwright_python.__file__).parent
    return (folder / "axe.min.js").read_text(encoding="utf-8")
