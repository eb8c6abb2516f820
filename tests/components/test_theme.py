"""The two themes: every token in both, text that can be read, colours said once."""

import json
import re
from pathlib import Path

import pytest

from components import charts, theme
from config.palette import TEXT_ON

ASSETS = Path(__file__).resolve().parents[2] / "assets"
CSS = (ASSETS / "theme.css").read_text(encoding="utf-8")

SHAPES_ON = [(f"c{i}", "surface") for i in range(1, 7)] + [("edge", "surface"), ("model", "sunken")]


def tokens(dark):
    """Read the tokens of a theme; the dark one falls back on the light."""
    light = dict(re.findall(r"--ks-([\w-]+): ([^;]+);", CSS.split('html:root[data-bs-theme="dark"]')[0]))
    own = dict(re.findall(r"--ks-([\w-]+): ([^;]+);", CSS.split('html:root[data-bs-theme="dark"]')[1]))
    return light | own if dark else light


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_text_can_be_read_on_its_ground(dark, text, ground):
    held = tokens(dark)
    assert contrast(held[text], held[ground]) >= 4.5


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("shape", "ground"), SHAPES_ON)
def test_shapes_stand_out_from_their_ground(dark, shape, ground):
    held = tokens(dark)
    assert contrast(held[shape], held[ground]) >= 3


def test_the_template_uses_tokens_that_the_style_sheet_defines():
    used = set(re.findall(r'"@([\w-]+)"', json.dumps(theme.TEMPLATE)))
    assert used
    assert used <= set(theme.TOKENS) <= set(tokens(False))


def test_no_colour_is_written_outside_the_tokens():
    """One place to change a colour: figures and Python name tokens only."""
    source = Path(charts.__file__).read_text(encoding="utf-8")
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(", source) == []
    assert set(re.findall(r'"@([\w-]+)"', source)) <= set(theme.TOKENS)


def test_every_variable_a_style_sheet_uses_is_defined():
    defined = set(re.findall(r"(--ks-[\w-]+):", "".join(p.read_text("utf-8") for p in ASSETS.glob("*.css"))))
    used = {
        (path.name, name)
        for path in ASSETS.glob("*.css")
        for name in re.findall(r"var\((--ks-[\w-]+)\)", path.read_text("utf-8"))
    }
    assert used
    assert [pair for pair in sorted(used) if pair[1] not in defined] == []


def test_no_style_sheet_asks_another_machine():
    """S22."""
    for path in ASSETS.glob("*.css"):
        assert re.findall(r"@import|https?://", path.read_text("utf-8")) == [], path.name
