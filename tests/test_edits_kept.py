"""Random edits of every released version and design, brought over a breaking change: none is lost."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from variants import DEFAULTS

from scaffold.life.finding import pieces_of
from scaffold.life.history import history
from scaffold.life.merge import Outcome
from scaffold.life.targets import to_version
from scaffold.life.update import merge
from scaffold.template import Template, bundled
from scaffold.terminal import Terminal

if TYPE_CHECKING:
    from newer import Newer

    from scaffold.life.update import Update

Tree = dict[PurePosixPath, bytes]
OWNERS = {PurePosixPath(name) for name in ("src/demo/work.py", "src/demo/__main__.py", "tests/test_main.py")}
TAKEN = [PurePosixPath(name) for name in ("tests/test_work.py", "tests/test_cli.py", "src/demo/cli.py", "NOTES.md")]
"""Where a newer version has files, and a user may have had one first."""
FIRST_EDITION = [version for version in history().versions if version.startswith("1.")]

edits = st.lists(
    st.tuples(
        st.integers(0, 30),  # which file
        st.sampled_from(["insert", "insert", "change", "cut", "delete", "rewrite", "crlf", "own"]),
        st.integers(0, 400),  # at which line
        st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=30),
    ),
    min_size=1,
    max_size=8,
)


@cache
def generated(version: str, number: int) -> tuple[tuple[PurePosixPath, bytes], ...]:
    """A project of a released version."""
    return tuple(DEFAULTS[number].render(history().template(version)).items())


def edited(tree: Tree, steps: list[tuple[int, str, int, str]]) -> Tree:
    """The tree after a user's edits; each line that is written can be told from all others."""
    mine = dict(tree)
    paths = sorted(path for path in tree if not path.name.startswith(".copier"))
    for number, (which, what, at, text) in enumerate(steps):
        path = TAKEN[which % len(TAKEN)] if what == "own" else paths[which % len(paths)]
        lines = mine.get(path, b"").splitlines(keepends=True)
        place = at % (len(lines) + 1)
        end = b"\r\n" if b"\r\n" in mine.get(path, b"") else b"\n"
        new = f"# mine, edit {number}: {text}".encode() + end
        if what == "own":
            mine.setdefault(path, new)
        elif path not in mine:
            continue
        elif what == "delete":
            del mine[path]
        elif what in {"insert", "change"}:
            mine[path] = b"".join([*lines[:place], new, *lines[place + (what == "change") :]])
        elif what == "cut":
            mine[path] = b"".join([*lines[:place], *lines[place + 5 :]])
        elif what == "rewrite":
            mine[path] = new
        else:
            mine[path] = mine[path].replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return mine


def lines_of_the_users(tree: Tree) -> set[bytes]:
    """Every line that a user wrote."""
    lines = (line.rstrip(b"\r\n") for content in tree.values() for line in content.split(b"\n"))
    return {line for line in lines if line.startswith(b"# mine, edit ")}


def updated(mine: Tree, template: Template) -> tuple[Tree, Update]:
    """The project in another version of its template."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        for path, content in mine.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)
        [piece] = pieces_of(root)
        target = to_version(piece, template, {}, Terminal(can_ask=False), use_defaults=True)
        update = merge(root, [target], "inline")
    plan = update.plan
    kept = {path: content for path, content in mine.items() if path not in plan.removed}
    return {**kept, **plan.files}, update


@pytest.mark.slow
@pytest.mark.parametrize("future", [True, False], ids=["to a version of the future", "to the newest"])
def test_no_edit_is_lost(broken: Newer, capsys: pytest.CaptureFixture[str], *, future: bool) -> None:
    """The owner's files stay byte for byte; elsewhere each line stays, be it between the markers of a conflict."""
    template = Template(broken.package / "scaffold" / "templates") if future else bundled()
    count: Counter[str] = Counter()

    @given(version=st.sampled_from(FIRST_EDITION), number=st.integers(0, len(DEFAULTS) - 1), steps=edits)
    def check(version: str, number: int, steps: list[tuple[int, str, int, str]]) -> None:
        base = dict(generated(version, number))
        mine = edited(base, steps)
        found, update = updated(mine, template)
        outcomes = {change.path: change.outcome for change in update.changes}
        for path in OWNERS:
            as_generated = mine.get(path, b"").replace(b"\r\n", b"\n") == base[path]
            if path in mine and not as_generated:
                assert found[path] == mine[path], path
                count["edited files of the owner's"] += 1
            elif path not in mine:
                assert path not in found, path
        own = PurePosixPath("tests/test_work.py")
        assert own not in mine or found[own] == mine[own]
        assert lines_of_the_users(found) >= lines_of_the_users(mine)
        conflicts = [path for path, outcome in outcomes.items() if outcome is Outcome.CONFLICT]
        assert not {*conflicts} & {*OWNERS, own}
        count["projects"] += 1
        count["edits"] += len(steps)
        count["lines of the users'"] += len(lines_of_the_users(mine))
        count["conflicts"] += len(conflicts)
        count["things to do by hand"] += sum(len(step.by_hand) for step in update.steps)

    check()
    with capsys.disabled():
        print(f"\nto {template.version}: " + ", ".join(f"{number} {what}" for what, number in sorted(count.items())))
    assert count["edited files of the owner's"]
