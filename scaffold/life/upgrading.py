"""What an owner has to do by hand after a breaking change, by file and line.

Each major version of the templates says it in `upgrading/VERSION.yml`, a list of rows: `find` is looked for in the
owner's `file`, or in every file that imports the module, and each match is a thing to do; or `missing`, and there is
one where it is not found.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import yaml

from scaffold.errors import NotUndoable
from scaffold.life.majors import major
from scaffold.life.merge import as_text
from scaffold.life.worktree import tracked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scaffold.life.generated import Piece
    from scaffold.questions import Answers
    from scaffold.template import Template

Row = dict[str, Any]

_THEIRS = re.compile(r"^\|{7} .*?^>{7} ", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, order=True)
class ByHand:
    """A thing to do."""

    path: PurePosixPath
    line: int
    say: str


def by_hand(
    piece: Piece, template: Template, answers: Answers, present: Callable[[PurePosixPath], bytes | None]
) -> list[ByHand]:
    """What there is to do in the files that are not as they are generated.

    Args:
        piece: What it was.
        template: What it becomes.
        answers: Likewise.
        present: The content of a file once all is written; None where there is none.
    """
    rows = [row for row in _rows(piece, template, answers) if template.evaluate(row["when"], answers) == "True"]
    generated = template.render(answers, piece.answers_file) if rows else {}
    found: set[ByHand] = set()
    for row in rows:
        file = template.evaluate(row["file"], answers) if "file" in row else None
        say = template.evaluate(row["say"], answers)
        for path in python_files(piece.root) if file is None else [PurePosixPath(file)]:
            content = present(path)
            if content is None or as_text(content) == generated.get(path):
                continue
            text = _without_theirs(as_text(content).decode("utf-8", "replace"))
            if file is not None or _imports(text, str(answers["module"])):
                found.update(ByHand(path, line, say) for line in _lines(row, text))
    return sorted(found)


def _without_theirs(text: str) -> str:
    """The text with empty lines for what stands in its conflicts beside the owner's lines."""
    return _THEIRS.sub(lambda found: "\n" * found[0].count("\n"), text)


def python_files(root: Path) -> list[PurePosixPath]:
    """The Python files that the user's repository knows; none where there is no repository."""
    with suppress(NotUndoable):
        return [path for path in tracked(root) if path.suffix == ".py"]
    return []


def _imports(text: str, module: str) -> bool:
    return re.search(rf"^\s*(?:from|import)\b.*\b{re.escape(module)}\b", text, re.MULTILINE) is not None


def _rows(piece: Piece, template: Template, answers: Answers) -> Iterator[Row]:
    """All that the breaking changes between bring, and for another design what it needs."""
    since, until = major(piece.version) or 0, major(template.version) or 0
    other_design = piece.answers["design"] != answers["design"]
    for path in sorted((template.root / "upgrading").glob("*.yml")):
        change = major(path.name) or 0
        for row in yaml.safe_load(path.read_text(encoding="utf-8")) if change <= until else ():
            if change > since or (other_design and "missing" in row):
                yield row


def _lines(row: Row, text: str) -> list[int]:
    if "missing" in row:
        return [] if re.search(row["missing"], text, re.MULTILINE) else [1]
    return [text.count("\n", 0, match.start()) + 1 for match in re.finditer(row["find"], text, re.MULTILINE)]
