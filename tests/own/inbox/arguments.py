# run: appended.txt
# stdin: a\nb
# out: Line(path='appended.txt', number=2)
# code: 0
from __future__ import annotations

from typing import NamedTuple

from demo.thread_service import Service


class Line(NamedTuple):
    path: str
    number: int


class Work(Service[str, "Line | None"]):
    """Append lines to a file."""

    def __init__(self, path: str, mode: str = "a", *, encoding: str = "utf-8") -> None:
        super().__init__(max_errors_in_a_row=None)
        self.path, self.mode, self.encoding = path, mode, encoding
        self.written = 0

    def setup(self) -> None:
        self.file = open(self.path, self.mode, encoding=self.encoding)

    def teardown(self) -> None:
        self.file.close()

    def handle(self, message: str) -> Line | None:
        self.file.write(message + "\n")
        self.written += 1
        return Line(self.path, self.written) if self.written % 2 == 0 else None
