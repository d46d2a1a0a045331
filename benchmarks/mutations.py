"""One change at a time in the functions of a module, with mutmut's operators."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher

import libcst
from mutmut.mutation.file_mutation import create_mutations


@dataclass(frozen=True)
class Mutant:
    """The lines as they were and as they are."""

    was: str
    now: str

    @classmethod
    def between(cls, source: str, text: str) -> Mutant:
        """What distinguishes two texts."""
        before, after = source.splitlines(), text.splitlines()
        blocks = [
            block for block in SequenceMatcher(None, before, after, autojunk=False).get_opcodes() if block[0] != "equal"
        ]
        was = [line.strip() for _, start, end, _, _ in blocks for line in before[start:end]]
        now = [line.strip() for _, _, _, start, end in blocks for line in after[start:end]]
        return cls(" ".join(was), " ".join(now))


@dataclass(frozen=True)
class Change:
    """A mutant as a whole module; the key names it in the record as long as its function stays as it is."""

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
        if changed.code not in changes:
            mutant = Mutant.between(source, changed.code)
            name = hashlib.sha256(f"{tree.code_for_node(function)}{mutant}".encode()).hexdigest()[:16]
            alike[name] += 1
            changes[changed.code] = Change(mutant, changed.code, f"{name}-{alike[name]}")
    return list(changes.values())


def _is_of_words(node: libcst.CSTNode) -> bool:
    """Tell a text for people, which tests are not to repeat word by word."""
    return isinstance(node, libcst.SimpleString | libcst.FormattedStringText) and " " in node.value
