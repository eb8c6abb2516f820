"""The guidelines with a million entries and a million customers: the index, and all evidence worked out.

Telco's customers drawn a million times, loaded twice, two signed versions; the log of bench/log_million.py,
with real answers at its end. The evidence is worked out by the command, in a process of its own, as the
server does it; the index is asked of the served app and drawn by Chromium.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import numpy as np
import pandas as pd

from bench import log_million
from bench.drag import chromium
from bench.measure import ROOT, Measure, percentile
from bench.rescore import _fitted
from bench.rollback import two_versions
from bench.serving import Served, served
from bench.tables import Case, case
from config.settings import Settings
from models.compilation import compile_ebm
from services import feedback, training, what_if
from services.guidelines.rules import IDS
from services.installation import Installation
from services.roles import Actor

CUSTOMERS = int(os.environ.get("KEEPSIGHT_BENCH_CUSTOMERS", "1000000"))
ANSWERS, ITEMS, LOOKS, DRAWN = 200, 100, 20, 5

PERSON = Actor("bench", "Benchmark", "manager")
CARDS = "return document.querySelectorAll('.ks-gl-card').length === 11 && performance.now()"


def measures() -> Iterator[Measure]:
    """Fill a folder, work everything out twice, then serve it and look at the index."""
    with tempfile.TemporaryDirectory(prefix="keepsight-bench-") as own:
        var = Path(own) / "var"
        _settle(var)
        first, again = (_worked_out(var) for _ in range(2))
        with served(var=var) as app:
            asked = [_ask(app) for _ in range(LOOKS)]
            drawn = list(_draw(app))
    of = f"{log_million.ENTRIES:,} log entries, {CUSTOMERS:,} customers"
    yield Measure(f"guidelines: all evidence, {of}", first["seconds"], "s", "at most", 60, _slowest(first))
    yield Measure(
        f"guidelines: all evidence again the same day, {of}", again["seconds"], "s", "at most", 60,
        _slowest(again),
    )  # fmt: skip
    note = f"{LOOKS} times"
    yield Measure(f"guidelines: index asked, p95, {of}", percentile(asked, 0.95), "s", "at most", 1, note)
    note = f"median of {DRAWN}, from the address to eleven cards, by Chromium with a warm cache"
    yield Measure(f"guidelines: index drawn, {of}", statistics.median(drawn), "s", "at most", 1, note)


def _slowest(found: dict[str, Any]) -> str:
    rows = sorted(found["guidelines"].items(), key=lambda one: -one[1]["seconds"])
    told = ", ".join(f"{name} {row['seconds']:.1f} s" for name, row in rows[:4])
    states = [row["state"] for row in found["guidelines"].values()]
    measured = len(states) - states.count("not measured")
    cost = f"{found['processor']:.0f} s of processor time, start included"
    return f"{told}; {cost}; {measured} of {len(IDS)} measured"


# --- what is measured --------------------------------------------------------------------------------


def _worked_out(var: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "flask", "--app", "app:server", "guidelines", "refresh", "--json"]
    environment = os.environ | {"KEEPSIGHT_VAR": str(var), "OMP_NUM_THREADS": "1"}
    before = _processor_seconds()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found | {"processor": _processor_seconds() - before}


def _processor_seconds() -> float:
    """Give the processor time of all processes that ended: what others do at the time is not in it."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _ask(app: Served) -> float:
    """Ask for the page as the browser does when a link in the navigation is followed."""
    inputs = [
        {"id": "_pages_location", "property": "pathname", "value": "/guidelines"},
        {"id": "_pages_location", "property": "search", "value": ""},
    ]
    outputs = [{"id": "_pages_content", "property": "children"}, {"id": "_pages_store", "property": "data"}]
    body = {
        "output": ".._pages_content.children..._pages_store.data..", "outputs": outputs, "inputs": inputs,
        "state": [], "changedPropIds": ["_pages_location.pathname"],
    }  # fmt: skip
    request = Request(
        f"{app.address}/_dash-update-component", data=json.dumps(body).encode(), headers=app.headers
    )
    began = time.perf_counter()
    text = urlopen(request).read().decode()
    taken = time.perf_counter() - began
    if text.count("ks-gl-card ") < len(IDS):
        raise RuntimeError(f"the index does not show {len(IDS)} cards; no time of it counts: {text[:300]}")
    return taken


def _draw(app: Served) -> Iterator[float]:
    with chromium() as browser:
        browser.get(f"{app.address}/healthz")
        for name, value in app.cookies.items():
            browser.add_cookie({"name": name, "value": value})
        for n in range(DRAWN + 1):
            browser.get(f"{app.address}/guidelines")
            until = time.monotonic() + 30
            while not (ready := browser.execute_script(CARDS)):
                if time.monotonic() > until:
                    raise RuntimeError(f"the index was not drawn: {browser.page_source[:300]}")
                time.sleep(0.005)
            if n:  # the first fills the cache
                yield ready / 1000


# --- what it stands on -------------------------------------------------------------------------------


def _settle(var: Path) -> None:
    """Fill the log, load the customers twice, let two versions be signed, and let people ask and complain."""
    installation = Installation(Settings(var=var, database_url=None))
    installation.store.migrate()
    log_million.fill(installation.store)
    telco = case("telco")
    many = _many(telco)
    version = _load(installation, telco, many, None)
    first, second = two_versions(installation)
    installation.store.promote(second, actor=PERSON.id, began="sign-off", reason="")
    dearer = many.assign(MonthlyCharges=(many["MonthlyCharges"] * 1.02).round(2))
    parent = installation.in_use().snapshot
    _load(installation, telco, dearer, parent, versions=(first, second))
    _people(installation, many[telco.spec.id])
    installation.store.dispose()
    if version != first:
        raise RuntimeError("another version answers than the one that was made")


def _many(telco: Case) -> pd.DataFrame:
    rows = np.random.default_rng(0).integers(0, len(telco.table), CUSTOMERS)
    many = telco.table.iloc[rows].reset_index(drop=True)
    many[telco.spec.id] = [f"C{number:07d}" for number in range(CUSTOMERS)]
    return many


def _load(
    installation: Installation, telco: Case, many: pd.DataFrame, parent: str | None,
    versions: tuple[str, ...] = (),
) -> str:  # fmt: skip
    """Keep the customers and their scores, by versions that are there or by one that is made."""
    store, spec = installation.store, telco.spec
    nothing = pd.DataFrame({"row": [], "column": [], "value": [], "reason": []})
    snapshot = installation.warehouse.write_snapshot(
        many, spec, source="a benchmark", refused=nothing, report={}, parent=parent,
        created=store.clock() - timedelta(days=0 if parent else 1),
    )  # fmt: skip
    if versions:
        cards = [installation.load_scorecard(one, store.version(one).scorecard_sha256) for one in versions]
    else:
        names = [feature.column for feature in spec.features]
        left = (telco.table[spec.outcome.column] == spec.outcome.positive).to_numpy()
        ebm = _fitted(telco.table[names], left, spec, 0)
        cards = [compile_ebm(ebm, telco.table[names], spec)]
        installation.shelf.put(cards[0].version, cards[0].to_json(), "no estimator")
    for card in cards:
        training.score_customers(installation, spec, snapshot.id, card.version, card)
    store.record_snapshot(snapshot)
    store.set_current_spec(spec.name)
    if not versions:
        store.record_version(
            version=cards[0].version, spec_name=spec.name, spec_hash=spec.hash, snapshot=snapshot.id,
            state="draft", scorecard_sha256=cards[0].version, metrics={},
        )  # fmt: skip
    return cards[0].version


def _people(installation: Installation, keys: pd.Series) -> None:
    """Let a manager look at customers, and say something of some."""
    user = installation.store.add_user("Mia", "manager")
    mia = replace(PERSON, id=user.id, name=user.name)
    for key in keys[:ANSWERS]:
        what_if.answer(installation, mia, str(key), {})
    now = installation.store.clock()
    for n in range(ITEMS):
        said = now - timedelta(hours=2 * (ITEMS - n))  # nobody may say so much within an hour
        installation.store.clock = lambda said=said: said
        feedback.send(
            installation, mia, kind="feedback" if n % 3 else "complaint", about="page", about_id="/customers",
            guideline=IDS[n % len(IDS)], page="/customers", verdict="unclear", text=f"Item {n}.",
            with_name=True, once=f"bench-guidelines-{n:04d}",
        )  # fmt: skip
