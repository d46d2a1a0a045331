"""What is on the screen of a program in a pseudo-terminal, not what was sent to it."""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING

import pexpect
import pyte
from harness import ROOT
from terminal import Child

if TYPE_CHECKING:
    from pathlib import Path

ENTER, ESC, UP, DOWN, LEFT, END, CTRL_C, CTRL_D = "\r", "\x1b", "\x1b[A", "\x1b[B", "\x1b[D", "\x1b[F", "\x03", "\x04"
_SECONDS = 60
PAGE_DOWN = "\x1b[6~"
_QUIET = 0.3  # seconds without output, after which a page is drawn


class Screen:
    """`scaffold` on a screen of so many columns and lines."""

    def __init__(self, where: Path, *words: str, size: tuple[int, int] = (100, 30), **environment: str) -> None:
        columns, lines = size
        env = os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color"} | environment
        self._child = Child("-m", "scaffold", *words, cwd=where, env=env, size=(lines, columns))
        self._model = pyte.Screen(columns, lines)
        self._stream = pyte.Stream(self._model)
        self.sent = ""
        self.ended = False

    @property
    def lines(self) -> list[str]:
        """The lines with something on them."""
        return [line.rstrip() for line in self._model.display if line.strip()]

    @property
    def text(self) -> str:
        """The same as text."""
        return "\n".join(self.lines)

    def shows(self, text: str) -> None:
        """Wait until a text is on the screen, wherever lines are broken, and the page is whole."""
        wanted = "".join(text.split())
        ends = time.monotonic() + _SECONDS
        while wanted not in "".join(self.text.split()):
            assert not self.ended, f"it ended without {text!r}:\n{self.text}"
            assert time.monotonic() < ends, f"no {text!r} on\n{self.text}"
            self._read(0.1)
        while self._read(_QUIET):
            pass

    def answers(self, *steps: tuple[str, str]) -> None:
        """Wait for each text, then type the keys."""
        for text, keys in steps:
            self.shows(text)
            self.types(keys)

    def types(self, keys: str) -> None:
        """Type them at once."""
        self._child.send(keys)

    def ends(self) -> int:
        """Wait for the end; the exit code."""
        ends = time.monotonic() + _SECONDS
        while not self.ended:
            assert time.monotonic() < ends, f"it goes on:\n{self.text}"
            self._read(0.1)
        self.close()
        assert self._child.exitstatus is not None
        return self._child.exitstatus

    def close(self) -> None:
        """Hang up."""
        self._child.close()

    def printed(self) -> str:
        """All that was sent, as text."""
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.sent).replace("\r", "")

    def goes_on(self) -> list[str]:
        """The words of the command that goes on, which was printed."""
        import shlex

        return shlex.split(self.printed().partition("To go on from here:\n")[2])[1:]

    def _read(self, seconds: float) -> bool:
        try:
            read = self._child.read_nonblocking(65_536, seconds)
        except pexpect.TIMEOUT:
            return False
        except (pexpect.EOF, OSError):
            self.ended = True
            return False
        self.sent += read
        self._stream.feed(read)
        return True
