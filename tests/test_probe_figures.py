"""What `scaffold probe` makes of figures: levels, profiles, climbs, verdicts. No clock runs here."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.probe.child import verdict as verdicts
from scaffold.probe.child.climb import NEAR, Climb, Limit, allowed_failures, climb
from scaffold.probe.child.level import Interval, Level, summed
from scaffold.probe.child.profile import Profile, profile_of
from scaffold.probe.child.supply import CALLS_RAN_OUT, ITEMS_RAN_OUT, Supply
from scaffold.probe.child.verdict import Tried
from scaffold.probe.child.work import Mark, Tally

if TYPE_CHECKING:
    from collections.abc import Callable

MS = 1e-3


def level(  # noqa: PLR0913  # a figure each
    workers: int = 1,
    *,
    wall: float = 10,
    cpu: float = 0,
    queue: float = 0,
    others: float = 0,
    children: float = 0,
    errors: float = 0,
    kind: str = "thread",
) -> Level:
    """A level whose times are given in milliseconds a call."""
    times = (wall * MS, cpu * MS, queue * MS, others * MS, children * MS)
    assert kind in {"thread", "process"}
    return Level("thread" if kind == "thread" else "process", workers, workers / times[0], *times, errors, 100)


# --- levels ---------------------------------------------------------------------------------------------------------


def test_calls_count_by_the_part_that_lies_in_the_window() -> None:
    """From when all have made a call until the first ends: two workers of 1 s a call do two calls a second."""
    steady = [Mark(n, n + 1, 1, 0) for n in range(10)]
    shifted = [Mark(n + 0.5, n + 1.5, 1, 0) for n in range(9)]
    found = summed("thread", 2, [Tally(steady, 0, 0, ""), Tally(shifted, 0, 0, "")], Interval(0, 10, 0, 0))
    assert found.rate == pytest.approx(2)
    assert found.wall == pytest.approx(1)


def test_long_calls_of_one_each_are_timed_by_the_last() -> None:
    """Four calls side by side that take up to two seconds."""
    tallies = [Tally([Mark(0, end, 1, 0)], 0, 0, "") for end in (1.0, 1.5, 1.8, 2.0)]
    assert summed("thread", 4, tallies, Interval(0, 0, 0, 0)).rate == pytest.approx(2)


def test_failures_are_no_work() -> None:
    """They are counted apart, with the first of their errors."""
    marks = [Mark(n, n + 1, 10, 5) for n in range(10)]
    found = summed("thread", 1, [Tally(marks, 1.0, 0.5, "ValueError: no")], Interval(0, 10, 1.5, 0.2))
    assert found.rate == pytest.approx(5)
    assert (found.errors, found.error, found.calls) == (0.5, "ValueError: no", 100)
    assert (found.cpu, found.queue, found.others) == pytest.approx((0.01, 0.005, 0.005))


# --- profiles -------------------------------------------------------------------------------------------------------

KINDS = {
    "waiting": (level(wall=20, cpu=0.1), level(2, wall=20, cpu=0.1)),
    "computing-gil": (level(wall=10, cpu=10), level(2, wall=20, cpu=10)),
    "computing-free": (level(wall=10, cpu=10), level(2, wall=10, cpu=10)),
    "mixed": (level(wall=20, cpu=10), level(2, wall=20, cpu=10)),
    "own-threads": (level(wall=10, cpu=10, others=9), level(2, wall=20, cpu=10, others=9)),
    "child-processes": (level(wall=10, cpu=1, children=5), level(2, wall=10, cpu=1, children=5)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_class_follows_from_one_thread_and_two(kind: str) -> None:
    """On a quiet machine."""
    one, two = KINDS[kind]
    assert profile_of(one, two, None, first_call=0.1, free_threaded=False).kind == kind


@pytest.mark.parametrize("kind", ["waiting", "computing-gil", "computing-free", "mixed"])
@given(load=st.floats(0, 4))
def test_the_run_queue_does_not_change_the_class(kind: str, load: float) -> None:
    """Time that others had the CPU is neither waiting nor computing; who holds the GIL has to wait for it, too."""
    one, two = KINDS[kind]
    held = max(0.0, two.wait - one.wait)

    def slowed(level: Level, waits_for: float) -> Level:
        return level._replace(wall=level.wall + load * (level.cpu + waits_for), queue=load * level.cpu)

    found = profile_of(slowed(one, 0), slowed(two, held), None, first_call=0.1, free_threaded=False)
    assert found.kind == kind
    assert found.run_queue == pytest.approx(load / (1 + load))


def test_a_mixed_function_that_takes_turns_shows_its_gil_only_among_many() -> None:
    """Two never meet where each computes half of the time; four do."""
    one, two = KINDS["mixed"]
    alone = profile_of(one, two, None, first_call=0, free_threaded=False)
    assert alone.holds_gil == 0
    many = level(4, wall=40, cpu=10)  # 10 ms of waiting, and three turns of others, of which the waiting hid one
    assert profile_of(one, two, many, first_call=0, free_threaded=False).holds_gil == pytest.approx(1)


def test_a_share_of_the_gil_is_not_reported_where_there_is_hardly_any_computing() -> None:
    """It would be the quotient of two small numbers."""
    one, two = KINDS["waiting"]
    found = profile_of(one, two, None, first_call=0, free_threaded=False)
    assert found.as_json()["gil_share"] is None
    one, two = KINDS["computing-gil"]
    assert profile_of(one, two, None, first_call=0, free_threaded=False).as_json()["gil_share"] == 1


# --- climbs ---------------------------------------------------------------------------------------------------------


@dataclass
class Machine:
    """Measures nothing: it knows how many calls a second so many workers do."""

    rate: Callable[[int], float]
    errors: Callable[[int], float] = lambda _: 0.0
    calls: int = 10_000
    slices: int = 10_000
    asked: list[int] = field(default_factory=list)
    disturbed: set[int] = field(default_factory=set)
    why_out: str = CALLS_RAN_OUT

    def level(self, count: int, *, again: bool = False) -> Level | None:
        """As the protocol says; the first measurement of one that is disturbed is half as fast."""
        disturbed = count in self.disturbed and not again
        self.asked.append(count)
        self.calls -= 3 * count
        if self.calls < 0:
            return None
        rate = self.rate(count) / (2 if disturbed else 1)
        return Level("thread", count, rate, count / rate, 0, 0, 0, 0, self.errors(count), 100, "HTTPError: 429")

    def has_time(self, slices: float) -> bool:
        """As the protocol says."""
        return self.slices - len(self.asked) > slices

    def climb(self, most: int = 64) -> Climb:
        """From one worker up."""
        one = self.level(1)
        assert one is not None
        self.asked.clear()
        return climb(self, one, Limit(most, "the limit"))


@given(knee=st.integers(1, 64), wall=st.floats(0.001, 1))
def test_the_smallest_number_near_the_best_is_found(knee: int, wall: float) -> None:
    """A server that serves so many at once, and lets the others wait."""
    machine = Machine(lambda count: min(count, knee) / wall)
    found = machine.climb()
    assert found.is_whole
    assert NEAR * knee <= found.best.workers <= knee + max(1, knee // 6)


def test_eight_at_once_give_eight() -> None:
    """And why not more is said in figures."""
    found = Machine(lambda count: min(count, 8) / 0.05).climb()
    assert found.best.workers == 8
    assert found.ended == "16 threads do 1.00 times the work of 8, and a call takes 2.0 times as long"


def test_the_climb_ends_where_more_calls_fail() -> None:
    """Nothing beyond that level is tried, and it is not tried again."""
    machine = Machine(lambda count: min(count, 8) / 0.05, errors=lambda count: max(0, count - 8) / count)
    found = machine.climb()
    assert machine.asked[:4] == [2, 4, 8, 16]
    assert max(machine.asked[4:], default=0) < 16
    assert found.best.workers == 8
    assert found.ended == "with 16 at once more calls fail: 50% (HTTPError: 429)"


def test_errors_that_one_worker_has_too_are_no_rise() -> None:
    """A fifth of the calls fails at every level."""
    assert Machine(lambda count: count / 0.05, errors=lambda _: 0.2).climb().best.workers == 64


def test_a_disturbance_does_not_end_the_climb() -> None:
    """A level that did not gain is measured once more."""
    machine = Machine(lambda count: count / 0.05, disturbed={8})
    assert machine.climb().best.workers == 64
    assert machine.asked.count(8) == 2


@pytest.mark.parametrize(("machine", "said"), [({"calls": 60}, CALLS_RAN_OUT), ({"slices": 5}, "the time was up")])
def test_what_cuts_a_climb_short_is_said(machine: dict[str, int], said: str) -> None:
    """With the flag that mends it, and what was found so far."""
    found = Machine(lambda count: count / 0.05, **machine).climb()  # type: ignore[arg-type]
    assert not found.is_whole
    assert found.ended.startswith(said)
    assert found.best.workers == 8


@pytest.mark.slow
@given(rates=st.lists(st.floats(0.1, 100), min_size=64, max_size=64), most=st.integers(1, 64))
def test_whatever_the_rates_the_choice_was_tried_and_is_near_the_best_tried(rates: list[float], most: int) -> None:
    """Noise does not lead it astray, nor past the limit."""
    machine = Machine(lambda count: rates[count - 1])
    found = machine.climb(most)
    assert max(machine.asked, default=1) <= most
    assert found.best.workers in {1, *machine.asked}
    up = [*itertools.takewhile(lambda pair: pair[0] <= pair[1], itertools.pairwise([1, *machine.asked]))]
    assert found.best.rate >= NEAR * max(rates[count - 1] for count in (1, *(second for _, second in up)))


@given(calls=st.integers(5, 500), errors=st.floats(0, 1))
def test_more_failures_than_before_are_beyond_chance(calls: int, errors: float) -> None:
    """The fewer calls, the more of them may fail."""
    one = level(errors=errors)
    assert allowed_failures(one, calls) >= errors + 0.03
    assert allowed_failures(one, calls) >= allowed_failures(one, calls + 1)


# --- verdicts -------------------------------------------------------------------------------------------------------


def profile(kind: str, **figures: object) -> Profile:
    """A profile of a call that takes 10 ms."""
    one, two = KINDS[kind]
    found = profile_of(one, two, None, first_call=0.01, free_threaded=False)
    return replace(found, **figures)  # type: ignore[arg-type]


def tried(workers: int, gain: float, kind: str = "thread") -> Tried:
    """A climb that arrived there."""
    return Tried(Climb(level(workers, kind=kind), "there are 2 CPUs", is_whole=True), gain)


@pytest.mark.parametrize(
    ("threads", "processes", "chosen"),
    [
        (tried(8, 7.9), None, ("thread", 8)),
        (tried(2, 1.2), None, ("none", 1)),
        (tried(1, 1.0), tried(2, 1.9, "process"), ("process", 2)),
        (tried(2, 1.9), tried(2, 1.95, "process"), ("thread", 2)),
        (tried(2, 1.4), tried(4, 1.9, "process"), ("process", 4)),
        (tried(1, 1.0), tried(2, 1.25, "process"), ("none", 1)),
    ],
)
def test_a_plain_loop_before_threads_before_processes(
    threads: Tried, processes: Tried | None, chosen: tuple[str, int]
) -> None:
    """By margins of 1.3 and 1.2."""
    found = verdicts.decided(threads, processes)
    assert (found.kind, found.workers) == chosen


@pytest.mark.parametrize(
    ("gain", "is_whole", "kind"), [(7.9, True, "waiting"), (1.1, True, "contended"), (1.0, False, "waiting")]
)
def test_workers_that_wait_for_each_other_are_told_by_the_climb(gain: float, is_whole: bool, kind: str) -> None:  # noqa: FBT001
    """Not by one that was cut short."""
    climbed = Tried(Climb(level(1), "", is_whole=is_whole), gain)
    assert verdicts.settled(profile("waiting"), climbed).kind == kind


def test_results_that_cannot_be_pickled_rule_processes_out() -> None:
    """It is said, since another result would change the verdict."""
    found = verdicts.decided(tried(1, 1.0), None, "its results cannot be pickled (TypeError: no)")
    assert found.kind == "none"
    assert found.because.endswith("its results cannot be pickled (TypeError: no), so processes are ruled out")


def test_what_was_not_tried_is_not_said_to_gain_nothing() -> None:
    """A dozen items are soon used up: then nobody knows, and no number of workers is taken from it."""
    cut_short = Tried(Climb(level(1), ITEMS_RAN_OUT, is_whole=False), 1.0)
    found = verdicts.decided(cut_short, None)
    assert (found.kind, found.gain, found.why_not_more) == ("none", None, ITEMS_RAN_OUT)
    assert found.because == "more workers could not be tried"
    assert found.answers(profile("waiting")) == {"bound": "io"}


@pytest.mark.parametrize(
    ("kind", "cpus", "chosen"),
    [
        ("computing-gil", 4, ("process", 4)),
        ("computing-free", 4, ("thread", 4)),
        ("own-threads", 4, ("none", 1)),
        ("child-processes", 4, ("thread", 4)),
        ("computing-gil", 1, ("none", 1)),
        ("mixed", 2, ("thread", 6)),
    ],
)
def test_on_a_busy_machine_the_class_decides(kind: str, cpus: int, chosen: tuple[str, int]) -> None:
    """What was timed there would mislead."""
    found = verdicts.implied(profile(kind), cpus, 32)
    assert (found.kind, found.workers) == chosen


@pytest.mark.parametrize(
    ("kind", "figures", "answers"),
    [
        ("waiting", {}, {"bound": "io", "workers_kind": "thread", "workers": 8}),
        (
            "computing-free",
            {},
            {"bound": "cpu", "releases_gil": True, "workers_kind": "thread", "workers": 8},
        ),
        (
            "computing-free",
            {"free_threaded": True},
            {"bound": "cpu", "releases_gil": False, "workers_kind": "thread", "workers": 8},
        ),
        ("mixed", {}, {"bound": "mixed", "workers_kind": "thread", "workers": 8}),
    ],
)
def test_a_verdict_answers_scaffolds_own_questions(
    kind: str, figures: dict[str, object], answers: dict[str, object]
) -> None:
    """Under their names."""
    found = verdicts.decided(tried(8, 7.9), None)
    assert found.answers(profile(kind, **figures)) == answers


# --- items ----------------------------------------------------------------------------------------------------------


def test_each_item_is_used_once_unless_repeated() -> None:
    """And no more calls are made than are allowed."""
    once = Supply([1, 2, 3], repeat=False, most=10)
    assert [*once.take(2), *once.take(2)] == [(1,), (2,), (3,)]
    assert (once.left, once.why_out) == (0, ITEMS_RAN_OUT)
    again = Supply([1, 2, 3], repeat=True, most=4)
    assert again.take(10) == [(1,), (2,), (3,), (1,)]
    assert (again.left, again.why_out) == (0, CALLS_RAN_OUT)
    nothing = Supply(None, repeat=False, most=2)
    assert [*nothing.take(1), *nothing.take(5)] == [(), ()]
