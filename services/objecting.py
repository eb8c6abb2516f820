"""Who objects to profiling, as of a revision: read from the store once for each revision, and kept."""

from __future__ import annotations

import threading
from collections import OrderedDict

from data.store import Store
from data.warehouse import LeftOut

KEPT = 16


class Objecting:
    """Gives who is left out of the customers of a spec; what is known of a revision never gets old."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, int], LeftOut] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, store: Store, spec_name: str, revision: int) -> LeftOut:
        """Give who objected as of a revision; nothing is asked where nobody ever did."""
        with self._lock:
            known = self._known.get((spec_name, revision))
            if known is not None:
                self._known.move_to_end((spec_name, revision))
                return known
        found = LeftOut(store.objectors(spec_name, revision) if revision else frozenset())
        with self._lock:
            self._known[spec_name, revision] = found
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return found
