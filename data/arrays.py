"""Arrays on disk that several processes share: written whole once, opened by mapping them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.warehouse.durable import write_folder

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_META = "meta.json"


@dataclass(frozen=True)
class Arrays:
    """A folder that holds one sub-folder a set of arrays; everything in it can be made again."""

    folder: Path

    def put(self, name: str, meta: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        """Keep a set under a name (letters, digits, ``-``); one that is there already stays.

        Parameters
        ----------
        meta : mapping
            Plain JSON.
        """
        import numpy as np

        def fill(aside: Path) -> None:
            names = {key: f"{place}.npy" for place, key in enumerate(arrays)}
            for key, file in names.items():
                np.save(aside / file, arrays[key], allow_pickle=False)
            sizes = {key: (aside / file).stat().st_size for key, file in names.items()}
            plain = {"meta": dict(meta), "files": names, "sizes": sizes}
            (aside / _META).write_text(json.dumps(plain), encoding="utf-8")

        write_folder(self.folder / name, fill)

    def open(self, name: str) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]] | None:
        """Give meta and arrays, mapped and read-only; None where they are not there or not whole."""
        import numpy as np

        place = self.folder / name
        try:
            plain = json.loads((place / _META).read_text(encoding="utf-8"))
            arrays: dict[str, np.ndarray[Any, Any]] = {}
            for key, file in plain["files"].items():
                if (place / file).stat().st_size != plain["sizes"][key]:
                    return None
                # an array without rows cannot be mapped
                arrays[key] = np.load(place / file, mmap_mode="r", allow_pickle=False)
            return plain["meta"], arrays
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def drop(self, name: str) -> None:
        """Throw a set away, as one that is damaged; who has it open keeps it."""
        shutil.rmtree(self.folder / name, ignore_errors=True)

    def made(self, name: str) -> float:
        """Say when a set was made, in seconds since 1970; 0 where it is not there any more."""
        try:
            return (self.folder / name / _META).stat().st_mtime
        except OSError:
            return 0.0

    def names(self) -> list[str]:
        """Name the sets that there are."""
        return sorted(path.parent.name for path in self.folder.glob(f"*/{_META}"))
