"""What the defaults of a template come to, and whether they pass: run by `sandbox` in a process of its own.

The steps are those of Copier's `Question` (copier/_user_data.py), with two more outcomes: a value that depends on what
is known only when a project is made, and a default that is taken although it is not what its type says.
"""

from __future__ import annotations

import contextlib
import json
import signal
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from scaffold import memory
from scaffold.copierfmt import answers
from scaffold.lint.expressions import read
from scaffold.lint.known import JINJA_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MOST_MEMORY = 1024**3  # bytes
_CPU_SECONDS = 1.0  # for one question
_LONGEST = 100_000  # characters that an expression may come to

READY = "ready"
"""The first line that the process prints; without it, it did not start."""

# Not the same at every run, or dependent on the machine.
_VOLATILE = ("ans_random", "expanduser", "expandvars", "fileglob", "random", "random_mac", "realpath", "shuffle")

_DANGERS = "\"'\\\n"


@dataclass(frozen=True)
class Outcome:
    """What came of a question; empty text where there is nothing to say."""

    name: str
    wrong_type: str = ""
    no_choice: str = ""
    refused: str = ""
    passes: str = ""
    """Those of quotes, the backslash and the line's end that its validator lets through."""


class _Unknown(Exception):
    """Something that only a real run can tell."""


class Questionnaire:
    """Goes through the questions in their order, every one answered with its default."""

    def __init__(self, envops: Mapping[str, Any]) -> None:
        self._environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False, **envops)
        _add_ansible_filters(self._environment)
        for name in _VOLATILE:
            self._environment.filters.pop(name, None)
        self._known: dict[str, object] = {}

    def outcome(self, question: Mapping[str, Any]) -> Outcome:
        """Work out the default, remember it for the questions to come, and judge it."""
        name = question["name"]
        found: dict[str, Any] = {}
        with contextlib.suppress(_Unknown):
            found["passes"] = self._passes(question) if question["is_text"] else ""
        try:
            value = self._default(question)
            self._known[name] = value
            if self._refuses(question):
                found["refused"] = self._refusal(question, value)
        except _Unknown:
            pass
        except answers.WrongType as error:
            found["wrong_type"] = str(error)
        except LookupError as error:
            found["no_choice"] = str(error.args[0])
        return Outcome(name, **found)

    def _default(self, question: Mapping[str, Any]) -> object:
        kind = str(self._render(question["type"]))
        choices = self._choices(question, kind)
        if "default" not in question:
            raise _Unknown
        value = self._render(question["default"])
        if question["multiselect"]:
            return _several(value, choices, kind)
        answer = _cast(value, kind)
        if choices and answer not in choices:
            raise LookupError(f"{answer!r} is none of {choices!r}")
        return answer

    def _choices(self, question: Mapping[str, Any], kind: str) -> list[object]:
        given = question["choices"]
        if isinstance(given, str):
            given = answers.from_yaml(str(self._render(given)))
        return [self._choice(choice.value, kind) for choice in answers.choices_of(given)]

    def _choice(self, value: object, kind: str) -> object:
        """A choice; what its own validator says counts only beside some answers."""
        try:
            return _cast(self._render(value), kind)
        except answers.WrongType as error:
            raise answers.WrongType(f"the choice {error}") from error

    def _refuses(self, question: Mapping[str, Any]) -> bool:
        """Whether its validator is asked about the default: never for a secret or a question that is skipped."""
        if question["secret"] or not question["validator"]:
            return False
        try:
            return answers.holds(self._render(question["when"]))
        except _Unknown:
            free = {name for name, _ in read(question["validator"], self._environment).free}
            return free <= {question["name"]} and not read(str(question["default"]), self._environment).loads

    def _refusal(self, question: Mapping[str, Any], value: object) -> str:
        return str(self._render(question["validator"], {question["name"]: value})).strip()

    def _passes(self, question: Mapping[str, Any]) -> str:
        if not question["validator"]:
            return _DANGERS
        default = question.get("default")
        bases = ["abcdef", *([default] if isinstance(default, str) and default and "{" not in default else [])]
        return "".join(
            danger
            for danger in _DANGERS
            if any(not self._refusal(question, f"{base[:1]}{danger}{base[1:]}") for base in bases)
        )

    def _render(self, value: object, beside: Mapping[str, object] | None = None) -> object:
        if isinstance(value, list):
            return [self._render(item, beside) for item in value]
        if not isinstance(value, str):
            return value
        reading = read(value, self._environment)
        context = {**self._known, **(beside or {})}
        unknown = {name for name, _ in reading.free} - set(context) - JINJA_NAMES
        if unknown or reading.error or reading.references:
            raise _Unknown
        try:
            text = self._environment.from_string(value).render(context)
        except MemoryError:
            raise
        except Exception as error:
            raise _Unknown from error
        if len(text) > _LONGEST:
            raise MemoryError
        return text


def _several(value: object, choices: Sequence[object], kind: str) -> object:
    """The answer to a question that takes several choices."""
    items = answers.items_of(value) if isinstance(value, str) else value
    if not isinstance(items, list):
        raise answers.WrongType(f"{value!r} is not a list, and several choices can be taken")
    taken = [_cast(item, kind) for item in items]
    for answer in taken:
        if choices and answer not in choices:
            raise LookupError(f"{answer!r} is none of {choices!r}")
    return taken


def _cast(value: object, kind: str) -> object:
    """As `answers.cast`; a type that is not known is for another rule."""
    try:
        return answers.cast(value, kind)
    except KeyError:
        raise _Unknown from None


def _add_ansible_filters(environment: SandboxedEnvironment) -> None:
    """Those that Copier adds; without them what needs one stays unknown."""
    with contextlib.suppress(ImportError, TemplateError):
        environment.add_extension("jinja2_ansible_filters.AnsibleCoreFiltersExtension")


def _limit_time() -> None:
    """From here on this process may compute for a second; then it is killed, even inside a regular expression."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, _CPU_SECONDS)


def main() -> None:
    """Read a questionnaire from stdin, and write a line for every question until one exceeds the limits."""
    memory.limit(_MOST_MEMORY)
    given = json.load(sys.stdin)
    questionnaire = Questionnaire(given["envops"])
    print(READY, flush=True)
    questions: Sequence[Mapping[str, Any]] = given["questions"]
    for question in questions:
        _limit_time()
        print(json.dumps(asdict(questionnaire.outcome(question))), flush=True)
