"""Stress threadpool/jobs: every job ends once, errors reach whoever asks or the log, closing at any point."""

from __future__ import annotations

import asyncio
import concurrent.futures
import sys
import threading
import time
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from schedules import ERRORS, Events, Log, Moment, in_child, interrupt, interrupt_in_start, main, nudge, say, settled

if TYPE_CHECKING:
    from random import Random

design: Any = import_module("demo.threadpool_jobs")
log = Log()
BLOCK_FAILS = {"block fails": ValueError, "block interrupted": KeyboardInterrupt, "exit": SystemExit}
ENDS = (
    "leave",
    *BLOCK_FAILS,
    "close",
    "close twice",
    "close and drop",
    "close without waiting",
    "first",
    "as completed",
    "futures",
    "asyncio",
    "deadline",
)


def forget_frames(error: BaseException) -> None:
    """They hold the jobs."""
    error.__traceback__ = error.__context__ = None


class Call:
    """One call with its job and what has to become of both."""

    def __init__(self, rng: Random, plan: Schedule) -> None:
        self.plan = plan
        self.error = rng.choice(ERRORS)() if rng.random() < plan.share else None
        self.nudges = rng.choice((0, 0, 1, 4))
        self.kind = rng.choice(("plain",) * 6 + ("submits", "waits for its pool", "nested pool"))
        self.callback_errors = [rng.choice(ERRORS)() for _ in range(rng.choice((0, 0, 0, 1, 2)))]
        self.callbacks = rng.choice((0, 1 + len(self.callback_errors)))
        self.callback_errors = self.callback_errors if self.callbacks else []
        self.asks, self.cancelled = rng.choice(("", "exception", "future")), rng.random() < 0.1
        if plan.end in {"futures", "asyncio"}:
            self.asks = "future"
        self.job: Any = None
        self.futures: list[Any] = []
        self.calls = self.told = 0

    def submit(self, pool: Any) -> None:
        self.job = job = pool.submit(self.run, pool, answer=self)
        if self.asks == "future":
            askers = [threading.Thread(target=lambda: self.futures.append(job.future())) for _ in range(self.nudges)]
            for asker in askers:
                asker.start()
            self.futures.append(job.future())
            for asker in askers:
                asker.join()
        for error in (None, *self.callback_errors) if self.callbacks else ():
            job.add_done_callback(lambda told, error=error: self.be_told(told, error))

    def cancel(self) -> None:
        """Either of the two, which has to be the same for both."""
        which = self.futures[-1] if self.futures and self.nudges else self.job
        self.cancelled = which.cancel()

    def be_told(self, job: Any, error: BaseException | None) -> None:
        assert job.status in design.ENDED
        self.told += 1
        if error:
            raise error

    def judge_futures(self, events: Events) -> None:
        """One, that ended as the job did."""
        for future in self.futures:
            events["asked by a future"] += 1
            assert future is self.futures[0] is self.job.future()
            assert future.done()
            assert not future.running()
            assert future.cancelled() == (self.job.status == "cancelled") == future.cancel()
            if not future.cancelled():
                assert future.exception(0) is self.error
                assert self.error or future.result(0) is self

    def run(self, pool: Any, answer: object) -> object:
        self.calls += 1
        self.plan.order.append(self)
        nudge(self.nudges)
        if self.plan.blocking:
            self.plan.entered.set()
            self.plan.gate.wait()
        if self.kind == "submits":
            with suppress(RuntimeError):  # closed by now
                self.plan.more.append(pool.submit(len, "two"))
        elif self.kind == "waits for its pool":
            with suppress(RuntimeError):  # also raised if it is closed by now; never a deadlock
                pool.submit(len, "").result()
            with suppress(RuntimeError):
                pool.close()
                self.plan.wrong.append("a job waited for its own pool")
        elif self.kind == "nested pool":
            with design.JobPool(1) as inner:
                assert inner.submit(sum, (1, 2)).result() == 3
        if self.error:
            raise self.error
        return answer


class Schedule:
    """The drawn plan, and what happened."""

    def __init__(self, rng: Random) -> None:
        self.end = rng.choice(ENDS)
        self.workers = rng.randint(1, 4)
        self.share = rng.choice((0.0, 0.2, 1.0))
        self.blocking = self.end in BLOCK_FAILS or (self.end == "close and drop" and rng.random() < 0.5)
        self.gate, self.entered = threading.Event(), threading.Event()
        self.order: list[Call] = []
        self.wrong: list[str] = []
        self.more: list[Any] = []
        self.calls = [Call(rng, self) for _ in range(rng.choice((0, 1, 5, rng.randrange(40))))]
        self.submitters = rng.choice((0, 0, 2))


def schedule(rng: Random, events: Events) -> None:
    """Draw one, run it, judge it."""
    plan, before = Schedule(rng), set(threading.enumerate())
    events[plan.end] += 1
    for call in plan.calls:
        events[call.kind] += 1
    events["failing calls"] += any(call.error for call in plan.calls)
    events["failing callbacks"] += any(call.callback_errors for call in plan.calls)
    events["several submitters"] += plan.submitters > 0
    if plan.end in {"close", "close twice", "close and drop", "close without waiting"}:
        pool = design.JobPool(plan.workers)
        submit(plan, pool)
        close(plan, pool, before)
    else:
        with (
            suppress(*[BLOCK_FAILS[plan.end]] if plan.end in BLOCK_FAILS else []),
            design.JobPool(plan.workers) as pool,
        ):
            submit(plan, pool)
            use(plan, events)
        if plan.end in BLOCK_FAILS:
            taken = [call for call in plan.calls if call.job.status == "waiting"]  # and about to run
            assert len(taken) <= plan.workers, "neither finished nor dropped"
        plan.gate.set()
    settled(before, at_once=plan.end not in {"block interrupted", "exit", "close without waiting"})
    closer = threading.Thread(target=pool.close)  # it may well have the number of a worker that has ended
    closer.start()
    closer.join()
    with suppress(RuntimeError):
        pool.submit(len, "")
        raise AssertionError("a closed pool took a job")
    judge(plan, events, before)


def submit(plan: Schedule, pool: Any) -> None:
    """All calls, in the main thread or divided among several; cancel some."""

    def some(share: list[Call]) -> None:
        for call in share:
            call.submit(pool)
            if call.cancelled:
                call.cancel()

    if plan.submitters:
        threads = [threading.Thread(target=some, args=(plan.calls[part::2],)) for part in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    else:
        some(plan.calls)


def use(plan: Schedule, events: Events) -> None:  # noqa: C901 - a branch an end
    """What is done in the block of the pool."""
    jobs = [call.job for call in plan.calls]
    if plan.end == "as completed":
        seen = list(design.as_completed(jobs))
        assert sorted(map(id, seen)) == sorted(map(id, jobs))
    elif plan.end == "first":
        status = "failed" if plan.workers % 2 else "done"
        first = (design.first_error if plan.workers % 2 else design.first_result)(jobs)
        assert (
            first.status == status if first else all(job.status not in {"waiting", "running", status} for job in jobs)
        )
        assert not first or all(job.status != "waiting" for job in jobs), "not cancelled"
        for call in plan.calls if first else ():
            call.cancelled = call.job.cancel()
    elif plan.end == "futures":
        futures = {call.futures[0] for call in plan.calls}
        assert set(concurrent.futures.as_completed(futures, timeout=30)) == futures
        assert concurrent.futures.wait(futures, timeout=0).done == futures
    elif plan.end == "asyncio":  # which cannot take over a StopIteration before 3.12

        async def wait() -> None:
            calls = [call for call in plan.calls if not isinstance(call.error, StopIteration)]
            futures = [asyncio.wrap_future(call.futures[0]) for call in calls]
            if futures:
                done, _ = await asyncio.wait(futures, timeout=30)
                assert len(done) == len(futures)
                assert all(future.cancelled() or future.exception() or True for future in done)

        asyncio.run(wait())
    elif plan.end == "deadline":
        began, seen = time.monotonic(), []
        try:
            for job in design.as_completed(jobs, timeout=plan.workers / 2000):
                seen.append(job)
        except TimeoutError:
            assert time.monotonic() - began >= plan.workers / 2000, "too early"
            events["deadline passed"] += 1
        else:
            assert len(seen) == len(jobs), "not all, and no error"
        assert all(job.status in design.ENDED for job in seen)
        assert len(set(map(id, seen))) == len(seen)
    elif error := BLOCK_FAILS.get(plan.end):
        if any(not call.cancelled for call in plan.calls):
            plan.entered.wait()
            events["left while running"] += 1
        if error is KeyboardInterrupt:
            raise error  # does not wait: the gate opens only after the block
        plan.gate.set()
        raise error


def close(plan: Schedule, pool: Any, before: set[threading.Thread]) -> None:
    """Without a block."""
    if plan.end == "close and drop":
        pool.close(drop=True, wait=False)
        taken = [call for call in plan.calls if call.job.status == "waiting"]  # and about to run
        assert len(taken) <= plan.workers, "not dropped"
        plan.gate.set()
    pool.close(wait=plan.end != "close without waiting")
    if plan.end != "close without waiting":
        settled(before, at_once=True)
    if plan.end == "close twice":
        pool.close()


def judge(plan: Schedule, events: Events, before: set[threading.Thread]) -> None:
    """Every call once and every error where it belongs."""
    assert not plan.wrong
    for call in plan.calls:
        job = call.job
        failed = call.error is not None
        allowed = {"failed" if failed else "done"}
        if call.cancelled:
            allowed = {"cancelled"}
        elif plan.end in {*BLOCK_FAILS, "close and drop"}:
            allowed.add("cancelled")
        assert job.status in allowed, (job.status, allowed)
        events[job.status] += 1
        events["dropped by the block"] += plan.end == "block fails" and job.status == "cancelled" and not call.cancelled
        assert call.calls == (job.status != "cancelled"), "not called once"
        assert call.told == call.callbacks, "not told once"
        assert job.wait(0)
        if job.status == "cancelled":
            with suppress(design.CancelledError):
                job.result(0)
                raise AssertionError
        elif call.asks == "exception":
            assert job.exception(0) is call.error
            assert failed or job.result(0) is call
        call.judge_futures(events)
    if plan.workers == 1 and not plan.submitters:
        assert plan.order == [call for call in plan.calls if call.calls], "not in turn"
    assert all(job.status in {"done", "cancelled"} for job in plan.more), "lost"
    expected = {id(error): 1 for call in plan.calls for error in call.callback_errors}
    assert log.take() == expected, "errors of callbacks"
    unasked = [call.error for call in plan.calls if call.error and call.calls and not call.asks and not call.callbacks]
    job = None
    for call in plan.calls:
        call.job = None
        call.futures.clear()
        for error in call.callback_errors:
            forget_frames(error)
    plan.more.clear()
    logged = log.take_from_threads(len(unasked))
    settled(before, at_once=False)  # the thread that logs
    assert logged + log.take() == {id(error): 1 for error in unasked}, "errors that nobody asked for"
    events["error logged as nobody asked"] += bool(unasked)


def interrupted(phase: str, number: int) -> None:  # noqa: C901 - a branch a phase
    """Ctrl-C at the n-th job; nothing that runs ever ends, so to wait would be seen."""
    phase_reached = threading.Event()

    def job(nth: int) -> None:
        if nth == number:
            phase_reached.wait()
            interrupt()
        if nth >= number:
            threading.Event().wait()

    if phase == "start":
        interrupt_in_start(number if number % 2 else 2 * number + 4)  # those that are tried, or those of the pool
    try:
        with design.JobPool(number + 1) as pool:
            jobs = [pool.submit(job, nth) for nth in range(number + 20)]
            phase_reached.set()
            if phase == "as completed":
                for _ in design.as_completed(jobs):
                    pass
            elif phase == "as completed in time":
                for _ in design.as_completed(jobs, timeout=1000):
                    pass
            elif phase == "result":
                jobs[-1].result(timeout=1000 if number % 2 else None)
    except KeyboardInterrupt:
        if phase != "start":
            assert jobs[-1].status != "waiting", "those who wait for it would for ever"
        say("interrupted")
        sys.exit(130)


def exit_with_jobs(number: int) -> None:
    """The program ends, by an error too, while a pool has jobs that wait; some of them submit more."""
    pool = design.JobPool(2)
    for nth in range(10 * number):
        pool.submit(say, nth)
    if number % 2:
        raise ValueError


def fork_afterwards(number: int) -> None:
    """Both sides go on."""

    def use() -> None:
        with design.JobPool(number) as pool:
            say(sum(job.result() for job in [pool.submit(len, "ab") for _ in range(number)]))

    use()
    in_child(use)
    use()


def moment_of(phase: str) -> Moment:
    """Ctrl-C in a phase."""
    return Moment(lambda number: interrupted(phase, number), 130, lambda _: ["interrupted"])


PHASES = ("start", "as completed", "as completed in time", "result", "leaving")

if __name__ == "__main__":
    design.JobPool(1).close()  # the first one registers a hook of the module's, which stays
    main(
        schedule,
        {f"Ctrl-C in {phase}": moment_of(phase) for phase in PHASES}
        | {
            "exit with jobs": Moment(lambda number: exit_with_jobs(2 * number), 0, lambda number: range(20 * number)),
            "exit by an error": Moment(
                lambda number: exit_with_jobs(2 * number + 1), 1, lambda number: range(20 * number + 10)
            ),
            "fork afterwards": Moment(fork_afterwards, 0, lambda number: [2 * number] * 3 + ["child ended with 0"]),
        },
    )
