"""Where answers come from when nobody is asked: a file, the surroundings, the questions' own defaults."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scaffold import naming, reading
from scaffold.errors import Refused, UsageError, at_line, did_you_mean
from scaffold.text import one_line, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from scaffold.errors import ScaffoldError
    from scaffold.questions import Answers, Question, Value
    from scaffold.template import Template

    Refusal = Callable[[Path, str, int | None], ScaffoldError]
    """What is said of a file that cannot be read: one that the user gave, or one that was found in a project."""

_YAML = (".yaml", ".yml")
_FORMATS = (*_YAML, ".toml", ".json")


def read_answers(path: Path, questions: Sequence[Question]) -> dict[str, Value]:
    """The answers in a YAML, TOML or JSON file: a question's name (`on_error` or `on-error`) to its value.

    Keys that begin with an underscore are skipped, so that the answers file of a generated project can be given too.

    Raises:
        UsageError: It cannot be read or holds something else; the message has the line where one is known.
        BadAnswer: A value is none that its question takes.
    """
    by_name = {question.name: question for question in questions}
    found = {
        key: value
        for key, value in _parsed(path, _text_of(path, _bad_answers_file), _bad_answers_file).items()
        if not key.startswith(("_", "-"))
    }
    for key in found:  # before any value: what is said first is the same for every command that reads the file
        if key.replace("-", "_") not in by_name:
            raise unknown_question(path, key, by_name)
    answers: dict[str, Value] = {}
    for key, value in found.items():
        name = key.replace("-", "_")
        if not isinstance(value, (str, int, bool)):
            raise _bad_answers_file(path, f"{one_line(key, 80)} must be a single value")
        answers[name] = by_name[name].parse(value)
    return answers


@dataclass(frozen=True)
class Given:
    """A file of answers to questions that are not ours."""

    words: Mapping[str, object]
    """In YAML every scalar as the text that stands there."""
    typed: Mapping[str, object]
    """With the types that the file gives."""


def load_given(path: Path) -> Given:
    """What a file of answers holds, for questions that are not ours.

    Raises:
        UsageError: It cannot be read; the message has the line where one is known.
    """
    text = _text_of(path, _bad_answers_file)
    words = _parsed(path, text, _bad_answers_file)
    return Given(words, _typed(path, text, _bad_answers_file) if _format(path) in _YAML else words)


def load_recorded(path: Path) -> Mapping[str, object]:
    """What an answers file of generated code holds, whatever it is called: every scalar as text.

    Raises:
        Refused: It cannot be read; the message has the line where one is known.
    """
    return _as_mapping(path, _content_of(path, bad_record), bad_record, _from_yaml)


def load_recorded_types(path: Path) -> Mapping[str, object]:
    """The same with the types that YAML gives.

    Raises:
        Refused: It cannot be read; the message has the line where one is known.
    """
    return _typed(path, _content_of(path, bad_record), bad_record)


def unknown_question(path: Path, key: str, known: Iterable[str]) -> UsageError:
    """What is said of a key that is no question."""
    return UsageError(f"{at_line(path)}:", f"there is no question {shown(key)}{did_you_mean(key, known)}")


def bad_record(path: Path, reason: str, line: int | None = None) -> Refused:
    """What is said of an answers file of generated code that cannot be read, or is not what was written."""
    return Refused(f"{at_line(path, line)}:", f"{reason}; restore the file from your version control")


def _bad_answers_file(path: Path, reason: str, line: int | None = None) -> UsageError:
    return UsageError(f"--answers {at_line(path, line)}:", reason)


def _format(path: Path) -> str:
    """The suffix; a pipe of the shell's has none, and holds YAML, of which JSON is a part."""
    return ".yaml" if reading.is_stream(path) else path.suffix.lower()


def _text_of(path: Path, refuse: Refusal) -> str:
    if _format(path) not in _FORMATS:
        raise refuse(path, f"the name must end in one of {', '.join(_FORMATS)}", None)
    return _content_of(path, refuse)


def _content_of(path: Path, refuse: Refusal) -> str:
    try:
        return reading.text_of(reading.read_stream(path))
    except reading.Unreadable as error:
        raise refuse(path, error.reason, error.line) from error


def _parsed(path: Path, text: str, refuse: Refusal) -> Mapping[str, object]:
    readers = {".toml": _from_toml, ".json": _from_json}
    return _as_mapping(path, text, refuse, readers.get(_format(path), _from_yaml))


def _as_mapping(path: Path, text: str, refuse: Refusal, read: Callable[[str], object]) -> Mapping[str, object]:
    try:
        data = read(text)
    except reading.Malformed as error:
        raise refuse(path, error.reason, error.line) from error
    if not isinstance(data, dict):
        raise refuse(path, "must be a mapping of questions to answers", 1)
    return {str(key): value for key, value in data.items()}


def _typed(path: Path, text: str, refuse: Refusal) -> Mapping[str, object]:
    from scaffold import yamlfile

    try:
        data = yamlfile.value(text)
    except yamlfile.YamlFault as error:
        raise refuse(path, error.reason, error.line) from error
    return {_key(key): _plain(value) for key, value in data.items()} if isinstance(data, dict) else {}


def _plain(value: object) -> object:
    """What JSON has, too: a date becomes text."""
    if isinstance(value, dict):
        return {_key(key): _plain(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(member) for member in value]
    return value if value is None or isinstance(value, (str, int, float)) else str(value)


def _key(key: object) -> str:
    return json.dumps(key) if key is None or isinstance(key, bool) else str(key)


def _from_yaml(text: str) -> object:
    from scaffold import yamlfile

    return yamlfile.words(text)


def _from_toml(text: str) -> object:
    from scaffold import tomlfile

    return tomlfile.parse(text)


def _from_json(text: str) -> object:
    from scaffold import jsonfile

    return jsonfile.parse(text)


class Unasked:
    """Answers questions with their defaults, and remembers which: where nobody can be asked, those are missing."""

    def __init__(self) -> None:
        self.missing: list[Question] = []

    def __call__(self, question: Question, answers: Answers) -> Value:
        """Take the default beside the answers so far."""
        if question.required:
            self.missing.append(question)
        return question.recommended(answers)

    def refuse_missing(self, refuse: type[ScaffoldError] = UsageError) -> None:
        """Name all the answers that are missing at once.

        Raises:
            UsageError: There are some; or what `refuse` says instead.
        """
        if self.missing:
            suggested = " ".join(word for question in self.missing for word in question.as_flag(question.default))
            names = ", ".join(question.usage() for question in self.missing)
            raise refuse("no terminal to ask at:", f"add {suggested} (missing: {names}), or --defaults")


def from_folder(dest: Path | None) -> dict[str, Value]:
    """The project's name, as the directory's name suggests it."""
    name = naming.from_folder(dest) if dest is not None else ""
    return {"name": name} if name else {}


def from_git(dest: Path) -> dict[str, Value]:
    """The author of what is made at `dest`, as the user's own git configuration has it; nothing where it has none."""
    from scaffold.repositories.user import identity

    name = identity(dest).get("GIT_AUTHOR_NAME", "")
    return {"author": name} if name.isprintable() and name else {}


def from_interpreter(template: Template, running: tuple[int, int] = sys.version_info[:2]) -> dict[str, Value]:
    """The Python that runs this, where what the template would write by default is for newer ones only."""
    for question in template.questions:
        if question.name == "python" and running < _as_version(question.default):
            return {question.name: ".".join(map(str, running))}
    return {}


def _as_version(text: Value) -> tuple[int, ...]:
    return tuple(map(int, str(text).split(".")))
