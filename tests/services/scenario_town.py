"""The customers of tests/models/scenario_town.py as an installation that answers scenarios."""

from __future__ import annotations

import pandas as pd

from config.settings import Settings
from services import training
from services.installation import Installation
from tests.models import scenario_town


def settle(folder, rows: int = 400, frame: pd.DataFrame | None = None) -> Installation:
    """Load the customers and let the model serve, signed."""
    installation = Installation(Settings(var=folder / "var", database_url=None))
    installation.store.migrate()
    model = scenario_town.card()
    load(installation, scenario_town.customers(rows) if frame is None else frame)
    snapshot = installation.dataset().snapshot
    installation.shelf.put(model.version, model.to_json(), "no estimator")
    training.score_customers(installation, scenario_town.SPEC, snapshot, model.version, model)
    with installation.store.transaction() as together:
        together.record_version(
            version=model.version, spec_name="town", spec_hash=scenario_town.SPEC.hash, snapshot=snapshot,
            state="challenger", scorecard_sha256=model.version, metrics={},
        )  # fmt: skip
        together.promote(model.version, actor="u-9", began="sign-off", reason="It was looked at.")
    return installation


def load(installation: Installation, frame: pd.DataFrame) -> str:
    """Make these the current customers; give the snapshot's id."""
    spec = scenario_town.SPEC
    nothing = pd.DataFrame({"row": [], "column": [], "value": [], "reason": []})
    frame = frame.assign(left=frame["left"].fillna("No"))[list(spec.columns)]
    snapshot = installation.warehouse.write_snapshot(
        frame, spec, source="a test", refused=nothing, report={}, parent=None,
        created=installation.store.clock(),
    )  # fmt: skip
    with installation.store.transaction() as together:
        together.record_snapshot(snapshot)
        together.set_current_spec(spec.name)
    return snapshot.id
