"""Your work: replace `work` by your own function. tests/test_work.py goes with it."""

from __future__ import annotations

import gzip
from pathlib import Path
from tempfile import TemporaryDirectory

from demo.thread_task import stopping


def work(path: str) -> str:
    """Write PATH.gz beside a file."""
    # A loop that looks at `stopping()` can be ended early; use `stopping().wait(seconds)` in place
    # of `time.sleep(seconds)`.
    target = Path(f"{path}.gz")
    if target.exists():
        raise FileExistsError(f"{target} exists already")
    with Path(path).open("rb") as source, TemporaryDirectory(dir=target.parent) as folder:
        draft = Path(folder, target.name)
        with gzip.open(draft, "wb") as packed:
            while block := source.read(1 << 20):
                if stopping().is_set():
                    return "stopped"
                packed.write(block)
        draft.rename(target)
    return f"{target}: {target.stat().st_size:,} bytes"
