"""A program in a pseudo-terminal. pexpect.spawn would fork, which a process with threads (pytest-xdist's) must not."""

from __future__ import annotations

import fcntl
import os
import struct
import subprocess
import sys
import termios
import time
from typing import TYPE_CHECKING

from pexpect.fdpexpect import fdspawn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# What Ctrl-C is sent to is whatever has the terminal for its own.
_LEAD = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
_BEFORE_TYPING = 0.05  # seconds, as with pexpect.spawn: nobody types faster than a prompt can be drawn


class Child(fdspawn):  # type: ignore[misc]  # pexpect has no types
    """Python with these arguments, and all of pexpect to wait for what it prints."""

    exitstatus: int | None = None

    def __init__(
        self,
        *arguments: str,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        size: tuple[int, int] = (24, 80),
        timeout: int = 30,
    ) -> None:
        ours, its = os.openpty()
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        command = [sys.executable, "-c", _LEAD, sys.executable, *arguments]
        self._process = subprocess.Popen(
            command, cwd=cwd, env=env, stdin=its, stdout=its, stderr=its, start_new_session=True
        )
        os.close(its)
        super().__init__(ours, encoding="utf-8", timeout=timeout)

    def send(self, text: str) -> int:
        """Type it."""
        time.sleep(_BEFORE_TYPING)
        written: int = super().send(text)
        return written

    def close(self) -> None:
        """Hang up, and see how it ended: it is killed if it goes on."""
        super().close()
        try:
            self.exitstatus = self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self.exitstatus = self._process.wait()
