"""What the pool promises: nothing is lost, nobody waits for ever, nothing kills it."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import weakref
from concurrent.futures import CancelledError
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Final, NoReturn

import pytest

from demo.threadpool_jobs import Job, JobPool, as_completed, first_error, first_result

if TYPE_CHECKING:
    from collections.abc import Callable, Generator


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
        release.wait()

    job = pool.submit(hold)
    started.wait()
    try:
        yield job, release
    finally:
        release.set()


def fail(error: BaseException) -> NoReturn:
    raise error


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
            assert not running.wait(timeout=0)
            with pytest.raises(TimeoutError):
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
        with pytest.raises(CancelledError):
            waiting.result()


def test_callback_runs_in_the_worker_or_at_once_if_the_job_has_ended() -> None:
    threads: list[threading.Thread] = []
    with JobPool(1) as pool:
        with busy(pool) as (job, _):
            job.add_done_callback(lambda _: threads.append(threading.current_thread()))
        pool.submit(int).wait()  # by then the callback has run
        job.add_done_callback(lambda _: threads.append(threading.current_thread()))
    assert threads[0] is not threading.current_thread()
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
        gc.collect()
        assert [ref() for ref in refs] == [None, None]


# Failures


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
    assert type(error).__name__ in caplog.text


def test_failure_that_nobody_asks_about_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with JobPool(1) as pool:
        asked, kept = pool.submit(int, "asked"), pool.submit(int, "kept")
        asked.exception()
        pool.submit(int, "dropped")
    del asked
    assert "dropped" in caplog.text
    assert "asked'" not in caplog.text
    assert "kept" not in caplog.text
    del kept
    assert "kept" in caplog.text


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


@pytest.mark.parametrize("texts", [("x", "1"), ("1", "x")])
def test_first_result_and_first_error_cancel_what_has_not_started(texts: tuple[str, str]) -> None:
    first = first_result if texts[1] == "1" else first_error
    with JobPool(1) as pool:
        release = threading.Event()
        jobs: list[Job[object]] = [pool.submit(int, text) for text in texts]
        jobs += [pool.submit(release.wait), pool.submit(int)]
        assert first(jobs) is jobs[1]
        assert jobs[3].status == "cancelled"
        assert first(jobs[:1]) is None
        assert first(jobs[:0]) is None
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


def test_interpreter_exit_loses_no_job_and_no_error() -> None:
    result = run_script("""
import threading, time
from demo.threadpool_jobs import JobPool

pool = JobPool(1)
pool.submit(threading.main_thread().join)  # until the interpreter exits
pool.submit(time.sleep, 0.2)  # if it did not wait, it would be gone by then
for number in range(20):
    pool.submit(print, number)
failed = pool.submit(int, "nonsense")
""")
    assert result.stdout.split() == [str(number) for number in range(20)]
    assert "nobody asked" in result.stderr
    assert "nonsense" in result.stderr
    assert result.returncode == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_is_told_to_make_a_pool_of_its_own() -> None:
    """It has the pool and none of its threads, so a job there would wait for ever."""
    result = run_script("""
import os
from demo.threadpool_jobs import JobPool

pool = JobPool(1)
if os.fork() == 0:
    try:
        pool.submit(int)
    except RuntimeError as error:
        print(error, flush=True)
    os._exit(0)
os.wait()
""")
    assert "forked process" in result.stdout


def test_job_is_either_run_or_cancelled() -> None:
    ran: list[int] = []
    with JobPool(4) as pool:
        jobs = [pool.submit(ran.append, number) for number in range(2000)]
        cancelled = [number for number, job in enumerate(jobs) if number % 2 and job.cancel()]
    assert sorted(ran + cancelled) == list(range(2000))
