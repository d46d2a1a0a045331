"""Random histories of a custom template and of a project: no edit is lost, and `undo` is exact.

`SCAFFOLD_HISTORIES=1500 pytest -m slow tests/test_histories.py` for a campaign; the counts are printed. Versions of the
template stand there as they would be rendered: what Copier makes of a template is tested elsewhere.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import pytest
from custom import RECORD, Link, Program, put, standing
from harness import git
from hypothesis import given, settings
from hypothesis import strategies as st

from scaffold.errors import Refused
from scaffold.foreign.checkout import Checkout
from scaffold.foreign.template import Rendered
from scaffold.foreign.updating import Renderings
from scaffold.life.generated import Piece
from scaffold.life.merge import Outcome
from scaffold.life.merging import Merging
from scaffold.life.update import Update, join
from scaffold.life.worktree import mark_unmerged, settle_unmerged
from scaffold.writing import undo
from scaffold.writing.publish import publish

if TYPE_CHECKING:
    from collections.abc import Mapping

HISTORIES = int(os.environ.get("SCAFFOLD_HISTORIES", "40"))
NAMES = ["a.txt", "b.txt", "docs/c.txt", "docs/d.txt", "e.bin", "run.sh", "link", "tree", "tree/f.txt", "tree/g/h.txt"]
NEW = ["new.txt", "docs/new.txt", "other/new.txt"]
Standing = dict[str, "str | bytes"]


class Step(NamedTuple):
    """Something that is done to a file."""

    which: int
    what: str
    at: int


def steps(*what: str, most: int) -> st.SearchStrategy[list[Step]]:
    """What may be done."""
    one = st.builds(Step, st.integers(0, 40), st.sampled_from(what), st.integers(0, 12))
    return st.lists(one, min_size=2, max_size=most)


template_steps = steps(
    "edit", "edit", "rename", "drop", "add", "program", "plain", "link", "binary", "file", "folder", "crlf", most=9
)
user_steps = steps(
    "edit", "edit", "edit", "delete", "program", "plain", "link", "binary", "crlf", "own", "ignore", "untrack", most=9
)


def begin(names: set[int]) -> Standing:
    """The first version of a template."""
    chosen = [NAMES[number] for number in sorted(names)]
    chosen = [name for name in chosen if name != "tree" or not any(other.startswith("tree/") for other in chosen)]
    return {name: first(name) for name in chosen}


def first(name: str) -> str | bytes:
    """A file of a template, each with lines of its own."""
    lines = "".join(f"{name} {number}\n" for number in range(12))
    if name == "link":
        return Link("a.txt")
    return b"\0" + lines.encode() if name.endswith(".bin") else Program(lines) if name.endswith(".sh") else lines


def changed(tree: Standing, plan: list[Step], *, word: str) -> Standing:
    """A tree after some steps; each line that is written has the word and its number in it."""
    tree = dict(tree)
    for number, (which, what, at) in enumerate(plan):
        name = [*tree, *NEW][which % (len(tree) + len(NEW))]
        mark = f"{word} {number}\n"
        if what in {"add", "own"}:
            new = NEW[which % len(NEW)]
            tree[new] = tree.get(new, mark)
        elif name in tree:
            tree.update(one_changed(name, tree.pop(name), Step(which, what, at), mark))
    return {
        name: content
        for name, content in tree.items()
        if not any(other != name and other.startswith(f"{name}/") for other in tree)
    }


def one_changed(name: str, content: str | bytes, step: Step, mark: str) -> Standing:
    """A file after a step; nothing where that takes it away."""
    what = step.what
    if what in {"drop", "delete"}:
        return {}
    if what == "rename":
        return {f"moved/{name.replace('/', '-')}": content}
    if what == "folder":
        return {f"{name}/inner.txt": mark}
    if what == "file" and "/" in name:
        return {name.split("/", maxsplit=1)[0]: mark}
    if what == "link":
        return {name: Link(mark.strip())}
    if what == "binary":
        return {name: b"\0" + mark.encode()}
    if isinstance(content, (bytes, Link)):
        return {name: content + mark.encode() if what == "edit" and isinstance(content, bytes) else content}
    kind = {"program": Program, "plain": str}.get(what, type(content))
    if what == "edit":
        lines = content.splitlines(keepends=True)
        content = "".join([*lines[: step.at], mark, *lines[step.at :]])
    if what == "crlf":
        content = content.replace("\r\n", "\n").replace("\n", "\r\n")
    return {name: kind(content)}


def rendered(tree: Mapping[str, str | bytes]) -> Rendered:
    """A version of the template, as it comes out of Copier."""
    paths = {PurePosixPath(name): content for name, content in tree.items()}
    modes = {path: mode_of(content) for path, content in paths.items()}
    return Rendered({path: as_bytes(content) for path, content in paths.items()}, modes, (), {})


def as_bytes(content: str | bytes) -> bytes:
    """What a file holds, or a link names."""
    return content if isinstance(content, bytes) else content.encode()


def mode_of(content: str | bytes) -> int:
    """As git has it."""
    return stat.S_IFLNK if isinstance(content, Link) else 0o755 if isinstance(content, Program) else 0o644


def record(version: str) -> str:
    """The answers file."""
    return f"_commit: {version}\n_src_path: /nowhere\n"


class History:
    """A project with its user's edits, and both versions of its template."""

    def __init__(self, root: Path, names: set[int], theirs: list[Step], mine: list[Step]) -> None:
        self.root = root / "project"
        self.base: Standing = {**begin(names), RECORD: record("v1")}
        self.theirs: Standing = {**changed(begin(names), theirs, word="theirs"), RECORD: record("v2")}
        edits = [step for step in mine if step.what not in {"ignore", "untrack"}]
        self.mine: Standing = {**changed(begin(names), edits, word="mine"), RECORD: record("v1")}
        known = [*self.base]
        ignored, untracked = (
            [known[step.which % len(known)] for step in mine if step.what == what] for what in ("ignore", "untrack")
        )
        patterns = "".join(f"/{name}\n" for name in ignored if name != RECORD)
        put(self.root, {**self.base, ".gitignore": patterns})
        git(self.root, "init", "--quiet")
        git(self.root, "add", "--all")
        git(self.root, "commit", "--quiet", "--message", "base")
        put(self.root, dict.fromkeys(self.base.keys() - self.mine.keys()))
        put(self.root, {name: content for name, content in self.mine.items() if not self.is_untouched(name)})
        git(self.root, "add", "--all")
        if untracked:
            git(self.root, "rm", "--quiet", "--cached", "--force", "--ignore-unmatch", *untracked)
        git(self.root, "commit", "--quiet", "--allow-empty", "--message", "mine")

    def is_untouched(self, name: str) -> bool:
        """Whether a file is as it was generated."""
        sides = [tree[name] for tree in (self.base, self.mine) if name in tree]
        return len(sides) == 2 and sides[0] == sides[1] and mode_of(sides[0]) == mode_of(sides[1])

    def update(self) -> Update:
        """What an update comes to."""
        piece = Piece(self.root, RECORD)
        merging = Merging(self.root, piece, Checkout(self.root, "/nowhere", "v2", "2" * 40), "inline")
        renderings = Renderings(rendered(self.base), rendered(self.theirs), frozenset(), {})
        return join(self.root, [merging.finish(renderings, None)])

    def state(self) -> tuple[object, str]:
        """All that `undo` has to bring back."""
        return standing(self.root), git(self.root, "ls-files", "--stage")


def words(found: Mapping[str, tuple[str, bytes]], word: bytes) -> Counter[bytes]:
    """Everything that one side wrote, wherever it stands."""
    text = b"\n".join(content.replace(b"\r\n", b"\n") for _, content in found.values())
    return Counter(part.strip() for part in text.replace(b"\0", b"\n").split(b"\n") if part.startswith(word))


@pytest.mark.slow
def test_no_edit_is_lost_and_undo_is_exact(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever was ignored, untracked, a program, a link or renamed; what nobody edited is what the template makes."""
    count: Counter[str] = Counter()

    @settings(max_examples=HISTORIES, deadline=None)
    @given(names=st.sets(st.integers(0, len(NAMES) - 1), min_size=5), theirs=template_steps, mine=user_steps)
    def check(names: set[int], theirs: list[Step], mine: list[Step]) -> None:
        with TemporaryDirectory() as folder:
            history = History(Path(folder), names, theirs, mine)
            before = history.state()
            here = standing(history.root)
            count["histories"] += 1
            try:
                update = history.update()
            except Refused as error:
                assert "away first" in str(error), error
                assert history.state() == before
                count["refused, since something is in the way"] += 1
                return
            publish(update.plan, "update")
            assert mark_unmerged(history.root, update.changes) == ""
            found = standing(history.root)
            assert words(found, b"mine") >= words(here, b"mine")
            base, new = (as_standing(tree) for tree in (history.base, history.theirs))
            renamed = {str(change.was) for change in update.changes if change.was is not None}
            for name, (kind, content) in files_of(here).items():
                if name not in base and name not in new and name not in renamed:
                    assert found[name] == (kind, content), name
                elif base.get(name) == (kind, content) and name not in renamed and name != RECORD:
                    assert found.get(name) == new.get(name), name
            conflicts = {str(change.path) for change in update.changes if change.outcome is Outcome.CONFLICT}
            for name in (here.keys() & found.keys() & base.keys() & new.keys()) - conflicts:
                sides = [tree[name][0] for tree in (base, here, new)]
                if "link" not in sides:  # whether it can be run is merged like a line
                    assert found[name][0] == (sides[2] if sides[0] == sides[1] else sides[1]), name
            for change in update.changes:
                count[change.outcome.value] += 1
                if change.outcome is Outcome.KEPT:
                    assert change.why
            undone = undo.newest(history.root)
            undo.take_back(undone)
            assert settle_unmerged(history.root, restored=undone.restored.keys(), deleted=undone.deleted) == ""
            assert undone.left == ()
            assert history.state() == before

    check()
    with capsys.disabled():
        print("\n" + ", ".join(f"{number} {what}" for what, number in sorted(count.items())))
    assert count["conflict"] or count["histories"] < 10


def files_of(found: Mapping[str, tuple[str, bytes]]) -> dict[str, tuple[str, bytes]]:
    """Without the empty folders: an update may fill one, or put a file in its place."""
    return {name: (kind, content) for name, (kind, content) in found.items() if kind != "folder"}


def as_standing(tree: Mapping[str, str | bytes]) -> dict[str, tuple[str, bytes]]:
    """A version as it would stand there."""
    kinds = {stat.S_IFLNK: "link", 0o755: "program", 0o644: "file"}
    return {name: (kinds[mode_of(content)], as_bytes(content)) for name, content in tree.items()}
