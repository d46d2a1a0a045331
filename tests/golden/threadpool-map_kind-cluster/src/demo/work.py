"""Your work: replace `work` by your own function. tests/test_work.py goes with it."""

from pathlib import Path


def work(path: str) -> str:
    """Return a line with the words, the different words and the name of a text file."""
    # It runs in a process of the cluster, so what it takes and returns is pickled, and it shares no
    # variables with the program or with other calls. What it raises is one failed item. It may run
    # again when its worker dies, and a path must mean the same file there.
    words = Path(path).read_text(encoding="utf-8", errors="replace").lower().split()
    return f"{len(words):>10} {len(set(words)):>10} {path}"
