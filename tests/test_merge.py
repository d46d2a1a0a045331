"""The three-way merge beside git's own, with random edits of every released version."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from variants import DEFAULTS

from scaffold.life.history import history
from scaffold.life.merge import Change, Outcome, has_markers, merge_trees
from scaffold.life.texts import Manner

if TYPE_CHECKING:
    from collections.abc import Mapping

MANNER = Manner(base="generated", theirs="template")
Tree = dict[PurePosixPath, bytes]

edits = st.lists(
    st.tuples(
        st.integers(min_value=0, max_value=30),  # which file
        st.sampled_from(["insert", "change", "cut", "delete", "rewrite", "crlf"]),
        st.integers(min_value=0, max_value=400),  # at which line
        st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=30),
    ),
    max_size=8,
)


@cache
def generated(version: str, number: int) -> tuple[tuple[PurePosixPath, bytes], ...]:
    """A project of a released version."""
    return tuple(DEFAULTS[number].render(history().template(version)).items())


def edited(tree: Tree, steps: list[tuple[int, str, int, str]]) -> Tree:
    """The tree after a user's edits."""
    mine = dict(tree)
    paths = sorted(tree)
    for which, what, at, text in steps:
        path = paths[which % len(paths)]
        if path not in mine:
            continue
        lines = mine[path].splitlines(keepends=True)
        place = at % (len(lines) + 1)
        new = text.encode() + b"\n"
        if what == "delete":
            del mine[path]
        elif what == "insert":
            mine[path] = b"".join([*lines[:place], new, *lines[place:]])
        elif what == "change":
            mine[path] = b"".join([*lines[:place], new, *lines[place + 1 :]])
        elif what == "cut":
            mine[path] = b"".join([*lines[:place], *lines[place + 5 :]])
        elif what == "rewrite":
            mine[path] = new
        else:
            mine[path] = mine[path].replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return mine


def by_hand(base: bytes, mine: bytes, theirs: bytes) -> bytes:
    """What `git merge-file` makes of it."""
    with TemporaryDirectory() as folder:
        for name, content in (("mine", mine), ("base", base), ("theirs", theirs)):
            Path(folder, name).write_bytes(content)
        command = ["git", "merge-file", "-p", "--diff3", "-L", "yours", "-L", "generated", "-L", "template"]
        done = subprocess.run([*command, "mine", "base", "theirs"], cwd=folder, capture_output=True, check=False)
    assert 0 <= done.returncode < 128
    return done.stdout


def result_of(mine: Tree, changes: list[Change]) -> Tree:
    """The tree when all is written."""
    tree = dict(mine)
    for change in changes:
        if change.after is None:
            tree.pop(change.path, None)
        else:
            tree[change.path] = change.after
    return tree


def is_crlf(content: bytes) -> bool:
    """Whether all lines end as on Windows."""
    return b"\r\n" in content and content.count(b"\n") == content.count(b"\r\n")


def expected(base: Tree, mine: Tree, theirs: Tree, path: PurePosixPath) -> bytes | None:
    """The content of one file by the plain rules of a three-way merge."""
    sides: list[bytes | None] = [base.get(path), theirs.get(path)]
    found = mine.get(path)
    if found is not None and is_crlf(found):
        sides = [None if side is None else side.replace(b"\n", b"\r\n") for side in sides]
    old, new = sides
    if old == new:
        return found
    if found == old:
        return new
    if found is None or new is None or found == new:
        return found
    return by_hand(old or b"", found, new)


VERSIONS = st.sampled_from(history().versions)


@pytest.mark.slow
@given(older=VERSIONS, newer=VERSIONS, number=st.integers(0, len(DEFAULTS) - 1), steps=edits)
def test_random_edits_merge_as_git_merges_them(
    older: str, newer: str, number: int, steps: list[tuple[int, str, int, str]]
) -> None:
    """For every file; what the template renamed is looked at under its new name."""
    base, theirs = dict(generated(older, number)), dict(generated(newer, number))
    mine = edited(base, steps)
    changes = merge_trees(base, mine, theirs, MANNER)
    found = result_of(mine, changes)
    renamed = {change.path: change.was for change in changes if change.was not in (None, change.path)}
    for new, old in renamed.items():
        assert old is not None
        before, present = ({new: tree[old]} if old in tree else {} for tree in (base, mine))
        assert found.get(new) == expected(before, present, {new: theirs[new]}, new)
        assert old not in found
    for path in {*base, *theirs} - renamed.keys() - set(renamed.values()):
        assert found.get(path) == expected(base, mine, theirs, path), path
    assert found.keys() <= mine.keys() | theirs.keys()
    conflicts = [change for change in changes if change.outcome is Outcome.CONFLICT]
    assert all(change.after is not None and has_markers(change.after.replace(b"\r\n", b"\n")) for change in conflicts)


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "outcome"),
    [
        (b"a\n", b"a\n", b"b\n", Outcome.UPDATED),
        (None, None, b"b\n", Outcome.NEW),
        (None, b"b\n", b"b\n", None),
        (None, b"c\n", b"b\n", Outcome.CONFLICT),
        (b"a\n", b"a\n", None, Outcome.DELETED),
        (b"a\n", b"c\n", None, Outcome.KEPT),
        (b"a\n", None, b"b\n", Outcome.KEPT),
        (b"a\n", None, None, None),
        (b"a\n", b"c\n", b"a\n", None),
        (b"a\n", b"b\n", b"b\n", None),
        (b"1\n2\n3\n4\n", b"1\n2\n3\nx\n", b"y\n2\n3\n4\n", Outcome.MERGED),
        (b"1\n", b"2\n", b"3\n", Outcome.CONFLICT),
    ],
)
def test_a_row_for_each_way_that_three_sides_differ(
    base: bytes | None, mine: bytes | None, theirs: bytes | None, outcome: Outcome | None
) -> None:
    """Written out by hand."""
    path = PurePosixPath("file")

    def tree(content: bytes | None) -> Mapping[PurePosixPath, bytes]:
        return {} if content is None else {path: content}

    changes = merge_trees(tree(base), tree(mine), tree(theirs), MANNER)
    assert [change.outcome for change in changes] == ([] if outcome is None else [outcome])


def test_renamed_file_is_recognised_by_its_text() -> None:
    """From half of its lines on, as git does; empty files are not all the same."""
    old, new, empty = PurePosixPath("old"), PurePosixPath("new"), PurePosixPath("empty")
    base = {old: b"1\n2\n3\n4\n", empty: b""}
    changes = merge_trees(base, {old: b"1\n2\n3\nmine\n"}, {new: b"0\n1\n2\n3\n4\n"}, MANNER)
    assert {change.path: change.after for change in changes} == {old: None, new: b"0\n1\n2\n3\nmine\n"}
    changes = merge_trees({empty: b""}, {empty: b""}, {new: b""}, MANNER)
    assert {change.outcome for change in changes} == {Outcome.NEW, Outcome.DELETED}


def test_a_file_that_both_sides_renamed_alike_is_merged() -> None:
    """As git does; a file of the owner's own at the new name is a conflict, and never taken for it."""
    old, new = PurePosixPath("old"), PurePosixPath("new")
    base, theirs = {old: b"1\n2\n3\n4\n"}, {new: b"0\n1\n2\n3\n4\n"}
    (change,) = merge_trees(base, {new: b"1\n2\n3\nmine\n"}, theirs, MANNER)
    assert (change.outcome, change.after) == (Outcome.MERGED, b"0\n1\n2\n3\nmine\n")
    (change,) = merge_trees(base, {new: b"another\n"}, {new: base[old]}, MANNER)
    assert change.outcome is Outcome.CONFLICT
