"""The owner's files: generated once as an example to be replaced, and never merged with another example."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scaffold.life.majors import major
from scaffold.life.merge import Change, Outcome, as_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import PurePosixPath

    from scaffold.life.merge import Tree
    from scaffold.questions import Answers
    from scaffold.template import Template

_OWNERS_LISTED = 2  # the first major version of the templates that says which files are the owner's
_BEFORE = frozenset(
    {
        "project/src/{{ package }}/work.py.jinja",
        "project/src/{{ package }}/__main__.py.jinja",
        "project/tests/test_main.py.jinja",
    }
)
_NAMES = ("package", "module")
"""Answers that an example imports by."""


def owned(template: Template, answers: Answers) -> set[PurePosixPath]:
    """The owner's files among those that a version of the bundled templates renders."""
    if (major(template.version) or 0) >= _OWNERS_LISTED:
        return template.owned(answers)
    return {path for path, source in template.sources(answers).items() if source in _BEFORE}


@dataclass(frozen=True, kw_only=True)
class Examples:
    """What was generated for the owner, what the owner made of it, and what would be generated now."""

    base: Tree
    mine: Tree
    theirs: Tree
    moved: Mapping[PurePosixPath, PurePosixPath]
    """Where a file stands now, by where it would be generated: the template or an answer renames it."""
    other_design: bool = False
    """Whether the program becomes another: then tests of the former example cannot pass beside it."""

    @property
    def paths(self) -> set[PurePosixPath]:
        """All that is not merged."""
        return {*self.base, *self.theirs}

    def changes(self) -> Iterator[Change]:
        """What happens to each: the owner's own stays byte for byte, an untouched example follows the template."""
        for path in sorted(self.paths - set(self.moved.values())):
            old = self.moved.get(path)
            if old is None:
                yield from self._in_place(path)
            else:
                yield from self._moved(path, old)

    def _in_place(self, path: PurePosixPath) -> Iterator[Change]:
        mine, theirs = self.mine.get(path), self.theirs.get(path)
        if self._is_untouched(path):
            yield from self._follow(path)
        elif theirs == self.base.get(path) or (mine is None and theirs is None):
            return
        elif theirs is None:
            yield self._kept(path, "yours; the template has it no more")
        elif mine is None:
            yield self._kept(path, "you deleted it")
        elif as_text(mine) != theirs:
            yield self._kept(path, "yours")

    def _follow(self, path: PurePosixPath) -> Iterator[Change]:
        """An example that nobody touched."""
        mine, theirs = self.mine.get(path), self.theirs.get(path)
        own = None if theirs in (None, self.base.get(path)) else self._own_beside(path)
        if own is not None:
            yield self._untested(path, own)
        elif theirs != self.base.get(path):
            outcome = Outcome.DELETED if theirs is None else Outcome.NEW if mine is None else Outcome.UPDATED
            yield Change(path=path, outcome=outcome, before=mine, after=_ended_as(mine, theirs))

    def _untested(self, path: PurePosixPath, own: PurePosixPath) -> Change:
        """The tests of an example that is not written, since the owner has work of their own in its place."""
        if self.mine.get(path) is None:
            return self._kept(path, f"not written: it tests an example, and {own} no longer holds one")
        if not self.other_design:
            return self._kept(path, f"not replaced: it tests an example, and {own} no longer holds one")
        why = f"it tested the example of the former design, and {own} no longer holds one"
        example = self.theirs.get(path)
        return Change(path=path, outcome=Outcome.DELETED, before=self.mine[path], after=None, why=why, example=example)

    def _moved(self, path: PurePosixPath, old: PurePosixPath) -> Iterator[Change]:
        mine = self.mine.get(old)
        if mine is None:
            yield Change(path=path, outcome=Outcome.KEPT, before=None, after=None, why=f"you deleted {old}", was=old)
            return
        yield Change(path=old, outcome=Outcome.DELETED, before=mine, after=None, why=f"now {path}", was=old)
        own = self._own_beside(path)
        untouched = self._is_untouched(old) and own is None
        if own is not None and self.other_design and self._is_untouched(old):
            return
        yield Change(
            path=path,
            outcome=Outcome.UPDATED if untouched else Outcome.KEPT,
            before=mine,
            after=_ended_as(mine, self.theirs[path]) if untouched else mine,
            why=f"was {old}" if untouched else f"yours; was {old}",
            was=old,
            example=None if untouched else self.theirs[path],
        )

    def _kept(self, path: PurePosixPath, why: str) -> Change:
        mine = self.mine.get(path)
        return Change(path=path, outcome=Outcome.KEPT, before=mine, after=mine, why=why, example=self.theirs.get(path))

    def _is_untouched(self, path: PurePosixPath) -> bool:
        mine = self.mine.get(path)
        return self.base.get(path) == (None if mine is None else as_text(mine))

    def _holds_example(self, path: PurePosixPath) -> bool:
        mine = self.mine.get(path)
        return self._is_untouched(path) or (mine is not None and as_text(mine) == self.theirs.get(path))

    def _own_beside(self, test: PurePosixPath) -> PurePosixPath | None:
        """Work of the owner's own that a test of the example would meet: it imports the other files of the example."""
        if not test.name.startswith("test_"):
            return None
        others = sorted(path for path in self.paths if not path.name.startswith("test_"))
        return next((path for path in reversed(others) if not self._holds_example(path)), None)


def _ended_as(mine: bytes | None, theirs: bytes | None) -> bytes | None:
    """`theirs` with the line ends of `mine`."""
    if mine is None or theirs is None or as_text(mine) == mine:
        return theirs
    return theirs.replace(b"\n", b"\r\n")


def examples(
    trees: tuple[Tree, Tree, Tree],
    owners: Collection[PurePosixPath],
    same: Mapping[PurePosixPath, PurePosixPath],
    answers: tuple[Answers, Answers],
) -> Examples:
    """The owner's files apart from all else.

    In a package or beside a module that is renamed, an example stays the same but for its imports: it is no other
    example, so that it is merged as the machinery is, and is not among these.

    Args:
        trees: What was generated, what became of it, and what would be generated.
        owners: The owner's files, before or after.
        same: Which file of the first tree each file of the last one is.
        answers: Before and after.
    """
    base, mine, theirs = trees
    other_design = answers[0]["design"] != answers[1]["design"]
    fresh, gone = theirs.keys() - base.keys() - mine.keys(), base.keys() - theirs.keys()
    moved = {new: old for new, old in same.items() if new in fresh and old in gone and {new, old} <= {*owners}}
    names = {str(answers[0][name]): str(answers[1][name]) for name in _NAMES}
    if any(old != new for old, new in names.items()):
        pairs = [(moved.get(path, path), path) for path in owners if path in theirs]
        alike = [(old, new) for old, new in pairs if old in base and _code(base[old], names) == _code(theirs[new], {})]
        owners = {*owners}.difference(path for pair in alike for path in pair)
        moved = {new: old for new, old in moved.items() if new in owners}
    base, mine, theirs = ({path: tree[path] for path in owners if path in tree} for tree in trees)
    return Examples(base=base, mine=mine, theirs=theirs, moved=moved, other_design=other_design)


def _code(content: bytes, names: Mapping[str, str]) -> list[str] | None:
    """The lines of a module but for its imports, with other names; None for what is no Python."""
    text = content.decode("utf-8", "replace")
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return None
    lines = text.splitlines()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            lines[node.lineno - 1 : node.end_lineno] = [""] * ((node.end_lineno or node.lineno) - node.lineno + 1)
    words = re.compile(r"\b(" + "|".join(map(re.escape, names)) + r")\b") if names else None
    return [words.sub(lambda word: names[word[0]], line) if words else line for line in lines if line.strip()]
