"""`[tool.scaffold.review]`: what a project leaves out, or wants only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scaffold import reading, tomlfile
from scaffold.errors import Refused, UsageError, at_line, did_you_mean
from scaffold.review.files import Excluded

if TYPE_CHECKING:
    from collections.abc import Sequence

_TABLE: Final = ("tool", "scaffold", "review")
_KEYS: Final = ("exclude", "ignore", "select")


@dataclass(frozen=True)
class Config:
    """What stands in the table."""

    excluded: Excluded
    ignore: Sequence[str] = ()
    select: Sequence[str] = ()
    said_in: str = ""
    """The file, for a message about a code."""


class Configs:
    """The settings of one run; each pyproject.toml is read once."""

    def __init__(self) -> None:
        self._in_folder: dict[Path, Config | None] = {}

    def of(self, path: str) -> Config:
        """Those of the nearest pyproject.toml that has the table, from a path upwards.

        Raises:
            Refused: A pyproject.toml on the way cannot be read.
            UsageError: The table has something else than lists of strings under the keys that there are.
        """
        start = Path(path).absolute()
        for folder in (start, *start.parents):
            if folder not in self._in_folder:
                self._in_folder[folder] = _config_in(folder)
            config = self._in_folder[folder]
            if config is not None:
                return config
        return Config(Excluded(start))


def _config_in(folder: Path) -> Config | None:
    file = folder / "pyproject.toml"
    try:
        text = reading.read_text(file)
    except reading.Absent:
        return None
    except reading.Unreadable as error:
        raise Refused(f"{at_line(file, error.line)} {error.reason}") from error
    table = _table(file, text)
    if table is None:
        return None
    lists = _lists(file, text, table)
    excluded = Excluded(folder, lists.get("exclude", ()))
    return Config(excluded, lists.get("ignore", ()), lists.get("select", ()), str(file))


def _table(file: Path, text: str) -> object:
    """What stands under the table's name; None where nothing does."""
    try:
        data: object = tomlfile.parse(text)
    except tomlfile.TomlFault as error:
        raise Refused(f"{at_line(file, error.line)} {error.reason}") from error
    for key in _TABLE:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _lists(file: Path, text: str, table: object) -> dict[str, list[str]]:
    where = at_line(file, tomlfile.line_of(text, _TABLE))
    if not isinstance(table, dict):
        raise UsageError(f"{where} [tool.scaffold.review] must be a table")
    for key, value in table.items():
        if key not in _KEYS:
            raise UsageError(f"{where} [tool.scaffold.review] has no setting {key!r}{did_you_mean(key, _KEYS)}")
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise UsageError(f"{where} [tool.scaffold.review] {key} must be a list of strings")
    return table
