"""Bringing new files down to the disk, several at once: a disk takes about as long for eight as for one."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scaffold.writing.nofollow import Directory

_AT_ONCE = 8


def sync_files(root: Directory, paths: Sequence[str]) -> None:
    """Return when the contents of all these files below `root` are sure to be there after a power cut.

    Raises:
        OSError: The disk refused one of them.
    """
    work = _Work(root, paths)
    helpers = [threading.Thread(target=work.do, daemon=True) for _ in range(min(_AT_ONCE, len(paths)) - 1)]
    started = []
    for helper in helpers:
        with suppress(RuntimeError):  # the system has no more threads for us
            helper.start()
            started.append(helper)
    work.do()
    for helper in started:
        helper.join()
    if work.errors:
        raise work.errors[0]


class _Work:
    """What is left to do, shared by all threads."""

    def __init__(self, root: Directory, paths: Sequence[str]) -> None:
        self._root = root
        self._paths = iter(paths)
        self._turn = threading.Lock()
        self.errors: list[BaseException] = []

    def do(self) -> None:
        """Take one file after the other, until there is none or one was refused."""
        while not self.errors:
            with self._turn:
                path = next(self._paths, None)
            if path is None:
                return
            try:
                with self._root.inside(path) as (parent, name):
                    parent.sync_content(name)
            except BaseException as error:  # noqa: BLE001  # raised where it can be taken back
                self.errors.append(error)
