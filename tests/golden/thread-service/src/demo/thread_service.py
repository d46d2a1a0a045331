"""A service: one thread that lives as long as the program needs it, fed through a bounded inbox.

    class Greeter(Service[str, str]):
        def handle(self, message: str) -> str:
            return f"hello {message}"

    with Greeter() as greeter:  # leaving the block handles what is queued, then ends the thread
        greeter.send("world")
        answer = greeter.ask("you").result()

What it guarantees:
- All that you override runs in the service's own thread: what only these functions touch needs no
  lock. Make it in setup(), and give it no name with a leading underscore: those belong to Service
  and to Thread. What does not belong to one thread, as a connection of sqlite3 does, may also be
  made in __init__(), after super().__init__().
- start() returns when setup() has succeeded, or raises its error. After a setup() that succeeded,
  teardown() is called, unless the interpreter exits and `exit_timeout` is over before.
- While the inbox is full, send() waits for room: at most `timeout` seconds, then queue.Full.
- A message that was accepted is handled once, in its turn, or stop() returns it. A stop() that was
  forgotten happens as the interpreter exits; the log then names the messages that are lost, those
  of a service that failed or was given up before included. A forked child has no service, and
  send() says so.
- An error is counted and logged, and the work goes on, for ever by default. In a long row each
  takes one line: the log has the traceback of the 1st, 2nd, 4th, 8th … in a row. With
  `max_errors_in_a_row` so many end the service: send() then raises NotRunningError from the last
  of them, and leaving the with block raises that one itself. SystemExit and its like end it at
  once.
- Except that the error of a message goes to whoever asked: counted, but not logged, and neither
  part nor end of a row. A Future from ask() is always answered, if need be with NotRunningError,
  unless it was cancelled: then its message is left out. Its callbacks may raise what they like.

It extends threading.Thread and overrides run(), as a service is state and several functions;
`target` with `args` and `kwargs` suits a single one. It is a daemon, so that a forgotten service
does not keep the program from ending; as daemons are cut off in the middle when it ends, an
atexit hook calls stop() before. A Thread starts once: to start again, make a new service. wait()
stands in for join(), which before Python 3.13 takes a live thread for dead once a Ctrl-C has
interrupted it (gh-90882), and health() for is_alive(). A ThreadPool is not right here: a service
would hold one of its workers for good, and leaving the pool's with block would cut it off without
its teardown().
"""

from __future__ import annotations

import atexit
import logging
import os
import reprlib
import threading
import time
from collections import deque
from concurrent.futures import Future, InvalidStateError
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from queue import Full
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

M = TypeVar("M")  # a message
R = TypeVar("R")  # the reply to it
A = TypeVar("A")
S = TypeVar("S", bound="Service[Any, Any]")
State = Literal["new", "running", "stopping", "stopped", "failed"]
log = logging.getLogger(__name__)


class NotRunningError(RuntimeError):
    """The service takes no messages: not started, stopped, or failed for the attached cause."""


@dataclass(frozen=True)
class Health:
    """What a service is doing at the moment."""

    state: State
    handled: int  # messages that left the inbox, those with errors included
    errors: int
    backlog: int  # messages in the inbox
    busy_for: float  # seconds since it turned to what it is doing, 0 when idle: large when stuck
    last_error: BaseException | None


class Service(threading.Thread, Generic[M, R]):
    """Extend it: override handle(), and setup() and teardown() if you need them."""

    def __init__(
        self,
        *,
        capacity: int = 1000,
        max_errors_in_a_row: int | None = None,
        exit_timeout: float = 10.0,
    ) -> None:
        super().__init__(name=type(self).__name__, daemon=True)
        if capacity < 1:
            raise ValueError("capacity must be at least 1")
        self._capacity = capacity
        self._max_errors_in_a_row = max_errors_in_a_row
        self._exit_timeout = exit_timeout

        # Guards the state and the inbox. Not a Lock: the collector may run while send() holds it,
        # and a __del__ may send; and after a Ctrl-C in Condition.wait(), which may leave without
        # the lock, it must not release that of another thread.
        self._lock = threading.RLock()
        self._wake = threading.Condition(self._lock)  # the service waits for messages
        self._room = threading.Condition(self._lock)  # senders wait for room
        self._state: State = "new"
        self._begun = False  # to start
        self._inbox: deque[tuple[M, Future[R] | None]] = deque()
        self._drain = True  # handle what is in the inbox before the end
        self._process: int | None = None  # the one in which the thread runs
        self._set_up: Future[None] = Future()
        self._finished = threading.Event()

        # Only the service's thread writes these; the reader of a snapshot needs no lock.
        self._handled = self._errors = self._errors_in_a_row = 0
        self._busy_since: float | None = None
        self._last_error: BaseException | None = None

    def setup(self) -> None:
        """Open what the service needs."""

    def handle(self, message: M) -> R:
        """Do the work for one message."""
        raise NotImplementedError

    def teardown(self) -> None:
        """Close what setup() opened."""

    def start(self) -> None:
        """Start the thread; return when setup() has succeeded, or raise its error."""
        with self._lock:
            if self._begun or self._state != "new":
                raise RuntimeError(f"{self.name} can start only once: make a new one")
            self._begun = True  # a second start() during setup() must not end the service
        try:
            super().start()
            self._set_up.result()
        except BaseException:  # setup() failed, or Ctrl-C while it runs, or no thread to be had
            self._set_up.cancel()  # nobody is told of its error any more
            self._close(drain=False)
            if self._process is None:  # run() has not begun, and will do nothing
                self._state = "stopped"
                self._finished.set()
            raise

    def send(self, message: M, timeout: float | None = None) -> None:
        """Queue a message; queue.Full if there is no room within `timeout` seconds."""
        self._put((message, None), timeout)

    def ask(self, message: M, timeout: float | None = None) -> Future[R]:
        """Queue a message like send(); the Future gets what handle() returns or raises.

        Callbacks of the Future run in the service's thread, or in that of a stop() which gives its
        message up: keep them short. In asyncio, await asyncio.wrap_future(service.ask(message, 0)).
        """
        if threading.current_thread() is self:
            raise RuntimeError("a service that waits for its own answer would wait for ever")
        future: Future[R] = Future()
        self._put((message, future), timeout)
        return future

    def _put(self, entry: tuple[M, Future[R] | None], timeout: float | None) -> None:
        if self._process != os.getpid():
            raise NotRunningError(f"{self.name} was not started in this process")
        with self._lock:
            if len(self._inbox) >= self._capacity:
                self._wait_for_room(timeout)
            if self._state != "running":
                raise NotRunningError(f"{self.name} is {self._state}") from self._cause()
            if not self._inbox:  # it may sleep
                self._wake.notify_all()  # before append(), so that Ctrl-C in between does no harm
            self._inbox.append(entry)

    def stop(self, timeout: float | None = None, *, drain: bool = True) -> list[M]:
        """Refuse new messages, handle the queued ones if `drain`, and end the thread.

        Return the messages left unhandled. If the service is still busy after `timeout` seconds,
        raise TimeoutError; what was queued is given up, and the next stop() returns it. Any thread
        may call stop(), as often as it likes; a call from handle() returns before the end.
        """
        if self._process != os.getpid():
            return []
        self._close(drain=drain)
        if threading.current_thread() is self:
            return []
        if not self._finished.wait(timeout):
            self._close(drain=False)
            raise TimeoutError(
                f"{self.name} is still busy after {timeout} s, {len(self._inbox)} messages are left"
            )
        atexit.unregister(self._at_exit)
        with self._lock:
            left = [message for message, _ in self._inbox]
            self._inbox.clear()
        return left

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end, or for `timeout` seconds; True if the service has ended."""
        return self._is_elsewhere() or self._finished.wait(timeout)

    def health(self) -> Health:
        """Return a snapshot; it never waits."""
        since = self._busy_since
        return Health(
            state="stopped" if self._is_elsewhere() else self._state,
            handled=self._handled,
            errors=self._errors,
            backlog=len(self._inbox),
            busy_for=0.0 if since is None else time.monotonic() - since,
            last_error=self._last_error,
        )

    def __enter__(self: S) -> S:  # noqa: PYI019 - typing.Self came with Python 3.11
        self.start()
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        """Stop; after an error in the block without handling what is queued."""
        self._log_left(self.stop(drain=error is None))
        if error is None and (cause := self._cause()) is not None:
            raise cause

    def run(self) -> None:
        """Live from setup() to teardown(); start() has the new thread call this."""
        if threading.current_thread() is not self:
            raise RuntimeError("call start(): run() would do the work in the calling thread")
        with self._lock:
            if self._state != "new":  # start() was interrupted
                return
            self._process = os.getpid()
        self._busy_since = time.monotonic()
        atexit.register(self._at_exit)
        failure: BaseException | None = None
        try:
            self.setup()
            with self._lock:
                if self._state == "new":
                    self._state = "running"
            if self._set_up.set_running_or_notify_cancel():
                self._set_up.set_result(None)
            try:
                self._loop()
            except BaseException as error:
                self._last_error = error
                self._close("failed", drain=False)  # before teardown(), which may take its time
                raise
            finally:
                self._busy_since = time.monotonic()
                self.teardown()
        except BaseException as error:  # noqa: BLE001 - also what start() or __exit__() raises
            failure = self._last_error = error
        self._close("stopped" if failure is None else "failed", drain=False)
        for _, future in self._inbox:
            if future is not None and future.cancelled():
                future.set_running_or_notify_cancel()  # for concurrent.futures.wait()
        self._busy_since = None
        if not self._inbox:  # else the messages are lost unless somebody calls stop()
            atexit.unregister(self._at_exit)
        awaited = not self._set_up.done() and self._set_up.set_running_or_notify_cancel()
        if failure is not None and not awaited:
            left = len(self._inbox)
            text = "%s failed, %d messages are left"
            _log(logging.CRITICAL, text, self.name, left, exc_info=failure)
        self._finished.set()
        if awaited:
            self._set_up.set_exception(failure)

    def _loop(self) -> None:
        while True:
            with self._lock:
                while not (self._inbox and self._drain):
                    if self._state != "running":
                        return
                    self._busy_since = None
                    self._room.notify_all()  # a Ctrl-C may have ended the one whose turn it was
                    self._wake.wait()
                entry = self._inbox.popleft()
                self._room.notify()
            self._busy_since = time.monotonic()
            self._handled += 1
            self._reply(entry)
            del entry  # it must not live on while the service is idle

    def _reply(self, entry: tuple[M, Future[R] | None]) -> None:
        message, future = entry
        if future is None:
            self._attempt(self.handle, message)
        elif future.set_running_or_notify_cancel():
            try:
                reply = self.handle(message)
            except BaseException as error:
                if isinstance(error, Exception):
                    self._errors += 1
                    self._last_error = error
                self._answer(future.set_exception, error)
                if not isinstance(error, Exception):
                    raise
            else:
                self._errors_in_a_row = 0
                self._answer(future.set_result, reply)

    def _answer(self, settle: Callable[[A], None], answer: A) -> None:
        try:
            settle(answer)
        except InvalidStateError:
            pass  # cancelled, or answered by another stop()
        except BaseException as error:  # of a callback: a Future logs no more than its Exceptions
            if threading.current_thread() is threading.main_thread():
                raise  # it may also be Ctrl-C
            _log(logging.ERROR, "%s: a callback failed", self.name, exc_info=error)

    def _attempt(self, action: Callable[..., object], *args: object) -> None:
        try:
            action(*args)
        except Exception as error:
            self._last_error = error
            self._errors += 1
            self._errors_in_a_row += 1
            if self._errors_in_a_row == self._max_errors_in_a_row:
                raise  # which run() logs
            row = self._errors_in_a_row
            shown = error if row.bit_count() == 1 else None  # the 1st, 2nd, 4th …: a power of two
            _log(logging.ERROR, "%s: error %d in a row: %r", self.name, row, error, exc_info=shown)
        else:
            self._errors_in_a_row = 0

    def _close(self, state: State = "stopping", *, drain: bool) -> None:
        """Refuse new messages and, unless `drain`, give up those in the inbox."""
        with self._lock:
            if self._state not in ("stopped", "failed"):
                self._state = state
            self._drain = self._drain and drain
            self._wake.notify_all()
            self._room.notify_all()
            given_up = [] if self._drain else [future for _, future in self._inbox if future]
        with ExitStack() as stack:  # whatever a callback raises, the others need an answer
            for future in reversed(given_up):
                error = NotRunningError(f"{self.name} stopped before this")
                stack.callback(self._answer, future.set_exception, error)

    def _at_exit(self) -> None:
        try:
            left = self.stop(self._exit_timeout)
        except TimeoutError as error:
            _log(logging.ERROR, "cut off at exit: %s", error)
            left = [message for message, _ in self._inbox]
        self._log_left(left)

    def _log_left(self, left: list[M]) -> None:
        if left:
            few = reprlib.repr(left)  # the beginning of the first ones
            _log(logging.ERROR, "%s left %d messages unhandled: %s", self.name, len(left), few)

    def _wait_for_room(self, timeout: float | None) -> None:
        def room() -> bool:
            return len(self._inbox) < self._capacity or self._state != "running"

        if threading.current_thread() is self:  # nobody else could make room
            timeout = 0
        if not self._room.wait_for(room, timeout):
            raise Full

    def _cause(self) -> BaseException | None:
        return self._last_error if self._state == "failed" else None

    def _is_elsewhere(self) -> bool:
        return self._process not in (None, os.getpid())  # fork() took no thread along


def _log(level: int, text: str, *arguments: object, exc_info: BaseException | None = None) -> None:
    with suppress(Exception):  # of the application's filters and handlers: the work goes on
        log.log(level, text, *arguments, exc_info=exc_info)
