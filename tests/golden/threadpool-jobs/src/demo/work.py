"""The work itself: edit this file first."""

from __future__ import annotations

import hashlib
import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


# Replace these functions with your own work, and name them in TASKS below.


def count_words(path: Path) -> int:
    """Return the number of words in a file."""
    return len(path.read_bytes().split())


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def compressed_size(path: Path) -> int:
    """Return the number of bytes that a file takes when compressed."""
    return len(zlib.compress(path.read_bytes()))


# What `python -m demo` runs on each of its arguments.
TASKS: Final[dict[str, Callable[[Path], object]]] = {
    "words": count_words,
    "sha256": digest,
    "compressed": compressed_size,
}
