"""A disk that refuses a call, or a kill at one, at every moment of a write: what is said about it is true.

Every call that changes something is counted. One of them fails, or it and all after it, as on a disk that is full or
has become read-only; or the process ends there. This is done on file systems of three kinds: with an exchange of two
files in one step, with hard links (macOS), and with neither (FAT).
"""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest
from harness import files_below
from killing import leftovers

from scaffold.errors import ChangedMeanwhile, NoStateFolder, NotTakenBack, WriteFailed
from scaffold.writing import journal, nofollow
from scaffold.writing.job import Job
from scaffold.writing.journal import recover, write
from scaffold.writing.nofollow import Content, Directory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the calls are POSIX's")

P = PurePosixPath
BEFORE = {"a.txt": b"a0", "b/c.txt": b"c0", "gone.txt": b"g0"}
FILES = {P("a.txt"): b"a1", P("b/c.txt"): b"c1", P("n/x"): b"x1"}
AFTER = {str(path): content for path, content in FILES.items()}
CALLS = ("open", "mkdir", "replace", "link", "unlink", "rmdir", "fsync")
KINDS = ["exchange", *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("links", "neither"))]


RENAME = "_renameat2"  # it raises no audit event, and is not one of os


class Dead(BaseException):
    """Stands for a kill: from then on no call does anything."""


class Disk:
    """The calls of this process that change a disk."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
        self._monkeypatch = monkeypatch
        self._real: dict[str, Callable[..., Any]] = {name: getattr(os, name) for name in CALLS}
        self._rename = getattr(nofollow, RENAME) if kind == "exchange" else None
        self._links = kind != "neither"

    @contextmanager
    def failing(self, at: int, error: BaseException, *, for_good: bool) -> Iterator[list[str]]:
        """Let the call of this number fail, or all from it on; the calls so far. 0 is none."""
        seen: list[str] = []

        def checked(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
            def calling(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401  # whatever os takes
                if name != "open" or arguments[1] & os.O_CREAT:
                    seen.append(name)
                    if len(seen) == at or (for_good and 0 < at < len(seen)):
                        raise error
                return call(*arguments, **options)

            return calling

        with self._monkeypatch.context() as patched:
            for name, call in self._real.items():
                patched.setattr(os, name, checked(name, call))
            rename = None if self._rename is None else checked("renameat2", self._rename)
            patched.setattr(nofollow, RENAME, rename)
            if not self._links:
                patched.setattr(Directory, "_link", lambda *_: False)
            yield seen


@pytest.fixture(params=KINDS)
def disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Disk:
    """A disk of each kind."""
    if request.param == "exchange" and getattr(nofollow, RENAME) is None:
        pytest.skip("this system has no renameat2")
    return Disk(monkeypatch, request.param)


@pytest.fixture
def grounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Places for one run each, with a state folder of its own."""

    def ground() -> Iterator[Path]:
        for number in range(10_000):
            place = tmp_path / str(number)
            (place / "tmp").mkdir(parents=True)
            monkeypatch.setenv("XDG_STATE_HOME", str(place / "state"))
            monkeypatch.setattr(tempfile, "tempdir", str(place / "tmp"))
            yield place

    return ground()


def fill(dest: Path) -> Path:
    """Make the directory."""
    for path, content in BEFORE.items():
        (dest / path).parent.mkdir(parents=True, exist_ok=True)
        (dest / path).write_bytes(content)
    return dest


def job(dest: Path, *, fresh: bool) -> Job:
    """What is written."""
    return Job(dest=dest, command="test", files=FILES, removed=() if fresh else (P("gone.txt"),))


@pytest.mark.slow
@pytest.mark.parametrize("fresh", [True, False], ids=["new directory", "directory that is there"])
@pytest.mark.parametrize("for_good", [False, True], ids=["one call", "all from then on"])
def test_what_is_said_of_a_failure_is_true(grounds: Iterator[Path], disk: Disk, *, fresh: bool, for_good: bool) -> None:
    """Nothing was changed, or some files are and the next run takes them back; or it was no failure."""
    before = {} if fresh else BEFORE
    at, ended = 0, []
    while True:
        at += 1
        place = next(grounds)
        dest = place / "project" if fresh else fill(place / "project")
        full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        said: Exception | None = None
        with disk.failing(at, full, for_good=for_good) as seen:
            try:
                write(job(dest, fresh=fresh))
            except (NoStateFolder, WriteFailed, NotTakenBack) as error:
                said = error
        found = files_below(dest) if dest.exists() else {}
        found = {name: content for name, content in found.items() if not name.startswith(".scaffold-")}
        if said is None:
            assert found == AFTER, (at, seen)
        elif not isinstance(said, NotTakenBack):
            assert found == before, (at, seen, said)
        ended.append(type(said))
        if at > len(seen):
            break
        assert not recover(dest).kept, (at, seen)
        if said is None:
            assert leftovers(place) == [], (at, seen)
        found = files_below(dest) if dest.exists() else {}
        assert found == (AFTER if said is None else before), (at, seen, said)
        if not for_good:
            assert not isinstance(said, NotTakenBack), (at, seen, said)
    assert {WriteFailed, type(None)} <= set(ended)
    assert ended[-1] is type(None)


@pytest.mark.slow
@pytest.mark.parametrize("edit", [None, "a.txt"])
def test_a_kill_at_any_call_and_one_in_the_recovery(
    grounds: Iterator[Path], disk: Disk, monkeypatch: pytest.MonkeyPatch, edit: str | None
) -> None:
    """Everything is as it was, or all is written; also what is edited in the very moment before it is replaced."""
    real = journal.put_in_place

    def editing(parent: Directory, name: str, *rest: Any) -> None:  # noqa: ANN401  # handed on
        if edit is not None and name == P(edit).name:
            content = dest / edit
            (content.parent / "saved~").write_bytes(b"edit")
            os.rename(content.parent / "saved~", content)  # noqa: PTH104  # a call that is not counted
            edited.append(edit)
        real(parent, name, *rest)

    monkeypatch.setattr(journal, "put_in_place", editing)
    at, again, whole = 1, 0, False
    while not whole:
        dest, edited = fill(next(grounds) / "project"), list[str]()
        with disk.failing(at, Dead(), for_good=True) as seen:
            try:
                write(job(dest, fresh=False))
            except Dead:
                pass
            except ChangedMeanwhile:
                whole = at > len(seen)
            else:
                whole = True
        with disk.failing(again, Dead(), for_good=True) as second, suppress(Dead):
            recover(dest)
        with disk.failing(0, Dead(), for_good=True):
            recover(dest)
        wanted = BEFORE | ({edit: b"edit"} if edit in edited else {})
        found = files_below(dest)
        assert found in ([wanted] if edit else [wanted, AFTER]), (at, again, seen, second)
        assert leftovers(dest.parent) == [], (at, again)
        # Every moment of the recovery for every fourth of the write, and none for the others.
        again = again + 1 if at % 4 == 0 and again <= len(second) else 0
        at += 0 if again else 1


def test_a_record_that_cannot_be_read_now_is_not_forgotten(
    grounds: Iterator[Path], disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a killed run left is taken back when the disk answers again."""
    dest = fill(next(grounds) / "project")
    at = 0
    while (dest / "a.txt").exists() and (dest / "a.txt").read_bytes() == BEFORE["a.txt"]:
        at += 1
        with disk.failing(at, Dead(), for_good=True), pytest.raises(Dead):
            write(job(dest, fresh=False))
    real = Directory.read

    def reading(directory: Directory, name: str, *most: int) -> Content | None:
        if name == "record.json":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(directory, name, *most)

    with monkeypatch.context() as patched:
        patched.setattr(Directory, "read", reading)
        with pytest.raises(NotTakenBack, match=os.strerror(errno.EIO)):
            recover(dest)
        with pytest.raises(WriteFailed, match=os.strerror(errno.EIO)):
            write(job(dest, fresh=False))
    recover(dest)
    assert files_below(dest) == BEFORE
