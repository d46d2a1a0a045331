"""Reading a git repository that somebody else controls, without running anything that it configures.

Whatever it is, a remote one, a bundle or a folder on this disk, its files are written by git from a repository of our
own, whose configuration we know; it borrows the objects of a folder (scaffold/repositories/). So no hook, filter,
fsmonitor or helper of the template's is ever looked up; attributes that need no program, such as line ends, hold as in
any checkout (docs/adr/0009). Only the transfer from a remote repository sees the user's configuration: their
credentials and their ssh. And a look at files that are not committed sees their filters.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.errors import GitFailed
from scaffold.git import NOWHERE, environment, git, own_environment, reading_environment, with_settings
from scaffold.repositories.borrowed import borrow
from scaffold.repositories.found import at
from scaffold.repositories.looking import looking
from scaffold.sources.errors import Unreachable
from scaffold.sources.listing import Budget, look_through, unwritable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scaffold.sources.listing import Entry, Listing

_HASH = re.compile(r"[0-9a-f]{7,64}")

_TRANSFER = {
    "core.fsmonitor": "false",
    "core.hooksPath": NOWHERE,
    "fetch.recurseSubmodules": "false",
    "gc.auto": "0",
    "init.templateDir": "",
    "maintenance.auto": "false",
    "protocol.ext.allow": "never",
    "safe.bareRepository": "all",
    "submodule.recurse": "false",
}


@dataclass(frozen=True)
class Refs:
    """The names that a repository has for its commits."""

    head: str | None
    tags: Mapping[str, str]
    branches: Mapping[str, str]


@dataclass(frozen=True)
class Repository:
    """A repository: a URL, or the path of a bundle or folder. What is needed of it goes into `own`, an empty folder."""

    location: str | Path
    own: Path
    shown: str
    """How it is called in messages: without a password."""

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder on this disk."""
        return isinstance(self.location, Path) and self.location.is_dir()

    @cached_property
    def refs(self) -> Refs:
        """What it offers.

        Raises:
            Unreachable: It cannot be read.
        """
        try:
            if self.is_folder:
                self._make_history("")
                command = ("--git-dir", self._history, "show-ref", "--head", "-d")
                _, listed = git(*command, cwd=self._history, env=reading_environment(), accept=range(2))
            else:
                _, listed = git("ls-remote", "--", self.location, cwd=self.own, env=self._transfer)
        except GitFailed as error:
            raise Unreachable(self.shown, _reason(error)) from error
        return _parse_refs(listed.decode("utf-8", "replace"))

    def commit_of(self, name: str) -> str | None:
        """The hash of the commit that a tag, a branch, HEAD or a hash means, with its files at hand; None: no such.

        Raises:
            Unreachable: It cannot be read.
        """
        known = self.refs.head if name == "HEAD" else self.refs.tags.get(name) or self.refs.branches.get(name)
        if known is None and not _HASH.fullmatch(name):
            return None
        self._obtain(name)
        return self._resolve(known or name)

    def describe(self, commit: str) -> str:
        """The commit by its nearest tag, as Copier records it."""
        _, printed = git("describe", "--tags", "--always", commit, cwd=self._history, env=reading_environment())
        return printed.decode("utf-8", "replace").strip()

    def obtain(self, commit: str) -> bool:
        """Bring the commit of this whole hash here; False: there is no such.

        Raises:
            Unreachable: It cannot be read.
        """
        self._make_history(commit)
        if not self.is_folder:
            try:
                self._fetch_refs(commit, shallow=isinstance(self.location, str))
            except GitFailed:  # a server need not serve what no name stands for
                self._fetch_all()
        return self._resolve(commit) == commit

    def settings_in(self, blob: Entry) -> list[tuple[str, str]]:
        """What a file of git's form sets, in its order, without the files that it would have included.

        Raises:
            GitFailed: It is none.
        """
        command = ("config", "--no-includes", "--blob", blob.hash, "--null", "--list")
        _, listed = git(*command, cwd=self._history, env=reading_environment())
        pairs = (os.fsdecode(line).partition("\n") for line in listed.split(b"\0") if line)
        return [(key, value) for key, _, value in pairs]

    def write(self, commit: str, folder: Path, budget: Budget) -> Listing:
        """Write the files of a commit into an empty folder; a submodule is an empty folder, and listed.

        Raises:
            BadSource: They are too large for a template.
            Refused: Some are missing, or have names that git writes nowhere.
            GitFailed: As for `look_through`.
        """
        found = look_through(self._history, commit, reading_environment(), budget, self.shown)
        where = ("--git-dir", self._history, "--work-tree", folder)
        try:
            git(*where, "read-tree", "-u", "--reset", commit, cwd=folder, env=reading_environment())
        except GitFailed as error:
            raise unwritable(self.shown, _reason(error)) from error
        return found

    def uncommitted(self) -> bool:
        """Whether the files of a folder differ from its HEAD, those that git ignores aside."""
        found = at(self.location) if isinstance(self.location, Path) and self.is_folder else None
        if found is None or found.top is None:
            return False
        look_through(self._history, self.refs.head or "HEAD", reading_environment(), Budget(), self.shown)
        with looking(found) as look:
            return bool(look.status(found.top))

    @property
    def _history(self) -> Path:
        return self.own / "history.git"

    def _resolve(self, name: str) -> str | None:
        try:
            wanted = f"{name}^{{commit}}"
            _, printed = git("rev-parse", "--verify", "--quiet", wanted, cwd=self._history, env=reading_environment())
        except GitFailed:
            return None
        return printed.decode().strip()

    def _obtain(self, name: str) -> None:
        """Bring the objects here, as few as will do."""
        if not self.is_folder and not self._history.exists():
            self._make_history(self.refs.head or "")
            self._fetch(name)

    def _make_history(self, commit: str) -> None:
        """A repository for such hashes, or one that borrows from a folder."""
        if self._history.exists():
            return
        if isinstance(self.location, Path) and self.is_folder:
            found = at(self.location)
            if found is None:
                raise Unreachable(self.shown, "is not a git repository")
            self._history.mkdir()
            borrow(found, self._history)
            return
        hashes = "sha256" if len(commit) == 64 else "sha1"
        git("init", "--quiet", "--bare", f"--object-format={hashes}", self._history, cwd=self.own)

    def _fetch(self, name: str) -> None:
        tagged = name in self.refs.tags
        if tagged or (name == "HEAD" and not self.refs.tags):
            one = f"+refs/tags/{name}:refs/tags/{name}" if tagged else "+HEAD:refs/heads/fetched"
            with suppress(GitFailed):  # a server need not serve a part of its history
                self._fetch_refs(one, shallow=isinstance(self.location, str))
                return
        self._fetch_all()

    def _fetch_all(self) -> None:
        try:
            self._fetch_refs("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
        except GitFailed as error:
            raise Unreachable(self.shown, _reason(error)) from error

    def _fetch_refs(self, *refs: str, shallow: bool = False) -> None:
        options = ["--quiet", "--no-tags", *(["--depth=1"] if shallow else [])]
        git("fetch", *options, "--", self.location, *refs, cwd=self._history, env=self._transfer)

    @property
    def _transfer(self) -> dict[str, str]:
        if isinstance(self.location, Path):  # a bundle
            return own_environment(_TRANSFER)
        surroundings = environment() | {"GIT_CEILING_DIRECTORIES": str(self.own.parent)}
        return with_settings(surroundings, _TRANSFER)


def _parse_refs(listed: str) -> Refs:
    by_name: dict[str, str] = {}
    for line in listed.splitlines():
        commit, _, name = line.replace("\t", " ").partition(" ")
        peeled = name.endswith("^{}")  # the line after an annotated tag's own names its commit
        by_name[name.removesuffix("^{}") if peeled else name] = commit
    return Refs(head=by_name.get("HEAD"), tags=_below("refs/tags/", by_name), branches=_below("refs/heads/", by_name))


def _below(prefix: str, refs: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix(prefix): commit for name, commit in refs.items() if name.startswith(prefix)}


def _reason(error: GitFailed) -> str:
    lines = [re.sub(r"^(fatal|error|ERROR): ", "", line) for line in error.output.splitlines() if line.strip()]
    return lines[0] if lines else "git failed"
