"""Feed the lines of a file or of standard input to the service, as `python -m` of this package."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
from typing import TYPE_CHECKING

from demo.thread_service import NotRunningError
from demo.work import Work

if TYPE_CHECKING:
    from collections.abc import Iterable


def main() -> int:
    """Feed the service until the end of the input, Ctrl-C or SIGTERM; then let it finish."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {__package__}",
        description="Count the words of FILE or of standard input, line by line.",
    )
    parser.add_argument("file", nargs="?", default=0, metavar="FILE")  # 0: standard input
    options = parser.parse_args()
    logging.basicConfig(format="%(levelname)s: %(message)s")
    signal.signal(signal.SIGTERM, terminate)
    try:
        # 0 is no Path, and nobody can close what the feeder may be reading to the last.
        lines = open(options.file, encoding="utf-8", errors="replace")  # noqa: PTH123, SIM115
        service = Work()
    except (OSError, ValueError) as error:
        parser.error(str(error))

    # The main thread handles the signals. It reads nothing itself: they need not wait for a line,
    # and a service that fails is seen at once. A daemon, as nothing can interrupt its read.
    errors: list[OSError] = []
    feeder = threading.Thread(target=feed, args=(service, lines, errors), daemon=True)
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
    except OSError as error:  # from setup()
        errors.append(error)
    try:
        left = service.stop()
    except KeyboardInterrupt:  # a second one: do not wait for what is queued
        left, code = service.stop(drain=False), 130
    for problem in errors:
        print(f"{parser.prog}: {problem}", file=sys.stderr)
    health = service.health()
    print(
        f"{health.state}: {health.handled} handled, {health.errors} errors, {len(left)} left",
        file=sys.stderr,
    )
    failures = health.errors + len(errors)
    return code or int(health.state == "failed" or failures > 0 or service.unread)


def feed(service: Work, lines: Iterable[str], errors: list[OSError]) -> None:
    """Ask about every line, as long as the service runs."""
    try:
        for line in lines:
            reply = service.ask(line.rstrip("\n"))
            failure = reply.exception()  # waits
            if failure is None:
                service.say(reply.result())
            else:
                print(f"error: {failure!r}", file=sys.stderr)
    except NotRunningError:
        pass
    except OSError as error:
        errors.append(error)


def terminate(*_: object) -> None:
    """Turn SIGTERM into an exception in the main thread, as Ctrl-C is one.

    A signal handler must not call stop() itself: it may have interrupted stop() or send(), and
    would wait for their lock for ever.
    """
    raise SystemExit


if __name__ == "__main__":
    sys.exit(main())
