"""What can be checked of a rendered project: each check yields a sentence for each thing that is wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scaffold import reading, yamlfile
from scaffold.trial.rendering import render_again

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TEST_TIMEOUT = 600  # seconds
_OF_OTHERS = frozenset((".git", ".venv", "venv", "node_modules", "__pycache__"))
"""Folders that git, package managers and Python fill."""
_RUFF_STOPPED = 2  # its exit code where it did not come to check anything


def rendered_files(out: Path) -> list[Path]:
    """The files of a project, but for what its tasks have others make: those differ from one minute to the next."""
    found: list[str] = []
    folders = [str(out)]
    while folders:
        with suppress(PermissionError), os.scandir(folders.pop()) as entries:
            for entry in (entry for entry in entries if entry.name not in _OF_OTHERS):
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                elif entry.is_file(follow_symlinks=False) or Path(entry.path).is_file():
                    found.append(entry.path)
    return sorted(map(Path, found))


def python_problems(out: Path) -> Iterator[str]:
    """Files that are no Python."""
    for path in rendered_files(out):
        if path.suffix != ".py":
            continue
        name = path.relative_to(out)
        if fault := _python_fault(str(name), path.read_bytes()):
            yield f"{name}: is no Python: {fault}"


@lru_cache(maxsize=512)
def _python_fault(name: str, content: bytes) -> str:
    """Why it is none, if so. Most sets of answers leave most files as they are in others."""
    try:
        compile(content, name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return str(error) or type(error).__name__
    return ""


def replay_problems(  # noqa: PLR0913  # two projects, and what each is made of
    template: Path, out: Path, record: Path, again: Path, given: Mapping[str, Any], *, trust: bool
) -> Iterator[str]:
    """The answers that it records make the same project once more: else it can never be updated.

    Those that are `given` count too: Copier records none of a question that is not asked.
    """
    if not (out / record).is_file():
        yield f"records no answers in {record}: it can never be updated"
        return
    try:
        recorded = yamlfile.value(reading.read_limited(out / record))
    except (reading.Unreadable, reading.Malformed) as error:
        yield f"{record}: the recorded answers cannot be read: {error.reason}"
        return
    if not isinstance(recorded, dict) or "_src_path" not in recorded:
        yield f"{record}: does not record where it comes from: it can never be updated"
        return
    answers = {**given, **{name: value for name, value in recorded.items() if not str(name).startswith("_")}}
    render_again(template, again, answers, trust=trust)
    first, second = (_contents(place) for place in (out, again))
    for path in sorted(first.keys() | second.keys()):
        if first.get(path) != second.get(path):
            yield f"{path}: is another when rendered again from the recorded answers"


def _contents(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in rendered_files(folder)}


def lint_problems(out: Path, *, is_finished: bool) -> Iterator[str]:
    """What ruff says with the project's own settings; nothing where there are none, or there is no ruff.

    Args:
        out: The project.
        is_finished: Whether its tasks were run, which may format it and delete what helped to make it. If not, only
            whether ruff can read its settings counts.
    """
    ruff = shutil.which("ruff") or shutil.which("ruff", path=str(Path(sys.executable).parent))
    if ruff is None or not _has_ruff_settings(out):
        return
    for arguments in (("format", "--check"), ("check", "--output-format", "concise")):
        done = subprocess.run(
            [ruff, *arguments, "--no-cache", "."], cwd=out, capture_output=True, text=True, check=False
        )
        if done.returncode == _RUFF_STOPPED:  # at its settings, or at a file that is no Python, which is said already
            cause = _cause(done.stderr.replace(f"{out}{os.sep}", ""))
            yield from [f"ruff: {cause}"] if cause else []
            return
        if done.returncode and is_finished:
            lines = [line.strip() for line in (done.stdout or done.stderr).strip().splitlines()[:2]]
            has_its_place = len(lines) > 1 and lines[1].startswith("-->")
            yield f"ruff {arguments[0]}: {' '.join(lines if has_its_place else lines[:1])}"


def _cause(stderr: str) -> str:
    """What ruff gives as the reasons, each on a line of its own, and the text of a file in between."""
    lines = (line.strip() for line in stderr.splitlines())
    return "; ".join(line.removeprefix("Cause: ") for line in lines if line.startswith("Cause: "))


def _has_ruff_settings(out: Path) -> bool:
    stated = False
    with suppress(reading.Unreadable):
        stated = b"[tool.ruff" in reading.read_limited(out / "pyproject.toml")
    return stated or any((out / name).is_file() for name in ("ruff.toml", ".ruff.toml"))


def own_test_problems(out: Path) -> Iterator[str]:
    """Its own tests, run by pytest in this environment."""
    paths = os.pathsep.join([str(out / "src"), str(out)])
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
            cwd=out,
            env=os.environ | {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=_TEST_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        yield f"its tests take longer than {_TEST_TIMEOUT} seconds"
        return
    if done.returncode:
        said = (done.stdout.strip() or done.stderr.strip()).splitlines()[-1:]
        yield f"its tests fail: {' '.join(said)}"
