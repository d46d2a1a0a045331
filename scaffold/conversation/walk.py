"""Which turn comes next: a walk over all turns, in which every answer stands until a step back takes it away.

Nothing here asks: a test walks all paths.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from scaffold.conversation.naming import same
from scaffold.conversation.wording import (
    ADVICE,
    GIL_BATCH,
    GIL_MAP,
    GIL_MIXED,
    GIL_OTHER,
    GIL_TURNS,
    MEASURE,
    REACT,
    RESULTS,
    RESULTS_SERVICE,
    STATE,
    TURNS,
    WATCH_MANY,
    WATCH_ONE,
    Reply,
    Turn,
)
from scaffold.questions import ADVICE_QUESTIONS, is_open, workload_of
from scaffold.recommend import AXES, all_workloads, design_for
from scaffold.workload import Bound, Design

if TYPE_CHECKING:
    from scaffold.questions import Answers, Value

_OF_THE_JOB: Final = (WATCH_ONE, WATCH_MANY, STATE)
_QUESTIONS: Final = {question.name: question for question in ADVICE_QUESTIONS}


@dataclass(frozen=True)
class Said:
    """A turn that is over, and what was replied."""

    turn: Turn
    reply: Reply
    by_flag: bool
    """Given on the command line or in a file: steps back pass it by."""


@dataclass(frozen=True)
class Stand:
    """Where the walk stands."""

    known: dict[str, Value]
    """All that is known, the design too once it is settled."""
    said: tuple[Said, ...]
    turn: Turn | None
    """The next, or None when nothing is left to ask."""


class Walk:
    """The answers so far: those given, and the replies that stand."""

    def __init__(self, given: Answers) -> None:
        self.given: dict[str, Value] = dict(given)
        self.replies: dict[Turn, Value] = {}
        """Those that stand."""
        self.kept: dict[str, Value] = {}
        """Every reply ever made: where the cursor is when its turn comes again."""
        self.chosen: tuple[Design, Design] | None = None
        """What the rules said when the user settled the design, and what was settled."""

    def copy(self) -> Walk:
        """One that can go another way."""
        other = Walk(self.given)
        other.replies, other.kept, other.chosen = {**self.replies}, {**self.kept}, self.chosen
        return other

    def reply(self, turn: Turn, value: Value) -> None:
        """Take a reply; it replaces what was given."""
        for name in turn.sets:
            self.given.pop(name, None)
        if turn.name == "shape":
            self.given.pop("design", None)  # it was chosen for work of another shape
        if any("design" in reply.sets for reply in turn.replies):
            self.chosen = None
        self.replies[turn] = self.kept[turn.name] = value

    def settle(self, design: Design) -> None:
        """Take a design."""
        self.given.pop("design", None)
        self.chosen = (rules_say(self.stand().known), design)

    def back(self) -> None:
        """One step back, to the last reply that did not come as a flag."""
        last = self.last
        if last is None:
            return
        if last.turn is ADVICE:
            self.chosen = None
        else:
            del self.replies[last.turn]

    @property
    def last(self) -> Said | None:
        """What a step back would take away."""
        return next((said for said in reversed(self.stand().said) if not said.by_flag), None)

    def stand(self, until: Turn | None = None) -> Stand:
        """All that is known by now, the replies that led there, and the next turn; or those before `until`."""
        known = dict(self.given)
        said: list[Said] = []
        set_before: set[str] = set()
        for turn in TURNS:
            if turn is until:
                return Stand(known, tuple(said), turn)
            if turn is ADVICE:
                if not (found := self._advice(known)):
                    return Stand(known, tuple(said), turn)
            else:
                later = turn.sets if turn not in _OF_THE_JOB else known.keys()
                base = {name: known[name] for name in known if name in set_before or name not in later}
                due = turn is _gil_turn(base | self._chosen(base)) if turn in GIL_TURNS else _is_due(turn, base)
                if not due:
                    continue
                reply, by_flag = self._reply(turn, known)
                if reply is None:
                    if not _is_open_turn(turn, known):
                        continue
                    return Stand(known | (self._chosen(known) if turn in GIL_TURNS else {}), tuple(said), turn)
                found = [Said(turn, reply, by_flag)]
            for one in found:
                known |= one.reply.sets
                set_before |= {*one.reply.sets}
            said += found
        return Stand(known, tuple(said), None)

    def _reply(self, turn: Turn, known: Answers) -> tuple[Reply | None, bool]:
        """The reply that stands, or that the given answers amount to."""
        possible = replies_to(turn, known)
        for reply in possible:
            if turn in self.replies and same(self.replies[turn], reply.value):
                return reply, False
        if len(possible) == 1:
            return possible[0], True
        if self.given.keys().isdisjoint(turn.settled_by or (turn.name,)):
            return None, False
        matching = [
            reply for reply in possible if reply.sets and all(_amounts_to(known, *s) for s in reply.sets.items())
        ]
        return max(matching, key=lambda reply: len(reply.sets), default=None), True

    def _advice(self, known: Answers) -> list[Said]:
        """The design where it is settled; empty, where it is still to be shown."""
        if chosen := self._chosen(known):
            return [_settled(str(chosen["design"]), by_flag=False)]
        if "design" in known:  # by a flag, or by the turn about the GIL
            return [_settled(str(known["design"]), by_flag=True)]
        return []

    def _chosen(self, known: Answers) -> dict[str, Value]:
        """The design that the user settled, as long as the rules say the same as then."""
        if self.chosen is None or self.chosen[0] is not rules_say(known):
            return {}
        return {"design": self.chosen[1].value}


def _settled(design: str, *, by_flag: bool) -> Said:
    return Said(ADVICE, Reply(design, design, "", {"design": design}), by_flag)


def _amounts_to(known: Answers, name: str, value: Value) -> bool:
    """Whether an answer is given, or taken by default beside those given."""
    if name == "design":
        return known.get(name) == value
    given = known.get(name, _QUESTIONS[name].recommended({"releases_gil": False, **known}))
    return same(given, value)


def replies_to(turn: Turn, known: Answers) -> list[Reply]:
    """The replies that contradict nothing that is known."""
    fits = [r for r in turn.replies if all(name not in known or same(known[name], v) for name, v in r.sets.items())]
    if len(fits) < len(turn.replies) and not known.keys().isdisjoint(turn.sets):
        return [reply for reply in fits if reply.value != MEASURE]  # part of it is answered already
    return fits


def _is_due(turn: Turn, known: Answers) -> bool:
    """Whether the turn makes sense beside these answers, as if none of its own were given."""
    shape = known.get("shape")
    if turn is STATE:  # it decides between a function and a class, too
        return "state" not in known and shape == "one-off" and Design.TASK in possible(_axes(known))
    if turn in (WATCH_ONE, WATCH_MANY):
        return shape == ("one-off" if turn is WATCH_ONE else "many-similar") and _leads_apart(turn, known)
    if turn in (RESULTS, RESULTS_SERVICE) and (shape == "service") != (turn is RESULTS_SERVICE):
        return False
    if turn is REACT and not known.get("results"):
        return False  # nothing comes back that could be waited for
    return _is_open(turn.name, frozenset(known.items()))


@functools.cache
def _is_open(name: str, known: frozenset[tuple[str, Value]]) -> bool:
    return is_open(_QUESTIONS[name], dict(known))


def _is_open_turn(turn: Turn, known: Answers) -> bool:
    """Whether it is still worth asking beside all that is given."""
    return turn not in (WATCH_ONE, WATCH_MANY) or _leads_apart(turn, known)


def _leads_apart(turn: Turn, known: Answers) -> bool:
    return len({possible(_axes({**known, **reply.sets})) for reply in replies_to(turn, known)}) > 1


def _axes(known: Answers) -> dict[str, Value]:
    """The answers about the work, without a design that was chosen for it."""
    return {name: value for name, value in known.items() if name in AXES}


def _gil_turn(known: Answers) -> Turn | None:
    """Which of them is asked, where some computing is done."""
    bound = Bound(known["bound"])
    design = design_of(known)
    if bound is Bound.IO or (design is Design.MAP and known.get("scale") == "cluster"):
        return None
    if bound is Bound.MIXED:
        return GIL_MIXED if design is Design.MAP else None
    if design is Design.MAP:
        return GIL_MAP
    return GIL_BATCH if design is Design.BATCH is rules_say(known) else GIL_OTHER  # whoever chose it wants threads


# --- what the rules say to half an answer ---------------------------------------------------------------------------


@functools.cache
def _table() -> tuple[tuple[dict[str, object], Design], ...]:
    return tuple((dict(vars(workload)), design_for(workload)) for workload in all_workloads())


def possible(known: Answers) -> tuple[Design, ...]:
    """The designs that these answers still leave open, by name."""
    if "design" in known:
        return (Design(known["design"]),)
    return _possible(frozenset(_axes(known).items()))


@functools.cache
def _possible(axes: frozenset[tuple[str, Value]]) -> tuple[Design, ...]:
    designs = {design for workload, design in _table() if axes <= workload.items()}
    return tuple(sorted(designs, key=lambda design: design.value))


def rules_say(known: Answers) -> Design:
    """The design for these answers, whatever was chosen."""
    return design_for(workload_of(known))


def design_of(known: Answers) -> Design:
    """The design that was chosen, or what the rules say."""
    return Design(known["design"]) if "design" in known else rules_say(known)
