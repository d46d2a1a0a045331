"""Rendering by Copier, in a process that does nothing else and does it many times.

Copier compiles the same few hundred texts in every rendering, many of them several times: two thirds of its time. Here
they are compiled once in a process, and what has nothing to fill in is not rendered. A third of the rest is PyYAML
reading copier.yml, which is composed once, too. And for every file Copier asks git whether it is in a repository with
unusual settings, which a new folder is not. tests/test_trial.py holds that the bytes are the same.
"""

from __future__ import annotations

import gc
import os
import re
import signal
import sys
import tempfile
import warnings
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from scaffold.foreign import combined, commands, compiled, composed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from types import FrameType

_SECONDS: Final = os.environ.get("SCAFFOLD_TRIAL_SECONDS", "")
LONGEST: Final = int(_SECONDS) if _SECONDS.isdecimal() else 60
"""Seconds for one rendering; a hundred times what a large template takes."""


_GARBAGE: Final = 20_000
"""Objects that are made between two looks for garbage: a rendering makes many that live until its end."""
_REQUIRED: Final = re.compile(r'Question "(.*)" is required')


class TookTooLong(BaseException):
    """A rendering without end; no `except Exception` on the way may keep it."""


def begin(folder: Path) -> None:
    """Make this process ready: what tasks print goes into a file, and Ctrl-C is for the one that started it."""
    if hasattr(os, "setpgid"):
        os.setpgid(0, 0)  # so that it can be ended with all that it started
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # and what was sent to both until now is forgotten
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
        signal.signal(signal.SIGINT, signal.default_int_handler)
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

    compiled.install()
    composed.install()
    combined.install()
    gc.freeze()  # what is imported stays
    gc.set_threshold(_GARBAGE)


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
    return record


def render_again(template: Path, out: Path, answers: Mapping[str, Any], *, trust: bool) -> None:
    """As `render`, with nothing that was compiled for it.

    A filter of a constant is evaluated while compiling: what it comes to might be another the next time.
    """
    with compiled.anew():
        render(template, out, answers, trust=trust)


def update(project: Path, record: Path, answers: Mapping[str, Any], *, trust: bool) -> None:
    """Bring a committed project, with its answers in `record`, to what its template is now. Copier's errors come.

    Args:
        project: The folder.
        record: Where in it the answers are.
        answers: Others, for questions that were not asked before.
        trust: Whether the template's tasks are run.

    Raises:
        TookTooLong: It did not end.
    """
    import copier

    with _quietly(), _limited():
        options = _options(copier, trust=trust)
        copier.run_update(project, dict(answers), vcs_ref="HEAD", answers_file=str(record), **options)


@dataclass(frozen=True)
class Commit:
    """What Copier records of a template that is a repository."""

    described: str
    """By `git describe`."""
    hash: str


@contextmanager
def recorded_as(commit: Commit | None) -> Iterator[None]:
    """Let Copier find this commit in what is rendered meanwhile, which is a plain folder, as it would in a repository.

    It uses the same private names of Copier's as foreign.worker (docs/adr/0008).
    """
    from copier._template import Template

    known = {"commit": commit.described if commit else None, "commit_hash": commit.hash if commit else None}
    before = {name: getattr(Template, name) for name in known}
    for name, value in known.items():
        setattr(Template, name, property(partial(_known, value)))
    try:
        yield
    finally:
        for name, own in before.items():
            setattr(Template, name, own)


def _known(value: str | None, _template: object) -> str | None:
    return value


def required_question(error: BaseException) -> str:
    """The question for which Copier wants an answer; empty where the error is another."""
    found = _REQUIRED.fullmatch(str(error)) if isinstance(error, ValueError) else None
    return found[1] if found else ""


def refusal() -> type[Exception]:
    """What Copier raises of a template that would run something, where that is not trusted."""
    from copier.errors import UnsafeTemplateError

    return UnsafeTemplateError


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
