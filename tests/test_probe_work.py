"""How `scaffold probe` calls a function: no more than allowed, and not on against what fails. It is called here."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from scaffold.probe.child import clocks
from scaffold.probe.child import session as sessions
from scaffold.probe.child.crews import NoProcesses, Threads, pickled
from scaffold.probe.child.session import Session
from scaffold.probe.child.supply import Supply
from scaffold.probe.child.target import Refused
from scaffold.probe.child.work import Order

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

REQUEST = {"repeat": False, "max_workers": 8, "max_calls": 60, "budget": 2, "call_timeout": 5}


@pytest.fixture(autouse=True)
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """No time is spent on how busy the machine is."""
    monkeypatch.setattr(sessions, "taken_by_others", lambda: 0.0)


@dataclass
class Called:
    """A function that counts its calls, and how many there are at once."""

    seconds: float = 0.001
    allows: int = 1_000
    calls: int = 0
    failed: int = 0
    at_once: int = 0
    most: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, *_: object) -> None:
        """Sleep; fail where there are more at once than are allowed."""
        with self.lock:
            self.calls += 1
            self.at_once += 1
            self.most = max(self.most, self.at_once)
            refused = self.at_once > self.allows
            self.failed += refused
        try:
            if refused:
                raise RuntimeError("429")
            time.sleep(self.seconds)
        finally:
            with self.lock:
                self.at_once -= 1


def measured(function: Callable[..., None], items: list[Any] | None = None, **other: object) -> dict[str, Any]:
    """The result that is told at the end."""
    lines: list[Mapping[str, object]] = []
    session = Session({**REQUEST, **other}, function, items, lines.append)
    session.run()
    session.report("done")
    result: dict[str, Any] = lines[-1]["result"]  # type: ignore[assignment]
    return result


@pytest.mark.parametrize("most", [1, 7, 60])
def test_no_more_calls_are_made_than_are_allowed(most: int) -> None:
    """The ones to warm up count."""
    function = Called()
    measured(function, max_calls=most, max_workers=32)
    assert 0 < function.calls <= most


@pytest.mark.parametrize("most", [1, 7])
def test_that_calls_ran_out_is_said_with_its_flag(most: int) -> None:
    """So few are never enough."""
    result = measured(Called(), max_calls=most, max_workers=32)
    assert not result["verdict"]["certain"]
    assert any("--max-calls raises" in doubt for doubt in result["verdict"]["doubts"])


def test_no_more_work_at_once_than_are_allowed() -> None:
    """By --max-workers."""
    function = Called()
    measured(function, max_calls=500, max_workers=3)
    assert function.most == 3


def test_each_item_is_given_once() -> None:
    """And that they ran out is said."""
    seen: list[int] = []

    def see(item: int) -> None:
        time.sleep(0.001)
        seen.append(item)

    result = measured(see, [*range(12)])
    assert len(seen) == len({*seen})
    assert any("--repeat" in doubt for doubt in result["verdict"]["doubts"])


@pytest.mark.slow
def test_a_server_that_refuses_is_left_alone() -> None:
    """The climb ends at the first level with errors: a few calls are refused, and none after that."""
    function = Called(seconds=0.01, allows=2)
    result = measured(function, max_calls=500)
    assert function.failed <= 4 + 8  # five of a level, with those under way; the first calls of its new threads
    assert result["verdict"]["workers"] <= 2 < result["levels"][-1]["workers"] + 1
    assert result["verdict"]["why_not_more"].startswith("with ")
    assert "429" in result["verdict"]["why_not_more"]


def test_a_function_that_always_fails_is_given_up_after_a_few_calls() -> None:
    """Nothing can be said of it."""
    function = Called(allows=0)
    with pytest.raises(Refused, match="every call fails: RuntimeError: 429"):
        measured(function, max_calls=500)
    assert function.calls <= 12


def test_a_call_that_ends_its_thread_is_a_failure() -> None:
    """As sys.exit() does."""
    threads = Threads(sys.exit, Supply(["no luck"], repeat=True, most=9), 5)
    found = threads.run(2, Order(0.0, 0.0), 9)
    assert found is not None
    assert (found.errors, found.error) == (1, "SystemExit: no luck")


def test_without_a_count_of_the_run_queue_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on macOS and Windows: no verdict is certain there."""
    monkeypatch.setattr(clocks, "_SCHEDSTAT", "/nowhere")
    verdict = measured(Called(seconds=0.005))["verdict"]
    assert not verdict["certain"]
    assert "this system does not tell how long a thread waits for a CPU" in verdict["doubts"]


def test_without_a_count_of_the_run_queue_it_is_estimated_by_the_computing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who gets a quarter of a CPU waits three times as long for it."""
    monkeypatch.setattr(clocks, "_SCHEDSTAT", "/nowhere")
    monkeypatch.setattr(clocks, "_lag", lambda: 3.0)
    found: list[tuple[float, float]] = []

    def worker() -> None:
        stopwatch = clocks.Stopwatch()  # of a thread that has opened nothing yet
        ends = time.thread_time() + 0.01
        while time.thread_time() < ends:
            pass
        time.sleep(0.3)
        found.append(stopwatch.read())

    thread = threading.Thread(target=worker)
    thread.start()
    thread.join()
    ((computed, queued),) = found
    assert queued == pytest.approx(3 * computed)


def test_one_worker_alone_contends_with_nobody() -> None:
    """By --max-workers 1."""
    result = measured(Called(), max_workers=1)
    assert result["profile"]["class"] == "waiting"
    assert (result["verdict"]["workers_kind"], result["verdict"]["workers"]) == ("none", 1)


def test_what_cannot_be_pickled_is_told_with_the_reason() -> None:
    """Of items and of results."""
    assert pickled([1, "two"], "its items") == [1, "two"]
    with pytest.raises(NoProcesses, match=r"its results cannot be pickled \(TypeError: cannot pickle"):
        pickled(threading.Lock(), "its results")
