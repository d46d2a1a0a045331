"""The conversation's walk, on every path, and back: the rules decide as ever, and nothing that was said is lost."""

from __future__ import annotations

import random
import shlex
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from scaffold.conversation.dialogue import Conversation
from scaffold.conversation.summary import leads_to
from scaffold.conversation.walk import Walk, possible, replies_to, rules_say
from scaffold.conversation.wording import ADVICE, GIL_BATCH, GIL_TURNS, MEASURE, REACT, TURNS
from scaffold.questions import ADVICE_QUESTIONS, DESIGN_QUESTION, complete_workload, is_relevant, workload_of
from scaffold.recommend import all_workloads, recommend
from scaffold.terminal import Terminal
from scaffold.workload import Design

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.conversation.walk import Stand
    from scaffold.questions import Answers, Question, Value
    from scaffold.ui import Page

PATHS = 157
QUESTIONS = (3, 7)  # on the shortest path, and on the longest
BY_FLAG = {question.flag: question for question in (*ADVICE_QUESTIONS, DESIGN_QUESTION)}


def conversation(given: Answers) -> Conversation:
    """One that nobody has."""
    return Conversation(Terminal(can_ask=False), ("scaffold", "new", "demo"), given)


def copy(walk: Walk) -> Walk:
    """One that can go another way."""
    other = Walk(walk.given)
    other.replies, other.kept, other.chosen = {**walk.replies}, {**walk.kept}, walk.chosen
    return other


def paths(walk: Walk) -> Iterator[Stand]:
    """The ends of all ways on from here, on which the recommendation is taken."""
    stand = walk.stand()
    if stand.turn is None:
        yield stand
    elif stand.turn is ADVICE:
        walk.settle(rules_say(stand.known))
        yield from paths(walk)
    else:
        replies = [reply for reply in replies_to(stand.turn, stand.known) if reply.value != MEASURE]
        assert len(replies) > 1, (stand.turn.name, stand.known)
        for reply in replies:
            other = copy(walk)
            other.reply(stand.turn, reply.value)
            yield from paths(other)


def default(question: Question, answers: Answers) -> Value:
    """What `--defaults` takes."""
    return question.recommended(answers)


def effective(answers: Answers) -> dict[str, Value]:
    """Without what changes nothing beside the others."""
    return {question.name: answers[question.name] for question in ADVICE_QUESTIONS if is_relevant(question, answers)}


def flags(command: str) -> dict[str, Value]:
    """The answers on a command line."""
    words = iter(shlex.split(command)[3:])
    given: dict[str, Value] = {}
    for word in words:
        question = BY_FLAG.get(word) or BY_FLAG[f"--{word.removeprefix('--no-')}"]
        if question.type == "bool":
            given[question.name] = word in BY_FLAG
        else:
            given[question.name] = question.parse(next(words))
    return given


def test_every_path_leads_where_the_rules_say() -> None:
    """On the shortest there are three questions, on the longest seven; each design is reached, each turn asked."""
    ends = list(paths(Walk({})))
    assert len(ends) == PATHS
    asked = [sum(said.turn is not ADVICE for said in end.said) for end in ends]
    assert (min(asked), max(asked)) == QUESTIONS
    for end in ends:
        work = {name: value for name, value in end.known.items() if name != "design"}
        ruled = complete_workload(work, default)["design"]
        by_gil = [
            said.reply.sets["design"] for said in end.said if said.turn is GIL_BATCH and "design" in said.reply.sets
        ]
        assert end.known["design"] == (by_gil[0] if by_gil else ruled)
        assert recommend(workload_of(end.known)).design.value == ruled
    assert {end.known["design"] for end in ends} == {design.value for design in Design}
    assert {said.turn for end in ends for said in end.said} == {*TURNS}


def test_an_answer_that_is_not_asked_for_changes_nothing() -> None:
    """Whatever a workload is, somebody with that work is led to its design."""
    designs = {design for workload in all_workloads() for design in [recommend(workload).design]}
    for workload in all_workloads():
        walk = Walk({})
        while (turn := walk.stand().turn) is not ADVICE and turn is not None:
            stand = walk.stand()
            wanted = vars(workload)
            fitting = [
                r for r in replies_to(turn, stand.known) if all(wanted.get(n, v) == v for n, v in r.sets.items())
            ]
            if turn in GIL_TURNS:
                fitting = [reply for reply in fitting if reply.value in ("anyway", "released")]
            walk.reply(turn, max(fitting, key=lambda reply: len(reply.sets)).value)
        assert rules_say(walk.stand().known) is recommend(workload).design, workload
    assert designs == {*Design}


def test_what_the_live_line_promises_is_kept() -> None:
    """A design that it does not name cannot be reached from there."""

    def check(walk: Walk) -> set[str]:
        stand = walk.stand()
        if stand.turn is None or stand.turn is ADVICE:
            return {str(stand.known.get("design", rules_say(stand.known).value))}
        reached: set[str] = set()
        for reply in replies_to(stand.turn, stand.known):
            if reply.value == MEASURE:
                continue
            other = copy(walk)
            other.reply(stand.turn, reply.value)
            ends = check(other)
            if not reply.means and stand.turn not in GIL_TURNS:
                promised = {design.value for design in possible({**stand.known, **reply.sets})}
                by_processes = {"threadpool/map"} if "thread/batch" in promised else set()
                assert ends <= promised | by_processes
                assert all(design in leads_to(stand.known, reply) for design in promised)
            reached |= ends
        return reached

    assert check(Walk({})) == {design.value for design in Design}


def random_walk(dice: random.Random) -> Conversation:
    """Some steps forward and some back; sometimes another design, sometimes flags at the beginning."""
    given = {q.name: dice.choice(q.choices).value for q in ADVICE_QUESTIONS if dice.random() < 0.05}
    talk = conversation(given)
    for _ in range(dice.randint(0, 16)):
        stand = talk.walk.stand()
        if stand.turn is None:
            break
        if talk.walk.last is not None and dice.random() < 0.3:
            talk.walk.back()
        elif stand.turn is ADVICE:
            talk.walk.settle(dice.choice([*[rules_say(stand.known)] * 6, *Design]))
        else:
            replies = [reply.value for reply in replies_to(stand.turn, stand.known) if reply.value != MEASURE]
            talk.walk.reply(stand.turn, dice.choice(replies))
    return talk


@pytest.mark.parametrize("number", [200, pytest.param(3_000, marks=pytest.mark.slow)])
def test_a_walk_goes_on_from_its_command(number: int) -> None:
    """With the same question next, and with equal answers at the end."""
    dice = random.Random(number)  # noqa: S311  # the same walks each time
    count: Counter[str] = Counter()
    for _ in range(number):
        talk = random_walk(dice)
        again = conversation(flags(talk.command()))
        now, then = talk.walk.stand(), again.walk.stand()
        assert (then.turn and then.turn.name) == (now.turn and now.turn.name), talk.command()
        if "shape" in now.known:
            assert effective(again.workload()) == effective(talk.workload()), talk.command()
        count["at the end" if now.turn is None else "on the way"] += 1
    assert min(count.values()) > number / 20


def test_a_step_back_keeps_what_was_said() -> None:
    """The cursor is on it when its question comes again; answers after it are asked again."""
    walk = Walk({})
    walk.reply(TURNS[0], "one-off")
    walk.reply(TURNS[1], False)
    walk.back()
    walk.back()
    assert walk.stand().turn is TURNS[0]
    assert walk.kept == {"shape": "one-off", "long_running": False}
    walk.back()
    assert walk.stand().turn is TURNS[0]


def test_flags_are_passed_by_on_the_way_back() -> None:
    """They were not asked for, so nobody comes back to them."""
    walk = Walk({"shape": "one-off", "results": True})
    walk.reply(TURNS[1], False)
    assert [said.by_flag for said in walk.stand().said] == [True, False, True]
    walk.back()
    assert walk.last is None


def test_nobody_waits_for_jobs_without_results() -> None:
    """What a default settles is no turn of the walk; changed in the review, it is kept all the same."""
    work: dict[str, Value] = {"shape": "heterogeneous", "results": False, "bound": "io", "design": "threadpool/jobs"}
    assert Walk({**work, "results": True}).stand().turn is REACT
    talk = Conversation(Choosing(value="first-error"), ("scaffold", "new", "demo"), work)
    assert talk.next_turn() is None
    assert talk.workload()["react"] == "as-completed"
    talk.ask_again(REACT)
    assert talk.next_turn() is None
    assert talk.workload()["react"] == "first-error"


@dataclass(frozen=True)
class Choosing(Terminal):
    """A person who chooses the same wherever they are asked."""

    value: object = None
    can_ask: bool = True

    def pick(self, page: Page) -> object:  # noqa: ARG002  # whatever it is
        """It."""
        return self.value


def test_another_shape_takes_another_design() -> None:
    """One that was given for other work does not stay."""
    walk = Walk({"shape": "service", "design": "thread/task"})
    walk.reply(TURNS[0], "heterogeneous")
    assert "design" not in walk.stand().known


@pytest.mark.parametrize(
    ("given", "because", "mind"),
    [
        ({"shape": "service", "results": True, "bound": "cpu"}, "it keeps running", "with a GIL"),
        ({"shape": "service", "results": False, "bound": "io"}, "it keeps running", "needs a lock"),
        ({"shape": "many-similar", "results": True, "bound": "cpu"}, "it computes in Python", "pickled"),
        ({"shape": "many-similar", "results": True, "bound": "cpu", "releases_gil": True}, "a value", "each outcome"),
        ({"shape": "many-similar", "results": True, "bound": "io"}, "you want a value back", "each outcome"),
        ({"shape": "one-off", "results": False, "status": True, "state": True}, "how far it is", "only asked"),
        ({"shape": "one-off", "results": False, "bound": "io"}, "nothing comes back", "only asked"),
        (
            {"shape": "one-off", "results": True, "bound": "io", "design": "thread/task"},
            "you chose it",
            "the rules say",
        ),
        ({"shape": "heterogeneous", "results": False, "bound": "io"}, "the jobs differ", "only logged"),
        ({"shape": "heterogeneous", "results": True, "bound": "io"}, "the jobs differ", "only logged"),
        ({"shape": "many-similar", "results": False, "volume": "many", "bound": "io"}, "a pool queues", "for_each"),
        ({"shape": "heterogeneous", "results": True, "state": True}, "the jobs differ", "keep state out of the tasks"),
    ],
)
def test_three_lines(given: dict[str, Value], because: str, mind: str) -> None:
    """The design, one reason in the words of the answers, one thing to mind: of what nobody said there is nothing."""
    first, second, third = conversation(given).three_lines().split("\n")
    assert first.startswith(str(conversation(given).known["design"]))
    assert second.startswith("Because ")
    assert because in second
    assert third.startswith("Mind: ")
    assert mind in third
    assert "1,000" not in first + second + third
