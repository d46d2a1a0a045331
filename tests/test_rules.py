"""The table against the specification's, over every workload there is."""

from __future__ import annotations

import pytest

from scaffold.recommend import all_workloads, recommend
from scaffold.rules import PRINCIPLES, RULES
from scaffold.workload import Bound, Design, Shape, Volume, Workload

WORKLOADS = list(all_workloads())


def expected(work: Workload) -> tuple[int, str, str, str]:
    """Row, design, deciding and overruled codes, written out from the specification and not from the rules."""
    asked = ("TX2 " if work.results else "") + ("TX4 " if work.status else "")
    back = asked + ("P6 " if work.status else "")
    state = "PX1 PX2 " if work.state else ""
    many = work.shape is Shape.MANY_SIMILAR and work.volume is Volume.MANY
    if work.shape is Shape.SERVICE:
        return 1, "thread/service", "T3 T4 PX2 PX4", asked
    if work.shape is Shape.HETEROGENEOUS:
        return 2, "threadpool/jobs", "P3 P4 TX1 D1", state + ("PX4" if work.long_running else "")
    if work.long_running:
        return 3, "thread/service", "T4 PX4", asked + ("P5 TX3" if many else "")
    if work.shape is Shape.ONE_OFF:
        if work.state:
            return 4, "thread/task", "T3 PX1 PX2 PX3", asked
        if asked:
            return 5, "threadpool/task", "P2 " + back, "PX3"
        return 6, "thread/task", "T1 PX3", ""
    if asked:
        of_results = back + ("P7 " if work.results else "") + ("P5" if many else "")
        return 7, "threadpool/map", of_results, "D1 T2 " + state
    if many:
        return 8, "threadpool/map", "P5 TX3 P1", "T2 D1 " + state
    return 9, "thread/batch", "T2 D1" + (" T3" if work.state else ""), ""


def test_there_are_384_workloads_and_each_is_different() -> None:
    """The enumeration is the whole product of the axes."""
    assert len(set(WORKLOADS)) == len(WORKLOADS) == 4 * 2 * 2 * 2 * 2 * 2 * 3


@pytest.mark.parametrize("work", WORKLOADS, ids=str)
def test_every_workload_gets_what_the_specification_says(work: Workload) -> None:
    """Row, design, reasons and what was overruled."""
    recommendation = recommend(work)
    assert (
        recommendation.rule,
        recommendation.design.value,
        {citation.code for citation in recommendation.decided_by},
        {citation.code for citation in recommendation.overruled},
    ) == (*expected(work)[:2], set(expected(work)[2].split()), set(expected(work)[3].split()))


def test_every_code_is_used() -> None:
    """No principle is only there for show."""
    recommendations = [recommend(work) for work in WORKLOADS]
    used = {
        citation.code for each in recommendations for citation in (*each.decided_by, *each.overruled, *each.cautions)
    }
    assert used == set(PRINCIPLES)


def test_the_codes_are_those_of_the_specification() -> None:
    """A code keeps its meaning for ever; A1 and A2 are ours, for what threads are not for at all."""
    specified = "P1 P2 P3 P4 P5 P6 P7 PX1 PX2 PX3 PX4 T1 T2 T3 T4 TX1 TX2 TX3 TX4 S1 S2 S3 D1 D2 D3"
    assert set(PRINCIPLES) == {*specified.split(), "A1", "A2"}


def test_every_rule_decides_some_workload() -> None:
    """No row is hidden behind the rows above it."""
    assert {recommend(work).rule for work in WORKLOADS} == {rule.number for rule in RULES}


def test_the_bound_never_changes_the_design() -> None:
    """It only adds cautions, and for cpu and mixed it always does."""
    for work in WORKLOADS:
        codes = {citation.code for citation in recommend(work).cautions}
        assert ("S3" in codes) == (work.bound is not Bound.IO)
        plain = Workload(**{**vars(work), "bound": Bound.IO})
        assert recommend(plain).design is recommend(work).design


@pytest.mark.parametrize("design", Design)
@pytest.mark.parametrize("bound", [Bound.CPU, Bound.MIXED])
def test_the_cpu_caution_names_the_ways_out(design: Design, bound: Bound) -> None:
    """Once: with a GIL processes, and C code that releases it; without one threads, and what they need then."""
    work = Workload(shape=Shape.MANY_SIMILAR, results=True, bound=bound)
    (caution,) = [citation.because for citation in recommend(work, design).cautions if citation.code == "S3"]
    with_gil, _, without = caution.partition(". ")
    assert ("--workers-kind process" if design in (Design.MAP, Design.BATCH) else "multiprocessing.Pool") in with_gil
    for code_in_c in ("hashlib", "zlib", "numpy", "sqlite3", "socket"):
        assert code_in_c in with_gil
    for word in ("free-threaded", "3.14", "3.13t", "sys._is_gil_enabled()", "extension", "lock what is shared"):
        assert word in without


@pytest.mark.parametrize("work", WORKLOADS[::7], ids=str)
def test_would_change_is_true(work: Workload) -> None:
    """Each named answer, given alone, leads to the named design; no other single answer changes it."""
    recommendation = recommend(work)
    named = {(change.axis, change.value): change.design for change in recommendation.would_change}
    for other in WORKLOADS:
        different = [axis for axis in vars(work) if vars(work)[axis] != vars(other)[axis]]
        if len(different) == 1:
            design = recommend(other).design
            assert named.get((different[0], vars(other)[different[0]]), recommendation.design) is design


@pytest.mark.parametrize("design", Design)
def test_a_choice_of_the_users_is_kept_and_what_speaks_against_it_is_named(design: Design) -> None:
    """The rules' own reasons become what was overruled."""
    for work in WORKLOADS[::5]:
        ruled, chosen = recommend(work), recommend(work, design)
        assert chosen.design is design
        assert chosen.recommended is ruled.design
        if design is not ruled.design:
            assert not chosen.decided_by
            assert {c.code for c in chosen.overruled} == {c.code for c in ruled.decided_by}
            assert all(design.value in c.because for c in chosen.overruled)
