"""Jinja that compiles each text once: Copier compiles the same few hundred many times over, a folder for each file.

tests/test_trial.py and tests/test_copier.py hold that the bytes are the same.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, Template
from jinja2.ext import Extension
from jinja2.nodes import Filter, Node, Test

from scaffold.copierfmt.syntax import SYNTAX

if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from types import CodeType

_ENVIRONMENT = (
    *SYNTAX,
    "newline_sequence",
    "keep_trailing_newline",
    "optimized",
    "autoescape",
    "finalize",
    "is_async",
)
"""The settings on which compiled code depends; beside them, the extensions."""

_COMPILE_NOTHING_OF_THEIR_OWN = frozenset(("jinja2", "jinja2_ansible_filters", "copier"))
"""Packages whose extensions add filters, and tags that are evaluated while rendering."""


def install() -> None:
    """Keep what Jinja compiles, for as long as this process lives."""
    _kept.install()


@contextmanager
def anew() -> Iterator[None]:
    """Compile once more meanwhile what may come out otherwise, apart from what was kept before.

    A filter or a test of constants is evaluated while compiling, and an extension's own tag may evaluate anything.
    """
    _kept.again = True
    try:
        yield
    finally:
        _kept.again = False


class _Kept:
    """What was compiled, apart for renderings that are made once more."""

    def __init__(self) -> None:
        self.again = False
        self._compiled: dict[object, CodeType] = {}
        self._evaluated: set[object] = set()
        """Those that hold what a filter or a test came to while they were compiled."""
        self._evaluates = False

    def install(self) -> None:
        """Keep what Jinja compiles. `Environment.compile` and `from_string` are public and made to be replaced."""
        compile_anew, from_string_anew = Environment.compile, Environment.from_string

        def compile_kept(  # noqa: PLR0913, PLR0917  # as the method that it stands for
            environment: Environment,
            source: Any,  # noqa: ANN401
            name: str | None = None,
            filename: str | None = None,
            raw: bool = False,  # noqa: FBT001, FBT002
            defer_init: bool = False,  # noqa: FBT001, FBT002
        ) -> Any:  # noqa: ANN401
            if raw or defer_init or not isinstance(source, str):
                return compile_anew(environment, source, name, filename, raw, defer_init)  # type: ignore[call-overload]
            known = _Known.of(environment)
            key: object = (source, name, filename, known.settings)
            if self.again and (known.compiles_its_own or key in self._evaluated):
                key = ("again", key)
            if key in self._compiled:
                known.preprocess(source, name, filename)
                return self._compiled[key]
            outer, self._evaluates = self._evaluates, False  # a filter may have another text compiled
            try:
                self._compiled[key] = compile_anew(environment, source, name, filename)
            finally:
                if self._evaluates:
                    self._evaluated.add(key)
                self._evaluates = self._evaluates or outer
            return self._compiled[key]

        def from_string_kept(
            environment: Environment,
            source: Any,  # noqa: ANN401
            globals: Any = None,  # noqa: A002, ANN401  # its name in Jinja
            template_class: Any = None,  # noqa: ANN401
        ) -> Template:
            if globals is not None or template_class is not None or not isinstance(source, str):
                return from_string_anew(environment, source, globals, template_class)
            known = _Known.of(environment)
            template = known.templates.get(source)
            if template is None:
                kind = _Plain if known.is_plain(source) else None
                template = known.templates[source] = from_string_anew(environment, source, None, kind)
            else:
                known.preprocess(source)
            return template

        for kind in (Filter, Test):
            kind.as_const = self._noting(kind.as_const)  # type: ignore[method-assign]
        Node.iter_child_nodes = _child_nodes  # type: ignore[method-assign,assignment]
        Environment.compile = compile_kept  # type: ignore[method-assign,assignment]
        Environment.from_string = from_string_kept  # type: ignore[method-assign,assignment]

    def _noting(self, as_const: Any) -> Any:  # noqa: ANN401  # a method of Jinja's
        """What a filter or a test of constants comes to, which is noted where it comes to something."""

        def noted(node: Any, eval_ctx: Any = None) -> Any:  # noqa: ANN401
            value = as_const(node, eval_ctx)
            self._evaluates = True
            return value

        return noted


def _child_nodes(
    node: Node, exclude: Container[str] | None = None, only: Container[str] | None = None
) -> Iterator[Node]:
    """As Jinja's own, which takes a tenth of the time of compiling: it asks for every field whether it is wanted."""
    wanted = node.fields
    if exclude is not None or only is not None:
        wanted = tuple(name for name, _ in node.iter_fields(exclude, only))
    values = vars(node)
    for name in wanted:
        item = values.get(name)
        if isinstance(item, list):
            for each in item:
                if isinstance(each, Node):
                    yield each
        elif isinstance(item, Node):
            yield item


class _Known:
    """What is worked out once for an environment."""

    def __init__(self, environment: Environment) -> None:
        settings = {name: getattr(environment, name) for name in _ENVIRONMENT}
        extensions = environment.extensions
        self.environment = environment
        self.settings = (type(environment), *settings.values(), *extensions)
        self.templates: dict[str, Template] = {}
        self._marks = [mark for name, mark in settings.items() if mark and name.endswith(("start_string", "_prefix"))]
        self._may_be_plain = not environment.is_async and all(
            type(each).filter_stream is Extension.filter_stream for each in extensions.values()
        )
        self.compiles_its_own = any(
            type(each).__module__.partition(".")[0] not in _COMPILE_NOTHING_OF_THEIR_OWN for each in extensions.values()
        )
        self._listening = [
            each for each in environment.iter_extensions() if type(each).preprocess is not Extension.preprocess
        ]

    @classmethod
    def of(cls, environment: Environment) -> _Known:
        known: _Known | None = environment.__dict__.get("_scaffold_known")
        if known is None or known.environment is not environment:  # an overlay has that of another
            known = cls(environment)
            vars(environment)["_scaffold_known"] = known
        return known

    def preprocess(self, source: str, name: str | None = None, filename: str | None = None) -> None:
        """What extensions count on before each rendering."""
        for extension in self._listening:
            source = extension.preprocess(source, name, filename)

    def is_plain(self, source: str) -> bool:
        """Whether there is nothing to fill in."""
        return self._may_be_plain and not any(mark in source for mark in self._marks)


class _Plain(Template):
    """A text with nothing to fill in: rendered without the variables, which take most of the time."""

    def render(self, *_args: Any, **_variables: Any) -> str:  # noqa: ANN401
        if not hasattr(self, "_text"):
            self._text = super().render()
        return self._text


_kept = _Kept()
