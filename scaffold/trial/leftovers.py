"""Expressions of a template that stand in a rendered file as they were written: a suffix or a brace was forgotten."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jinja2 import TemplateError, nodes

from scaffold.trial.checks import rendered_files
from scaffold.trial.questions import environment_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jinja2 import Environment

    from scaffold.foreign.config import Config

# A statement of Jinja by its word: `{%` alone stands in "{%s}" too.
_STATEMENT = re.compile(rb"\{%[-+]?\s*(?:if|elif|else|endif|for|endfor|set|include|import|from|macro|raw|block)\b")
_F_STRING = re.compile(rb"""\b[rR]?[fF][rR]?["']|\.format\(""")
_TEMPLATES = re.compile(r"\.(hbs|html?|j2|jinja2?|liquid|mjml|mustache|njk|svelte|tmpl|tpl|twig|vue)")
"""Files that are templates themselves: what looks like ours may be theirs."""
_OF_TEMPLATES = re.compile(r"(?:.+[-_])?templates?")
"""Folders of such files, whatever those are called."""

_LARGEST = 1 << 20  # bytes of a file that is looked at


@dataclass(frozen=True)
class Leftovers:
    """What an expression of one template looks like, and which of them are meant to be in a rendered file."""

    expression: re.Pattern[bytes]
    meant: frozenset[bytes]
    """Those that stand in a raw block, or in a text, of the template."""
    statements_are_meant: bool
    """Whether the template writes statements of Jinja as text."""

    def problems(self, out: Path) -> Iterator[str]:
        """Each file with one, and the first of them."""
        for path in (path for path in rendered_files(out) if not path.is_symlink()):
            name = path.relative_to(out)
            is_template = _TEMPLATES.fullmatch(path.suffix) or any(map(_OF_TEMPLATES.fullmatch, name.parts[:-1]))
            if is_template or path.stat().st_size > _LARGEST:
                continue
            content = path.read_bytes()
            if path.suffix == ".py" and not self.statements_are_meant and _STATEMENT.search(content):
                yield f"{name}: holds Jinja that was not rendered"
            elif found := next(self._found(content, is_python=path.suffix == ".py"), None):
                number, text = found
                yield f"{name}:{number}: holds {text} as it was written: is the file's suffix or a brace missing?"

    def _found(self, content: bytes, *, is_python: bool) -> Iterator[tuple[int, str]]:
        for number, line in enumerate(content.splitlines(), start=1):
            for match in self.expression.finditer(line):
                braces_are_text = is_python and _F_STRING.search(line)
                if match[0] not in self.meant and not braces_are_text:
                    yield number, match[0].decode("utf-8", "replace")


def leftovers(config: Config, root: Path) -> Leftovers:
    """What has to be looked for in what this template renders."""
    environment = environment_of(config, root)
    start, end = (re.escape(getattr(environment, f"variable_{which}_string").encode()) for which in ("start", "end"))
    names = b"|".join(re.escape(name.encode()) for name in (*config.questions, "_copier_answers", "_copier_conf"))
    text = rb"(?<![\\$])%s[-+]?\s*(?:%s)\b(?:(?!%s).){0,500}%s" % (start, names, end, end)
    expression = re.compile(text)
    written = [text for path in root.rglob("*") if path.is_file() for text in _texts(path, environment)]
    meant = {match[0] for text in written for match in expression.finditer(text)}
    return Leftovers(expression, frozenset(meant), any(_STATEMENT.search(text) for text in written))


def _texts(path: Path, environment: Environment) -> Iterator[bytes]:
    """What a file writes as it stands: raw blocks and plain text with the constants between them, and each constant.

    So `{{ '{{' }} title {{ '}}' }}` is meant, as all of it is written by hand.
    """
    if path.stat().st_size > _LARGEST:
        return
    try:
        parsed = environment.parse(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, TemplateError, RecursionError):
        return  # it is no text, or Copier says what is wrong with it
    for output in parsed.find_all(nodes.Output):
        pieces = (getattr(piece, "data", getattr(piece, "value", "\0")) for piece in output.nodes)
        yield "".join(map(str, pieces)).encode()
    yield from (str(constant.value).encode() for constant in parsed.find_all(nodes.Const))
