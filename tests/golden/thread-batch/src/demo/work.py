"""The work of one thread of the batch."""

from __future__ import annotations

import gzip
from pathlib import Path
from tempfile import TemporaryDirectory

from demo.thread_batch import BatchThread

BLOCK = 1 << 20  # bytes


# Replace the arguments and the body of work() with your own. A loop that looks at `self.stopping`
# can be ended early; use `self.stopping.wait(seconds)` in place of `time.sleep(seconds)`.
class Work(BatchThread):
    """Compress one file: write PATH.gz beside PATH."""

    def __init__(self, path: Path) -> None:
        super().__init__(name=str(path))
        self.path = path

    def work(self) -> None:
        """If it fails or is stopped, leave nothing behind."""
        target = Path(f"{self.path}.gz")
        if target.exists():
            raise FileExistsError(f"{target} exists already")
        with self.path.open("rb") as source, TemporaryDirectory(dir=target.parent) as folder:
            draft = Path(folder, target.name)
            with gzip.open(draft, "wb") as packed:
                while block := source.read(BLOCK):
                    if self.stopping.is_set():
                        return
                    packed.write(block)
            draft.rename(target)
