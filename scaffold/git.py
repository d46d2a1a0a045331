"""The one place that starts git, and the surroundings in which it runs.

It runs in repositories of our own only: what is found on the disk is looked at through scaffold/repositories/.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.errors import GitFailed, Refused, ScaffoldError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_COUNT = re.compile(r"[0-9]{1,6}")
_OLDEST = (2, 31)  # the first that takes its configuration from GIT_CONFIG_COUNT
_SUSPICIOUS = 5  # seconds, after which it is worth a look whether git waits for a pipe
_MEMORY = 2 << 30  # bytes; a look at a million files takes less than half of that
_TIMEOUT = 120  # seconds; a local operation takes well under one, a clone over a network may not
_TOO_LONG = f"took longer than {_TIMEOUT} seconds"

# What `git rev-parse --local-env-vars` names, and what a hook's surroundings set beside it: inside a hook they point at
# the repository that is being committed to, and any git started there would work on that one.
_OF_A_REPOSITORY = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
)

# What is still to count where the user's configuration does not: where git has its programs, and how it asks.
_OF_THE_MACHINE = ("GIT_EXEC_PATH", "GIT_OPTIONAL_LOCKS", "GIT_TERMINAL_PROMPT")

NOWHERE = str(Path(__file__).with_name("nowhere") / "nothing")
"""A file or folder that is not there, in a folder that is not there: git finds it empty, and can never write it.

The null device in its place would be replaced by a `git config --global` of root's.
"""

_OURS = {
    "core.alternateRefsCommand": "true",  # else git asks another git, in the repository that objects are borrowed from
    "commit.gpgSign": "false",
    "core.autocrlf": "false",
    "core.fsmonitor": "false",
    "core.hooksPath": NOWHERE,
    "gc.auto": "0",
    "init.defaultBranch": "main",
    "init.templateDir": "",
    "pack.threads": "1",  # the same bytes on every machine
    "protocol.file.allow": "always",
    "safe.directory": "*",
    "tag.gpgSign": "false",
    "user.email": "scaffold@scaffold.invalid",
    "user.name": "scaffold",
}


# Not even to fetch a missing object, which runs what a configuration names as `uploadpack`.
_NO_TRANSFER = {"GIT_ALLOW_PROTOCOL": "", "GIT_NO_LAZY_FETCH": "1", "GIT_NO_REPLACE_OBJECTS": "1"}
# While a repository is looked at: nothing that stands in files decides which program is started or what is written.
_LOOKING = {
    "core.alternateRefsCommand": "true",
    "core.fsmonitor": "false",
    "core.hooksPath": NOWHERE,
    "core.untrackedCache": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "safe.bareRepository": "all",
    "safe.directory": "*",
    "submodule.recurse": "false",
}
_READING = {
    "core.attributesFile": NOWHERE,
    "core.fsmonitor": "false",
    "core.protectHFS": "true",
    "core.protectNTFS": "true",
    "safe.bareRepository": "all",
    "submodule.recurse": "false",
}


def surroundings() -> dict[str, str]:
    """The user's environment without what points git at another repository."""
    return {name: value for name, value in os.environ.items() if name not in _OF_A_REPOSITORY}


def environment() -> dict[str, str]:
    """The same, without questions at the terminal."""
    return surroundings() | {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


def looking_environment() -> dict[str, str]:
    """For a look at a work tree through a repository of our own: with the user's configuration, and no transfer."""
    return with_settings(environment() | _NO_TRANSFER, _LOOKING)


def reading_environment() -> dict[str, str]:
    """For reading commits through a repository of our own: none of the user's configuration, and no transfer."""
    return own_environment(_READING) | _NO_TRANSFER | {"GIT_ATTR_NOSYSTEM": "1"}


def own_environment(settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """For repositories of our own: none of the user's configuration, no hooks, and `settings` beside ours.

    Nor do other variables of git's count: a hook has some that forbid to write (`GIT_QUARANTINE_PATH`), and others name
    templates with hooks, another kind of hashes, dates or patterns.
    """
    plain = {
        name: value for name, value in environment().items() if not name.startswith("GIT_") or name in _OF_THE_MACHINE
    }
    plain |= {"GIT_CONFIG_GLOBAL": NOWHERE, "GIT_CONFIG_NOSYSTEM": "1"}
    return with_settings(plain, {**_OURS, **(settings or {})})


def with_settings(surroundings: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    """`surroundings` in which these settings win over every file's; a count that git would not take counts nothing."""
    counted = surroundings.get("GIT_CONFIG_COUNT", "")
    first = int(counted) if _COUNT.fullmatch(counted) else 0
    numbered = {"GIT_CONFIG_COUNT": str(first + len(settings))}
    for number, (key, value) in enumerate(settings.items(), first):
        numbered |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return {**surroundings, **numbered}


def git(
    *arguments: str | Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    accept: range = range(1),
    suspects: Callable[[], str | None] | None = None,
) -> tuple[int, bytes]:
    """Run git; its exit code and what it printed.

    Args:
        arguments: What to run.
        cwd: Where: a repository, or a folder in which git is to find none.
        env: By default `own_environment()`.
        stdin: What it reads.
        accept: The exit codes that are no failure.
        suspects: For a look at what may be a stranger's, which gets a limit on memory: says why git may have stopped,
            when it takes longer than a few seconds; None: let it go on.

    Raises:
        Refused: It is missing or too old.
        GitFailed: It ended with another code, waits for something, or took longer than two minutes.
    """
    require()
    source = subprocess.PIPE if stdin else subprocess.DEVNULL
    command = _command(arguments)
    looks = suspects is not None  # and asks nobody at the terminal
    with _started(arguments, cwd=cwd, env=env, stdin=source, stderr=subprocess.PIPE, alone=looks) as process:
        if suspects is not None:
            _limit(process)
        printed, said = _finish(process, command, stdin or None, suspects)
    if process.returncode not in accept:
        raise GitFailed(command, said.decode("utf-8", "replace"))
    return process.returncode, printed


@contextmanager
def streaming(
    *arguments: str | Path, cwd: Path, env: Mapping[str, str], suspects: Callable[[], str | None]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run git while its output is read from the process.

    Raises:
        Refused: It is missing or too old.
        GitFailed: It waits for something, or took longer than two minutes; its output ends then.
    """
    require()
    nowhere = subprocess.DEVNULL
    reasons: list[str] = []

    def end(reason: Callable[[], str | None]) -> None:
        try:
            said = reason()
        except ScaffoldError as error:
            said = str(error)
        if said:
            reasons.append(said)
            process.kill()

    with _started(arguments, cwd=cwd, env=env, stdin=nowhere, stderr=nowhere) as process:
        timers = [
            threading.Timer(_SUSPICIOUS, end, [suspects]),
            threading.Timer(_TIMEOUT, end, [lambda: _TOO_LONG]),
        ]
        try:
            for timer in timers:
                timer.daemon = True
                timer.start()
            yield process
        finally:
            for timer in timers:
                timer.cancel()
    if reasons:
        raise GitFailed(_command(arguments), reasons[0])


@contextmanager
def _started(  # noqa: PLR0913  # as subprocess has them
    arguments: Sequence[str | Path],
    *,
    cwd: Path,
    env: Mapping[str, str] | None,
    stdin: int,
    stderr: int,
    alone: bool = False,
) -> Iterator[subprocess.Popen[bytes]]:
    surroundings = dict(own_environment() if env is None else env)
    # A folder that is no repository may lie in one: TMPDIR is anywhere.
    surroundings["GIT_CEILING_DIRECTORIES"] = str(Path(os.path.realpath(cwd)).parent)
    command = ["git", *arguments]
    with subprocess.Popen(
        command,
        cwd=cwd,
        env=surroundings,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=stderr,
        start_new_session=alone,
    ) as process:
        try:
            yield process
        except BaseException:
            if alone and hasattr(os, "killpg"):  # with what it started, which may be what waits
                with suppress(OSError):
                    os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            raise


def _limit(process: subprocess.Popen[bytes]) -> None:
    """A few hundred bytes of trees within trees are any number of files."""
    if sys.platform == "linux":
        import resource

        with suppress(OSError, ValueError):  # it has ended, or has a lower limit
            resource.prlimit(process.pid, resource.RLIMIT_DATA, (_MEMORY, _MEMORY))


def _command(arguments: Sequence[str | Path]) -> str:
    """What git is asked to do, without the options before it."""
    words = iter(map(str, arguments))
    for word in words:
        if word in {"--git-dir", "--work-tree"}:
            next(words, None)
        elif not word.startswith("-"):
            return word
    return ""


def _finish(
    process: subprocess.Popen[bytes], command: str, stdin: bytes | None, suspects: Callable[[], str | None] | None
) -> tuple[bytes, bytes]:
    try:
        if suspects is not None:
            with suppress(subprocess.TimeoutExpired):
                return process.communicate(stdin, timeout=_SUSPICIOUS)
            if reason := suspects():
                raise GitFailed(command, reason)
            stdin = None  # it is being handed over already
        return process.communicate(stdin, timeout=_TIMEOUT)
    except subprocess.TimeoutExpired as error:
        raise GitFailed(command, _TOO_LONG) from error


@cache
def require() -> None:
    """Make sure of a git that can be used.

    Raises:
        Refused: It is missing, does not run or is too old.
    """
    try:
        done = subprocess.run(["git", "--version"], capture_output=True, timeout=30, check=True)
    except (FileNotFoundError, PermissionError, subprocess.SubprocessError) as error:
        raise Refused("git is needed for this, and does not run: install git 2.31 or newer") from error
    except OSError as error:
        raise Refused(f"git is needed for this, and cannot be started: {error.strerror or error}") from error
    found = re.search(rb"(\d+)\.(\d+)", done.stdout)
    if found is None or tuple(map(int, found.groups())) < _OLDEST:
        version = done.stdout.decode("utf-8", "replace").strip()
        raise Refused(f"{version} is too old: install git 2.31 or newer")
