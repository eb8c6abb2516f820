"""Opening a file: a regular one of allowed size, never a pipe or a device."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import IO

from data.cells import shown
from data.files.table import FileError, Limits


def open_file(path: Path, limits: Limits) -> IO[bytes]:
    """Open a regular file of allowed size, never waiting on a pipe or a device."""
    name = shown(path, 200)
    try:
        kind = os.stat(path).st_mode
        file = path.open("rb") if stat.S_ISREG(kind) else None
    except FileNotFoundError as fault:
        raise FileError(f"There is no file {name}. Check the path; it is read from {Path.cwd()}.") from fault
    except PermissionError as fault:
        raise FileError(
            f"{name} may not be read by this user. Change its permissions (chmod u+r)."
        ) from fault
    except (OSError, ValueError) as fault:
        raise FileError(f"{name} cannot be opened: {shown(fault, 200)}. Give the path of a file.") from fault
    if file is None:
        what = "a folder" if stat.S_ISDIR(kind) else "a device or a pipe"
        raise FileError(f"{name} is {what}, not a file. Give the path of one CSV or Parquet file.")
    size = os.fstat(file.fileno()).st_size
    fault_text = None
    if size == 0:
        fault_text = f"{name} is empty. Export the table again; it needs a header and rows."
    elif size > limits.file_mb * 1_000_000:
        fault_text = (
            f"{name} has {size / 1e6:,.0f} MB, the limit is {limits.file_mb:,} MB. "
            "Split it, give Parquet, or raise KEEPSIGHT_FILE_LIMIT_MB."
        )
    if fault_text:
        file.close()
        raise FileError(fault_text)
    return file
