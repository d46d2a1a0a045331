"""What the commands of a trusted template print, shown while they run."""

from __future__ import annotations

import codecs
import re
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import BinaryIO

_INTERVAL = 0.1  # seconds between two looks
_CHUNK = 1 << 16  # bytes
_LONGEST_LINE = 10_000  # characters; the rest of a longer one is shown as another
_ENDS = re.compile(r"\r\n|\r|\n")  # a program that draws its progress ends its lines with \r


@contextmanager
def shown(file: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Hand over every line that is written to `file` meanwhile, by a look now and then: who writes may outlive us.

    Args:
        file: Is there already.
        say: Takes a line, which may hold anything.
    """
    ended = threading.Event()
    with file.open("rb") as stream:
        lines = _Lines(stream, say)
        thread = threading.Thread(target=_follow, args=(lines, ended), daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            lines.read()
            lines.end()


def _follow(lines: _Lines, ended: threading.Event) -> None:
    while not ended.wait(_INTERVAL):
        lines.read()


class _Lines:
    """A file that grows, as lines."""

    def __init__(self, stream: BinaryIO, say: Callable[[str], None]) -> None:
        self._stream, self._say = stream, say
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    def read(self) -> None:
        """Hand over the lines that are whole."""
        while chunk := self._stream.read(_CHUNK):
            text = self._rest + self._decoder.decode(chunk)
            held = "\r" if text.endswith("\r") else ""  # perhaps the first half of an end
            *whole, self._rest = _ENDS.split(text.removesuffix(held))
            self._rest += held
            for line in whole:
                self._say(line)
            while len(self._rest) > _LONGEST_LINE:
                self._say(self._rest[:_LONGEST_LINE])
                self._rest = self._rest[_LONGEST_LINE:]

    def end(self) -> None:
        """Hand over what has no end of a line."""
        if rest := self._rest.removesuffix("\r"):
            self._say(rest)
