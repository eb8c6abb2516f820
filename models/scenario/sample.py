"""A sample of the customers for the browser: drawn evenly along the scores, packed as one run of bytes."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt

from models.scenario.base import Array, Base
from models.scenario.moving import moves_price

ROWS = 20_000
_ALIGNED = 8


def draw(base: Base, rows: int = ROWS) -> npt.NDArray[np.intp]:
    """Choose customers evenly along the scores, so that every height of score has its share.

    Returns
    -------
    array of shape (min(rows, n),)
        Places of customers, lowest score first; neighbours in it are neighbours in score.
    """
    order = np.argsort(base.log_odds, kind="stable")
    wanted = min(rows, base.rows)
    return order[((np.arange(wanted) + 0.5) * base.rows / max(wanted, 1)).astype(np.intp)]


def pack(base: Base, places: npt.NDArray[np.intp], more: dict[str, Any]) -> bytes:
    """Pack the columns of some customers for ``assets/scenario.js``.

    A header in JSON (its length in front, four bytes, little-endian), then the arrays, each at a multiple of
    eight bytes. Keys of customers are not among them.

    Parameters
    ----------
    more : dict
        Plain JSON that the header holds besides.
    """
    arrays = _columns(base, places)
    layout, offset = [], 0
    for name, array in arrays.items():
        layout.append({"name": name, "type": array.dtype.str[1:], "offset": offset, "rows": len(array)})
        offset += -(-array.nbytes // _ALIGNED) * _ALIGNED
    header = {**more, **_header(base, len(places)), "arrays": layout}
    text = json.dumps(header, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    text += b" " * (-(len(text) + 4) % _ALIGNED)
    packed = [len(text).to_bytes(4, "little"), text]
    for array in arrays.values():
        packed += [array.tobytes(), bytes(-array.nbytes % _ALIGNED)]
    return b"".join(packed)


def _columns(base: Base, places: npt.NDArray[np.intp]) -> dict[str, Array]:
    names = [name for name in base.arrays if name.split(":")[0] in ("codes", "bins", "values")]
    arrays = {name: base.arrays[name][places] for name in [*names, "log_odds", "place", "rank"]}
    # little-endian, as every browser reads them
    return {
        name: np.ascontiguousarray(one, dtype=one.dtype.newbyteorder("<")) for name, one in arrays.items()
    }


def _header(base: Base, sampled: int) -> dict[str, Any]:
    spec = base.spec
    return {
        "rows": sampled,
        "customers": base.rows,
        "levels": base.levels,
        "features": {
            feature.column: {
                "kind": str(feature.kind),
                "minimum": feature.minimum,
                "maximum": feature.maximum,
                # what a lower price costs is in the revenue
                "cost": None if moves_price(spec, feature.column) else feature.cost,
            }
            for feature in spec.features
        },
        "derived": [[one.column, one.tree] for one in spec.derived],
        "rules": [rule.model_dump(mode="json", include={"when", "then"}) for rule in spec.rules],
        "revenue": spec.revenue,
        "value": spec.value,
        "months": base.value_months,
    }
