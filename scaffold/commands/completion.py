"""What a shell offers at Tab beside flags and their choices: names of templates, modules of a project, versions.

Only what is on this disk: Tab waits for no network. What cannot be read is not offered, and nothing is said.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scaffold.commands.given import team_names
from scaffold.errors import ScaffoldError
from scaffold.workload import Design

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scaffold.life.generated import Piece


def templates(incomplete: str) -> list[str]:
    """The names that the user and their team gave to templates."""
    return _starting(incomplete, _names)


def templates_and_designs(incomplete: str) -> list[str]:
    """And the designs that come with scaffold."""
    return _starting(incomplete, lambda: [*_names(), *(design.value for design in Design)])


def templates_and_catalogues(incomplete: str) -> list[str]:
    """And the catalogues that the names come from."""
    return _starting(incomplete, lambda: [*_names(), *_catalogues()])


def modules(ctx: Any, incomplete: str) -> list[str]:  # noqa: ANN401  # Typer's types are private
    """The modules that `scaffold add` made in the project that is named before, or in this one."""
    return _starting(incomplete, lambda: [piece.module for piece in _pieces(ctx) if piece.module])


def versions(ctx: Any, incomplete: str) -> list[str]:  # noqa: ANN401  # as above
    """The versions of the bundled templates, the newest first, where the project comes from them."""

    def available() -> list[str]:
        from scaffold.life.history import history

        return [*reversed(history().available)] if any(piece.is_bundled for piece in _pieces(ctx)) else []

    return _starting(incomplete, available)


def _starting(incomplete: str, names: Callable[[], Iterable[str]]) -> list[str]:
    found: list[str] = []
    with suppress(ScaffoldError, OSError):
        found = [name for name in dict.fromkeys(names()) if name.startswith(incomplete)]
    return found


def _names() -> list[str]:
    known = team_names()
    return [entry.name for entry in known.entries] if known else []


def _catalogues() -> list[str]:
    known = team_names()
    return [*known.sources] if known else []


def _pieces(ctx: Any) -> list[Piece]:  # noqa: ANN401  # as above
    from scaffold.life.finding import find_root, pieces_of

    # Words are not assigned to arguments where the last flag still lacks its value.
    named = [*ctx.args, *(ctx.params.get("projects") or ()), ctx.params.get("project") or "."]
    return pieces_of(find_root(Path(named[0])))
