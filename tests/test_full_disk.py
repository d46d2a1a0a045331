"""A disk that is full: of the project, of the state folder, of temporary files; by its blocks, or by its inodes.

The disks are real ones, small file systems in memory, so most of this needs root on Linux.
"""

from __future__ import annotations

import errno
import functools
import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from harness import ROOT, contents, files_below, git_commit_all
from killing import leftovers
from repositories import ANSWERS, ANSWERS_FILE, write
from sampling import pairs

from scaffold.life import history

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from harness import Run

NEW = ("new", "demo", "--name", "demo", "--defaults")
REANSWER = ("reanswer", "demo", "--name", "other", "--workers", "8", "--allow-dirty")
TEMPLATE = ("new", "demo", "--template", "template", "--defaults")
COMMANDS: dict[str, tuple[Sequence[str], Sequence[Sequence[str]]]] = {
    "new": (NEW, ()),
    "new --force": ((*NEW, "--force", "--workers", "8"), (NEW,)),
    "new --template": (TEMPLATE, ()),
    "add": (("add", "demo", "--defaults", "--module", "more"), (NEW,)),
    "update": (("update", "demo", "--to", "1.0.0", "--major", "--defaults", "--allow-dirty"), (NEW,)),
    "reanswer": (REANSWER, (NEW,)),
    "undo": (("undo", "demo", "--yes"), (NEW, REANSWER)),
    "template new": (("template", "new", "demo"), ()),
    "template eject": (("template", "eject", "demo"), ()),
    "template add": (("template", "add", "name", "template"), ()),
}
PLENTY = "size=64m,nr_inodes=100000"


class Disk:
    """A file system of its own."""

    def __init__(self, where: Path) -> None:
        self.where = where

    def fill(self, *, pages: int | None = None, inodes: int | None = None) -> None:
        """Leave so much room and no more."""
        found = os.statvfs(self.where)
        if pages is not None:
            size = max(found.f_blocks - found.f_bfree + pages, 1) * found.f_frsize
            self._mount(f"remount,size={size}")
        if inodes is not None:
            self._mount(f"remount,nr_inodes={found.f_files - found.f_ffree + inodes}")

    def clear(self) -> None:
        """Leave plenty."""
        self._mount(f"remount,{PLENTY}")

    def _mount(self, options: str) -> None:
        subprocess.run(["mount", "-o", options, self.where], check=True, capture_output=True)


def unpack_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have releases unpacked for this test alone: they go with its folder for temporary files."""
    monkeypatch.setattr(history, "_released", functools.cache(history._released.__wrapped__))  # noqa: SLF001


@pytest.fixture
def disks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Disk]]:
    """Disks for the current directory, the state folder, temporary files, and the user's own settings."""
    if sys.platform != "linux" or os.getuid() != 0:
        pytest.skip("only root can mount")
    found = {}
    for name in ("here", "state", "tmp", "config"):
        where = tmp_path / name
        where.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"{PLENTY},mode=0700", "none", str(where)]
        if subprocess.run(command, check=False, capture_output=True).returncode:
            pytest.skip("no file system can be mounted here")
        found[name] = Disk(where)
    for variable, name in (("XDG_STATE_HOME", "state"), ("XDG_CONFIG_HOME", "config"), ("TMPDIR", "tmp")):
        monkeypatch.setenv(variable, str(tmp_path / name))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    unpack_anew(monkeypatch)
    monkeypatch.chdir(tmp_path / "here")
    write(
        tmp_path / "here" / "template",
        {"copier.yml": "name: {type: str, default: x}\n", "{{ name }}.txt": "x" * 9_000, ANSWERS_FILE: ANSWERS},
    )
    yield found
    monkeypatch.chdir(ROOT)
    for disk in found.values():
        subprocess.run(["umount", "--lazy", disk.where], check=True)


@pytest.mark.parametrize("command", ["new --force", "reanswer", "undo"])
def test_no_room_for_a_folder_is_no_half_written_project(scaffold: Run, disks: dict[str, Disk], command: str) -> None:
    """Where not even the folder for new contents can be made, nothing was changed, and no record says otherwise."""
    arguments, setup = COMMANDS[command]
    for before in setup:
        assert scaffold(*before).code == 0
    there = files_below(disks["here"].where)
    disks["here"].fill(inodes=0)
    result = scaffold(*arguments)
    disks["here"].clear()
    assert (result.code, result.err.splitlines()[-1]) == (
        1,
        f"error: cannot write {named(disks, command)}: No space left on device; nothing was changed",
    )
    assert files_below(disks["here"].where) == there
    assert not leftovers(*(disk.where for disk in disks.values()))


def named(disks: dict[str, Disk], command: str) -> str:
    """How the message names the project."""
    return "'demo'" if command == "new --force" else repr(str(disks["here"].where / "demo"))


@pytest.mark.parametrize("command", ["new", "template new"])
@pytest.mark.parametrize("pages", range(2, 9, 2))
def test_after_a_directory_has_appeared_no_room_is_needed(
    scaffold: Run, disks: dict[str, Disk], command: str, pages: int
) -> None:
    """With room for a part of the record only: the directory is there, and it is said so, or neither."""
    arguments, _ = COMMANDS[command]
    assert scaffold("new", "other", "--defaults").code == 0  # the folders are there
    disks["state"].fill(pages=pages)
    result = scaffold(*arguments)
    disks["state"].clear()
    assert (disks["here"].where / "demo").exists() == (result.code == 0)
    assert result.code == 0 or f"its record cannot be kept in '{disks['state'].where}" in result.err
    assert not leftovers(*(disk.where for disk in disks.values()))


@pytest.mark.slow
@pytest.mark.parametrize(("command", "full"), pairs([*COMMANDS], ["here", "state", "tmp", "config", "here state tmp"]))
def test_each_command_with_each_disk_full(scaffold: Run, disks: dict[str, Disk], command: str, full: str) -> None:
    """It does its work, or refuses in one line with all as it was; with room again, it does its work."""
    arguments, setup = COMMANDS[command]
    areas = [disks[name] for name in full.split()]
    start = [disk.where for disk in disks.values() if disk.where.name != "tmp"]

    def lay() -> None:
        for folder in start:  # not of temporary files: this process keeps released templates there
            for path in folder.iterdir():
                if path.name != "template":
                    shutil.rmtree(path)
        for before in setup:
            assert scaffold(*before).code == 0

    lay()
    assert scaffold(*arguments).code == 0
    wanted = contents(disks["here"].where / "demo")
    for room in ({"pages": 0}, {"pages": 3}, {"pages": 20}, {"inodes": 0}, {"inodes": 2}, {"inodes": 9}):
        lay()
        before = files_below(disks["here"].where)
        for disk in areas:
            disk.fill(**room)
        result = scaffold(*arguments)
        for disk in areas:
            disk.clear()
        assert result.code in (0, 1), result.err
        assert "unexpected" not in result.err
        assert not leftovers(*start), (room, result.err)
        if result.code == 1:
            assert sum(line.startswith("error: ") for line in result.err.splitlines()) == 1
            assert any(words in result.err for words in ("No space left", "no space is left", "set XDG_STATE_HOME"))
            assert files_below(disks["here"].where) == before, (room, result.err)
            assert scaffold(*arguments).code == 0
        assert plain(contents(disks["here"].where / "demo")) == plain(wanted)


def plain(files: dict[str, bytes]) -> dict[str, bytes]:
    """Without what names a commit, which holds the time."""
    return {name: content for name, content in files.items() if name != ".git"}


def test_a_full_folder_for_temporary_files_is_named(scaffold: Run, disks: dict[str, Disk]) -> None:
    """With the variable to set: the system's own words name neither."""
    disks["tmp"].fill(pages=0)
    result = scaffold(*TEMPLATE)
    disks["tmp"].clear()
    assert result.code == 1
    assert result.err == (
        f"error: no space is left for temporary files in '{disks['tmp'].where}': make room there, or set TMPDIR to a"
        " folder on another disk\n"
    )
    assert not list(disks["tmp"].where.iterdir())


NOTES_ARE_FULL = """
import resource, sys
from scaffold.cli import run
def audit(event, arguments):
    if event == "open" and "/tags/" in str(arguments[0]) and "w" in str(arguments[1]):
        print("full", file=sys.stderr)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
sys.addaudithook(audit)
sys.exit(run(sys.argv[1:]))
"""
"""The file is opened still, and cannot be written then."""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="limits of files are POSIX's")
def test_a_full_disk_does_not_forget_which_commit_a_tag_was(here: Path, scaffold: Run) -> None:
    """What is noted is replaced whole, so that a tag that moves afterwards is refused."""
    template = here / "template"
    write(template, {"copier.yml": "name: {type: str, default: x}\n", "{{ name }}.txt": "x"})
    git_commit_all(template)
    subprocess.run(["git", "tag", "v1"], cwd=template, check=True)
    pinned = ("--template", f"{template}@v1", "--defaults")
    assert scaffold("new", "one", *pinned).code == 0
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", NOTES_ARE_FULL, "new", "two", *pinned]
    done = subprocess.run(command, cwd=here, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "full\n")
    write(template, {"more.txt": "more"})
    git_commit_all(template)
    subprocess.run(["git", "tag", "--force", "v1"], cwd=template, check=True, capture_output=True)
    result = scaffold("new", "three", *pinned)
    assert result.code == 1
    assert "--accept-moved" in result.err


def test_temporary_files_that_are_cleared_away_take_no_project_along(
    here: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An update to a version whose templates are gone meanwhile is refused: it would delete every file."""
    monkeypatch.setattr("tempfile.tempdir", str(here / "tmp"))
    unpack_anew(monkeypatch)
    (here / "tmp").mkdir()
    assert scaffold(*NEW).code == 0
    update = ("update", "demo", "--to", "1.1.0", "--major", "--defaults", "--allow-dirty")
    assert scaffold(*update, "--dry-run").code == 0
    found = list((here / "tmp").glob("scaffold-templates-*"))
    for folder in found:
        shutil.rmtree(folder)
    before = files_below(here / "demo")
    result = scaffold(*update)
    assert found
    assert (result.code, result.err.count("error: ")) == (1, 1)
    assert files_below(here / "demo") == before


HELD = """
import errno, fcntl, os, sys, time
def flock(*_):
    raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))
fcntl.flock = flock
from scaffold.cli import run
if sys.argv[1:2] == ["hold"]:
    from contextlib import ExitStack
    from pathlib import Path
    from scaffold.writing.lock import locked
    from scaffold.writing.place import Place
    with locked(Place.of(Path("demo")).journal(), Path("demo"), "update"):
        print("held", flush=True)
        time.sleep(60)
sys.exit(run(sys.argv[1:]))
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="the file locks are POSIX's")
def test_a_file_system_without_locks(here: Path) -> None:
    """As NFS without its service: one run at a time all the same, and a run that was killed keeps nobody out."""

    def started(*arguments: str) -> subprocess.Popen[str]:
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        pipe = subprocess.PIPE
        command = [sys.executable, "-c", HELD, *arguments]
        return subprocess.Popen(command, cwd=here, env=environment, stdout=pipe, stderr=pipe, text=True)

    with started("hold") as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            with started(*NEW) as second:
                _, said = second.communicate(timeout=60)
            assert (second.returncode, said.count("\n")) == (1, 1)
            assert "update (process" in said
        finally:
            with suppress(ProcessLookupError):
                holder.send_signal(signal.SIGKILL)
    with started(*NEW) as third:
        _, said = third.communicate(timeout=60)
    assert (third.returncode, said) == (0, "")


REFUSED = {
    "process": (
        """
import os, subprocess
def refuse(*_, **__):
    raise OSError(11, os.strerror(11))
subprocess.Popen._execute_child = refuse
""",
        ("update", "demo", "--to", "1.0.0", "--major", "--defaults", "--allow-dirty"),
        f"git is needed for this, and cannot be started: {os.strerror(errno.EAGAIN)}",
    ),
    "thread": (
        """
import threading
def refuse(*_):
    raise RuntimeError("can't start new thread")
threading._start_new_thread = refuse
""",
        ("new", "made", "--template", "template", "--defaults"),
        "no further thread can be started: end other programs, or raise the limit (ulimit -u)",
    ),
}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the reason is in Linux's words")
@pytest.mark.parametrize("what", REFUSED)
def test_a_limit_on_processes_is_named(here: Path, scaffold: Run, what: str) -> None:
    """The reason is the machine's: git need not be installed, and nothing has to be reported."""
    refuse, arguments, says = REFUSED[what]
    assert scaffold(*NEW).code == 0
    write(here / "template", {"copier.yml": "a: 1\n", "file": ""})
    script = f"{refuse}import sys\nfrom scaffold.cli import run\nsys.exit(run({list(arguments)!r}))"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=here, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, f"error: {says}\n")
    assert not (here / "made").exists()
