"""A value of copier.yml, and the file and line where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, order=True)
class Place:
    """A line of a file. The path is relative to the template's root, with forward slashes; lines count from 1."""

    path: str
    line: int = 1


@dataclass(frozen=True)
class Value:
    """A YAML value and where it stands."""

    place: Place
    scalar: object = None
    """What YAML makes of it, where it is neither a list nor a mapping."""
    text: str = ""
    """Of a scalar: as it is written, without quotes."""
    style: str | None = None
    """Of a scalar: `None` without quotes, else the quote, `|` or `>`."""
    last_line: int = 0
    items: tuple[Value, ...] | None = None
    pairs: Mapping[str, tuple[Value, Value]] | None = None

    @cached_property
    def data(self) -> Any:  # noqa: ANN401  # whatever YAML makes
        """As Python has it; mappings by the text of their keys."""
        if self.items is not None:
            return [item.data for item in self.items]
        if self.pairs is not None:
            return {key: value.data for key, (_, value) in self.pairs.items()}
        return self.scalar

    @property
    def plain(self) -> Any:  # noqa: ANN401  # as above
        """As Copier has it: mappings by their keys as YAML reads them."""
        if self.items is not None:
            return [item.plain for item in self.items]
        if self.pairs is not None:
            return {key.scalar: value.plain for key, value in self.pairs.values()}
        return self.scalar

    @property
    def is_scalar(self) -> bool:
        """Neither a list nor a mapping."""
        return self.items is None and self.pairs is None

    @property
    def is_empty(self) -> bool:
        """Null, false, zero, or nothing in it: Copier passes over such documents."""
        return not (self.scalar or self.items or self.pairs)

    def get(self, key: str) -> Value | None:
        """What a mapping holds under this key."""
        pair = (self.pairs or {}).get(key)
        return pair[1] if pair else None

    def strings(self) -> Iterator[Value]:
        """Every string in it, keys of mappings excepted."""
        if isinstance(self.scalar, str):
            yield self
        for value in (*(self.items or ()), *(value for _, value in (self.pairs or {}).values())):
            yield from value.strings()
