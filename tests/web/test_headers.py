"""What every answer carries."""

import re

import pytest

PLACES = ["/sign-in", "/healthz", "/", "/_dash-layout", "/customers%0a", "/nothing-here", "/assets/theme.css"]


@pytest.fixture(params=PLACES)
def answer(request, house):
    return house.client("viewer").get(request.param)


def policy(answer):
    parts = answer.headers["Content-Security-Policy"].split("; ")
    return {part.split()[0]: part.split()[1:] for part in parts}


def test_scripts_come_from_our_own_files_or_by_hash_alone(answer):
    """S22."""
    sources = policy(answer)["script-src"]
    assert "'self'" in sources
    assert all(source == "'self'" or source.startswith("'sha256-") for source in sources)


def test_nothing_is_allowed_that_is_not_named(answer):
    """S22, S23: no other host anywhere, so nothing can be sent to one."""
    found = policy(answer)
    assert found["default-src"] == ["'none'"]
    assert found["frame-ancestors"] == found["base-uri"] == found["object-src"] == ["'none'"]
    assert found["connect-src"] == found["form-action"] == ["'self'"]
    assert not re.search(r"https?:|\*|unsafe-eval", answer.headers["Content-Security-Policy"])


def test_browsers_neither_guess_types_nor_tell_where_people_come_from(answer):
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "geolocation=()" in answer.headers["Permissions-Policy"]
    assert "Server" not in answer.headers


def test_pages_and_answers_are_kept_nowhere(house):
    client = house.client("viewer")
    for path in ("/", "/_dash-layout", "/_dash-dependencies", "/sign-in"):
        assert client.get(path).headers["Cache-Control"] == "no-store"


def test_files_named_by_their_version_are_kept_by_this_browser_alone(house):
    index = house.client("viewer").get("/").text
    files = re.findall(r'(?:src|href)="(/(?:assets|_dash-component-suites)/[^"]+)"', index)
    assert len(files) > 10
    for file in files:
        answer = house.client("viewer").get(file.replace("&amp;", "&"))
        assert answer.status_code == 200, file
        assert answer.headers["Cache-Control"].startswith("private"), file


def test_every_inline_script_of_the_index_is_allowed_by_its_hash(house):
    """S22: also of the first page after the start."""
    import base64
    import hashlib

    answer = house.client("viewer").get("/")
    scripts = re.findall(
        r"<script(?![^>]*src=)(?![^>]*application/json)[^>]*>(.*?)</script>", answer.text, re.S
    )
    assert scripts
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy(answer)["script-src"]


def test_cookies_are_closed_to_scripts_and_to_other_sites(house):
    person = {"name": "viewer-of-tests", "password": "violet kettle march"}
    set_cookies = house.stranger().post("/sign-in", data=person).headers.getlist("Set-Cookie")
    session, token = set_cookies
    assert session.startswith(house.server.config["KEEPSIGHT_SESSION_COOKIE"])
    assert "HttpOnly" in session
    assert "SameSite=Lax" in session
    assert "SameSite=Strict" in token


def test_production_adds_https_and_secure_cookies(tmp_path):
    """Run apart: one app a process."""
    import os
    import subprocess
    import sys
    from pathlib import Path

    script = (
        "from app import create_app; s = create_app().server; r = s.test_client().get('/healthz');"
        "c = s.config; print(r.headers['Strict-Transport-Security'], c['KEEPSIGHT_SECURE'],"
        "c['KEEPSIGHT_SESSION_COOKIE'])"
    )
    environment = os.environ | {
        "KEEPSIGHT_ENV": "production",
        "KEEPSIGHT_SECRET_KEY": "k3Yb9ZtR-w8QmX2Lp7Vd_s5NcJ4hFgA6uE1oTi0",
        "KEEPSIGHT_VAR": str(tmp_path),
    }
    root = Path(__file__).resolve().parents[2]
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=root, env=environment, capture_output=True, text=True, check=True
    )
    assert "max-age=31536000" in ended.stdout
    assert "True __Host-keepsight-" in ended.stdout
