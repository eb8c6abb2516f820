"""Evidence that a test gives instead of the installation's: with it every guideline is met, at first."""

from __future__ import annotations

import math
import sys
from types import SimpleNamespace

from config.settings import Settings
from services.guidelines import rules
from services.guidelines.evidence import Evidence
from services.guidelines.rules import IDS

SETTINGS = Settings(database_url=None)


def value_that_turns(condition):
    """Give a value for which a rule holds, by as little as can be told."""
    if condition.is_ is not None:
        return condition.is_
    limit = rules._limit(condition, SETTINGS)
    if condition.above is not None:
        return math.nextafter(limit, math.inf)
    return math.nextafter(limit, -math.inf)


def value_that_does_not(conditions):
    """Give a value for which none of some rules about it holds."""
    bad = {one.is_ for one in conditions if one.is_ is not None}
    if bad:
        return not bad.pop()
    above = [rules._limit(one, SETTINGS) for one in conditions if one.above is not None]
    below = [rules._limit(one, SETTINGS) for one in conditions if one.below is not None]
    found = min(above, default=max(below, default=0.0))
    assert all(found >= limit for limit in below), "no value at all would be well"
    return found


def well(rule):
    """Make evidence with which a guideline is met."""
    conditions = rule.not_met + rule.at_risk
    names = {*rule.needs, *(one.value for one in conditions)}
    values = {n: value_that_does_not([one for one in conditions if one.value == n]) for n in names}
    return Evidence("All is well", values)


def changed(evidence, **values):
    return Evidence(evidence.headline, {**evidence.values, **values})


def stand_in(monkeypatch):
    """Let evidence come from a dictionary by id, which a test changes; a fault in it is raised."""
    evidence = {name: well(rules.load()[name]) for name in IDS}

    def of(name):
        def gathered(installation):
            if isinstance(evidence[name], Exception):
                raise evidence[name]
            return evidence[name]

        return gathered

    for name in IDS:
        module = SimpleNamespace(evidence=of(name), for_reader=lambda here, actor: Evidence("Own area", {}))
        monkeypatch.setitem(sys.modules, f"services.guidelines.g{int(name[1:]):02d}", module)
    return evidence
