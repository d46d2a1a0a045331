"""What is on the disk after a power cut: a model of files and directories, of which only what was synced is sure.

The calls of a real run are recorded, then played into the model up to any of them. A name in a directory is sure once
that directory was synced after it was made, moved or removed (of a move, both directories); contents are sure once
their file was synced. Of everything else, each call may have reached the disk or not.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from scaffold.writing import nofollow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from random import Random

    import pytest


@dataclass(frozen=True)
class Call:
    """A call that changed the disk."""

    kind: str
    """mkdir, create, data, sync, move, exchange, link, unlink or rmdir."""
    path: str
    other: str = ""
    data: bytes = b""

    @property
    def directories(self) -> set[str]:
        """Those that have to be synced for it to be sure."""
        places = {str(PurePosixPath(self.path).parent)}
        return places | ({str(PurePosixPath(self.other).parent)} if self.other else set())


Tree = dict[str, "bytes | None"]
"""Each path with the content of its file; None is a directory."""


@contextmanager
def recorded(monkeypatch: pytest.MonkeyPatch, root: Path) -> Iterator[list[Call]]:  # noqa: C901  # many calls
    """All calls below `root` that change something, in their order."""
    calls: list[Call] = []

    def full(path: Any, number: int | None) -> str:  # noqa: ANN401  # whatever os takes
        folder = os.getcwd() if number is None else os.readlink(f"/proc/self/fd/{number}")  # noqa: PTH109, PTH115
        return os.path.normpath(os.path.join(folder, os.fsdecode(path)))  # noqa: PTH118

    def note(kind: str, path: str, other: str = "", data: bytes = b"") -> None:
        if path.startswith(f"{root}/"):
            calls.append(Call(kind, path, other, data))

    real: dict[str, Callable[..., Any]] = {
        name: getattr(os, name) for name in ("open", "mkdir", "replace", "link", "unlink", "rmdir", "fsync")
    }

    def opening(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:  # noqa: ANN401
        there = os.path.lexists(full(path, dir_fd))
        number: int = real["open"](path, flags, mode, dir_fd=dir_fd)
        if flags & os.O_CREAT and not there:
            note("create", full(path, dir_fd))
        return number

    def making(path: Any, mode: int = 0o777, *, dir_fd: int | None = None) -> None:  # noqa: ANN401
        real["mkdir"](path, mode, dir_fd=dir_fd)
        note("mkdir", full(path, dir_fd))

    def moving(old: Any, new: Any, *, src_dir_fd: int | None = None, dst_dir_fd: int | None = None) -> None:  # noqa: ANN401
        real["replace"](old, new, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)
        note("move", full(old, src_dir_fd), full(new, dst_dir_fd))

    def linking(old: Any, new: Any, *, src_dir_fd: int, dst_dir_fd: int, follow_symlinks: bool) -> None:  # noqa: ANN401
        real["link"](old, new, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd, follow_symlinks=follow_symlinks)
        note("link", full(old, src_dir_fd), full(new, dst_dir_fd))

    def removing(kind: str) -> Callable[..., None]:
        def remove(path: Any, *, dir_fd: int | None = None) -> None:  # noqa: ANN401
            real[kind](path, dir_fd=dir_fd)
            note(kind, full(path, dir_fd))

        return remove

    def syncing(number: int) -> None:
        real["fsync"](number)
        path = os.readlink(f"/proc/self/fd/{number}")  # noqa: PTH115  # what a descriptor is
        is_file = stat.S_ISREG(os.fstat(number).st_mode)
        note(
            "data" if is_file else "sync",
            path if is_file else f"{path}/.",
            data=Path(path).read_bytes() if is_file else b"",
        )

    rename: Any = nofollow._renameat2  # noqa: SLF001  # no audit event tells of it

    def renaming(one: int, old: bytes, other: int, new: bytes, flag: int) -> int:
        result: int = rename(one, old, other, new, flag)
        if result == 0:
            note("exchange" if flag == 2 else "move", full(old, one), full(new, other))
        return result

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", opening)
        patched.setattr(os, "mkdir", making)
        patched.setattr(os, "replace", moving)
        patched.setattr(os, "link", linking)
        patched.setattr(os, "unlink", removing("unlink"))
        patched.setattr(os, "rmdir", removing("rmdir"))
        patched.setattr(os, "fsync", syncing)
        if rename is not None:
            patched.setattr(nofollow, "_renameat2", renaming)
        yield calls


class Disk:
    """Names and what they stand for; two names may stand for one file."""

    def __init__(self, root: Path, tree: Tree) -> None:
        """Begin with a tree of which all is sure."""
        self._contents: list[bytes] = []
        self._names: dict[str, int | None] = {str(root): None}
        for path, content in tree.items():
            self._names[path] = None if content is None else self._new(content)

    def _new(self, content: bytes) -> int:
        self._contents.append(content)
        return len(self._contents) - 1

    def apply(self, call: Call) -> None:
        """Do it, unless what it works on has not reached the disk."""
        if any(self._names.get(folder, 0) is not None for folder in call.directories):
            return
        if call.kind in {"mkdir", "create"}:
            self._names.setdefault(call.path, None if call.kind == "mkdir" else self._new(b""))
        elif call.path in self._names:
            self._change(call, self._names[call.path])

    def _change(self, call: Call, found: int | None) -> None:
        if call.kind == "data":
            assert found is not None
            self._contents[found] = call.data
        elif call.kind == "exchange" and call.other in self._names:
            self._names[call.path], self._names[call.other] = self._names[call.other], found
        elif call.kind == "link":
            self._names[call.other] = found
        elif call.kind == "move" and not self._below(call.other):
            for name in (call.path, *self._below(call.path)):
                self._names[call.other + name.removeprefix(call.path)] = self._names.pop(name)
        elif call.kind in {"unlink", "rmdir"}:  # with a directory goes what was removed from it before
            for name in (call.path, *self._below(call.path)):
                del self._names[name]

    def _below(self, folder: str) -> list[str]:
        return [name for name in self._names if name.startswith(f"{folder}/")]

    @property
    def tree(self) -> Tree:
        """What can be read."""
        _, *names = self._names.items()
        return {name: None if number is None else self._contents[number] for name, number in names}


def after_a_cut(  # noqa: PLR0913, PLR0917  # a disk, a run, and a moment of it
    root: Path, before: Tree, calls: Sequence[Call], at: int, luck: float, dice: Random
) -> Tree:
    """What is on the disk when the power goes after so many calls.

    Args:
        root: The directory that everything is below.
        before: What was on it.
        calls: All calls of the run.
        at: How many of them were made.
        luck: How likely each call that is not sure has reached the disk, from 0 to 1.
        dice: Decides.
    """
    disk = Disk(root, before)
    synced: dict[str, int] = {}
    for number, call in enumerate(calls[:at]):
        if call.kind == "sync":
            synced[call.path.removesuffix("/.")] = number
    for number, call in enumerate(calls[:at]):
        if call.kind == "sync":
            continue
        sure = call.kind == "data" or all(synced.get(folder, -1) > number for folder in call.directories)
        if sure or dice.random() < luck:
            disk.apply(call)
    return disk.tree


def read(root: Path) -> Tree:
    """What is below a directory."""
    return {str(path): path.read_bytes() if path.is_file() else None for path in sorted(root.rglob("*"))}


def restore(root: Path, tree: Tree) -> None:
    """Put a tree there in place of what is; directories that stay keep their identity."""
    for path in sorted(root.rglob("*"), reverse=True):
        if tree.get(str(path), b"") is None and path.is_dir():
            continue
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink()
    for name, content in sorted(tree.items()):
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            path.mkdir(exist_ok=True, mode=0o700)
        else:
            path.write_bytes(content)
