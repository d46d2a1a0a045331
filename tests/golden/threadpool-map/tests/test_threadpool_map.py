import itertools
import os
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from typing import Any

import pytest

from demo.threadpool_map import NOT_YET, Failed, Ok, Report, for_each, map_all, stream

HANG = 10  # seconds: no test waits for them unless something is broken

ordered_or_not = pytest.mark.parametrize("ordered", [True, False])
needs_posix = pytest.mark.skipif(os.name != "posix", reason="sends a POSIX signal")


@pytest.fixture(autouse=True, scope="module")
def ctrl_c() -> None:
    """Let Ctrl-C interrupt these tests, though a runner in the background ignores it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def double(number: int) -> int:
    return 2 * number


def without_end() -> Iterator[int]:
    """Numbers for as long as a test may take."""
    began = time.monotonic()
    for number in itertools.count():
        assert time.monotonic() - began < HANG
        yield number


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

    def all_but(self, first: int) -> Callable[[int], int]:
        """Return the same but for the first items, whose calls end once another has started."""

        def call(item: int) -> int:
            if item >= first:
                return self(item)
            assert self.started.wait(HANG)
            return item

        return call


# What comes out


@ordered_or_not
@pytest.mark.parametrize("count", [0, 1, 50])
@pytest.mark.parametrize(("chunk", "window"), [(1, None), (3, None), (1, 1), (7, 4), (3, 9)])
@pytest.mark.parametrize("timeout", [None, HANG])
def test_every_item_comes_out_once(
    ordered: bool, count: int, chunk: int, window: int | None, timeout: float | None
) -> None:
    """Whatever the options, nothing is lost and nothing comes twice."""
    options: dict[str, Any] = {"chunk": chunk, "window": window, "timeout": timeout}
    outcomes = list(stream(double, iter(range(count)), workers=3, ordered=ordered, **options))
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
    before = threading.active_count()

    def work(_: int) -> tuple[str, int]:
        all_here.wait()
        return threading.current_thread().name, threading.active_count() - before

    names, counts = zip(*map_all(work, range(8), workers=8), strict=True)
    assert set(names) == {f"stream-{number}" for number in range(8)}
    assert max(counts) <= 8 + 2 * 3  # each of two pools has three threads of its own


@pytest.mark.parametrize("consumer", [map_all, for_each])
def test_no_more_workers_than_asked_for(consumer: Callable[..., object]) -> None:
    names: set[str] = set()

    def work(_: int) -> None:
        names.add(threading.current_thread().name)
        time.sleep(0.01)

    consumer(work, range(5), workers=1)
    assert names == {"stream-0"}


def test_threads_are_started_for_items_that_wait_only() -> None:
    seen: list[int] = []
    before = threading.active_count()

    def source() -> Iterator[int]:
        for number in range(6):
            yield number
            while number not in seen:
                yield NOT_YET

    for outcome in stream(double, source(), workers=9):
        seen.append(outcome.item)
        assert threading.active_count() - before <= 2 + 3  # a pool has three of its own
    assert seen == list(range(6))


@pytest.mark.parametrize("items", [[1, 2], iter([1, 2])])
def test_two_items_take_two_threads(items: Iterable[int]) -> None:
    together = threading.Barrier(2, timeout=HANG)

    def work(_: int) -> int:
        together.wait()
        time.sleep(0.02)  # for a third to begin
        return len(stream_threads())

    assert [outcome.unwrap() for outcome in stream(work, items, workers=32)] == [2, 2]
    assert stream_threads() == []


def test_a_window_of_one_takes_one_thread() -> None:
    outcomes = stream(lambda _: len(stream_threads()), range(9), window=1)
    assert [outcome.unwrap() for outcome in outcomes] == [1] * 9


def test_streams_within_a_stream_share_its_workers() -> None:
    """Or else they would start a thousand threads."""
    all_here = threading.Barrier(32, timeout=HANG)

    def inner(_: int) -> str:
        time.sleep(0.005)
        return threading.current_thread().name

    def outer(_: int) -> int:
        all_here.wait()
        return len(set(map_all(inner, range(9))))

    assert sum(map_all(outer, range(32))) <= 2.5 * 32


@pytest.mark.skipif(sys.platform != "linux", reason="limits memory as Linux does")
def test_threads_that_cannot_be_started_are_an_error() -> None:
    script = """
import resource, threading, time
from demo.threadpool_map import map_all

threading.stack_size(2**31)
resource.setrlimit(resource.RLIMIT_AS, (2**34, resource.RLIM_INFINITY))
try:
    map_all(time.sleep, [0.01] * 32, workers=32)
except RuntimeError as error:
    print(error)
"""
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=HANG, check=False)
    assert (done.stdout, done.stderr) == ("could not start 6 threads\n", "")


@pytest.mark.parametrize("options", [{"workers": 0}, {"chunk": 0}, {"window": 0}])
def test_options_below_one_are_refused_at_once(options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        stream(double, [1], ordered=False, **options)


@pytest.mark.parametrize(("func", "items"), [(None, [1]), (double, 1)])
def test_what_is_no_function_or_no_input_is_refused_at_once(func: Any, items: Any) -> None:
    with pytest.raises(TypeError, match=r"callable|iterable"):
        stream(func, items)


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


@pytest.mark.parametrize(("window", "full"), [(8, 8), (None, 24)])
def test_a_slow_first_item_does_not_widen_the_window(window: int | None, full: int) -> None:
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
        elif item == full - 1:
            read_when_it_was_full.extend(read)
            gate.set()
        return item

    outcomes = stream(work, source(), workers=3, window=window, ordered=True)
    assert [outcome.unwrap() for outcome in outcomes] == list(range(100))
    assert read_when_it_was_full == list(range(full))


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


def test_waiting_for_results_takes_no_cpu() -> None:
    """Neither while the window is full nor at the end."""
    outcomes = stream(time.sleep, [0.2] * 4, workers=1, window=2)
    next(outcomes)  # by now the threads are there
    before = time.thread_time()
    assert len(list(outcomes)) == 3
    assert time.thread_time() - before < 0.05


@ordered_or_not
@pytest.mark.parametrize("chunk", [1, 3])
def test_input_may_depend_on_results(ordered: bool, chunk: int) -> None:
    """As a crawler's does. While it has no item it says so."""
    todo, seen = [1], set[int]()

    def source() -> Iterator[int]:
        asked = 0
        while todo or asked > len(seen):
            asked += bool(todo)
            yield todo.pop() if todo else NOT_YET

    def children(number: int) -> list[int]:
        return [2 * number, 2 * number + 1] if number < 8 else []

    for outcome in stream(children, source(), workers=2, ordered=ordered, chunk=chunk):
        todo += outcome.unwrap()
        seen.add(outcome.item)
    assert seen == set(range(1, 16))


def test_input_that_has_no_item_is_not_asked_again_at_once() -> None:
    began = time.monotonic()
    assert map_all(double, [5, NOT_YET, NOT_YET, 3, NOT_YET], workers=1) == [10, 6]
    assert time.monotonic() - began > 0.1


def test_items_are_let_go_of_while_the_input_blocks() -> None:
    """Neither the workers nor the reader keep the last ones."""

    class Item:
        pass

    def source() -> Iterator[Item]:
        deadline = time.monotonic() + HANG
        for _ in range(3):
            item = Item()
            kept = weakref.ref(item)
            yield item
            del item
            while kept():
                assert time.monotonic() < deadline, "it is kept"
                time.sleep(0.001)

    for outcome in stream(id, source(), workers=2, window=1):
        del outcome.item  # free-threaded, an outcome may outlive this: its worker has to let go


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


class OwnError(Exception):
    """One that can be referred to weakly."""


def test_unwrap_raises_the_error_and_does_not_keep_it() -> None:
    error = OwnError()
    kept = weakref.ref(error)
    with pytest.raises(OwnError):
        Failed(1, error).unwrap()
    del error
    deadline = time.monotonic() + HANG
    while kept():
        assert time.monotonic() < deadline, "a cycle keeps it"
        time.sleep(0.01)


# Leaving


@pytest.mark.parametrize("earlier", [None, KeyboardInterrupt, SystemExit])
def test_leaving_drops_what_is_queued_and_waits_for_what_runs(
    earlier: type[BaseException] | None,
) -> None:
    """Also while a Ctrl-C that came before it is being handled."""
    work = Calls()
    opener = threading.Timer(0.2, work.gate.set)

    def consume() -> None:
        call, options = work.all_but(2), {"workers": 3, "chunk": 2}
        with closing(stream(call, itertools.count(), ordered=False, **options)) as outcomes:
            assert next(outcomes) == Ok(0, 0)
            opener.start()

    if earlier:
        try:
            raise earlier  # noqa: TRY301
        except earlier:
            consume()
    else:
        consume()
    assert stream_threads() == []
    assert work.let_go
    assert len(work.items) <= 3
    opener.join()


def test_the_garbage_collector_may_close_a_stream_in_its_own_worker() -> None:
    """A thread that joins itself raises, or waits for ever."""
    started, dropped = threading.Event(), threading.Event()
    mine: list[object] = []

    def work(item: int) -> int:
        if item == 0:
            assert started.wait(HANG)
        elif item == 1:
            started.set()
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
    started.wait()
    return item

outcomes = threadpool_map.stream(work, itertools.count(), workers=3, ordered=False)
print(next(outcomes).unwrap())
"""
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=HANG, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("0\n", "", 0)


def loop(work: Callable[[int], int], items: Iterable[int], **options: Any) -> None:
    for _ in stream(work, items, **options):
        pass


consumers = pytest.mark.parametrize("consumer", [loop, map_all, for_each])


@needs_posix
@consumers
def test_ctrl_c_does_not_wait_for_running_calls(consumer: Callable[..., object]) -> None:
    """What is queued is dropped; what runs may end later, by itself."""
    work = Calls()

    def call(item: int) -> int:
        if item == 2:
            press_ctrl_c()
        return work(item)

    with pytest.raises(KeyboardInterrupt):
        consumer(call, itertools.count(), workers=3)
    assert work.let_go is None  # it still runs: nobody waited for it
    work.gate.set()


@needs_posix
@pytest.mark.parametrize("place", ["in the body", "while leaving"])
def test_ctrl_c_under_closing_does_not_wait_either(place: str) -> None:
    work = Calls()
    presser = threading.Timer(0.2, press_ctrl_c)

    def consume() -> None:
        call = work.all_but(1)
        with closing(stream(call, itertools.count(), workers=3, ordered=False)) as outcomes:
            next(outcomes)
            presser.start()
            if place == "in the body":
                threading.Event().wait(HANG)

    with pytest.raises(KeyboardInterrupt):
        consume()
    assert work.let_go is None  # it still runs: nobody waited for it
    work.gate.set()
    presser.join()


def test_an_input_that_exits_does_not_wait_for_running_calls() -> None:
    """Also while it handles an error."""
    work = Calls()

    def source() -> Iterator[int]:
        yield 1
        assert work.started.wait(HANG)
        try:
            yield int("x")
        except ValueError:
            sys.exit(3)

    with pytest.raises(SystemExit):
        loop(work, source(), workers=2)
    assert work.let_go is None  # it still runs: nobody waited for it
    work.gate.set()


def test_an_error_thrown_into_it_is_none_of_the_input() -> None:
    """As one that a signal handler raises, such as a time limit, it waits for no results."""
    outcomes = stream(double, range(30), workers=3)
    next(outcomes)
    with pytest.raises(OSError, match="limit"):
        outcomes.throw(OSError("limit"))


# Timeout


@consumers
def test_a_timeout_does_not_wait_for_running_calls(consumer: Callable[..., object]) -> None:
    work = Calls()
    began = time.monotonic()
    with pytest.raises(TimeoutError, match="in time"):
        consumer(work, itertools.count(), workers=3, timeout=0.1)
    assert time.monotonic() - began >= 0.1
    assert work.let_go is None  # it still runs: nobody waited for it
    work.gate.set()


@consumers
@pytest.mark.parametrize("chunk", [1, 100])
def test_a_timeout_holds_while_results_keep_coming(
    consumer: Callable[..., object], chunk: int
) -> None:
    began = time.monotonic()
    with pytest.raises(TimeoutError, match="in time"):
        consumer(double, without_end(), workers=3, chunk=chunk, timeout=0.1)
    assert time.monotonic() - began < HANG / 2


def test_after_a_timeout_nothing_is_handed_out() -> None:
    """Though it has finished: the body of the loop took too long."""
    seen: list[int] = []

    def consume() -> None:
        for outcome in stream(double, [1, 2], chunk=2, timeout=0.2):
            seen.append(outcome.item)
            time.sleep(0.2)

    with pytest.raises(TimeoutError, match="in time"):
        consume()
    assert len(seen) <= 1


@pytest.mark.parametrize(("chunk", "in_time"), [(1, {0}), (3, set[int]())])
def test_after_a_timeout_nothing_is_called(chunk: int, in_time: set[int]) -> None:
    """The input is not interrupted, but what it brings too late is for no call."""
    called: list[int] = []

    def work(item: int) -> int:
        called.append(item)
        return item

    def source() -> Iterator[int]:
        yield 0
        time.sleep(0.2)
        yield 1
        pytest.fail("it was asked for more")

    with pytest.raises(TimeoutError, match="in time"):
        map_all(work, source(), workers=2, chunk=chunk, timeout=0.1)
    with pytest.raises(TimeoutError, match="in time"):
        map_all(work, [2], timeout=0)
    assert set(called) <= in_time


def test_leaving_waits_no_longer_than_the_timeout() -> None:
    work = Calls()
    outcomes = stream(work.all_but(1), range(9), workers=2, timeout=0.2, ordered=False)
    with suppress(TimeoutError), closing(outcomes):  # the former should this machine be so busy
        next(outcomes)
    assert work.let_go is None  # it still runs: nobody waited for it
    work.gate.set()


# map_all and for_each


@pytest.mark.parametrize("consumer", [map_all, for_each])
def test_a_slow_item_holds_up_no_other(consumer: Callable[..., object]) -> None:
    """Though map_all returns the results in input order."""
    gate = threading.Event()

    def work(item: int) -> int:
        if item == 0:
            assert gate.wait(HANG)
        elif item == 99:
            gate.set()
        return item

    expected: list[int] | Report[int] = (
        list(range(100)) if consumer is map_all else Report(100, 0, [])
    )
    assert consumer(work, range(100), workers=2, chunk=3) == expected


@consumers
def test_an_item_is_called_before_the_next_one_is_there(consumer: Callable[..., object]) -> None:
    """Unless a larger chunk is asked for."""
    called = threading.Event()

    def source() -> Iterator[int]:
        yield 1
        assert called.wait(HANG)

    def call(_: int) -> None:
        called.set()

    consumer(call, source())


@consumers
@pytest.mark.parametrize("option", ["workers", "chunk"])
def test_they_take_the_options_of_stream(consumer: Callable[..., object], option: str) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        consumer(double, [1], **{option: 0})


def test_map_all_stops_at_the_first_error() -> None:
    def work(item: int) -> int:
        if item == 3:
            raise ValueError("three")
        return item

    with pytest.raises(ValueError, match="three"):
        map_all(work, without_end(), workers=2)


def test_for_each_counts_and_keeps_the_first_failures() -> None:
    def work(item: int) -> float:
        return 1 / (item % 3)

    report = for_each(work, range(30), workers=4, chunk=4, keep=2)
    assert (report.succeeded, report.failed, len(report.first_failures)) == (20, 10, 2)
    assert [failure.item % 3 for failure in report.first_failures] == [0, 0]
    assert for_each(double, [], workers=1) == Report(0, 0, [])
    assert len(for_each(int, ["x"] * 101).first_failures) == 100
