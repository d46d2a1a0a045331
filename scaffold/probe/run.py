"""The parent: starts the child in the user's interpreter, keeps its deadlines, and ends it whatever happens."""

from __future__ import annotations

import collections
import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from scaffold.errors import Cancelled, Refused, UsageError, shown_path
from scaffold.probe.result import Result, result_of, with_doubt
from scaffold.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Line = dict[str, Any]

_CHILD = Path(__file__).parent / "child" / "__main__.py"
_GRACE = 2.0  # seconds beyond a deadline, for the child to keep it by itself
_GLANCE = 0.25  # seconds between looks at the clock, within which Ctrl-C is noticed on every system


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to measure, and what it may cost."""

    target: str
    """path/to/file.py:function or package.module:function."""
    items: str | None
    """A file or module:name with what the function takes; None where it takes nothing."""
    repeat: bool
    budget: float
    """Seconds, from the first call on."""
    max_workers: int
    max_calls: int
    call_timeout: float
    """Seconds; also for the import."""


@dataclass(frozen=True)
class Outcome:
    """What is known, and why not more, where the measurement did not reach its end."""

    result: Result
    cut_off: str = ""
    is_cancelled: bool = False


def interpreter(given: str | None) -> str:
    """The Python that runs the user's code: the given one, or that of the active environment, or this one.

    Raises:
        UsageError: The given one is not there.
    """
    if given is not None:
        found = shutil.which(given)
        if found is None:
            raise UsageError(f"--python {one_line(ascii(given))}:", "there is no such program")
        return found
    for home in (os.environ.get("VIRTUAL_ENV"), os.environ.get("CONDA_PREFIX"), ".venv"):
        for name in ("bin/python", "Scripts/python.exe", "python.exe"):
            if home and (Path(home) / name).is_file():
                return str((Path(home) / name).absolute())
    return sys.executable


def measure(request: Request, python: str, on_step: Callable[[str], None]) -> Outcome:
    """Run the measurement.

    Args:
        request: What to measure.
        python: The interpreter that calls it.
        on_step: Is told what is measured next.

    Raises:
        Refused: It could not begin, or nothing became known.
        Cancelled: By Ctrl-C, before anything became known.
        UsageError: What the request names is not there.
    """
    child = _Child(python, {**asdict(request), "role": "session", "cwd": str(Path.cwd())})
    known: Line = {}
    cut_off, is_cancelled = "", False
    try:
        cut_off = _followed(child, request, known, on_step)
    except KeyboardInterrupt:
        cut_off, is_cancelled = "stopped by Ctrl-C", True
    finally:
        child.end()
    if not known.get("levels"):
        if is_cancelled:
            raise Cancelled
        raise Refused(f"{one_line(request.target, 100)}:", cut_off)
    document = {**known, "target": request.target, "date": f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC"}
    return Outcome(result_of(with_doubt(document, cut_off) if cut_off else document), cut_off, is_cancelled)


def _followed(child: _Child, request: Request, known: Line, on_step: Callable[[str], None]) -> str:
    """Read the child's lines to the end, and keep in `known` what it knows; why it was cut off, or nothing."""
    patience = request.call_timeout + _GRACE
    due, ends, last = time.monotonic() + patience, float("inf"), ""
    while True:
        line = child.line(min(due, ends))
        if line is None:
            return _late(request, has_begun=bool(last), has_calls=bool(known.get("levels")), is_up=ends <= due)
        if not line:
            return "" if last == "done" else _died(child, has_begun=bool(last))
        if line["event"] == "refused":
            raise (UsageError if line["usage"] else Refused)(f"{one_line(request.target, 100)}:", line["error"])
        if not last:
            ends = time.monotonic() + request.budget + _GRACE
        last, due = line["event"], time.monotonic() + line["next_within"] + patience
        known.update(line["result"])
        if last == "hung":
            return f"a call did not return within --call-timeout {request.call_timeout:g} s"
        on_step(last)


def _late(request: Request, *, has_begun: bool, has_calls: bool, is_up: bool) -> str:
    if not has_begun:
        return f"its import did not end within {request.call_timeout:g} s: give it more by --call-timeout"
    if not has_calls:
        seconds = request.budget if is_up else request.call_timeout
        return f"the first call did not return within {seconds:g} s: give it more by --budget and --call-timeout"
    if is_up:
        return f"the time of --budget {request.budget:g} s was up"
    return f"a call did not return within --call-timeout {request.call_timeout:g} s, and let nothing else run"


def _died(child: _Child, *, has_begun: bool) -> str:
    code = child.end()
    how = f"exit code {code}"
    if code < 0:
        try:
            how = signal.Signals(-code).name
        except ValueError:
            how = f"signal {-code}"
    said = f": {child.said}" if child.said else ""
    return f"a call ended the interpreter ({how})" if has_begun else f"the interpreter ended ({how}){said}"


class _Child:
    """The process that measures, in a session of its own: what it starts can be ended with it."""

    def __init__(self, python: str, request: Mapping[str, object]) -> None:
        try:
            self._process = subprocess.Popen(
                [python, str(_CHILD)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            raise UsageError(f"--python {shown_path(Path(python))}:", error.strerror or str(error)) from error
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._said: collections.deque[bytes] = collections.deque(maxlen=1)
        self._readers = [
            threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True),
            threading.Thread(target=self._said.extend, args=(self._process.stderr,), daemon=True),
        ]
        for reader in self._readers:
            reader.start()
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:  # it has ended, and its output says so
            return

    def _listen(self, pipe: IO[bytes]) -> None:
        for line in pipe:
            self._lines.put(line)
        self._lines.put(b"")

    def line(self, deadline: float) -> Line | None:
        """The next line; empty, where the child has ended; None, where it is late."""
        while True:
            left = deadline - time.monotonic()
            try:
                raw = self._lines.get(timeout=max(0.0, min(left, _GLANCE)))
            except queue.Empty:
                if left <= 0:
                    return None
                continue
            line: Line = json.loads(raw) if raw else {}
            return line

    @property
    def said(self) -> str:
        """The last line of its stderr, which it has only until it begins."""
        return one_line(b"".join(self._said).decode(errors="replace"))

    def end(self) -> int:
        """End it, and all that it started; its exit code, where it had ended by itself."""
        try:
            code = self._process.wait(timeout=0.1)
        except subprocess.TimeoutExpired:
            code = 0
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):  # none is left
                os.killpg(self._process.pid, signal.SIGKILL)
        else:
            self._process.kill()
        self._process.wait()
        for reader in self._readers:
            reader.join(1)
        if not any(reader.is_alive() for reader in self._readers):  # else something that got away holds a pipe open
            for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
                with contextlib.suppress(OSError, AttributeError):
                    pipe.close()  # type: ignore[union-attr]
        return code
