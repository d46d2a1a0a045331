import itertools
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing

import pytest

from demo.threadpool_map import Failed, Ok, Report, for_each, map_all, stream

HANG = 10  # seconds: no test waits for them unless something is broken

ordered_or_not = pytest.mark.parametrize("ordered", [True, False])
needs_posix = pytest.mark.skipif(os.name != "posix", reason="sends a POSIX signal")


@pytest.fixture(autouse=True, scope="module")
def ctrl_c() -> None:
    """Let Ctrl-C interrupt these tests, though a runner in the background ignores it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def double(number: int) -> int:
    return 2 * number


def stream_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("stream-")]


def press_ctrl_c() -> None:
    """Raise KeyboardInterrupt in the main thread, from any thread."""
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


class Calls:
    """A function that blocks until it is let go, and knows which items it was called with."""

    def __init__(self) -> None:
        self.items: list[int] = []
        self.started = threading.Event()
        self.gate = threading.Event()
        self.let_go: bool | None = None  # None as long as it blocks

    def __call__(self, item: int) -> int:
        self.items.append(item)
        self.started.set()
        self.let_go = self.gate.wait(HANG)
        return item


# What comes out


@ordered_or_not
@pytest.mark.parametrize("count", [0, 1, 50])
@pytest.mark.parametrize(("chunk", "window"), [(1, None), (3, None), (1, 1), (7, 4), (3, 9)])
def test_every_item_comes_out_once(
    ordered: bool, count: int, chunk: int, window: int | None
) -> None:
    """Whatever the options, nothing is lost and nothing comes twice."""
    numbers = iter(range(count))
    outcomes = list(stream(double, numbers, workers=3, ordered=ordered, chunk=chunk, window=window))
    if not ordered:
        outcomes.sort(key=lambda outcome: outcome.item)
    assert outcomes == [Ok(number, 2 * number) for number in range(count)]


@pytest.mark.parametrize(
    ("options", "in_order"),
    [({"ordered": True}, True), ({"ordered": False}, False), ({}, False)],
)
def test_order(options: dict[str, bool], in_order: bool) -> None:
    """A slow first item keeps its place in input order; otherwise nothing waits for it."""
    gate = threading.Event()

    def work(item: int) -> int:
        if item == 0:
            assert gate.wait(HANG)
        elif item == 8 and in_order:
            gate.set()
        return item

    seen: list[int] = []
    for outcome in stream(work, range(9), workers=2, **options):
        seen.append(outcome.unwrap())
        if len(seen) == 8:
            gate.set()
    assert seen.index(0) == (0 if in_order else 8)
    assert sorted(seen) == list(range(9))


def test_all_workers_run_at_once() -> None:
    all_here = threading.Barrier(8, timeout=HANG)
    outcomes = stream(lambda _: all_here.wait(), range(8), workers=8)
    assert sorted(outcome.unwrap() for outcome in outcomes) == list(range(8))


@pytest.mark.parametrize(("items", "workers"), [([1, 2], 2), ([], 1), (iter(range(9)), 8)])
def test_no_more_workers_than_there_is_work(items: Iterable[int], workers: int) -> None:
    names = {name for _ in stream(double, items, workers=8) for name in stream_threads()}
    assert len(names) <= workers
    assert stream_threads() == []


@pytest.mark.parametrize("options", [{"workers": 0}, {"chunk": 0}, {"window": 0}])
def test_options_below_one_are_refused_at_once(options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        stream(double, [1], ordered=False, **options)


# Reading the input


@ordered_or_not
@pytest.mark.parametrize("chunk", [1, 2, 20])
def test_endless_input_is_read_at_most_a_window_ahead(ordered: bool, chunk: int) -> None:
    """In the caller's thread: a sqlite cursor, for one, refuses to be read in another."""
    read: list[int] = []

    def source() -> Iterator[int]:
        for number in itertools.count():
            assert threading.current_thread() is threading.main_thread()
            read.append(number)
            yield number

    options = {"workers": 4, "window": 10, "chunk": chunk}
    with closing(stream(double, source(), ordered=ordered, **options)) as outcomes:
        for given, _ in enumerate(itertools.islice(outcomes, 500)):
            assert len(read) <= given + 10


def test_a_slow_first_item_does_not_widen_the_window() -> None:
    """In input order, what has finished behind a slow item counts as read ahead."""
    gate = threading.Event()
    read: list[int] = []
    read_when_it_was_full: list[int] = []

    def source() -> Iterator[int]:
        for number in range(100):
            read.append(number)
            yield number

    def work(item: int) -> int:
        if item == 0:
            assert gate.wait(HANG)
        elif item == 7:
            read_when_it_was_full.extend(read)
            gate.set()
        return item

    outcomes = stream(work, source(), workers=3, window=8, ordered=True)
    assert [outcome.unwrap() for outcome in outcomes] == list(range(100))
    assert read_when_it_was_full == list(range(8))


def test_what_has_finished_comes_out_before_the_next_item_is_read() -> None:
    second = threading.Event()
    seen: list[int] = []

    def source() -> Iterator[int]:
        yield from range(2)
        assert second.wait(HANG)  # the one worker has begun it, so the first has finished
        yield 2
        assert seen[:1] == [0]

    def work(item: int) -> int:
        if item == 1:
            second.set()
        return item

    for outcome in stream(work, source(), workers=1, window=8):
        seen.append(outcome.item)  # noqa: PERF401 (the source looks at it)
    assert seen == [0, 1, 2]


@ordered_or_not
@pytest.mark.parametrize("chunk", [1, 3])
def test_an_error_of_the_input_comes_after_all_that_was_read(ordered: bool, chunk: int) -> None:
    """It is not taken for an error of an item, and loses none."""

    def source() -> Iterator[int]:
        yield from range(50)
        raise OSError("disk gone")

    seen: list[int] = []
    with pytest.raises(OSError, match="disk gone"):
        seen.extend(
            outcome.item
            for outcome in stream(double, source(), workers=2, ordered=ordered, chunk=chunk)
        )
    assert sorted(seen) == list(range(50))


# Failing


@ordered_or_not
@pytest.mark.parametrize("chunk", [1, 3])
def test_errors_are_values(ordered: bool, chunk: int) -> None:
    """Whatever is raised, it ends no worker, and the rest of its chunk is called."""
    errors = {1: ValueError, 2: SystemExit, 3: ValueError, 5: KeyboardInterrupt}

    def work(item: int) -> int:
        if item in errors:
            raise errors[item](item)
        return item

    outcomes = list(stream(work, range(8), workers=2, ordered=ordered, chunk=chunk))
    assert {o.item: type(o.error) for o in outcomes if isinstance(o, Failed)} == errors
    assert sorted(o.item for o in outcomes if isinstance(o, Ok)) == [0, 4, 6, 7]


# Leaving


def test_leaving_drops_what_is_queued_and_waits_for_what_runs() -> None:
    work = Calls()
    opener = threading.Timer(0.2, work.gate.set)

    def consume() -> None:
        def call(item: int) -> int:
            return work(item) if item > 1 else item  # not in the first chunk

        for outcome in stream(call, itertools.count(), workers=3, chunk=2, ordered=False):
            assert outcome == Ok(0, 0)
            assert work.started.wait(HANG)
            opener.start()
            return

    consume()
    assert stream_threads() == []
    assert work.let_go
    assert len(work.items) <= 3
    opener.join()


def test_the_garbage_collector_may_close_a_stream_in_its_own_worker() -> None:
    """A thread that joins itself raises, or waits for ever."""
    dropped = threading.Event()
    mine: list[object] = []

    def work(item: int) -> int:
        if item == 1:
            assert dropped.wait(HANG)
            mine.clear()  # the last reference: what the garbage collector would find
        return item

    outcomes = stream(work, itertools.count(), workers=2, ordered=False)
    mine.append(outcomes)
    assert next(outcomes) == Ok(0, 0)
    del outcomes
    dropped.set()


def test_an_abandoned_stream_does_not_block_the_exit() -> None:
    script = """
import itertools, threading
from demo import threadpool_map

started = threading.Event()

def work(item):
    if item:
        started.set()
        threading.Event().wait()
    return item

outcomes = threadpool_map.stream(work, itertools.count(), workers=3, ordered=False)
print(next(outcomes).unwrap())
started.wait()
"""
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=HANG, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("0\n", "", 0)


CONSUMERS: dict[str, Callable[[Callable[[int], int]], object]] = {
    "loop": lambda work: list(stream(work, itertools.count(), workers=3)),
    "map_all": lambda work: map_all(work, itertools.count(), workers=3),
    "for_each": lambda work: for_each(work, itertools.count(), workers=3),
}


@needs_posix
@pytest.mark.parametrize("consumer", CONSUMERS)
def test_ctrl_c_does_not_wait_for_running_calls(consumer: str) -> None:
    """What is queued is dropped; what runs may end later, by itself."""
    work = Calls()

    def call(item: int) -> int:
        if item == 2:
            press_ctrl_c()
        return work(item)

    with pytest.raises(KeyboardInterrupt):
        CONSUMERS[consumer](call)
    assert work.let_go is None  # it still runs: nobody waited for it
    work.gate.set()


@needs_posix
@pytest.mark.parametrize("place", ["in the body", "while leaving"])
def test_ctrl_c_under_closing_does_not_wait_either(place: str) -> None:
    work = Calls()
    presser = threading.Timer(0.2, press_ctrl_c)

    def consume() -> None:
        def call(item: int) -> int:
            return work(item) if item else 0

        with closing(stream(call, itertools.count(), workers=3, ordered=False)) as outcomes:
            next(outcomes)
            assert work.started.wait(HANG)
            presser.start()
            if place == "in the body":
                threading.Event().wait(HANG)

    with pytest.raises(KeyboardInterrupt):
        consume()
    assert work.let_go is None  # it still runs: nobody waited for it
    work.gate.set()
    presser.join()


# map_all and for_each


def test_map_all_returns_results_in_input_order() -> None:
    """It does not wait for a slow item before going on to the next."""
    gate = threading.Event()

    def work(item: int) -> int:
        if item == 0:
            assert gate.wait(HANG)
        elif item == 99:
            gate.set()
        return item

    assert map_all(work, range(100), workers=2, chunk=3) == list(range(100))


def test_map_all_stops_at_the_first_error() -> None:
    numbers = itertools.count()

    def work(item: int) -> int:
        if item == 3:
            raise ValueError("three")
        return item

    with pytest.raises(ValueError, match="three"):
        map_all(work, numbers, workers=2)
    assert next(numbers) < 100


def test_for_each_counts_and_keeps_the_first_failures() -> None:
    def work(item: int) -> float:
        return 1 / (item % 3)

    report = for_each(work, range(30), workers=4, chunk=4, keep=2)
    assert (report.succeeded, report.failed, len(report.first_failures)) == (20, 10, 2)
    assert for_each(double, [], workers=1) == Report(0, 0, [])
