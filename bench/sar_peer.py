"""SAR of Microsoft's recommenders, run in an environment of its own: a task a line, an answer a line.

{"do": "read", "rows": FILE}   a csv with userID, itemID and, if there are, rating and timestamp
{"do": "fit", "similarity": "jaccard", "decay": false}   answers with seconds
{"do": "recommend"}            top 10 unseen for everybody in the rows; answers with seconds
{"do": "lists"}                those lists, as [user, [item, ...]]
"""

import contextlib
import json
import sys
import time

import numpy as np
import pandas as pd
from recommenders.models.sar import SAR

K = 10


class Peer:
    """The rows, the model and its lists, as the tasks so far left them."""

    def read(self, rows):
        """Read choices; without ratings each is 1, without times the number of the row."""
        table = pd.read_csv(rows)
        self.rows = table.assign(
            rating=table.get("rating", pd.Series(1.0, table.index)).astype(np.float64),
            timestamp=table.get("timestamp", pd.Series(np.arange(len(table)), table.index)),
        )
        return len(self.rows)

    def fit(self, similarity="jaccard", decay=False):
        """Fit, as its notebook does; ``decay`` is the published model's, of 30 days."""
        decaying = {"time_decay_coefficient": 30, "timedecay_formula": True} if decay else {}
        began = time.perf_counter()
        self.model = SAR(similarity_type=similarity, **({"timedecay_formula": False} | decaying))
        self.model.fit(self.rows)
        return time.perf_counter() - began

    def recommend(self):
        """Recommend to everybody what they have not seen."""
        users = pd.DataFrame({"userID": self.rows["userID"].unique()})
        began = time.perf_counter()
        self.top = self.model.recommend_k_items(users, top_k=K, sort_top_k=True, remove_seen=True)
        return time.perf_counter() - began

    def lists(self):
        """Give the lists that were recommended last."""
        return [[int(user), part["itemID"].tolist()] for user, part in self.top.groupby("userID", sort=False)]


def main():
    """Answer task by task, until there are no more."""
    peer = Peer()
    for line in sys.stdin:
        task = json.loads(line)
        with contextlib.redirect_stdout(sys.stderr):
            answer = getattr(peer, task.pop("do"))(**task)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
