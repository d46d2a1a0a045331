"""Where answers come from when nobody is asked: a file, the surroundings, the questions' own defaults."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Union

from scaffold.errors import BadAnswersFile, BadRecord, MissingAnswers, UnknownKey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from scaffold.questions import Answers, Question, Value

Refusal = Union[type[BadAnswersFile], type[BadRecord]]
"""How a file that cannot be read is told: given by the user, or found in a project."""

_LARGEST_FILE = 1_000_000


def read_answers(path: Path, questions: Sequence[Question]) -> dict[str, Value]:
    """The answers in a YAML, TOML or JSON file: a question's name (`on_error` or `on-error`) to its value.

    Keys that begin with an underscore are skipped, so that the answers file of a generated project can be given too.

    Raises:
        BadAnswersFile: It cannot be read or holds something else; the message has the line where one is known.
        UnknownKey: A key is no question.
        BadAnswer: A value is none that its question takes.
    """
    by_name = {question.name: question for question in questions}
    answers: dict[str, Value] = {}
    for key, value in _load(path, BadAnswersFile).items():
        name = str(key).replace("-", "_")
        if name.startswith("_"):
            continue
        if name not in by_name:
            raise UnknownKey(str(key), by_name, path)
        if not isinstance(value, (str, int, bool)):
            raise BadAnswersFile(path, f"{key} must be a single value")
        answers[name] = by_name[name].parse(value)
    return answers


def load_words(path: Path) -> Mapping[str, object]:
    """What a file of answers holds, for questions that are not ours: in YAML every scalar as text.

    Raises:
        BadAnswersFile: It cannot be read; the message has the line where one is known.
    """
    return {str(key): value for key, value in _load(path, BadAnswersFile).items()}


def load_recorded(path: Path) -> Mapping[str, object]:
    """What an answers file of generated code holds: every scalar as text.

    Raises:
        BadRecord: It cannot be read; the message has the line where one is known.
    """
    return {str(key): value for key, value in _load(path, BadRecord).items()}


def _load(path: Path, refuse: Refusal) -> Mapping[object, object]:
    readers = {".yaml": _load_yaml, ".yml": _load_yaml, ".toml": _load_toml, ".json": _load_json}
    if path.suffix.lower() not in readers:
        raise refuse(path, f"the name must end in one of {', '.join(readers)}")
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST_FILE + 1)
        if len(raw) > _LARGEST_FILE:
            raise refuse(path, "is larger than a megabyte")
        data = readers[path.suffix.lower()](path, raw.decode("utf-8-sig"), refuse)
    except UnicodeDecodeError as error:
        raise refuse(path, "is not UTF-8", raw[: error.start].count(b"\n") + 1) from error
    except OSError as error:
        raise refuse(path, error.strerror or str(error)) from error
    except RecursionError as error:
        raise refuse(path, "is nested too deeply") from error
    if not isinstance(data, dict):
        raise refuse(path, "must be a mapping of questions to answers", 1)
    return data


def _load_yaml(path: Path, text: str, refuse: Refusal) -> object:
    import yaml

    class EveryScalarIsText(getattr(yaml, "CBaseLoader", yaml.BaseLoader)):  # type: ignore[misc]
        """Questions know their types: `python: 3.10` must not become 3.1, nor `no` False."""

    try:
        return yaml.load(text, Loader=EveryScalarIsText)  # noqa: S506  # the base loader makes nothing but text
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or "is not YAML"
        raise refuse(path, reason, mark.line + 1 if mark else None) from error


def _load_toml(path: Path, text: str, refuse: Refusal) -> object:
    from scaffold import tomlfile

    try:
        return tomlfile.parse(text)
    except tomlfile.TomlFault as error:
        raise refuse(path, error.reason, error.line) from error


def _load_json(path: Path, text: str, refuse: Refusal) -> object:
    try:
        return json.loads(text, parse_float=str)
    except json.JSONDecodeError as error:
        raise refuse(path, error.msg, error.lineno) from error


class Unasked:
    """Answers questions with their defaults, and remembers which: where nobody can be asked, those are missing."""

    def __init__(self) -> None:
        self.missing: list[Question] = []

    def __call__(self, question: Question, _: Answers) -> Value:
        """Take the default."""
        self.missing.append(question)
        return question.default

    def refuse_missing(self, refuse: type[MissingAnswers] = MissingAnswers) -> None:
        """Name all the answers that are missing at once.

        Raises:
            MissingAnswers: There are some; `refuse` says as which kind of it.
        """
        if self.missing:
            suggested = " ".join(word for question in self.missing for word in question.as_flag(question.default))
            raise refuse([question.usage() for question in self.missing], suggested)


def from_folder(dest: Path | None) -> dict[str, Value]:
    """The project's name, as the directory's name suggests it."""
    name = _as_name(dest.resolve().name) if dest is not None else ""
    return {"name": name} if name else {}


def from_git(dest: Path) -> dict[str, Value]:
    """The author of what is made at `dest`, as the user's own git configuration has it; nothing where it has none."""
    from scaffold.repositories.user import identity

    name = identity(dest).get("GIT_AUTHOR_NAME", "")
    return {"author": name} if name.isprintable() and name else {}


def _as_name(folder: str) -> str:
    """A folder's name as a project's: what is not allowed there becomes a hyphen."""
    name = "".join(character if character.isascii() and character.isalnum() else "-" for character in folder.lower())
    return "-".join(part for part in name.split("-") if part)
