"""The recommendation in three lines: the design, one reason in the words of the answers, one thing to mind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scaffold.conversation.naming import DOES
from scaffold.conversation.walk import possible
from scaffold.questions import WORKLOAD_QUESTIONS
from scaffold.recommend import AXES
from scaffold.workload import Bound, Design, Family

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scaffold.conversation.wording import Reply
    from scaffold.questions import Answers, Question
    from scaffold.recommend import Recommendation

_REASONS: Final = {
    1: "it keeps running: a Thread owns its state and stops in order; a pool is for work that ends",
    2: "the jobs differ and come up as they go: a pool takes any function at any time",
    3: "it ends only with the program, so it is a service: a Thread of its own; a pool is for work that ends",
    4: "it remembers things between steps: a Thread subclass keeps them in its variables",
    5: "you want {want} one job: a pool of one thread has both, a plain Thread has neither",
    6: "it is one job and nothing comes back: a plain Thread, nothing more",
    7: "you want {want} each input: a pool queues them and hands results back, a plain Thread does neither",
    8: "there are more inputs than threads to start: a pool queues them",
    9: "it is a handful of similar jobs and nothing comes back: a Thread for each, joined at the end",
}
_PICKLED: Final = "the function, its inputs and its results are pickled: no lambdas, no open files"
_MIND: Final = {
    Design.MAP: "what fails comes back as a value: look at each outcome",
    Design.JOBS: "what a job raises stays in its handle; if nobody asks there, it is only logged",
    Design.POOL_TASK: "waiting with a timeout stops the waiting, not the job",
}
_MIND_FOR_EFFECT: Final = {
    Design.MAP: "call for_each: its report counts what failed, and keeps the first failures",
}  # where nothing comes back
_LOST: Final = ("PX1", "PX2", "PX4", "P5")  # what is overruled and has a remedy worth a line


def three_lines(ours: Recommendation, answers: Answers) -> str:
    """The recommendation in short, for answers in which a design is settled."""
    design, workload = ours.design, ours.workload
    because = _reason(ours)
    computes = workload.bound is not Bound.IO and not answers.get("releases_gil")
    lost = [citation.because for citation in ours.overruled if citation.code in _LOST]
    on_processes = design is Design.MAP and answers.get("workers_kind") == "process"
    if on_processes and workload.bound is Bound.CPU:
        because = "it computes in Python: processes do that side by side, with a GIL threads take turns"
        mind = _PICKLED
    elif design is not ours.recommended:
        because, mind = "you chose it", f"the rules say {ours.recommended.value}, because {because}"
    elif on_processes:
        mind = _PICKLED
    elif computes and answers.get("scale") != "cluster":
        mind = "with a GIL, threads make computing in Python no faster"
    elif lost:
        mind = lost[0]
    elif design is Design.SERVICE:
        mind = "state that other threads touch, too, needs a lock"
    elif design.family is Family.THREAD:
        mind = "a thread cannot be stopped from outside, only asked: look at `stopping` in your loop"
    else:
        mind = _MIND[design] if workload.results else _MIND_FOR_EFFECT.get(design, _MIND[design])
    return f"{design.value}: {DOES[design]}\nBecause {because}.\nMind: {mind}."


def _reason(ours: Recommendation) -> str:
    """One reason, by the rule that decides."""
    workload = ours.workload
    if ours.rule == 4 and workload.status:
        return "you want to see how far it is, or stop it: a Thread subclass keeps its progress in its variables"
    return _REASONS[ours.rule].format(want="a value back from" if workload.results else "to see what is done of")


def leads_to(known: Answers, reply: Reply) -> str:
    """What a reply leads to, in a line; nothing, where the design is settled and the example says it all."""
    if reply.means:
        return f"-> {reply.means}"
    if "design" in known:
        return ""
    designs = possible({**known, **reply.sets})
    if len(designs) == 1:
        return f"-> {designs[0].value}: {DOES[designs[0]]}"
    *others, last = (design.value for design in designs)
    return f"-> {', '.join(others)} or {last}: the next answers decide"


def against(ours: Recommendation, design: Design) -> str:
    """What speaks against a design for this work."""
    if design is ours.recommended:
        return "what the rules say"
    return f"against it: {_reason(ours)}"


def beside(given: Answers, ours: Recommendation) -> str:
    """What speaks against a design that was given, where no answer to an open question would lead to it; or nothing."""
    said = {name: value for name, value in given.items() if name in AXES}
    if "design" not in given or not said or Design(given["design"]) in possible(said):
        return ""
    flags = " ".join(word for question in WORKLOAD_QUESTIONS for word in _flag(question, said))
    return f"--design {given['design']}: beside {flags} the rules say {ours.recommended.value}: {_reason(ours)}"


def _flag(question: Question, said: Answers) -> Iterable[str]:
    return question.as_flag(said[question.name]) if question.name in said else ()
