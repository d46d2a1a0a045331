"""What a program does around a `Service`: messages in, replies out, an orderly end, an exit code."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from demo.thread_service import NotRunningError, Service

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

M = TypeVar("M")
R = TypeVar("R")


@contextmanager
def importing_work() -> Generator[None]:
    """End the program with one line if the work, imported in this block, cannot be imported."""
    try:
        yield
    except Exception as error:  # whatever its module does
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise SystemExit(f"error: the work cannot be imported: {reason}") from error


def lines() -> Iterator[str]:
    """Yield the lines of standard input."""
    # Not sys.stdin: the interpreter would wait for the feeder, which may be reading, to let go.
    with open(0, encoding="utf-8", errors="replace", closefd=False) as source:
        for line in source:
            yield line.rstrip("\n")


def run(
    make: Callable[..., Service[M, R]],
    arguments: Iterable[Any],
    messages: Iterable[M],
    *,
    show: Callable[[R], object] = str,
) -> int:
    """Let ``make(*arguments)`` handle the messages until they end, or Ctrl-C or SIGTERM comes.

    Print every reply unless it is None; return the exit code.
    """
    logging.basicConfig(format="%(levelname)s: %(message)s")
    signal.signal(signal.SIGTERM, terminate)
    if reconfigure := getattr(sys.stdout, "reconfigure", None):
        reconfigure(errors="backslashreplace")  # for what it cannot encode
    try:
        service = make(*arguments)
    except Exception as error:  # noqa: BLE001 (most likely it takes other arguments)
        print(f"error: {error}", file=sys.stderr)
        return 2 if isinstance(error, (TypeError, ValueError)) else 1

    # The main thread handles the signals. It reads nothing itself: they need not wait for a line,
    # and a service that fails is seen at once. A daemon, as nothing can interrupt its read.
    errors: list[Exception] = []
    feeder = threading.Thread(target=_feed, args=(service, messages, show, errors), daemon=True)
    code = 0
    try:
        service.start()
        feeder.start()
        while feeder.is_alive() and not service.wait(0):
            feeder.join(1)
    except KeyboardInterrupt:
        code = 130
    except SystemExit:
        pass  # SIGTERM
    except Exception as error:  # noqa: BLE001 (from setup())
        errors.append(error)
    try:
        left = service.stop(drain=not errors)
    except KeyboardInterrupt:  # a second one: do not wait for what is queued
        left, code = service.stop(drain=False), 130
    try:
        sys.stdout.flush()
    except BrokenPipeError as error:
        _discard_output()
        errors.append(error)
    for problem in errors:
        if not isinstance(problem, BrokenPipeError):
            plain = isinstance(problem, (OSError, ImportError))
            print(f"error: {problem if plain else repr(problem)}", file=sys.stderr)
    health = service.health()
    print(
        f"{health.state}: {health.handled} handled, {health.errors} errors, {len(left)} left",
        file=sys.stderr,
    )
    return code or int(health.state == "failed" or health.errors > 0 or bool(errors))


def _feed(
    service: Service[M, R],
    messages: Iterable[M],
    show: Callable[[R], object],
    errors: list[Exception],
) -> None:
    """Ask about every message, as long as the service runs."""
    try:
        for message in messages:
            reply = service.ask(message)
            if (failure := reply.exception()) is not None:  # waits
                print(f"error: {failure!r}", file=sys.stderr)
            elif (value := reply.result()) is not None:
                print(show(value), flush=True)
    except NotRunningError:
        pass
    except BrokenPipeError as error:
        _discard_output()
        errors.append(error)
    except Exception as error:  # noqa: BLE001 (of the input or the output: run() tells it)
        errors.append(error)


def _discard_output() -> None:
    """Spare the flush at exit an error: whoever read the output has left, as `| head` does."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def terminate(*_: object) -> None:
    """Turn SIGTERM into an exception in the main thread, as Ctrl-C is one.

    A signal handler must not call stop() itself: it may have interrupted stop() or send(), and
    the service would wait for their lock for ever.
    """
    raise SystemExit
