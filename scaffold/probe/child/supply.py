"""Arguments for the calls: each item once unless repeated, and no more calls than are allowed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

CALLS_RAN_OUT = "the calls allowed were used up: --max-calls raises their number"
ITEMS_RAN_OUT = "the items ran out: give more of them, or --repeat"


class Supply:
    """Hands out arguments to whoever works, from any thread."""

    def __init__(self, items: Sequence[Any] | None, *, repeat: bool, most: int, first: int = 0) -> None:
        """Begin.

        Args:
            items: What the function takes, one a call; None where it takes nothing.
            repeat: Whether to begin again when they are used up.
            most: How many calls are allowed.
            first: The number of the first item to use.
        """
        self._items, self._lock, self._next = items, threading.Lock(), first
        once = items is not None and not repeat
        self._end = min(first + most, len(items)) if once and items is not None else first + most
        self.why_out = ITEMS_RAN_OUT if once and self._end < first + most else CALLS_RAN_OUT

    @property
    def left(self) -> int:
        """How many calls can still be made."""
        return max(0, self._end - self._next)

    def take(self, count: int) -> Sequence[tuple[Any, ...]]:
        """Arguments for as many calls, or for as many as are left."""
        first, got = self.reserve(count)
        if self._items is None:
            return ((),) * got
        return [(self._items[number % len(self._items)],) for number in range(first, first + got)]

    def reserve(self, count: int) -> tuple[int, int]:
        """Calls that another process makes: the number of the first item, and how many."""
        with self._lock:
            first, got = self._next, min(count, self.left)
            self._next += got
        return first, got
