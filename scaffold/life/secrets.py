"""Secrets that a template asked for: on no record, so they are looked for in the files that the template wrote.

The template is rendered with a word in a secret's place that stands nowhere else. Where that word comes out in a line,
the project's own line shows the secret. What a template makes of a secret otherwise cannot be known: such lines may
hold anything.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from scaffold.life.merge import as_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import PurePosixPath

    from scaffold.foreign.questions import ForeignQuestion

_LONGEST = 1_000  # characters of a secret
_MOST_PLACES = 100  # lines with one secret that are looked for
_LEAST_FRAME = 3  # characters around a secret by which its line is known
_MOST_LINES = 5_000  # of a file, compared in a time with the square of that


def probes(questions: Iterable[ForeignQuestion], secret: Collection[str]) -> dict[str, object]:
    """An answer to each secret question that tells where it comes out; none where only some answers are possible."""
    return {q.name: _probe(q) for q in questions if q.name in secret and not q.choices}


def _probe(question: ForeignQuestion) -> object:
    if question.type == "bool":
        return question.default is not True
    number = int(hashlib.sha256(question.name.encode()).hexdigest()[:12], 16)
    return number if question.type in {"int", "float"} else f"s{number:015d}x"


def read_back(
    probed: Mapping[PurePosixPath, bytes], there: Mapping[PurePosixPath, bytes], answers: Mapping[str, object]
) -> dict[str, object]:
    """The secrets that stand in the project's files, as far as all places agree.

    Args:
        probed: What was rendered with the probes.
        there: The project's files.
        answers: The probes, by the names of their questions.
    """
    words = {name: answer for name, answer in answers.items() if isinstance(answer, str)}
    found: dict[str, set[str]] = {name: set() for name in words}
    for path, content in probed.items():
        lines, mine = _lines(content), _lines(there.get(path, b""))
        for name, word in words.items():
            others = [other for other in words.values() if other != word]
            places = [number for number, line in enumerate(lines) if line.count(word) == 1]
            for number in places[:_MOST_PLACES]:
                if not any(other in lines[number] for other in others):
                    found[name].update(_values(lines, number, word, mine, words.values()))
    return {name: next(iter(values)) for name, values in found.items() if len(values) == 1}


def _values(lines: Sequence[str], number: int, word: str, mine: Sequence[str], words: Collection[str]) -> Iterator[str]:
    """What stands in the project's lines in the place of the word."""
    before, _, after = lines[number].partition(word)
    for place, line in enumerate(mine):
        size = len(before) + len(after)
        if size <= len(line) <= size + _LONGEST and line.startswith(before) and line.endswith(after):
            is_known = len((before + after).strip()) >= _LEAST_FRAME or all(
                _is_same(_at(lines, number + step), _at(mine, place + step), words) for step in (-1, 1)
            )
            if is_known:
                yield line[len(before) : len(line) - len(after)]


def _at(lines: Sequence[str], number: int) -> str | None:
    return lines[number] if 0 <= number < len(lines) else None


def _is_same(line: str | None, mine: str | None, words: Collection[str]) -> bool:
    return line == mine or (line is not None and any(word in line for word in words))


def _lines(content: bytes) -> list[str]:
    return as_text(content).decode("utf-8", "surrogateescape").split("\n")


@dataclass(frozen=True)
class Unsure:
    """A file of which some lines depend on a secret that is not known."""

    one: bytes
    """As it is with one value of the secret."""
    other: bytes
    """As it is with another."""

    def explains(self, found: bytes) -> bool:
        """Whether a file differs only in such lines."""
        one, other, mine = _lines(self.one), _lines(self.other), _lines(found)
        if max(len(one), len(other), len(mine)) > _MOST_LINES:
            return False
        before = after = done = 0
        for block in SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks():
            # Where both have lines that differ, there is at least one.
            least = done + min(1, block.a - before, block.b - after)
            before, after = block.a + block.size, block.b + block.size
            places: Iterable[int] = range(least, len(mine) + 1)
            if before == len(one) and after == len(other):
                places = (len(mine) - block.size,)
            elif block.a == block.b == 0:
                places = (0,)
            lines = one[block.a : before]
            place = next((p for p in places if p >= least and mine[p : p + block.size] == lines), None)
            if place is None:
                return False
            done = place + block.size
        return True


def unsure_files(
    probed: Mapping[PurePosixPath, bytes], rendered: Mapping[PurePosixPath, bytes]
) -> dict[PurePosixPath, Unsure]:
    """The files that came out otherwise with another value of a secret."""
    return {
        path: Unsure(probed[path], rendered[path])
        for path in probed.keys() & rendered.keys()
        if probed[path] != rendered[path]
    }
