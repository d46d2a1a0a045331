# run: 3
# out: Left(number=2) | Left(number=1)
# code: 0
from __future__ import annotations

from typing import NamedTuple

from demo.thread_service import Service


class Left(NamedTuple):
    number: int


class Work(Service["Left | None"]):
    """Count down."""

    def __init__(self, number: str, *, interval: float = 0.001) -> None:
        super().__init__(interval=interval)
        self.number = int(number)

    def tick(self) -> Left | None:
        self.number -= 1
        if self.number > 0:
            return Left(self.number)
        self.stop()
        return None
