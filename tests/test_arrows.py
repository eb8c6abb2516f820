"""The arrows of the house: which folder may import which (docs/architecture.md)."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

MAY_IMPORT = {
    "config": set(),
    "models": {"config"},
    "data": {"config"},
    "services": {"config", "models", "data"},
    "components": set(),
    "web": {"services", "config"},
    "pages": {"components", "services", "config", "web"},
    "cli.py": {"services", "config"},
    "cli_actions.py": {"services", "cli", "cli_signing"},
    "cli_control.py": {"services", "cli", "cli_signing"},
    "cli_experiments.py": {"services", "cli", "cli_signing"},
    "cli_guidelines.py": {"services", "cli", "cli_signing"},
    "cli_log.py": {"services", "cli"},
    "cli_mitigation.py": {"services", "cli"},
    "cli_recommender.py": {"services", "cli", "cli_signing"},
    "cli_registry.py": {"services", "cli"},
    "cli_replay.py": {"services", "cli"},
    "cli_scenarios.py": {"services", "cli"},
    "cli_settings.py": {"services", "cli", "cli_signing"},
    "cli_signing.py": {"services", "cli"},
    "cli_travel.py": {"services", "cli"},
    "app.py": {
        "config",
        "services",
        "web",
        "pages",
        "components",
        "cli",
        "cli_actions",
        "cli_control",
        "cli_experiments",
        "cli_guidelines",
        "cli_log",
        "cli_mitigation",
        "cli_recommender",
        "cli_registry",
        "cli_replay",
        "cli_scenarios",
        "cli_settings",
        "cli_signing",
        "cli_travel",
    },
}
OURS = {name.removesuffix(".py") for name in MAY_IMPORT}

ONLY_HERE = {
    "ibis": "data/warehouse",
    "duckdb": "data/warehouse",
    "sqlalchemy": "data/store/",
    "alembic": "data/store/",
    "sklearn": "models/",
    "interpret": "models/",
    "fairlearn": "models/",
    "dash_bootstrap_components": ("components/", "pages/", "app.py"),
    "flask": (
        "web/",
        "pages/",
        "cli.py",
        "cli_actions.py",
        "cli_control.py",
        "cli_experiments.py",
        "cli_guidelines.py",
        "cli_log.py",
        "cli_mitigation.py",
        "cli_recommender.py",
        "cli_registry.py",
        "cli_replay.py",
        "cli_scenarios.py",
        "cli_settings.py",
        "cli_signing.py",
        "cli_travel.py",
        "app.py",
    ),
    "jinja2": "services/card_page.py",
}


def imports(path: Path) -> set[str]:
    """Name every module a file imports, dotted, wherever in the file the import stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: imports are absolute in this house"
            found.add(node.module)
    return found


def sources(place: str) -> list[Path]:
    path = ROOT / place
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


@pytest.mark.parametrize("place", MAY_IMPORT)
def test_imports_point_one_way(place):
    own = place.removesuffix(".py")
    files = sources(place)
    assert files
    for path in files:
        ours = {name.split(".")[0] for name in imports(path)} & OURS
        assert ours <= MAY_IMPORT[place] | {own}, f"{path.relative_to(ROOT)} imports {ours}"


@pytest.mark.parametrize("library", ONLY_HERE)
def test_a_library_is_known_in_one_place(library):
    places = ONLY_HERE[library]
    for place in MAY_IMPORT:
        for path in sources(place):
            where = path.relative_to(ROOT).as_posix()
            if library in {name.split(".")[0] for name in imports(path)}:
                assert where.startswith(places), f"{where} imports {library}; only {places} may"
