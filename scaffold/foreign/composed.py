"""PyYAML that composes each text once: Copier reads the same copier.yml several times over, a hundred kB in a second.

libyaml is ten times as fast, and takes some texts that PyYAML refuses, and the other way round.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

_PLAIN = yaml.SafeLoader


def install() -> None:
    """Keep what PyYAML composes, for as long as this process lives; what is made of it is new each time."""
    yaml.SafeLoader = _Kept  # type: ignore[misc]


@lru_cache(maxsize=32)
def _composed(content: str | bytes) -> Sequence[yaml.Node]:
    return tuple(yaml.compose_all(content, Loader=_PLAIN))


class _Kept(_PLAIN):
    """The safe loader, with the nodes of a text that was read before."""

    def __init__(self, stream: Any) -> None:  # noqa: ANN401  # a text, bytes or a file of either
        self._content = stream if isinstance(stream, (str, bytes)) else stream.read()
        self._done = 0
        super().__init__(self._content)

    def check_node(self) -> bool:
        return self._done < len(_composed(self._content))

    def get_node(self) -> Any:  # noqa: ANN401  # a node; mypy's stubs say so of the method that it stands for
        self._done += 1
        return _composed(self._content)[self._done - 1]

    def get_single_node(self) -> Any:  # noqa: ANN401  # as above
        nodes = _composed(self._content)
        return nodes[0] if len(nodes) == 1 else super().get_single_node()
