"""What is asked, when, and what counts as an answer."""

from __future__ import annotations

import functools

import pytest

from scaffold.errors import BadAnswer
from scaffold.questions import (
    ADVICE_QUESTIONS,
    WORKLOAD_QUESTIONS,
    Answers,
    Question,
    Value,
    complete_follow_ups,
    complete_workload,
    is_open,
    workload_of,
)
from scaffold.recommend import all_workloads, recommend

BY_NAME = {question.name: question for question in ADVICE_QUESTIONS}


def asked_for(answers: Answers) -> list[str]:
    """The names of the questions asked of somebody who gives these answers."""
    asked: list[str] = []

    def ask(question: Question, _: Answers) -> Value:
        asked.append(question.name)
        return answers.get(question.name, question.default)

    complete_follow_ups(complete_workload({}, ask), ask)
    return asked


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ({"shape": "service"}, "shape results bound work"),
        ({"shape": "heterogeneous"}, "shape results bound react"),
        ({"shape": "many-similar"}, "shape results long_running bound order"),
        ({"shape": "many-similar", "results": False}, "shape results long_running status volume bound"),
        ({"shape": "many-similar", "results": False, "status": True}, "shape results long_running status bound"),
        ({"shape": "many-similar", "long_running": True}, "shape results long_running bound work"),
        ({"shape": "one-off"}, "shape results long_running state bound"),
        ({"shape": "one-off", "results": False}, "shape results long_running state status bound"),
        ({"shape": "one-off", "results": False, "state": True}, "shape results long_running state bound"),
    ],
)
def test_only_what_can_still_change_something_is_asked(answers: dict[str, Value], asked: str) -> None:
    """A handful of questions for every shape."""
    assert asked_for(answers) == asked.split()


def answer_truthfully(truth: Answers, question: Question, _: Answers) -> Value:
    """As somebody who knows the workload."""
    return truth[question.name]


def test_what_is_not_asked_could_not_have_changed_the_design() -> None:
    """Whoever answers every question truthfully gets the design for their workload, however few are asked."""
    for work in all_workloads():
        truth: dict[str, Value] = {axis: getattr(value, "value", value) for axis, value in vars(work).items()}
        answers = complete_workload({}, functools.partial(answer_truthfully, truth))
        assert answers["design"] == recommend(work).design.value
        assert recommend(workload_of(answers)).design is recommend(work).design


def test_a_given_answer_is_never_asked_again() -> None:
    """Flags and files shorten the dialogue."""
    given: Answers = {"shape": "one-off", "results": True}
    assert not any(is_open(BY_NAME[name], given) for name in given)


@pytest.mark.parametrize("question", WORKLOAD_QUESTIONS, ids=lambda question: question.name)
def test_the_recommended_answer_comes_first_and_every_choice_is_explained(question: Question) -> None:
    """One line each, short enough for a narrow terminal."""
    assert question.choices[0].value == question.default
    for choice in question.choices:
        assert 10 < len(choice.says) <= 62


@pytest.mark.parametrize(
    ("name", "word", "value"),
    [
        ("shape", "one-off", "one-off"),
        ("results", "YES", True),
        ("results", True, True),
        ("results", "false", False),
        ("on_error", "stop", "stop"),
    ],
)
def test_words_become_answers(name: str, word: object, value: Value) -> None:
    """From a flag, a file or a keyboard."""
    assert BY_NAME[name].parse(word) == value


@pytest.mark.parametrize(
    ("name", "word", "says"),
    [
        ("shape", "one-of", "did you mean 'one-off'?"),
        ("shape", "", "is none of many-similar"),
        ("results", "perhaps", "is neither yes nor no"),
        ("on_error", "Stop", "did you mean 'stop'?"),
    ],
)
def test_a_wrong_word_names_the_flag_and_the_nearest_answer(name: str, word: str, says: str) -> None:
    """So that the mend can be typed at once."""
    with pytest.raises(BadAnswer) as caught:
        BY_NAME[name].parse(word)
    assert str(caught.value).startswith(f"--{name.replace('_', '-')}: ")
    assert says in str(caught.value)
