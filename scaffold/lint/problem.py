"""What is found wrong while a template is read, before any rule looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scaffold.copierfmt.value import Place


@dataclass(frozen=True)
class Problem:
    """Something found while reading already, for the rule with this code to report."""

    code: str
    place: Place
    message: str
