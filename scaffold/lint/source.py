"""A template as the rules see it: its files, its settings and questions, and every text of Jinja in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from scaffold.copierfmt.value import Place, Value
from scaffold.errors import Refused
from scaffold.lint import sandbox
from scaffold.lint.config import problems, read_config
from scaffold.lint.expressions import HARMLESS_EXTENSIONS, Reading, environment, meets, read
from scaffold.lint.folder import Folder, Texts, list_folder
from scaffold.lint.known import DEFAULT_EXCLUDE, OF_DEFAULTS, OF_EXCLUDE, OF_MIGRATIONS, OF_TASKS
from scaffold.lint.paths import is_excluded
from scaffold.lint.problem import Problem
from scaffold.lint.question import Question

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from jinja2 import Environment

    from scaffold.copierfmt.reader import Config
    from scaffold.lint.evaluation import Outcome

_TEMPLATED_SETTINGS: Mapping[str, frozenset[str]] = {
    "_answers_file": frozenset(),
    "_exclude": OF_EXCLUDE,
    "_external_data": frozenset(),
    "_message_after_copy": frozenset(),
    "_message_after_update": frozenset(),
    "_message_before_copy": frozenset(),
    "_message_before_update": frozenset(),
    "_migrations": OF_MIGRATIONS,
    "_skip_if_exists": frozenset(),
    "_subdirectory": frozenset(),
    "_tasks": OF_TASKS,
}
_MOST_TRIES = 1_000_000  # of patterns on names; some seconds
_SCRIPTS = (".js", ".ps1", ".py", ".rb", ".sh", ".ts")
_TEMPLATED_KEYS = ("type", "help", "choices", "default", "placeholder", "multiline", "validator", "when", "ask")


@dataclass(frozen=True)
class Text:
    """A text of Jinja, and where it stands."""

    path: str
    reading: Reading
    kind: str
    """`question`, `setting`, `name` or `file`."""
    owner: str = ""
    """The question that it belongs to, or the setting."""
    role: str = ""
    """The key of the question."""
    also_known: frozenset[str] = frozenset()
    """Names that exist only here."""
    value: Value | None = None
    lines: Sequence[str] = ()
    """The lines of its file, if it is in YAML."""

    def place(self, line: int, word: str = "") -> Place:
        """Where a line of this text is in its file; folded YAML is searched for the word."""
        if self.value is None:
            return Place(self.path, 1 if self.kind == "name" else line)
        start = self.value.place.line
        if self.value.style == "|":
            return Place(self.path, min(start + line, self.value.last_line))
        for number, text in enumerate(self.lines[start - 1 : self.value.last_line], start):
            if word and re.search(rf"\b{re.escape(word)}\b", text):
                return Place(self.path, number)
        return Place(self.path, start)


class Source:
    """A template that has been read; nothing of it was run."""

    def __init__(self, root: Path) -> None:
        """Read the template in this folder.

        Raises:
            Refused: It is none.
        """
        self.folder: Folder = list_folder(root)
        self.root = root
        self.config: Config = read_config(root, self.folder.config_files[0], self.folder.files)
        self.settings = {name: pair for name, pair in self.config.entries.items() if name.startswith("_")}
        self.questions = tuple(
            Question(name, *pair) for name, pair in self.config.entries.items() if not name.startswith("_")
        )
        self.by_name = {question.name: question for question in self.questions}
        self._found: list[Problem] = []
        self._tries = 0
        self._texts = Texts(self.folder, keep_undecodable=self.suffix == "")
        self.environment: Environment = self._environment()
        mentioned = (*self._config_texts(), *self._names())
        self.texts: tuple[Text, ...] = (*mentioned, *self._files([text.reading for text in mentioned]))

    @property
    def top(self) -> Place:
        """Where to report what is missing."""
        return Place(self.config.path)

    @cached_property
    def unseen_submodules(self) -> Sequence[str]:
        """Folders of git submodules from which something is included, and in which nothing lies yet."""
        paths = {reference.path for text in self.texts for reference in text.reading.references}
        return [folder for folder in self.folder.empty_submodules if any(path.startswith(folder) for path in paths)]

    @cached_property
    def answers_are_read(self) -> bool:
        """Whether a script that a project gets, or that a task runs, reads all answers from where they are recorded."""
        tasks = " ".join(text.reading.data for text in self.texts if text.owner in ("_tasks", "_migrations"))
        files = set(self.folder.files)
        named = {name for name in files if name.rpartition("/")[2] in tasks}
        scripts = (name for name in named | set(self.rendered) if name in files)
        scripts = (name for name in scripts if name.removesuffix(self.suffix).endswith(_SCRIPTS))
        return any(self.answers_file in (self._texts[name] or "") for name in sorted(scripts))

    @cached_property
    def answers_file(self) -> str:
        """The name of the file in which a project records its answers, without its folder."""
        value = self.setting("_answers_file")
        literal = value.data if value and isinstance(value.data, str) else ".copier-answers.yml"
        return literal.rpartition("/")[2]

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What was found while reading."""
        unseen = (
            Problem("S007", Place(".gitmodules"), f"the submodule {folder.rstrip('/')} is not checked out")
            for folder in self.unseen_submodules
        )
        return (*self.folder.problems(), *problems(self.config), *self._texts.problems, *self._found, *unseen)

    @cached_property
    def text_by_path(self) -> Mapping[str, str]:
        """Every text that was read."""
        return {**self._texts.known(), **self.config.texts}

    @cached_property
    def mentions(self) -> Mapping[str, set[str]]:
        """For every name the questions that mention it; the empty name stands for settings and files."""
        found: dict[str, set[str]] = {}
        for text in self.texts:
            for name in {*text.reading.words, *(name for name, _ in text.reading.loads)}:
                found.setdefault(name, set()).add(text.owner if text.kind == "question" else "")
        return found

    def setting(self, name: str) -> Value | None:
        """What a setting says."""
        pair = self.settings.get(name)
        return pair[1] if pair else None

    def place(self, question: str, key: str) -> Place:
        """Where a question says this, or where it begins."""
        asked = self.by_name[question]
        value = asked.get(key)
        return value.place if value else asked.key.place

    @cached_property
    def outcomes(self) -> Mapping[str, Outcome]:
        """What the questions' defaults come to, as far as can be told."""
        return self._evaluated[0]

    @cached_property
    def stopped_at(self) -> str | None:
        """The question that exceeded the limits; none after it was evaluated."""
        return self._evaluated[1]

    @cached_property
    def _evaluated(self) -> tuple[Mapping[str, Outcome], str | None]:
        return sandbox.outcomes(self.questions, self.environment, self.secrets)

    def strings(self, name: str) -> tuple[str, ...]:
        """The strings in a setting that is a list."""
        value = self.setting(name)
        return tuple(item.data for item in (value.items if value and value.items else ()) if isinstance(item.data, str))

    @cached_property
    def suffix(self) -> str:
        """What names of templates end with."""
        value = self.setting("_templates_suffix")
        return value.data if value and isinstance(value.data, str) else ".jinja"

    @cached_property
    def foreign_extensions(self) -> tuple[str, ...]:
        """Extensions of Jinja that are not loaded here: they may define names, filters and tags."""
        return tuple(name for name in self.strings("_jinja_extensions") if name not in HARMLESS_EXTENSIONS)

    @cached_property
    def secrets(self) -> frozenset[str]:
        """Questions whose answers are not recorded."""
        marked = (question for question in self.questions if (secret := question.get("secret")) and secret.data)
        return frozenset(question.name for question in marked) | frozenset(self.strings("_secret_questions"))

    @cached_property
    def rendered(self) -> tuple[str, ...]:
        """The files that a project gets, as they are called in the template."""
        inside = f"{self.subdirectory}/" if self.subdirectory else ""
        names = (name for name in (*self.folder.files, *self.folder.links) if name.startswith(inside))
        self._spend(len(self._patterns) * len(self.folder.files), "_exclude has")
        there = {name for name in names if not is_excluded(name.removeprefix(inside), self._patterns)}
        return tuple(sorted(name for name in there if not self.suffix or f"{name}{self.suffix}" not in there))

    @cached_property
    def subdirectory(self) -> str:
        """The folder that is rendered; the root, where it depends on answers."""
        value = self.setting("_subdirectory")
        reading = read(value.data if value and isinstance(value.data, str) else "", self.environment)
        return "" if reading.loads else reading.data.strip("/").removeprefix("./").removesuffix(".")

    @cached_property
    def _patterns(self) -> tuple[str, ...]:
        if self.setting("_exclude") is None:
            return () if self.subdirectory else DEFAULT_EXCLUDE
        return tuple(pattern for pattern in self.strings("_exclude") if "{" not in pattern)

    def _spend(self, tries: int, what: str) -> None:
        """Count how often a pattern is tried on a name: both can be thousands."""
        self._tries += tries
        if self._tries > _MOST_TRIES:
            raise Refused(self.root, f"has too many files for so many patterns as {what}")

    def _environment(self) -> Environment:
        envops = self.setting("_envops")
        options = {key: pair[1].data for key, pair in ((envops.pairs if envops else None) or {}).items()}
        try:
            return environment(options, self.strings("_jinja_extensions"))
        except ValueError as error:
            self._found.append(Problem("K003", envops.place if envops else self.top, f"`_envops`: {error}"))
            return environment({})

    def _config_texts(self) -> Iterator[Text]:
        for question in self.questions:
            for key in _TEMPLATED_KEYS:
                value = question.get(key)
                own = {"validator": frozenset({question.name}), "default": OF_DEFAULTS}
                yield from self._in_yaml(value, "question", question.name, key, own.get(key, frozenset()))
        for setting, names in _TEMPLATED_SETTINGS.items():
            yield from self._in_yaml(self.setting(setting), "setting", setting, "", names)

    def _in_yaml(
        self, value: Value | None, kind: str, owner: str, role: str, also_known: frozenset[str]
    ) -> Iterator[Text]:
        for string in value.strings() if value else ():
            lines = self.config.lines[string.place.path]
            reading = read(str(string.data), self.environment)
            yield Text(string.place.path, reading, kind, owner, role, also_known, string, lines)
        if value and role == "choices":
            for key, _ in (value.pairs or {}).values():
                yield from self._in_yaml(key, kind, owner, "", also_known)

    def _names(self) -> Iterator[Text]:
        seen: set[str] = set()
        for name in self.rendered:
            parts = name.split("/")
            for end, part in enumerate(parts, 1):
                prefix = "/".join(parts[:end])
                if prefix not in seen and not f"{self.subdirectory}/".startswith(f"{prefix}/"):
                    seen.add(prefix)
                    bare = part.removesuffix(self.suffix) if end == len(parts) else part
                    yield Text(name, read(bare, self.environment), "name", prefix)

    def _files(self, mentioned: Sequence[Reading]) -> Iterator[Text]:
        """What is rendered, and what that includes, directly or not."""
        regular = set(self.folder.files)
        patterns: set[str] = set()
        waiting = dict.fromkeys(name for name in self.rendered if name.endswith(self.suffix) and name in regular)
        waiting |= self._referred(mentioned, patterns)
        seen: set[str] = set()
        while waiting:
            name = next(iter(waiting))
            del waiting[name]
            seen.add(name)
            text = self._texts[name]
            if text is not None:
                reading = read(text, self.environment)
                yield Text(name, reading, "file")
                waiting |= {name: None for name in self._referred([reading], patterns) if name not in seen}

    def _referred(self, readings: Sequence[Reading], done: set[str]) -> dict[str, None]:
        """The files that are included, by patterns that are not done yet."""
        patterns = {reference.path for reading in readings for reference in reading.references} - done
        done |= patterns
        exact = {pattern.removeprefix("./") for pattern in patterns}
        computed = [pattern for pattern in patterns if "*" in pattern]
        self._spend(len(computed) * len(self.folder.files), "its includes have")
        return dict.fromkeys(
            name
            for name in (self.folder.files if patterns else ())
            if name in exact or (name.endswith(self.suffix) and any(meets(name, pattern) for pattern in computed))
        )
