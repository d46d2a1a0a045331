"""A second fence around a rendering, should a template get out of Jinja's sandbox: Python's own audit events.

No process, no network, no reading outside the workplace and Python's own files, no writing outside the workplace. It is
no sandbox against machine code; it stops what Python code does in the usual ways.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_FORBIDDEN = (
    "_winapi.Create",
    "ctypes.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.startfile",
    "os.system",
    "os.kill",
    "pty.",
    "socket.",
    "subprocess.",
    "winreg.",
)
_CHANGING = {
    # event: which of its arguments are paths that change
    "os.chmod": (0,),
    "os.chown": (0,),
    "os.link": (0, 1),
    "os.mkdir": (0,),
    "os.remove": (0,),
    "os.rename": (0, 1),
    "os.rmdir": (0,),
    "os.symlink": (1,),
    "os.truncate": (0,),
    "os.utime": (0,),
}
_LISTING = ("os.listdir", "os.scandir")


class Blocked(BaseException):
    """Something that no template may do. No `except Exception` on the way holds it up."""


class Guard:
    """What is allowed from `stand()` on, until the process ends."""

    def __init__(self, workplace: Path, *, files: int, total_size: int) -> None:
        """Keep to `workplace`.

        Args:
            workplace: The folder in which everything may be done.
            files: How many files may be opened for writing.
            total_size: How many bytes they may hold; it is looked at whenever the next one is opened.
        """
        self._workplace = os.path.realpath(workplace)
        self._files, self._bytes = files, total_size
        self._last: str | None = None
        packages = {place for place in sys.path if Path(place).name in ("site-packages", "dist-packages")}
        python = {sys.prefix, sys.base_prefix, sys.exec_prefix, str(Path(__file__).parent.parent), *packages}
        self._readable = tuple(os.path.realpath(place) for place in python)

    def stand(self) -> None:
        """It cannot be taken away again: that is what audit hooks are."""
        sys.addaudithook(self._check)

    def _check(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            self._check_open(*arguments)
        elif event in _CHANGING:
            for index in _CHANGING[event]:
                self._check_path(event, arguments[index], writing=True)
        elif event in _LISTING:
            self._check_path(event, arguments[0], writing=False)
        elif event.startswith(_FORBIDDEN):
            raise Blocked(f"it tried to do what no template may ({event})")

    def _check_open(self, path: Any, mode: str | None, flags: int) -> None:  # noqa: ANN401  # path, number or bytes
        writing = bool(flags & _WRITING) if mode is None else any(letter in mode for letter in "wax+")
        self._check_path("open", path, writing=writing)
        if writing and not isinstance(path, int):
            self._count(os.fsdecode(path))

    def _check_path(self, event: str, path: Any, *, writing: bool) -> None:  # noqa: ANN401  # as above
        if isinstance(path, int) or path is None:
            return
        real = os.path.realpath(os.fsdecode(path))
        allowed = (self._workplace,) if writing else (self._workplace, *self._readable)
        if real != os.devnull and not any(real == place or real.startswith(place + os.sep) for place in allowed):
            raise Blocked(f"it tried to touch {real} ({event})")

    def _count(self, path: str) -> None:
        self._files -= 1
        with suppress(OSError):
            self._bytes -= Path(self._last).stat().st_size if self._last else 0
        self._last = path
        if self._files < 0 or self._bytes < 0:
            raise Blocked("it writes more files, or more into them, than is allowed")
