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
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, NoReturn

import pytest

from demo.threadpool_jobs import Job, JobPool, as_completed, first_error, first_result

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator


@pytest.fixture(autouse=True, scope="module")
def ctrl_c() -> None:
    """Let Ctrl-C interrupt these tests, though a runner in the background ignores it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Let the interpreter switch between threads as often as it can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


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


def test_different_functions_give_their_results() -> None:
    with JobPool(2) as pool:
        number = pool.submit(int, "ff", base=16)
        pair = pool.submit(divmod, 7, 2)
        assert (number.result(), pair.result()) == (255, (3, 1))


def test_status_follows_a_job() -> None:
    with JobPool(1) as pool:
        with busy(pool) as (running, _):
            waiting, cancelled = pool.submit(int), pool.submit(int)
            assert cancelled.cancel()
            jobs = [running, waiting, cancelled, pool.submit(int, "x")]
            assert [job.status for job in jobs] == ["running", "waiting", "cancelled", "waiting"]
        assert all(job.wait() for job in jobs)
        assert [job.status for job in jobs] == ["done", "done", "cancelled", "failed"]
        assert isinstance(jobs[3].exception(), ValueError)


def test_timeout_ends_the_waiting_and_not_the_job() -> None:
    with JobPool(1) as pool, busy(pool) as (job, release):
        assert not job.wait(timeout=0)
        with pytest.raises(TimeoutError):
            job.result(timeout=0)
        release.set()
        job.result()
        assert job.status == "done"


def test_cancel_is_seen_by_all_who_wait_and_is_too_late_for_a_running_job() -> None:
    with JobPool(1) as pool, busy(pool) as (running, _):
        waiting = pool.submit(int)
        told: list[str] = []
        waiting.add_done_callback(lambda job: told.append(job.status))
        assert waiting.cancel()
        assert waiting.cancel()
        assert not running.cancel()
        assert told == ["cancelled"]
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


def test_finished_job_keeps_no_arguments_and_idle_worker_no_result() -> None:
    class Big:
        pass

    big = Big()
    with JobPool(1) as pool:
        size = pool.submit(id, big)
        copy = pool.submit(Big)
        refs = [weakref.ref(big), weakref.ref(copy.result())]
        size.wait()
        pool.submit(int).wait()  # by then the worker has let go of the jobs before
        del big, copy
        gc.collect()
        assert [ref() for ref in refs] == [None, None]


# Failures


@pytest.mark.parametrize("error", [ValueError("x"), SystemExit(3), KeyboardInterrupt()])
def test_error_of_a_job_stays_in_its_handle(error: BaseException) -> None:
    with JobPool(1) as pool:
        job = pool.submit(fail, error)
        with pytest.raises(type(error)):
            job.result()
        assert pool.submit(int, "7").result() == 7


@pytest.mark.parametrize("error", [ValueError("x"), SystemExit(3)])
def test_error_in_a_callback_is_logged_and_harms_nothing(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    with JobPool(1) as pool:
        with busy(pool) as (job, _):
            job.add_done_callback(lambda _: fail(error))
            completed = as_completed([job])
        assert next(completed) is job
        assert pool.submit(int, "7").result() == 7
        job.add_done_callback(lambda _: fail(error))  # after the end, in this thread
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


WAYS_TO_WAIT: Final[list[Callable[[JobPool], object]]] = [
    lambda pool: pool.submit(int).result(),
    lambda pool: next(as_completed([pool.submit(int)])),
    lambda pool: pool.close(),
]


@pytest.mark.parametrize("wait", WAYS_TO_WAIT, ids=["result", "as_completed", "close"])
def test_waiting_for_the_own_pool_is_an_error_and_no_deadlock(
    wait: Callable[[JobPool], object],
) -> None:
    with JobPool(1) as pool:
        assert "its own pool" in str(pool.submit(wait, pool).exception())


def test_thread_that_cannot_start_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trap: with some started already, ThreadPool hides that in an AttributeError."""
    gate = threading.Event()
    threads = iter([True, False])
    start = threading.Thread.start

    def start_one(thread: threading.Thread) -> None:
        if not next(threads):
            raise RuntimeError("no more threads")
        thread.run = gate.wait  # type: ignore[assignment]
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_one)
    with pytest.raises(RuntimeError, match="could not start 2 threads"):
        JobPool(2)
    gate.set()


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


def test_as_completed_yields_cancelled_jobs_at_once() -> None:
    with JobPool(1) as pool, busy(pool):
        job = pool.submit(int)
        job.cancel()
        assert list(as_completed([job])) == [job]


@pytest.mark.parametrize("texts", [("x", "1"), ("1", "x")])
def test_first_result_and_first_error_cancel_what_has_not_started(texts: tuple[str, str]) -> None:
    first = first_result if texts[1] == "1" else first_error
    with JobPool(1) as pool:
        release = threading.Event()
        jobs: list[Job[object]] = [pool.submit(int, text) for text in texts]
        jobs += [pool.submit(release.wait), pool.submit(int)]
        assert first(jobs) is jobs[1]
        assert jobs[3].status == "cancelled"
        release.set()
    assert [isinstance(job.exception(), ValueError) for job in jobs[:2]].count(True) == 1


def test_no_first_result_and_no_first_error() -> None:
    with JobPool(2) as pool:
        failing = [pool.submit(int, "x"), pool.submit(int, "y")]
        assert first_result(failing) is None
        assert first_error([pool.submit(int), pool.submit(int)]) is None
        assert first_error([]) is None
    assert all(job.exception() for job in failing)


# The end


def test_leaving_the_block_finishes_every_job() -> None:
    ran: list[int] = []
    with JobPool(2) as pool:
        for number in range(200):
            pool.submit(ran.append, number)
    assert sorted(ran) == list(range(200))


def test_leaving_by_an_error_cancels_the_waiting_and_waits_for_the_running() -> None:
    before = set(threading.enumerate())
    pool = JobPool(1)
    with busy(pool) as (running, release):
        waiting = pool.submit(int)
        waiting.add_done_callback(lambda _: release.set())
        with pytest.raises(ZeroDivisionError), pool:
            raise ZeroDivisionError
        assert set(threading.enumerate()) <= before
        assert [running.status, waiting.status] == ["done", "cancelled"]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_leaving_by_ctrl_c_or_sys_exit_does_not_wait(kind: type[BaseException]) -> None:
    pool = JobPool(1)
    with busy(pool) as (running, _):
        waiting = pool.submit(int)
        with pytest.raises(kind), pool:
            raise kind
        assert [running.status, waiting.status] == ["running", "cancelled"]


def test_leaving_a_pool_that_was_closed_without_waiting_does_not_wait() -> None:
    pool = JobPool(2)
    with busy(pool) as (running, _):
        with pool:
            assert first_result([running, pool.submit(int, "7")]) is not running
            pool.close(drop=True, wait=False)
        assert running.status == "running"


def press_ctrl_c() -> None:
    """Raise KeyboardInterrupt in the main thread, from any thread."""
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_while_leaving_does_not_wait_either() -> None:
    pool = JobPool(1)
    with busy(pool) as (running, _):
        waiting = pool.submit(int)
        presser = threading.Timer(0.05, press_ctrl_c)
        with pytest.raises(KeyboardInterrupt), pool:
            presser.start()
        assert [running.status, waiting.status] == ["running", "cancelled"]
    presser.join()


def test_closed_pool_can_be_closed_again_and_refuses_jobs() -> None:
    with JobPool(1) as pool:
        pool.close()
    with pytest.raises(RuntimeError, match="closed"):
        pool.submit(int)


def test_interpreter_exit_loses_no_job_and_no_error() -> None:
    result = run_script("""
import threading, time
from demo.threadpool_jobs import JobPool

pool = JobPool(1)
pool.submit(threading.main_thread().join)  # until the interpreter exits
pool.submit(time.sleep, 0.3)  # if it did not wait, it would be gone by then
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
    """Trap: it has the pool and none of its threads, so a job there would wait for ever."""
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


def test_threads_are_named_after_their_pool() -> None:
    with JobPool(1, name="mirror") as pool:
        assert pool.submit(lambda: threading.current_thread().name).result() == "mirror-0"


@pytest.mark.usefixtures("hasty_threads")
def test_job_is_either_run_or_cancelled() -> None:
    ran: list[int] = []
    with JobPool(4) as pool:
        jobs = [pool.submit(ran.append, number) for number in range(2000)]
        cancelled = [number for number, job in enumerate(jobs) if number % 2 and job.cancel()]
    assert sorted(ran + cancelled) == list(range(2000))


@pytest.mark.usefixtures("hasty_threads")
def test_job_that_was_accepted_while_the_pool_closed_is_finished() -> None:
    pool = JobPool(2)
    accepted: list[Job[int]] = []
    many = threading.Event()

    def submit_until_closed() -> None:
        with suppress(RuntimeError):
            while True:
                accepted.append(pool.submit(int))
                if len(accepted) > 500:
                    many.set()

    threads = [threading.Thread(target=submit_until_closed) for _ in range(2)]
    for thread in threads:
        thread.start()
    many.wait()
    pool.close()
    for thread in threads:
        thread.join()
    assert {job.status for job in accepted} == {"done"}
