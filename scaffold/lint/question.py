"""What the linter knows of a question of copier.yml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scaffold.copierfmt.answers import holds, type_of

if TYPE_CHECKING:
    from scaffold.copierfmt.value import Value


@dataclass(frozen=True)
class Question:
    """A question of copier.yml."""

    name: str
    key: Value
    spec: Value

    def get(self, key: str) -> Value | None:
        """What it says under this key; a short question says only its default."""
        if self.spec.pairs is None:
            return self.spec if key == "default" else None
        return self.spec.get(key)

    @property
    def is_hidden(self) -> bool:
        """Never asked: a computed value."""
        when = self.get("when")
        return when is not None and not holds(str(when.data))

    @property
    def type(self) -> str:
        """As Copier takes it: without one, that of the default, else YAML."""
        given = self.get("type")
        if given is not None and given.text:
            return given.text
        default = self.get("default")
        return type_of(None if default is None else default.data)
