"""Taking back the last thing that scaffold wrote at a place, as far as nobody has changed it since.

What each file held before is kept in the user's own state directory, not in the project: it is nobody else's business,
and the project stays as it is.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from scaffold.errors import NothingToUndo
from scaffold.plan import Plan
from scaffold.publish import publish

if TYPE_CHECKING:
    from collections.abc import Iterator

_MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Undo:
    """What can be taken back, and what has been changed since."""

    command: str
    plan: Plan
    left: tuple[PurePosixPath, ...]
    made_root: bool
    """Whether the directory itself was made by the command."""


@contextmanager
def remembered(plan: Plan, command: str) -> Iterator[None]:
    """Keep what the block replaces, so that `scaffold undo` can take it back.

    A state directory that cannot be written keeps nothing: the command itself matters more.
    """
    place = _place(plan.dest)
    kept: Path | None = None
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        kept = Path(tempfile.mkdtemp(prefix=f"{place.name}-", dir=place.parent))
        _keep(plan, command, kept)
    try:
        yield
    except BaseException:
        if kept is not None:
            shutil.rmtree(kept, ignore_errors=True)
        raise
    if kept is not None:
        with suppress(OSError):
            shutil.rmtree(place, ignore_errors=True)
            kept.rename(place)


def find(start: Path) -> Path:
    """The nearest directory that a command wrote to, from here upwards; `start` itself where there is none."""
    places = (start, *start.absolute().parents)
    return next((folder for folder in places if (_place(folder) / _MANIFEST).is_file()), start)


def last(root: Path) -> Undo:
    """What `undo` would take back.

    Raises:
        NothingToUndo: Nothing was written there, or it has been taken back already.
    """
    place = _place(root)
    try:
        manifest = json.loads((place / _MANIFEST).read_text(encoding="utf-8"))
        return _compare(root, place, manifest)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NothingToUndo(root) from error


def take_back(root: Path, undo: Undo) -> None:
    """Write what was there before; the record goes when nothing is left to take back.

    Raises:
        WriteFailed: The file system refused; nothing was changed.
    """
    publish(undo.plan)
    if not undo.left:
        shutil.rmtree(_place(root), ignore_errors=True)
    if undo.made_root:
        with suppress(OSError):  # not empty: the rest is the user's
            root.rmdir()


def _place(root: Path) -> Path:
    import platformdirs

    name = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:24]
    return Path(platformdirs.user_state_dir("scaffold", appauthor=False)) / "undo" / name


def _keep(plan: Plan, command: str, folder: Path) -> None:
    entries: list[dict[str, Any]] = []
    for number, path in enumerate([*plan.files, *sorted(plan.removed)]):
        target = plan.dest / path
        after = plan.files.get(path)
        entry: dict[str, Any] = {"path": str(path), "before": None, "after": None if after is None else _hash(after)}
        if target.is_file():
            shutil.copy2(target, folder / str(number))
            entry |= {"before": _hash(target.read_bytes()), "kept": str(number)}
        entries.append(entry)
    manifest = {
        "command": command,
        "when": datetime.now(timezone.utc).isoformat(),
        "made_root": not plan.dest.exists(),
        "files": entries,
    }
    (folder / _MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def _compare(root: Path, place: Path, manifest: dict[str, Any]) -> Undo:
    files: dict[PurePosixPath, bytes] = {}
    removed: set[PurePosixPath] = set()
    executable: set[PurePosixPath] = set()
    left: list[PurePosixPath] = []
    for entry in manifest["files"]:
        path = PurePosixPath(entry["path"])
        now = _hash_of(root / path)
        if now == entry["before"]:
            continue
        if now != entry["after"]:
            left.append(path)
        elif entry["before"] is None:
            removed.add(path)
        else:
            kept = place / entry["kept"]
            files[path] = kept.read_bytes()
            if os.access(kept, os.X_OK):
                executable.add(path)
    plan = Plan(root, files, frozenset(removed), frozenset(executable))
    return Undo(manifest["command"], plan, tuple(left), manifest["made_root"])


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _hash_of(path: Path) -> str | None:
    """None where nothing is; something that equals no hash where no plain file is."""
    if not os.path.lexists(path):
        return None
    return "" if path.is_symlink() or not path.is_file() else _hash(path.read_bytes())
