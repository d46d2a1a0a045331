"""Reviewing one file: read as Python reads it, parsed, and never imported."""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scaffold import reading
from scaffold.review.findings import Finding, Skipped
from scaffold.review.model import Module
from scaffold.review.rules import RULES
from scaffold.review.scopes import Function
from scaffold.review.sites import Site, sites_in
from scaffold.text import clipped

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

LARGEST: Final = 1 << 19  # bytes; what people write has some kB, and a tree takes a hundred times as much memory
_MENTIONS: Final = re.compile(rb"threading|multiprocessing|concurrent")
"""What threads and pools are imported from: a file without it has none, and is not parsed."""
_VERSION: Final = f"{sys.version_info.major}.{sys.version_info.minor}"
_CODE: Final = re.compile(r"[A-Z]\d{3}")
_IGNORE: Final = re.compile(r"#[ \t]*scaffold:[ \t]*ignore\[([^\]]*)\]")


def parsed(path: str) -> Module | Skipped | None:
    """A file that may use threads; None for one that does not."""
    try:
        content = reading.read_limited(Path(path), LARGEST)
    except reading.Unreadable as error:
        return Skipped(path, error.reason)
    if not _MENTIONS.search(content):
        return None
    try:
        text = _decoded(content)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        return Skipped(path, f"cannot be decoded: {clipped(str(error))}")
    return _module(path, text)


def _decoded(content: bytes) -> str:
    """The text of a file, by its mark or its comment on the encoding (PEP 263)."""
    encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
    return content.decode(encoding)


def _module(path: str, text: str) -> Module | Skipped:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the file's own, about its escapes
            return Module(text, ast.parse(text))
    except SyntaxError as error:
        return Skipped(path, f"is not Python {_VERSION}: {clipped(error.msg or 'invalid syntax')}", error.lineno)
    except ValueError as error:  # a null character, before Python 3.12
        return Skipped(path, f"is not Python: {clipped(str(error))}")
    except (RecursionError, MemoryError):
        return Skipped(path, "is nested too deeply")


def findings(path: str, codes: Collection[str]) -> list[Finding] | Skipped:
    """What these rules find in a file: at one place no more than one of them, the first."""
    module = parsed(path)
    if module is None or isinstance(module, Skipped):
        return module or []
    found: dict[tuple[int, int], Finding] = {}
    try:
        for rule in RULES:
            if rule.code in codes:
                for node, message in rule.check(module):
                    if not _is_ignored(module, node, rule.code):
                        finding = _at(path, module, node, rule.code, message)
                        found.setdefault((finding.line, finding.column), finding)
    except RecursionError:
        return Skipped(path, "is nested too deeply")
    return sorted(found.values())


def sites(path: str) -> list[Site] | Skipped:
    """Every use of a thread or a pool in a file."""
    module = parsed(path)
    return module or [] if module is None or isinstance(module, Skipped) else list(sites_in(path, module))


def _at(path: str, module: Module, node: ast.AST, code: str, message: str) -> Finding:
    line, column = module.position(node)
    return Finding(path, line, column, code, clipped(message))


def _is_ignored(module: Module, node: ast.AST, code: str) -> bool:
    """Whether a comment on one of its lines leaves the code out."""
    first = getattr(node, "lineno", 1)
    last = first if isinstance(node, (*Function, ast.ClassDef)) else getattr(node, "end_lineno", first)
    return any(code in codes for line in module.lines[first - 1 : last] for codes in _ignored(line))


def _ignored(line: str) -> Iterator[list[str]]:
    return (_CODE.findall(match[1]) for match in _IGNORE.finditer(line))
