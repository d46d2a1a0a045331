"""Rendering by Copier, in a process that does nothing else and does it many times.

Copier compiles the same few hundred texts in every rendering, many of them several times: two thirds of its time. Here
they are compiled once in a process, and what has nothing to fill in is not rendered. A third of the rest is PyYAML
reading copier.yml: from the second rendering on, libyaml reads it. And for every file Copier asks git whether it is in
a repository with unusual settings, which a new folder is not. tests/test_trial.py holds that the bytes are the same.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import warnings
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import yaml
from jinja2 import Environment, Template
from jinja2.ext import Extension

from scaffold.foreign import commands

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from types import CodeType, FrameType

_SECONDS: Final = os.environ.get("SCAFFOLD_TRIAL_SECONDS", "")
LONGEST: Final = int(_SECONDS) if _SECONDS.isdecimal() else 60
"""Seconds for one rendering; a hundred times what a large template takes."""

_ENVIRONMENT = (
    "block_start_string",
    "block_end_string",
    "variable_start_string",
    "variable_end_string",
    "comment_start_string",
    "comment_end_string",
    "line_statement_prefix",
    "line_comment_prefix",
    "trim_blocks",
    "lstrip_blocks",
    "newline_sequence",
    "keep_trailing_newline",
    "optimized",
    "autoescape",
    "finalize",
    "is_async",
)
"""The settings on which compiled code depends; beside them, the extensions."""


class TookTooLong(BaseException):
    """A rendering without end; no `except Exception` on the way may keep it."""


def begin(folder: Path) -> None:
    """Make this process ready: what tasks print goes into a file, and Ctrl-C is for the one that started it."""
    if hasattr(os, "setpgid"):
        os.setpgid(0, 0)  # so that it can be ended with all that it started
    with output_of(folder).open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    tempfile.tempdir = str(folder)  # Copier's own folders go with ours when this is ended
    own = commands.environment(folder)
    for name in os.environ.keys() - own.keys():
        del os.environ[name]
    os.environ.update(own)
    sys.dont_write_bytecode = True
    import copier  # noqa: F401  # takes half a second, once

    _kept.install()


def output_of(folder: Path) -> Path:
    """What this process and its tasks printed."""
    return folder / f"output-{os.getpid()}"


def render(template: Path, out: Path, answers: Mapping[str, Any], *, trust: bool, version: str | None = None) -> Path:
    """Render into a folder; the path in it where the answers are recorded. Whatever Copier raises comes through.

    Raises:
        TookTooLong: It did not end.
    """
    import copier

    with _quietly(), _limited(), _without_git() if version is None and not trust else nullcontext():
        worker = copier.run_copy(str(template), out, dict(answers), vcs_ref=version, **_options(copier, trust=trust))
        record: Path = worker.answers_relpath
    _read_faster()
    return record


def render_again(template: Path, out: Path, answers: Mapping[str, Any], *, trust: bool) -> None:
    """As `render`, with nothing that was compiled for it.

    A filter of a constant is evaluated while compiling: what it comes to might be another the next time.
    """
    _kept.again = True
    try:
        render(template, out, answers, trust=trust)
    finally:
        _kept.again = False


def update(project: Path, record: Path, *, trust: bool) -> None:
    """Bring a committed project, with its answers in `record`, to what its template is now. Copier's errors come.

    Raises:
        TookTooLong: It did not end.
    """
    import copier

    with _quietly(), _limited():
        copier.run_update(project, vcs_ref="HEAD", answers_file=str(record), **_options(copier, trust=trust))


def _options(copier: Any, *, trust: bool) -> dict[str, Any]:  # noqa: ANN401  # a module
    options = {"defaults": True, "overwrite": True, "quiet": True, "unsafe": trust, "skip_tasks": not trust}
    return {**options, "settings": copier.Settings()}


@contextmanager
def _quietly() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _limited() -> Iterator[None]:
    if not hasattr(signal, "setitimer"):  # Windows
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TookTooLong

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, LONGEST)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


@contextmanager
def _without_git() -> Iterator[None]:
    """For a plain folder, with no task that might want it: Copier works without git."""
    from plumbum import local

    with local.env(PATH=""):
        yield


@cache
def _read_faster() -> None:
    """Let PyYAML's other reader stand in, now that its own has taken what there is to read."""
    yaml.SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # type: ignore[misc]


class _Kept:
    """What was compiled, apart for renderings that are made once more."""

    def __init__(self) -> None:
        self.again = False
        self._compiled: dict[object, CodeType] = {}

    def install(self) -> None:
        """Keep what Jinja compiles. `Environment.compile` and `from_string` are public and made to be replaced."""
        compile_anew, from_string_anew = Environment.compile, Environment.from_string

        def compile_kept(  # noqa: PLR0913, PLR0917  # as the method that it stands for
            environment: Environment,
            source: Any,  # noqa: ANN401
            name: str | None = None,
            filename: str | None = None,
            raw: bool = False,  # noqa: FBT001, FBT002
            defer_init: bool = False,  # noqa: FBT001, FBT002
        ) -> Any:  # noqa: ANN401
            if raw or defer_init or not isinstance(source, str):
                return compile_anew(environment, source, name, filename, raw, defer_init)  # type: ignore[call-overload]
            known = _Known.of(environment)
            key = (self.again, source, name, filename, known.settings)
            if key in self._compiled:
                known.preprocess(source, name, filename)
            else:
                self._compiled[key] = compile_anew(environment, source, name, filename)
            return self._compiled[key]

        def from_string_kept(
            environment: Environment,
            source: Any,  # noqa: ANN401
            globals: Any = None,  # noqa: A002, ANN401  # its name in Jinja
            template_class: Any = None,  # noqa: ANN401
        ) -> Template:
            if globals is not None or template_class is not None or not isinstance(source, str):
                return from_string_anew(environment, source, globals, template_class)
            known = _Known.of(environment)
            if source in known.templates:
                known.preprocess(source)
            else:
                known.templates[source] = from_string_anew(
                    environment, source, None, _Plain if known.is_plain(source) else None
                )
            return known.templates[source]

        Environment.compile = compile_kept  # type: ignore[method-assign,assignment]
        Environment.from_string = from_string_kept  # type: ignore[method-assign,assignment]


class _Known:
    """What is worked out once for an environment."""

    def __init__(self, environment: Environment) -> None:
        settings = {name: getattr(environment, name) for name in _ENVIRONMENT}
        extensions = environment.extensions
        self.environment = environment
        self.settings = (type(environment), *settings.values(), *extensions)
        self.templates: dict[str, Template] = {}
        self._marks = [mark for name, mark in settings.items() if mark and name.endswith(("start_string", "_prefix"))]
        self._may_be_plain = not environment.is_async and all(
            type(each).filter_stream is Extension.filter_stream for each in extensions.values()
        )
        self._listening = [
            each for each in environment.iter_extensions() if type(each).preprocess is not Extension.preprocess
        ]

    @classmethod
    def of(cls, environment: Environment) -> _Known:
        known = vars(environment).get("_scaffold_known")
        if not isinstance(known, cls) or known.environment is not environment:  # an overlay has that of another
            known = cls(environment)
            vars(environment)["_scaffold_known"] = known
        return known

    def preprocess(self, source: str, name: str | None = None, filename: str | None = None) -> None:
        """What extensions count on before each rendering."""
        for extension in self._listening:
            source = extension.preprocess(source, name, filename)

    def is_plain(self, source: str) -> bool:
        """Whether there is nothing to fill in."""
        return self._may_be_plain and not any(mark in source for mark in self._marks)


class _Plain(Template):
    """A text with nothing to fill in: rendered without the variables, which take most of the time."""

    def render(self, *_args: Any, **_variables: Any) -> str:  # noqa: ANN401
        if not hasattr(self, "_text"):
            self._text = super().render()
        return self._text


_kept = _Kept()
