"""The work that runs in the background."""

from __future__ import annotations

import gzip
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import threading

BLOCK = 1 << 20  # bytes


# Replace the body with your own work. A loop that looks at `stop` can be ended early;
# use `stop.wait(seconds)` in place of `time.sleep(seconds)`.
def work(path: Path, stop: threading.Event, *, level: int = 6) -> int:
    """Write PATH.gz beside PATH and return its size; leave nothing behind if it fails or stops."""
    target = Path(f"{path}.gz")
    if target.exists():
        raise FileExistsError(f"{target} exists already")
    with path.open("rb") as source, TemporaryDirectory(dir=path.parent) as folder:
        draft = Path(folder, target.name)
        with gzip.open(draft, "wb", level) as packed:
            while block := source.read(BLOCK):
                if stop.is_set():
                    return 0
                packed.write(block)
        draft.rename(target)
    return target.stat().st_size
