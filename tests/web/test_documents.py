"""The documents name what the code has, all of it and nothing else."""

import re
from pathlib import Path

from config.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def test_every_setting_is_documented_and_no_other():
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `KEEPSIGHT_([A-Z0-9_]+)`", text, re.M))
    assert documented == {name.upper() for name in Settings.model_fields}


def test_the_defaults_documented_are_the_real_ones():
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `KEEPSIGHT_([A-Z0-9_]+)` \| ([^|]+?) \|", text, re.M))
    for name, field in Settings.model_fields.items():
        default = "none" if field.default is None else str(field.default)
        assert told[name.upper()].strip("`") == default, name


def test_runtime_and_development_requirements_are_pinned_exactly():
    for file in ("requirements.txt", "requirements-dev.txt"):
        lines = [line.split("#")[0].strip() for line in (ROOT / file).read_text().splitlines()]
        pins = [line for line in lines if line and not line.startswith("-r")]
        assert pins
        assert [pin for pin in pins if not re.fullmatch(r"[\w.\-\[\],]+==[\w.]+", pin)] == []


def test_the_security_page_names_every_attack_tested_here():
    tested = set()
    for path in (ROOT / "tests" / "web").glob("test_*.py"):
        tested |= set(re.findall(r"\bS\d+\b", path.read_text(encoding="utf-8")))
    told = set(re.findall(r"\bS\d+\b", (ROOT / "docs" / "security.md").read_text(encoding="utf-8")))
    assert tested
    assert tested <= told
