import gc
import itertools
import os
import signal
import subprocess
import sys
import textwrap
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from multiprocessing.pool import AsyncResult
from typing import NoReturn

import pytest

from demo.threadpool_map import Failed, Ok, Report, for_each, map_all, stream

HANG = 10  # seconds: no test waits for them unless something is broken

ordered_or_not = pytest.mark.parametrize("ordered", [True, False])


@pytest.fixture(autouse=True, scope="module")
def ctrl_c() -> None:
    """Let Ctrl-C interrupt these tests, though a runner in the background ignores it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def double(number: int) -> int:
    return 2 * number


def stream_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("stream-")]


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
@pytest.mark.parametrize("count", [0, 1, 6, 50])
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


def test_order_of_the_input() -> None:
    """With `ordered`, a slow first item does not lose its place."""
    second_done = threading.Event()

    def work(item: int) -> int:
        if item == 0:
            assert second_done.wait(HANG)
        elif item == 1:
            second_done.set()
        return item

    outcomes = stream(work, range(20), workers=2, ordered=True)
    assert [outcome.unwrap() for outcome in outcomes] == list(range(20))


def test_order_of_finishing() -> None:
    """Without `ordered`, what has finished does not wait for a slow first item."""
    gate = threading.Event()

    def work(item: int) -> int:
        if item == 0:
            assert gate.wait(HANG)
        return item

    seen: list[int] = []
    for outcome in stream(work, range(20), workers=2, ordered=False):
        seen.append(outcome.unwrap())
        if len(seen) == 19:
            gate.set()
    assert seen[-1] == 0


def test_default_order() -> None:
    """Unless told otherwise, outcomes come as they finish."""
    gate = threading.Event()

    def work(item: int) -> int:
        if item == 0:
            assert gate.wait(HANG)
        else:
            gate.set()
        return item

    items = [outcome.item for outcome in stream(work, range(2), workers=2)]
    assert items == [1, 0]


@ordered_or_not
def test_all_workers_run_at_once(ordered: bool) -> None:
    """As many calls run at the same time as there are workers."""
    all_here = threading.Barrier(8, timeout=HANG)
    outcomes = stream(lambda _: all_here.wait(), range(8), workers=8, ordered=ordered)
    assert sorted(outcome.unwrap() for outcome in outcomes) == list(range(8))


@pytest.mark.parametrize("options", [{"workers": 0}, {"chunk": 0}, {"window": 0}])
def test_options_below_one_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        stream(double, [1], ordered=False, **options)


@pytest.mark.parametrize(("items", "workers"), [([1, 2], 2), ([], 1), (iter(range(9)), 8)])
def test_no_more_workers_than_there_is_work(items: Iterable[int], workers: int) -> None:
    before = threading.active_count()
    names = {name for _ in stream(double, items, workers=8) for name in stream_threads()}
    assert len(names) <= workers
    assert threading.active_count() == before


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


# Reading the input


@ordered_or_not
@pytest.mark.parametrize("chunk", [1, 2])
def test_endless_input_is_read_at_most_a_window_ahead(ordered: bool, chunk: int) -> None:
    """Trap: imap and imap_unordered read the whole input, whatever is consumed."""
    numbers = itertools.count()
    outcomes = stream(double, numbers, workers=4, window=10, ordered=ordered, chunk=chunk)
    assert len(list(itertools.islice(outcomes, 500))) == 500
    outcomes.close()
    assert next(numbers) <= 510


def test_a_slow_first_item_does_not_widen_the_window() -> None:
    """In input order, what has finished behind a slow item counts as read ahead."""
    gate, window_done = threading.Event(), threading.Event()
    read: list[int] = []

    def source() -> Iterator[int]:
        for number in range(100):
            read.append(number)
            yield number

    def work(item: int) -> int:
        if item == 0:
            assert gate.wait(HANG)
        elif item == 7:
            window_done.set()
        return item

    def look() -> None:
        seen.append(window_done.wait(HANG))
        seen.append(read == list(range(8)))
        gate.set()

    seen: list[bool] = []
    looker = threading.Thread(target=look)
    looker.start()
    outcomes = stream(work, source(), workers=3, window=8, ordered=True)
    assert [outcome.unwrap() for outcome in outcomes] == list(range(100))
    looker.join()
    assert seen == [True, True]


def test_results_come_out_before_the_input_ends() -> None:
    """A finished result is not held back until everything has been read."""
    first_is_out = False

    def source() -> Iterator[int]:
        for number in itertools.count():
            if first_is_out:
                return
            yield number

    for _ in stream(double, source(), workers=2):
        first_is_out = True
    assert first_is_out


def test_input_is_read_in_the_callers_thread() -> None:
    """Trap: a sqlite cursor, for one, refuses to be read in another thread."""
    readers: set[int] = set()

    def source() -> Iterator[int]:
        for number in range(20):
            readers.add(threading.get_ident())
            yield number

    outcomes = stream(lambda _: threading.get_ident(), source(), workers=2)
    assert threading.get_ident() not in {outcome.unwrap() for outcome in outcomes}
    assert readers == {threading.get_ident()}


@ordered_or_not
@pytest.mark.parametrize("chunk", [1, 3])
def test_an_error_of_the_input_comes_after_all_that_was_read(ordered: bool, chunk: int) -> None:
    """Trap: it is not taken for an error of an item, and loses none."""

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


def test_sys_exit_in_the_input_ends_the_stream() -> None:
    """Trap: in ThreadPool.imap it kills the task handler and every later job hangs."""

    def source() -> Iterator[int]:
        yield 1
        sys.exit(3)

    with pytest.raises(SystemExit):
        list(stream(double, source(), workers=2))


# Failing


@ordered_or_not
@pytest.mark.parametrize("chunk", [1, 3])
def test_errors_are_values(ordered: bool, chunk: int) -> None:
    """Trap: with a chunk size, ThreadPool's map drops the rest of the chunk after an error.
    Trap: SystemExit in a task of ThreadPool kills its worker, and map hangs."""

    def work(item: int) -> int:
        if item == 2:
            sys.exit(3)
        if item == 5:
            raise KeyboardInterrupt
        if item % 2:
            raise ValueError(item)
        return item

    outcomes = list(stream(work, range(8), workers=2, ordered=ordered, chunk=chunk))
    failed = {o.item: type(o.error) for o in outcomes if isinstance(o, Failed)}
    assert failed == {
        1: ValueError,
        2: SystemExit,
        3: ValueError,
        5: KeyboardInterrupt,
        7: ValueError,
    }
    assert sorted(o.item for o in outcomes if isinstance(o, Ok)) == [0, 4, 6]


def test_unwrap_raises_where_the_call_failed() -> None:
    """The traceback leads to the line in the caller's own function."""

    def work(item: int) -> float:
        return 1 / item

    (outcome,) = stream(work, [0], workers=1)
    with pytest.raises(ZeroDivisionError) as caught:
        outcome.unwrap()
    assert caught.traceback[-1].name == "work"


def test_an_outcome_that_was_dropped_is_freed() -> None:
    """Trap: an error keeps its call's locals alive, but there is no cycle to keep the error."""

    class Item:
        pass

    def work(item: Item) -> NoReturn:
        raise ValueError(item)

    gc.disable()
    try:
        outcomes = list(stream(work, [Item()], workers=1))
        alive = weakref.ref(outcomes[0].item)
        outcomes.clear()
        assert alive() is None
    finally:
        gc.enable()


def test_a_thread_that_cannot_be_started_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trap: ThreadPool fails in its clean-up, with an AttributeError that hides the cause."""

    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(RuntimeError, match="start"):
        list(stream(double, range(3), workers=2))


# Leaving


def when_left(action: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Do something as soon as a stream that is left begins to wait for the running calls."""
    wait = AsyncResult[object].wait

    def act_and_wait(result: AsyncResult[object], timeout: float) -> None:
        action()
        wait(result, timeout)

    monkeypatch.setattr(AsyncResult, "wait", act_and_wait)


@pytest.mark.parametrize("leave", ["return", "break", "raise"])
def test_leaving_drops_what_is_queued_and_waits_for_what_runs(
    leave: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trap: leaving `with ThreadPool()` does not wait for the calls that are running."""
    work = Calls()
    finished: list[int] = []

    def call(item: int) -> int:
        if item > 1:  # not in the first chunk
            work(item)
            finished.append(item)
        return item

    when_left(work.gate.set, monkeypatch)

    def consume() -> None:
        for outcome in stream(call, itertools.count(), workers=3, chunk=2, ordered=False):
            assert outcome == Ok(0, 0)
            assert work.started.wait(HANG)
            if leave == "return":
                return
            if leave == "raise":
                raise KeyError
            break

    if leave == "raise":
        with pytest.raises(KeyError):
            consume()
    else:
        consume()
    assert stream_threads() == []
    assert sorted(finished) == sorted(work.items)
    assert len(finished) <= 3


def test_a_stream_that_is_not_read_starts_nothing() -> None:
    """A generator runs from its first `next`."""
    stream(double, [1]).close()
    assert stream_threads() == []


def test_a_stream_may_be_closed_twice_and_ends_for_good() -> None:
    outcomes = stream(double, itertools.count(), workers=2)
    next(outcomes)
    outcomes.close()
    outcomes.close()
    assert list(outcomes) == []


def test_the_garbage_collector_may_close_a_stream_in_its_own_worker() -> None:
    """Trap: a thread that joins itself raises, or waits for ever."""
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
    """Trap: at interpreter exit the workers, which are daemons, no longer run: none is joined."""
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
    command = [sys.executable, "-c", textwrap.dedent(script)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=HANG, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("0\n", "", 0)


needs_pthread_kill = pytest.mark.skipif(os.name != "posix", reason="sends a POSIX signal")


def press_ctrl_c() -> None:
    """Raise KeyboardInterrupt in the main thread, from any thread."""
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def consume_by_loop(work: Callable[[int], int]) -> None:
    for _ in stream(work, itertools.count(), workers=3):
        pass


def consume_by_map_all(work: Callable[[int], int]) -> None:
    map_all(work, itertools.count(), workers=3)


def consume_by_for_each(work: Callable[[int], int]) -> None:
    for_each(work, itertools.count(), workers=3)


@needs_pthread_kill
@pytest.mark.parametrize("consume", [consume_by_loop, consume_by_map_all, consume_by_for_each])
def test_ctrl_c_does_not_wait_for_running_calls(
    consume: Callable[[Callable[[int], int]], None],
) -> None:
    """What is queued is dropped; what runs may end later, by itself."""
    work = Calls()

    def call(item: int) -> int:
        if item == 2:
            press_ctrl_c()
        return work(item)

    with pytest.raises(KeyboardInterrupt):
        consume(call)
    assert work.let_go is None  # it still runs: nobody waited for it
    work.gate.set()


@needs_pthread_kill
def test_ctrl_c_in_the_loops_body_does_not_wait_under_closing() -> None:
    """Trap: a plain loop is only told that it is left, and waits as for `break`."""
    work = Calls()

    def call(item: int) -> int:
        return work(item) if item else 0

    def consume() -> None:
        with closing(stream(call, itertools.count(), workers=3, ordered=False)) as outcomes:
            for _ in outcomes:
                assert work.started.wait(HANG)
                press_ctrl_c()
                threading.Event().wait(HANG)

    with pytest.raises(KeyboardInterrupt):
        consume()
    assert work.let_go is None  # it still runs: nobody waited for it
    work.gate.set()


@needs_pthread_kill
def test_ctrl_c_ends_the_wait_for_running_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trap: in a plain loop Python would print this KeyboardInterrupt and go on."""
    work = Calls()

    def call(item: int) -> int:
        return work(item) if item else 0

    def consume() -> None:
        with closing(stream(call, itertools.count(), workers=3, ordered=False)) as outcomes:
            next(outcomes)
            assert work.started.wait(HANG)

    when_left(press_ctrl_c, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        consume()
    assert work.let_go is None  # it still runs: nobody waited for it
    work.gate.set()


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
    """Trap: ThreadPool.map calls the function for every item, also after an error."""
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
