"""The way back from a goal: the cheapest changes of levers that bring one customer's score to a target.

``levers`` says what can be moved and what it costs, ``structure`` what in a scorecard and a spec moves with
it, ``problem`` puts both together for one customer, ``fronts`` finds the cheapest sum, ``finder`` asks for
several answers, ``words`` says them.
"""

from models.counterfactual.finder import Answer, Counterfactuals, Found
from models.counterfactual.words import told

__all__ = ["Answer", "Counterfactuals", "Found", "told"]
