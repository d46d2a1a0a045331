"""What the pool promises: nothing is lost, nobody waits for ever, nothing kills it."""

from __future__ import annotations

import asyncio
import concurrent.futures
import gc
import logging
import os
import signal
import subprocess
import sys
import sysconfig
import threading
import time
import weakref
from concurrent.futures import CancelledError
from contextlib import contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any, Final, NoReturn

import pytest

from demo.threadpool_jobs import Job, JobPool, as_completed, first_error, first_result

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

HANG = 10  # seconds: no test waits for them unless something is broken


@pytest.fixture(autouse=True, scope="module")
def ctrl_c() -> None:
    """Let Ctrl-C interrupt these tests, though a runner in the background ignores it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def busy(pool: JobPool) -> Generator[tuple[Job[object], threading.Event]]:
    """Keep one worker busy until the end of the block, or until the event is set."""
    started, release = threading.Event(), threading.Event()

    def hold() -> None:
        started.set()
        release.wait(HANG)  # whoever wants it to run until then looks at its status

    job = pool.submit(hold)
    assert started.wait(HANG)
    try:
        yield job, release
    finally:
        release.set()


class FalseError(Exception):
    def __len__(self) -> int:
        return 0


def fail(error: BaseException) -> NoReturn:
    raise error


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + HANG
    while not condition():
        assert time.monotonic() < deadline
        gc.collect()
        time.sleep(0.001)


def run_script(code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


# Handles


def test_status_follows_a_job_and_a_timeout_does_not_stop_it() -> None:
    with JobPool(1) as pool:
        with busy(pool) as (running, _):
            waiting, cancelled = pool.submit(int, "ff", base=16), pool.submit(int)
            assert cancelled.cancel()
            jobs = [running, waiting, cancelled, pool.submit(int, "x")]
            assert [job.status for job in jobs] == ["running", "waiting", "cancelled", "waiting"]
            began = time.monotonic()
            assert not running.wait(timeout=0.01)
            assert time.monotonic() - began >= 0.01
            with pytest.raises(TimeoutError, match="after 0 s"):
                running.result(timeout=0)
        assert all(job.wait() for job in jobs)
        assert [job.status for job in jobs] == ["done", "done", "cancelled", "failed"]
        assert waiting.result() == 255
        assert isinstance(jobs[3].exception(), ValueError)


def test_cancel_is_told_at_once_and_too_late_for_a_running_job() -> None:
    with JobPool(1) as pool, busy(pool) as (running, _):
        waiting = pool.submit(int)
        told: list[str] = []
        waiting.add_done_callback(lambda job: told.append(job.status))
        assert waiting.cancel()
        assert waiting.cancel()
        assert not running.cancel()
        assert told == ["cancelled"]
        assert list(as_completed([waiting])) == [waiting]
        with pytest.raises(CancelledError, match="cancelled"):
            waiting.result()


def test_callback_runs_in_the_worker_or_at_once_if_the_job_has_ended() -> None:
    threads: list[threading.Thread] = []
    with JobPool(1) as pool:
        with busy(pool) as (job, _):
            job.add_done_callback(lambda _: threads.append(threading.current_thread()))
        pool.submit(int).wait()  # by then the callback has run
        job.add_done_callback(lambda _: threads.append(threading.current_thread()))
    assert threads[0].name == "jobs-0"
    assert threads[1:] == [threading.current_thread()]


def test_ended_job_keeps_no_arguments_and_idle_worker_no_result() -> None:
    class Big:
        pass

    with JobPool(1) as pool:
        made, used = pool.submit(Big), pool.submit(id, big := Big())
        refs = [weakref.ref(made.result()), weakref.ref(big)]
        used.wait()
        pool.submit(int).wait()  # by then the worker has let go of the jobs before
        del made, big
        wait_until(lambda: [ref() for ref in refs] == [None, None])


def test_future_ends_as_its_job_does_and_cancels_it_if_it_waits() -> None:
    with JobPool(1) as pool:
        with busy(pool) as (running, _):
            jobs: list[Job[Any]] = [running, pool.submit(int, "7"), pool.submit(fail, FalseError())]
            jobs += [pool.submit(int), pool.submit(int)]
            futures = [job.future() for job in jobs]
            assert [future.running() for future in futures] == [True] + [False] * 4
            assert [future.cancel() for future in (futures[0], futures[3])] == [False, True]
            assert jobs[4].cancel()
            assert concurrent.futures.wait(futures, timeout=0).done == set(futures[3:])
        assert set(concurrent.futures.as_completed(futures, timeout=HANG)) == set(futures)
    assert [job.status for job in jobs] == ["done", "done", "failed", "cancelled", "cancelled"]
    assert [future.cancelled() for future in futures] == [False] * 3 + [True] * 2
    assert [future.cancel() for future in futures] == [False] * 3 + [True] * 2
    assert not futures[0].running()
    assert all(job.done() for job in jobs)
    assert futures[1].result() == 7
    assert futures[2].exception() is jobs[2].exception()
    assert [job.future() for job in jobs] == futures
    assert jobs[1].future().result() == 7


def test_a_future_that_is_cancelled_while_its_job_ends_ends_as_that_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Or whoever waits for it waits for ever: its result comes too late for it, and is lost."""
    with JobPool(1) as pool:
        with busy(pool):
            job = pool.submit(int, "7")
            future, exception = job.future(), job.exception

            def cancel_first(timeout: float | None = None) -> BaseException | None:
                future.cancel()
                return exception(timeout)

            monkeypatch.setattr(job, "exception", cancel_first)
        assert concurrent.futures.wait([future], timeout=HANG).done == {future}
    assert future.result(timeout=0) == 7


def test_asyncio_waits_for_a_future_and_cancels_its_job() -> None:
    async def use(pool: JobPool) -> object:
        with busy(pool):
            waiting = pool.submit(int)
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(asyncio.wrap_future(waiting.future()), timeout=0.01)
            assert waiting.status == "cancelled"
        return await asyncio.wrap_future(pool.submit(int, "7").future())

    with JobPool(1) as pool:
        assert asyncio.run(use(pool)) == 7


# Failures


@pytest.mark.skipif(sysconfig.get_config_var("Py_GIL_DISABLED") == 1, reason="frees later")
def test_error_that_was_raised_keeps_nothing_alive() -> None:
    class Big:
        pass

    def fail_with_much_in_hand(big: Big) -> None:
        refs.append(weakref.ref(big))
        raise ValueError

    refs: list[weakref.ref[Big]] = []
    gc.disable()  # which would free it at some time
    try:
        with JobPool(1) as pool, suppress(ValueError):
            pool.submit(lambda: fail_with_much_in_hand(Big())).result()
        assert refs[0]() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("error", [ValueError("x"), SystemExit(3), KeyboardInterrupt()])
def test_error_of_a_job_or_of_a_callback_harms_nothing_else(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    """The one stays in the job's handle, the other is logged."""
    with JobPool(1) as pool:
        with busy(pool):
            job = pool.submit(fail, error)
            job.add_done_callback(lambda _: fail(error))
            completed = as_completed([job])
        assert next(completed) is job
        job.add_done_callback(lambda _: fail(error))  # after the end, in this thread
        with pytest.raises(type(error)):
            job.result()
        assert pool.submit(int, "7").result() == 7
    assert caplog.text.count("Traceback") == 2
    assert caplog.text.count("callback of a job failed") == 2
    assert type(error).__name__ in caplog.text


def test_log_that_fails_harms_nothing_else() -> None:
    def refuse(record: logging.LogRecord) -> NoReturn:
        raise LookupError(record)

    log = logging.getLogger(JobPool.__module__)
    log.addFilter(refuse)
    try:
        with JobPool(1) as pool:
            pool.submit(int).add_done_callback(lambda _: fail(ValueError()))
            assert pool.submit(int, "7").result(timeout=HANG) == 7
    finally:
        log.removeFilter(refuse)


ASK: Final[dict[str, Callable[[Job[object]], object]]] = {
    "exception": lambda job: job.exception(),
    "future": lambda job: job.future(),
    "callback": lambda job: job.add_done_callback(print),
}


@pytest.mark.parametrize("way", ASK)
def test_failure_is_logged_when_its_handle_is_gone_unless_somebody_asks(
    way: str, caplog: pytest.LogCaptureFixture
) -> None:
    with JobPool(1) as pool:
        asked, kept = pool.submit(int, "asked"), pool.submit(int, "kept")
        ASK[way](asked)
        pool.submit(int, "dropped")
        assert list(as_completed([kept])) == [kept]  # this is not asking
    wait_until(lambda: "'dropped'" in caplog.text)
    del asked
    gc.collect()
    assert "'kept'" not in caplog.text
    kept.hand_over()  # as the exit does, and not once more when it is dropped
    del kept
    with JobPool(1) as pool:
        pool.submit(int, "last")
    wait_until(lambda: "'last'" in caplog.text)
    assert "'asked'" not in caplog.text
    assert [record.exc_info is not None for record in caplog.records] == [True] * 3


def test_log_is_not_written_where_a_handle_is_dropped() -> None:
    """That may be inside a call of logging, which the collector interrupts: locks are held there."""
    result = run_script("""
import gc, logging, threading
from demo.threadpool_jobs import JobPool

lock = threading.Lock()  # as that of the queue of a QueueHandler

class Handler(logging.Handler):
    def emit(self, record):
        with lock:
            gc.collect()
            print(record.getMessage(), threading.current_thread().daemon, flush=True)
        if record.levelno == logging.ERROR:
            raise OSError  # this has to be told to nobody

logging.getLogger().addHandler(Handler())
with JobPool(1) as pool:
    cycle = [pool.submit(int, "nonsense")]
cycle.append(cycle)
del cycle
logging.warning("first")
""")
    assert result.stderr == ""
    first, second = result.stdout.splitlines()
    assert first == "first False"
    assert second.startswith("a job failed and nobody asked: ValueError")
    assert second.endswith(" True")  # the collector cannot wait for the start of another kind


WAYS_TO_WAIT: Final[dict[str, Callable[[JobPool], object]]] = {
    "result": lambda pool: pool.submit(int).result(),
    "as_completed": lambda pool: next(as_completed([pool.submit(int)])),
    "close": lambda pool: pool.close(),
}


@pytest.mark.parametrize("way", WAYS_TO_WAIT)
def test_waiting_for_the_own_pool_is_an_error_and_no_deadlock(way: str) -> None:
    with JobPool(1) as pool:
        assert "its own pool" in str(pool.submit(WAYS_TO_WAIT[way], pool).exception())


# Reacting


def test_as_completed_yields_in_the_order_of_the_ends() -> None:
    gates = [threading.Event() for _ in range(3)]
    with JobPool(3) as pool:
        jobs = [pool.submit(gate.wait) for gate in gates]
        completed = as_completed(jobs)
        for number in (2, 0, 1):
            gates[number].set()
            assert next(completed) is jobs[number]
        assert list(completed) == []


def test_as_completed_ends_at_its_deadline_with_what_came_until_then() -> None:
    with JobPool(2) as pool, busy(pool) as (running, release):
        ended = [pool.submit(int), pool.submit(int)]
        assert all(job.wait() for job in ended)
        completed = as_completed([*ended, running], timeout=0.01)
        with pytest.raises(TimeoutError, match="not all jobs"):
            next(as_completed([running], timeout=0.05))
        assert next(completed) is ended[0]
        release.set()
        assert running.wait()  # too late
        assert next(completed) is ended[1]
        with pytest.raises(TimeoutError):
            next(completed)


@pytest.mark.parametrize("texts", [("x", "1"), ("1", "x")])
def test_first_result_and_first_error_cancel_what_has_not_started(texts: tuple[str, str]) -> None:
    first = first_result if texts[1] == "1" else first_error
    with JobPool(1) as pool:
        release = threading.Event()
        jobs: list[Job[object]] = [pool.submit(int, text) for text in texts]
        jobs += [pool.submit(release.wait, HANG), pool.submit(int)]
        assert first(jobs) is jobs[1]
        assert jobs[3].status == "cancelled"
        assert first(jobs[:1]) is None
        assert first(jobs[:0]) is None
        with pytest.raises(TimeoutError):
            first([pool.submit(release.wait, HANG)], timeout=0)
        assert list(as_completed(jobs[:2], timeout=HANG)) == jobs[:2]
        release.set()
    assert [isinstance(job.exception(), ValueError) for job in jobs[:2]].count(True) == 1


# The end


def test_leaving_by_an_error_cancels_the_waiting_and_waits_for_the_running() -> None:
    pool = JobPool(1)
    with busy(pool) as (running, release):
        waiting = pool.submit(int)
        waiting.add_done_callback(lambda _: release.set())
        with pytest.raises(ZeroDivisionError), pool:
            raise ZeroDivisionError
        assert [running.status, waiting.status] == ["done", "cancelled"]


WAYS_TO_LEAVE: Final[dict[str, Callable[[JobPool], object]]] = {
    "Ctrl-C": lambda _: fail(KeyboardInterrupt()),
    "sys.exit": lambda _: sys.exit(),
    "Ctrl-C while leaving": lambda _: threading.Timer(
        0.1, signal.pthread_kill, [threading.get_ident(), signal.SIGINT]
    ).start(),
    "closed without waiting": lambda pool: pool.close(drop=True, wait=False),
}


@pytest.mark.parametrize("way", WAYS_TO_LEAVE)
def test_leaving_without_waiting_drops_what_has_not_started(way: str) -> None:
    if sys.platform == "win32" and way == "Ctrl-C while leaving":
        pytest.skip("sends SIGINT")
    error = {"sys.exit": SystemExit, "closed without waiting": None}.get(way, KeyboardInterrupt)
    pool = JobPool(1)
    with busy(pool) as (running, _):
        waiting = pool.submit(int)
        with pytest.raises(error) if error else nullcontext(), pool:
            WAYS_TO_LEAVE[way](pool)
        assert [running.status, waiting.status] == ["running", "cancelled"]


def test_closed_pool_can_be_closed_again_and_refuses_jobs() -> None:
    with JobPool(1, name="mirror") as pool:
        assert pool.submit(lambda: threading.current_thread().name).result() == "mirror-0"
        pool.close()
    assert set(threading.enumerate()) == {threading.main_thread()}
    with pytest.raises(RuntimeError, match="closed"):
        pool.submit(int)
    with JobPool(1) as other:
        other.submit(pool.close).result()  # in a thread that may have the number of an ended one


def test_interpreter_exit_loses_no_job_and_no_error() -> None:
    result = run_script("""
import logging, threading, time
from demo.threadpool_jobs import JobPool

class Slow(logging.StreamHandler):
    def emit(self, record):
        time.sleep(0.1)
        super().emit(record)

logging.getLogger().addHandler(Slow())
pool = JobPool(1)
pool.submit(threading.main_thread().join)  # until the interpreter exits
pool.submit(time.sleep, 0.2)  # if it did not wait, it would be gone by then
for number in range(20):
    pool.submit(print, number)
pool.submit(int, "dropped")
failed = pool.submit(int, "kept")
""")
    assert result.stdout.split() == [str(number) for number in range(20)]
    errors = [line.split()[-1] for line in result.stderr.splitlines() if "nobody asked" in line]
    assert errors == ["'dropped'\")", "'kept'\")"]
    assert result.returncode == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_forked_process_waits_for_nothing_and_is_told_to_make_its_own_pool() -> None:
    """It has the pool and none of its threads."""
    result = run_script("""
import os, sys, threading
from demo.threadpool_jobs import JobPool

gate = threading.Event()
with JobPool(1) as pool:
    job = pool.submit(gate.wait)
    if os.fork() == 0:
        for wait in (job.result, lambda: pool.submit(int)):
            try:
                wait()
            except RuntimeError as error:
                print(error, flush=True)
        with pool:
            sys.exit(3)
    gate.set()
    print(os.waitstatus_to_exitcode(os.wait()[1]))
""")
    *told, code = result.stdout.splitlines()
    assert [line.count("forked process") for line in told] == [1, 1]
    assert code == "3"


@pytest.mark.skipif(sys.platform != "linux", reason="limits memory as Linux does")
def test_pool_that_cannot_be_started_says_so() -> None:
    result = run_script("""
import resource, threading
from demo.threadpool_jobs import JobPool

threading.stack_size(2**30)
resource.setrlimit(resource.RLIMIT_AS, (2**33, resource.RLIM_INFINITY))
try:
    JobPool(32)
except RuntimeError as error:
    print(error)
""")
    assert (result.stdout, result.stderr) == ("could not start 32 threads\n", "")


def test_submit_may_be_interrupted_at_any_line_by_what_uses_the_pool() -> None:
    """By a finalizer or a signal handler; the job is refused or runs."""
    result = run_script("""
import sys
from demo.threadpool_jobs import JobPool

def interrupt(frame, *_):
    global lines
    if frame.f_code is JobPool.submit.__code__:
        lines -= 1
        pool.submit(int)
        if lines == 0:
            pool.close(wait=False)
        return interrupt

for number in range(1, 9):
    pool, lines = JobPool(1), number
    try:
        sys.settrace(interrupt)
        job = pool.submit(int)
    except RuntimeError:
        print("refused")
    else:
        print(job.wait(10))
    finally:
        sys.settrace(None)
        pool.close(wait=False)
""")
    assert result.stderr == ""
    assert set(result.stdout.split()) == {"refused", "True"}


def test_job_is_either_run_or_cancelled() -> None:
    ran: list[int] = []
    with JobPool(4) as pool:
        jobs = [pool.submit(ran.append, number) for number in range(2000)]
        cancelled = [number for number, job in enumerate(jobs) if number % 2 and job.cancel()]
    assert sorted(ran + cancelled) == list(range(2000))
