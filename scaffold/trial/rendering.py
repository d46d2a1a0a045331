"""Rendering by Copier, in a process that does nothing else and does it many times.

Copier makes a new environment of Jinja's for every question and file, and compiles the same few hundred texts in each:
two thirds of its time. Here they are compiled once in a process. A third of the rest is PyYAML reading copier.yml: from
the second rendering on, libyaml reads it. tests/test_trial.py holds that the bytes are the same.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import warnings
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import yaml
from jinja2 import Environment

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

    with _quietly(), _limited():
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
        """Keep what Jinja compiles. `Environment.compile` is public and made to be replaced."""
        compile_anew = Environment.compile

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
            settings = tuple(getattr(environment, setting) for setting in _ENVIRONMENT)
            extensions = tuple(environment.extensions)
            key = (self.again, source, name, filename, type(environment), settings, extensions)
            if key in self._compiled:
                environment.preprocess(source, name, filename)  # extensions count on it before each rendering
            else:
                self._compiled[key] = compile_anew(environment, source, name, filename)
            return self._compiled[key]

        Environment.compile = compile_kept  # type: ignore[method-assign,assignment]


_kept = _Kept()
