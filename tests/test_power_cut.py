"""A power cut at any moment: what the next run finds on the disk, it brings back to all or nothing."""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from pathlib import Path, PurePosixPath
from random import Random
from typing import TYPE_CHECKING

import power
import pytest

from scaffold.writing.job import Job
from scaffold.writing.journal import recover, write
from scaffold.writing.record import is_staging
from scaffold.writing.undo import newest, take_back

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="descriptors have names in /proc"),
]

P = PurePosixPath
BEFORE = {"a.txt": b"a0", "b/c.txt": b"c0", "b/d.py": b"d0", "gone.txt": b"g0", "old/gone.txt": b"o0"}
FILES = {P("a.txt"): b"a1", P("b/c.txt"): b"c1", P("b/new"): b"n1", P("n/m/x"): b"x1", P("run"): b"r"}


def within(dest: Path) -> None:
    """Files replaced, made and removed, with folders that come and go."""
    write(Job(dest=dest, command="test", files=FILES, removed=(P("gone.txt"), P("old/gone.txt"))))


def fresh(dest: Path) -> None:
    """A directory that is still to be made."""
    write(Job(dest=dest, command="test", files=FILES))


def undo(dest: Path) -> None:
    """A step taken back."""
    take_back(newest(dest))


def repository(dest: Path) -> None:
    """A folder that is made beside the files, in a directory that is there already."""

    def make(folder: Path) -> None:
        (folder / ".git").mkdir()
        with os.fdopen(os.open(folder / ".git" / "HEAD", os.O_WRONLY | os.O_CREAT), "wb") as file:
            file.write(b"ref: refs/heads/main")

    write(Job(dest=dest, command="test", files=FILES, empty=True, finish=make, last=".git", keep=False))


def fill(dest: Path) -> None:
    """Files of the user's."""
    for name, content in BEFORE.items():
        (dest / name).parent.mkdir(parents=True, exist_ok=True)
        (dest / name).write_bytes(content)


def filled_and_written(dest: Path) -> None:
    """The same, and a step."""
    fill(dest)
    within(dest)


RUNS: list[tuple[Callable[[Path], None] | None, Callable[[Path], None]]] = [
    (fill, within),
    (None, fresh),
    (filled_and_written, undo),
    (Path.mkdir, repository),
]


@pytest.mark.parametrize(("before", "run"), RUNS, ids=[run.__name__ for _, run in RUNS])
@pytest.mark.parametrize("exchange", [True, False], ids=["exchange", "no exchange"])
def test_power_cut(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    before: Callable[[Path], None] | None,
    run: Callable[[Path], None],
    *,
    exchange: bool,
) -> None:
    """After each call, with all, none or some of the calls that were not synced on the disk."""
    if not exchange:
        monkeypatch.setattr("scaffold.writing.nofollow._renameat2", None)
    root = tmp_path / "disk"
    dest = root / "home" / "project"
    dest.parent.mkdir(parents=True)
    monkeypatch.setenv("XDG_STATE_HOME", str(root / "home" / ".local" / "state"))
    monkeypatch.setattr(tempfile, "tempdir", str(root / "tmp"))
    if before is not None:
        before(dest)
    first = power.read(root)
    with power.recorded(monkeypatch, root) as calls:
        run(dest)
    last = power.read(root)
    dice = Random(run.__name__)  # noqa: S311  # the same cuts every time
    seen: Counter[str] = Counter()
    for at in range(1, len(calls) + 1):
        for luck in (0.0, 1.0, 0.3, 0.7):
            power.restore(root, power.after_a_cut(root, first, calls, at, luck, dice))
            recover(dest)
            found = power.read(root)
            states = [name for name, wanted in (("nothing", first), ("all", last)) if visible(found) == visible(wanted)]
            assert states, (
                at,
                luck,
                calls[at - 1].kind,
                calls[at - 1].path,
                differing(found, first),
                differing(found, last),
            )
            assert not [name for name in found if is_staging(Path(name).name)], (at, luck)
            seen[states[0]] += 1
    print(f"\n{run.__name__}: {len(calls)} calls, {sum(seen.values())} cuts, {dict(seen)}")
    assert seen["nothing"]
    assert seen["all"]


def visible(tree: power.Tree) -> power.Tree:
    """Without the records."""
    return {name: content for name, content in tree.items() if "/.local" not in name}


def differing(one: power.Tree, other: power.Tree) -> list[str]:
    """Where two trees differ."""
    one, other = visible(one), visible(other)
    return [name for name in one.keys() | other.keys() if one.get(name, 0) != other.get(name, 0)]
