"""Jinja read without running it: the names, filters and templates that a text mentions, and where."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.ext import Extension

from scaffold.lint.known import ENVOPS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jinja2.parser import Parser

HARMLESS_EXTENSIONS = ("jinja2.ext.debug", "jinja2.ext.do", "jinja2.ext.loopcontrols")
"""Jinja's own: they come with it, so that they can be loaded; and they define no names."""

# What leaves a text as dangerous as it was. Anything else (`tojson`, `int`, a macro …) is taken to quote or replace it.
_TRANSPARENT = frozenset(
    (
        "capitalize",
        "center",
        "d",
        "default",
        "e",
        "first",
        "indent",
        "last",
        "list",
        "lower",
        "lstrip",
        "mandatory",
        "reverse",
        "rstrip",
        "safe",
        "string",
        "strip",
        "striptags",
        "title",
        "trim",
        "truncate",
        "upper",
        "wordwrap",
    )
)
_QUOTES = ("'", '"', "\\")


class _Yield(Extension):
    """Copier's `{% yield item from items %}` for file names, as a loop."""

    tags = {"yield"}  # noqa: RUF012  # as Jinja declares it

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        target = parser.parse_assign_target(name_only=True)
        parser.stream.expect("name:from")
        items = parser.parse_expression()
        body = parser.parse_statements(("name:endyield",), drop_needle=True)
        return nodes.For(target, items, body, [], None, False, lineno=line)  # Jinja's node


def environment(envops: Mapping[str, object], extensions: tuple[str, ...] = ()) -> Environment:
    """What parses as Copier's environment does. It renders nothing.

    Raises:
        ValueError: The options contradict each other, such as two equal delimiters.
    """
    options: dict[str, Any] = {
        name: value for name, value in envops.items() if name != "undefined" and isinstance(value, ENVOPS.get(name, ()))
    }
    known = [name for name in extensions if name in HARMLESS_EXTENSIONS]
    try:
        return Environment(extensions=[_Yield, *known], **options)  # noqa: S701  # nothing is rendered
    except (AssertionError, TypeError, ValueError, re.error) as error:
        raise ValueError(str(error)) from error


@dataclass(frozen=True)
class Raw:
    """A name whose value is printed as it is."""

    name: str
    line: int


@dataclass(frozen=True)
class Reference:
    """Another template that is included, imported or extended; `path` may have `*` for what is computed."""

    path: str
    line: int
    may_miss: bool
    is_base: bool
    """It is extended: what it sets is known in the blocks of what extends it."""


@dataclass(frozen=True)
class Reading:
    """What a text of Jinja mentions; lines count from 1."""

    loads: tuple[tuple[str, int], ...] = ()
    stored: frozenset[str] = frozenset()
    guarded: frozenset[str] = frozenset()
    """Names that are tested with `is defined`, or have a default."""
    switches: frozenset[str] = frozenset()
    """Names that an `if` asks for and that no question can have, as they begin with `_`."""
    attributes: tuple[tuple[str, str, int], ...] = ()
    words: frozenset[str] = frozenset()
    """Constant strings and names of attributes: a name may be looked up by them."""
    references: tuple[Reference, ...] = ()
    filters: tuple[tuple[str, str, int], ...] = ()
    outputs: tuple[str | Raw, ...] = ()
    """What it prints, in its order: the text outside of tags, and names that are printed as they are."""
    data: str = ""
    """The text outside of tags, and constant text that is printed, such as `{{ '{{' }}`."""
    error: tuple[int, str] | None = None
    """The line and message of what is no Jinja; then all the rest is empty."""

    @property
    def raw(self) -> Iterator[Raw]:
        """The names that are printed as they are."""
        return (output for output in self.outputs if isinstance(output, Raw))

    @property
    def free(self) -> Iterator[tuple[str, int]]:
        """The names that have to come from outside."""
        return ((name, line) for name, line in self.loads if name not in self.stored)


def read(text: str, environment: Environment) -> Reading:
    """Parse, and collect what is mentioned."""
    try:
        tree = environment.parse(text)
        return _collected(tree)
    except TemplateSyntaxError as error:
        return Reading(error=(error.lineno, error.message or "is no Jinja"))
    except (RecursionError, MemoryError):
        return Reading(error=(1, "is nested too deeply"))
    except (ValueError, OverflowError, AttributeError, TypeError, AssertionError) as error:
        return Reading(error=(1, str(error) or type(error).__name__))  # such as a number of 5,000 digits


def _collected(tree: nodes.Template) -> Reading:
    names = list(tree.find_all(nodes.Name))
    return Reading(
        loads=tuple((node.name, node.lineno) for node in names if node.ctx == "load")
        + tuple((node.name, node.lineno) for node in tree.find_all(nodes.NSRef)),
        stored=frozenset(node.name for node in names if node.ctx != "load") | frozenset(_bound(tree)),
        guarded=frozenset(_guarded(tree)),
        switches=frozenset(_switches(tree)),
        attributes=tuple(_attributes(tree)),
        words=frozenset(_words(tree)),
        references=tuple(_references(tree)),
        filters=tuple(
            [("filter", node.name, node.lineno) for node in tree.find_all(nodes.Filter)]
            + [("test", node.name, node.lineno) for node in tree.find_all(nodes.Test)]
        ),
        outputs=tuple(_outputs(tree)),
        data="".join(_constant(node) for output in tree.find_all(nodes.Output) for node in output.nodes),
    )


def _constant(node: nodes.Expr) -> str:
    """What is printed there in any case."""
    if isinstance(node, nodes.TemplateData):
        return node.data
    return node.value if isinstance(node, nodes.Const) and isinstance(node.value, str) else ""


def _bound(tree: nodes.Template) -> Iterator[str]:
    """Names that a macro or an import binds."""
    for macro in tree.find_all(nodes.Macro):
        yield macro.name
    for block in tree.find_all(nodes.Block):
        yield block.name
    for imported in tree.find_all(nodes.Import):
        yield imported.target
    for chosen in tree.find_all(nodes.FromImport):
        for name in chosen.names:
            yield name if isinstance(name, str) else name[1]


def _guarded(tree: nodes.Template) -> Iterator[str]:
    for test in tree.find_all(nodes.Test):
        if test.name in ("defined", "undefined"):
            yield from _base(test.node)
    for chosen in tree.find_all(nodes.Filter):
        if chosen.name in ("default", "d") and chosen.node is not None:
            yield from _base(chosen.node)


def _switches(tree: nodes.Template) -> Iterator[str]:
    for statement in tree.find_all(nodes.If):
        yield from _asked_for(statement.test)
    for expression in tree.find_all(nodes.CondExpr):
        yield from _asked_for(expression.test)


def _asked_for(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, nodes.Name) and node.name.startswith("_"):
        yield node.name
    elif isinstance(node, nodes.Not):
        yield from _asked_for(node.node)
    elif isinstance(node, (nodes.And, nodes.Or)):
        yield from _asked_for(node.left)
        yield from _asked_for(node.right)


def _base(node: nodes.Node) -> Iterator[str]:
    while isinstance(node, (nodes.Getattr, nodes.Getitem)):
        node = node.node
    if isinstance(node, nodes.Name):
        yield node.name


def _attributes(tree: nodes.Template) -> Iterator[tuple[str, str, int]]:
    for node in tree.find_all((nodes.Getattr, nodes.Getitem)):
        if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
            yield node.node.name, node.attr, node.lineno
        elif (
            isinstance(node, nodes.Getitem) and isinstance(node.node, nodes.Name) and isinstance(node.arg, nodes.Const)
        ):
            yield node.node.name, str(node.arg.value), node.lineno


def _words(tree: nodes.Template) -> Iterator[str]:
    for constant in tree.find_all(nodes.Const):
        if isinstance(constant.value, str):
            yield constant.value
    for attribute in tree.find_all(nodes.Getattr):
        yield attribute.attr


def _references(tree: nodes.Template) -> Iterator[Reference]:
    for node in tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)):
        may_miss = isinstance(node, nodes.Include) and node.ignore_missing
        target: nodes.Expr = node.template  # type: ignore[attr-defined]  # all four have it
        several = isinstance(target, (nodes.List, nodes.Tuple))
        for one in target.items if isinstance(target, (nodes.List, nodes.Tuple)) else [target]:
            for path in _paths(one):
                yield Reference(path, node.lineno, may_miss or several, isinstance(node, nodes.Extends))


def _paths(node: nodes.Node) -> Iterator[str]:
    """The template names that an expression can give, with `*` for what is not written out."""
    if isinstance(node, nodes.CondExpr):
        yield from _paths(node.expr1)
        if node.expr2 is not None:
            yield from _paths(node.expr2)
    elif isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield _escaped(node.value)
    elif isinstance(node, nodes.Concat):
        yield "".join(next(_paths(part), "*") for part in node.nodes)
    elif isinstance(node, nodes.Add):
        yield next(_paths(node.left), "*") + next(_paths(node.right), "*")
    elif isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name == "pathjoin":
        yield "/".join(next(_paths(part), "*") for part in node.args)
    else:
        yield "*"


def _escaped(text: str) -> str:
    return re.sub(r"[*?\[]", lambda special: f"[{special[0]}]", text)


def meets(path: str, pattern: str) -> bool:
    """Whether a reference can be to this file."""
    return fnmatch.fnmatchcase(path, pattern.removeprefix("./"))


def _outputs(tree: nodes.Template) -> Iterator[str | Raw]:
    for output in tree.find_all(nodes.Output):
        for node in output.nodes:
            if isinstance(node, nodes.TemplateData):
                yield node.data
            else:
                yield from (Raw(name, node.lineno) for name in _shown(node))


def _shown(node: nodes.Node | None) -> Iterator[str]:
    """The names whose text reaches the output as it is."""
    if isinstance(node, nodes.Name):
        yield node.name
    for part in _passed_on(node):
        yield from _shown(part)


def _passed_on(node: nodes.Node | None) -> Iterator[nodes.Node | None]:
    """The parts of an expression whose text is part of its own."""
    if isinstance(node, nodes.Filter):
        if _keeps_quotes(node.name, node.args):
            yield node.node
        elif node.name == "format" and _is_plain_format(node.node):
            yield from node.args
    elif isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr):
        if _keeps_quotes(node.node.attr, node.args):
            yield node.node.node
    elif isinstance(node, nodes.CondExpr):
        yield from (node.expr1, node.expr2)
    elif isinstance(node, (nodes.Add, nodes.Or, nodes.And)):
        yield from (node.left, node.right)
    elif isinstance(node, nodes.Mod) and _is_plain_format(node.left):
        yield node.right
    elif isinstance(node, nodes.Concat):
        yield from node.nodes


def _keeps_quotes(name: str, arguments: list[nodes.Expr]) -> bool:
    """Whether a filter or method leaves quotes in a text: replacing spaces does, replacing quotes does not."""
    if name == "replace":
        first = arguments[0] if arguments else None
        return not (isinstance(first, nodes.Const) and str(first.value) in _QUOTES)
    return name in _TRANSPARENT


def _is_plain_format(node: nodes.Node | None) -> bool:
    """Formatting with `%s`, where `%r` would quote."""
    return isinstance(node, nodes.Const) and "%s" in str(node.value)
