import functools
import itertools
import logging
import os
import signal
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from demo.cluster_map import NOT_YET, Failed, Ok, Report, for_each, map_all, stream

dask: Any = import_module("dask")
distributed: Any = import_module("distributed")
HANG = 30  # seconds: no test waits for them unless something is broken

Where: TypeAlias = dict[str, Any]
ordered_or_not = pytest.mark.parametrize("ordered", [True, False])


@pytest.fixture(autouse=True, scope="module")
def ctrl_c() -> None:
    """Let Ctrl-C interrupt these tests, though a runner in the background ignores it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Real worker processes, for all tests here: starting them takes a second or two."""
    dask.config.set({"distributed.comm.timeouts.connect": "3s"})  # gives up the dead sooner
    dask.config.set({"distributed.scheduler.allowed-failures": 1})
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL,
    ) as cluster:
        yield cluster


@pytest.fixture
def where(cluster: Any) -> Where:
    """What every call here is given."""
    return {"address": cluster.scheduler_address}


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    """Instead of that in conftest.py: Dask keeps threads of its own, but no client may be left."""
    yield
    with pytest.raises(ValueError, match="No"):
        distributed.get_client()


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


# The cluster


def die(item: int) -> int:
    """As when memory runs out."""
    if item == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return item


def never_end(directory: Path, item: int) -> int:
    if item:
        (directory / f"started-{item}").touch()
        try:
            wait_for(directory / "end")
        finally:
            (directory / f"ended-{item}").touch()
    return item


def test_a_worker_that_is_killed_fails_its_batch(where: Where) -> None:
    """Its batch is tried elsewhere first, as often as Dask's allowed-failures says: here once.
    Trap: what waits in line on the same worker counts as tried too, hence the window."""
    outcomes = list(stream(die, range(8), chunk=2, window=2, **where))
    failed = [o for o in outcomes if isinstance(o, Failed)]
    assert sorted(o.item for o in failed) == [2, 3]
    assert all(isinstance(o.error, distributed.KilledWorker) for o in failed)
    assert sorted(o.item for o in outcomes) == list(range(8))


def test_leaving_cancels_what_is_queued_and_says_nothing(
    where: Where, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Trap: Dask's Executor logs an InvalidStateError for what is cancelled."""
    work = functools.partial(never_end, tmp_path)
    with closing(stream(work, itertools.count(), ordered=False, **where)) as outcomes:
        assert next(outcomes) == Ok(0, 0)
        wait_for(tmp_path / "started-1")
    (tmp_path / "end").touch()
    assert len(list(stream(double, range(8), **where))) == 8  # the workers are free again
    assert len(list(tmp_path.glob("started-*"))) <= 4
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(os.name != "posix", reason="sends a POSIX signal")
def test_ctrl_c_does_not_wait_for_the_calls_that_run(where: Where, tmp_path: Path) -> None:
    work = functools.partial(never_end, tmp_path)

    def press() -> None:
        wait_for(tmp_path / "started-1")
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    presser = threading.Thread(target=press)
    presser.start()
    with pytest.raises(KeyboardInterrupt):
        for _ in stream(work, itertools.count(), **where):
            pass
    presser.join()
    assert not list(tmp_path.glob("ended-*"))  # they still run
    (tmp_path / "end").touch()


def test_a_result_comes_out_at_once(where: Where) -> None:
    began = time.monotonic()
    assert len(list(stream(double, range(20), window=1, **where))) == 20
    assert time.monotonic() - began < HANG / 2


def token(_: int) -> bytes:
    return os.urandom(8)


def test_an_item_that_comes_twice_is_called_twice(where: Where) -> None:
    """Trap: Dask takes calls that look alike for one."""
    assert len({outcome.unwrap() for outcome in stream(token, [1] * 5, **where)}) == 5


def test_a_client_of_the_program_stays_the_default(where: Where) -> None:
    with closing(stream(double, itertools.count(), **where)) as outcomes:
        next(outcomes)
        with pytest.raises(ValueError, match="No"):
            distributed.get_client()


@consumers
def test_an_address_that_is_none_is_refused(consumer: Callable[..., object]) -> None:
    with pytest.raises(ValueError, match="nonsense"):
        consumer(double, [1], address="nonsense://127.0.0.1:1")


def test_the_address_may_stand_in_the_environment(where: Where) -> None:
    """As DASK_SCHEDULER_ADDRESS, which Dask reads into its configuration when it is imported."""
    with dask.config.set({"scheduler-address": where["address"]}):
        assert map_all(double, range(5)) == [0, 2, 4, 6, 8]
    with dask.config.set({"scheduler-address": "nonsense://127.0.0.1:1"}):
        assert map_all(double, range(5), **where) == [0, 2, 4, 6, 8]
        with pytest.raises(ValueError, match="nonsense"):
            map_all(double, range(5))


def who(_: int) -> tuple[int, int]:
    time.sleep(0.05)
    return os.getpid(), threading.get_ident()


def test_without_an_address_it_starts_processes_here() -> None:
    """Of one thread each. And ends them."""
    ((pid, _),) = set(map_all(who, range(4), workers=1))
    assert pid != os.getpid()
