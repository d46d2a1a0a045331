"""Random schedules of one design, by seed, under a watchdog; used by the programs beside this module.

`SCAFFOLD_STRESS` is the number of schedules, `SCAFFOLD_STRESS_SEED` the seed of the first: 1 and the seed that a
failure printed run that schedule again, with the same plan. Threads are not deterministic, so repeat it. For that
reason this is no Hypothesis either: an example that fails once in ten runs cannot be shrunk.
"""

from __future__ import annotations

import atexit
import faulthandler
import gc
import json
import logging
import os
import random
import signal
import subprocess
import sys
import sysconfig
import threading
import time
import traceback
import warnings
from collections import Counter
from concurrent.futures import CancelledError
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

LIMIT = 60  # seconds for one schedule: only a hang takes this long
Events = Counter[str]


class Boom(BaseException):
    """Neither an Exception nor one of those that end a program."""


ERRORS = (ValueError, SystemExit, KeyboardInterrupt, Boom, GeneratorExit, StopIteration, CancelledError, TimeoutError)


class Moment(NamedTuple):
    """What takes a process of its own: run(n) there, with what its exit code and lines in any order have to be."""

    run: Callable[[int], object]
    code: int
    lines: Callable[[int], Sequence[object]]


class Log(logging.Handler):
    """Keeps the errors that were logged."""

    def __init__(self) -> None:
        super().__init__()
        self.errors: list[BaseException | None] = []
        logging.getLogger().addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the error: the one attached, or else the last argument of the message."""
        attached = record.exc_info[1] if record.exc_info else None
        last = record.args[-1] if isinstance(record.args, tuple) and record.args else None
        self.errors.append(attached or (last if isinstance(last, BaseException) else None))

    def take(self) -> Counter[int]:
        """How often each error was logged since the last call, by its id."""
        taken, self.errors = self.errors, []
        self.kept = taken  # no id may be given again meanwhile
        return Counter(map(id, taken))

    def take_from_threads(self, count: int) -> Counter[int]:
        """Wait until so many are logged, by threads that were given errors of dropped handles."""
        taken, kept, deadline = self.take(), self.kept, time.monotonic() + 10
        while sum(taken.values()) < count:
            assert time.monotonic() < deadline, "an error that nobody asked for was not logged"
            if sysconfig.get_config_var("Py_GIL_DISABLED"):
                gc.collect()  # a handle may outlive the thread that dropped it
            nudge(1)
            taken += self.take()
            kept += self.kept  # no id may be given again meanwhile
        return taken


def nudge(times: int) -> bool:
    """Let other threads run: for variety, never to wait for something."""
    for _ in range(times):
        time.sleep(0)
    return True


def say(line: object) -> int:
    """Print a line of the output that is compared, whole even from many threads, without a buffer to be lost."""
    return os.write(1, f"{line}\n".encode())


def interrupt() -> None:
    """Press Ctrl-C; from a thread when the main one sleeps, as no Python sees it between the last look and a wait."""
    state = Path(f"/proc/self/task/{threading.main_thread().native_id}/stat")
    asleep = 0
    while asleep < 3 and state.exists() and threading.current_thread() is not threading.main_thread():
        asleep = asleep + 1 if state.read_text(encoding="ascii").rpartition(")")[2].split()[0] == "S" else 0
        time.sleep(0.001)  # between two looks: it may have been asleep for the GIL
    os.kill(os.getpid(), signal.SIGINT)


def interrupt_in_start(number: int) -> None:
    """Press Ctrl-C while the main thread starts its `number`-th thread from now."""
    start = threading.Thread.start
    started: list[object] = []

    def counted(thread: threading.Thread) -> None:
        started.append(thread)
        if len(started) == number:
            interrupt()
        start(thread)

    setattr(threading.Thread, "start", counted)  # noqa: B010 - for mypy


def in_child(action: Callable[[], object]) -> None:
    """Fork; do it in the child, which has to leave as a program does, and wait for that."""
    faulthandler.cancel_dump_traceback_later()  # its thread does not survive the fork, and the child would wait for it
    _wait_for_ended_threads()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # under load the system's count is behind its list
        child = os.fork()
    faulthandler.dump_traceback_later(LIMIT / 2, exit=True)
    if child == 0:
        action()
        sys.exit(0)
    say(f"child ended with {os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}")


def _wait_for_ended_threads() -> None:
    """The system may still have a thread that was joined, and from Python 3.12 on a fork warns of it."""
    tasks = Path("/proc/self/task")
    deadline = time.monotonic() + LIMIT / 4
    while tasks.is_dir() and len(os.listdir(tasks)) > threading.active_count() and time.monotonic() < deadline:
        time.sleep(0.001)


def settled(before: set[threading.Thread], *, at_once: bool) -> None:
    """No new thread is left: `at_once`, or when it has come to its end, which it must."""
    while new := set(threading.enumerate()) - before:
        assert not at_once, f"{new} are left"
        with suppress(RuntimeError):  # somebody is just starting it
            new.pop().join()  # should it never end, the watchdog does


def main(schedule: Callable[[random.Random, Events], None], moments: Mapping[str, Moment]) -> None:
    """Run the schedules and the moments, and print what was done as a line of JSON."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
    logging.lastResort = None
    if sys.argv[1:]:
        faulthandler.dump_traceback_later(LIMIT / 2, exit=True)
        moments[sys.argv[1]].run(int(sys.argv[2]))
        return
    count = int(os.environ.get("SCAFFOLD_STRESS", "1000"))
    given = os.environ.get("SCAFFOLD_STRESS_SEED")
    first = int(given) if given else random.SystemRandom().randrange(1 << 32)
    events: Events = Counter()
    processes = 0 if given else max(20, count // 50)
    for number in range(processes):
        name, moment = [*moments.items()][number % len(moments)]
        _in_process(name, 1 + number // len(moments), moment)
        events[name] += 1
    gc.disable()  # what is promised on dropping a handle must not need it
    hooks = _count_exit_hooks()
    escaped: list[object] = []
    threading.excepthook = escaped.append  # a design lets nothing escape, and so ours are seen that fail in a thread
    interval = sys.getswitchinterval()
    for seed in range(first, first + count):
        faulthandler.dump_traceback_later(LIMIT, exit=True)
        print("seed", seed, file=sys.stderr, flush=True)  # the last one, should the watchdog bite
        rng = random.Random(seed)  # noqa: S311 - not for secrets
        sys.setswitchinterval(rng.choice((interval, interval, 1e-4, 1e-6)))
        before = set(threading.enumerate())
        try:
            schedule(rng, events)
            assert set(threading.enumerate()) <= before, "threads are left"
            assert not hooks, "atexit hooks are left"
            assert not escaped, f"{escaped} ended a thread"
        except BaseException:  # noqa: BLE001
            traceback.print_exc()
            print(
                f"reproduce: SCAFFOLD_STRESS=1 SCAFFOLD_STRESS_SEED={seed} {sys.argv[0]}", file=sys.stderr, flush=True
            )
            os._exit(1)  # threads that wait for one another must not prevent it
        if seed % 50 == 0:
            gc.collect()
    print(json.dumps({"schedules": count, "processes": processes, "events": events}))


def _count_exit_hooks() -> list[object]:
    """Those registered from now on and not unregistered; the module has no count of them."""
    hooks: list[object] = []
    register, unregister = atexit.register, atexit.unregister

    def counted(hook: Callable[..., object], *arguments: object) -> None:
        nudge(3)  # a hook that comes after what it is for would stay
        hooks.append(hook)
        register(hook, *arguments)

    def discounted(hook: Callable[..., object]) -> None:
        unregister(hook)
        with suppress(ValueError):
            hooks.remove(hook)

    atexit.register, atexit.unregister = counted, discounted  # type: ignore[assignment]
    return hooks


def _in_process(name: str, number: int, moment: Moment) -> None:
    program = [sys.executable, "-S", "-W", "error::DeprecationWarning", sys.argv[0], name, str(number)]
    done = subprocess.run(program, capture_output=True, text=True, timeout=LIMIT, check=False)
    expected = (moment.code, sorted(str(line) for line in moment.lines(number)))
    if (done.returncode, sorted(done.stdout.splitlines())) != expected:
        sys.exit(f"{name} {number}: {done.returncode}, not {expected}\n{done.stdout}{done.stderr}")
