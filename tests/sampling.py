"""What CI meets of a product of cases: every row and every column, but not each pair of them.

All of it with `SCAFFOLD_EVERY_WAY=1`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

EVERY_WAY = bool(os.environ.get("SCAFFOLD_EVERY_WAY"))

Row = TypeVar("Row")
Column = TypeVar("Column")


def pairs(rows: Sequence[Row], columns: Sequence[Column], *, step: int = 2) -> list[tuple[Row, Column]]:
    """Every `step`th pair, as on a chessboard, so that neighbours differ in what they leave out."""
    return [
        (row, column)
        for above, row in enumerate(rows)
        for beside, column in enumerate(columns)
        if EVERY_WAY or (above + beside) % step == 0
    ]


def one_of(ways: Sequence[Column], turn: int) -> Sequence[Column]:
    """One of several ways, another at each turn."""
    return ways if EVERY_WAY else ways[turn % len(ways) :][:1]


def every(rows: Sequence[Row], step: int, begin: int = 0) -> Sequence[Row]:
    """Every `step`th row from `begin` on."""
    return rows if EVERY_WAY else rows[begin::step]
