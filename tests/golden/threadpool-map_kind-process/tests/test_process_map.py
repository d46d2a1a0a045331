import functools
import gc
import itertools
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from demo.process_map import NOT_YET, Failed, Ok, Report, WorkerDied, for_each, map_all, stream

HANG = 20  # seconds: no test waits for them unless something is broken

Where: TypeAlias = dict[str, Any]
ordered_or_not = pytest.mark.parametrize("ordered", [True, False])


@pytest.fixture(autouse=True, scope="module")
def ctrl_c() -> None:
    """Let Ctrl-C interrupt these tests, though a runner in the background ignores it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def where() -> Where:
    """What every call here is given."""
    return {"workers": 2}


@pytest.fixture(autouse=True)
def no_process_is_left() -> Iterator[None]:
    """Fail a test that leaves a process behind."""
    yield
    assert multiprocessing.active_children() == []


def double(number: int) -> int:
    return 2 * number


def without_end() -> Iterator[int]:
    """Numbers for as long as a test may take."""
    began = time.monotonic()
    for number in itertools.count():
        assert time.monotonic() - began < HANG
        yield number


def inverse(number: int) -> float:
    return 1 / (number % 3)


def wait_for(path: Path) -> None:
    """Wait until another process has made a file."""
    deadline = time.monotonic() + HANG
    while not path.exists():
        assert time.monotonic() < deadline, f"no {path}"
        time.sleep(0.01)


def wait_or_open(gate: Path, opens: bool, item: int) -> int:
    """Item 0 waits until the gate is open; item 4 may open it."""
    if item == 0:
        wait_for(gate)
    elif item == 4 and opens:
        gate.touch()
    return item


class NeedsTwoError(Exception):
    """It can be pickled, but not unpickled."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


class Unreadable:
    """The same, but no error."""

    def __reduce__(self) -> tuple[type, tuple[str]]:
        return int, ("no number",)


def fail_in_many_ways(item: object) -> object:
    errors = {1: ValueError(1), 2: SystemExit(3), 3: KeyboardInterrupt(), 4: NeedsTwoError(1, 2)}
    errors[5] = ValueError(threading.Lock())
    if isinstance(item, int) and item in errors:
        raise errors[item]
    if item == 6:
        return Unreadable()
    return threading.Lock() if item == 7 else item


# What comes out


@ordered_or_not
@pytest.mark.parametrize("count", [0, 1, 50])
@pytest.mark.parametrize(("chunk", "window"), [(1, None), (7, 4), (3, 9)])
def test_every_item_comes_out_once(
    where: Where, ordered: bool, count: int, chunk: int, window: int | None
) -> None:
    """Whatever the options, nothing is lost and nothing comes twice."""
    numbers = iter(range(count))
    outcomes = list(stream(double, numbers, ordered=ordered, chunk=chunk, window=window, **where))
    if not ordered:
        outcomes.sort(key=lambda outcome: outcome.item)
    assert outcomes == [Ok(number, 2 * number) for number in range(count)]


@pytest.mark.parametrize(
    ("options", "in_order"),
    [({"ordered": True}, True), ({"ordered": False}, False), ({}, False)],
)
def test_order(where: Where, tmp_path: Path, options: Where, in_order: bool) -> None:
    """A slow first item keeps its place in input order; otherwise nothing waits for it."""
    gate = tmp_path / "gate"
    seen: list[int] = []
    work = functools.partial(wait_or_open, gate, in_order)
    for outcome in stream(work, range(5), **options, **where):
        seen.append(outcome.unwrap())
        if len(seen) == 4:
            gate.touch()
    assert seen.index(0) == (0 if in_order else 4)
    assert sorted(seen) == list(range(5))


@pytest.mark.parametrize(("func", "items"), [(None, [1]), (double, 1)])
def test_what_is_no_function_or_no_input_is_refused_at_once(func: Any, items: Any) -> None:
    with pytest.raises(TypeError, match=r"callable|iterable"):
        stream(func, items)


@pytest.mark.parametrize("options", [{"workers": 0}, {"chunk": 0}, {"window": 0}])
def test_options_below_one_are_refused_at_once(options: Where) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        stream(double, [1], ordered=False, **options)


# The input


@pytest.mark.parametrize("chunk", [3, 20])
def test_endless_input_is_read_no_further_than_the_window(where: Where, chunk: int) -> None:
    """In the caller's thread: a sqlite cursor, for one, refuses to be read in another."""
    read: list[int] = []

    def source() -> Iterator[int]:
        for number in itertools.count():
            assert threading.current_thread() is threading.main_thread()
            read.append(number)
            yield number

    with closing(stream(double, source(), chunk=chunk, window=8, **where)) as outcomes:
        for given, _ in enumerate(itertools.islice(outcomes, 30)):
            assert len(read) <= given + 8


def test_the_window_is_eight_chunks_a_worker(where: Where, tmp_path: Path) -> None:
    """There are two workers: 48 items are read while the first is running, and no more."""
    gate = tmp_path / "gate"
    opener = threading.Timer(0.2, gate.touch)
    seen: list[int] = []

    def source() -> Iterator[int]:
        yield from range(47)
        opener.start()
        yield 47
        assert seen
        yield 48

    work = functools.partial(wait_or_open, gate, False)
    for outcome in stream(work, source(), ordered=True, chunk=3, **where):
        seen.append(outcome.unwrap())  # noqa: PERF401 (the source looks at it)
    assert seen == list(range(49))
    opener.join()


def test_reading_ahead_waits_for_no_result(where: Where, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    began = time.monotonic()

    def source() -> Iterator[Path]:
        for _ in range(99):
            if time.monotonic() - began < HANG / 4:
                yield gate
        gate.touch()

    assert len(list(stream(wait_for, source(), window=100, **where))) == 99


def test_waiting_for_results_takes_no_cpu(where: Where) -> None:
    """Neither while the window is full nor at the end."""
    outcomes = stream(time.sleep, [0.4] * 6, window=3, **where)
    next(outcomes)  # by now the workers are there
    before = time.thread_time()
    assert len(list(outcomes)) == 5
    assert time.thread_time() - before < 0.05


@ordered_or_not
@pytest.mark.parametrize("chunk", [1, 3])
def test_input_may_depend_on_results(where: Where, ordered: bool, chunk: int) -> None:
    """As a crawler's does. While it has no item it says so."""
    todo, seen = [1], set[int]()

    def source() -> Iterator[int]:
        asked = 0
        while todo or asked > len(seen):
            asked += bool(todo)
            yield todo.pop() if todo else NOT_YET

    for outcome in stream(double, source(), ordered=ordered, chunk=chunk, **where):
        todo += [outcome.unwrap(), outcome.item * 2 + 1][: 16 - 2 * outcome.item]
        seen.add(outcome.item)
    assert seen == set(range(1, 16))


@pytest.mark.parametrize("chunk", [1, 3])
def test_an_error_of_the_input_comes_after_all_that_was_read(where: Where, chunk: int) -> None:
    """It is not taken for an error of an item, and loses none."""

    def source() -> Iterator[int]:
        yield from range(20)
        raise OSError("disk gone")

    seen: list[int] = []
    with pytest.raises(OSError, match="disk gone"):
        seen.extend(outcome.item for outcome in stream(double, source(), chunk=chunk, **where))
    assert sorted(seen) == list(range(20))


# Failing


@pytest.mark.parametrize("chunk", [1, 4])
def test_errors_are_values(where: Where, chunk: int) -> None:
    """Also what cannot be pickled: it is one failure, whatever else is in its chunk."""
    items: list[object] = [*range(9), threading.Lock()]
    outcomes = list(stream(fail_in_many_ways, items, chunk=chunk, **where))
    errors = {o.item: o.error for o in outcomes if isinstance(o, Failed)}
    trace = str(errors[1].__cause__)  # from the worker
    assert trace.startswith("\nTraceback (most recent call last):\n  File ")
    assert "in fail_in_many_ways" in trace
    assert "ValueError" in str(errors[5])  # it stands for one that cannot be pickled
    kinds = {item: type(error) for item, error in errors.items()}
    assert kinds.pop(4) in (RuntimeError, NeedsTwoError)  # the latter where tblib mends the class
    assert kinds.pop(items[9]) is TypeError
    assert kinds.pop(6) is ValueError  # from int(), in Unreadable
    assert kinds.pop(7) is TypeError
    assert kinds == {1: ValueError, 2: SystemExit, 3: KeyboardInterrupt, 5: RuntimeError}
    assert sorted(str(o.item) for o in outcomes if isinstance(o, Ok)) == ["0", "8"]


def test_a_function_that_cannot_be_pickled_is_refused_at_once(where: Where) -> None:
    lock = threading.Lock()
    with pytest.raises(TypeError, match="pickle"):
        stream(functools.partial(print, lock), [1], **where)


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


# Timeout


def loop(work: Callable[[Any], object], items: Iterable[object], **options: Any) -> None:
    for _ in stream(work, items, **options):
        pass


consumers = pytest.mark.parametrize("consumer", [loop, map_all, for_each])


@consumers
def test_a_timeout_does_not_wait_for_running_calls(
    where: Where, tmp_path: Path, consumer: Callable[..., object]
) -> None:
    began = time.monotonic()
    with pytest.raises(TimeoutError, match="in time"):
        consumer(wait_for, [tmp_path / "gate"] * 3, timeout=0.2, **where)
    assert time.monotonic() - began < HANG / 2  # the calls wait for longer
    (tmp_path / "gate").touch()


@pytest.mark.parametrize("chunk", [1, 3])
def test_a_timeout_holds_while_results_keep_coming(where: Where, chunk: int) -> None:
    began = time.monotonic()
    with pytest.raises(TimeoutError, match="in time"):
        loop(double, without_end(), chunk=chunk, timeout=0.5, **where)
    assert time.monotonic() - began < HANG / 2


def test_after_a_timeout_nothing_is_called_or_handed_out(where: Where, tmp_path: Path) -> None:
    """The input is not interrupted, but what it brings too late is for no call."""

    def source() -> Iterator[Path]:
        time.sleep(0.3)
        yield tmp_path / "called"
        pytest.fail("it was asked for more")

    with pytest.raises(TimeoutError, match="in time"):
        map_all(Path.touch, source(), chunk=2, timeout=0.2, **where)
    assert not list(tmp_path.iterdir())
    seen: list[int] = []

    def consume() -> None:
        for outcome in stream(double, [1, 2], chunk=2, timeout=0.6, **where):
            seen.append(outcome.item)
            time.sleep(0.6)

    with pytest.raises(TimeoutError, match="in time"):
        consume()
    assert len(seen) <= 1


# map_all and for_each


def test_map_all_returns_results_in_input_order(where: Where) -> None:
    """With all its options."""
    numbers = iter(range(50))
    assert map_all(double, numbers, chunk=3, timeout=HANG, **where) == list(range(0, 100, 2))


def wait_or_open_late(gate: Path, item: int) -> int:
    """Item 0 waits until one has been called that is more than a window behind it."""
    if item == 0:
        wait_for(gate)
    elif item == 49:
        gate.touch()
    return item


@pytest.mark.parametrize("consumer", [map_all, for_each])
def test_a_slow_item_holds_up_no_other(
    where: Where, tmp_path: Path, consumer: Callable[..., object]
) -> None:
    work = functools.partial(wait_or_open_late, tmp_path / "gate")
    expected: list[int] | Report[int] = (
        list(range(50)) if consumer is map_all else Report(50, 0, [])
    )
    assert consumer(work, range(50), **where) == expected


def meet_other(directory: Path, number: int) -> None:
    (directory / f"{number}").touch()
    wait_for(directory / f"{1 - number}")


@consumers
def test_two_items_are_called_at_once(
    where: Where, tmp_path: Path, consumer: Callable[..., object]
) -> None:
    """Unless they are of one chunk."""
    consumer(functools.partial(meet_other, tmp_path), range(2), **where)
    assert len(list(tmp_path.iterdir())) == 2


@consumers
@pytest.mark.parametrize("option", ["workers", "chunk"])
def test_they_take_the_options_of_stream(consumer: Callable[..., object], option: str) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        consumer(double, [1], **{option: 0})


def test_map_all_skips_what_is_not_yet_there(where: Where) -> None:
    """And the input is not asked again at once."""
    began = time.monotonic()
    asked = 0

    def source() -> Iterator[int]:
        nonlocal asked
        yield 5
        while time.monotonic() - began < 0.3:
            asked += 1
            yield NOT_YET
        yield 3

    assert map_all(double, source(), **where) == [10, 6]
    assert asked < 10


def exit_or_wait(gate: Path, item: int) -> None:
    if item:
        sys.exit(3)
    wait_for(gate)


def test_map_all_raises_the_first_error_to_happen(where: Where, tmp_path: Path) -> None:
    """Though a call for an earlier item is running."""
    with pytest.raises(SystemExit):
        map_all(functools.partial(exit_or_wait, tmp_path / "gate"), range(2), **where)
    (tmp_path / "gate").touch()


def test_map_all_stops_at_the_first_error(where: Where) -> None:
    with pytest.raises(ZeroDivisionError):
        map_all(inverse, without_end(), **where)


def test_for_each_counts_and_keeps_the_first_failures(where: Where) -> None:
    report = for_each(inverse, range(30), chunk=4, keep=2, **where)
    assert (report.succeeded, report.failed, len(report.first_failures)) == (20, 10, 2)
    assert [failure.item % 3 for failure in report.first_failures] == [0, 0]
    assert for_each(double, [], **where) == Report(0, 0, [])
    assert len(for_each(int, ["x"] * 101, chunk=51, **where).first_failures) == 100


# Processes


def die(item: int) -> int:
    """As when memory runs out."""
    if item in {3, 10}:
        os.kill(os.getpid(), signal.SIGKILL)
    return item


def pid(_: int) -> int:
    return os.getpid()


def pid_later(_: int) -> int:
    time.sleep(0.05)
    return os.getpid()


def run_python(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=HANG, check=False)


def finish_late(directory: Path, item: int) -> int:
    if item:
        (directory / "started").touch()
        wait_for(directory / "gate")
        (directory / f"finished-{item}").touch()
    else:  # once another item has been called
        wait_for(directory / "started")
    return item << 10_000_000  # more than a pipe holds


needs_posix = pytest.mark.skipif(os.name != "posix", reason="sends a POSIX signal")


@needs_posix
@ordered_or_not
def test_a_worker_that_is_killed_fails_its_batch_only(ordered: bool) -> None:
    """Trap: in multiprocessing.Pool its result never comes, and the program hangs."""
    outcomes = list(stream(die, range(20), workers=2, ordered=ordered, chunk=2))
    failed = sorted(o.item for o in outcomes if isinstance(o, Failed))
    assert failed == [2, 3, 10, 11]
    assert all(isinstance(o.error, WorkerDied) for o in outcomes if isinstance(o, Failed))
    assert all("exit code -9" in str(o.error) for o in outcomes if isinstance(o, Failed))
    assert sorted(o.item for o in outcomes) == list(range(20))


@needs_posix
def test_a_worker_that_is_killed_between_batches_is_replaced() -> None:
    outcomes = stream(pid, range(200), workers=1, window=1)
    first = next(outcomes).unwrap()
    (worker,) = multiprocessing.active_children()
    worker.kill()
    worker.join(HANG)
    rest = list(outcomes)
    assert len(rest) == 199
    assert sum(isinstance(outcome, Failed) for outcome in rest) <= 1
    assert first not in {o.value for o in rest[1:] if isinstance(o, Ok)}


def leave_an_heir(gate: Path) -> None:
    """Die, and leave the worker's end of its pipe to another process."""
    if os.fork():
        os.kill(os.getpid(), signal.SIGKILL)
    try:
        wait_for(gate)
    finally:
        os._exit(0)


@needs_posix
def test_a_worker_that_is_killed_is_noticed_though_its_pipe_stays_open(tmp_path: Path) -> None:
    began = time.monotonic()
    (outcome,) = stream(leave_an_heir, [tmp_path / "gate"], workers=1)
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, WorkerDied)
    assert time.monotonic() - began < HANG / 2  # its heir would wait for longer
    (tmp_path / "gate").touch()


def interrupt_a_program(_: int) -> int:
    return subprocess.run(["/bin/sh", "-c", "kill -INT $$"], check=False).returncode


@needs_posix
def test_programs_that_a_call_starts_can_be_interrupted() -> None:
    """Though a worker itself leaves Ctrl-C to the main process."""
    assert map_all(interrupt_a_program, [1], workers=1) == [-signal.SIGINT]


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_every_start_method(method: str) -> None:
    """Which is the default depends on the Python and the system."""
    before = multiprocessing.get_start_method()
    multiprocessing.set_start_method(method, force=True)
    try:
        assert map_all(double, range(10), workers=2) == list(range(0, 20, 2))
    finally:
        multiprocessing.set_start_method(before, force=True)


def meet(directory: Path, number: int) -> int:
    """Wait for the two others of three."""
    (directory / f"{number}").touch()
    first = number - number % 3
    for other in range(first, first + 3):
        wait_for(directory / f"{other}")
    return os.getpid()


def test_all_workers_run_at_once_and_no_more(tmp_path: Path) -> None:
    assert len(set(map_all(functools.partial(meet, tmp_path), range(12), workers=3))) == 3


def test_by_default_there_is_a_worker_for_each_cpu_that_may_be_used() -> None:
    if sys.platform != "linux":
        pytest.skip("limits the CPUs as Linux does")
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        assert len(set(map_all(pid_later, range(9)))) == 1
    finally:
        os.sched_setaffinity(0, before)


def test_no_more_processes_are_started_than_there_are_items() -> None:
    def source() -> Iterator[int]:
        yield NOT_YET
        assert multiprocessing.active_children() == []

    assert map_all(pid, source(), workers=1) == []
    assert len(set(map_all(pid, [1, 2], workers=100))) <= 2
    one_by_one = stream(pid, range(20), workers=8, window=1)
    assert len({outcome.unwrap() for outcome in one_by_one}) == 1


@pytest.mark.parametrize("method", sorted({*multiprocessing.get_all_start_methods()} - {"fork"}))
def test_a_program_that_runs_again_in_its_workers_is_told(tmp_path: Path, method: str) -> None:
    """Trap: without `if __name__ == "__main__"` a spawned process starts the program anew."""
    script = tmp_path / "script.py"
    script.write_text(f"""
import multiprocessing
from demo import process_map

multiprocessing.set_start_method("{method}", force=True)
process_map.map_all(abs, range(10), workers=1)
""")
    done = run_python(str(script))
    assert "RuntimeError: a worker ended before it began" in done.stderr
    assert done.returncode == 1


@pytest.mark.parametrize("earlier", [None, KeyboardInterrupt, SystemExit])
def test_leaving_waits_for_the_calls_that_run_and_drops_the_rest(
    tmp_path: Path, earlier: type[BaseException] | None
) -> None:
    """None is cut off halfway, not even while a Ctrl-C that came before it is being handled."""
    work = functools.partial(finish_late, tmp_path)
    opener = threading.Timer(0.1, (tmp_path / "gate").touch)

    def consume() -> None:
        with closing(stream(work, itertools.count(), workers=2, ordered=False)) as outcomes:
            assert next(outcomes) == Ok(0, 0)
            opener.start()

    if earlier:
        try:
            raise earlier  # noqa: TRY301
        except earlier:
            consume()
    else:
        consume()
    opener.join()
    assert 1 <= len(list(tmp_path.glob("finished-*"))) <= 2


@needs_posix
@pytest.mark.parametrize("place", ["in the body", "in the wait"])
def test_ctrl_c_kills_the_calls_that_run(place: str, tmp_path: Path) -> None:
    """It does not wait for them."""
    work = functools.partial(finish_late, tmp_path)
    presser = threading.Timer(0.2, signal.pthread_kill, [threading.get_ident(), signal.SIGINT])

    def consume() -> None:
        with closing(stream(work, itertools.count(), workers=2, ordered=False)) as outcomes:
            next(outcomes)
            if place == "in the body":
                raise KeyboardInterrupt
            presser.start()
            next(outcomes)

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        consume()
    assert time.monotonic() - began < HANG / 2  # the calls would wait for longer


def test_an_input_that_exits_kills_the_calls_that_run(tmp_path: Path) -> None:
    """Also while it handles an error."""
    began = time.monotonic()

    def source() -> Iterator[int]:
        yield 1
        while not (tmp_path / "started").exists():
            assert time.monotonic() - began < HANG
            yield NOT_YET
        try:
            yield int("x")
        except ValueError:
            sys.exit(3)

    with pytest.raises(SystemExit):
        list(stream(functools.partial(finish_late, tmp_path), source(), workers=2))
    assert time.monotonic() - began < HANG / 2  # the calls would wait for longer


def test_leaving_waits_no_longer_than_the_timeout(tmp_path: Path) -> None:
    work = functools.partial(finish_late, tmp_path)
    began = time.monotonic()
    outcomes = stream(work, range(9), workers=2, timeout=0.8, ordered=False)
    with suppress(TimeoutError), closing(outcomes):  # the former should this machine be so busy
        assert next(outcomes) == Ok(0, 0)
    assert time.monotonic() - began < HANG / 2  # the calls would wait for longer


def test_an_abandoned_stream_does_not_block_the_exit() -> None:
    """Nor does it close a file that is closed already, when it is garbage."""
    script = """
import gc, itertools
from demo import process_map

for _ in range(3):
    outcomes = process_map.stream(abs, itertools.count(), workers=2, ordered=True)
    cycle = [outcomes]
    cycle.append(cycle)
    number = next(outcomes).unwrap()
    gc.collect()
print(number)
"""
    done = run_python("-c", script)
    assert (done.stdout, done.stderr, done.returncode) == ("0\n", "", 0)


def test_a_stream_that_has_ended_leaves_nothing_behind() -> None:
    def left() -> int:
        gc.collect()
        return sum(type(it).__module__ == stream.__module__ for it in gc.get_objects())

    before = left()
    assert map_all(double, [1, 2], workers=2) == [2, 4]
    assert left() <= before


def test_streams_may_run_side_by_side() -> None:
    """Trap: a forked process has the pipes of all that were started before it."""
    first = stream(double, range(20), workers=2, ordered=True)
    second = stream(double, range(20), workers=2, ordered=True)
    assert [a.unwrap() + b.unwrap() for a, b in zip(first, second, strict=True)] == [
        4 * number for number in range(20)
    ]
