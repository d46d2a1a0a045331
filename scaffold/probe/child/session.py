"""The order of a measurement: one thread, two, as many as help, then processes; and what is known so far."""

from __future__ import annotations

import contextlib
import platform
import sys
from typing import TYPE_CHECKING, Any

from . import verdict as verdicts
from .bench import Bench, OfCrew
from .climb import Climb, Limit, climb
from .clocks import cpus, taken_by_others, tells_run_queue
from .crews import Crew, NoProcesses, Processes, Threads, pickled
from .profile import WAITS, Profile, profile_of
from .supply import Supply
from .verdict import CROWDED, THREADS_WORTH, Tried
from .work import Order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .level import Level
    from .target import Function
    from .verdict import Verdict

    Tell = Callable[[Mapping[str, object]], None]

_LONGER_TURN, _SHORTEST_TURN = 0.05, 0.0002  # seconds
_TURNS, _FEWEST_TURNS = 20, 4  # in a level; with fewer it does not show who holds the GIL
_ONLY_FIRST = 200  # times longer than the others, from which on only the first call did any work


class Session:
    """One measurement of one function."""

    def __init__(self, request: Mapping[str, Any], function: Function, items: list[Any] | None, tell: Tell) -> None:
        """Get ready; `tell` gets each step, with the result so far."""
        self._request, self._function, self._tell = request, function, tell
        self._most: int = request["max_workers"]
        self._cpus, self._taken = cpus(), 0.0
        supply = Supply(items, repeat=request["repeat"], most=request["max_calls"])
        self._bench = Bench(supply, request["budget"], self.report)
        self._threads = Threads(function, supply, request["call_timeout"])
        self._profile: Profile | None = None
        self._verdict: Verdict | None = None
        self._doubts: dict[str, None] = {}

    def run(self) -> None:
        """Measure; the verdict and its doubts are in what is reported last.

        Raises:
            Refused: There is nothing to measure.
            Hung: A call did not return in time.
        """
        self._taken = taken_by_others()
        if not tells_run_queue():
            self.doubt("this system does not tell how long a thread waits for a CPU")
        profile = self._profiled(self._bench.alone(self._threads))
        if profile.kind == "waiting":
            threads = self._climbed_threads(profile)
            self._profile = verdicts.settled(profile, threads) if self._most > 1 else profile
            self._verdict = verdicts.decided(threads, None)
        elif verdicts.is_tiny(profile):
            self._verdict = verdicts.tiny(profile)
        else:
            self._verdict = self._on_cpus(profile)

    # --- what is told

    def doubt(self, reason: str) -> None:
        """Take the verdict for uncertain."""
        self._doubts[reason] = None

    def report(self, event: str, within: float = 0.0) -> None:
        """Tell what comes next, which takes `within` seconds, or longer by a call's time-out; and what is known."""
        self._tell({"event": event, "next_within": within, "result": self._result(is_whole=event == "done")})

    def _result(self, *, is_whole: bool) -> dict[str, object]:
        levels, profile = self._bench.levels.values(), self._profile
        verdict = self._verdict or verdicts.so_far(levels)
        first_error = next((level.error for level in levels if level.error), "")
        return {
            "schema": 1,
            "verdict": {
                "workers_kind": verdict.kind,
                "workers": verdict.workers,
                "certain": is_whole and not self._doubts,
                "because": verdict.because,
                "why_not_more": verdict.why_not_more,
                "gain": None if verdict.gain is None else round(verdict.gain, 2),
                "doubts": [*self._doubts],
            },
            "profile": profile and {**profile.as_json(), "first_error": first_error},
            "levels": [level.as_json() for level in levels],
            "answers": verdict.answers(profile),
            "machine": {
                "cpus": self._cpus,
                "taken_by_others": round(self._taken, 2),
                "python": platform.python_version(),
                "system": platform.system(),
            },
        }

    # --- the steps

    def _profiled(self, first_call: float) -> Profile:
        """What one thread, two, and for a function that does both more of them say of a call."""
        bench, crew = self._bench, self._threads

        def profile(two: Level | None = None, many: Level | None = None) -> Profile:
            free = _is_free_threaded()
            self._profile = profile_of(bench.one, two, many, first_call=first_call, free_threaded=free)
            return self._profile

        found = profile()
        self._doubt_first(bench.one.wall, first_call)
        if verdicts.is_tiny(found) or self._most == 1:
            return found
        if not bench.has_time(1):
            self.doubt("the time was up before two threads could be tried: raise --budget")
            return found
        turn = self._turn()
        with _turns(turn):
            two = bench.level(crew, 2)
            if two is None:
                self.doubt(bench.supply.why_out)
                return found
            if found.computes >= WAITS and two.calls * two.wall / 2 < _FEWEST_TURNS * turn:
                self.doubt("the calls were too few to see who holds the GIL: raise --max-calls")
                return found
            found = profile(two)
            if found.kind == "mixed" and self._most >= 8:
                found = profile(two, bench.level(crew, 4 if found.computes >= 0.5 else 8))
        return found

    def _turn(self) -> float:
        """How long a thread may keep the GIL while it is looked for, in seconds.

        Usually 5 ms; less, where a level of short calls is over before there were several turns. More on a busy
        machine: whoever asks for the GIL queues for a CPU to do so, and its wait would hardly show.
        """
        if self._busy() > CROWDED:
            return _LONGER_TURN
        return min(sys.getswitchinterval(), max(_SHORTEST_TURN, self._bench.expected(2) / _TURNS))

    def _doubt_first(self, usual: float, first: float) -> None:
        one = self._bench.one
        if one.errors:
            self.doubt(f"{one.errors:.0%} of the calls fail with one worker: {one.error}")
        if first > max(0.002, _ONLY_FIRST * usual) and usual < verdicts.HANDOVER:
            self.doubt("only the first call did any work, as if the function kept its result: give it --items")

    def _busy(self) -> float:
        """The share of the CPUs that others take."""
        return max(self._taken, self._bench.one.queue_share)

    def _on_cpus(self, profile: Profile) -> Verdict:
        """The verdict where it computes, which only an idle machine can time."""
        busy = self._busy()
        if busy > CROWDED:
            return self._implied(profile, busy)
        threads, processes, ruled_out = self._climbed_threads(profile), None, ""
        if verdicts.is_worth_processes(profile, threads, self._cpus):
            if not self._bench.has_time(3):
                self.doubt("no time was left to try processes: raise --budget")
                return verdicts.implied(profile, self._cpus, self._most)
            processes, ruled_out = self._climbed_processes(profile)
        if profile.kind in verdicts.ON_CPUS:
            # as many workers as CPUs do not wait for one, unless somebody else has it
            busy = max(level.queue_share for level in self._bench.levels.values() if level.workers <= self._cpus)
        return self._implied(profile, busy) if busy > CROWDED else verdicts.decided(threads, processes, ruled_out)

    def _implied(self, profile: Profile, busy: float) -> Verdict:
        """What the class says; a call in a process shows whether there can be any."""
        taken = min(1.0, busy)
        self.doubt(f"others use {taken:.0%} of the machine, so computing cannot be timed: try again when it is idle")
        verdict = verdicts.implied(profile, self._cpus, self._most)
        if verdict.kind != "process" or not self._bench.has_time(3):
            return verdict
        try:
            pickled(self._function, "the function")
            Processes(self._request, self._bench.supply).run(1, Order(0.0, 0.0), 1, warm=False)
        except NoProcesses as error:
            return verdicts.held(str(error))
        return verdict

    def _climbed_threads(self, profile: Profile) -> Tried:
        bound = verdicts.thread_limit(profile, self._cpus)
        if bound is None or bound >= self._most:
            limit = Limit(self._most, f"{self._most} is the limit, which --max-workers raises")
        else:
            limit = Limit(bound, f"it computes, and there are {self._cpus} CPUs")
        tried = self._climbed(self._threads, limit, insists=profile.kind != "computing-gil")
        best = tried.climb.best
        if self._taken > CROWDED and best.queue > 0.05 * best.wall and best.workers < limit.workers:
            self.doubt(
                f"others use {min(1.0, self._taken):.0%} of the machine: with less of that, more threads may help"
            )
        return tried

    def _climbed_processes(self, profile: Profile) -> tuple[Tried | None, str]:
        """How far processes come, or why they are ruled out."""
        limit = min(self._most, verdicts.process_limit(profile, self._cpus))
        if limit < 2:
            return None, ""
        try:
            pickled(self._function, "the function")
            crew = Processes(self._request, self._bench.supply)
            return self._climbed(crew, Limit(limit, f"it computes, and there are {self._cpus} CPUs")), ""
        except NoProcesses as error:
            return None, str(error)

    def _climbed(self, crew: Crew, limit: Limit, *, insists: bool = True) -> Tried:
        """Climb with a crew; what decides between kinds is measured once more where it is close."""
        bench = self._bench
        found = climb(OfCrew(bench, crew), bench.one, limit, is_long=bench.is_long, insists=insists)
        if not found.is_whole:
            self.doubt(found.ended)
        best = found.best
        for _ in range(2):
            close = 0.75 < _times(best, bench.one) / THREADS_WORTH < 1.2
            if best.workers == 1 or not close or not bench.has_time(4):
                break
            bench.one_again(self._threads)
            best = bench.level(crew, best.workers, again=True) or best
        return Tried(Climb(best, found.ended, found.is_whole), _times(best, bench.one))


def _times(level: Level, one: Level) -> float:
    """How many times the work of a plain loop a level does."""
    return level.rate / max(one.rate, 1e-9)


@contextlib.contextmanager
def _turns(seconds: float) -> Iterator[None]:
    """Let a thread keep the GIL for so long before another asks for it."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(seconds)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


def _is_free_threaded() -> bool:
    """Whether no GIL is held, as in a free-threaded build that nobody has told otherwise."""
    return not getattr(sys, "_is_gil_enabled", lambda: True)()
