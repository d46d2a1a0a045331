"""What a template may read of the project that it is for: the files that its `_external_data` can name.

Such are the answers of another template in the same project, on which this one builds. The project itself is out of
reach of the process that renders, so these few are handed in.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from scaffold import answersfile, reading
from scaffold.errors import NothingGenerated
from scaffold.plan import is_blocked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scaffold.foreign.config import Config

_MOST = 100  # files


def lent(config: Config, project: Path | None) -> dict[str, str]:
    """The project's answers files, and the others that are named, by their paths; nothing where none are wanted."""
    wanted = config.values.get("_external_data")
    if not wanted or project is None or not project.is_dir():
        return {}
    named = (PurePosixPath(name).as_posix() for name in wanted.values() if isinstance(name, str))
    found: dict[str, str] = {}
    for name in dict.fromkeys((*named, *_records(project))):
        with suppress(reading.Unreadable):  # Copier, too, takes it for empty; or it is an expression, and no path
            if len(found) < _MOST and not is_blocked(project, PurePosixPath(name)):
                found[name] = reading.read_text(project / name, follow=False)
    return found


def _records(project: Path) -> Iterator[str]:
    with suppress(NothingGenerated):
        yield from answersfile.records_in(project)
