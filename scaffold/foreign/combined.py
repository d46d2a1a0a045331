"""Variables that Copier and Jinja put together from several sources for every text that is rendered.

Both do so by `collections.ChainMap`, which walks through them in Python: a fifth of the time of a rendering.
"""

from __future__ import annotations

from collections import ChainMap
from typing import TYPE_CHECKING, Any

from jinja2 import Template
from jinja2.runtime import Context, new_context

if TYPE_CHECKING:
    from collections.abc import Mapping


def install() -> None:
    """Use `dict` for that as long as this process lives; a Copier that does it otherwise stays as it is."""
    from copier import _user_data

    if hasattr(_user_data, "ChainMap"):
        _user_data.ChainMap = _combined
    Template.new_context = _new_context  # type: ignore[method-assign,assignment]


def _combined(*sources: Mapping[str, Any]) -> dict[str, Any]:
    """What `dict(ChainMap(*sources))` is, in the same order: the first source that has a name says what it means."""
    combined: dict[str, Any] = {}
    for source in reversed(sources):
        combined.update(source)
    return combined


def _new_context(
    template: Template,
    vars: dict[str, Any] | None = None,  # noqa: A002  # its name in Jinja
    shared: bool = False,  # noqa: FBT001, FBT002
    locals: Mapping[str, Any] | None = None,  # noqa: A002
) -> Context:
    """As `Template.new_context`, a public method, for a template whose globals lie over those of its environment."""
    known = template.globals
    globals_ = _combined(*known.maps) if type(known) is ChainMap else known
    return new_context(template.environment, template.name, template.blocks, vars, shared, globals_, locals)
