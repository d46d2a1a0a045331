"""What is left to do by hand after a package or a module got another name: imports of the old one, files beside it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from scaffold import shell
from scaffold.life.merge import as_text
from scaffold.life.upgrading import ByHand, python_files

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from scaffold.life.targets import Target


@dataclass(frozen=True)
class _Names:
    """A package and its module, before and after."""

    package: tuple[str, str]
    module: tuple[str, str]

    def now(self, name: str) -> str | None:
        """What a dotted name is called now, or one that begins with a dot; None where it is called as before."""
        old_module, new_module = (".".join(pair) for pair in zip(self.package, self.module, strict=True))
        pairs = [(old_module, new_module), self.package, (f".{self.module[0]}", f".{self.module[1]}")]
        for old, new in pairs:
            if name == old or name.startswith(f"{old}."):
                return None if old == new else new + name[len(old) :]
        return None

    def is_left(self, path: PurePosixPath, generated: Collection[PurePosixPath]) -> bool:
        """Whether a file lies where the package was, and is no more."""
        if self.package[0] == self.package[1] or path.parent.name != self.package[0].rpartition(".")[2]:
            return False
        return path.parent not in {other.parent for other in generated}


def after_rename(
    target: Target,
    others: Collection[Target],
    written: Collection[PurePosixPath],
    present: Callable[[PurePosixPath], bytes | None],
) -> list[ByHand]:
    """What there is to do in files that are not as they are generated.

    Args:
        target: What has other names.
        others: The modules beside it, which have records of their own.
        written: The files that the update writes.
        present: The content of a file once all is written; None where there is none.
    """
    piece, answers, generated = target.piece, target.answers, target.render()
    pairs = [(str(piece.answers[name]), str(answers[name])) for name in ("package", "module")]
    if all(old == new for old, new in pairs):
        return []
    names = _Names(*pairs)
    found: set[ByHand] = set()
    theirs: set[PurePosixPath] = set()
    for other in others:
        package = str(other.answers["package"])
        if other.piece.module and package == names.package[0] != names.package[1]:
            command = shell.command(
                ["scaffold", "reanswer", "--module", other.piece.module, "--package", names.package[1]]
            )
            found.add(ByHand(PurePosixPath(other.answers_file), 1, f"is for the package {package}: {command}"))
            theirs.update(other.render())
    for path in {*python_files(piece.root), *(path for path in written if path.suffix == ".py")}:
        content = present(path)
        if path in theirs or content is None or as_text(content) == generated.get(path):
            continue
        if names.is_left(path, generated):
            found.add(ByHand(path, 1, f"is left in the old package: move it to {names.package[1]}"))
        text = as_text(content).decode("utf-8", "replace")
        inside = not {name.rpartition(".")[2] for name in names.package}.isdisjoint(path.parts[:-1])
        found.update(ByHand(path, line, say) for line, say in _imports(text, names, inside=inside))
    return sorted(found)


def _imports(text: str, names: _Names, *, inside: bool) -> Iterator[tuple[int, str]]:
    """The lines that import an old name, and what it is called now; relative imports count inside of the package."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        yield from _imports_by_line(text, names)
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = "." if node.level else f"{node.module}."
            start = f".{node.module}." if node.level and node.module else start
            imported = [start + alias.name for alias in node.names] if inside or not node.level else []
        else:
            continue
        for name in imported:
            if (now := names.now(name)) is not None:
                yield node.lineno, f"imports {name}, which is {now} now"
                break


def _imports_by_line(text: str, names: _Names) -> Iterator[tuple[int, str]]:
    """The same for a file that is not Python as this one reads it."""
    pattern = re.compile(r"\s*(?:from|import)\s+([\w.]+)")
    for number, line in enumerate(text.splitlines(), start=1):
        found = pattern.match(line)
        if found and not found[1].startswith(".") and (now := names.now(found[1])) is not None:
            yield number, f"imports {found[1]}, which is {now} now"
