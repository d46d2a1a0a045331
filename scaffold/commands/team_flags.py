"""The flags about a team's template that several commands share."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from scaffold.commands import completion
from scaffold.errors import UsageError
from scaffold.helptext import CUSTOM_TEMPLATE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typer.models import OptionInfo

DataFlag = Annotated[
    Optional[list[str]],
    typer.Option(
        "--data",
        metavar="NAME=VALUE",
        help="An answer to a question of a team's template.",
        rich_help_panel=CUSTOM_TEMPLATE,
    ),
]
TrustFlag = Annotated[
    Optional[str],
    typer.Option(
        "--trust",
        metavar="DIGEST",
        help="Let a team's template run what this digest stands for.",
        rich_help_panel=CUSTOM_TEMPLATE,
    ),
]
RecordFlag = Annotated[
    Optional[str],
    typer.Option(
        "--answers-file",
        "-a",
        metavar="FILE",
        help="Where a team's template records its answers, from the project; as of Copier.",
        rich_help_panel=CUSTOM_TEMPLATE,
    ),
]
AcceptMovedFlag = Annotated[
    Optional[str],
    typer.Option(
        "--accept-moved",
        metavar="COMMIT",
        help="The tag of a team's template may mean this other commit now.",
        rich_help_panel=CUSTOM_TEMPLATE,
    ),
]


def template_option(about: str) -> OptionInfo:
    """The flag that names a team's template."""
    option: OptionInfo = typer.Option(
        "--template",
        metavar="NAME|SOURCE[@REF]",
        help=about,
        rich_help_panel=CUSTOM_TEMPLATE,
        autocompletion=completion.templates,
    )
    return option


def as_data(words: Sequence[str]) -> dict[str, str]:
    """The answers that `--data` gives.

    Raises:
        UsageError: One of the words is no NAME=VALUE.
    """
    return dict(_pair(word) for word in words)


def as_record(word: str | None) -> str | None:
    """The path from the project that `--answers-file` gives.

    Raises:
        UsageError: It is no path inside a project.
    """
    if word is None:
        return None
    path = PurePosixPath(word)
    if not path.parts or path.is_absolute() or ".." in path.parts:
        raise UsageError(f"--answers-file: {word!a} must be a path inside the project")
    return path.as_posix()


def _pair(word: str) -> tuple[str, str]:
    name, separator, value = word.partition("=")
    if not separator or not name:
        raise UsageError(f"--data: {word!r} must be NAME=VALUE")
    return name, value
