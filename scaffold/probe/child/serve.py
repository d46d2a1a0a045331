"""The pipes: a request comes in, what is known goes out as lines of JSON; the function has streams of its own.

Every line says what is done next, within how many seconds the next line is due, and the result so far: whoever reads
can end this process at any moment. It ends by itself where nobody is left at the other end.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from typing import IO, TYPE_CHECKING, Any

from .crews import Hung, Worker
from .session import Session
from .target import Refused, check, find, read_items

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Pipes:
    """The pipes to whoever started this process."""

    def __init__(self) -> None:
        """Take them from the function, which finds empty streams in their place."""
        self._incoming: IO[str] = os.fdopen(os.dup(0), encoding="utf-8")
        self._outgoing: IO[str] = os.fdopen(os.dup(1), "w", encoding="utf-8")
        for number, mode in ((0, os.O_RDONLY), (1, os.O_WRONLY), (2, os.O_WRONLY)):
            nowhere = os.open(os.devnull, mode)
            os.dup2(nowhere, number)
            os.close(nowhere)
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self._incoming:
            self._lines.put(line)
        os._exit(1)  # nobody is left, whatever the function is doing

    def next(self) -> dict[str, Any]:
        """The next line that came in."""
        line: dict[str, Any] = json.loads(self._lines.get())
        return line

    def tell(self, line: Mapping[str, object]) -> None:
        """Send a line."""
        try:
            self._outgoing.write(json.dumps(line) + "\n")
            self._outgoing.flush()
        except (OSError, ValueError):
            os._exit(1)


def main() -> None:
    """Serve the request that comes in first; ends the process, whatever threads still run."""
    pipes = _Pipes()
    request = pipes.next()
    sys.path.insert(0, request["cwd"])
    if request["role"] == "worker":
        _be_worker(pipes, request)
    else:
        _be_session(pipes, request)
    os._exit(0)


def _be_session(pipes: _Pipes, request: Mapping[str, Any]) -> None:
    try:
        function, items = find(request["target"]), read_items(request["items"])
        session = Session(request, check(function, items), items, pipes.tell)
        try:
            session.run()
            session.report("done")
        except Hung:
            session.report("hung")
    except Refused as error:
        pipes.tell({"event": "refused", "error": str(error), "usage": error.is_usage})


def _be_worker(pipes: _Pipes, request: Mapping[str, Any]) -> None:
    try:
        worker = Worker(request)
    except Refused as error:
        pipes.tell({"refused": f"a worker process cannot begin: {error}"})
        return
    while True:
        pipes.tell(worker.work(pipes.next()))
