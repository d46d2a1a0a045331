"""One change at a time in the functions of a module, with mutmut's operators."""

from __future__ import annotations

import ast
import hashlib
import json
from collections import Counter
from dataclasses import astuple, dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

import libcst
from mutmut.mutation.file_mutation import create_mutations

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Mutant:
    """The function, its lines as they were and as they are."""

    where: str
    was: str
    now: str

    def __str__(self) -> str:
        """Return it as it stands in survivors/, but for the reason."""
        where, was, now = map(json.dumps, astuple(self))
        return f"\n[[survivor]]\nwhere = {where}\nwas = {was}\nnow = {now}"

    @classmethod
    def between(cls, source: str, text: str) -> Mutant:
        """What distinguishes two texts."""
        before, after = source.splitlines(), text.splitlines()
        blocks = [
            block for block in SequenceMatcher(None, before, after, autojunk=False).get_opcodes() if block[0] != "equal"
        ]
        was = [line.strip() for _, start, end, _, _ in blocks for line in before[start:end]]
        now = [line.strip() for _, _, _, start, end in blocks for line in after[start:end]]
        return cls(".".join(_names_at(blocks[0][1] + 1, ast.parse(source))), " ".join(was), " ".join(now))


@dataclass(frozen=True)
class Change:
    """A mutant as a whole module; the key names it in a record as long as its function stays as it is."""

    mutant: Mutant
    text: str
    key: str


def changes_of(source: str) -> list[Change]:
    """Return the module with each of mutmut's mutations of a function.

    mutmut's own runner leads every call through a frame of its own, which keeps alive what the tests see die.
    """
    changes: dict[str, Change] = {}
    alike = Counter[str]()
    tree, mutations, _, _ = create_mutations("module.py", source)
    for mutation in mutations:
        function = mutation.contained_by_top_level_function
        if function is None or _is_of_words(mutation.original_node):
            continue
        changed = tree.deep_replace(mutation.original_node, mutation.mutated_node)
        assert isinstance(changed, libcst.Module)
        text = changed.code  # which is written anew each time
        if text not in changes:
            mutant = Mutant.between(source, text)
            name = hashlib.sha256(f"{tree.code_for_node(function)}{mutant}".encode()).hexdigest()[:16]
            alike[name] += 1
            changes[text] = Change(mutant, text, f"{name}-{alike[name]}")
    return list(changes.values())


def _is_of_words(node: libcst.CSTNode) -> bool:
    """Tell a text for people, which tests are not to repeat word by word."""
    return isinstance(node, libcst.SimpleString | libcst.FormattedStringText) and " " in node.value


def _names_at(line: int, node: ast.AST) -> Iterator[str]:
    """Yield the names of the class and of the functions that the line is in."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt) and child.lineno <= line <= (child.end_lineno or line):
            if isinstance(child, ast.ClassDef | ast.FunctionDef):
                yield child.name
            yield from _names_at(line, child)
