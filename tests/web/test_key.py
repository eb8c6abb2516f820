"""The signing key: production starts with a good one or not at all."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import Settings
from web.key import FILE, KeyRefused, signing_key

ROOT = Path(__file__).resolve().parents[2]

BAD_KEYS = {
    "missing": None,
    "default": "CHANGE_ME_TO_A_COMPLEX_RANDOM_SECRET",
    "short": "b7Qx!9zKp2Lm",
    "repeated": "abcabcabcabcabcabcabcabcabcabcabcabcabc",
}


@pytest.mark.parametrize("key", BAD_KEYS.values(), ids=BAD_KEYS)
def test_production_does_not_start_with_a_bad_key_and_names_the_setting(key, tmp_path):
    """S1."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KEEPSIGHT_")}
    environment |= {"KEEPSIGHT_ENV": "production", "KEEPSIGHT_VAR": str(tmp_path / "var")}
    if key is not None:
        environment["KEEPSIGHT_SECRET_KEY"] = key
    asked = [sys.executable, "-c", "from app import server"]
    ended = subprocess.run(asked, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode != 0
    assert "KEEPSIGHT_SECRET_KEY" in ended.stderr.splitlines()[-1]


def test_a_good_key_is_taken_in_production(tmp_path):
    key = "k3Yb9ZtR-w8QmX2Lp7Vd_s5NcJ4hFgA6uE1oTi0"
    assert signing_key(Settings(env="production", secret_key=key, var=tmp_path)) == key
    assert not list(tmp_path.iterdir())


def test_development_makes_its_own_key_for_its_owner_alone_and_keeps_it(tmp_path):
    settings = Settings(env="development", secret_key=None, var=tmp_path / "var")
    key = signing_key(settings)
    file = tmp_path / "var" / FILE
    assert len(key) >= 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert signing_key(settings) == key
    assert [path.name for path in file.parent.iterdir()] == [FILE]


def test_two_installations_do_not_share_a_key(tmp_path):
    one, other = (signing_key(Settings(secret_key=None, var=tmp_path / name)) for name in "ab")
    assert one != other


def test_a_key_file_that_others_can_read_is_closed(tmp_path):
    settings = Settings(secret_key=None, var=tmp_path)
    signing_key(settings)
    (tmp_path / FILE).chmod(0o644)
    signing_key(settings)
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_a_damaged_key_file_is_refused_with_the_remedy(tmp_path):
    (tmp_path / FILE).write_text("")
    with pytest.raises(KeyRefused, match="Delete the file"):
        signing_key(Settings(secret_key=None, var=tmp_path))
