"""Running git so that neither where we are called from nor the user's configuration changes what it does."""

from __future__ import annotations

import os
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.errors import GitFailed, GitUnusable

if TYPE_CHECKING:
    from collections.abc import Mapping

_COUNT = re.compile(r"[0-9]{1,6}")
_OLDEST = (2, 31)  # the first that takes its configuration from GIT_CONFIG_COUNT
_TIMEOUT = 120  # seconds; a local operation takes well under one, a clone over a network may not

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

NOWHERE = str(Path(__file__).with_name("nowhere") / "nothing")
"""A file or folder that is not there, in a folder that is not there: git finds it empty, and can never write it.

The null device in its place would be replaced by a `git config --global` of root's.
"""

_OURS = {
    "commit.gpgSign": "false",
    "core.autocrlf": "false",
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


def surroundings() -> dict[str, str]:
    """The user's environment without what points git at another repository."""
    return {name: value for name, value in os.environ.items() if name not in _OF_A_REPOSITORY}


def environment() -> dict[str, str]:
    """The same, without questions at the terminal."""
    return surroundings() | {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


def looking_environment() -> dict[str, str]:
    """To look at a repository of the user's: with their configuration, but starting none of the programs it names.

    Not even to fetch a missing object: that runs what the repository's own configuration names as `uploadpack`.
    """
    plain = environment() | {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1"}
    return with_settings(plain, {"core.fsmonitor": "false"})


def own_environment(settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """For repositories of our own: none of the user's configuration, no hooks, and `settings` beside ours."""
    plain = {name: value for name, value in environment().items() if not name.startswith("GIT_CONFIG")}
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
) -> tuple[int, bytes]:
    """Run git; its exit code and what it printed.

    Args:
        arguments: What to run.
        cwd: Where.
        env: By default `own_environment()`.
        stdin: What it reads.
        accept: The exit codes that are no failure.

    Raises:
        GitUnusable: It is missing or too old.
        GitFailed: It ended with another code, or took longer than two minutes.
    """
    require()
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=cwd,
            env=own_environment() if env is None else env,
            input=stdin,
            capture_output=True,
            timeout=_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise GitFailed(str(arguments[0]), f"took longer than {_TIMEOUT} seconds") from error
    if done.returncode not in accept:
        raise GitFailed(str(arguments[0]), done.stderr.decode("utf-8", "replace"))
    return done.returncode, done.stdout


@cache
def require() -> None:
    """Make sure of a git that can be used.

    Raises:
        GitUnusable: It is missing, does not run or is too old.
    """
    try:
        done = subprocess.run(["git", "--version"], capture_output=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise GitUnusable("git is needed for this, and does not run: install git 2.31 or newer") from error
    found = re.search(rb"(\d+)\.(\d+)", done.stdout)
    if found is None or tuple(map(int, found.groups())) < _OLDEST:
        version = done.stdout.decode("utf-8", "replace").strip()
        raise GitUnusable(f"{version} is too old: install git 2.31 or newer")
