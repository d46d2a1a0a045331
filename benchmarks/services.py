"""thread/service and its peers: a logging.handlers.QueueListener as consumer, and a bare Queue and Thread loop."""

from __future__ import annotations

import logging
import math
import queue
import random
import statistics
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from logging.handlers import QueueListener
from typing import Any, TypeAlias

from benchmark import Benchmark, Contender, design

Handle = Callable[[Any], object]
_CAPACITY = 1000
_INTERVAL = 0.001


class Ours:
    """The rendered service."""

    def __init__(self, handle: Handle) -> None:
        module = design("inbox_service", "thread_service")
        kind = type("Echo", (module.Service,), {"handle": lambda _, message: handle(message)})
        self._service = kind(capacity=_CAPACITY)
        self._service.start()
        self.send: Handle = self._service.send

    def stop(self) -> None:
        """Handle what is queued and end."""
        self._service.stop()

    def drop(self) -> None:
        """End after the message at hand."""
        self._service.stop(drain=False)


class Asked(Ours):
    """The rendered service, asked for replies: a Future for each message."""

    def __init__(self, handle: Handle) -> None:
        super().__init__(handle)
        self.send = self._service.ask


class Submitted:
    """An executor of one thread in place of a service."""

    def __init__(self, handle: Handle) -> None:
        self._executor = ThreadPoolExecutor(1)
        self.send: Handle = lambda message: self._executor.submit(handle, message)

    def stop(self) -> None:
        """Do what is queued and end."""
        self._executor.shutdown()


class Bare:
    """A Queue and a Thread that loops over it."""

    def __init__(self, handle: Handle) -> None:
        self._inbox: queue.Queue[Any] = queue.Queue(_CAPACITY)
        self._thread = threading.Thread(target=self._loop, args=(handle,))
        self._thread.start()
        self.send: Handle = self._inbox.put

    def _loop(self, handle: Handle) -> None:
        while (message := self._inbox.get()) is not self:
            handle(message)

    def stop(self) -> None:
        """Handle what is queued and end."""
        self._inbox.put(self)
        self._thread.join()


class Listener:
    """QueueListener, which hands every message to a logging handler, on a Queue without a bound."""

    def __init__(self, handle: Handle) -> None:
        handler = logging.Handler()
        handler.handle = handle  # type: ignore[method-assign, assignment] # no formatting, no lock
        inbox: queue.Queue[Any] = queue.Queue()  # with a bound, stop() raises Full when the queue is
        self._listener = QueueListener(inbox, handler)
        self._listener.start()
        self.send: Handle = inbox.put

    def stop(self) -> None:
        """Handle what is queued and end."""
        self._listener.stop()


Kind: TypeAlias = type[Ours] | type[Submitted] | type[Bare] | type[Listener]
KINDS: dict[str, Kind] = {"Service": Ours, "Queue and Thread": Bare, "QueueListener": Listener}


def per_message(kind: Kind) -> Callable[[int], float]:
    """Measure microseconds a message, from the first send to the end of the thread."""

    def measure(count: int) -> float:
        service = kind(lambda message: message)
        began = time.perf_counter()
        for number in range(count):
            service.send(number)
        service.stop()
        return (time.perf_counter() - began) / count * 1e6

    return measure


def latency(kind: Kind, percentile: int) -> Callable[[int], float]:
    """Measure the microseconds from send to handle: 0.5 ms of work each, 1 ms between two on average, at random."""

    def measure(count: int) -> float:
        waited: list[float] = []

        def handle(sent: float) -> None:
            waited.append(time.perf_counter() - sent)
            time.sleep(0.0005)

        gaps = random.Random(count)  # noqa: S311 - the same gaps for all
        service = kind(handle)
        due = time.perf_counter()
        for _ in range(count):
            due += gaps.expovariate(1000)
            time.sleep(max(0.0, due - time.perf_counter()))
            service.send(time.perf_counter())
        service.stop()
        return statistics.quantiles(waited, n=100)[percentile - 1] * 1e6

    return measure


def drift(offsets: list[float]) -> float:
    """How many ms the last ticks are farther from the grid than the first, whatever their jitter."""
    return abs(statistics.median(offsets[-20:]) - statistics.median(offsets[:20])) * 1e3


def ours_ticking(count: int) -> float:
    """The rendered periodic service."""
    times: list[float] = []
    enough = threading.Event()

    def tick(_: object) -> None:
        times.append(time.perf_counter())
        if len(times) >= count:
            enough.set()

    kind = type("Clock", (design("periodic_service", "thread_service").Service,), {"tick": tick})
    service = kind(interval=_INTERVAL)
    service.start()
    enough.wait()
    service.stop()
    return drift([math.remainder(at - times[0], _INTERVAL) for at in times])  # a missed tick is left out


def sleep_loop(count: int) -> float:
    """A loop that sleeps."""
    times: list[float] = []

    def loop() -> None:
        for _ in range(count):
            times.append(time.perf_counter())
            time.sleep(_INTERVAL)

    thread = threading.Thread(target=loop)
    thread.start()
    thread.join()
    return drift([at - number * _INTERVAL for number, at in enumerate(times)])


def stop_idle(kind: Kind) -> Callable[[int], float]:
    """Measure the ms that it takes to stop while there is nothing to do: the median of some stops."""

    def measure(count: int) -> float:
        took: list[float] = []
        for _ in range(count // 10):
            service = kind(lambda message: message)
            time.sleep(0.002)
            began = time.perf_counter()
            service.stop()
            took.append(time.perf_counter() - began)
        return statistics.median(took) * 1e3

    return measure


def stop_busy(kind: Kind, end: Callable[[Any], None]) -> Callable[[int], float]:
    """Measure the ms that it takes to stop with 11 messages of 5 ms, the first of them begun."""

    def measure(_: int) -> float:
        begun = threading.Event()

        def handle(_: object) -> None:
            begun.set()
            time.sleep(0.005)

        service = kind(handle)
        for number in range(11):
            service.send(number)
        begun.wait()
        began = time.perf_counter()
        end(service)
        return (time.perf_counter() - began) * 1e3

    return measure


BENCHMARKS = (
    Benchmark(
        name="throughput",
        unit="µs a message",
        contenders={
            name: Contender(50_000, per_message(kind)) for name, kind in (KINDS | {"Service, ask": Asked}).items()
        },
    ),
    Benchmark(
        name="latency at 50% load, median",
        unit="µs",
        contenders={name: Contender(300, latency(kind, 50)) for name, kind in KINDS.items()},
    ),
    Benchmark(
        name="latency at 50% load, 99th percentile",
        unit="µs",
        contenders={name: Contender(300, latency(kind, 99)) for name, kind in KINDS.items()},
    ),
    Benchmark(
        name="drift over 1,000 ticks of 1 ms",
        unit="ms",
        contenders={"Service": Contender(1000, ours_ticking), "loop that sleeps": Contender(1000, sleep_loop)},
    ),
    Benchmark(
        name="stop when idle",
        unit="ms",
        contenders={name: Contender(200, stop_idle(kind)) for name, kind in KINDS.items()},
    ),
    Benchmark(
        name="stop when busy",
        unit="ms",
        contenders={
            "Service, drop": Contender(1, stop_busy(Ours, Ours.drop)),
            "Service, drain": Contender(1, stop_busy(Ours, Ours.stop)),
            "Queue and Thread": Contender(1, stop_busy(Bare, Bare.stop)),
            "QueueListener": Contender(1, stop_busy(Listener, Listener.stop)),
        },
    ),
)
