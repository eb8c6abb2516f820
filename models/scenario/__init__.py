"""Scenarios: steps that move columns of many customers at once, and what comes of them.

``steps`` says what is asked, ``base`` holds the customers ready for it, ``moving`` carries the steps out on a
chunk of rows, ``engine`` adds up what comes of it (``outcome``).
"""

from models.scenario.base import Base, build_base
from models.scenario.engine import Engine
from models.scenario.moving import Tally, follows, moves_price
from models.scenario.outcome import Outcome, Side
from models.scenario.steps import Scenario, ScenarioError, Step, Who, check, parse_scenario

__all__ = [
    "Base",
    "Engine",
    "Outcome",
    "Scenario",
    "ScenarioError",
    "Side",
    "Step",
    "Tally",
    "Who",
    "build_base",
    "check",
    "follows",
    "moves_price",
    "parse_scenario",
]
